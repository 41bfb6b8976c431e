"""Which scenes a story belongs to, what is listed then, and what is never asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import REFERENCE
from xiaobao.conversations import sensitive
from xiaobao.knowledge import library
from xiaobao.tickets import reference, routing
from xiaobao.tickets.evidence_list import MOST_LINES, EvidenceList, Facts, choose
from xiaobao.tickets.reference import ReferenceFileError

DATA = reference.load(REFERENCE)
SCENES = {
    *("courier", "card_fraud", "loan", "wealth", "travel", "car", "privacy", "livestream", "food"),
    *("prepaid", "online", "durable", "quality", "price", "finance", "general"),
}


def found(text: str, names: tuple[str, ...] = (), **facts: str) -> EvidenceList:
    route = routing.route(text, authorities=DATA.authorities)
    return choose(DATA.evidence, Facts(text, routes=frozenset((route.code, *route.also)), **facts), names)


def texts(chosen: EvidenceList) -> str:
    return "；".join(line.text for line in chosen.lines)


@pytest.mark.parametrize(
    ("told", "near", "scene"),
    [
        ("快递把我寄的花瓶弄破了，保价三千", "网上买的鞋快递第二天就到了，开胶", "courier"),
        ("银行卡在家，半夜被盗刷了六千", "游戏账号被盗，充值卡里的钱没了", "card_fraud"),
        ("招商银行的贷款，提前还款要收违约金", "办健身卡用的是分期付款，店关了", "loan"),
        ("业务员让我买的分红险，退保只退一半", "手机的碎屏险没用上，店家不退手机", "wealth"),
        ("航空公司取消航班，机票只退一半", "高铁票买重了", "travel"),
        ("新车开了两个月变速箱异响", "给孩子买的童车轮子掉了", "car"),
        ("装修公司泄露了我的电话，天天骚扰电话", "商家要我留电话才给退", "privacy"),
        ("看主播带货买的玉镯是假的", "店里买的玉镯是假的", "livestream"),
        ("饭店的菜里吃出一只虫", "饭店多收了我两百块", "food"),
        ("理发店办了卡，店关门了，卡里还有八百", "信用卡年费乱扣", "prepaid"),
        ("淘宝买的裙子不给退", "商场买的裙子不给退", "online"),
        ("冰箱用了三个月不制冷", "冰箱多收了我安装费", "durable"),
        ("鞋穿了一周开胶", "鞋买贵了", "quality"),
        ("超市标价十块，结账多收了两块", "超市的面包过期了", "price"),
        ("工商银行柜员态度不好，不给办业务", "超市收银员态度不好", "finance"),
    ],
)
def test_a_scene_is_known_by_its_words(told: str, near: str, scene: str) -> None:
    assert scene in found(told).scenes
    assert scene not in found(near).scenes


def test_every_scene_of_the_report_is_there_and_the_general_one_comes_last() -> None:
    assert {scene.id for scene in DATA.evidence} == SCENES
    assert DATA.evidence[-1].id == "general"
    assert found("他们不讲道理").scenes == ("general",)


def test_the_categories_of_the_form_choose_scenes_too() -> None:
    assert "food" in found("不好", problem="食品安全").scenes
    assert "travel" in found("不好", object="旅游").scenes
    assert "online" in found("不好", purchase_mode="网购-平台自营").scenes
    assert "quality" in found("不好", problem="假冒(以假充真、以次充好、冒充合格)").scenes


@pytest.mark.parametrize(
    "story",
    [
        "抖音直播间主播卖的冰箱两个月不制冷，快递还弄破了，多收了钱，是假货，有质量问题",
        "饭店的菜里有虫，会员卡里还有钱，多收了费，店里泄露了我的电话",
        "不讲道理",
    ],
)
def test_at_most_six_lines_and_each_once(story: str) -> None:
    lines = [line.text for line in found(story).lines]
    assert 0 < len(lines) <= MOST_LINES and len(set(lines)) == len(lines)


def test_the_most_exact_comes_first_and_what_every_matter_needs_is_not_crowded_out() -> None:
    chosen = found("淘宝上买的运动鞋穿一周开胶")
    assert chosen.lines[0].text.startswith("商品页面") and "订单" in texts(chosen)


@pytest.mark.parametrize(
    "story",
    ["银行卡在家，被盗刷了六千", "建设银行的房贷提前还款要违约金", "人寿保险退保只退一半", "工商银行乱扣年费"],
)
def test_what_the_bank_holds_is_not_asked_for(story: str) -> None:
    chosen = found(story)
    assert not any(word in texts(chosen) for word in ("流水", "合同", "保单", "明细"))
    [note] = [scene for scene in chosen.notes if scene.id == "finance"]
    assert "不用您提供" in note.note and note.article == "第十三条"


def test_a_shop_is_still_asked_for_the_contract() -> None:
    assert "合同" in texts(found("健身卡，店关了"))


@pytest.mark.parametrize(
    ("story", "names", "there"),
    [
        ("健身卡，店关了，我有合同", (), {"合同或会员协议"}),
        ("健身卡，店关了，没有合同", (), set()),
        ("健身卡，店关了，没给我留合同", (), set()),
        ("健身卡，店关了", ("付款截图.jpg", "和员工聊天.png"), {"付款的凭证", "和员工的聊天记录"}),
    ],
)
def test_what_is_there_is_ticked(story: str, names: tuple[str, ...], there: set[str]) -> None:
    assert {line.text for line in found(story, names).lines if line.there} == there


def test_papers_that_need_a_consent_are_named_with_the_scene() -> None:
    assert found("饭店的菜吃出虫，拉肚子").sensitive == ("medical",)
    assert found("鞋开胶").sensitive == ()


def test_every_note_names_an_article_we_know_and_every_sensitive_kind_exists() -> None:
    laws = library.load(Path("data/knowledge")).laws
    kinds = sensitive.load(REFERENCE)
    for scene in DATA.evidence:
        assert set(scene.sensitive) <= set(kinds), scene.id
        if scene.note:
            assert scene.article in laws[scene.law].articles, scene.id
    for kind in kinds.values():
        assert all(article in laws[kind.law].articles for article in kind.article.split("、"))


def test_a_note_without_its_article_is_refused(tmp_path: Path) -> None:
    text = (REFERENCE / "evidence.csv").read_text(encoding="utf-8").replace("电子商务法,第三十一条", "电子商务法,")
    (tmp_path / "evidence.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ReferenceFileError, match="online"):
        reference.load_evidence(tmp_path)

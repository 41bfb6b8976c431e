"""The same ten stories under the kinds of office: referrals, clocks and words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import base
from tests.actions.test_intake import to_summary
from tests.simulators.loop import Conversation

pytestmark = pytest.mark.slow

# story, where it belongs, offices that take it
STORIES = [
    ("昨天在好味饭店吃饭花了300元，菜里吃出虫子，要求赔偿", "SAMR", {"regulator", "council"}),
    ("上周在大润发超市买了一箱过期牛奶，花了58元，要求退款", "SAMR", {"regulator", "council"}),
    ("10月3日在乐动健身办卡2680元，店关门了，要求退款", "SAMR", {"regulator", "council"}),
    ("网上买的手机壳收到是坏的，卖家不退钱，花了99元，要求退款", "SAMR", {"regulator", "council"}),
    ("我在样例银行办了贷款，提前还款被收了3000元违约金，要求退还", "NFRA", {"bank"}),
    ("保险公司拒绝理赔，我住院花了2万元，要求赔付", "NFRA", {"bank"}),
    ("微信零钱被无故冻结，5000元取不出来，要求解冻", "PBC", {"bank", "pbc"}),
    ("顺丰把我的快递弄丢了，里面的东西值800元，要求赔偿", "POST", {"council"}),
    ("移动乱扣我流量费50元，要求退费", "MIIT", {"council"}),
    ("老板拖欠我两个月工资8000元不给", "LABOR", set()),
]
CLOCKS = {
    "regulator": ("accept", "utter_due_accept", True),
    "council": ("target", "utter_due_target", False),
    "bank": (None, "utter_due_statutory", True),
}
Talk = Callable[[], Conversation]


@pytest.fixture(params=["regulator", "council", "bank", "pbc"])
def office_id(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize(("story", "code", "takes"), STORIES, ids=[code for _, code, _ in STORIES])
def test_what_the_office_may_not_handle_is_referred_with_a_ready_text(
    talk: Talk, office_id: str, story: str, code: str, takes: set[str]
) -> None:
    citizen = talk()
    citizen.say(story, "submit_complaint")
    if office_id in takes:
        assert citizen.form == "complaint_form" and not citizen.card("letter")
    else:
        assert citizen.form is None
        letter = citizen.card("letter")
        assert letter and story in letter["text"]
        assert any(r.startswith("utter_referred") for r in citizen.responses)


def test_a_clock_counts_only_against_this_office_and_a_target_is_called_so(talk: Talk, office_id: str) -> None:
    story = next((s for s, _, takes in STORIES if office_id in takes), "")
    citizen = talk()
    to_summary(citizen, story)
    citizen.press("/affirm")
    receipt = citizen.card("receipt")
    assert receipt
    due, words = receipt["deadline"], base.context().words
    if office_id == "council":
        assert "本单位目标，非法定时限" in due
    elif office_id == "pbc":
        assert due == words.text("utter_due_none")
    else:
        assert "最迟" in due and "本单位目标" not in due


def test_only_council_and_institution_ask_consent_before_the_contact_card(talk: Talk, office_id: str) -> None:
    story = next((s for s, _, takes in STORIES if office_id in takes), "")
    citizen = talk()
    asked = []
    citizen.say(story, "submit_complaint")
    for _ in range(12):
        asked.append(citizen.asking)
        if citizen.asking in ("contact_name", "confirmed"):
            break
        citizen.say("是的" if citizen.asking == "consent" else "不知道", "unsure")
    assert ("consent" in asked) == (office_id in ("council", "bank"))

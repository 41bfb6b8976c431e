from __future__ import annotations

from collections.abc import Iterable

from xiaobao.reading import signs
from xiaobao.reading.endings import Candidate
from xiaobao.reading.reference import Reference


def names(text: str, found: Iterable[Candidate]) -> list[str]:
    return [text[c.start : c.end] for c in found]


def test_a_field_gives_its_name() -> None:
    text = "商户名称：XX烤鱼店发生时间：3月2日消费金额：80元"
    assert names(text, signs.from_fields(text)) == ["XX烤鱼店"]


def test_a_preposition_before_a_deed_gives_the_name_between(reference: Reference) -> None:
    text = "来电人称在XX县XX百货负一层8号柜花费20元"
    assert "XX县XX百货负一层8号柜" in names(text, signs.before_deed(text, reference))


def test_what_is_called_by_name() -> None:
    text = "有家店叫张姐麻辣烫，还有“阿诚维修”店"
    assert names(text, signs.called(text)) == ["张姐麻辣烫", "阿诚维修"]


def test_a_starred_name_is_the_form_that_comes_back(reference: Reference) -> None:
    text = "分*花借款，分*花催收，分*花扣款"
    assert set(names(text, signs.masked(text, reference))) == {"分*花"}


def test_a_starred_telephone_number_is_no_name(reference: Reference) -> None:
    assert signs.masked("电话138****1234", reference) == []


def test_an_app_and_a_stall(reference: Reference) -> None:
    text = "我下载了捷快借APP"
    assert names(text, signs.apps(text, reference)) == ["捷快借"]
    text = "学校门口卖烤肠的摊"
    assert names(text, signs.stalls(text)) == ["学校门口卖烤肠的摊"]

from __future__ import annotations

from xiaobao.reading import heads
from xiaobao.reading.reference import Reference


def test_a_head_names_the_accused(reference: Reference) -> None:
    text = "退赔费用 质量 XX市XX鞋城 来电内容：市民买鞋"
    head = heads.read(text, reference)
    assert head.accused is not None
    assert text[slice(*head.accused)] == "XX市XX鞋城"


def test_a_story_without_head_has_none(reference: Reference) -> None:
    head = heads.read("我在乐动健身办卡，店关了", reference)
    assert (head.end, head.accused) == (0, None)


def test_a_field_ends_where_the_next_begins() -> None:
    text = "XX商户发生时间：4月6日"
    stop = heads.FIELD_END.search(text)
    assert stop is not None and text[: stop.start()] == "XX商户"

"""Words from data."""

from __future__ import annotations

from tests.factories import REFERENCE
from xiaobao.desk import words
from xiaobao.tickets.workflow import TABLE


def test_every_notice_of_the_workflow_can_be_shown_before_it_is_sent() -> None:
    found = words.load(REFERENCE)
    names = {row.notice for row in TABLE if row.notice}
    assert names
    for name in names:
        assert found.notice(name, {"number": "XB20261125-000001"}, False).text


def test_params_are_filled_in_as_text_and_unknown_ones_stay() -> None:
    found = words.Words({"utter_x": [{"text": "{a} {b} {missing}", "buttons": [{"title": "好"}]}]}, {})
    notice = found.notice("utter_x", {"a": "{b}", "b": 1}, True)
    assert (notice.text, notice.buttons, notice.by_staff) == ("{b} 1 {missing}", ("好",), True)


def test_codes_of_categories_have_names() -> None:
    found = words.load(REFERENCE).categories
    assert found["food"] == "食品"

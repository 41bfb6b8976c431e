"""What the desk is told of people who need something special."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.desk.conftest import signed_in
from tests.factories import a_submission
from xiaobao.desk.context import Desk
from xiaobao.tickets import service
from xiaobao.tickets.workflow import Role

pytestmark = pytest.mark.usefixtures("staff")


def page_of(app: Flask, desk: Desk, **changes: str) -> str:
    """The ticket as a clerk sees it, without tags."""
    with desk.writing.begin() as session:
        number = service.submit(session, a_submission(**changes), office=desk.office, now=desk.now()).number
    return re.sub(r"<[^>]+>", "", signed_in(app, Role.CLERK).get(f"/tickets/{number}").text)


def test_do_not_call_stands_beside_the_telephone_number(app: Flask, desk: Desk) -> None:
    page = page_of(app, desk, no_calls="yes")
    place = page.index("请勿拨打电话，用文字联系")
    assert page.index("联系方式") < place < page.index("138****1234") < page.index("证据")


@pytest.mark.parametrize("no_calls", [None, "no"])
def test_who_can_be_called_carries_no_such_word(app: Flask, desk: Desk, no_calls: str | None) -> None:
    assert "请勿拨打" not in page_of(app, desk, **({"no_calls": no_calls} if no_calls else {}))


def test_whose_telephone_it_is_stands_beside_it(app: Flask, desk: Desk) -> None:
    assert "电话（群众说是儿子的）" in page_of(app, desk, contact_note="儿子")


def test_for_whom_with_a_masked_name_and_what_it_needs(app: Flask, desk: Desk) -> None:
    page = page_of(app, desk, on_behalf_of="张桂芳", relation="妈妈")
    assert "张**" in page and "张桂芳" not in page and "授权委托书原件和受托人身份证明" in page


def test_a_parent_needs_no_paper(app: Flask, desk: Desk) -> None:
    page = page_of(app, desk, relation="女儿", guardian="yes")
    assert "家长替孩子投诉（女儿）" in page and "原件" not in page.split("证据")[0]


def test_under_18_the_clerk_is_reminded_of_the_law(app: Flask, desk: Desk) -> None:
    assert "第十九条" in page_of(app, desk, minor="yes") and "第十九条" not in page_of(app, desk)


def test_the_name_of_the_other_person_can_be_opened_and_that_is_written_down(app: Flask, desk: Desk) -> None:
    with desk.writing.begin() as session:
        entry = a_submission(on_behalf_of="张桂芳", relation="妈妈")
        number = service.submit(session, entry, office=desk.office, now=desk.now()).number
    clerk = signed_in(app, Role.CLERK)
    assert "张桂芳" in clerk.post(f"/tickets/{number}/contact", field="on_behalf_of").text
    assert "替谁投诉" in signed_in(app, Role.ADMIN).get("/audit").text

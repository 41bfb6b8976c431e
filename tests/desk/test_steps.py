"""Each step through its form: what it does, what it refuses, what the citizen would read."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.desk.conftest import Browser, signed_in
from tests.factories import CLERK, NOW, an_office, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import queries, service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.tables import OutboxRow, TicketEvent
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import Role

EVIL = "<img src=x onerror=alert(1)>'; DROP TABLE tickets; --"


def test_a_complaint_goes_from_accepting_to_closing(
    clerk: Browser, handler: Browser, desk: Desk, staff: dict[str, AccountView]
) -> None:
    number = file_ticket(desk.writing)
    assert "已受理，群众会收到通知" in _take(clerk, number, "accept", text="我们会尽快联系商家").text
    _take(clerk, number, "assign", department="消保科", handler=str(staff["handler"].id))
    _take(handler, number, "reply", text="商家答应退款\n请注意查收", check_reason="电话里讲过了")
    _take(handler, number, "close", result="已退款129元")
    ticket = _ticket(desk, number)
    assert (ticket.status, ticket.department, ticket.assignee_name) == ("closed", "消保科", "承办人甲")
    assert (ticket.reply, ticket.result) == ("商家答应退款\n请注意查收", "已退款129元")
    assert [event.step for event in ticket.events] == ["submit", "accept", "assign", "reply", "close"]
    assert ticket.events[-1].account_id == staff["handler"].id


def test_nobody_is_promised_a_notice_that_cannot_be_sent(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, conversation_id=None)
    assert "请打电话告诉他" in clerk.get(f"/tickets/{number}?step=accept").text
    answer = _take(clerk, number, "accept")
    assert "已受理。这位群众没有对话，请打电话告诉他。" in answer.text and "会收到通知" not in answer.text


def test_a_refusal_carries_its_ground(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    _take(clerk, number, "reject", ground="N3", text="公司采购")
    ticket = _ticket(desk, number)
    assert ticket.status == "rejected" and ticket.events[-1].payload["article"].endswith("第十六条第（三）项")


def test_a_clerk_notes_what_was_said_on_the_telephone(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    _take(clerk, number, "supplement", text="他说还有录音")
    assert _ticket(desk, number).events[-1].payload["text"] == "他说还有录音"


@pytest.mark.parametrize(
    ("step", "fields", "words"),
    [
        ("reject", {"text": "写好的说明"}, "请选一条理由"),
        ("reject", {"ground": "N99", "text": "写好的说明"}, "请选一条理由"),
        ("accept", {"text": "长" * 20_001}, "请写内容"),
        ("supplement", {"text": "  "}, "请写内容"),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_stays(
    clerk: Browser, desk: Desk, step: str, fields: dict[str, str], words: str
) -> None:
    number = file_ticket(desk.writing)
    answer = clerk.post(f"/tickets/{number}/{step}", version="1", **fields)
    assert answer.status_code == 422 and words in answer.text
    assert fields["text"] in answer.text
    assert _ticket(desk, number).version == 1


def test_a_handler_who_is_none_cannot_be_chosen(clerk: Browser, desk: Desk, staff: dict[str, AccountView]) -> None:
    number = _accepted(desk)
    for wrong in (str(staff["clerk"].id), "99999", "x"):
        answer = clerk.post(f"/tickets/{number}/assign", version="2", department="消保科", handler=wrong)
        assert answer.status_code == 422 and "另选一位承办人" in answer.text


def test_a_stale_form_says_so_shows_the_newest_and_keeps_the_text(clerk: Browser, desk: Desk) -> None:
    number = _accepted(desk)
    before = clerk.version(number)
    with desk.writing.begin() as session:
        service.supplement(session, number, actor=CLERK, now=NOW, text="别人刚补的")
    answer = clerk.post(f"/tickets/{number}/assign", version=before, department="我写的部门")
    assert answer.status_code == 409
    assert "这张单子刚被别人改过，请看最新内容再操作" in answer.text
    assert "别人刚补的" in answer.text and "我写的部门" in answer.text
    assert answer.text.count("请看最新内容再操作") == 1
    assert 'name="version" value="3"' in answer.text
    assert _ticket(desk, number).department is None


def test_a_step_that_closed_meanwhile_keeps_the_text_too(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    with desk.writing.begin() as session:
        service.reject(session, number, actor=CLERK, now=NOW, office=an_office(), ground="N1", text="请找住建局")
    answer = clerk.post(f"/tickets/{number}/accept", version="2", text="写好的话")
    assert answer.status_code == 409 and "写好的话" in answer.text


@pytest.mark.parametrize("version", ["", "x", "１", "-1", "9" * 40])
def test_a_form_without_a_version_changes_nothing(clerk: Browser, desk: Desk, version: str) -> None:
    number = file_ticket(desk.writing)
    assert clerk.post(f"/tickets/{number}/accept", version=version).status_code == 409
    assert _ticket(desk, number).version == 1


def test_a_double_click_is_no_conflict_and_does_nothing_twice(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    for _ in range(2):
        answer = clerk.post(f"/tickets/{number}/accept", follow=False, version="1", text="好")
        assert answer.status_code == 303
    assert _ticket(desk, number).version == 2
    assert clerk.post(f"/tickets/{number}/accept", version="1", text="别的话").status_code == 409


def test_a_handler_may_not_act_on_a_colleagues_ticket(app: Flask, desk: Desk, staff: dict[str, AccountView]) -> None:
    from tests.factories import staff as new_account

    number = _accepted(desk)
    with desk.writing.begin() as session:
        other = new_account(session, login="other")
        service.assign(session, number, actor=CLERK, now=NOW, department="二科", handler=other.account_id)
    answer = signed_in(app, Role.HANDLER).post(f"/tickets/{number}/reply", version="3", text="抢答")
    assert answer.status_code == 403 and "分给了别人" in answer.text and "抢答" in answer.text
    assert _ticket(desk, number).reply is None


def test_a_clerk_may_not_reply_and_a_handler_may_not_accept(clerk: Browser, handler: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    assert handler.post(f"/tickets/{number}/accept", version="1").status_code == 403
    accepted = _accepted(desk)
    assert clerk.post(f"/tickets/{accepted}/reply", version="2", text="x").status_code == 403


@pytest.mark.parametrize("step", ["submit", "urge", "withdraw", "rate", "nonsense", "__class__"])
def test_steps_of_citizens_and_unknown_ones_do_not_exist_here(clerk: Browser, desk: Desk, step: str) -> None:
    number = file_ticket(desk.writing)
    assert clerk.post(f"/tickets/{number}/{step}", version="1", score="5", text="x").status_code == 404
    assert _ticket(desk, number).version == 1


def test_the_preview_is_what_the_citizen_will_get_and_changes_nothing(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    answer = clerk.post(f"/tickets/{number}/reject", version="1", act="preview", ground="N3", text="公司买的。")
    assert answer.status_code == 200 and f"您的 {number} 没有受理" in answer.text and "公司买的。" in answer.text
    assert 'value="N3" required checked' in answer.text
    assert _ticket(desk, number).version == 1
    with desk.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0
        assert session.scalar(select(func.count()).select_from(TicketEvent)) == 1
    _take(clerk, number, "reject", ground="N3", text="公司买的。")
    with desk.reading() as session:
        row = session.scalars(select(OutboxRow)).one()
    assert desk.words.notice(row.response, row.params, False).text in answer.text


def test_the_preview_names_what_is_still_missing(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    answer = clerk.post(f"/tickets/{number}/reject", version="1", act="preview")
    assert answer.status_code == 200 and "请选一条理由" in answer.text


def test_the_page_shows_only_steps_that_are_open_to_me(clerk: Browser, handler: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    page = clerk.get(f"/tickets/{number}").text
    assert "step=accept" in page and "step=reject" in page and "step=reply" not in page
    page = handler.get(f"/tickets/{number}").text
    assert "step=accept" not in page and "等受理员决定受理后" in page


def test_markup_in_every_field_stays_text(clerk: Browser, handler: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    _take(clerk, number, "accept", text=EVIL)
    _take(clerk, number, "assign", department=EVIL[:40])
    answer = handler.post(f"/tickets/{number}/reply", version="3", act="preview", text=EVIL)
    assert "<img src=x" not in answer.text
    _take(handler, number, "reply", text=EVIL, check_reason=EVIL)
    _take(handler, number, "close", result=EVIL)
    page = clerk.get(f"/tickets/{number}").text
    assert "<img src=x" not in page and "&lt;img src=x onerror=alert(1)&gt;" in page
    assert _ticket(desk, number).reply == EVIL


def _take(browser: Browser, number: str, step: str, **fields: str):  # type: ignore[no-untyped-def]
    answer = browser.post(f"/tickets/{number}/{step}", version=browser.version(number), **fields)
    assert answer.status_code == 200, answer.text
    return answer


def _accepted(desk: Desk) -> str:
    number = file_ticket(desk.writing)
    with desk.writing.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
    return number


def _ticket(desk: Desk, number: str) -> TicketView:
    with desk.reading() as session:
        return queries.ticket(session, number)

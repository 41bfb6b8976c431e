"""Documents written, sent, posted, voided; what the clocks make of it; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import CLERK, HANDLER, NOW, SUPERVISOR, an_office, file_ticket, staff
from xiaobao.conversations.papers import Document
from xiaobao.documents import reading, rendering, store
from xiaobao.documents.templates import Template
from xiaobao.tickets import queries, service
from xiaobao.tickets.errors import InvalidField, NotFound, RoleForbidden, StaleVersion, StepNotOpen
from xiaobao.tickets.tables import Audit, OutboxRow
from xiaobao.tickets.workflow import Role, Step

OFFICE = an_office("regulator")


def written(session, catalogue, shipped, number, kind="acceptance", sending=None, **values):
    ticket = queries.ticket(session, number, unmasked=True)
    filled = {**dict.fromkeys(catalogue.variables, ""), "姓名": ticket.contact_name or "", **values}
    return store.write(session, ticket, catalogue.kinds[kind], shipped[kind], filled, "请等电话", sending)


def accept_clock(session, number):
    return next(clock for clock in queries.ticket(session, number).clocks if clock.name == "accept")


def test_writing_meets_no_clock_and_nobody_is_told(sessions, catalogue, shipped, sending, by_telephone):
    with sessions.begin() as session:
        before = queries.ticket(session, by_telephone)
        row = written(session, catalogue, shipped, by_telephone, sending=sending)
        assert row.number == "消受告〔2026〕1号" and row.number in reading.text(row.data)
    with sessions() as session:
        after = queries.ticket(session, by_telephone)
        assert (after.version, len(after.events)) == (before.version, len(before.events))
        assert accept_clock(session, by_telephone).state == "running"
        assert session.scalars(select(OutboxRow)).all() == []
        assert store.of_ticket(session, by_telephone)[0].sent_at is None


def test_posting_meets_the_clock_of_the_decision_on_the_day_it_was_posted(
    sessions, catalogue, shipped, sending, by_telephone
):
    later = replace(sending, now=NOW + timedelta(days=2))
    with sessions.begin() as session:
        row = written(session, catalogue, shipped, by_telephone, sending=sending)
        posted_on = (NOW + timedelta(days=1)).date()
        store.hand_over(session, row, later, means="post", on=posted_on, tracking="EMS 1234567890 CN")
    with sessions() as session:
        clock = accept_clock(session, by_telephone)
        assert (clock.state, clock.ended_on) == ("met", posted_on)
        event = queries.ticket(session, by_telephone).events[-1]
        assert (event.step, event.payload["means"], event.payload["about"]) == ("tell", "post", ["accept"])
        assert "EMS 1234567890 CN" in event.payload["text"]


def test_a_document_of_another_decision_does_not_meet_the_clock(sessions, catalogue, shipped, sending, by_telephone):
    with sessions.begin() as session:
        service.step(
            session, by_telephone, step=Step.ASK_SUPPLEMENT, actor=CLERK, now=NOW, office=OFFICE, text="发票照片"
        )
        row = written(session, catalogue, shipped, by_telephone, "supplement", sending)
        store.hand_over(session, row, sending, means="in_person", on=NOW.date())
    with sessions() as session:
        assert accept_clock(session, by_telephone).state == "running"


def test_the_end_of_a_mediation_is_told_by_its_own_document(sessions, catalogue, shipped, sending, by_telephone):
    with sessions.begin() as session:
        service.step(session, by_telephone, step=Step.TERMINATE, actor=HANDLER, now=NOW, office=OFFICE, ending="absent")
        first = written(session, catalogue, shipped, by_telephone, "acceptance", sending)
        store.hand_over(session, first, sending, means="in_person", on=NOW.date())
        states = {clock.name: clock.state for clock in queries.ticket(session, by_telephone).clocks}
        assert states["term_notice"] == "running"
        row = written(session, catalogue, shipped, by_telephone, "termination", sending)
        store.hand_over(session, row, sending, means="in_person", on=NOW.date())
        states = {clock.name: clock.state for clock in queries.ticket(session, by_telephone).clocks}
        assert states["term_notice"] == "met"


def test_sending_is_one_transaction_with_step_and_notice(sessions, catalogue, shipped, sending, online):
    with sessions.begin() as session:
        row = written(session, catalogue, shipped, online, sending=sending)
        store.offer(session, row, sending)
    with sessions() as session:
        (notice,) = session.scalars(select(OutboxRow).where(OutboxRow.response == store.LINKED))
        (view,) = store.of_ticket(session, online)
        assert notice.params["document"] == view.id and notice.ticket_id is not None
        assert (view.means, view.delivery, view.sent_at) == ("conversation", "waiting", NOW)
        assert queries.ticket(session, online).events[-1].payload["means"] == "conversation"
        actions = session.scalars(select(Audit.action).order_by(Audit.id)).all()
        assert actions == ["write_document", "send_document"]


def test_what_fails_leaves_nothing_behind_and_gives_the_number_back(sessions, catalogue, shipped, sending, online):
    stale = replace(sending, version=99)
    with pytest.raises(StaleVersion), sessions.begin() as session:
        store.offer(session, written(session, catalogue, shipped, online, sending=stale), stale)
    broken = {**shipped, "acceptance": Template("acceptance", shipped["acceptance"].data[:900], None)}
    with pytest.raises(rendering.BrokenTemplate), sessions.begin() as session:
        written(session, catalogue, broken, online, sending=sending)
    with sessions.begin() as session:
        assert session.scalars(select(Document)).all() == []
        assert written(session, catalogue, shipped, online, sending=sending).number == "消受告〔2026〕1号"


def test_a_document_comes_after_the_step_it_tells(sessions, catalogue, shipped, sending):
    number = file_ticket(sessions, "regulator")
    with sessions.begin() as session, pytest.raises(StepNotOpen):
        written(session, catalogue, shipped, number, sending=sending)
    with sessions.begin() as session:
        service.reject(session, number, actor=CLERK, now=NOW, office=OFFICE, ground="N3")
        rejected = queries.ticket(session, number)
        assert store.may_be_written(catalogue.kinds["rejection"], rejected)
        service.step(session, number, step=Step.REVOKE, actor=SUPERVISOR, now=NOW, office=OFFICE, text="弄错了")
        revoked = queries.ticket(session, number)
        assert not store.may_be_written(catalogue.kinds["rejection"], revoked)


def test_a_report_has_only_the_documents_of_a_report(sessions, catalogue):
    number = file_ticket(sessions, "regulator", ticket_kind="report")
    with sessions.begin() as session:
        service.assign(session, number, actor=CLERK, now=NOW, office=OFFICE, department="稽查科")
        service.step(session, number, step=Step.DECLINE, actor=HANDLER, now=NOW, office=OFFICE, text="证据不足")
        ticket = queries.ticket(session, number)
    may = [kind.code for kind in catalogue.kinds.values() if store.may_be_written(kind, ticket)]
    assert may == ["report"]


def test_a_letter_to_another_authority_goes_by_post_only(sessions, catalogue, shipped, sending, online):
    with sessions.begin() as session:
        service.step(
            session, online, step=Step.TRANSFER, actor=CLERK, now=NOW, office=OFFICE, place="邻市市场监督管理局",
            reach="000-1",
        )  # fmt: skip
        row = written(session, catalogue, shipped, online, "transfer", sending)
        with pytest.raises(InvalidField) as wrong:
            store.offer(session, row, sending)
        assert wrong.value.field == "means"
        store.hand_over(session, row, sending, means="post", on=NOW.date(), tracking="1")
        assert queries.ticket(session, online).events[-1].step == "note"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tracking": ""}, "tracking"),
        ({"tracking": " "}, "tracking"),
        ({"tracking": "1" * 65}, "tracking"),
        ({"means": "pigeon"}, "means"),
        ({"means": "conversation"}, "means"),
        ({"on": None}, "sent_on"),
        ({"on": (NOW + timedelta(days=1)).date()}, "sent_on"),
        ({"on": (NOW - timedelta(days=1)).date()}, "sent_on"),
    ],
)
def test_a_letter_needs_its_day_and_number(sessions, catalogue, shipped, sending, by_telephone, change, field):
    with sessions.begin() as session, pytest.raises(InvalidField) as wrong:
        row = written(session, catalogue, shipped, by_telephone, sending=sending)
        store.hand_over(session, row, sending, **{"means": "post", "on": NOW.date(), "tracking": "1", **change})
    assert wrong.value.field == field


def test_what_is_sent_or_voided_is_sent_no_more(sessions, catalogue, shipped, sending, online):
    with sessions.begin() as session:
        row = written(session, catalogue, shipped, online, sending=sending)
        store.void(session, row, sending, "写错了人")
        for act in (
            lambda: store.offer(session, row, sending),
            lambda: store.void(session, row, sending, "再作废"),
            lambda: store.hand_over(session, row, sending, means="post", on=NOW.date(), tracking="1"),
        ):
            with pytest.raises(StepNotOpen):
                act()
        again = written(session, catalogue, shipped, online, sending=sending)
        assert again.number == "消受告〔2026〕2号"  # the number of a voided one stays used


def test_a_handler_of_another_ticket_tells_nobody(sessions, catalogue, shipped, sending, online):
    with sessions.begin() as session:
        mine = staff(session, login="wang")
        service.assign(
            session, online, actor=CLERK, now=NOW, office=OFFICE, department="消保科", handler=mine.account_id
        )
        row = written(session, catalogue, shipped, online, sending=sending)
        with pytest.raises(RoleForbidden):
            store.offer(session, row, replace(sending, actor=service.Actor(Role.HANDLER, 77, "外人")))
        store.offer(session, row, replace(sending, actor=mine))


def test_a_document_that_changed_in_the_database_is_not_handed_out(sessions, catalogue, shipped, sending, online):
    with sessions.begin() as session:
        row = written(session, catalogue, shipped, online, sending=sending)
        assert store.intact(row) == row.data
        row.data = row.data + b"x"
        with pytest.raises(store.Damaged):
            store.intact(row)
        with pytest.raises(NotFound):
            store.get(session, "XB20200101-000001", row.id)


def test_in_wechat_the_words_come_instead_of_a_link(sessions, catalogue, shipped, sending):
    number = file_ticket(sessions, "regulator", channel="wechat")
    with sessions.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=OFFICE)
        store.offer(session, written(session, catalogue, shipped, number, sending=sending), sending)
        notice = session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc())).first()
        assert not store.of_ticket(session, number)[0].linked
        assert notice.response == store.IN_WORDS and "消受告〔2026〕1号" in notice.params["document_text"]


def test_a_document_too_long_for_wechat_is_refused_and_never_cut(sessions, catalogue, shipped, sending):
    number = file_ticket(sessions, "regulator", channel="wechat")
    with sessions.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=OFFICE)
    with pytest.raises(InvalidField) as wrong, sessions.begin() as session:
        row = written(session, catalogue, shipped, number, sending=sending, 正文="字" * store.MOST_WORDS)
        store.offer(session, row, sending)
    assert wrong.value.field == "document_long"
    with sessions() as session:
        assert store.of_ticket(session, number) == [] and queries.ticket(session, number).events[-1].step == "accept"


def test_nobody_is_told_in_the_conversation_without_a_document(sessions, online):
    with sessions.begin() as session, pytest.raises(InvalidField) as wrong:
        service.tell(session, online, actor=CLERK, now=NOW, office=OFFICE, means="conversation", told_at=NOW)
    assert wrong.value.field == "means"


def test_the_decision_of_a_bank_is_told_by_its_answer(sessions, catalogue, shipped):
    bank = an_office("bank")
    sending = store.Sending(CLERK, NOW, bank)
    number = file_ticket(sessions, "bank", conversation_id=None, institution="样例银行")
    with sessions.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=bank)
        decided = {"text": "退还手续费", "facts": "核实", "basis_text": "合同", "remedies": "可以申请核查"}
        service.step(session, number, step=Step.DECIDE, actor=HANDLER, now=NOW, office=bank, **decided)
        states = {clock.name: clock.state for clock in queries.ticket(session, number).clocks}
        assert states["decide"] == "running"
        row = written(session, catalogue, shipped, number, "reply", sending)
        store.hand_over(session, row, sending, means="post", on=NOW.date(), tracking="1")
        assert {c.name: c.state for c in queries.ticket(session, number).clocks}["decide"] == "met"

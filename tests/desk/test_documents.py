"""Documents at the desk: written, previewed, sent, posted, voided, looked at; what goes wrong costs nothing typed."""

from __future__ import annotations

import io
import re
import threading
from typing import Any

import pytest
from docx import Document as Word
from flask import Flask
from sqlalchemy import select

from tests.desk.conftest import Browser, signed_in
from tests.documents.test_rendering import template
from tests.factories import CLERK, HANDLER, NOW, an_office, file_ticket
from tests.factories import staff as a_handler
from xiaobao.conversations.papers import Document
from xiaobao.desk.context import Desk
from xiaobao.documents import pdf, reading, store, templates
from xiaobao.tickets import queries, service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.tables import Audit, OutboxRow
from xiaobao.tickets.workflow import Role, Step

DRAFT = "a" * 32


def accepted(desk: Desk, **changes: Any) -> str:
    number = file_ticket(desk.writing, **{"channel": "website", **changes})
    with desk.writing.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
    return number


def rows(desk: Desk, number: str) -> list[store.DocumentView]:
    with desk.reading() as session:
        return store.of_ticket(session, number)


def version(desk: Desk, number: str) -> str:
    with desk.reading() as session:
        return str(queries.ticket(session, number).version)


def post(browser: Browser, desk: Desk, number: str, act: str, **fields: Any) -> Any:
    values = {"kind": "acceptance", "text": "请等电话。", "draft": DRAFT, "version": version(desk, number), **fields}
    return browser.post(f"/tickets/{number}/documents", act=act, **values)


def test_a_document_is_offered_once_its_step_was_taken(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    assert "写受理告知书" not in clerk.get(f"/tickets/{number}").text
    assert clerk.get(f"/tickets/{number}/documents/new?kind=acceptance").status_code == 404
    number = accepted(desk)
    page = clerk.get(f"/tickets/{number}").text
    assert "写受理告知书" in page and "写不予受理告知书" not in page and "写举报告知书" not in page
    assert "整份文书的文字" in clerk.get(f"/tickets/{number}/documents/new?kind=acceptance").text
    for odd in ("", "nothing", "../reply"):
        assert clerk.get(f"/tickets/{number}/documents/new?kind={odd}").status_code == 404


def test_the_preview_shows_the_document_masked_and_keeps_nothing(clerk: Browser, desk: Desk) -> None:
    number = accepted(desk)
    page = post(clerk, desk, number, "preview", text="请等<b>电话</b>。").text
    assert "受理告知书" in page and "请等&lt;b&gt;电话&lt;/b&gt;。" in page and "（发出时编号）" in page
    assert "欧**" in page and "欧阳娜娜" not in page and "《市场监督管理投诉举报处理办法》第十五条" in page
    assert "2027年1月" in page  # the sixty days, from deadlines.csv
    assert rows(desk, number) == []


def test_a_document_is_sent_kept_and_shown_as_it_was_sent(clerk: Browser, desk: Desk) -> None:
    number = accepted(desk)
    page = post(clerk, desk, number, "send").text
    assert "文书已发到群众的对话里" in page and "欧阳娜娜：" in page and "消受告〔2026〕1号" in page
    (row,) = rows(desk, number)
    assert (row.means, row.delivery) == ("conversation", "waiting")
    answer = clerk.post(f"/tickets/{number}/documents/{row.id}/file", follow=False)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "欧阳娜娜：" in reading.text(answer.data) and row.number in reading.text(answer.data)
    ticket = clerk.get(f"/tickets/{number}").text
    assert "消受告〔2026〕1号" in ticket and "还没打开" in ticket and "受理告知书 消受告〔2026〕1号" in ticket
    with desk.reading() as session:
        actions = session.scalars(select(Audit.action).where(Audit.subject == number).order_by(Audit.id)).all()
    assert actions == ["write_document", "send_document", "view_document", "open_document"]


def test_the_same_form_twice_is_one_document(clerk: Browser, desk: Desk) -> None:
    number = accepted(desk)
    read = version(desk, number)
    for _ in range(2):
        assert post(clerk, desk, number, "send", version=read).status_code == 200
    assert len(rows(desk, number)) == 1
    with desk.reading() as session:
        assert len(session.scalars(select(OutboxRow).where(OutboxRow.response == store.LINKED)).all()) == 1
    again = post(clerk, desk, number, "keep", text="另一份")  # gone back, other words: another document
    assert again.status_code == 200 and rows(desk, number)[0].number == "消受告〔2026〕2号"


def test_two_who_send_at_once_send_one_each_with_its_own_number(app: Flask, desk: Desk, staff: Any) -> None:
    number = accepted(desk, conversation_id=None)
    browsers = [signed_in(app, role) for role in (Role.CLERK, Role.SUPERVISOR)]
    for browser in browsers:
        browser.get("/me")

    def keep(place: int) -> None:
        post(browsers[place], desk, number, "keep", draft=str(place) * 32)

    threads = [threading.Thread(target=keep, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(one.number for one in rows(desk, number)) == ["消受告〔2026〕1号", "消受告〔2026〕2号"]


def test_somebody_was_faster_and_nothing_typed_is_lost(clerk: Browser, desk: Desk) -> None:
    number = accepted(desk)
    for stale in ("1", "", "x", "9" * 30):
        answer = post(clerk, desk, number, "send", version=stale, text="写了很久的话")
        assert answer.status_code == 409 and "写了很久的话" in answer.text and "刚被别人改过" in answer.text
    assert rows(desk, number) == []


def test_without_a_conversation_it_is_printed_and_posted_and_that_is_the_telling(
    clerk: Browser, desk: Desk, clock: Any
) -> None:
    number = accepted(desk, conversation_id=None)
    assert post(clerk, desk, number, "send").status_code == 422
    page = post(clerk, desk, number, "keep").text
    assert "还没有发出" in page and "发给当事人" not in page
    (row,) = rows(desk, number)
    with desk.reading() as session:
        assert {one.name: one.state for one in queries.ticket(session, number).clocks}["accept"] == "running"
    clock.pass_(days=2)
    where = f"/tickets/{number}/documents/{row.id}/handed"
    wrong = clerk.post(where, means="post", sent_on="2026-11-24", tracking="", version=version(desk, number))
    assert wrong.status_code == 422 and "邮件单号" in wrong.text and 'value="2026-11-24"' in wrong.text
    for bad in ("2026-11-22", "2026-11-26", "gestern", ""):
        assert (
            clerk.post(where, means="post", sent_on=bad, tracking="1", version=version(desk, number)).status_code == 422
        )
    done = clerk.post(where, means="post", sent_on="2026-11-24", tracking="EMS-<1>", version=version(desk, number))
    assert "已记下" in done.text and "EMS-&lt;1&gt;" in done.text
    with desk.reading() as session:
        met = next(one for one in queries.ticket(session, number).clocks if one.name == "accept")
    assert (met.state, met.ended_on.isoformat()) == ("met", "2026-11-24")
    assert (
        clerk.post(where, means="post", sent_on="2026-11-24", tracking="2", version=version(desk, number)).status_code
        == 409
    )


def test_a_kept_document_is_sent_later_or_voided(clerk: Browser, desk: Desk) -> None:
    number = accepted(desk)
    post(clerk, desk, number, "keep")
    post(clerk, desk, number, "keep", draft="b" * 32)
    second, first = rows(desk, number)
    sent = clerk.post(f"/tickets/{number}/documents/{first.id}/send", version=version(desk, number))
    assert "已发到群众的对话里" in sent.text
    assert clerk.post(f"/tickets/{number}/documents/{second.id}/void", void_reason=" ").status_code == 422
    voided = clerk.post(f"/tickets/{number}/documents/{second.id}/void", void_reason="日期写错").text
    assert (
        "已作废" in voided and "日期写错" in voided and "记下" not in re.sub("记下是谁", "", voided).split("已作废")[-1]
    )
    assert clerk.post(f"/tickets/{number}/documents/{second.id}/send", version=version(desk, number)).status_code == 409


@pytest.mark.parametrize(("kind", "text"), [("acceptance", "字" * 20_001), ("reply", "  ")])
def test_a_text_that_is_too_long_or_missing_is_shown_again(clerk: Browser, desk: Desk, kind: str, text: str) -> None:
    number = accepted(desk)
    with desk.writing.begin() as session:
        service.reply(session, number, actor=HANDLER, now=NOW, office=an_office(), text="退了")
    answer = post(clerk, desk, number, "preview", kind=kind, text=text)
    assert answer.status_code == 422 and "最多两万字" in answer.text and rows(desk, number) == []


def test_what_the_merchant_reads_tells_nothing_of_a_report(clerk: Browser, desk: Desk) -> None:
    number = accepted(desk, claim="退货退款，并要求罚款", narrative="水壶漏电。我还要举报他们。")
    with desk.writing.begin() as session:
        service.step(session, number, step=Step.TERMINATE, actor=HANDLER, now=NOW, office=an_office(), ending="absent")
    refused = post(clerk, desk, number, "send", kind="termination", text="另案查处，举 报 已登记")
    assert refused.status_code == 422 and "商家也看得到" in refused.text and rows(desk, number) == []
    page = post(clerk, desk, number, "send", kind="termination", text="双方意见不一").text
    paper = page.split('class="paper', 1)[1].split("</section>")[0]
    assert "罚款" not in paper and "举报他们" not in paper and "13800001234" not in paper and "幸福里" not in paper
    assert "无正当理由不参加调解" in paper and "第二十五条" in paper


def test_a_name_with_markup_stays_a_name(clerk: Browser, desk: Desk) -> None:
    name = "</w:t><w:br/>{{ 姓名 }}&<script>alert(1)</script>"
    number = accepted(desk, contact_name=name, merchant="=HYPERLINK(1)<b>店</b>")
    page = post(clerk, desk, number, "send").text
    assert "<script>alert" not in page and "&lt;/w:t&gt;&lt;w:br/&gt;{{ 姓名 }}" in page
    with desk.reading() as session:
        data = session.scalars(select(Document.data)).one()
    assert Word(io.BytesIO(data)).paragraphs[3].text == f"{name}："


def test_a_broken_template_is_told_by_name_and_nothing_is_lost(clerk: Browser, desk: Desk) -> None:
    number = accepted(desk)
    own = templates.own_path(desk.settings.data_dir, "acceptance")
    own.parent.mkdir(parents=True)
    own.write_bytes(template("{{ 姓名 }}{{ 受理编号 }}"))  # put there by hand, past the check
    for act in ("preview", "keep", "send"):
        answer = post(clerk, desk, number, act, text="写了很久的话")
        assert answer.status_code == 422 and "变量“受理编号”" in answer.text and "写了很久的话" in answer.text
    own.write_bytes(b"PK\x03\x04")
    assert "打不开" in post(clerk, desk, number, "send").text
    assert rows(desk, number) == []
    own.unlink()
    assert "消受告〔2026〕1号" in post(clerk, desk, number, "send").text


def test_only_who_works_on_the_ticket_sees_its_documents(app: Flask, desk: Desk, staff: dict[str, AccountView]) -> None:
    number = accepted(desk)
    clerk = signed_in(app, Role.CLERK)
    post(clerk, desk, number, "send")
    (row,) = rows(desk, number)
    with desk.writing.begin() as session:
        another = a_handler(session, login="zhao").account_id
        service.assign(session, number, actor=CLERK, now=NOW, office=an_office(), department="一科", handler=another)
    handler, inspector = signed_in(app, Role.HANDLER), signed_in(app, Role.INSPECTOR)
    for path in (f"/tickets/{number}/documents/{row.id}", f"/tickets/{number}/documents/new?kind=acceptance"):
        assert handler.get(path).status_code == 403 and inspector.get(path).status_code == 403
    assert row.id not in handler.get(f"/tickets/{number}").text
    page = inspector.get(f"/tickets/{number}").text
    assert row.id not in page and row.number not in page


def test_a_document_belongs_to_its_ticket(clerk: Browser, desk: Desk) -> None:
    number, other = accepted(desk), accepted(desk)
    post(clerk, desk, number, "send")
    (row,) = rows(desk, number)
    assert clerk.get(f"/tickets/{other}/documents/{row.id}").status_code == 404
    assert post(clerk, desk, other, "send").status_code == 200  # the draft of another ticket's form
    assert [one.id for one in rows(desk, number)] == [row.id] and rows(desk, other)[0].id != row.id


def test_without_libreoffice_there_is_no_button_for_a_pdf(clerk: Browser, desk: Desk) -> None:
    number = accepted(desk)
    page = post(clerk, desk, number, "send").text
    assert ("下载 PDF" in page) == (pdf.program() is not None)
    (row,) = rows(desk, number)
    if pdf.program() is None:
        assert clerk.post(f"/tickets/{number}/documents/{row.id}/file", format="pdf").status_code == 404
    assert clerk.post(f"/tickets/{number}/documents/{row.id}/file", format="exe").status_code == 404


def test_an_archived_ticket_takes_no_new_document_and_keeps_the_old(app: Flask, desk: Desk, clerk: Browser) -> None:
    number = accepted(desk)
    post(clerk, desk, number, "send")
    with desk.writing.begin() as session:
        service.reply(session, number, actor=HANDLER, now=NOW, office=an_office(), text="退了")
        service.close(session, number, actor=HANDLER, now=NOW, office=an_office(), result="退了129元")
        service.step(session, number, step=Step.ARCHIVE, actor=CLERK, now=NOW, office=an_office())
    page = clerk.get(f"/tickets/{number}").text
    assert "消受告〔2026〕1号" in page and "写受理告知书" not in page
    assert post(clerk, desk, number, "send", draft="c" * 32).status_code == 409
    assert len(rows(desk, number)) == 1


def take_with_document(browser: Browser, desk: Desk, number: str, step: str, **fields: Any) -> Any:
    return browser.post(f"/tickets/{number}/{step}", with_document="yes", version=version(desk, number), **fields)


def test_a_document_goes_out_with_its_step_in_one_transaction(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, channel="website")
    assert "同时发受理告知书" in clerk.get(f"/tickets/{number}?step=accept").text
    assert "同时发" not in clerk.get(f"/tickets/{number}?step=assign").text
    read = version(desk, number)
    for _ in range(2):  # pressed twice
        answer = clerk.post(f"/tickets/{number}/accept", with_document="yes", version=read, text="三天内给您打电话")
        assert answer.status_code == 200 and "刚被别人改过" not in answer.text
    (row,) = rows(desk, number)
    assert (row.title, row.means) == ("受理告知书", "conversation")
    with desk.reading() as session:
        assert [event.step for event in queries.ticket(session, number).events] == ["submit", "accept", "tell"]
        data = session.scalars(select(Document.data)).one()
        assert len(session.scalars(select(OutboxRow)).all()) == 2
    assert "三天内给您打电话" in reading.text(data)


def test_a_step_whose_document_cannot_go_out_is_not_taken(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, channel="website")
    own = templates.own_path(desk.settings.data_dir, "acceptance")
    own.parent.mkdir(parents=True)
    own.write_bytes(template("{{ 受理编号 }}"))
    answer = take_with_document(clerk, desk, number, "accept", text="写了很久的话")
    assert answer.status_code == 409 and "文书模板有问题" in answer.text and "写了很久的话" in answer.text
    assert 'name="with_document" value="yes" checked' in answer.text
    without = file_ticket(desk.writing, conversation_id=None)
    assert "同时发" not in clerk.get(f"/tickets/{without}?step=accept").text
    assert take_with_document(clerk, desk, without, "accept").status_code == 422
    with desk.reading() as session:
        assert {queries.ticket(session, one).status for one in (number, without)} == {"submitted"}
        assert session.scalars(select(Document)).all() == [] and session.scalars(select(OutboxRow)).all() == []

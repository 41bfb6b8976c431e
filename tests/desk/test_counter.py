"""Files that a citizen brought to the counter: kept, shown, read and erased like those from the chat."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from tests.desk.conftest import Browser, signed_in
from tests.factories import file_ticket
from xiaobao.conversations.tables import Upload
from xiaobao.desk.context import Desk
from xiaobao.settings import Settings
from xiaobao.tickets import queries
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.workflow import Role


def picture(name: str = "收据.png", colour: str = "white") -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", (20, 20), colour).save(data, "PNG")
    data.seek(0)
    return data, name


@pytest.fixture
def number(desk: Desk, staff: dict[str, AccountView]) -> str:
    return file_ticket(desk.writing, conversation_id=None)


def bring(browser: Browser, number: str, *files: tuple[io.BytesIO, str], **fields: Any) -> Any:
    version = re.search(r'name="version" value="(\d+)"', browser.get(f"/tickets/{number}?step=supplement").text)
    assert version
    return browser.post(
        f"/tickets/{number}/supplement", version=version[1], evidence=list(files), follow=False, **fields
    )


def rows(desk: Desk) -> list[Upload]:
    with desk.reading() as session:
        return list(session.scalars(select(Upload).order_by(Upload.filename)))


def kept(settings: Settings) -> list[str]:
    return [path.name for path in settings.evidence_dir.rglob("*") if path.is_file()]


def test_a_clerk_adds_what_was_brought_without_a_word(
    clerk: Browser, desk: Desk, settings: Settings, number: str
) -> None:
    assert bring(clerk, number, picture(), picture("合同.png", "black")).status_code == 303
    with desk.reading() as session:
        ticket = queries.ticket(session, number)
    assert [one.filename for one in ticket.evidence] == ["收据.png", "合同.png"]
    assert ticket.events[-1].step == "supplement" and ticket.events[-1].account_id
    page = clerk.get(f"/tickets/{number}").text
    assert "收据.png" in page and "合同.png" in page
    # Rows for the worker, so that copies are made and words are read.
    assert {(one.filed_as, one.conversation_id, one.kind) for one in rows(desk)} == {(number, number, None)}
    assert sorted(kept(settings)) == sorted(one.evidence_id for one in ticket.evidence)


def test_files_of_a_ticket_from_the_chat_belong_to_its_conversation(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, draft_id="d" * 32)
    bring(clerk, number, picture())
    with desk.reading() as session:
        conversation_id = session.scalar(select(Ticket.conversation_id).where(Ticket.number == number))
    assert conversation_id and rows(desk)[0].conversation_id == conversation_id


def test_neither_words_nor_files_are_asked_for_again(clerk: Browser, desk: Desk, number: str) -> None:
    assert bring(clerk, number, text="  ").status_code == 422
    assert rows(desk) == []


def test_the_same_words_once_more_are_a_conflict_and_no_wrong_field(clerk: Browser, number: str) -> None:
    assert bring(clerk, number, text="带来一张收据").status_code == 303
    assert bring(clerk, number, text="带来一张收据").status_code == 409


def test_an_unfit_file_takes_nothing_in_and_keeps_the_words(
    clerk: Browser, desk: Desk, settings: Settings, number: str
) -> None:
    answer = bring(clerk, number, picture(), (io.BytesIO(b"#!/bin/sh"), "a.png"), text="带来一张收据")
    assert answer.status_code == 422 and "附件没有收下" in answer.text and "带来一张收据" in answer.text
    assert rows(desk) == [] and kept(settings) == []


@pytest.mark.parametrize(("name", "kind"), [("一.png", "identity"), ("身份证正面.png", ""), ("一.png", "nonsense")])
def test_a_sensitive_file_needs_a_consent_of_its_own(
    clerk: Browser, desk: Desk, settings: Settings, number: str, name: str, kind: str
) -> None:
    answer = bring(clerk, number, picture(name), kind=kind)
    assert answer.status_code == 422 and "本人同意" in answer.text
    assert rows(desk) == [] and kept(settings) == []


def test_the_consent_is_kept_with_the_file(clerk: Browser, desk: Desk, number: str) -> None:
    assert bring(clerk, number, picture("身份证.png"), kind="", consent="yes").status_code == 303
    (row,) = rows(desk)
    assert (row.kind, row.consent) == ("identity", "given") and row.consent_at and row.consent_version


def test_a_stale_page_takes_nothing_in(clerk: Browser, desk: Desk, settings: Settings, number: str) -> None:
    answer = clerk.post(f"/tickets/{number}/supplement", version="0", evidence=[picture()], follow=False)
    assert answer.status_code == 409
    assert rows(desk) == [] and kept(settings) == []


def test_a_handler_adds_to_the_own_ticket_only(
    app: Flask,
    clerk: Browser,
    handler: Browser,
    desk: Desk,
    settings: Settings,
    staff: dict[str, AccountView],
    number: str,
) -> None:
    for step, fields in (("accept", {}), ("assign", {"department": "消保科", "handler": staff["handler"].id})):
        clerk.get(f"/tickets/{number}")
        with desk.reading() as session:
            version = queries.ticket(session, number).version
        assert clerk.post(f"/tickets/{number}/{step}", version=version, follow=False, **fields).status_code == 303
    with desk.reading() as session:
        version = queries.ticket(session, number).version
    other = signed_in(app, Role.LIAISON)
    assert other.post(f"/tickets/{number}/supplement", version=version, evidence=[picture()]).status_code in (403, 404)
    assert kept(settings) == []
    assert bring(handler, number, picture()).status_code == 303
    assert len(rows(desk)) == 1


def test_other_steps_stay_small(clerk: Browser, number: str, settings: Settings) -> None:
    large = (io.BytesIO(b"x" * 2 * 1024 * 1024), "a.png")
    assert clerk.post(f"/tickets/{number}/accept", version="1", evidence=[large], follow=False).status_code == 413

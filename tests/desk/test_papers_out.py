"""The printed conversation and the package of an archived ticket."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.desk.conftest import Browser, signed_in
from tests.factories import CLERK, NOW, an_office, file_ticket
from xiaobao.conversations import messages
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import BOT, CITIZEN
from xiaobao.desk.context import Desk
from xiaobao.documents import archive
from xiaobao.tickets import service
from xiaobao.tickets.tables import Audit
from xiaobao.tickets.workflow import Role, Step


def talked(desk: Desk, **changes: Any) -> str:
    """A ticket with a conversation in which a number, a code and markup were said."""
    with desk.writing.begin() as session:
        conversation = messages.open_conversation(session, channel="website", now=NOW)
        lines = [(CITIZEN, "我电话13800001234，<script>alert(1)</script>"), (BOT, "已提交，查询码 483920。")]
        for speaker, text in lines:
            messages.append(session, conversation, Draft(speaker=speaker, text=text), NOW)
    return file_ticket(desk.writing, conversation_id=conversation, channel="website", **changes)


def audits(desk: Desk, action: str) -> list[dict[str, Any]]:
    with desk.reading() as session:
        return list(session.scalars(select(Audit.payload).where(Audit.action == action).order_by(Audit.id)))


def test_the_conversation_is_printed_masked_and_written_down(clerk: Browser, desk: Desk) -> None:
    number = talked(desk)
    assert f"/tickets/{number}/transcript" in clerk.get(f"/tickets/{number}").text
    page = clerk.get(f"/tickets/{number}/transcript").text
    assert "138****1234" in page and "13800001234" not in page and "483920" not in page and "<script>alert" not in page
    assert "显示完整的" not in page and audits(desk, "print_transcript") == [{"unmasked": False}]


def test_a_supervisor_sees_it_whole_with_a_reason_and_never_the_query_code(app: Flask, desk: Desk, staff: Any) -> None:
    number, supervisor = talked(desk), signed_in(app, Role.SUPERVISOR)
    assert "显示完整的" in supervisor.get(f"/tickets/{number}/transcript").text
    for short in ("", " 要  "):
        assert supervisor.post(f"/tickets/{number}/transcript", reason=short).status_code == 422
    page = supervisor.post(f"/tickets/{number}/transcript", reason="法院来函调取").text
    assert "13800001234" in page and "483920" not in page and "<script>alert" not in page
    assert audits(desk, "print_transcript")[-1] == {"unmasked": True, "reason": "法院来函调取"}


def test_what_an_informant_said_is_never_printed_whole(app: Flask, desk: Desk, staff: Any) -> None:
    number, supervisor = talked(desk, ticket_kind="report"), signed_in(app, Role.SUPERVISOR)
    assert "显示完整的" not in supervisor.get(f"/tickets/{number}/transcript").text
    assert supervisor.post(f"/tickets/{number}/transcript", reason="法院来函调取").status_code == 403


def test_without_a_conversation_the_page_says_so(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, conversation_id=None)
    assert "没有对话记录" in clerk.get(f"/tickets/{number}/transcript").text


@pytest.fixture
def archived(desk: Desk) -> str:
    number = file_ticket(desk.writing)
    with desk.writing.begin() as session:
        service.reject(session, number, actor=CLERK, now=NOW, office=an_office(), ground="N3")
        service.step(session, number, step=Step.ARCHIVE, actor=CLERK, now=NOW, office=an_office())
    return number


def test_a_supervisor_takes_the_package_and_it_stays_the_same(
    app: Flask, desk: Desk, staff: Any, archived: str
) -> None:
    supervisor = signed_in(app, Role.SUPERVISOR)
    assert "下载归档包" in supervisor.get(f"/tickets/{archived}").text
    first = supervisor.post(f"/tickets/{archived}/package").data
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert "manifest.json" in packed.namelist()
    assert supervisor.post(f"/tickets/{archived}/package").data == first
    assert len(audits(desk, "open_package")) == 2


def test_others_and_other_tickets_have_none(app: Flask, desk: Desk, clerk: Browser, archived: str) -> None:
    assert "下载归档包" not in clerk.get(f"/tickets/{archived}").text
    assert clerk.post(f"/tickets/{archived}/package").status_code == 403
    supervisor, still_open = signed_in(app, Role.SUPERVISOR), file_ticket(desk.writing)
    assert supervisor.post(f"/tickets/{still_open}/package").status_code == 409
    assert "下载归档包" not in supervisor.get(f"/tickets/{still_open}").text


def test_a_package_that_changed_is_not_handed_out(app: Flask, desk: Desk, staff: Any, archived: str) -> None:
    supervisor = signed_in(app, Role.SUPERVISOR)
    supervisor.post(f"/tickets/{archived}/package")
    with desk.reading() as session:
        row = archive.of_ticket(session, archived)
        assert row is not None
        path = archive.intact(row, desk.settings.data_dir)
    path.chmod(0o640)
    path.write_bytes(b"PK something else")
    answer = supervisor.post(f"/tickets/{archived}/package")
    assert answer.status_code == 500 and "指纹对不上" in answer.text

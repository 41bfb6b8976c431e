"""The worker packs what was archived; one that cannot be packed holds up nobody."""

from __future__ import annotations

from tests.factories import CLERK, NOW, an_office, file_ticket
from xiaobao import database
from xiaobao.conversations.papers import Document
from xiaobao.documents import archive
from xiaobao.settings import Settings
from xiaobao.tickets import service
from xiaobao.tickets.workflow import Step
from xiaobao.worker import archives


def archived(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        service.reject(session, number, actor=CLERK, now=NOW, office=an_office(), ground="N3")
        service.step(session, number, step=Step.ARCHIVE, actor=CLERK, now=NOW, office=an_office())
    return number


def test_what_is_archived_is_packed_once_and_a_damaged_one_holds_up_nobody(engine, tmp_path):
    sessions = database.make_sessions(engine)
    settings = Settings.from_env({"XIAOBAO_DATA": str(tmp_path), "SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40})
    assert archives.pack_waiting(sessions, settings, lambda: NOW) == 0
    damaged, whole = archived(sessions), archived(sessions)
    file_ticket(sessions)
    row = Document(
        ticket_number=damaged, office_id="demo", kind="rejection", title="不予受理告知书", year=2026, running=1, number="1号",
        steps=[], data=b"not what was kept", sha256="0" * 64, template_sha256="0" * 64, text="", shown="", made_at=NOW,
        sent_at=NOW,
    )  # fmt: skip
    with sessions.begin() as session:
        session.add(row)
    assert archives.pack_waiting(sessions, settings, lambda: NOW) == 1
    assert archives.pack_waiting(sessions, settings, lambda: NOW) == 0
    with sessions() as session:
        assert archive.of_ticket(session, whole) is not None and archive.waiting(session) == [damaged]

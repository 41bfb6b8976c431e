"""What is forgotten, and what is not."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select

from tests.factories import NOW, file_ticket
from xiaobao import database
from xiaobao.conversations import messages, parts, uploads
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import Conversation, Message
from xiaobao.worker import retention

DAYS = 180
LATER = NOW + timedelta(days=DAYS + 1)


@pytest.fixture(params=["own file", "same database"])
def tracker(request, tmp_path, database_url):
    """A tracker database as Rasa and our store make it (columns of Rasa 3.6's `events` and our `heads`)."""
    url = f"sqlite:///{tmp_path / 'tracker.db'}" if request.param == "own file" else database_url
    engine = database.make_engine(url)
    metadata = sa.MetaData()
    sa.Table("events", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("sender_id", sa.String(255)),
             sa.Column("type_name", sa.String(255)), sa.Column("timestamp", sa.Float), sa.Column("data", sa.Text))  # fmt: skip
    sa.Table(
        "heads", metadata, sa.Column("sender_id", sa.String(255), primary_key=True), sa.Column("snapshot", sa.Text)
    )
    metadata.drop_all(engine)
    metadata.create_all(engine)
    yield engine
    metadata.drop_all(engine)
    engine.dispose()


def talk(sessions, tracker, evidence_dir: Path, at=NOW):
    """A conversation with a message, an event, a snapshot and a photo."""
    with sessions.begin() as session:
        conversation = messages.open_conversation(session, channel="website", now=at)
        messages.append(session, conversation, Draft("citizen", "我要投诉"), at)
        file = uploads.Received("a.jpg", "image/jpeg", 3, "0" * 64, f"{conversation}.jpg")
        upload, _ = uploads.add(session, conversation, file, at)
        uploads.set_preview(session, upload.evidence_id, f"{conversation}.jpg.preview.jpg")
    evidence_dir.mkdir(exist_ok=True)
    (evidence_dir / f"{conversation}.jpg").write_bytes(b"abc")
    (evidence_dir / f"{conversation}.jpg.preview.jpg").write_bytes(b"ab")
    with tracker.begin() as connection:
        insert = sa.text("INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (:s, 'user', :t, '{}')")
        connection.execute(insert, {"s": conversation, "t": at.timestamp()})
        connection.execute(sa.text("INSERT INTO heads (sender_id, snapshot) VALUES (:s, '[]')"), {"s": conversation})
    return conversation


def senders(tracker):
    with tracker.connect() as connection:
        return {
            table: set(connection.scalars(sa.text(f"SELECT sender_id FROM {table}"))) for table in ("events", "heads")
        }


def test_an_old_conversation_goes_with_its_messages_files_and_tracker(sessions, tracker, tmp_path):
    evidence = tmp_path / "evidence"
    old = talk(sessions, tracker, evidence)
    young = talk(sessions, tracker, evidence, LATER - timedelta(days=2))
    removed = retention.forget(sessions, tracker, evidence, DAYS, LATER)
    assert removed == retention.Removed(conversations=1, files=2, trackers=1)
    assert senders(tracker) == {"events": {young}, "heads": {young}}
    assert {path.name for path in evidence.iterdir()} == {f"{young}.jpg", f"{young}.jpg.preview.jpg"}
    with sessions.begin() as session:
        assert session.scalars(select(Conversation.id)).all() == [young]
        assert session.scalar(select(func.count()).select_from(Message)) == 1
    assert old not in senders(tracker)["heads"]


def test_a_conversation_with_an_open_ticket_is_kept(sessions, tracker, tmp_path):
    conversation = talk(sessions, tracker, tmp_path / "evidence")
    file_ticket(sessions, conversation_id=conversation)
    assert retention.forget(sessions, tracker, tmp_path / "evidence", DAYS, LATER).conversations == 0
    assert conversation in senders(tracker)["events"]


def test_filed_evidence_outlives_its_conversation(sessions, tracker, tmp_path):
    evidence = tmp_path / "evidence"
    conversation = talk(sessions, tracker, evidence)
    with sessions.begin() as session:
        (upload,) = uploads.of_conversation(session, conversation)
        uploads.mark_filed(session, [upload.evidence_id], "XB20261123-000001")
    assert retention.forget(sessions, tracker, evidence, DAYS, LATER).files == 0
    assert (evidence / f"{conversation}.jpg").exists()


def test_a_crash_before_the_commit_is_made_good_by_the_next_run(sessions, tracker, tmp_path):
    evidence = tmp_path / "evidence"
    conversation = talk(sessions, tracker, evidence)
    (evidence / f"{conversation}.jpg").unlink()  # gone, its row still there
    removed = retention.forget(sessions, tracker, evidence, DAYS, LATER)
    assert (removed.conversations, removed.files) == (1, 1)


def test_tracker_rows_of_a_conversation_just_begun_are_left_alone(sessions, tracker, tmp_path):
    with tracker.begin() as connection:
        insert = sa.text("INSERT INTO events (sender_id, type_name, timestamp, data) VALUES ('new', 'user', :t, '{}')")
        connection.execute(insert, {"t": LATER.timestamp() - 60})
    assert retention.forget_trackers(sessions, tracker, LATER) == 0
    assert retention.forget_trackers(sessions, tracker, LATER + timedelta(days=2)) == 1


def test_a_path_that_leads_out_of_the_evidence_folder_is_not_followed(tmp_path):
    outside = tmp_path / "precious"
    outside.write_text("x")
    (tmp_path / "evidence").mkdir()
    assert not retention.unlink(tmp_path / "evidence", "../precious")
    assert outside.exists()


def test_a_tracker_database_that_rasa_never_opened_is_no_error(sessions, tmp_path):
    empty = database.make_engine(f"sqlite:///{tmp_path / 'none.db'}")
    assert retention.forget_trackers(sessions, empty, LATER) == 0
    empty.dispose()


def test_a_file_in_parts_that_nobody_finished_goes_after_a_day(sessions, tracker, tmp_path):
    evidence = tmp_path / "evidence"
    (evidence / "parts").mkdir(parents=True)
    begun = {}
    for name, at in (("old", NOW - timedelta(hours=25)), ("young", NOW - timedelta(hours=23))):
        with sessions.begin() as session:
            conversation = messages.open_conversation(session, channel="website", now=NOW)
            row = parts.begin(session, conversation, parts.Announced(f"{name}.mp4", 9), at, most_bytes=99)
            begun[name] = row.path
        (evidence / row.path).write_bytes(b"half")
    stray = evidence / "parts" / "stray"
    stray.write_bytes(b"half")
    os.utime(stray, (0, 0))
    assert retention.forget(sessions, tracker, evidence, DAYS, NOW).files == 2
    assert not (evidence / begun["old"]).exists() and (evidence / begun["young"]).exists()
    assert retention.forget(sessions, tracker, evidence, DAYS, NOW).files == 0


def test_a_sensitive_file_without_its_consent_goes_after_seven_days(sessions, tracker, tmp_path):
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    with sessions.begin() as session:
        conversation = messages.open_conversation(session, channel="website", now=NOW)
        for name, kind in (("paper", "identity"), ("plain", None)):
            file = uploads.Received(f"{name}.jpg", "image/jpeg", 3, name.ljust(64, "0"), name)
            uploads.add(session, conversation, file, NOW, kind=kind)
            (evidence / name).write_bytes(b"abc")
    assert retention.forget(sessions, tracker, evidence, DAYS, NOW + timedelta(days=6)).files == 0
    assert retention.forget(sessions, tracker, evidence, DAYS, NOW + timedelta(days=8)).files == 1
    assert [path.name for path in evidence.iterdir()] == ["plain"]
    with sessions.begin() as session:
        assert [one.filename for one in uploads.of_conversation(session, conversation)] == ["plain.jpg"]


def test_a_draft_nobody_came_back_to_leaves_no_contact_data_in_rasas_record(sessions, tracker, tmp_path):
    phone, other = "13800001234", "13900005678"
    mine, young = (
        talk(sessions, tracker, tmp_path / "e"),
        talk(sessions, tracker, tmp_path / "e", NOW + timedelta(days=6)),
    )
    with tracker.begin() as connection:
        for sender, number in ((mine, phone), (young, other)):
            for data in (
                {"event": "user", "text": f"电话{number}"},
                {"event": "slot", "name": "contact_phone", "value": number},
            ):
                insert = sa.text("INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (:s, 'x', :t, :d)")
                connection.execute(insert, {"s": sender, "t": NOW.timestamp(), "d": json.dumps(data)})
            snapshot = json.dumps([{"event": "slot", "name": "contact_phone", "value": number}])
            connection.execute(
                sa.text("UPDATE heads SET snapshot = :d WHERE sender_id = :s"), {"s": sender, "d": snapshot}
            )
    retention.forget(sessions, tracker, tmp_path / "e", DAYS, NOW + timedelta(days=8))
    with tracker.connect() as connection:
        whole = str(connection.execute(sa.text("SELECT data FROM events")).all())
        whole += str(connection.execute(sa.text("SELECT snapshot FROM heads")).all())
    assert phone not in whole and other in whole


def test_of_a_conversation_that_goes_on_what_is_old_goes(sessions, tracker, tmp_path):
    mine = talk(sessions, tracker, tmp_path / "evidence")
    waiting = talk(sessions, tracker, tmp_path / "evidence")
    file_ticket(sessions, conversation_id=waiting)
    with sessions.begin() as session:
        for one in (mine, waiting):
            messages.append(session, one, Draft("citizen", "还在"), LATER)
    assert retention.forget(sessions, tracker, tmp_path / "evidence", DAYS, LATER).conversations == 0
    with sessions.begin() as session:
        assert [message.text for message in messages.of_conversation(session, mine)] == ["还在"]
        assert [message.text for message in messages.of_conversation(session, waiting)] == ["我要投诉", "还在"]
        assert messages.append(session, mine, Draft("citizen", "又来了"), LATER)[0].seq == 3

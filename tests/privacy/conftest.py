"""A citizen whose words lie in every place where the product puts words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from tests.documents.conftest import catalogue, sending, shipped
from tests.documents.test_store import written
from tests.factories import CLERK, HANDLER, NOW, a_submission, an_office, staff
from tests.privacy import search
from xiaobao import database
from xiaobao.conversations import copies, messages, parts, subscriptions, turns, uploads, wechat
from xiaobao.conversations.messages import Draft
from xiaobao.documents import archive, store
from xiaobao.tickets import (
    attempts,
    contacts,
    inspections,
    lessons,
    liaison,
    outbox,
    reminders,
    saved_filters,
    service,
)
from xiaobao.tickets.liaison import LiaisonTask
from xiaobao.tickets.workflow import Role, Step
from xiaobao.worker.erasure import Places

__all__ = ["catalogue", "sending", "shipped"]

NAME, PHONE, HOME = "欧阳璎珞", "13677412985", "云泽市西城区雀儿巷9弄4号"
STORY = "九月在珊瑚沙龙烫发，头皮被药水灼伤，店长翻脸不认"
ASKED, MAIL, ORDER = "烫发药水灼伤了能不能要求三倍", "yingluo.ouyang@example.com", "DD20260915887766"
NEEDLES = frozenset({NAME, PHONE, HOME, STORY, ASKED, MAIL, ORDER})
# Fields of a ticket that hold what somebody typed, as it was typed.
FREE = (
    *("item", "merchant", "merchant_address", "shop_name", "platform", "amount_text", "event_date_text"),
    *("policy_number", "problem", "problem_secondary", "tried_with_merchant", "region", "relation", "elsewhere"),
)
OFFICE = an_office("regulator")


@dataclass(frozen=True)
class World:
    """Databases and folders of one installation."""

    places: Places
    url: str
    folder: Path
    catalogue: Any
    shipped: Any
    sending: Any

    @property
    def sessions(self) -> sessionmaker[Session]:
        return self.places.sessions

    def found(self) -> dict[str, set[str]]:
        """Needles and where they lie: files, databases with log and free pages, a dump of PostgreSQL."""
        there = search.in_folder(NEEDLES, self.folder)
        if not self.url.startswith("sqlite"):
            for needle in search.in_postgres(NEEDLES, self.url):
                there.setdefault(needle, set()).add("postgresql")
        return there

    def columns(self) -> set[str]:
        """`table.column` of everything that holds a needle."""
        found: set[str] = set()
        tables = sa.MetaData()
        tables.reflect(self.places.engine)
        with self.places.engine.connect() as connection:
            for table in tables.tables.values():
                if table.name.startswith("ticket_search"):  # the index: runs of characters, tested by searching
                    continue
                for row in connection.execute(sa.select(table)):
                    for name, value in row._mapping.items():
                        content = value if isinstance(value, bytes) else json.dumps(value, default=str).encode()
                        if value is not None and search.in_bytes(NEEDLES, content):
                            found.add(f"{table.name}.{name}")
        return found


@pytest.fixture
def world(
    database_url: str,
    engine: sa.Engine,
    sessions: sessionmaker[Session],
    tmp_path: Path,
    catalogue: Any,
    shipped: Any,
    sending: Any,
) -> Iterator[World]:
    """An empty installation; Rasa's record is a database of its own."""
    tracker = database.make_engine(f"sqlite:///{tmp_path / 'tracker.db'}")
    with tracker.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255), type_name VARCHAR(255), "
                "timestamp FLOAT, data TEXT)"
            )
        )
        connection.execute(sa.text("CREATE INDEX ix_events_sender_id ON events (sender_id)"))
        connection.execute(
            sa.text("CREATE TABLE heads (sender_id VARCHAR(255) PRIMARY KEY, first_id INTEGER, snapshot TEXT)")
        )
    (tmp_path / "evidence" / "parts").mkdir(parents=True)
    places = Places(sessions, engine, tracker, tmp_path / "evidence", tmp_path)
    yield World(places, database_url, tmp_path, catalogue, shipped, sending)
    tracker.dispose()


def talk(world: World, channel: str = "website") -> str:
    """A conversation that left something everywhere but in a ticket."""
    answer = "/give_contact" + json.dumps({"contact_name": NAME, "contact_phone": PHONE}, ensure_ascii=False)
    with world.sessions.begin() as session:
        mine = messages.open_conversation(session, channel=channel, now=NOW)
        for text in (STORY, ASKED):
            messages.append(session, mine, Draft("citizen", text, payload=text, client_message_id=text[:4]), NOW)
            owed = turns.next_turn(session, mine)
            assert owed
            rows = [{"n": 1, "title": "经过", "value": STORY, "payload": "/amend" + json.dumps({"value": STORY})}]
            turns.answer(session, owed.turn_id, [Draft("bot", f"听明白了：{text}", card={"rows": rows})], NOW)
        said = f"{NAME}，{PHONE}，{HOME}"
        messages.append(session, mine, Draft("citizen", said, payload=answer), NOW)
        owed = turns.next_turn(session, mine)
        assert owed
        turns.answer(
            session, owed.turn_id, [Draft("bot", "记下了", buttons=[{"title": NAME, "payload": "/x" + said}])], NOW
        )
        messages.set_form(session, mine, {"title": STORY, "filled": 1, "missing": 1})
        photo = uploads.Received(f"{NAME}.jpg", "image/jpeg", 3, "0" * 64, f"{mine}.jpg")
        upload, _ = uploads.add(session, mine, photo, NOW)
        uploads.set_preview(session, upload.evidence_id, f"{mine}.preview.jpg")
        uploads.set_text(session, upload.evidence_id, [{"text": PHONE}], {"merchant": {"text": STORY}})
        part = parts.begin(session, mine, parts.Announced(f"{NAME}.mp4", 9), NOW, most_bytes=99)
        copies.keep(session, mine, {"name": NAME, "phone": PHONE}, NOW)
        lessons.add(session, kind="declined", question=ASKED, now=NOW)
        attempts.count_wrong(session, f"conversation:{mine}", NOW)
        outbox.put(
            session, conversation_id=mine, channel=channel, response="utter_x", params={"text": STORY}, now=NOW
        ).state = "undeliverable"
    for name in (f"{mine}.jpg", f"{mine}.preview.jpg", part.path):
        (world.places.evidence_dir / name).write_bytes(f"\xff\xd8 {NAME} {PHONE}".encode())
    with world.places.tracker.begin() as connection:
        for text in (STORY, said, answer):
            connection.execute(
                sa.text("INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (:s, 'user', :t, :d)"),
                {"s": mine, "t": NOW.timestamp(), "d": json.dumps({"event": "user", "text": text})},
            )
        snapshot = json.dumps([{"event": "slot", "name": "contact_phone", "value": PHONE}])
        connection.execute(sa.text("INSERT INTO heads VALUES (:s, 1, :d)"), {"s": mine, "d": snapshot})
    return mine


def on_wechat(world: World) -> str:
    """The same by a follower of the account, with texts on their way."""
    mine = talk(world, "wechat")
    with world.sessions.begin() as session:
        follower = wechat.citizen(session, "o-follower", NOW)
        session.delete(messages.conversation(session, follower.conversation_id))
        session.flush()
        session.expire_all()
        session.add(wechat.WechatCitizen(openid="o-follower", conversation_id=mine, parked=[STORY], unsure=[PHONE]))
        session.flush()
        wechat.begin_sending(session, "o-follower", [f"{NAME}，您好"], NOW)
        wechat.note_push(session, "key", NOW, conversation_id=mine, seq=1)
        wechat.replied(session, "key", f"{NAME}，{STORY}")
        subscriptions.ask(session, "o-follower", NOW)
    return mine


def file(world: World, conversation_id: str | None, *, whole: bool = True, **changes: Any) -> str:
    """A ticket of this citizen; `whole`: it went through everything an office does, to the archive."""
    evidence_dir = world.places.evidence_dir
    picture = f"\xff\xd8 {NAME}".encode()
    (evidence_dir / "filed.jpg").write_bytes(picture)
    evidence = service.Evidence(
        "filed", f"{NAME}.jpg", "image/jpeg", 3, hashlib.sha256(picture).hexdigest(), "filed.jpg"
    )
    told = dict(
        contact_name=NAME, contact_phone=PHONE, contact_address=HOME, contact_email=MAIL, narrative=STORY, claim=STORY,
        order_number=ORDER, on_behalf_of=NAME, contact_note=NAME, sources={"narrative": "said"},
        **dict.fromkeys(FREE, STORY),
    )  # fmt: skip
    with world.sessions.begin() as session:
        submission = a_submission(**{**told, **changes}, conversation_id=conversation_id, evidence=(evidence,))
        number = service.submit(session, submission, office=OFFICE, now=NOW).number
        if conversation_id:
            received = uploads.Received(f"{NAME}.jpg", "image/jpeg", 3, "1" * 64, "filed.jpg")
            upload, _ = uploads.add(session, conversation_id, received, NOW)
            uploads.set_text(session, upload.evidence_id, [{"text": PHONE}], {"merchant": {"text": STORY}})
            uploads.mark_filed(session, [upload.evidence_id], number)
        owner = staff(session, Role.SUPERVISOR, f"zhou{number[-3:]}", "周督办")
        assert owner.account_id
        saved_filters.save(session, owner.account_id, "一位", {"text": PHONE}, NOW)
        if not whole:
            return number
        service.accept(session, number, actor=CLERK, now=NOW, office=OFFICE)
        document = written(session, world.catalogue, world.shipped, number, sending=world.sending)
        store.offer(session, document, world.sending) if conversation_id else None
        call = contacts.Entry("citizen", "telephone", NOW, True, f"{NAME}说：{STORY}")
        contacts.add(session, number, call, actor=CLERK, now=NOW, office=OFFICE)
        ticket = service.locked(session, number, None)
        task = LiaisonTask(
            ticket_id=ticket.id, institution="银行", question=STORY, handed_at=NOW, limit_on=NOW.date(),
            answer=f"已联系{NAME}", files=[{"path": "liaison/1", "filename": f"{NAME}.pdf"}],
        )  # fmt: skip
        session.add(task)
        service.reply(session, number, actor=HANDLER, now=NOW, office=OFFICE, text=f"{NAME}您好：{STORY}")
        service.close(session, number, actor=HANDLER, now=NOW, office=OFFICE, result=f"退给{NAME}")
        service.audit(session, actor=CLERK, action="look", subject=number, now=NOW, payload={"filename": f"{NAME}.jpg"})
        service.step(session, number, step=Step.ARCHIVE, actor=CLERK, now=NOW, office=OFFICE)
    (evidence_dir / "liaison").mkdir(exist_ok=True)
    (evidence_dir / "liaison" / "1").write_bytes(NAME.encode())
    archive.pack(
        world.sessions, world.sessions, number, catalogue=world.catalogue, evidence_dir=evidence_dir,
        data_dir=world.folder, now=NOW,
    )  # fmt: skip
    return number


_ = (inspections, liaison, reminders)

"""A citizen is erased: afterwards nothing of theirs is found anywhere, or exactly what docs/my-data.md lists."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.factories import CONVERSATION, NOW, an_office, file_ticket
from tests.privacy import conftest as planted
from tests.privacy.conftest import NEEDLES, PHONE, STORY, file, on_wechat, talk
from tests.tickets.test_devices import moved
from xiaobao.conversations import erasures, messages, turns
from xiaobao.conversations.copies import PersonalCopy
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import Conversation
from xiaobao.tickets import caller, exports, grams, matches, queries, search_index
from xiaobao.tickets.tables import Audit, OutboxRow, Ticket
from xiaobao.tickets.workflow import Kind
from xiaobao.worker import erasure

DOCS = Path(__file__).resolve().parents[2] / "docs" / "my-data.md"
SOON = NOW + timedelta(minutes=1)
OFFICE = an_office("regulator")
OVER = NOW + timedelta(days=OFFICE.keep_days + 1)


def office(_session):
    return OFFICE


def ask(world, conversation_id, at=NOW, tickets=()):
    with world.sessions.begin() as session:
        return erasures.ask(session, conversation_id, at, tickets).id


def erase(world, at=SOON):
    return erasure.erase_waiting(world.places, office, lambda: at)


def audits(world, action="erase"):
    with world.sessions.begin() as session:
        rows = session.scalars(sa.select(Audit).where(Audit.action == action).order_by(Audit.id))
        return [(row.subject, row.payload) for row in rows]


@pytest.mark.parametrize("plant", [talk, on_wechat], ids=["website", "wechat"])
def test_without_a_ticket_nothing_is_left_anywhere(world, plant):
    mine, other = plant(world), None
    with world.sessions.begin() as session:
        other = messages.open_conversation(session, channel="website", now=NOW)
        messages.append(session, other, Draft("citizen", "别人的话"), NOW)
    assert set(world.found()) >= NEEDLES - {planted.MAIL, planted.ORDER}
    wish = ask(world, mine)
    assert erase(world) == 1
    assert world.found() == {}
    with world.sessions.begin() as session:
        assert session.scalars(sa.select(Conversation.id)).all() == [other]
        assert session.scalars(sa.select(erasures.Erasure)).all() == []
    assert audits(world) == [(wish, {"why": "asked", "messages": 6, "files": 3, "tickets": 0, "kept": 0})]
    assert mine not in str(audits(world))


def test_with_a_ticket_whose_period_is_over_nothing_is_left_either(world):
    mine = talk(world)
    number, elsewhere = file(world, mine), file(world, None, whole=False)
    file(world, None, whole=False, ticket_kind="report", beside_complaint=number)
    ask(world, mine, at=OVER - timedelta(minutes=1), tickets=[elsewhere])
    assert erase(world, at=OVER) == 1
    assert world.found() == {}
    with world.sessions.begin() as session:
        assert session.scalars(sa.select(Ticket.id)).all() == []
        for word in (STORY[:4], "灼伤", planted.ORDER):
            assert search_index.ids(session, grams.asked(word), [], 5, None) == []
    assert {subject for subject, _ in audits(world)} >= {number, elsewhere}
    assert all(payload == {} for _, payload in audits(world, "look"))


def test_of_a_live_ticket_exactly_what_the_docs_list_remains(world):
    mine = talk(world)
    number = file(world, mine)
    ask(world, mine)
    assert erase(world) == 1
    listed = set(re.findall(r"^\| `(\w+\.\w+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    assert world.columns() == listed
    files = {path.relative_to(world.folder).as_posix() for path in world.folder.rglob("*") if path.is_file()}
    databases = {name for name in files if name.startswith(("xiaobao.db", "tracker.db"))}
    assert files - databases == {"evidence/filed.jpg", "evidence/liaison/1", f"archives/{archive_of(world)}"}
    assert planted.search.in_bytes(NEEDLES, (world.folder / "tracker.db").read_bytes()) == set()
    with world.sessions.begin() as session:
        kept = queries.ticket(session, number)
        assert (kept.conversation_id, kept.erasure_asked_at) == (None, SOON)
    # When the period is over the job takes the rest.
    assert erasure.erase_run_out(world.places, office, lambda: OVER) == 1
    assert world.found() == {}


def archive_of(world):
    return next((world.folder / "archives").iterdir()).name


def test_the_conversation_on_the_device_before_goes_too(world):
    before, now = talk(world), talk(world)
    number = file(world, before, whole=False)
    moved(world.sessions, number, to=now, channel="website")
    ask(world, now, OVER)
    later = OVER + timedelta(minutes=1)
    assert erase(world, later) == 1 and erase(world, later) == 1
    with world.sessions.begin() as session:
        assert session.scalars(sa.select(Conversation.id).where(Conversation.id.in_([before, now]))).all() == []


def test_every_other_use_of_a_kept_ticket_stops(world):
    mine = talk(world)
    number = file(world, mine, whole=False)
    other = file_ticket(world.sessions, "regulator", contact_phone=PHONE, merchant="云泽市东城区好物电器店")
    with world.sessions.begin() as session:
        waiting = session.scalars(sa.select(OutboxRow).join(Ticket).where(Ticket.number == number)).all()
    ask(world, mine)
    erase(world)
    with world.sessions.begin() as session:
        assert [one.number for one in queries.search(session, text=PHONE).items] == [other]
        matter = matches.Matter.of(session.scalar(sa.select(Ticket).where(Ticket.number == other)))
        known = caller.tickets(session, matter, phone=PHONE, source_number=None, kinds=tuple(Kind))
        assert [one.ticket.number for one in known] == [other]
        assert number not in [one.ticket.number for one in matches.duplicates(session, other, tuple(Kind))]
        assert queries.contact_of(session, mine) == {}
        code = session.scalar(sa.select(Ticket.query_code).where(Ticket.number == number))
        assert queries.for_citizen(session, number, code) is not None
        # What still had to be told becomes a call.
        states = session.scalars(sa.select(OutboxRow.state).join(Ticket).where(Ticket.number == number))
        assert set(states) <= {"undeliverable", "delivered", "undelivered"} or not waiting
    rows = list(exports.rows(world.sessions, [Ticket.number == number], "", unmasked=True))
    assert planted.search.in_bytes(NEEDLES, str(rows).encode()) == set()


def test_an_open_ticket_is_never_taken_by_time_alone(world):
    number = file_ticket(world.sessions, "regulator")
    assert erasure.erase_run_out(world.places, office, lambda: OVER) == 0
    ask(world, CONVERSATION, at=OVER - timedelta(minutes=2))
    assert erase(world, OVER) == 1
    with world.sessions.begin() as session:
        assert session.scalar(sa.select(Ticket).where(Ticket.number == number)) is None


def test_asked_in_the_middle_of_an_answer_it_waits_for_its_end(world):
    mine = talk(world)
    with world.sessions.begin() as session:
        messages.append(session, mine, Draft("citizen", "删除我的信息", payload="删除我的信息"), NOW)
        owed = turns.next_turn(session, mine)
        assert owed
        erasures.ask(session, mine, NOW)
    assert erase(world) == 0
    assert set(world.found()) >= {STORY}
    with world.sessions.begin() as session:
        turns.answer(session, owed.turn_id, [Draft("bot", "好")], SOON)
    assert erase(world, SOON + timedelta(seconds=1)) == 1
    assert world.found() == {}


def test_a_turn_that_never_ends_is_not_waited_for_forever(world):
    mine = talk(world)
    with world.sessions.begin() as session:
        turns.begin(session, mine, "/greet", NOW)
    ask(world, mine)
    assert erase(world, NOW + timedelta(minutes=9)) == 0
    assert erase(world, NOW + timedelta(minutes=11)) == 1


def test_a_crash_after_the_rows_is_made_good_by_the_next_run(world, monkeypatch):
    mine = talk(world)
    ask(world, mine)
    monkeypatch.setattr(erasure, "scrub", lambda places: False)  # somebody reads all the time
    assert erase(world) == 0
    monkeypatch.undo()
    assert erase(world) == 1
    assert world.found() == {}
    assert len(audits(world)) == 1


def test_two_workers_erase_once(world):
    ask(world, talk(world))
    both = [threading.Thread(target=erase, args=(world,)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    erase(world)
    assert len(audits(world)) == 1
    assert world.found() == {}


def test_asked_twice_it_is_one_wish_with_all_tickets(world):
    assert ask(world, CONVERSATION, tickets=["XB1"]) == ask(world, CONVERSATION, tickets=["XB2"])
    with world.sessions.begin() as session:
        found = erasures.of_conversation(session, CONVERSATION)
        assert found and found.tickets == ["XB1", "XB2"]


def test_a_file_that_leads_elsewhere_is_not_followed(world):
    precious = world.folder / "precious"
    precious.write_bytes(b"x")
    mine = talk(world)
    with world.sessions.begin() as session:
        session.execute(sa.text("UPDATE upload SET path = '../precious'"))
    ask(world, mine)
    assert erase(world) == 1
    assert precious.exists()


def test_a_large_file_is_rewritten_at_night_only(world, monkeypatch):
    ask(world, talk(world))
    monkeypatch.setattr(erasure, "LARGE", 1)
    assert erase(world) == 0  # Rasa's record is a file of SQLite in both cases
    with world.sessions.begin() as session:
        assert session.scalars(sa.select(Conversation.id)).all() == []  # the rows are gone at once
    assert erasure.erase_waiting(world.places, office, lambda: SOON, at_night=True) == 1
    assert world.found() == {}


def test_a_copy_for_download_goes_after_an_hour(world):
    talk(world)
    for later, left in ((timedelta(minutes=59), 1), (timedelta(minutes=61), 0)):
        erase(world, NOW + later)
        with world.sessions.begin() as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(PersonalCopy)) == left

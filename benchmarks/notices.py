"""Many notices, doors that fail, workers that are killed: is each told in its order, once, or somebody's call?

    python -m benchmarks.notices [--notices 10000] [--databases sqlite postgresql] [--share 0.1] [--seed 1] [--kill 5 9]

Two real workers (`python -m xiaobao.worker`) hand the notices of an outbox to a door that appends them to real
conversations as the bot's does, and fails for `share` of the calls: refuses, breaks off before it has stored anything,
stores and breaks off, or takes its time. One worker or the other is killed (-9) every few seconds (`--kill`: at least, at
most; on a busy machine a start alone takes five) and started again.
One conversation in fifty is gone, and one citizen in fifty has unfollowed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import secrets
import subprocess
import sys
import threading
import time
from collections import Counter
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import func, make_url, select
from sqlalchemy.orm import Session, sessionmaker

from benchmarks import databases
from tests.factories import file_ticket
from tests.simulators.json_door import JsonHandler
from xiaobao import database
from xiaobao.conversations import messages
from xiaobao.conversations.messages import Draft, UnknownConversation
from xiaobao.conversations.tables import BOT, Conversation, Message
from xiaobao.settings import ROOT
from xiaobao.tickets import deadlines, delivery, outbox, worklist
from xiaobao.tickets.tables import OutboxRow, Ticket

PER_TICKET = 10
SPECIAL = 50  # one ticket in so many has no conversation any more, one a citizen who has left
KILL_SECONDS = (5.0, 9.0)  # at least, at most; a worker needs some of it to start
PATIENCE, PATIENCE_EACH = 300.0, 0.5  # seconds, and more for each notice: beyond that something hangs


class Door(ThreadingHTTPServer):
    """Stands where the bot's doors for notices are."""

    daemon_threads = True

    def __init__(self, sessions: sessionmaker[Session], share: float, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.sessions, self.share, self.chance = sessions, share, random.Random(seed)
        self.met: Counter[str] = Counter()
        self.lock = threading.Lock()

    def fault(self) -> str:
        """What goes wrong at this call, "" for nothing."""
        with self.lock:
            bad = self.chance.random() < self.share
            found = self.chance.choice(("refused", "broken before", "broken after", "slow")) if bad else ""
            self.met[found or "well"] += 1
        return found

    def append(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """As the bot's doors do: once per notice_id."""
        try:
            with self.sessions.begin() as session:
                said = Draft(BOT, body["response"], notice_id=body["notice_id"])
                message, fresh = messages.append(session, body["conversation_id"], said, deadlines.now())
                left = session.get_one(Conversation, body["conversation_id"]).channel == "wechat"
                answer = {"seq": message.seq, "already": not fresh} | ({"delivery": "left"} if left else {})
        except UnknownConversation:
            return 404, {"code": "conversation_unknown"}
        return 200, answer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that was killed hangs up; nobody has to read of it."""


class Handler(JsonHandler):
    server: Door

    def do_POST(self) -> None:
        body, fault = self.body(), self.server.fault()
        if fault == "broken before":
            self.close_connection = True
            return
        if fault == "slow":
            time.sleep(0.3)
        status, answer = (503, {"code": "busy"}) if fault == "refused" else self.server.append(body)
        if fault == "broken after":
            self.close_connection = True
            return
        self.answer(status, answer)


def run(
    url: str, folder: Path, count: int, share: float, seed: int, pauses: tuple[float, float] = KILL_SECONDS
) -> dict[str, Any]:
    """Write the notices, let the workers work, and judge. `wrong` lists what must not be, empty when all is well."""
    engine = database.make_engine(url)
    sessions = database.make_sessions(engine)
    write(sessions, count)
    door = Door(sessions, share, seed)
    threading.Thread(target=door.serve_forever, args=(0.05,), daemon=True).start()
    try:
        began = time.monotonic()
        looking = database.make_sessions(engine, read_only=True)  # waits for no writer and holds none up
        patience = PATIENCE + PATIENCE_EACH * count
        kills = work(url, folder, door, looking, random.Random(seed + 1), patience, pauses)
        seconds = time.monotonic() - began
        found = judge(looking)
    finally:
        door.shutdown()
        door.server_close()
        engine.dispose()
    return {"notices": count, "seconds": round(seconds, 1), "kills": kills, "door": dict(door.met), **found}


def write(sessions: sessionmaker[Session], count: int) -> None:
    """Tickets with conversations, and their notices, one after another as steps would write them."""
    now = deadlines.now()
    tickets = []
    for n in range(-(-count // PER_TICKET)):
        number = file_ticket(sessions, merchant=f"第{n}百货店", draft_id=f"draft-{n}", conversation_id=f"c{n}", now=now)
        channel = "wechat" if n % SPECIAL == 2 else "website"
        with sessions.begin() as session:
            if n % SPECIAL != 1:
                session.add(Conversation(id=f"c{n}", channel=channel, created_at=now, last_seen_at=now))
            found = session.scalar(select(Ticket.id).where(Ticket.number == number))
        tickets.append((n, channel, found))
    with sessions.begin() as session:
        for place in range(PER_TICKET):
            for n, channel, ticket_id in tickets[: count - place * len(tickets)]:
                outbox.put(
                    session,
                    conversation_id=f"c{n}",
                    channel=channel,
                    response="utter_notice_closed",
                    params={"text": f"{place}"},
                    now=now,
                    ticket_id=ticket_id,
                )
            session.flush()


def work(
    url: str,
    folder: Path,
    door: Door,
    sessions: sessionmaker[Session],
    chance: random.Random,
    patience: float,
    pauses: tuple[float, float],
) -> int:
    """Two workers until nothing waits, one of them killed now and then. How often that was. Raises TimeoutError."""
    names = {"DATABASE_URL": str(make_url(url).render_as_string(False)), "XIAOBAO_DATA": str(folder), "OCR": "no"}
    names |= {"SECRET_KEY": secrets.token_hex(20), "INTERNAL_SECRET": "i" * 40, "OFFICE": "demo"}
    names["BOT_URL"] = f"http://127.0.0.1:{door.server_port}"
    until, kills = time.monotonic() + patience, 0
    with (folder / "workers.log").open("wb") as log:

        def start() -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "xiaobao.worker"]
            return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **names}, stdout=log, stderr=log)

        workers = [start(), start()]
        try:
            for victim in itertools.cycle((0, 1)):
                pause = time.monotonic() + chance.uniform(*pauses)
                while time.monotonic() < pause:
                    time.sleep(0.2)
                    if not waiting(sessions):
                        return kills
                print(f"{waiting(sessions):,} notices wait, {kills} kills", file=sys.stderr, flush=True)
                if time.monotonic() > until:
                    raise TimeoutError(f"{waiting(sessions)} notices wait still")
                workers[victim].kill()
                workers[victim].wait()
                kills += 1
                workers[victim] = start()
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
    raise AssertionError("unreachable")


def waiting(sessions: sessionmaker[Session]) -> int:
    """How many notices are not settled."""
    with sessions() as session:
        return session.scalar(select(func.count(OutboxRow.id)).where(OutboxRow.state == delivery.WAITING)) or 0


def judge(sessions: sessionmaker[Session]) -> dict[str, Any]:
    """From the tables: the states, and what must not be."""
    wrong: list[str] = []
    with sessions() as session:
        shown: dict[str, list[int]] = {}
        rows = select(Message.conversation_id, Message.notice_id).order_by(Message.conversation_id, Message.seq)
        for conversation, notice in session.execute(rows).tuples():
            shown.setdefault(conversation, []).append(int(notice or 0))
        states: Counter[str] = Counter()
        told: dict[str, list[int]] = {}
        silent = set()
        for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id)):
            states[row.state] += 1
            if row.state == delivery.UNDELIVERABLE:
                silent.add(row.ticket_id)
            else:
                told.setdefault(row.conversation_id, []).append(row.id)
            if row.state == delivery.UNDELIVERED:
                silent.add(row.ticket_id)
        for conversation in {*shown, *told}:
            if shown.get(conversation, []) != told.get(conversation, []):
                wrong.append(f"{conversation}: shown {shown.get(conversation)}, to be told {told.get(conversation)}")
        today = deadlines.local_date(deadlines.now())
        where = worklist.conditions(today=today, unheard=True, distress=True)
        calls = set(session.scalars(select(Ticket.id).where(*where)))
    if calls != silent:
        wrong.append(f"{len(silent - calls)} tickets without their call, {len(calls - silent)} calls without a reason")
    return {"states": dict(states), "calls": len(calls), "wrong": wrong[:20]}


def main(asked: argparse.Namespace) -> int:
    """0 when nothing was wrong."""
    well = True
    for name in asked.databases:
        with databases.new(name) as (url, folder):
            database.upgrade(url)
            print(f"{name}: writing {asked.notices:,} notices ...", file=sys.stderr, flush=True)
            result = run(url, folder, asked.notices, asked.share, asked.seed, tuple(asked.kill))
        print(json.dumps({"database": name, **result}, ensure_ascii=False), flush=True)
        well = well and not result["wrong"]
    return 0 if well else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.notices")
    parser.add_argument("--notices", type=int, default=10_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kill", type=float, nargs=2, default=KILL_SECONDS, metavar="SECONDS")
    sys.exit(main(parser.parse_args()))

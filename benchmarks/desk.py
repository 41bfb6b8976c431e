"""`make bench-desk`: the desk over HTTP at 10 and 100 thousand tickets, on SQLite and PostgreSQL.

    python -m benchmarks.desk [--sizes 10000 100000] [--databases sqlite postgresql] [--seconds 20] [--runs 3]
        [--processes 1] [--json FILE]

The desk is served by waitress as in production, the four clients run on the same machine. A life cycle is four calls
of the JSON API, as DIGIT counts: submit, accept, assign, close. Audit, outbox and index of words are on.

Each size and database is a run of its own: `--databases sqlite --sizes 10000`. Beside the cycles a second stands the
processor time of one cycle in the desk and in the clients, which says what is in the way when the machine does other work.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import re
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from argon2 import PasswordHasher
from sqlalchemy import make_url, select

from benchmarks import databases, desk_fill
from xiaobao import database
from xiaobao.desk import tokens
from xiaobao.settings import ROOT
from xiaobao.tickets import accounts, deadlines
from xiaobao.tickets.tables import Account, Ticket

CLIENTS = 4
PAGES = 150  # of each sort
PASSWORD = "测量用的一句话没有人会用"
WANTED_CYCLES, MOST_GROWTH = 45.0, 1.5
WORDS = (
    "退款",
    "漏电",
    "健身年卡 退款",
    "电水壶漏电",
    "火车站门店",
    "拉黑",
    "检测报告说是质量问题",
    "第9次维修",
    "好乐",
    "没有这个词",
)


@dataclass(frozen=True)
class Place:
    """A filled database and who may work on it."""

    url: str
    secret: str
    clerk: str  # bearer token
    supervisor: str
    handler: int
    numbers: tuple[str, ...]


class Client:
    """One connection that stays open."""

    def __init__(self, port: int, token: str = "") -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, bytes, Any]:
        self.link.request(method, path, body.encode() if body else None, {**self.headers, **headers})
        answer = self.link.getresponse()
        return answer.status, answer.read(), answer.headers


def main(asked: argparse.Namespace) -> int:
    """0 when every bar is met."""
    rows = []
    for engine in asked.databases:
        for size in asked.sizes:
            began = time.monotonic()
            _say(f"{engine}, {size:,} tickets: filling ...")
            with filled(engine, size) as place, served(place, asked.processes) as (port, desk):
                _say(f"{engine}, {size:,} tickets: filled and served after {time.monotonic() - began:.0f} s")
                runs = []
                for turn in range(asked.runs):
                    runs.append(measured(place, port, desk, asked.seconds))
                    _say(f"run {turn + 1} of {asked.runs}: " + ", ".join(f"{k} {v:.1f}" for k, v in runs[-1].items()))
            rows.append({"database": engine, "tickets": size, "runs": runs})
            _say(_line(rows[-1]))
    if asked.json:
        asked.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    lines, met = report(rows, asked.processes)
    print("\n".join(lines))
    return 0 if met else 1


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def report(rows: list[dict[str, Any]], processes: int) -> tuple[list[str], bool]:
    """The table, best and middle of the runs, and whether every bar is met."""
    lines = [
        f"{processes} processes of the desk, load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {CLIENTS} clients on the same machine",
        "",
    ]
    lines += [
        "| database | tickets | life cycles/s (each run) | processor ms a cycle: desk, clients "
        "| list p95, ms | search p95, ms | ticket p95, ms |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_line(row) for row in rows]
    met = all(statistics.median(run["cycles"] for run in row["runs"]) >= WANTED_CYCLES for row in rows)
    for engine in {row["database"] for row in rows}:
        of_engine = sorted((row for row in rows if row["database"] == engine), key=lambda row: row["tickets"])
        if len(of_engine) < 2:
            continue
        small, large = of_engine[0], of_engine[-1]
        growth = {name: _middle(large, name) / _middle(small, name) for name in ("list", "search", "ticket")}
        lines.append("")
        lines.append(f"{engine}, growth: " + ", ".join(f"{name} {ratio:.2f}" for name, ratio in growth.items()))
        met = met and max(growth.values()) <= MOST_GROWTH
    return lines, met


def _line(row: dict[str, Any]) -> str:
    cycles = " / ".join(f"{run['cycles']:.1f}" for run in row["runs"])
    return (
        f"| {row['database']} | {row['tickets']:,} | {cycles} "
        f"| {_middle(row, 'desk_ms'):.1f}, {_middle(row, 'clients_ms'):.1f} | "
        + " | ".join(f"{_middle(row, name):.0f}" for name in ("list", "search", "ticket"))
        + " |"
    )


def _middle(row: dict[str, Any], name: str) -> float:
    return statistics.median(run[name] for run in row["runs"])


@contextlib.contextmanager
def filled(engine: str, size: int) -> Iterator[Place]:
    """A new database with so many tickets; it is gone afterwards."""
    with databases.new(engine) as (url, _):
        yield _people(url, size)


def _people(url: str, size: int) -> Place:
    database.upgrade(url)
    engine = database.make_engine(url)
    now, secret = deadlines.now(), secrets.token_urlsafe(40)
    desk_fill.fill(engine, size, now)
    with database.make_sessions(engine).begin() as session:
        clerk, supervisor = (tokens.new_service_account(session, role).id for role in ("clerk", "supervisor"))
        hashed = PasswordHasher().hash(PASSWORD)
        accounts.create(
            session, login="measure", name="量", role="clerk", password_hash=hashed, now=now, must_change=False
        )
        handler = session.scalars(select(Account.id).where(Account.role == "handler")).first() or 0
        some = select(Ticket.number).where(Ticket.id % max(1, size // PAGES) == 0)
        numbers = tuple(session.scalars(some.limit(PAGES)))
    engine.dispose()
    return Place(url, secret, tokens.make(secret, clerk), tokens.make(secret, supervisor), handler, numbers)


@contextlib.contextmanager
def served(place: Place, processes: int) -> Iterator[tuple[int, int]]:
    """The desk in a process of its own, as `make run` starts it: its port and the id of its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="xiaobao-bench-data-")
    names = {"DATABASE_URL": str(make_url(place.url).render_as_string(False)), "SECRET_KEY": place.secret}
    names |= {"INTERNAL_SECRET": "i" * 40, "XIAOBAO_DATA": folder, "DESK_PORT": str(port), "OFFICE": "demo"}
    names |= {"DESK_PROCESSES": str(processes)}
    with Path(folder, "desk.log").open("wb") as log:
        desk = subprocess.Popen(
            [sys.executable, "-m", "xiaobao.desk"], cwd=ROOT, env={**os.environ, **names}, stdout=log, stderr=log
        )
    try:
        _wait(port, desk)
        yield port, desk.pid
    finally:
        desk.terminate()
        desk.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, desk: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and desk.poll() is None:
        with contextlib.suppress(OSError):
            if Client(port).ask("GET", "/health")[0] == 200:
                return
        time.sleep(0.2)
    raise RuntimeError("the desk did not start")


def measured(place: Place, port: int, desk: int, seconds: float) -> dict[str, float]:
    """One run: pages first, one at a time, then four clients for some seconds."""
    pages = pages_of(place, port)
    before, own = processor_ms(desk), time.process_time()
    done, took = cycles(place, port, seconds)
    spent, own = processor_ms(desk) - before, (time.process_time() - own) * 1000
    return {**pages, "cycles": done / took, "desk_ms": spent / done, "clients_ms": own / done}


def processor_ms(pid: int) -> float:
    """User and system time of a process, its threads and its children so far; PostgreSQL's own are not in it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    fields = [
        Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rpartition(")")[2].split() for one in (pid, *children)
    ]
    return sum(int(one[11]) + int(one[12]) for one in fields) * 1000 / os.sysconf("SC_CLK_TCK")


def pages_of(place: Place, port: int) -> dict[str, float]:
    """The 95th percentile of each page in milliseconds, as a clerk's browser waits for it."""
    client = Client(port)
    client.headers["Cookie"] = _session(client)
    chance = random.Random(1)
    lists = ("/", "/?status=all", "/?status=closed", "/?kind=report", "/?overdue=1", "/?status=submitted")
    ways: dict[str, Callable[[], str]] = {
        "list": lambda: chance.choice(lists),
        "search": lambda: "/?status=all&q=" + quote(chance.choice(WORDS)),
        "ticket": lambda: f"/tickets/{chance.choice(place.numbers)}",
    }
    found = {}
    for name, way in ways.items():
        took = []
        for turn in range(PAGES + 10):
            path, began = way(), time.perf_counter()
            status, _, _ = client.ask("GET", path)
            if status != 200:
                raise RuntimeError(f"{path}: {status}")
            if turn >= 10:  # the first ones warm up
                took.append((time.perf_counter() - began) * 1000)
        found[name] = statistics.quantiles(took, n=20)[-1]
    return found


def _session(client: Client) -> str:
    _, page, headers = client.ask("GET", "/sign-in")
    cookie = headers["Set-Cookie"].split(";")[0]
    secret = re.search(rb'name="csrf" value="([^"]+)"', page)
    assert secret
    form = urlencode({"csrf": secret[1].decode(), "login": "measure", "password": PASSWORD})
    status, _, headers = client.ask(
        "POST", "/sign-in", form, Cookie=cookie, **{"Content-Type": "application/x-www-form-urlencoded"}
    )
    if status != 303:
        raise RuntimeError(f"sign-in: {status}")
    return str(headers["Set-Cookie"].split(";")[0])


def cycles(place: Place, port: int, seconds: float) -> tuple[int, float]:
    """How many whole life cycles in how many seconds."""
    done, faults = [0] * CLIENTS, []
    until = time.monotonic() + seconds

    def work(me: int) -> None:
        chance = random.Random(f"{place.secret}{me}{until}")
        clerk, supervisor = Client(port, place.clerk), Client(port, place.supervisor)
        try:
            while time.monotonic() < until:
                life(clerk, supervisor, chance, place.handler)
                done[me] += 1
        except Exception as fault:
            faults.append(fault)

    began = time.monotonic()
    threads = [threading.Thread(target=work, args=(me,)) for me in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sum(done), time.monotonic() - began


def life(clerk: Client, supervisor: Client, chance: random.Random, handler: int) -> None:
    """Submit, accept, assign, close. Raises RuntimeError for any other answer than it should be."""
    item = chance.choice(desk_fill.ITEMS)
    merchant = f"云泽市{chance.choice(desk_fill.PLACES)}{chance.choice(desk_fill.FRONT)}{chance.choice(desk_fill.BACK)}"
    filed = {
        "ticket_kind": "complaint", "merchant": merchant, "item": item, "claim": "退货退款", "amount": "129元",
        "narrative": desk_fill._story(chance, merchant, item), "contact_name": "王芳",
        "contact_phone": f"13{chance.randrange(10**9):09d}", "contact_address": "云泽市东城区和平路8号",
    }  # fmt: skip
    kind = {"Content-Type": "application/json"}
    ticket = _call(clerk, "/api/v1/tickets", filed, 201, **kind, **{"Idempotency-Key": f"{chance.getrandbits(64):x}"})
    way = f"/api/v1/tickets/{ticket['number']}/"
    steps: tuple[tuple[Client, str, dict[str, Any]], ...] = (
        (clerk, "accept", {}),
        (clerk, "assign", {"department": "消保1科", "handler": handler}),
        (supervisor, "close", {"result": "已退款，双方同意。"}),
    )
    for client, step, fields in steps:
        ticket = _call(client, way + step, fields, 200, **kind, **{"If-Match": str(ticket["version"])})


def _call(client: Client, path: str, fields: dict[str, Any], wanted: int, **headers: str) -> dict[str, Any]:
    status, body, _ = client.ask("POST", path, json.dumps(fields, ensure_ascii=False), **headers)
    if status != wanted:
        raise RuntimeError(f"{path}: {status} {body[:300].decode(errors='replace')}")
    answer: dict[str, Any] = json.loads(body)
    return answer


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--processes", type=int, default=1, help="DESK_PROCESSES")
    parser.add_argument("--json", type=Path)
    sys.exit(main(parser.parse_args()))

"""`make demo`: an office that has worked for two years, so that a newcomer sees the product in a minute.

Tickets are filed and taken on by the real service with a moved clock; which step comes next is drawn from the
workflow's own table, so new steps turn up by themselves. The stories are invented (data/demo). The same seed gives
the same office. Refuses a database that holds tickets.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from xiaobao import database
from xiaobao.desk import passwords
from xiaobao.settings import ROOT, Settings, environment
from xiaobao.start import with_secrets
from xiaobao.tickets import accounts, deadlines, office, queries, service, stepping, workflow
from xiaobao.tickets.deadlines import TIMEZONE
from xiaobao.tickets.errors import TicketError
from xiaobao.tickets.filing import Actor
from xiaobao.tickets.office import Office
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import ENDED, Field, Role, Status, Step

FOLDER = ROOT / "data" / "demo"
DAYS = 730
FORGOTTEN = 0.03
AT_ONCE = 50  # tickets in one transaction
MERCHANTS = 400
HANDLERS = ("王承办", "赵承办", "孙承办", "周承办", "吴承办", "郑承办")
BUSY = {(3, 15): 4.0, (6, 18): 2.5, (11, 11): 3.0}  # around these days there is more to complain about
ENDS = frozenset({Step.CLOSE, Step.ARCHIVE, Step.REJECT, Step.AGREE, Step.TERMINATE, Step.DECIDE, Step.FOLLOW_UP})
RARE = frozenset({Step.MERGE, Step.REVOKE, Step.REOPEN, Step.UNMERGE, Step.PAUSE, Step.SEND_BACK,
                  Step.TRANSFER, Step.WITHDRAW, Step.RECUSE, Step.RESTART, Step.COUNT_PERSONS, Step.REDIRECT})  # fmt: skip
CONVERSATION = "demo-{n}"


class NotEmpty(RuntimeError):
    """There is something in this database already."""


@dataclass(frozen=True)
class World:
    """What stories are made of, and who works here."""

    stories: list[dict[str, str]]
    words: dict[str, list[str]]
    merchants: list[str]
    actors: dict[Role, list[Actor]]
    office: Office


def fill(
    sessions: sessionmaker[Session],
    where: Office,
    count: int,
    now: datetime,
    password_hash: str,
    seed: int = 315,
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """File `count` tickets over two years and take each as far as its age allows. Raises NotEmpty."""
    draw = random.Random(seed)
    with sessions.begin() as session:
        if session.scalar(select(Ticket.id).limit(1)) is not None:
            raise NotEmpty("this database holds tickets already")
        world = _world(session, where, draw, now, password_hash)
    done = 0
    days = sorted(_days(draw, count, now.date()))
    while done < count:
        with sessions.begin() as session:
            for day in days[done : done + AT_ONCE]:
                _life(session, world, draw, day, now, done)
                done += 1
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.state == "waiting")
                .values(state="delivered", delivered_at=OutboxRow.created_at)
            )
        progress(done)


def _world(session: Session, where: Office, draw: random.Random, now: datetime, password_hash: str) -> World:
    stories = _rows("stories.csv")
    words: dict[str, list[str]] = {}
    for row in _rows("words.csv"):
        words.setdefault(row["kind"], []).append(row["word"])
    shops = sorted({row["shop"] for row in stories if row["shop"]})
    merchants = [
        draw.choice(words["front"]) + draw.choice(words["front"]) + draw.choice(shops) for _ in range(MERCHANTS)
    ]
    people = [("clerk", "李受理"), ("clerk", "陈受理"), ("supervisor", "周督办"), ("inspector", "何监督")]
    people += [("handler", name) for name in HANDLERS]
    actors: dict[Role, list[Actor]] = {}
    for n, (role, name) in enumerate(people, start=1):
        made = accounts.create(
            session,
            login=f"{role}{n}",
            name=name,
            role=role,
            password_hash=password_hash,
            now=now - timedelta(days=DAYS),
            department="消保科" if n % 2 else "市场科",
            must_change=False,
        )
        found = next(one for one in Role if one == role)
        actors.setdefault(found, []).append(Actor(found, made.id, name))
    return World(stories, words, merchants, actors, where)


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _days(draw: random.Random, count: int, today: date) -> Iterator[date]:
    """Days of filing: fewer at weekends, more around 3·15, 618 and 双11, and more of late."""
    days = [today - timedelta(days=n) for n in range(1, DAYS)]
    weights = []
    for n, day in enumerate(days):
        near = max((k for (m, d), k in BUSY.items() if abs((date(day.year, m, d) - day).days) <= 5), default=1.0)
        weights.append(near * (0.5 if day.weekday() >= 5 else 1.0) * (1.6 - n / DAYS))
    yield from draw.choices(days, weights, k=count)


def _life(session: Session, world: World, draw: random.Random, day: date, now: datetime, n: int) -> None:
    """One ticket from filing to where its age has brought it."""
    at = datetime(day.year, day.month, day.day, draw.randint(8, 21), draw.randint(0, 59), tzinfo=TIMEZONE)
    entry = _submission(world, draw, at, n)
    by_staff = entry.conversation_id is None
    filer = draw.choice(world.actors[Role.CLERK]) if by_staff else Actor.citizen(entry.conversation_id)
    number = service.submit(session, entry, office=world.office, now=at, actor=filer).number
    patience = draw.choice((0.3, 0.5, 1, 1, 1, 2))  # some are in a hurry, some let things lie
    for _ in range(14):
        at += timedelta(days=draw.expovariate(1 / (2.2 * patience)), minutes=draw.randint(5, 300))
        ticket = _view(session, number)
        if at >= now or ticket.status in (Status.ARCHIVED, Status.WITHDRAWN, Status.MERGED):
            return
        if ticket.status in ENDED and draw.random() < 0.4:
            return
        if not _step(session, world, draw, ticket, at):
            return
        _tell(session, world, draw, number, min(at + timedelta(minutes=draw.randint(10, 300)), now))


def _step(session: Session, world: World, draw: random.Random, ticket: TicketView, at: datetime) -> bool:
    """Take one of the steps that lead on; False when none was accepted."""
    rows = [
        row
        for row in stepping.ready(workflow.steps_of(ticket.process, ticket.status), ticket, at)
        if row.step != Step.SPLIT
    ]
    for _ in range(4):
        if not rows:
            return False
        row = draw.choices(rows, [_weight(one, draw) for one in rows])[0]
        actor = _actor(world, draw, ticket, row.roles)
        fields = {one.name: _value(world, draw, ticket, one, at) for one in row.fields if one.type != "evidence"}
        try:
            with session.begin_nested():
                service.step(session, ticket.number, step=row.step, actor=actor, now=at, office=world.office, **fields)
        except TicketError:
            rows.remove(row)  # a condition that these fields do not meet
            continue
        return True
    return False


def _tell(session: Session, world: World, draw: random.Random, number: str, at: datetime) -> None:
    """Whoever has no conversation is told by telephone, and both sides of the end of a mediation; seldom forgotten."""
    ticket = _view(session, number)
    owed = any(
        clock.state == "running" and (clock.decided_on or clock.name == "term_notice") for clock in ticket.clocks
    )
    row = next((row for row in workflow.steps_of(ticket.process, ticket.status) if row.step == Step.TELL), None)
    if row is None or not owed or draw.random() < FORGOTTEN:
        return
    told: dict[str, Any] = {"means": "telephone", "told_at": at.isoformat()}
    actor = _actor(world, draw, ticket, row.roles)
    service.step(session, number, step=Step.TELL, actor=actor, now=at, office=world.office, **told)


def _weight(row: workflow.Transition, draw: random.Random) -> float:
    if row.step in RARE:
        return 0.1
    if row.step == Step.REJECT:
        return 0.7
    if row.next == row.status:
        return 0.25
    return 6.0 if row.step not in ENDS else 4.0


def _actor(world: World, draw: random.Random, ticket: TicketView, roles: frozenset[Role]) -> Actor:
    """Somebody who may: the handler who has it, else anybody of the role."""
    for role in draw.sample(sorted(roles), len(roles)):
        if role == Role.CITIZEN and ticket.conversation_id:
            return Actor.citizen(ticket.conversation_id)
        if role == Role.HANDLER and ticket.assignee_id is not None:
            return next(one for one in world.actors[role] if one.account_id == ticket.assignee_id)
        if role in world.actors:
            return draw.choice(world.actors[role])
    return draw.choice(world.actors[Role.SUPERVISOR])


def _value(world: World, draw: random.Random, ticket: TicketView, field: Field, at: datetime) -> Any:
    """Something that could stand in a field."""
    if field.choices == "handlers":
        return draw.choice(world.actors[Role.HANDLER]).account_id
    if field.choices == "grounds":
        return draw.choice([ground.code for ground in world.office.grounds()])
    if field.choices:
        return draw.choice(sorted(workflow.CHOICES[field.choices]))
    if field.name == "department":
        return draw.choice(("消保科", "市场科", "食品科"))
    if field.name in ("place", "right_place"):
        return "云泽市东城区市场监督管理局"
    if field.name == "reach":
        return "云泽市东城区示例路3号"
    if field.name == "into":
        return ticket.number
    if field.type == "checkbox":
        return "yes" if draw.random() < 0.9 else ""
    if field.type == "number":
        return str(draw.randint(3, 5))
    if field.type in ("date", "datetime"):
        moment = at - timedelta(hours=1) if field.name == "told_at" else at + timedelta(days=draw.randint(1, 10))
        return moment.date().isoformat() if field.type == "date" else moment.isoformat()
    if field.type == "accounts":
        return ""
    return draw.choice(world.words["outcome"]) if field.required or draw.random() < 0.4 else ""


def _submission(world: World, draw: random.Random, at: datetime, n: int) -> service.Submission:
    kinds = draw.choices(("complaint", "report", "suggestion"), (86, 10, 4))[0]
    row = draw.choice([one for one in world.stories if one["kind"] == kinds])
    shop = world.merchants[min(int(draw.paretovariate(0.9)) - 1, MERCHANTS - 1)]
    amount = draw.randint(int(row["low"]), int(row["high"])) if int(row["high"]) else None
    happened = at - timedelta(days=draw.randint(1, 40))
    story = row["story"].format(
        shop=shop, item=row["item"], amount=amount, n=draw.randint(2, 9), day=f"{happened.month}月{happened.day}日"
    )
    heard = draw.random() < 0.8
    name = draw.choice(world.words["surname"]) + draw.choice(world.words["given"])
    named = kinds == "complaint" or draw.random() < 0.5
    return service.Submission(
        ticket_kind=kinds,
        draft_id=str(uuid.UUID(int=draw.getrandbits(128))),
        conversation_id=CONVERSATION.format(n=n) if heard else None,
        channel=draw.choice(("website", "website", "wechat")) if heard else None,
        source="web" if heard else draw.choice(("phone", "phone", "visit", "letter", "transfer_12345", "stall")),
        merchant=shop if row["shop"] else None,
        merchant_address=f"云泽市{draw.choice(world.words['place'])}{draw.randint(1, 99)}号",
        item=row["item"],
        amount_text=f"{amount}元" if amount else None,
        amount_cents=amount * 100 if amount else None,
        event_date=happened.date(),
        object=row["object"],
        problem=row["problem"],
        claim=row["claim"] or None,
        narrative=story,
        contact_name=name if named else None,
        contact_phone=f"1000{draw.randint(0, 9_999_999):07d}" if named else None,  # no such numbers are given out
        contact_address=f"云泽市{draw.choice(world.words['place'])}示例小区{draw.randint(1, 30)}栋" if named else None,
        own_use="yes",
        elsewhere="no",
        urgent=draw.random() < 0.02,
    )


def _view(session: Session, number: str) -> TicketView:
    return queries.ticket(session, number)


def main() -> int:
    """Fill the data directory's database; prints logins and the one password."""
    asked = argparse.ArgumentParser(prog="make demo")
    asked.add_argument("--count", type=int, default=5000)
    count = asked.parse_args().count
    given = environment()
    data_dir = Path(given.get("XIAOBAO_DATA") or ROOT / "var-demo").resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    given["XIAOBAO_DATA"] = str(data_dir)
    settings = Settings.from_env(with_secrets(given, data_dir))
    database.upgrade(settings.database_url)
    sessions = database.make_sessions(database.make_engine(settings.database_url))
    where = office.load(settings.reference_dir, settings.office_id)
    password, begun = passwords.one_time(), time.monotonic()

    def progress(done: int) -> None:
        print(f"\r{done} of {count} tickets", end="", flush=True)

    try:
        fill(sessions, where, count, deadlines.now(), passwords.hash_password(password), progress=progress)
    except NotEmpty as full:
        print(f"{full}. Use an empty data directory: XIAOBAO_DATA=var-demo make demo", file=sys.stderr)
        return 1
    print(
        f"\nDone in {time.monotonic() - begun:.0f} s. Logins: clerk1, supervisor3, inspector4, handler5; password: {password}"
    )
    print(f"See it: XIAOBAO_DATA={settings.data_dir} make run")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

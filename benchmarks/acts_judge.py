"""Who judges the acts of `make soak`: plain sqlite3 and what stood on the citizen's screen, nothing of the product.

Every sentence that claims something is held against the database: that an act was done, that it was not, how the
ticket stands. Beside that: the act stands exactly once, the office was told once, every message is stored once and
answered, nothing was shown twice.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NUMBER = re.compile(r"XB\d{8}-\d{6}")
STATUSES = {
    "已提交": "submitted",
    "已受理": "accepted",
    "办理中": "assigned",
    "已办结": "closed",
    "已撤回": "withdrawn",
}
# How a ticket is said to stand: in its progress, in a list, in a refusal.
STANDS = (
    re.compile(r"(XB\d{8}-\d{6})（[^：\n]{3,30}提交）：([^。\n]{2,8})。"),
    re.compile(r"· (XB\d{8}-\d{6}) [^\n]*提交，(\S{2,8})$", re.MULTILINE),
    re.compile(r"(XB\d{8}-\d{6}) 现在是“([^”]{2,8})”"),
)
# The bot says that it could not do it, or that it cannot be done.
NOT_DONE = re.compile(
    r"没办成|走不到这一步|没有查到|条件还差一点|没能处理好|没能办成|补不进|不用催了|催不了|撤不了|改不了|重开不了|不用重开|"
    r"记不进去|还不用说愿不愿意|办结了才能评价"
)
FAILED = re.compile(r"没办成|没能处理好|没能办成")  # of these: what a citizen answers by saying it again
# The bot says that it had been done before: so it was not, when the citizen said it once.
BEFORE = re.compile(r"替您催过了|已经是这样，不用改|已经撤回过了|这个已经记在|评价已经记过|已经重开了，正在办")
ALERTS = ("urged", "reopened", "broken")  # what an act leaves for whoever holds the ticket
EMPTY = ("[]", "null", None)
FOLLOWED = "关注了公众号"


@dataclass(frozen=True)
class Line:
    """One bubble on the screen; `seq` is its number in the conversation, where the channel tells it."""

    who: str  # citizen | account
    text: str
    seq: int | None = None


@dataclass(frozen=True)
class Case:
    """What was to come of a run."""

    number: str
    conversation_id: str
    before: tuple[str, ...]  # the steps that brought the ticket where it was
    step: str | None = None  # of the act; None: the citizen only asks
    columns: dict[str, Any] = field(default_factory=dict)  # of the ticket, once the act is done
    matters: dict[str, Any] = field(default_factory=dict)  # what is open beside the status, likewise
    payload: dict[str, Any] = field(default_factory=dict)  # of the act's event
    alert: str | None = None  # what the office is reminded by
    files: int = 0  # that belong to the ticket then


@dataclass(frozen=True)
class Truth:
    """The ticket as it stands in the database."""

    row: dict[str, Any]
    matters: dict[str, Any]
    events: tuple[tuple[str, dict[str, Any]], ...]
    alerts: tuple[str, ...]

    def payloads(self, step: str) -> list[dict[str, Any]]:
        """What the events of a step hold."""
        return [payload for name, payload in self.events if name == step]


def rows(database: Path, query: str, *values: Any) -> list[Any]:
    """Rows of the product's database, read as anybody may."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(query, values).fetchall()


def truth(database: Path, number: str) -> Truth:
    """Read the ticket with its history and what the office was reminded of."""
    names = ("id", "status", "matters", "urged", "amount_text", "amount_cents", "score", "fulfilled")
    [values] = rows(database, f"SELECT {', '.join(names)} FROM tickets WHERE number = ?", number)
    row = dict(zip(names, values, strict=True))
    events = rows(database, "SELECT step, payload FROM ticket_events WHERE ticket_id = ? ORDER BY id", row["id"])
    alerts = rows(database, "SELECT stage FROM ticket_clock_alerts WHERE ticket_id = ?", row["id"])
    return Truth(
        row,
        json.loads(row["matters"] or "{}"),
        tuple((step, json.loads(payload or "{}")) for step, payload in events),
        tuple(stage for (stage,) in alerts if stage in ALERTS),
    )


# What is claimed to be done, and when that is so ---------------------------------------------------

Holds = Callable[[Truth, "re.Match[str]"], bool]


def _happened(step: str) -> Holds:
    return lambda found, said: bool(found.payloads(step))


def _amended(found: Truth, said: re.Match[str]) -> bool:
    values = [payload.get("after") for payload in found.payloads("amend")]
    return bool(values) and said["value"] == values[-1]


def _wished(found: Truth, said: re.Match[str]) -> bool:
    return found.matters.get("wish") == ("no" if "不" in said[0] else "yes")


def _promised(found: Truth, said: re.Match[str]) -> bool:
    day = str((found.matters.get("promise") or {}).get("on", ""))
    return day.endswith(f"-{int(said['month']):02d}-{int(said['day']):02d}")


def _fulfilled(value: str) -> Holds:
    return lambda found, said: found.row["fulfilled"] == value and bool(found.payloads("settle"))


CLAIMS: tuple[tuple[str, re.Pattern[str], Holds], ...] = (
    ("accept", re.compile(r"您的 XB\S+ 已受理"), _happened("accept")),
    ("assign", re.compile(r"您的 XB\S+ 已经交给"), _happened("assign")),
    ("close", re.compile(r"您的 XB\S+ 已办结"), _happened("close")),
    ("supplement", re.compile(r"补上了，"), _happened("supplement")),
    ("urge", re.compile(r"已经替您催"), lambda found, said: found.row["urged"] > 0 and bool(found.payloads("urge"))),
    ("withdraw", re.compile(r"已撤回 XB|已经撤回过了"), lambda found, said: found.row["status"] == "withdrawn"),
    ("amend", re.compile(r"改好了（|里的.{1,8}已经是这样"), _happened("amend")),
    ("settle", re.compile(r"记在 XB\S+ 里"), _happened("settle")),
    ("answer_mediation", re.compile(r"记下了，您不?愿意调解|记下了，您不想再谈"), _wished),
    ("rate", re.compile(r"评价记下了|评价已经记过"), _happened("rate")),
    ("reopen", re.compile(r"(?<!不用)重开了"), lambda found, said: bool(found.payloads("reopen"))),
)  # fmt: skip
# Particulars that a claim may name.
DETAILS: tuple[tuple[re.Pattern[str], Holds], ...] = (
    (re.compile(r"改好了（[^）]*）：[^→\n]*→ (?P<value>[^。\n]+)"), _amended),
    (re.compile(r"商家答应(?P<month>\d{1,2})月(?P<day>\d{1,2})日"), _promised),
    (re.compile(r"太好了，记在 XB"), _fulfilled("yes")),
    (re.compile(r"办到了一部分。剩下的接着办"), _fulfilled("part")),
)


def claims(lines: Sequence[Line], step: str | None) -> list[str]:
    """The bubbles that say that this act is done."""
    return [
        line.text
        for line in lines
        for name, pattern, _ in CLAIMS
        if line.who == "account" and name == step and pattern.search(line.text)
    ]


def untrue(database: Path, case: Case, lines: Sequence[Line]) -> list[str]:
    """What the citizen was told that is not so."""
    found, wrong = truth(database, case.number), []
    told = [line.text for line in lines if line.who == "account"]
    statuses = dict(rows(database, "SELECT number, status FROM tickets"))
    for text in told:
        wrong += [f"told of a ticket that is not there: {n}" for n in NUMBER.findall(text) if n not in statuses]
        for name, pattern, holds in CLAIMS:
            wrong += [f"told, but not done: {name}: {m[0]}" for m in pattern.finditer(text) if not holds(found, m)]
        for pattern, holds in DETAILS:
            wrong += [f"told otherwise than it is: {m[0]}" for m in pattern.finditer(text) if not holds(found, m)]
        for pattern in STANDS:
            for number, label in pattern.findall(text):
                if statuses.get(number) != STATUSES.get(label, label):
                    wrong.append(f"told {label}, but it is {statuses.get(number)}")
        if case.step and found.payloads(case.step) and (said := NOT_DONE.search(text)):
            wrong.append(f"done, but told that it was not: {said[0]}")
    return wrong


def misdone(database: Path, case: Case, done: bool = True) -> list[str]:
    """What is wrong with the act in the database: lost, doubled, otherwise than wanted, or done before it was asked."""
    found, wrong = truth(database, case.number), []
    expected = [*case.before, *([case.step] if case.step and done else [])]
    steps = [step for step, _ in found.events]
    for step, times in sorted((Counter(steps) - Counter(expected)).items()):
        wrong.append(f"{'doubled' if step in expected else 'nobody wanted it'}: {step}, {times} too many")
    wrong += [f"lost: {step}" for step in sorted((Counter(expected) - Counter(steps)).elements())]
    if wrong or not (done and case.step):
        return wrong
    wrong += [f"{name} is {found.row[name]!r}" for name, value in case.columns.items() if found.row[name] != value]
    for name, value in case.matters.items():
        if found.matters.get(name) != value:
            wrong.append(f"{name} is {found.matters.get(name)!r}")
    [(files,)] = rows(database, "SELECT COUNT(*) FROM ticket_evidence WHERE ticket_id = ?", found.row["id"])
    if files != case.files:
        wrong.append(f"{files} files, not {case.files}")
    payload = found.payloads(case.step)[-1]
    wrong += [
        f"{name} of the event is {payload.get(name)!r}" for name, v in case.payload.items() if payload.get(name) != v
    ]
    if sorted(found.alerts) != ([case.alert] if case.alert else []):
        wrong.append(f"the office was reminded by {sorted(found.alerts)}, not by {case.alert}")
    return wrong


def owed(database: Path, conversation_id: str) -> list[str]:
    """What the citizen still waits for."""
    waits = [
        f"a turn is {state}"
        for (state,) in rows(
            database, "SELECT state FROM turn WHERE conversation_id = ? AND state <> 'answered'", conversation_id
        )
    ]
    query = "SELECT text FROM message WHERE conversation_id = ? AND speaker = 'citizen' AND payload IS NOT NULL"
    waits += [f"nobody took up: {text}" for (text,) in rows(database, f"{query} AND turn_id IS NULL", conversation_id)]
    query = (
        "SELECT turn.payload FROM turn WHERE conversation_id = ? AND NOT EXISTS "
        "(SELECT 1 FROM message WHERE message.turn_id = turn.id AND message.speaker IN ('bot', 'staff'))"
    )
    return waits + [f"answered by nothing: {said}" for (said,) in rows(database, query, conversation_id)]


def unshown(database: Path, conversation_id: str, lines: Sequence[Line]) -> list[str]:
    """What is stored for the citizen, but does not stand on the screen."""
    query = "SELECT seq, text FROM message WHERE conversation_id = ? AND speaker <> 'citizen'"
    stored = dict(rows(database, query, conversation_id))
    query = "SELECT shown_seq, parked, unsure, sending FROM wechat_citizen WHERE conversation_id = ?"
    if wechat := rows(database, query, conversation_id):
        [(shown, *lists)] = wechat
        left = [text for seq, text in stored.items() if seq > shown]
        left += [f"kept for later: {one}" for one in lists if one not in EMPTY]
    else:
        seen = {line.seq for line in lines}
        left = [text for seq, text in stored.items() if seq not in seen]
    return [f"not shown: {text[:40]}" for text in left]


def doubled(database: Path, case: Case, lines: Sequence[Line], times_said: int = 1) -> list[str]:
    """What came twice: a message, an answer, a notice. `times_said`: how often the citizen asked for the act."""
    wrong, since = [], set()
    for line in lines:
        if line.who == "citizen":
            since = set()
        elif line.text in since:
            wrong.append(f"shown twice: {line.text[:40]}")
        else:
            since.add(line.text)
    if case.step and len(told := claims(lines, case.step)) > times_said:
        wrong.append(f"told {len(told)} times: {told[-1][:40]}")
    if times_said == 1:
        wrong += [
            f"said once, told that it had been done before: {words[0]}"
            for line in lines
            if line.who == "account" and (words := BEFORE.search(line.text))
        ]
    query = (
        "SELECT text FROM message WHERE conversation_id = ? AND speaker <> 'citizen' AND turn_id IS NOT NULL "
        "GROUP BY turn_id, text HAVING COUNT(*) > 1"
    )
    wrong += [f"answered twice: {text[:40]}" for (text,) in rows(database, query, case.conversation_id)]
    query = "SELECT COUNT(*) FROM message WHERE conversation_id = ? AND speaker = 'citizen' AND text <> ?"
    [(stored,)] = rows(database, query, case.conversation_id, FOLLOWED)
    said = sum(line.who == "citizen" for line in lines)
    if stored != said:
        wrong.append(f"the citizen said {said} things, {stored} are stored")
    query = (
        "SELECT outbox.id, (SELECT COUNT(*) FROM message WHERE notice_id = CAST(outbox.id AS TEXT)) AS times, state "
        "FROM outbox JOIN tickets ON tickets.id = outbox.ticket_id WHERE tickets.number = ?"
    )
    for notice, times, state in rows(database, query, case.number):
        if times > 1 or (state == "delivered" and times == 0):
            wrong.append(f"notice {notice} is {state} and stands {times} times")
    return wrong


def judge(database: Path, case: Case, lines: Sequence[Line], times_said: int = 1) -> list[str]:
    """Everything that is wrong when all is over."""
    wrong = misdone(database, case) + untrue(database, case, lines) + doubled(database, case, lines, times_said)
    if case.step and not claims(lines, case.step):
        wrong.append(f"the citizen was never told: {case.step}")
    return wrong + owed(database, case.conversation_id) + unshown(database, case.conversation_id, lines)

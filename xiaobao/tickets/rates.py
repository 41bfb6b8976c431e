"""The rates by which an office is judged, each over a month or a quarter, each a list of tickets (domain: 指标口径).

A rate without anything in its denominator is no rate: it is None, never 100 per cent. What is not due yet is left out;
what was withdrawn before its date stopped its clock and is left out, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from xiaobao.tickets import follow_ups
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.tables import SHANGHAI, Ticket, TicketClock, TicketEvent
from xiaobao.tickets.workflow import Kind, Labelled, Status, Step

SATISFIED = 4  # of 5
OWED = ("yes", "part", "no")  # of workflow.CHOICES["fulfilments"]: where nothing was agreed, nothing is owed
MEDIATION_ENDS = (str(Step.AGREE), str(Step.TERMINATE))
_PERIOD = re.compile(r"(20\d\d)-(?:(0[1-9]|1[0-2])|Q([1-4]))")


class Promise(Labelled):
    ANSWER = ("answer", "有问必答")
    TAKE_IN = ("take_in", "有诉必接")
    LOOK_INTO = ("look_into", "有案必查")
    SETTLE = ("settle", "调处高效")
    SERVE = ("serve", "文明服务")


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both counted; `code` is 2026-11 or 2026-Q4."""

    code: str
    first: date
    last: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From the first moment to the one after the last."""
        after = self.last + timedelta(days=1)
        return datetime.combine(self.first, time(), SHANGHAI), datetime.combine(after, time(), SHANGHAI)


@dataclass(frozen=True)
class Rate:
    """One rate; `whole` 0 means that there is nothing to say."""

    code: str
    promise: Promise
    done: int
    whole: int

    @property
    def percent(self) -> float | None:
        return 100 * self.done / self.whole if self.whole else None


@dataclass(frozen=True)
class Definition:
    """`of` gives the ids that count and the condition under which one counts as done."""

    promise: Promise
    of: Callable[[Period, date], tuple[Select[tuple[int]], ColumnElement[bool]]]


def period(code: str) -> Period:
    """The month or quarter of a code. Raises InvalidField."""
    found = _PERIOD.fullmatch(code)
    if found is None:
        raise InvalidField("period", "2026-11 or 2026-Q4")
    year, first = int(found[1]), int(found[2]) if found[2] else 3 * int(found[3]) - 2
    last = first if found[2] else first + 2
    after = date(year + last // 12, last % 12 + 1, 1)
    return Period(code, date(year, first, 1), after - timedelta(days=1))


def recent(today: date) -> list[str]:
    """Codes to choose from: this month and five before, this quarter and three before."""
    months = [divmod(today.year * 12 + today.month - 1 - back, 12) for back in range(6)]
    quarters = [divmod(today.year * 4 + (today.month - 1) // 3 - back, 4) for back in range(4)]
    return [f"{year}-{month + 1:02d}" for year, month in months] + [f"{year}-Q{n + 1}" for year, n in quarters]


def rates(session: Session, asked: Period, today: date) -> list[Rate]:
    """All rates of a period, in the order of the promises."""
    found = []
    for code, definition in DEFINITIONS.items():
        ids, done = definition.of(asked, today)
        counting = ids.with_only_columns(func.count(), func.count().filter(done), maintain_column_froms=True)
        whole, good = session.execute(counting).one()
        found.append(Rate(code, definition.promise, good, whole))
    return found


def tickets(
    session: Session, code: str, asked: Period, today: date, *, missed: bool, below: int | None = None, limit: int = 50
) -> list[int]:
    """Ids of the tickets behind a rate, newest first: all, or only those that missed it.

    Raises InvalidField for an unknown rate.
    """
    if code not in DEFINITIONS:
        raise InvalidField("rate", "no such rate")
    ids, done = DEFINITIONS[code].of(asked, today)
    id_ = ids.selected_columns[0]
    if missed:
        ids = ids.where(~done)
    if below is not None:
        ids = ids.where(id_ < below)
    return list(session.scalars(ids.group_by(id_).order_by(id_.desc()).limit(limit)))


def _in_time(name: str) -> Callable[[Period, date], tuple[Select[tuple[int]], ColumnElement[bool]]]:
    """Clocks of this name whose last day lies in the period: met by then, of all that were met or have run out."""

    def of(asked: Period, today: date) -> tuple[Select[tuple[int]], ColumnElement[bool]]:
        due = TicketClock.due_lenient
        over = or_(TicketClock.state == "met", and_(TicketClock.state == "running", due < today))
        within = (TicketClock.name == name, due >= asked.first, due <= asked.last, over)
        return select(TicketClock.ticket_id).where(*within), and_(
            TicketClock.state == "met", TicketClock.ended_on <= due
        )

    return of


def _answered(asked: Period, _today: date) -> tuple[Select[tuple[int]], ColumnElement[bool]]:
    """Suggestions and requests for a call of the period: answered, or over in whatever way."""
    first, after = asked.moments
    kinds = [str(kind) for kind in (Kind.SUGGESTION, Kind.CALLBACK)]
    within = (Ticket.submitted_at >= first, Ticket.submitted_at < after, Ticket.kind.in_(kinds))
    kept = (*within, Ticket.status != str(Status.WITHDRAWN))
    return select(Ticket.id).where(*kept), or_(Ticket.is_open == false(), Ticket.status == str(Status.REPLIED))


def _settled(asked: Period, _today: date) -> tuple[Select[tuple[int]], ColumnElement[bool]]:
    """Mediations that both sides wanted and that ended in the period: with an agreement."""
    begun = select(TicketEvent.ticket_id).where(TicketEvent.step == str(Step.MEDIATE))
    ended = select(TicketEvent.ticket_id).where(*_steps(MEDIATION_ENDS, asked), TicketEvent.ticket_id.in_(begun))
    return ended, TicketEvent.step == str(Step.AGREE)


def _followed(asked: Period, _today: date) -> tuple[Select[tuple[int]], ColumnElement[bool]]:
    """Tickets closed in the period: heard afterwards how it went, in the conversation or by telephone."""
    later = select(TicketEvent.ticket_id).where(TicketEvent.step == str(Step.FOLLOW_UP))
    closed = select(TicketEvent.ticket_id).where(*_steps((str(Step.CLOSE),), asked))
    ids = TicketEvent.ticket_id
    return closed, or_(ids.in_(later), ids.in_(follow_ups.answered_ids()))


def _fulfilled(asked: Period, _today: date) -> tuple[Select[tuple[int]], ColumnElement[bool]]:
    """Tickets closed in the period of which it is known what the merchant did: all of what was agreed."""
    closed = select(TicketEvent.ticket_id).where(*_steps((str(Step.CLOSE),), asked))
    return select(Ticket.id).where(Ticket.id.in_(closed), Ticket.fulfilled.in_(OWED)), Ticket.fulfilled == "yes"


def _content(asked: Period, _today: date) -> tuple[Select[tuple[int]], ColumnElement[bool]]:
    """Ratings of the period, told on the telephone too: four or five of five. A later one replaces the earlier."""
    rated = select(TicketEvent.ticket_id).where(*_steps((str(Step.RATE), str(Step.FOLLOW_UP)), asked))
    return select(Ticket.id).where(Ticket.id.in_(rated), Ticket.score.is_not(None)), Ticket.score >= SATISFIED


def _steps(steps: tuple[str, ...], asked: Period) -> tuple[ColumnElement[bool], ...]:
    first, after = asked.moments
    return TicketEvent.step.in_(steps), TicketEvent.at >= first, TicketEvent.at < after


DEFINITIONS = {
    "answered": Definition(Promise.ANSWER, _answered),
    "decided": Definition(Promise.TAKE_IN, _in_time("accept")),
    "verified": Definition(Promise.LOOK_INTO, _in_time("verify")),
    "mediated": Definition(Promise.SETTLE, _in_time("mediate")),
    "finance": Definition(Promise.SETTLE, _in_time("decide")),
    "settled": Definition(Promise.SETTLE, _settled),
    "followed": Definition(Promise.SERVE, _followed),
    "content": Definition(Promise.SERVE, _content),
    "fulfilled": Definition(Promise.SERVE, _fulfilled),
}

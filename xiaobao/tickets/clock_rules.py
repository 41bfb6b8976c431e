"""Which clocks a step starts for an office (pure): rows of deadlines.csv that bind it, and its own targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from xiaobao.tickets.deadlines import WORKING_DAYS, Holidays, Pause, local_date, period_end, working_days_after

if TYPE_CHECKING:
    from xiaobao.tickets.office import Office
    from xiaobao.tickets.reference import Period, Reference

OWN_TARGET = "本单位目标，非法定时限"


@dataclass(frozen=True)
class Clock:
    """A period that counts against this office. `name` is a code, `label` its Chinese; `law` None: own target.

    `by_telling`: met only when the citizen was told. `target_due`: the office's own, earlier target, never law.
    """

    rule_id: str
    name: str
    label: str
    started_on: date
    due: date
    due_lenient: date
    law: str | None
    statutory: bool
    provisional: bool
    how: str
    met_by: frozenset[str]
    amount: int
    unit: str
    by_telling: bool = False
    target_due: date | None = None


def clocks(
    office: Office, kind: str, step: str, start: datetime | date, reference: Reference, intake: str = ""
) -> list[Clock]:
    """The clocks that `step` starts for this office; rules that bind somebody else start none."""
    day = local_date(start)
    binding = [
        period
        for period in reference.periods_of_step.get(step, ())
        if period.binds(office.kind, kind, step, sector=office.sector, intake=intake)
    ]
    if binding:
        return [_statutory(office, period, day, reference) for period in binding]
    if step == "submit" and office.target_days and kind == "complaint":
        return [_own_target(office, day, reference.holidays)]
    return []


def with_law(how: str, law: str | None) -> str:
    """How it was counted, and by which article; or that it is only the office's own target."""
    return f"{how}，{law}" if law else f"{how}（{OWN_TARGET}）"


def target_due(
    reference: Reference, office_id: str, period: Period, start: date, due: date, pauses: Sequence[Pause] = ()
) -> date | None:
    """The office's own target for this clock (targets.csv), where it lies before the statutory day."""
    target = reference.targets.get((office_id, period.clock))
    if target is None:
        return None
    own = replace(period, amount=target.amount, unit=target.unit)
    day = period_end(own, start, reference.holidays, pauses=pauses).due
    return day if day < due else None


def _statutory(office: Office, period: Period, day: date, reference: Reference) -> Clock:
    found = period_end(period, day, reference.holidays)
    assert period.amount is not None
    return Clock(
        rule_id=period.id,
        name=period.clock,
        label=period.label,
        started_on=day,
        due=found.due,
        due_lenient=found.due_lenient,
        law=period.law,
        statutory=True,
        provisional=found.provisional,
        how=with_law(found.how, period.law),
        met_by=period.met_by,
        amount=period.amount,
        unit=period.unit,
        by_telling=period.by_telling,
        target_due=target_due(reference, office.id, period, day, found.due),
    )


def _own_target(office: Office, day: date, holidays: Holidays) -> Clock:
    assert office.target_days is not None
    found = working_days_after(day, office.target_days, holidays)
    return Clock(
        rule_id=f"target.{office.id}",
        name="target",
        label="首次答复",
        started_on=day,
        due=found.due,
        due_lenient=found.due_lenient,
        law=None,
        statutory=False,
        provisional=found.provisional,
        how=with_law(found.how, None),
        met_by=frozenset({"accept", "reject", "reply", "close"}),
        amount=office.target_days,
        unit=WORKING_DAYS,
    )

"""算一下: sums and days reckoned in the chat, with the working, its condition and its articles.

One value is asked at a time and kept in the slot `calculation`; a message about something else drops it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from rasa_sdk.events import SlotSet

from actions.base import Events, Turn
from xiaobao.knowledge import render
from xiaobao.knowledge.calculators import compensation, days, deposits, loans, prepaid
from xiaobao.knowledge.calculators.working import Impossible, Line, Working
from xiaobao.reading import calculation_values, calculations
from xiaobao.reading.calculation_values import Values

SLOT = "calculation"


def concerns(turn: Turn) -> bool:
    """Whether the message asks for a calculation or answers the question of one."""
    return bool(turn.text) and (_replied(turn, turn.text) is not None or _asked(turn, turn.text) is not None)


def handle(turn: Turn, text: str, inside_form: bool = False) -> Events | None:
    """Go on with the open calculation or begin one; None when the message is about neither.

    Inside a form the questions are the form's: there only what can be reckoned at once is.
    """
    if inside_form:
        request = _asked(turn, text)
        if request is None or calculations.missing(request.kind, request.values):
            return None
        return _go_on(turn, request.kind, request.values, inside_form)
    if (request := _asked(turn, text)) is not None:
        return _go_on(turn, request.kind, request.values)
    open_one = turn.slot(SLOT)
    if not open_one:
        return None
    reply = _replied(turn, text)
    if reply is None:
        turn.also.append(SlotSet(SLOT, None))
        return None
    kind, values, asking = open_one["kind"], open_one["values"], open_one["asking"]
    if reply.stop or reply.unknown:
        turn.say("utter_calculation_stopped" if reply.stop else "utter_calculation_unknown")
        return [SlotSet(SLOT, None)]
    if reply.error:
        turn.say(f"utter_calculation_error_{reply.error}")
        return _ask(turn, kind, values, asking)
    return _go_on(turn, kind, values | reply.values)


def _asked(turn: Turn, text: str) -> calculations.Request | None:
    return calculations.read(text, turn.today)


def _replied(turn: Turn, text: str) -> calculations.Reply | None:
    kept = turn.slot(SLOT)
    if not kept:
        return None
    return calculations.answer(kept["kind"], kept["values"], kept["asking"], text, turn.today)


def _go_on(turn: Turn, kind: str, values: Values, inside_form: bool = False) -> Events:
    """Ask for what is missing, or reckon."""
    if field := calculations.missing(kind, values):
        return _ask(turn, kind, values, field)
    try:
        working = reckon(kind, values, turn.today, turn.context.tickets.holidays.is_working)
    except Impossible as wrong:
        turn.say(f"utter_calculation_error_{wrong.code}")
        if inside_form:
            return []
        asking = _FIELD.get((kind, wrong.field), wrong.field)
        return _ask(turn, kind, {f: v for f, v in values.items() if f != asking}, asking)
    tell(turn, working)
    return [SlotSet(SLOT, None)]


def _ask(turn: Turn, kind: str, values: Values, field: str) -> Events:
    turn.say(f"utter_calculation_ask_{kind}_{field}")
    return [SlotSet(SLOT, {"kind": kind, "values": values, "asking": field})]


def tell(turn: Turn, working: Working) -> None:
    """The working line by line, the result, the condition that comes first, and the articles."""
    words = turn.context.words

    def said(group: str, line: Line) -> str:
        return words.text(
            f"utter_calculation_{group}_{line.key}", **{name: shown(value) for name, value in line.values.items()}
        )

    conditions = [words.text(f"utter_calculation_condition_{key}") for key in working.conditions]
    laws = turn.context.library.laws
    known = [(laws[law], article) for law, article in working.citations if law in laws]
    items = [
        {
            "law": law.title,
            "article": article,
            "text": law.articles.get(article),
            "effective": render.in_force(law),
            "source": law.number or law.source,
        }
        for law, article in known
    ]
    turn.say(
        "utter_calculation",
        lines="\n".join(said("line", line) for line in working.lines),
        result=said("result", working.result),
        conditions="\n".join(f"· {condition}" for condition in conditions),
        basis="、".join(f"《{law.title}》{article}" for law, article in known),
        card={"type": "citations", "items": items} if items else None,
    )


def shown(value: Any) -> str:
    """3000, 833.33, 2026年11月3日."""
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return f"{value:.0f}"
    return str(value)


# Fields of a calculator that the chat calls otherwise.
_FIELD = {("return", "received"): "day"}


def reckon(kind: str, values: Values, today: date, is_working_day: Callable[[date], bool]) -> Working:
    """Run the calculator of `kind`. Raises Impossible."""
    return _RECKON[kind](_Given(values, today, is_working_day))


class _Given:
    """The values of a slot as numbers and days."""

    def __init__(self, values: Values, today: date, is_working_day: Callable[[date], bool]) -> None:
        self.values, self.today, self.is_working_day = values, today, is_working_day

    def money(self, field: str, otherwise: str = "0") -> Decimal:
        return Decimal(self.values.get(field, otherwise))

    def whole(self, field: str) -> int:
        return int(self.values.get(field, 0))

    def day(self, field: str) -> date:
        return date.fromisoformat(self.values[field])

    def optional(self, field: str) -> Decimal | None:
        written = self.values.get(field)
        return Decimal(written) if written and written != calculation_values.NONE else None


def _prepaid(given: _Given) -> Working:
    reason: Any = given.values["reason"]
    paid = given.money("paid")
    if given.values["shape"] == "value":
        gift, discount = given.money("gift"), given.money("discount", "10")
        return prepaid.of_value(prepaid.ValueCard(paid, given.money("spent"), reason, gift, discount))
    total, used = given.whole("total"), given.whole("used")
    if given.values["shape"] == "period":
        return prepaid.of_period(prepaid.PeriodCard(paid, total, used, reason))
    free, price = given.whole("free"), given.optional("list_price")
    return prepaid.of_sessions(prepaid.SessionCard(paid, total, used, reason, free, price))


def _annual_rate(given: _Given) -> Working:
    method: Any = given.values.get("method", "equal_instalments")
    received, months, payment = given.money("received"), given.whole("months"), given.money("payment")
    return loans.annual_rate(loans.Loan(received, months, payment, method, given.optional("principal")))


def _early(given: _Given) -> Working:
    method: Any = given.values["method"]
    principal, rate, fee = given.money("principal"), given.money("rate"), given.money("fee")
    return loans.early(loans.EarlyRepayment(principal, rate, given.whole("months"), given.whole("used"), method, fee))


_RECKON: dict[str, Callable[[_Given], Working]] = {
    "prepaid": _prepaid,
    "threefold": lambda given: compensation.threefold(compensation.Fraud(given.money("price"))),
    "food": lambda given: compensation.food(compensation.Tenfold(given.money("price"), given.money("loss"))),
    "drug": lambda given: compensation.drug(compensation.Tenfold(given.money("price"), given.money("loss"))),
    "annual_rate": _annual_rate,
    "early": _early,
    "deposit": lambda given: deposits.insured(deposits.Deposit(given.money("principal"), given.money("interest"))),
    "return": lambda given: days.seven_days(days.Return(given.day("day"), given.today), given.is_working_day),
    "working_days": lambda given: days.working_days(
        days.WorkingDays(given.day("day"), given.whole("count")), given.is_working_day
    ),
}

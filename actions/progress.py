"""Where a filed ticket is, in plain words: which step, who holds it, how many days are left by which article, what comes next.

The words of each status stand in data/responses/progress.yml; docs/after-filing.md shows them all.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from actions import filing, guidance, own_tickets, summary
from actions.base import Door, Events, Turn
from actions.words import Words
from xiaobao.reading import aftermath
from xiaobao.tickets import after_filing, deadline_words, deadlines, workflow
from xiaobao.tickets.workflow import OPEN, Process, Status, Step

OF_OWN = re.compile("我的|单号|编号|进度|到哪|查询码|查一下|查查")
MOST_LISTED = 8


def label(status: str) -> str:
    """What the workflow calls a status."""
    return next(one.label for one in Status if one == status)


def now_words(words: Words, process: str, status: str) -> str:
    """What has happened so far, by status; some processes have words of their own."""
    return _told(words, "now", process, status)


def next_words(words: Words, process: str, status: str) -> str:
    """What comes next, by status."""
    return _told(words, "next", process, status)


def _told(words: Words, when: str, process: str, status: str) -> str:
    own = f"utter_progress_{when}_{status}_{process}"
    return words.text(own if words.has(own) else f"utter_progress_{when}_{status}")


def shown_statuses(process: Process) -> list[Status]:
    """Statuses that a ticket of this process may have and its citizen may ask about."""
    rows = [row for row in workflow.TABLE if row.process == process]
    return [status for status in Status if status in {row.next for row in rows} and process != Process.DISTRESS]


def tell(turn: Turn, ticket: Any, code: str | None = None) -> None:
    """One message: what happened when, who has it, what is waited for, until when, the latest answer, what is next."""
    words = turn.context.words
    lines = [
        _since(turn, ticket) + now_words(words, ticket.process, ticket.status) + _who(turn, ticket),
        _waits(turn, ticket),
        _due(turn, ticket),
        _answer(turn, ticket),
        next_words(words, ticket.process, ticket.status),
        _window(turn, ticket),
    ]
    buttons = own_tickets.possible(turn, ticket, code=code)
    if code and ticket.conversation_id != turn.conversation_id and ticket.status != Status.ARCHIVED:
        known = {"ticket_number": ticket.number, "query_code": code}
        buttons.append(turn.button("take_over", "take_over_ticket", **known))
    turn.say(
        "utter_progress",
        buttons=buttons,
        number=ticket.number,
        submitted=own_tickets.day_of(turn, ticket.submitted_at),
        status=label(ticket.status),
        told="\n".join(line for line in lines if line),
    )


def _since(turn: Turn, ticket: Any) -> str:
    """Since when it stands where it stands; nothing for what was just filed."""
    moves = [event for event in ticket.events if event.status_from != event.status_to]
    if len(moves) < 2:
        return ""
    return turn.context.words.text("utter_progress_since", day=own_tickets.day_of(turn, moves[-1].at))


def _who(turn: Turn, ticket: Any) -> str:
    words = turn.context.words
    if ticket.status not in OPEN or not ticket.department:
        return ""
    name = "utter_progress_handler" if ticket.assignee_name else "utter_progress_department"
    return words.text(name, department=ticket.department, who=ticket.assignee_name or "")


def _waits(turn: Turn, ticket: Any) -> str:
    """What stands open beside the status."""
    words, matters = turn.context.words, ticket.matters
    if ticket.status not in OPEN:
        return ""
    found = []
    if matters.get("supplement_asked"):
        asked = [event for event in ticket.events if event.step == Step.ASK_SUPPLEMENT]
        found.append(words.text("utter_progress_waits_supplement", text=asked[-1].payload.get("text", "")))
    if transfer := matters.get("transfer"):
        found.append(words.text("utter_progress_waits_transfer", place=transfer["place"]))
    if matters.get("recusal"):
        found.append(words.text("utter_progress_waits_recusal"))
    if wish := matters.get("wish"):
        found.append(words.text(f"utter_progress_wish_{wish}"))
    return "".join(found)


def _due(turn: Turn, ticket: Any) -> str:
    """The period that ends first: until when, how long that is, by which article; a paused one rests."""
    words = turn.context.words
    running = [clock for clock in ticket.clocks if clock.state == "running"]
    if running:
        clock = min(running, key=lambda one: (one.due, not one.statutory))
        return filing.due_words(turn, clock) + _left(turn, clock)
    if paused := [clock for clock in ticket.clocks if clock.state == "paused"]:
        causes = "、".join(deadline_words.CAUSES[one.cause] for one in paused[0].pauses if one.resumed_on is None)
        return words.text("utter_progress_paused", causes=causes, period=paused[0].label)
    return ""


def _left(turn: Turn, clock: Any) -> str:
    words, today = turn.context.words, turn.today
    law = words.text("utter_progress_law", law=clock.law.split("；")[0]) if clock.law else ""
    if today > clock.due_lenient:
        return words.text("utter_progress_over", days=(today - clock.due_lenient).days, law=law)
    if today >= clock.due:
        return words.text("utter_progress_last_day", law=law)
    in_working_days = clock.unit == "工作日"
    days = [today + timedelta(days=n) for n in range(1, (clock.due - today).days + 1)]
    if in_working_days:
        days = [day for day in days if turn.context.tickets.holidays.is_working(day)]
    measure = deadline_words.measure(len(days), "工作日") if in_working_days else words.text("utter_days", n=len(days))
    return words.text("utter_progress_left", measure=measure, law=law)


def ways(turn: Turn, process: str) -> str:
    """What the law leaves open beside this office; a regulator is bound by an article of its own."""
    words, own = turn.context.words, f"utter_ways_{process}_{turn.context.office.kind}"
    return words.text(own if words.has(own) else f"utter_ways_{process}")


def window(turn: Turn, ticket: Any, until: date) -> str:
    """Until when a citizen may ask to reopen: called the office's own, never the law's."""
    days, day = turn.context.office.reopen_days, summary.day(turn, until)
    if turn.today <= until:
        return turn.context.words.text("utter_progress_window", day=day, days=days)
    ways_left = ways(turn, ticket.process)
    return turn.context.words.text("utter_progress_window_over", day=day, days=days, ways=ways_left)


def _window(turn: Turn, ticket: Any) -> str:
    until = after_filing.reopen_until(ticket.events, turn.context.office.reopen_days)
    return window(turn, ticket, until) if ticket.status == Status.CLOSED and until else ""


def _answer(turn: Turn, ticket: Any) -> str:
    answer = ticket.result or ticket.reply
    return turn.context.words.text("utter_progress_reply", text=answer) if answer else ""


def tell_all(turn: Turn, tickets: list[Any]) -> None:
    """A line for each of the citizen's tickets, newest first, and a button to look closer."""
    words = turn.context.words
    lines = [
        words.text(
            "utter_progress_line",
            number=one.number,
            about=one.merchant or one.institution or one.item or _kind(one.kind),
            submitted=summary.day(turn, deadlines.local_date(one.submitted_at)),
            status=label(one.status),
        )
        for one in tickets[:MOST_LISTED]
    ]
    more = words.text("utter_progress_more", n=len(tickets) - MOST_LISTED) if len(tickets) > MOST_LISTED else ""
    buttons = [turn.button("ticket", "ask_progress", title=t.number, ticket_number=t.number) for t in tickets]
    turn.say("utter_progress_list", count=len(tickets), lines="\n".join([*lines, *filter(None, [more])]),
             buttons=buttons[:MOST_LISTED])  # fmt: skip


def _kind(kind: str) -> str:
    return next(one.label for one in workflow.Kind if one == kind)


class Progress(Door):
    def name(self) -> str:
        return "action_progress"

    def act(self, turn: Turn) -> Events:
        mine, number = own_tickets.own(turn), own_tickets.number_in(turn)
        of_others = bool(turn.text) and not OF_OWN.search(turn.text) and not number and not mine
        if of_others and turn.context.searcher.rank(turn.text).decision != "decline":
            return guidance.answer(turn, turn.text)
        if not number and (turn.entity("part") == "all" or (mine and aftermath.LISTS.search(turn.text))):
            if mine:
                tell_all(turn, mine)
                return []
        elif not number and len(mine) > 1 and not turn.slot("pending_ticket"):
            tell_all(turn, mine)
            return []
        ticket, events = own_tickets.choose(turn, "ask_progress")
        if ticket:
            tell(turn, ticket, own_tickets.code_in(turn))
        return events

"""What may stand in the way of a complaint: told as a hint with what can be done, never as a decision.

Sources: 市场监督管理投诉举报处理办法 art. 16 (grounds), 消费者权益保护法 art. 39 (the other ways). Factors of art. 17 are
for the deciding clerk alone and say nothing here.
"""

from __future__ import annotations

from actions.base import Turn
from actions.draft import Draft
from xiaobao.tickets import hints
from xiaobao.tickets.hints import Hint


def of(turn: Turn, draft: Draft) -> list[Hint]:
    """Grounds that the story or the answers speak for; none for reports, suggestions and other kinds of office."""
    if draft.kind != "complaint":
        return []
    found = [hint for hint, ground in turn.context.office.hints(facts(draft), turn.today) if ground]
    # A parent speaks for an own child without a paper: 民法典 art. 23, 27.
    return [hint for hint in found if hint.id != "agent" or not draft.get("guardian")]


def facts(draft: Draft) -> hints.Facts:
    """What the draft tells; a day of discovery goes before the day of the event."""
    day = draft.normalised("discovered_date") or draft.normalised("event_date")
    return hints.Facts(
        narrative=draft.get("narrative") or "",
        own_use=draft.get("own_use"),
        elsewhere=draft.get("elsewhere"),
        known_on=hints.last_day(day),
    )


def take_over(turn: Turn, draft: Draft) -> None:
    """Lines of the summary that the citizen would otherwise declare wrongly: already handled elsewhere, for business."""
    for hint in of(turn, draft):
        slot, value = hints.ANSWERS.get(hint.id, ("", ""))
        if slot and hint.words and not draft.answered(slot):
            start = (draft.get("narrative") or "").find(hint.words)
            draft.put(slot, value, source="read", start=start, end=start + len(hint.words), words=hint.words)


def look_at_age(turn: Turn, draft: Draft) -> None:
    """Note when the event lies more than three years back: then the day of discovery is asked."""
    happened = hints.last_day(draft.normalised("event_date"))
    if draft.kind == "complaint" and happened and hints.late(happened, turn.today):
        draft.flags["old"] = True
    else:
        draft.flags.pop("old", None)


def lines(turn: Turn, draft: Draft) -> list[str]:
    """One line for each ground: what it may mean and what can be done."""
    words, said = turn.context.words, []
    for hint in of(turn, draft):
        name = next((f"utter_hint_{code}" for code in hint.codes if words.has(f"utter_hint_{code}")), None)
        if name and (line := words.text(name)) not in said:
            said.append(line)
    return said

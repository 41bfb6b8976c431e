"""From the confirmed draft to a ticket, once only, and the receipt."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from actions import both, questions, scenes, sounds, summary
from actions.base import Turn
from actions.draft import CONTACT, Draft
from xiaobao.conversations import uploads
from xiaobao.reading import wishes
from xiaobao.tickets import routing, service

PRIVACY_NOTICE_VERSION = "2026-11-26"


def route_of(turn: Turn, draft: Draft) -> Any:
    """Which authority this matter belongs to."""
    return routing.route(
        draft.get("narrative") or "",
        item=draft.get("item"),
        merchant=draft.get("merchant"),
        institution=draft.get("institution"),
        object_=draft.get("object"),
        authorities=turn.context.authorities,
    )


def submission(turn: Turn, draft: Draft, files: list[Any], route: Any) -> service.Submission:
    """The draft as the tickets room takes it."""
    values: dict[str, Any] = {name: draft.get(name) for name in service.SUBMITTED_TEXTS if name in draft.values}
    amount, day = draft.normalised("amount"), draft.normalised("event_date")
    discovered = draft.normalised("discovered_date")
    declared = questions.declared(draft, turn.context.office)
    if both.wanted(draft):
        values["claim"] = wishes.without_punishment(draft.get("claim") or "") or None
    if manner := draft.normalised("purchase_mode"):
        values["purchase_mode"] = manner
    return service.Submission(
        **{**declared, **values, "ticket_kind": draft.kind},
        amount_text=draft.get("amount"),
        amount_cents=int(amount) if amount is not None else None,
        event_date_text=draft.get("event_date"),
        event_date=_day(day),
        discovered_date=_day(discovered),
        draft_id=draft.draft_id,
        conversation_id=turn.conversation_id,
        channel=turn.channel,
        source=scenes.source(turn, draft),
        evidence=tuple(
            service.Evidence(f.evidence_id, f.filename, f.media_type, f.size, f.sha256, f.path) for f in files
        ),
        consent_version=PRIVACY_NOTICE_VERSION,
        route_code=route.code,
        urgent=bool(route.urgent or draft.flags.get("urgent")),
        spans={slot: _with_words(draft, slot, details) for slot, details in draft.details.items()},
        sources=sources(draft, declared),
    )


def _with_words(draft: Draft, slot: str, details: dict[str, Any]) -> dict[str, Any]:
    """A place in the story with the words that stand there: some values are kept in other words (线下)."""
    return {"words": draft.get(slot), **details} if "start" in details and slot not in CONTACT else details


def sources(draft: Draft, declared: Collection[str]) -> dict[str, str]:
    """How each value came, for the desk; lines that nobody spoke of are declared by the confirmation."""
    known = {slot: str(details.get("source", "said")) for slot, details in draft.details.items()}
    known |= {slot: "declared" for slot in declared if slot not in draft.values}
    return known | {slot: "unknown" for slot in draft.unknown}


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None


def file(turn: Turn, draft: Draft) -> list[service.Receipt]:
    """Commit the ticket and the report beside it, if one is wanted; nothing is said before the commit."""
    route = route_of(turn, draft)
    with turn.session() as session:
        # Read in the same transaction: a consent may be taken back until the commit.
        files = sounds.kept(turn, uploads.ready(session, turn.conversation_id))
        entry = submission(turn, draft, files, route)
        receipts = [service.submit(session, entry, office=turn.context.office, now=turn.now)]
        if both.wanted(draft):
            beside = both.report(draft, entry, receipts[0].number)
            receipts.append(service.submit(session, beside, office=turn.context.office, now=turn.now))
        uploads.mark_filed(session, [f.evidence_id for f in files], receipts[0].number)
        uploads.mark_refused(session, turn.conversation_id, receipts[0].number)
    return receipts


def filed(turn: Turn, draft: Draft) -> list[service.Receipt]:
    """The receipts when this draft was committed before (a crash between commit and answer)."""
    if not draft.draft_id:
        return []
    with turn.session() as session:
        found = [service.filed(session, key) for key in (draft.draft_id, both.draft_id(draft))]
    return [receipt for receipt in found if receipt]


def due_words(turn: Turn, clock: Any) -> str:
    """Until when who must do what; a council's own target is called so."""
    if clock is None:
        return turn.context.words.text("utter_due_none")
    name = f"utter_due_{clock.name}" if clock.statutory else "utter_due_target"
    if not turn.context.words.has(name):
        name = "utter_due_statutory"
    words = turn.context.words.text(name, due=summary.day(turn, clock.due))
    return words + (turn.context.words.text("utter_due_provisional") if clock.provisional else "")


def tell(turn: Turn, draft: Draft, receipts: list[service.Receipt], finance: bool) -> None:
    """One message for each ticket, so that what is shown of one says nothing of the other."""
    for receipt in receipts:
        _tell(turn, draft, receipt, finance)


def _tell(turn: Turn, draft: Draft, receipt: service.Receipt, finance: bool) -> None:
    """Number, query code, what happens next; the card can be copied and printed."""
    words = turn.context.words
    due = due_words(turn, receipt.clock)
    next_steps = [words.text(f"utter_receipt_next_{receipt.kind}", due=due), words.text("utter_receipt_next_ask")]
    if receipt.kind == "complaint" and not turn.context.office.connected_12315:
        next_steps.append(words.text("utter_summary_not_connected"))
    beside = receipt.kind != draft.kind
    files = [] if beside else summary.ticket_evidence(turn, receipt.number)
    rows = summary.rows(turn, draft, finance)
    card = {
        "type": "receipt",
        "number": receipt.number,
        "query_code": receipt.query_code,
        "submitted_at": receipt.submitted_at.astimezone(turn.now.tzinfo).strftime("%Y-%m-%d %H:%M"),
        "deadline": due,
        "rows": [
            {"title": r["title"], "value": full(turn, draft, r)} for r in rows if not beside or both.shows(draft, r)
        ],
        "evidence": [{"filename": f.filename, "size": f.size, "sha256": f.sha256} for f in files],
        "next": next_steps,
    }
    name = "utter_filed_again" if receipt.already_filed else f"utter_filed_{receipt.kind}"
    name = "utter_filed_report_beside" if beside else name
    turn.say(name, card=card, number=receipt.number, query_code=receipt.query_code, due=due)


def full(turn: Turn, draft: Draft, row: dict[str, Any]) -> str:
    """The receipt carries the citizen's own data unmasked: it is theirs."""
    return draft.get("contact_phone") or row["value"] if row["slot"] == "contact_phone" else row["value"]

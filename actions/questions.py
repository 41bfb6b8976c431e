"""Which question comes next: the fewest that this kind of ticket needs at this kind of office.

Sources: 市场监督管理投诉举报处理办法 art. 10 (complaint: name, telephone, address; the other side's name and
address; request with facts), art. 28 (report: concrete clues); 银行业保险业消费投诉处理管理办法 art. 13 (finance).
"""

from __future__ import annotations

from actions.draft import CONTACT, WHICH, Draft
from xiaobao.tickets.office import ASKS_CONSENT as ASKS_CONSENT
from xiaobao.tickets.office import Office, OfficeKind


def order(draft: Draft, office: Office, finance: bool) -> list[str]:
    """Slots to be filled, in the order of asking; a contact card counts as one, under `contact_name`."""
    if draft.flags.get("parts"):  # several matters in one message: first which one
        return ["which_story"]
    consent = ["consent"] if office.kind in ASKS_CONSENT else []
    reach = _reach(draft, office)
    if draft.kind == "suggestion":
        return ["narrative", *consent, *reach, "confirmed"]
    if draft.kind == "report":
        contact = [] if draft.get("anonymous") == "yes" else [*consent, *reach]
        return ["narrative", "merchant", "merchant_address", "anonymous", *contact, "confirmed"]
    party = ["institution", "complained_to_institution"] if finance else ["merchant"]
    place = [] if finance or draft.get("platform") else ["merchant_address"]
    # Only when the matter is old does it count since when the harm was known (办法 art. 16 (4)).
    found = ["discovered_date"] if draft.flags.get("old") or draft.get("discovered_date") else []
    another = ["on_behalf_of"] if draft.flags.get("behalf") else []
    return [
        "narrative", *party, "item", "amount", "event_date", *found, "claim", *place, *another, *consent, *reach,
        "confirmed",
    ]  # fmt: skip


def declared(draft: Draft, office: Office) -> dict[str, str]:
    """What the confirmation declares of a complaint unless something else was said; nobody is told without a yes."""
    if draft.kind != "complaint":
        return {}
    passing = {} if office.kind == OfficeKind.INSTITUTION else {"pass_on_to_merchant": "no"}
    return {"own_use": "yes", "elsewhere": "no", **passing}


def _reach(draft: Draft, office: Office) -> list[str]:
    """The contact card, or its fields one by one for who asked for that."""
    return required_contact(draft, office) if draft.flags.get("singly") else ["contact_name"]


def optional_contact(draft: Draft) -> bool:
    """A suggestion may be made without leaving a name."""
    return draft.kind == "suggestion"


def required_contact(draft: Draft, office: Office) -> list[str]:
    """Fields of the contact card that may not stay empty: 办法 art. 10 asks for the address, a bank does not."""
    if draft.kind == "suggestion":
        return ["contact_phone"]
    if draft.kind == "report" or office.kind == OfficeKind.INSTITUTION:
        return ["contact_name", "contact_phone"]
    return list(CONTACT)


def missing_contact(draft: Draft, office: Office) -> list[str]:
    """Required fields without a value; an address that the citizen would not give is not asked for again."""
    return [
        slot
        for slot in required_contact(draft, office)
        if not draft.get(slot) and not (slot == "contact_address" and slot in draft.unknown)
    ]


def open_slots(draft: Draft, office: Office, finance: bool) -> list[str]:
    """What is still to be asked."""
    return [slot for slot in order(draft, office, finance) if not _done(slot, draft, office)]


def _done(slot: str, draft: Draft, office: Office) -> bool:
    if slot in (draft.flags.get(WHICH) or {}):
        return False
    if slot in CONTACT and draft.flags.get("singly"):
        return bool(draft.get(slot)) or (optional_contact(draft) and bool(draft.unknown & set(CONTACT)))
    if slot == "contact_name":
        if "contact_name" in draft.unknown and optional_contact(draft):
            return True
        return not missing_contact(draft, office)
    if slot in ("merchant", "institution") and (draft.get("institution") or draft.get("merchant")):
        return True
    return draft.answered(slot)

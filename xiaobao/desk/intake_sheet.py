"""The intake form as staff fill it: what was typed, what was read out of the story, what of both is filed (pure).

A field whose value differs from what was last read into it is typed: reading never touches it again, not even when it
was emptied. The form carries what was read beside each field, so that this holds with scripts and without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from xiaobao import privacy
from xiaobao.reading import answers, story
from xiaobao.reading.reference import Reference
from xiaobao.reading.story import Story
from xiaobao.reading.values import Value
from xiaobao.tickets import service
from xiaobao.tickets.sources import BY_STAFF, LONGEST_NUMBER, Source
from xiaobao.tickets.workflow import Kind

CONTACT = ("contact_name", "contact_phone", "contact_address", "contact_email")
PERSON = (*CONTACT, "on_behalf_of", "relation")
READ = (
    *("merchant", "merchant_address", "shop_name", "platform", "institution", "item", "amount", "event_date"),
    *("purchase_mode", "order_number", "policy_number", "claim", "region", "contact_name", "contact_phone"),
    "contact_email",
)
# Read and filed without a field of their own: what the desk counts and hints by.
UNSEEN = ("object", "problem", "problem_secondary", "discovered_date")
TYPED = ("contact_address", "on_behalf_of", "relation")
CHOICES = (
    *("own_use", "elsewhere", "tried_with_merchant", "complained_to_institution", "pass_on_to_merchant"),
    *("no_calls", "anonymous", "consent", "urgent"),
)
HEAD = ("kind", "source", "source_number", "narrative")
KINDS = (Kind.COMPLAINT, Kind.REPORT, Kind.SUGGESTION)
LONGEST = {"source_number": LONGEST_NUMBER, "narrative": 10_000}
LONGEST_FIELD = 300  # characters
AS_MEANT = ("contact_phone", "purchase_mode")  # filled in as they are meant, not as they were said


@dataclass(frozen=True)
class Sheet:
    """`values` by field, `read` what reading last put there, `words` those of the story it came from."""

    draft: str
    values: dict[str, str]
    read: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def own(self, slot: str) -> bool:
        """Whether somebody typed this field, or emptied it."""
        return self.values.get(slot, "") != self.read.get(slot, "")


def of_form(form: Mapping[str, str]) -> Sheet:
    """What the browser sent."""
    names = (*HEAD, *READ, *TYPED, *CHOICES)
    values = {name: form.get(name, "").replace("\r\n", "\n").strip() for name in names}
    read = {name: form.get(f"read_{name}", "").strip() for name in READ}
    return Sheet(form.get("draft", "")[:64], values, read)


def fill(sheet: Sheet, told: Story) -> Sheet:
    """Put what the story tells into every field that nobody typed; what it tells no longer goes out again."""
    values, read, words = dict(sheet.values), dict(sheet.read), {}
    for slot in READ:
        if sheet.own(slot):
            continue
        found = told.values.get(slot)
        values[slot] = read[slot] = _shown(slot, found) if found else ""
        if found:
            words[slot] = found.text
    return replace(sheet, values=values, read=read, words=words)


def read(sheet: Sheet, today: date, reference: Reference) -> Story:
    """What the story of the sheet tells."""
    return story.read(sheet.values["narrative"], today, reference)


def facts(sheet: Sheet) -> dict[str, Any]:
    """The values under the names by which required fields and hints ask for them."""
    filled = {name: value for name, value in sheet.values.items() if value and name not in ("amount", "event_date")}
    return {**filled, "amount_text": sheet.values["amount"], "event_date_text": sheet.values["event_date"]}


def check(sheet: Sheet, consent_needed: bool) -> dict[str, str]:
    """What has to be put right before filing, by field: a code for the words of the page."""
    values, wrong = sheet.values, {}
    for name, value in values.items():
        if len(value) > LONGEST.get(name, LONGEST_FIELD):
            wrong[name] = "too_long"
    if values["kind"] not in KINDS:
        wrong["kind"] = "choose"
    if values["source"] not in BY_STAFF:
        wrong["source"] = "choose"
    if not values["narrative"]:
        wrong["narrative"] = "empty"
    if values["contact_phone"] and answers.phone(values["contact_phone"]).error:
        wrong["contact_phone"] = "phone"
    held = any(values[name] for name in CONTACT) and not nameless(sheet)
    if consent_needed and held and values["consent"] != "yes":
        wrong["consent"] = "consent"
    return wrong


def nameless(sheet: Sheet) -> bool:
    """A report whose informant leaves no name: nothing of the contact card is kept."""
    return sheet.values["kind"] == Kind.REPORT and sheet.values["anonymous"] == "yes"


def given(sheet: Sheet, told: Story) -> dict[str, str]:
    """The fields as `intake.submission` takes them."""
    names = (*READ, *TYPED, *CHOICES, "narrative")
    found = {name: sheet.values[name] for name in names if sheet.values[name] and name in service.SUBMITTED_TEXTS}
    found |= {name: sheet.values[name] for name in ("amount", "event_date") if sheet.values[name]}
    found |= {slot: told.values[slot].text for slot in UNSEEN if slot in told.values}
    if phone := found.get("contact_phone"):
        found["contact_phone"] = str(answers.phone(phone).normalised or phone)
    if nameless(sheet):
        found = {name: value for name, value in found.items() if name not in PERSON}
    return {**found, "ticket_kind": sheet.values["kind"]}


def provenance(sheet: Sheet, told: Story) -> tuple[dict[str, Any], dict[str, str]]:
    """Spans in the story of what was read, and how each value came: read, or staff for what was typed or said."""
    spans: dict[str, Any] = {}
    sources = {name: "staff" for name in (*TYPED, *CHOICES) if sheet.values[name] and name != "urgent"}
    for slot in (*READ, *UNSEEN):
        found, value = told.values.get(slot), sheet.values.get(slot, "")
        if found and (slot in UNSEEN or (not sheet.own(slot) and value == _shown(slot, found))):
            sources[slot] = "read"
            if slot not in CONTACT:  # no second copy of contact data
                place = {"start": found.start, "end": found.end, "normalised": found.normalised}
                spans[slot] = {"source": "read", "words": found.text, **place}
        elif value:
            sources[slot] = "staff"
    if nameless(sheet):
        sources = {slot: origin for slot, origin in sources.items() if slot not in PERSON}
    return spans, sources


def narrative(sheet: Sheet, consent_needed: bool) -> str:
    """The story as it is kept: without name, telephone and home of somebody who did not agree to have them kept."""
    told = sheet.values["narrative"]
    agreed = sheet.values["consent"] == "yes" or not consent_needed
    return told if agreed and not nameless(sheet) else privacy.mask_person(told)


def _shown(slot: str, found: Value) -> str:
    return (str(found.normalised) if slot in AS_MEANT else found.text)[:LONGEST_FIELD]


def fresh(draft: str, **values: str) -> Sheet:
    """An empty form."""
    names = (*HEAD, *READ, *TYPED, *CHOICES)
    begun = {**dict.fromkeys(names, ""), "kind": str(Kind.COMPLAINT), "source": str(Source.PHONE), **values}
    return Sheet(draft, begun, dict.fromkeys(READ, ""))

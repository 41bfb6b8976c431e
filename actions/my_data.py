"""我的信息: see, take along, correct, withdraw consent, be erased; whose it is is proven before any of it.

Where a ticket was filed in this conversation, its query code or the whole telephone number is asked for; without one
the conversation itself (a signed session, a WeChat account) is all there is to go by. 个人信息保护法 art. 15, 44 to 47.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import own_tickets, people, sounds, summary
from actions.base import Door, Events, Turn
from actions.draft import CONTACT, Draft
from xiaobao.conversations import copies, erasures
from xiaobao.reading import answers, my_data
from xiaobao.tickets import attempts, deadlines, personal

SLOT = "my_data"  # {"until": proven until, "tickets": [numbers proven by their codes]}
PROOF, SURE = "my_data", "my_data_sure"  # purposes of question_form
OTHER = "other"
PROVEN_FOR = timedelta(minutes=15)
CONFIRMED = re.compile(r"确定|确认")
DIGITS = re.compile(r"(?:\d\D{0,2}){5}")  # of a code or a telephone number, however it is spaced
MASKED_IN_CHAT = 8  # rows of marks in the message; all are in the copy


class MyData(Door):
    """By words or button; `value` of a button is the wish, `confirmed` the last word."""

    def name(self) -> str:
        return "action_my_data"

    def act(self, turn: Turn) -> Events:
        wanted = turn.entity("value") or my_data.wish(turn.text) or my_data.SHOW
        return go_on(turn, wanted, confirmed=turn.entity("confirmed") == "yes")


def open_for(turn: Turn) -> Events | None:
    """Typed words about one's own data, wherever they are typed; None for all else."""
    wanted = my_data.wish(turn.text)
    return go_on(turn, wanted) if wanted else None


def go_on(turn: Turn, wanted: str, confirmed: bool = False) -> Events:
    """Do what is wanted, or ask for the proof first."""
    with turn.session() as session:
        running = erasures.of_conversation(session, turn.conversation_id) is not None
        to_prove = personal.to_prove(session, turn.conversation_id)
    if running:
        turn.say("utter_my_data_erasing_already")
        return []
    if wanted == OTHER:
        return [SlotSet("pending_question", f"{PROOF}:::{OTHER}"), FollowupAction("question_form")]
    if to_prove and not _proven(turn):
        return [SlotSet("pending_question", f"{PROOF}:::{wanted}"), FollowupAction("question_form")]
    if wanted == my_data.CORRECT:
        return _correct(turn)
    if wanted in (my_data.CONSENT, my_data.ERASE):
        if not confirmed:
            return [SlotSet("pending_question", f"{SURE}:::{wanted}"), FollowupAction("question_form")]
        return _withdraw(turn) if wanted == my_data.CONSENT else _erase(turn)
    show(turn)
    return []


# Proof -------------------------------------------------------------------------------------------


def proofs(turn: Turn) -> dict[str, Any]:
    """What was proven so far, this very turn included."""
    noted = [event["value"] for event in turn.also if event.get("name") == SLOT]
    return dict((noted[-1] if noted else turn.slot(SLOT)) or {})


def _proven(turn: Turn) -> bool:
    until = str(proofs(turn).get("until") or "")
    return bool(until) and datetime.fromisoformat(until) > turn.now


def _numbers(turn: Turn) -> list[str]:
    """Tickets filed elsewhere whose codes were given a moment ago."""
    return list(proofs(turn).get("tickets") or []) if _proven(turn) else []


def answer_proof(turn: Turn, wanted: str) -> Events | None:
    """The answer to the question who it is: go on with what was wanted; None when it proves nothing (that is said)."""
    number, code = own_tickets.number_in(turn), own_tickets.code_in(turn)
    tickets = _numbers(turn)
    if number and code:
        ticket = own_tickets.with_code(turn, number, code)
        if ticket is None:
            return []
        tickets = sorted({*tickets, number})
    elif wanted == OTHER:
        turn.say("utter_error_code_unclear")
        return None
    elif not _fits(turn):
        return [] if _locked(turn) else None
    proven = {"until": (turn.now + PROVEN_FOR).isoformat(), "tickets": tickets}
    turn.also.append(SlotSet(SLOT, proven))
    return go_on(turn, my_data.SHOW if wanted == OTHER else wanted)


def _fits(turn: Turn) -> bool:
    key = f"conversation:{turn.conversation_id}"
    with turn.session() as session:
        if not attempts.allowed(session, key, turn.now):
            return False
        if personal.proves(session, turn.conversation_id, turn.text):
            return True
        attempts.count_wrong(session, key, turn.now)
        allowed = attempts.allowed(session, key, turn.now)
    if allowed:
        turn.say("utter_my_data_not_proven", telephone=turn.context.office.telephone)
    return False


def _locked(turn: Turn) -> bool:
    with turn.session() as session:
        allowed = attempts.allowed(session, f"conversation:{turn.conversation_id}", turn.now)
    if not allowed:
        turn.say("utter_error_too_many_codes")
    return not allowed


def asked(turn: Turn, purpose: str, wanted: str) -> None:
    """The question of question_form for these purposes."""
    if purpose == PROOF:
        leave = [turn.button("never_mind", "deny")]
        turn.say("utter_ask_number_and_code" if wanted == OTHER else "utter_ask_my_data", buttons=leave)
        return
    sure = turn.button(f"my_data_sure_{wanted}", "my_data", value=wanted, confirmed="yes")
    buttons = [sure, turn.button("my_data_keep", "deny")]
    if wanted == my_data.CONSENT:
        turn.say("utter_my_data_consent_sure", buttons=buttons)
        return
    turn.say("utter_my_data_erase_sure", buttons=buttons, kept=_what_stays(turn))


def answer_sure(turn: Turn, wanted: str) -> Events | None:
    """确定 or a yes: done; None when it is neither yes nor no."""
    said = answers.yes_no(turn.text)
    if not (CONFIRMED.search(turn.text) or said.normalised is True):
        return None
    return go_on(turn, wanted, confirmed=True)


# Seeing ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Seen:
    said: copies.Stored
    tickets: list[personal.Stored]


def _seen(turn: Turn) -> _Seen:
    with turn.session() as session:
        return _Seen(
            copies.stored(session, turn.conversation_id),
            personal.stored(session, turn.conversation_id, _numbers(turn), turn.context.office),
        )


def show(turn: Turn) -> None:
    """What is stored in a few lines, and a whole copy to take along."""
    seen, words, draft = _seen(turn), turn.context.words, Draft.at_hand(turn.tracker)
    days = turn.context.settings.conversation_days
    begun = summary.day(turn, deadlines.local_date(seen.said.begun))
    lines = [words.text("utter_my_data_said", count=seen.said.count, begun=begun, days=days)]
    if seen.said.files:
        lines.append(words.text("utter_my_data_files", count=len(seen.said.files)))
    if draft.values:
        lines.append(words.text("utter_my_data_draft", count=len(draft.values)))
    if seen.said.follows is not None:
        lines.append(words.text("utter_my_data_follows"))
    for one in seen.tickets:
        kept = kept_words(turn, one)
        lines.append(words.text("utter_my_data_ticket", kind=one.kind, number=one.number, status=one.status, kept=kept))
        if one.marks:
            marks = "、".join(
                f"{words.title(name)}：{_plain(turn, value)}" for name, value in one.marks[:MASKED_IN_CHAT]
            )
            lines.append(words.text("utter_my_data_marks", marks=marks))
        if one.hints:
            hints = "、".join(words.text(f"utter_hint_title_{hint.id}") for hint in one.hints)
            lines.append(words.text("utter_my_data_hints", hints=hints))
    content = copy_of(turn, seen, draft)
    with turn.session() as session:
        copy_id = copies.keep(session, turn.conversation_id, content, turn.now)
    card = {"type": "my_data", "id": copy_id, "title": words.title("copy")}
    buttons = [turn.button(f"my_data_{what}", "my_data", value=what) for what in ("correct", "consent", "erase", OTHER)]
    if turn.slot("draft_saved_at"):
        buttons.append(turn.button("resume", "resume"))
    turn.say("utter_my_data", buttons=buttons, card=card, stored="\n".join(lines))


def _hint(turn: Turn, hint: Any) -> dict[str, str]:
    """What whoever decides on accepting is shown of it, with the citizen's own words that it rests on."""
    words = turn.context.words
    value = words.text(f"utter_hint_title_{hint.id}")
    if hint.words:
        value = words.text("utter_my_data_hint_said", title=value, said=hint.words)
    return {
        "name": hint.kind,
        "title": words.text("utter_my_data_hint", law=hint.law, article=hint.article),
        "value": value,
    }


def kept_words(turn: Turn, one: personal.Stored) -> str:
    """Until when a ticket is kept, and whether a law says so."""
    words, office = turn.context.words, turn.context.office
    until = summary.day(turn, deadlines.local_date(one.kept_until))
    if one.stopped:
        return words.text("utter_my_data_stopped", until=until)
    if office.keep_basis:
        return words.text("utter_my_data_kept_by_law", until=until, basis=office.keep_basis)
    return words.text("utter_my_data_kept", until=until)


def copy_of(turn: Turn, seen: _Seen, draft: Draft) -> dict[str, Any]:
    """Sections of rows (name, title, value): the same for JSON and for a page."""
    words, said = turn.context.words, seen.said

    def row(name: str, value: Any) -> dict[str, str]:
        return {"name": name, "title": words.title(name), "value": _plain(turn, str(value))}

    head = [row("channel", said.channel), row("begun", _time(said.begun)), row("last_seen", _time(said.last_seen))]
    head.append(row("count", said.count))
    if said.follows is not None:
        head.append(row("follows", "yes" if said.follows else "no"))
    head += [row(name, value) for name, value in people.known(turn).items() if words.has(f"utter_title_{name}")]
    sections = [{"title": words.title("conversation"), "rows": head}]
    if draft.values:
        rows = [row(name, value) for name, value in draft.values.items() if words.has(f"utter_title_{name}")]
        sections.append({"title": words.title("draft"), "rows": rows})
    if said.files:
        sections.append({"title": words.title("files"), "rows": [_file(one) for one in said.files]})
    for one in seen.tickets:
        rows = [row("status", one.status), row("submitted_at", _time(one.submitted_at))]
        rows += [row("kept_until", _time(one.kept_until)), row("notices", one.notices)]
        rows += [row(name, value) for name, value in one.fields]
        marks = [row(name, value) for name, value in one.marks]
        rows += [{**mark, "title": words.text("utter_my_data_mark", title=mark["title"])} for mark in marks]
        rows += [_hint(turn, hint) for hint in one.hints]
        rows += [row("stopped", "yes")] if one.stopped else []
        rows += [row("files", name) for name in one.files]
        rows += [row("happened", " ".join((_time(at), step, text)).strip()) for at, step, text in one.happened]
        rows += [row("told", f"{_time(at)} {text}") for at, text in one.told]
        sections.append({"title": f"{one.kind} {one.number}", "rows": rows})
    spoken = [
        {"name": speaker, "title": f"{_time(at)} {words.text(f'utter_my_data_speaker_{speaker}')}", "value": text}
        for at, speaker, text in said.said
    ]
    sections.append({"title": words.title("said"), "rows": spoken})
    return {
        "title": words.title("copy"),
        "office": turn.context.office.name,
        "at": _time(turn.now),
        "sections": sections,
    }


def _file(upload: Any) -> dict[str, str]:
    lines = " ".join(str(line.get("text", "")) for line in upload.text_lines or ())
    about = (upload.media_type, f"{upload.size} B", _time(upload.received_at), upload.kind or "", upload.consent or "")
    return {"name": "file", "title": upload.filename, "value": " ".join(part for part in (*about, lines) if part)}


def _plain(turn: Turn, value: str) -> str:
    """yes and True as people say it."""
    said = {"yes": "yes", "True": "yes", "no": "no"}.get(value)
    return turn.context.words.text(f"utter_my_data_{said}") if said else value


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(deadlines.TIMEZONE):%Y-%m-%d %H:%M}"


# Correcting, withdrawing, erasing ----------------------------------------------------------------


def _correct(turn: Turn) -> Events:
    if own_tickets.own(turn):
        return [FollowupAction("action_amend_ticket")]
    turn.say("utter_my_data_correct_none")
    return []


def _withdraw(turn: Turn) -> Events:
    """Consent ends: contact data of the draft, sensitive files that are in no ticket, telling the other side."""
    with turn.session() as session:
        count = personal.withdraw_consent(session, turn.conversation_id, _numbers(turn), turn.now)
        paths = copies.refuse_files(session, turn.conversation_id, turn.now)
        # Before the commit: a crash in between leaves rows to be asked about again, never bytes without consent.
        for path in paths:
            sounds.remove(turn.context.settings.evidence_dir, path)
    draft = Draft.at_hand(turn.tracker)
    for slot in (*CONTACT, "contact_email", "contact_note", "consent", "pass_on_to_merchant"):
        draft.forget(slot)
    draft.held = {}
    if draft.begun:
        draft.save(turn.now)
    turn.say("utter_my_data_consent_done", count=count)
    return draft.events()


def _what_stays(turn: Turn) -> str:
    """Which tickets are kept after all, with number and code to note down; which go along."""
    words, seen = turn.context.words, _seen(turn)
    kept = [one for one in seen.tickets if one.kept_until >= turn.now]
    gone = len(seen.tickets) - len(kept)
    lines = [
        words.text(
            "utter_my_data_erase_ticket",
            kind=one.kind,
            number=one.number,
            code=one.query_code,
            kept=kept_words(turn, one),
        )
        for one in kept
    ]
    text = words.text("utter_my_data_erase_keeps", tickets="\n".join(lines)) if lines else ""
    return text + (words.text("utter_my_data_erase_goes", count=gone) if gone else "")


def _erase(turn: Turn) -> Events:
    """Note the wish; the worker erases when this answer has been read. The slots are emptied now already."""
    seen, words = _seen(turn), turn.context.words
    with turn.session() as session:
        erasures.ask(session, turn.conversation_id, turn.now, _numbers(turn))
    stay = "、".join(f"{one.number}（{one.query_code}）" for one in seen.tickets if one.kept_until >= turn.now)
    kept = words.text("utter_my_data_erasing_keeps", tickets=stay) if stay else ""
    turn.show_form(None)
    turn.say("utter_my_data_erasing", kept=kept)
    draft = Draft.at_hand(turn.tracker)
    draft.clear()
    names = (SLOT, people.SLOT, people.QUESTION, "pending_ticket", "last_number")
    return [*draft.events(), *(SlotSet(name, None) for name in names)]

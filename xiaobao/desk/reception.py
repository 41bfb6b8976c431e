"""在线接待: who waits for a human in the conversation; take, talk, leave.

Contact data are masked until the clerk who has the talk asks for them, which is written down. A clerk's words are
looked at before they go out: law that is not in force, secrets, numbers of others.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from xiaobao import privacy
from xiaobao.conversations import takeovers, wechat
from xiaobao.conversations.takeovers import Taken, TakeoverError, Unknown, View
from xiaobao.desk import conversation, reply_check
from xiaobao.desk.access import WORKERS, Staff, allow, me
from xiaobao.desk.context import here
from xiaobao.desk.reply_check import Finding
from xiaobao.tickets import canned_texts, queries, service
from xiaobao.tickets.deadlines import TIMEZONE
from xiaobao.tickets.views import TicketView

screen = Blueprint("reception", __name__)
SHOWN = 200  # messages of a talk
GREETING = "utter_notice_human_here"
NEVER = "sensitive"  # identity and card numbers, passwords: no reason makes them fit to be sent
Answer = Response | tuple[str, int]


@dataclass(frozen=True)
class Waiting:
    """One line of the queue."""

    view: View
    waited: timedelta
    story: str


def waiting(reading: Session, staff: Staff) -> int:
    """How many citizens wait, for the rail."""
    return sum(view.state == takeovers.WAITING for view in _known(reading, staff))


@screen.get("/reception")
@allow(*WORKERS)
def queue() -> str:
    """Who waits and who is talked to."""
    return _queue()


@screen.get("/reception/list")
@allow(*WORKERS)
def queue_part() -> str:
    """The same without the page around it, for the script that looks again."""
    return render_template("_reception_list.html", **_lines())


@screen.get("/reception/<int:wish>")
@allow(*WORKERS)
def talk(wish: int) -> str:
    """The talk with what the form knew."""
    return _talk(wish)


@screen.get("/reception/<int:wish>/talk")
@allow(*WORKERS)
def talk_part(wish: int) -> str:
    """What was said, for the script that looks again."""
    return render_template("_reception_talk.html", **_said(wish))


@screen.post("/reception/<int:wish>/take")
@allow(*WORKERS)
def take(wish: int) -> Answer:
    """接待: from now on the bot is silent. The second of two clerks is told who was faster."""
    desk, who = here(), me()
    name = who.account.name
    greeting = desk.words.notice(GREETING, {"staff_name": name}, by_staff=True).text
    try:
        with desk.writing.begin() as writing:
            _visible(writing, wish)
            takeovers.take(writing, wish, account_id=who.account.id, name=name, greeting=greeting, now=desk.now())
            _note(writing, "take_conversation", wish)
    except Unknown:
        abort(404)
    except TakeoverError as problem:
        return _queue(problem), 409
    return redirect(url_for("reception.talk", wish=wish), 303)


@screen.post("/reception/<int:wish>/say")
@allow(*WORKERS)
def say(wish: int) -> Answer:
    """The clerk's words; what is doubtful goes out after a second look, which is written down."""
    desk, who = here(), me()
    text, sure = request.form.get("text", ""), request.form.get("sure") == "yes"
    known = (desk.office.telephone, *desk.office.reference.hotlines)
    lacking = reply_check.check_words(text, desk.reply_rules, known_numbers=known)
    codes = reply_check.blocking(lacking)
    if NEVER in codes or (codes and not sure):
        return _talk(wish, text=text, lacking=lacking), 422
    try:
        with desk.writing.begin() as writing:
            _visible(writing, wish)
            said = takeovers.say(
                writing, wish, account_id=who.account.id, text=text, key=request.form.get("key", ""), now=desk.now()
            )
            _note(writing, "say_to_citizen", wish, {"seq": said.seq, **({"despite": codes} if codes else {})})
    except Unknown:
        abort(404)
    except TakeoverError as problem:
        return _talk(wish, problem, text), 422 if isinstance(problem, takeovers.WrongText) else 409
    return redirect(url_for("reception.talk", wish=wish), 303)


@screen.post("/reception/<int:wish>/leave")
@allow(*WORKERS)
def leave(wish: int) -> Answer:
    """结束接待: the bot says that it is back and goes on."""
    desk, who = here(), me()
    try:
        with desk.writing.begin() as writing:
            takeovers.leave(writing, wish, account_id=who.account.id, now=desk.now())
            _note(writing, "leave_conversation", wish)
    except Unknown:
        abort(404)
    except TakeoverError as problem:
        return _talk(wish, problem), 409
    session["said"] = "left_conversation"
    return redirect(url_for("reception.queue"), 303)


@screen.post("/reception/<int:wish>/look")
@allow(*WORKERS)
def look(wish: int) -> str:
    """The talk with contact data, for the clerk who has it; who looked is written down before."""
    desk = here()
    try:
        with desk.writing.begin() as writing:
            view = takeovers.get(writing, wish)
            if view.state != takeovers.TALKING or view.account_id != me().account.id:
                abort(403)
            _note(writing, "look_conversation", wish)
    except Unknown:
        abort(404)
    return _talk(wish, unmasked=True)


def _queue(problem: TakeoverError | None = None) -> str:
    return render_template(
        "reception.html", problem=problem, name=getattr(problem, "name", ""), done=session.pop("said", None), **_lines()
    )


def _lines() -> dict[str, Any]:
    desk, who = here(), me()
    with desk.reading() as reading:
        lines = [Waiting(one, desk.now() - one.asked_at, _story(reading, one)) for one in _known(reading, who)]
    return {
        "waiting": [line for line in lines if line.view.state == takeovers.WAITING],
        "talking": [line for line in lines if line.view.state == takeovers.TALKING],
        "open": desk.office.receives_at(desk.now()),
        "minutes": desk.office.wait_minutes,
    }


def _story(reading: Session, view: View) -> str:
    """In one line what it is about: the form's story, else the last words before the wish."""
    story = str(view.summary.get("story") or "")
    if not story:
        spoken = conversation.said(reading, view.conversation_id, most=20)
        own = [one.text for one in spoken if one.speaker == "citizen" and one.text and one.at < view.asked_at]
        story = "；".join(own[-3:-1] or own)
    return privacy.mask_pii(story)


def _talk(
    wish: int,
    problem: TakeoverError | None = None,
    text: str = "",
    lacking: list[Finding] | None = None,
    unmasked: bool = False,
) -> str:
    known = _said(wish, unmasked)
    view: View = known["view"]
    slots = {name: privacy.mask_pii(str(value)) for name, value in (view.summary.get("slots") or {}).items()}
    return render_template(
        "reception_talk.html",
        problem=problem,
        name=problem.name if isinstance(problem, Taken) else view.staff_name,
        text=text,
        lacking=lacking or [],
        sure=bool(lacking) and NEVER not in reply_check.blocking(lacking or []),
        slots=slots,
        story=privacy.mask_pii(str(view.summary.get("story") or "")),
        unmasked=unmasked,
        key=secrets.token_hex(16),
        canned=_canned(),
        most=takeovers.MOST_CHARACTERS,
        **known,
    )


def _canned() -> list[canned_texts.Canned]:
    """Canned texts of a talk."""
    with here().reading() as reading:
        return canned_texts.offered(reading, canned_texts.TALK, here().office)


def _said(wish: int, unmasked: bool = False) -> dict[str, Any]:
    """The view, what was said, the tickets of this conversation, and whether WeChat holds something back."""
    desk = here()
    with desk.reading() as reading:
        view, tickets = _visible(reading, wish)
        if view.state == takeovers.OVER and view.account_id != me().account.id:
            abort(404)  # it was shown so that somebody could come
        until = view.over_at or desk.now()
        said = conversation.said(reading, view.conversation_id, unmasked, most=SHOWN)
        return {
            "view": view,
            "mine": view.state == takeovers.TALKING and view.account_id == me().account.id,
            "said": [one for one in said if one.at <= until] if view.state == takeovers.OVER else said,
            "tickets": [ticket for ticket in tickets if me().knows_of(ticket.kind)],
            "held_back": wechat.held_back(reading, view.conversation_id, desk.now()),
            "zone": TIMEZONE,
            "waited": desk.now() - view.asked_at,
        }


def _visible(reading: Session, wish: int) -> tuple[View, list[TicketView]]:
    """The wish and the tickets of its conversation. Ends with 404 where this person may not know of it."""
    try:
        view = takeovers.get(reading, wish)
    except Unknown:
        abort(404)
    if not me().sees_distress and queries.in_distress(reading, [view.conversation_id]):
        abort(404)
    return view, queries.of_conversation(reading, view.conversation_id)


def _known(reading: Session, staff: Staff) -> list[View]:
    """The queue; somebody in distress is talked to by those who are on duty for it."""
    views = takeovers.queue(reading)
    hidden = set() if staff.sees_distress else queries.in_distress(reading, [view.conversation_id for view in views])
    return [view for view in views if view.conversation_id not in hidden]


def _note(writing: Session, action: str, wish: int, payload: dict[str, Any] | None = None) -> None:
    service.audit(
        writing, actor=me().actor, action=action, subject=f"takeover-{wish}", now=here().now(), payload=payload
    )

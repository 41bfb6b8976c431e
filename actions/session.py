"""First words, the doors, the office itself, and what is said to somebody in distress or in danger."""

from __future__ import annotations

import logging
import uuid

from rasa_sdk.events import FollowupAction, SlotSet

from actions import people, scenes, several, summary
from actions.base import Door, Events, Turn, XiaobaoAction
from actions.draft import Draft
from xiaobao.knowledge import redlines
from xiaobao.tickets import service

EXAMPLES = ("1", "2", "3")
POLICE = ("110",)
PSYCHOLOGICAL_LINE = "12356"  # told once hotlines.csv has it confirmed

logger = logging.getLogger(__name__)


def tell_office(turn: Turn) -> None:
    """您问的这家单位: what it handles, hours, telephone, and that each clock is the law's or its own."""
    office = turn.context.office
    handles = turn.context.words.text(f"utter_handles_{office.kind.name.lower()}")
    turn.say(
        "utter_office",
        name=office.name,
        region=office.region,
        handles=handles,
        hours=office.hours,
        telephone=office.telephone,
        address=office.address,
        due=turn.context.words.text(f"utter_office_clock_{office.kind.name.lower()}"),
    )


def comfort(turn: Turn) -> None:
    """Somebody who may harm themselves: safety first, money later."""
    staffed = turn.context.office.staffed_at(turn.now)
    _call_those_on_duty(turn)
    turn.say("utter_distress" if staffed else "utter_distress_nobody_there", hours=turn.context.office.hours)
    if turn.context.tickets.may_be_told(PSYCHOLOGICAL_LINE):
        turn.say("utter_psychological_line", number=PSYCHOLOGICAL_LINE)


def protect(turn: Turn) -> None:
    """A child that was harmed: a human at once, and who else can help (未成年人保护法 art. 11)."""
    staffed = turn.context.office.staffed_at(turn.now)
    _call_those_on_duty(turn, "child")
    people.remember(turn, harm="told")
    name = "utter_child_harmed" if staffed else "utter_child_harmed_nobody_there"
    turn.say(
        name,
        buttons=[turn.button("human", "request_human"), turn.button("complain", "submit_complaint")],
        hours=turn.context.office.hours,
        number=next(line for line in POLICE if turn.context.tickets.may_be_told(line)),
    )


def _call_those_on_duty(turn: Turn, why: str = "distress") -> None:
    """One urgent ticket for each conversation and reason, seen by accounts on duty and supervisors only.

    Nothing is promised for it, so a failure changes nothing of what is said.
    """
    entry = service.Submission(
        ticket_kind="distress",
        narrative=turn.text,
        draft_id=uuid.uuid5(uuid.NAMESPACE_OID, f"{turn.conversation_id}:{why}").hex,
        conversation_id=turn.conversation_id,
        channel=turn.channel,
        urgent=True,
    )
    try:
        with turn.session() as session:
            service.submit(session, entry, office=turn.context.office, now=turn.now)
    except Exception as error:  # whatever it is, the words to the citizen come first
        logger.error("a message of somebody in distress could not be filed: %s", type(error).__name__)


class Greet(Door):
    """First words with the four doors, three real questions, and the privacy notice in one line."""

    def name(self) -> str:
        return "action_greet"

    def act(self, turn: Turn) -> Events:
        turn.show_form(None)
        draft = Draft.of(turn.tracker, "complaint_form")
        if scene := scenes.scanned(turn, draft):
            if not turn.said_before(1):
                turn.say("utter_greet", office=turn.context.office.name, holder=turn.context.office.holder)
            scenes.greet(turn, scene)
            return draft.events()
        if draft.saved_at:
            turn.say(
                "utter_greet_again", about=_about(turn, draft), buttons=[turn.button("resume", "resume"), *_doors(turn)]
            )
            return []
        words = turn.context.words
        examples = [
            turn.button(
                "example", "ask", title=words.text(f"utter_example_{n}"), question=words.text(f"utter_example_{n}")
            )
            for n in EXAMPLES
        ]
        turn.say(
            "utter_greet",
            buttons=[*_doors(turn), *examples],
            office=turn.context.office.name,
            holder=turn.context.office.holder,
        )
        return []


def _about(turn: Turn, draft: Draft) -> str:
    """What the draft put aside is about, in a few words of the citizen's."""
    waiting = draft.flags.get(several.LATER)
    if waiting and not draft.begun:
        return several.title(waiting[0])
    named = [name for name in (draft.get("merchant") or draft.get("institution"), draft.get("item")) if name]
    return "".join(named) or (draft.get("narrative") or "")[:12] or turn.context.words.text("utter_the_matter")


def _doors(turn: Turn) -> list[dict[str, str]]:
    return [turn.button(f"door_{i}", i) for i in ("enquire", "submit_complaint", "submit_report", "submit_suggestion")]


class OpenEnquiry(XiaobaoAction):
    def name(self) -> str:
        return "action_open_enquiry"

    def act(self, turn: Turn) -> Events:
        turn.say("utter_enquire")
        return []


class Distress(XiaobaoAction):
    def name(self) -> str:
        return "action_distress"

    def act(self, turn: Turn) -> Events:
        if redlines.harmless(turn.text):
            return [FollowupAction("action_answer")]
        comfort(turn)
        return []


class ResumeDraft(Door):
    """接着来: the form opens again where it was left."""

    def name(self) -> str:
        return "action_resume_draft"

    def act(self, turn: Turn) -> Events:
        people.parent_took_over(turn)
        draft = Draft.at_hand(turn.tracker)
        if draft.expired(turn.now):
            draft.clear()
            turn.say("utter_draft_expired")
            return draft.events()
        if draft.flags.get(several.LATER) and not draft.begun:
            draft.flags["next_story"] = True
            return [*draft.events(), FollowupAction(draft.form)]
        if not draft.saved_at or not draft.draft_id or draft.flags.get("referred"):
            turn.say("utter_nothing_to_resume")
            return []
        draft.flags.pop("new_story", None)
        draft.flags["resuming"] = True
        turn.say("utter_resumed")
        return [*draft.events(), FollowupAction(draft.form)]


class StartOver(Door):
    """重新开始: the old draft is dropped, the form opens empty."""

    def name(self) -> str:
        return "action_start_over"

    def act(self, turn: Turn) -> Events:
        draft = Draft.at_hand(turn.tracker)
        story = draft.flags.get("new_story")
        draft.clear()
        if story:
            draft.flags["new_story"] = story
        return [*draft.events(), FollowupAction(draft.form)]


class FileOther(XiaobaoAction):
    """不是这类事: the referral was wrong; the citizen is taken at their word and the clerk decides."""

    def name(self) -> str:
        return "action_file_other"

    def act(self, turn: Turn) -> Events:
        draft = Draft.at_hand(turn.tracker)
        if not draft.flags.pop("referred", None):
            turn.say("utter_nothing_to_resume")
            return []
        draft.flags |= {"route_disputed": True, "resuming": True}
        turn.say("utter_file_other")
        return [*draft.events(), FollowupAction(draft.form)]


class ShowSummary(Door):
    """看看填了什么, outside the form: what the draft put aside holds."""

    def name(self) -> str:
        return "action_show_summary"

    def act(self, turn: Turn) -> Events:
        draft = Draft.at_hand(turn.tracker)
        if not draft.begun:
            turn.say("utter_nothing_to_resume")
            return []
        rows = summary.rows(turn, draft, bool(draft.flags.get("finance")))
        turn.say(
            "utter_draft_holds",
            rows="\n".join(f"{r['n']}. {r['title']}：{r['value']}" for r in rows),
            buttons=[turn.button("resume", "resume")],
        )
        return [SlotSet("draft_saved_at", draft.saved_at)]

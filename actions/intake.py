"""The three forms: complaint, report, suggestion.

The whole turn of a form is one call of its `validate_` action: answers, corrections, questions in the
middle, stopping, and the filing itself. The form stays open until the ticket is committed, so a turn
that failed anywhere may be run again with the same words (docs/architecture.md, "Never a lost answer").
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import (
    both,
    digressions,
    doubts,
    evidence,
    facts,
    filing,
    filling,
    grievances,
    guidance,
    my_data,
    people,
    pictures,
    referral,
    same_matter,
    scenes,
    several,
    sounds,
    summary,
    which,
)
from actions.base import RECENT, Events, Turn, XiaobaoAction
from actions.draft import CONTACT, FORM_OF, Draft
from actions.questions import missing_contact, open_slots, optional_contact, required_contact
from xiaobao.knowledge import redlines
from xiaobao.privacy import mask_sensitive
from xiaobao.reading import answers, corrections, lists, story

FINANCE = {"NFRA", "PBC", "CSRC", "LOCALFIN"}
BARE = 8  # characters: a shorter opening is the door's name, not yet a story
FACTS = {"amount", "event_date", "merchant", "institution"}
LEAST_STORY = 20  # characters: a shorter question under 帮我投诉 tells nothing to file
SURE = 0.6
A_NUMBER = re.compile(r"[\d零〇一二两三四五六七八九十百千万]")
# 瓜子不认, when the wish was asked for.
REFUSED = re.compile(
    r"[^要求想望，。]{0,8}(?:不(?:认账?|承认|[管理]我?|退钱?|给退?|[肯愿]\S{0,3}|赔|同意)|拒绝|推脱|没人[管理]|拉黑了?我?)[了啊呀的。！!]*"
)
LONGEST_CONTACT = 60  # characters
SOME_WORDS = re.compile(r"[\u4e00-\u9fff]{4}")
PATIENCE = 3  # answers that could not be read, before a question is let go
NEEDED = ("narrative", "consent", "contact_name", "confirmed")


class Intake(XiaobaoAction):
    """One turn of one form. Subclasses name the form."""

    form = ""
    retries = True

    def act(self, turn: Turn) -> Events:
        draft = Draft.of(turn.tracker, self.form)
        if receipts := filing.filed(turn, draft):
            return self.tell(turn, draft, receipts)
        asking = turn.slot("requested_slot")
        if turn.text and people.look(turn, draft, asking):
            return self.next(turn, draft) if asking else self.leave(turn, draft)
        people.guard(turn, draft)
        scene = scenes.scanned(turn, draft)
        if asking and scene:
            if not scenes.fill(turn, draft):
                turn.say("utter_scene_noted", title=scene.title)
            return self.next(turn, draft)
        outcome = self.go_on(turn, draft, asking) if asking else self.open(turn, draft)
        return outcome if outcome is not None else self.next(turn, draft)

    # Opening -----------------------------------------------------------------------------------

    def open(self, turn: Turn, draft: Draft) -> Events | None:
        """The first turn: take the story, or offer to go on with what was put aside."""
        line = people.danger(turn)
        if line in redlines.FIRST_AID:
            if line == "child":  # the story is kept: what was paid may still be asked back
                draft.start()
                filling.tell(turn, draft, turn.text)
                draft.save(turn.now)
            return [*self.leave(turn, draft), *guidance.hold(turn, line)]
        if turn.text and (events := my_data.open_for(turn)) is not None:
            return [*self.leave(turn, draft), *events]
        if draft.flags.pop("resuming", None):
            draft.saved_at = None
            return None
        if self.rather_complains(turn, draft):
            turn.show_form(None)
            return [SlotSet("requested_slot", None), *grievances.open_form(draft, turn.text)]
        if draft.flags.pop("next_story", None) and several.take_next(turn, draft):
            return self.after_story(turn, draft)
        more = referral.added(turn, draft)
        letter_of = referral.again(turn, draft)
        if draft.expired(turn.now) or draft.flags.get("referred"):
            draft.clear()
        told = more or draft.flags.pop("new_story", None) or self.opening_words(turn) or letter_of
        told = people.cleaned(turn, told)
        if draft.begun and draft.saved_at and self.gives_contact(turn):
            draft.saved_at = None  # what was asked for before 等会儿再说, so nobody has to be asked whether to go on
            return self.take(turn, draft, "contact_name", turn.text)
        if draft.begun and draft.saved_at:
            draft.flags["new_story"] = told
            turn.say(
                "utter_resume_or_new",
                buttons=[turn.button("resume", "resume"), turn.button("start_over", "start_over")],
            )
            return self.leave(turn, draft)
        if turn.text and guidance.asks_rather_than_tells(turn):
            draft.clear()
            return [*self.leave(turn, draft), FollowupAction("action_answer")]
        draft.saved_at = None
        draft.start()
        people.guard(turn, draft)
        if told and several.split(turn, draft, told):
            return None
        if told:
            filling.tell(turn, draft, told)
        scenes.scanned(turn, draft)  # once more: an old draft may just have been thrown away
        scenes.fill(turn, draft)
        return self.after_story(turn, draft) if told else None

    @staticmethod
    def rather_complains(turn: Turn, draft: Draft) -> bool:
        """A report that the model was not sure of, in words that tell what was done to the writer."""
        unsure = draft.kind == "report" and not draft.begun and bool(turn.text) and turn.confidence < SURE
        return unsure and grievances.plain(turn, turn.text)

    def after_story(self, turn: Turn, draft: Draft) -> Events | None:
        """A story was told: another kind of ticket, another authority, or what was understood of it."""
        if switched := both.switch(turn, draft, self):
            return switched
        if referred := referral.refer(turn, draft, self):
            return referred
        self.say_understood(turn, draft)
        return None

    @staticmethod
    def opening_words(turn: Turn) -> str:
        """The story that came with the wish: typed, or asked about a moment ago (帮我投诉 under an answer)."""
        if turn.pressed:
            asked = turn.slot("last_question") if turn.entity("topic_id") else None
            told = turn.entity("question") or asked or ""
            if len(told) > LEAST_STORY or guidance.tells(told):
                return told
            return Intake.grievance_before(turn) if asked else ""
        if len(turn.text) > BARE or grievances.plain(turn, turn.text):
            return turn.text
        asked = turn.slot("last_question") or ""
        if len(asked) > LEAST_STORY and asked in turn.said_before(RECENT):
            return asked
        return "" if turn.slot("last_number") else Intake.grievance_before(turn) or Intake.facts_before(turn)

    @staticmethod
    def grievance_before(turn: Turn) -> str:
        """The last of the messages just before that told of a quarrel with a trader, asking or not; "" for none."""
        return next((words for words in turn.said_before(RECENT) if grievances.told(turn, words)), "")

    @staticmethod
    def facts_before(turn: Turn) -> str:
        """What the messages just before told of a matter that was asked about, the oldest first; "" for nothing.

        押金3600，中介跑路了找谁 asks, and yet nobody should have to tell it again.
        """
        if not turn.slot("topic_id"):
            return ""
        told = [words for words in reversed(turn.said_before(RECENT)) if Intake.tells_facts(turn, words)]
        return "。".join(words.rstrip("。？?！! ") for words in told)

    @staticmethod
    def tells_facts(turn: Turn, words: str) -> bool:
        """Whether a sum, a day or a name stands in them."""
        return bool(FACTS & set(story.read(words, turn.today, turn.context.reading).values))

    def say_understood(self, turn: Turn, draft: Draft) -> None:
        """Tell back what was understood before asking on."""
        if draft.flags.get("no_person"):
            return  # nothing is written down with a child
        guessed = draft.flags.get(grievances.GUESSED)
        buttons = [turn.button("just_asking", "ask", question=draft.get("narrative") or "")] if guessed else []
        read = [s for s in ("event_date", "merchant", "institution", "item", "amount", "claim") if draft.get(s)]
        if read:
            words = turn.context.words
            shown = [words.text(f"utter_phrase_{s}", value=summary.value(turn, draft, s)) for s in read]
            turn.say("utter_understood", buttons=buttons, understood="，".join(shown))
        elif guessed:
            turn.say("utter_grievance", buttons=buttons)

    # Going on ----------------------------------------------------------------------------------

    def go_on(self, turn: Turn, draft: Draft, asking: str) -> Events | None:
        """One more turn of an open form."""
        line = people.danger(turn)
        if line in redlines.ON_DUTY:
            return self.comfort(turn, draft, line)
        if draft.flags.get("stopping"):
            return self.stopping(turn, draft)
        if draft.flags.get(grievances.GUESSED) and self.just_asks(turn):
            if not draft.flags.get(facts.DONE) and not draft.get("contact_name"):
                return self.just_asking(turn, draft)
            if turn.pressed:  # the old button, after much was told: an answer, and nothing is thrown away
                guidance.answer(turn, turn.entity("question") or draft.get("narrative") or "", inside_form=True)
                return None
        choosing = draft.flags.pop(same_matter.OPEN_TICKET, None)
        if choosing and (choice := same_matter.chosen(turn)):
            return self.settle(turn, draft, choosing, choice)
        if choosing and turn.intent in ("affirm", "deny"):
            return None  # says neither, and there is no summary yet that could be confirmed
        if people.answer_known(turn, draft, asking):
            return None
        if turn.pressed:
            return self.pressed(turn, draft, asking)
        if asking == several.SLOT and several.names_one(draft, turn.text):
            return self.choose_story(turn, draft, turn.text)
        if asking in which.SLOTS and which.chosen(draft, asking, turn.text) is not None:
            return self.take(turn, draft, asking, turn.text)
        if both.change(turn, draft, turn.text):
            return None
        if (correction := self.meant_as_correction(turn, draft, asking)) and self.correct(turn, draft, correction):
            return None
        handled, events = digressions.handle(turn, draft, asking, self)
        if handled:
            return events
        if choosing:
            if len(turn.text) > BARE:
                filling.tell(turn, draft, turn.text)
            return None
        if asking == "confirmed":
            return self.at_summary(turn, draft)
        if asking == pictures.SLOT:
            return self.at_picture(turn, draft)
        if asking == facts.SLOT:
            return self.take_facts(turn, draft, turn.text)
        return self.take(turn, draft, asking, turn.text)

    @staticmethod
    def just_asks(turn: Turn) -> bool:
        """只想问问, said or pressed, where the form was opened without being asked for."""
        return (turn.intent == "ask" and turn.pressed) or bool(grievances.JUST_ASKING.match(turn.text))

    def just_asking(self, turn: Turn, draft: Draft) -> Events:
        """The form goes away, and what was told is answered as a question."""
        told = turn.entity("question") or draft.get("narrative") or ""
        draft.clear()
        return [*self.leave(turn, draft), *guidance.answer(turn, told)]

    def settle(self, turn: Turn, draft: Draft, number: str, choice: str) -> Events | None:
        """The same matter is open already: what was told goes there, or becomes a ticket of its own."""
        if choice == same_matter.APART:
            draft.flags[same_matter.APART] = True
            return None
        added = same_matter.add(turn, draft, number)
        return None if added is None else self.end(turn, draft, *added)

    @staticmethod
    def meant_as_correction(turn: Turn, draft: Draft, asking: str) -> Any | None:
        """A correction of something answered; an answer to the open question is none, nor is more of the story."""
        found = corrections.read(turn.text, turn.today)
        if found is None or found.row_number:
            return found
        if not found.slot and found.instead_of:  # 不是羽绒服 是羽绒裤: what was called so
            found = replace(found, slot=next((s for s in summary.SHOWN if found.instead_of == draft.get(s)), None))
        named = found.slot and found.slot != asking and draft.answered(found.slot)
        told = found.value or (turn.intent == "correct_answer" and turn.confidence >= SURE)
        return found if named and told else None

    def take(self, turn: Turn, draft: Draft, asking: str, text: str) -> Events | None:
        """The words are the answer to the question."""
        if asking == "contact_name" and (rest := facts.note_passing(turn, draft, text)) is not None:
            if not rest:
                turn.say("utter_noted_passing")
                return None
            text = rest
        if asking == several.SLOT:
            return self.choose_story(turn, draft, text)
        if asking == "narrative" and several.split(turn, draft, text):
            return None
        told_before = bool(draft.get("narrative"))
        if (turn.intent == "skip" and turn.confidence >= SURE) or answers.is_unknown(text) or answers.is_skip(text):
            return self.unknown(turn, draft, asking)
        if asking == "claim" and REFUSED.fullmatch(text) and not draft.flags.get("refusal_told"):
            draft.flags["refusal_told"] = True  # what the other side does is no wish; said again it is taken
            filling.tell(turn, draft, text)
            turn.say("utter_told_on")
            return None
        error = filling.answer(turn, draft, asking, text)
        if error:
            self.not_understood(turn, draft, asking, text, error)
            return None
        draft.flags.pop("failed", None)
        scenes.moved(draft, asking)
        if asking == "contact_name":
            self.look_at_contact(turn, draft)
        if asking != "narrative" and len(text) > 12:
            filling.read_story(turn, draft, text, positions=False)
            if len(text) > 25 and asking not in (*CONTACT, "merchant_address"):
                filling.tell(turn, draft, text)
        if asking in ("consent", "complained_to_institution"):
            return self.after_choice(turn, draft, asking)
        if asking == "narrative" and (switched := both.switch(turn, draft, self)):
            return switched
        if not told_before or asking in ("merchant", "institution", "item"):
            return referral.refer(turn, draft, self)
        return None

    def take_facts(self, turn: Turn, draft: Draft, text: str) -> Events | None:
        """Words in answer to the question for several facts."""
        waiting = self.waiting(turn, draft)
        shrugs = turn.intent in ("skip", "dont_know") and turn.confidence >= SURE
        if answers.is_unknown(text) or (shrugs and len(lists.parts(text)) == 1):
            self.unknown(turn, draft, facts.SLOT)
            return None
        if filling.FILLER.fullmatch(text.strip(" ，。,.!！")):
            turn.say("utter_facts_some")
            return None
        if answers.is_rubbish(text):
            turn.say("utter_error_rubbish")
            return None
        filled = facts.from_words(turn, draft, text, waiting)
        if not filled:  # a story without any of them, or words that fit nothing: kept, and asked one by one
            filling.tell(turn, draft, text)
            draft.flags[facts.DONE] = True
        return self.after_facts(turn, draft)

    def after_facts(self, turn: Turn, draft: Draft) -> Events | None:
        """The other side may just have become known: its authority, and what the law expects first."""
        if draft.get("complained_to_institution") == "no" and not draft.flags.get("told_first"):
            draft.flags["told_first"] = True
            referral.institution_first(turn, draft)
        return referral.refer(turn, draft, self)

    def waiting(self, turn: Turn, draft: Draft) -> list[str]:
        """What is still to be asked, one by one."""
        return open_slots(draft, turn.context.office, self.finance(turn, draft))

    def look_at_contact(self, turn: Turn, draft: Draft) -> None:
        """Name what is missing on the card; an address left out twice is left open, the clerk may ask for it."""
        missing = missing_contact(draft, turn.context.office)
        if not missing:
            return
        if missing == ["contact_address"] and draft.flags.get("address_asked"):
            self.without_address(turn, draft)
            return
        draft.flags["address_asked"] = missing == ["contact_address"]
        titles = "、".join(turn.context.words.title(slot) for slot in missing)
        turn.say("utter_error_contact_missing", titles=titles)

    @staticmethod
    def without_address(turn: Turn, draft: Draft) -> None:
        """Nobody is turned away at the door for want of an address (办法 art. 10); it is said what that may mean."""
        draft.flags.pop("address_asked", None)
        draft.leave_open("contact_address")
        turn.say("utter_without_address")

    def choose_story(self, turn: Turn, draft: Draft, text: str) -> Events | None:
        """The answer to 先写哪一件; after three that could not be read all is written as one."""
        if several.choose(turn, draft, text) is None:
            draft.flags.pop("failed", None)
            return self.after_story(turn, draft)
        _, times = draft.flags.get("failed") or (several.SLOT, 0)
        draft.flags["failed"] = [several.SLOT, times + 1]
        if times + 1 < PATIENCE:
            turn.say("utter_error_which_story")
            return None
        draft.flags.pop("failed")
        several.take_as_one(turn, draft)
        return self.after_story(turn, draft)

    def not_understood(self, turn: Turn, draft: Draft, asking: str, text: str, error: str) -> None:
        """The words are no answer: perhaps they answer something else; the third time the question is let go."""
        before = set(draft.values)
        filling.read_story(turn, draft, text, positions=False, skip=asking)
        if new := [s for s in draft.values if s not in before and s in summary.SHOWN]:
            shown = "；".join(f"{turn.context.words.title(s)} {summary.value(turn, draft, s)}" for s in new)
            turn.say("utter_noted", understood=shown)
            return
        slot, times = draft.flags.get("failed") or (asking, 0)
        times = times + 1 if slot == asking else 1
        draft.flags["failed"] = [asking, times]
        if times < PATIENCE or asking in NEEDED:
            if times == 1 and asking in digressions.FIGURES and self.tells_on(text):
                filling.tell(turn, draft, text)  # one more piece of the story, and the question comes again
                turn.say("utter_told_on")
            else:
                turn.say(f"utter_error_{error}")
            return
        draft.flags.pop("failed")
        draft.leave_open(asking)
        draft.values["narrative"] = f"{draft.get('narrative') or ''}\n{mask_sensitive(text)}".strip()
        turn.say("utter_left_open", title=turn.context.words.title(asking))

    @staticmethod
    def gives_contact(turn: Turn) -> bool:
        """李强 13800138000 和平路5号: a telephone number with what belongs to it, and no story of something new."""
        return (
            len(turn.text) <= LONGEST_CONTACT
            and "contact_phone" in story.read(turn.text, turn.today, turn.context.reading).values
            and not guidance.ASKS.search(turn.text)
            and not grievances.plain(turn, turn.text)
        )

    @staticmethod
    def tells_on(text: str) -> bool:
        """店家让我自己去找厂家, when a sum was asked for: no sum at all, but words of what happened."""
        return guidance.tells(text) and bool(SOME_WORDS.search(text)) and not A_NUMBER.search(text)

    def unknown(self, turn: Turn, draft: Draft, asking: str) -> Events | None:
        """不知道 and 跳过 are answers, except where nothing could be filed without one."""
        if asking == "narrative":
            turn.say("utter_error_narrative_needed")
        elif asking in CONTACT and not optional_contact(draft):
            if missing_contact(draft, turn.context.office) == ["contact_address"]:
                self.without_address(turn, draft)
            else:
                turn.say("utter_error_contact_needed")
        elif asking == "consent":
            draft.put("consent", "no")
            return self.after_choice(turn, draft, asking)
        elif asking == "confirmed":
            turn.say("utter_summary_say_confirm")
        elif asking == facts.SLOT:
            turn.say(facts.shrug(turn, draft, self.waiting(turn, draft)))
        else:
            draft.leave_open(asking)
        return None

    def after_choice(self, turn: Turn, draft: Draft, asking: str) -> Events | None:
        """Consent to hold contact data; whether the institution was asked first."""
        if asking == "consent":
            if draft.get("consent") == "yes":
                for slot, value in draft.held.items():
                    draft.put(slot, value, source="read")
                draft.held = {}
                return None
            draft.held = {}
            return referral.without_contact(turn, draft, self)
        if draft.get("complained_to_institution") == "no":
            referral.institution_first(turn, draft)
        return None

    def pressed(self, turn: Turn, draft: Draft, asking: str) -> Events | None:
        """A button or card inside the form."""
        intent = turn.intent
        if intent == "give_facts":
            if draft.kind != "complaint":
                return None  # a card of another form, left standing
            facts.from_card(turn, draft)
            return self.after_facts(turn, draft)
        if intent == "give_contact":
            if passing := turn.entity("pass_on_to_merchant"):
                filling.answer(turn, draft, "pass_on_to_merchant", passing)
            error = filling.contact(turn, draft, {s: turn.entity(s) or "" for s in CONTACT}, "")
            if error:
                turn.say(f"utter_error_{error}")
            else:
                self.look_at_contact(turn, draft)
            return None
        if intent == "answer_slot" and turn.entity("slot_name") == both.FLAG:
            both.drop(turn, draft)
            return None
        if intent == "decide_sound":
            sounds.decide(turn)
            return None
        if asking == pictures.SLOT and intent in ("affirm", "deny", "skip", "dont_know", "answer_slot"):
            return self.at_picture(turn, draft)
        if intent == "answer_slot" and turn.entity("slot_name") != pictures.SLOT:
            return self.take(turn, draft, turn.entity("slot_name") or asking, turn.entity("value") or "")
        if intent == "correct_answer":
            self.ask_again(draft, turn.entity("slot_name") or asking)
            return None
        if intent in ("submit_complaint", "submit_report", "submit_suggestion", "answer_slot"):
            return None
        if intent in ("skip", "dont_know"):
            return self.unknown(turn, draft, asking)
        if intent in ("affirm", "deny") and asking == "confirmed":
            return self.at_summary(turn, draft)
        if intent in ("affirm", "deny"):
            return self.take(turn, draft, asking, "是" if intent == "affirm" else "否")
        _, events = digressions.handle(turn, draft, asking, self)
        return events

    def at_picture(self, turn: Turn, draft: Draft) -> Events | None:
        """The answer to what a picture tells."""
        if not draft.flags.get(pictures.OPEN):
            return None
        return referral.refer(turn, draft, self) if pictures.take(turn, draft) else None

    # The summary -------------------------------------------------------------------------------

    def at_summary(self, turn: Turn, draft: Draft) -> Events | None:
        """确认提交 files; anything else is a change, an addition or a hint."""
        if (rest := facts.note_passing(turn, draft, turn.text)) is not None:
            if len(rest) >= 8:
                filling.tell(turn, draft, rest)
                turn.say("utter_added_to_story")
            return None  # 可以转 is no 确认提交
        if turn.intent == "affirm" or self.says(turn, True):
            if pictures.offer(turn, draft, self.finance(turn, draft)):
                return None  # read while the summary stood
            return self.tell(turn, draft, filing.file(turn, draft))
        if turn.intent == "deny" or len(turn.text) < 8:
            turn.say("utter_summary_what_to_change")
            return None
        filling.tell(turn, draft, turn.text)
        turn.say("utter_added_to_story")
        return None

    def tell(self, turn: Turn, draft: Draft, receipts: list[Any]) -> Events:
        """The receipts, and the end of the form."""
        filing.tell(turn, draft, receipts, self.finance(turn, draft))
        return self.end(turn, draft, SlotSet("last_number", receipts[0].number), kept=several.keep(draft))

    def correct(self, turn: Turn, draft: Draft, correction: Any) -> bool:
        """改3 / 金额不对，是2860: change one answer; true when it was one."""
        slot = correction.slot
        if correction.row_number:
            shown = summary.rows(turn, draft, self.finance(turn, draft))
            if not 1 <= correction.row_number <= len(shown):
                turn.say("utter_error_no_such_row", rows=len(shown))
                return True
            slot = shown[correction.row_number - 1]["slot"]
        if not slot:
            return False
        if slot == "merchant" and draft.get("institution"):
            slot = "institution"
        if not correction.value:
            self.ask_again(draft, slot)
            return True
        error = filling.answer(turn, draft, slot, correction.value)
        if error:
            turn.say(f"utter_error_{error}")
            self.ask_again(draft, slot)
        else:
            scenes.moved(draft, slot)
            turn.say("utter_changed", title=turn.context.words.title(slot), value=summary.value(turn, draft, slot))
        return True

    @staticmethod
    def ask_again(draft: Draft, slot: str) -> None:
        """The next question is this one; the old value stays until a new one is given."""
        draft.flags["again"] = "contact_name" if slot in CONTACT and not draft.flags.get("singly") else slot

    # Stopping ----------------------------------------------------------------------------------

    def stopping(self, turn: Turn, draft: Draft) -> Events | None:
        """The answer to 确定不要了吗."""
        draft.flags.pop("stopping")
        if turn.intent in ("affirm", "stop") or self.says(turn, True):
            turn.say("utter_stopped")
            return self.end(turn, draft)
        if turn.intent == "pause":
            return self.pause(turn, draft)
        turn.say("utter_going_on")
        told = turn.text or turn.intent in ("give_facts", "give_contact")
        if told and turn.intent not in ("deny", "resume") and not self.says(turn, False):
            return self.go_on(turn, draft, turn.slot("requested_slot"))
        return None

    def comfort(self, turn: Turn, draft: Draft, line: redlines.RedLine = "distress") -> Events:
        """Somebody in distress, or with a harmed child, is asked nothing more; the draft is kept."""
        draft.save(turn.now)
        return [*self.leave(turn, draft), *guidance.hold(turn, line)]

    def pause(self, turn: Turn, draft: Draft) -> Events:
        draft.save(turn.now)
        turn.say("utter_draft_kept", buttons=[turn.button("resume", "resume")])
        return self.leave(turn, draft)

    @staticmethod
    def says(turn: Turn, yes: bool) -> bool:
        """A short typed yes or no, whatever the model made of it."""
        return 0 < len(turn.text) <= 6 and answers.yes_no(turn.text).normalised is yes

    # Endings -----------------------------------------------------------------------------------

    def finance(self, turn: Turn, draft: Draft) -> bool:
        """Whether the other side is a financial institution."""
        if "finance" not in draft.flags and draft.get("narrative"):
            return draft.kind == "complaint" and filing.route_of(turn, draft).code in FINANCE
        return bool(draft.flags.get("finance"))

    def next(self, turn: Turn, draft: Draft) -> Events:
        """Ask the next open question; a slot to be asked again comes first."""
        finance = self.finance(turn, draft)
        doubts.look_at_age(turn, draft)
        both.look(turn, draft)
        if (held := people.hold_back(turn, draft, self)) is not None:
            return held
        people.look_for_another(turn, draft)
        waiting = open_slots(draft, turn.context.office, finance)
        slot = draft.flags.pop("again", None)
        if slot is None and pictures.offer(turn, draft, finance):
            slot = pictures.SLOT
        if slot is None and facts.together(draft, waiting):
            slot = facts.SLOT
        slot = slot or (waiting[0] if waiting else "confirmed")
        if same_matter.found(turn, draft):
            slot = "confirmed"  # whose question is then: to that ticket, or apart?
        evidence.once(turn, draft, slot)
        if slot == "contact_name":
            people.offer_known(turn, draft)
        turn.show_form(summary.strip(turn, draft, finance))
        return [*draft.events(), SlotSet("requested_slot", slot)]

    def leave(self, turn: Turn, draft: Draft) -> Events:
        """Close the form and keep the draft."""
        turn.show_form(None)
        return [*draft.events(), SlotSet("requested_slot", None)]

    def end(self, turn: Turn, draft: Draft, *more: Any, kept: dict[str, Any] | None = None) -> Events:
        """Close the form and keep nothing of the draft but `kept` flags."""
        draft.clear()
        if kept:
            draft.flags = kept
            draft.save(turn.now)
            several.offer(turn, draft)
        turn.show_form(None)
        return [*draft.events(), *more, SlotSet("requested_slot", None)]

    def follow(self, turn: Turn, draft: Draft, action: str) -> Events:
        """Close the form, keep the draft aside, and let another action answer."""
        draft.save(turn.now)
        return [*self.leave(turn, draft), FollowupAction(action)]

    # Failure -----------------------------------------------------------------------------------

    def failure_response(self, turn: Turn | None) -> str:
        return "utter_error_not_filed" if turn and turn.slot("requested_slot") == "confirmed" else "utter_error_failed"

    def on_failure(self, turn: Turn) -> Events:
        """Stay on the question; an opening story is kept."""
        asking = turn.slot("requested_slot")
        if asking:
            return [SlotSet("draft_id", turn.slot("draft_id")), SlotSet("requested_slot", asking)]
        draft = Draft.of(turn.tracker, self.form)
        draft.start()
        if len(turn.text) > BARE:
            draft.put("narrative", people.cleaned(turn, turn.text))
        return [*draft.events(), SlotSet("requested_slot", "merchant" if draft.get("narrative") else "narrative")]


class ValidateComplaintForm(Intake):
    form = "complaint_form"

    def name(self) -> str:
        return "validate_complaint_form"


class ValidateReportForm(Intake):
    form = "report_form"

    def name(self) -> str:
        return "validate_report_form"


class ValidateSuggestionForm(Intake):
    form = "suggestion_form"

    def name(self) -> str:
        return "validate_suggestion_form"


FORMS = {form.form: form for form in (ValidateComplaintForm, ValidateReportForm, ValidateSuggestionForm)}
assert set(FORMS) == set(FORM_OF.values())


class AskContact(XiaobaoAction):
    """The contact card: name, telephone, address at once, what is known filled in."""

    form = "complaint_form"

    def name(self) -> str:
        return f"action_ask_{self.form}_contact_name"

    def act(self, turn: Turn) -> Events:
        draft = Draft.of(turn.tracker, self.form)
        words, office = turn.context.words, turn.context.office
        if people.ask_known(turn, draft):
            return []
        if draft.flags.get("singly"):
            turn.say("utter_ask_singly_contact_name", buttons=[turn.button("why", "ask_why")])
            return []
        needed = required_contact(draft, office)
        fields: list[dict[str, Any]] = [
            {"name": s, "title": words.title(s), "value": draft.get(s) or "", "required": s in needed} for s in CONTACT
        ]
        if facts.may_pass(draft, office):
            fields.append(facts.tick(turn, draft))
        card = {"type": "contact", "fields": fields, "notice": words.text("utter_contact_notice", holder=office.holder)}
        skip = [turn.button("skip", "skip")] if optional_contact(draft) else []
        direct = draft.kind == "complaint" and not facts.may_pass(draft, office)  # nobody to pass anything on to
        name = "utter_ask_contact_direct" if direct else f"utter_ask_contact_{draft.kind}"
        turn.say(name, buttons=[*skip, turn.button("why", "ask_why")], card=card)
        return []


class AskFacts(XiaobaoAction):
    """The card of the missing facts; where there are no cards, one question with all of them."""

    def name(self) -> str:
        return f"action_ask_complaint_form_{facts.SLOT}"

    def act(self, turn: Turn) -> Events:
        draft = Draft.of(turn.tracker, "complaint_form")
        facts.ask(turn, draft, ValidateComplaintForm().waiting(turn, draft))
        return []


class AskReportContact(AskContact):
    form = "report_form"


class AskSuggestionContact(AskContact):
    form = "suggestion_form"


class AskWhichStory(XiaobaoAction):
    """Several matters in one message: which is written first."""

    form = "complaint_form"

    def name(self) -> str:
        return f"action_ask_{self.form}_{several.SLOT}"

    def act(self, turn: Turn) -> Events:
        several.ask(turn, Draft.of(turn.tracker, self.form))
        return []


class AskReportWhichStory(AskWhichStory):
    form = "report_form"


class AskConfirmed(XiaobaoAction):
    """The numbered summary."""

    form = "complaint_form"

    def name(self) -> str:
        return f"action_ask_{self.form}_confirmed"

    def act(self, turn: Turn) -> Events:
        draft = Draft.of(turn.tracker, self.form)
        if same_matter.ask(turn, draft):
            return []
        summary.show(turn, draft, FORMS[self.form]().finance(turn, draft), evidence.consent_lines(turn))
        return []


class AskReportConfirmed(AskConfirmed):
    form = "report_form"


class AskSuggestionConfirmed(AskConfirmed):
    form = "suggestion_form"

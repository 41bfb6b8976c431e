"""A small bot whose every reply shows its state, to compare tracker stores without the product's own words.

It has what can go wrong when a conversation is shortened: a form that is interrupted in two ways, rewinds,
restarts, follow-ups, a slot that counts, and rules that look back several turns.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import TrackerStore
from rasa_sdk import Action
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import ActionExecutor

from bot.lock_store import PromptLockStore

CONFIG = """
recipe: default.v1
assistant_id: mini
language: zh
policies:
- name: RulePolicy
  enable_fallback_prediction: false
"""

DOMAIN = """
version: "3.1"
intents: [greet, order, fill, chat, unsure, count, resume, leave, again, thanks]
entities: [value]
slots:
  first: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  second: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  third: {type: text, mappings: [{type: custom}]}
  seen: {type: any, influence_conversation: false, mappings: [{type: custom}]}
forms:
  order_form: {required_slots: [first, second, third]}
actions: [action_count, action_resume, action_recap, validate_order_form]
responses:
  utter_greet: [{text: "greet {first} {second} {third} {seen}"}]
  utter_chat: [{text: "chat {first} {second} {third} {seen}"}]
  utter_ordered: [{text: "ordered {first} {second} {third}"}]
  utter_twice: [{text: "thanked again"}]
  utter_welcome: [{text: "welcome"}]
  utter_ask_order_form_first: [{text: "first?"}]
  utter_ask_order_form_second: [{text: "second, after {first}?"}]
  utter_ask_order_form_third: [{text: "third, after {second}?"}]
session_config: {session_expiration_time: 0, carry_over_slots_to_new_session: true}
"""

RULES = """
version: "3.1"
rules:
- rule: greet
  steps: [{intent: greet}, {action: utter_greet}]
- rule: chat, also inside the form
  steps: [{intent: chat}, {action: utter_chat}]
- rule: unsure is rewound
  steps: [{intent: unsure}, {action: action_default_fallback}]
- rule: count
  steps: [{intent: count}, {action: action_count}]
- rule: resume
  steps: [{intent: resume}, {action: action_resume}]
- rule: thanks
  steps: [{intent: thanks}, {action: utter_welcome}]
- rule: order
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: order ends
  condition: [{active_loop: order_form}]
  steps:
  - action: order_form
  - active_loop: null
  - slot_was_set: [{requested_slot: null}]
  - action: utter_ordered
  - action: action_recap
"""


class Count(Action):
    """Counts in a slot."""

    def name(self) -> str:
        return "action_count"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        seen = {"n": (tracker.get_slot("seen") or {}).get("n", 0) + 1}
        dispatcher.utter_message(text=f"count {seen['n']}")
        return [SlotSet("seen", seen)]


class Resume(Action):
    """Opens the form from an action."""

    def name(self) -> str:
        return "action_resume"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(text="resume")
        return [FollowupAction("order_form")]


class Recap(Action):
    """Tells what an action may know of the conversation, then empties the form."""

    def name(self) -> str:
        return "action_recap"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        intent = tracker.latest_message["intent"]["name"]
        dispatcher.utter_message(text=f"recap {intent} {tracker.get_latest_input_channel()} {tracker.slots}")
        return [SlotSet(name, None) for name in ("first", "second", "third")]


class ValidateOrderForm(Action):
    """The whole turn of the form in one call, as the product's forms do it; `chat` is not for the form."""

    def name(self) -> str:
        return "validate_order_form"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        intent, asking = tracker.latest_message["intent"]["name"], tracker.get_slot("requested_slot")
        value = next((e["value"] for e in tracker.latest_message["entities"]), None)
        if intent == "leave" and asking:
            return [SlotSet("requested_slot", None)]
        if intent == "chat" and asking:
            return []  # the form refuses the turn, a rule answers, the form asks again
        filled = {asking: value} if intent == "fill" and asking and value else {}
        if asking and not filled:
            dispatcher.utter_message(text=f"not an answer to {asking}: {intent}")
        left = [n for n in ("first", "second", "third") if not tracker.get_slot(n) and n not in filled]
        return [*(SlotSet(n, v) for n, v in filled.items()), SlotSet("requested_slot", left[0] if left else None)]


class InProcess:
    """Stands where Rasa expects the action server: the real executor of rasa-sdk, without HTTP."""

    url, kwargs = "in-process", {"enable_selective_domain": True}

    def __init__(self) -> None:
        self.executor = ActionExecutor()
        for action in (Count, Resume, Recap, ValidateOrderForm):
            self.executor.register_action(action())

    async def request(self, json: dict[str, Any] | None = None, **_: Any) -> Any:
        return _copied(await self.executor.run(_copied(json)))


def _copied(value: Any) -> Any:
    return json.loads(json.dumps(value))


def train(folder: Path) -> str:
    """Train the rules (no NLU: turns are given as intents); returns the archive's path."""
    from rasa.model_training import train as train_model

    for name, text in (("config.yml", CONFIG), ("domain.yml", DOMAIN), ("rules.yml", RULES)):
        (folder / name).write_text(text, encoding="utf-8")
    result = train_model(
        str(folder / "domain.yml"), str(folder / "config.yml"), [str(folder / "rules.yml")], str(folder / "models")
    )
    return str(result.model)


def load(model: str, store: TrackerStore) -> Agent:
    """An agent on this store."""
    endpoint: Any = InProcess()
    return Agent.load(model, tracker_store=store, lock_store=PromptLockStore(), action_endpoint=endpoint)


async def say(agent: Agent, sender_id: str, payload: str, number: int) -> list[str]:
    """One turn; returns the texts of the replies."""
    channel = CollectingOutputChannel()
    message = UserMessage(payload, channel, sender_id, input_channel="website", message_id=f"m{number}")
    await agent.handle_message(message)
    return [str(reply.get("text")) for reply in channel.messages]


def random_turns(seed: int, length: int) -> list[str]:
    """Payloads of a conversation: now and then a form is opened and, every time, interrupted before it is filled."""
    chance = random.Random(seed)
    turns: list[str] = []
    outside = [
        "/greet",
        "/chat",
        "/unsure",
        "/count",
        "/thanks",
        "/order",
        "/resume",
        "/restart",
        '/fill{"value": "x"}',
    ]
    inside = ["/chat", "/unsure", "/count", "/greet", "/thanks", "/order"]
    while len(turns) < length:
        turns.append(chance.choices(outside, weights=[3, 3, 3, 3, 2, 3, 2, 1, 1])[0])
        if turns[-1] in ("/order", "/resume"):
            turns += chance.choices(inside, k=chance.choice([0, 2, 8]))
            for _ in range(chance.choice([1, 2, 3, 3, 3])):
                turns.append('/fill{"value": "' + chance.choice("abcdef") + '"}')
                turns += chance.choices(inside, k=chance.choice([0, 0, 1, 5]))
            turns += chance.choice([[], ["/leave"]])
    return turns[:length]

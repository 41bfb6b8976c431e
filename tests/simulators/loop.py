"""Rasa's form loop in a few lines, to drive the actions without a trained model.

Follows rasa/core/actions/forms.py: on activation and on every turn the form's `validate_` action runs
once, its SlotSet events are applied, then the next slot is asked for by `action_ask_<form>_<slot>` or
`utter_ask_<form>_<slot>`; `requested_slot` None ends the form; a FollowupAction runs next.
Intents are given by the test: what words mean is the model's part and tested with the real one.
"""

from __future__ import annotations

import asyncio
import functools
import json
import re
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]


@functools.lru_cache(maxsize=1)
def first_actions() -> dict[str, str]:
    """Intent -> the action or form that data/rules names for it."""
    found = {}
    for path in sorted((ROOT / "data" / "rules").glob("*.yml")):
        for rule in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["rules"]:
            if "intent" in rule["steps"][0]:
                found[rule["steps"][0]["intent"]] = rule["steps"][1]["action"]
    return found


@dataclass
class Conversation:
    """One conversation with the real actions."""

    actions: dict[str, Any]
    conversation_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    slots: dict[str, Any] = field(default_factory=dict)
    form: str | None = None
    said: list[dict[str, Any]] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    channel: str = "website"

    def say(self, text: str, intent: str = "unsure", confidence: float = 0.9) -> list[dict[str, Any]]:
        """Type words; `intent` is what the model would make of them."""
        return self._turn(text, intent, confidence, [])

    def press(self, payload: str) -> list[dict[str, Any]]:
        """Press a button by its payload, as rendered (`/affirm`, `/give_contact{...}`)."""
        found = re.fullmatch(r"/([a-z_]+)(\{.*\})?", payload, re.DOTALL)
        assert found, payload
        entities = [{"entity": k, "value": v} for k, v in json.loads(found.group(2) or "{}").items()]
        return self._turn(payload, found.group(1), 1.0, entities)

    def fill(self, **values: str) -> list[dict[str, Any]]:
        """Fill the card of the missing facts; 不知道 is the box beside a field."""
        return self.press("/give_facts" + json.dumps(values, ensure_ascii=False))

    def fill_from(self, answers: dict[str, str], but: str | None = None) -> list[dict[str, Any]]:
        """Fill every field of the card that was just shown, one perhaps left empty."""
        card = self.card("facts")
        assert card, self.responses
        return self.fill(
            **{field["name"]: answers.get(field["name"], "不知道") for field in card["fields"] if field["name"] != but}
        )

    def _turn(self, text: str, intent: str, confidence: float, entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
        latest = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "entities": entities,
            "intent_ranking": [{"name": intent, "confidence": confidence}],
            "message_id": uuid.uuid4().hex,
        }
        self.said = []
        self.heard.append({"event": "user", "text": text, "input_channel": self.channel})
        action = self.form or first_actions()[intent]
        for _ in range(5):
            if action.startswith("utter_"):
                self.said.append({"response": action})
                return self.said
            follow = self._form(action, latest) if action.endswith("_form") else self._run(action, latest)[1]
            if not follow:
                return self.said
            action = follow
        raise AssertionError("actions follow each other without end")

    def _form(self, form: str, latest: dict[str, Any]) -> str | None:
        self.form = form
        events, follow = self._run(f"validate_{form}", latest)
        asked = [e["value"] for e in events if e.get("event") == "slot" and e["name"] == "requested_slot"]
        assert asked, f"validate_{form} named no next slot"
        if asked[-1] is None:
            self.form = None
            return follow
        name = f"action_ask_{form}_{asked[-1]}"
        if name in self.actions:
            self._run(name, latest)
        else:
            self.said.append({"response": f"utter_ask_{form}_{asked[-1]}"})
        return follow

    def _run(self, name: str, latest: dict[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
        dispatcher = CollectingDispatcher()
        loop = {"name": self.form} if self.form else {}
        tracker = Tracker(self.conversation_id, dict(self.slots), latest, self.heard, False, None, loop, None)
        events = asyncio.run(self.actions[name]().run(dispatcher, tracker, {}))
        follow = None
        for event in events:
            if event.get("event") == "slot":
                self.slots[event["name"]] = event["value"]
            elif event.get("event") == "followup":
                follow = event["name"]
        self.said += [m for m in dispatcher.messages if m.get("response") or (m.get("custom") or {}).get("card")]
        return events, follow

    @property
    def asking(self) -> str | None:
        return self.slots.get("requested_slot") if self.form else None

    @property
    def responses(self) -> list[str]:
        """Names of what was said in the last turn."""
        return [m["response"] for m in self.said if m.get("response")]

    def card(self, kind: str) -> dict[str, Any] | None:
        return next(
            (m["custom"]["card"] for m in self.said if ((m.get("custom") or {}).get("card") or {}).get("type") == kind),
            None,
        )

"""What the channel itself says: `utter_channel_*` of the agent's domain, filled with parameters."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rasa.core.nlg.interpolator import interpolate
from rasa.shared.utils.io import read_yaml_file

from xiaobao.conversations.tables import BOT, CITIZEN, STAFF, Message

Responses = Mapping[str, list[dict[str, Any]]]
OWN = Path(__file__).resolve().parents[3] / "data" / "responses" / "channel.yml"


class UnknownResponse(LookupError):
    """The domain has no response of this name."""


class Words:
    """Looks responses up in the domain; its own stay readable from their file while no agent is loaded."""

    def __init__(self, of_domain: Callable[[], Responses], own: Path = OWN) -> None:
        """`of_domain` gives the responses of the agent that is loaded now (or nothing)."""
        self._of_domain = of_domain
        self._own: Responses = read_yaml_file(own)["responses"]

    def response(self, name: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The whole response with its buttons, filled. Raises UnknownResponse.

        The first variant counts: what the channel says must be the same when it is said again.
        """
        variants = self._of_domain().get(name) or self._own.get(name)
        if not variants:
            raise UnknownResponse(name)
        filled = interpolate(copy.deepcopy(dict(variants[0])), dict(params or {}))
        assert isinstance(filled, dict)
        return filled

    def say(self, name: str, /, **params: Any) -> str:
        """The text of `utter_channel_<name>`."""
        return str(self.response(f"utter_channel_{name}", params)["text"])

    def label(self, message: Message) -> str:
        """Who speaks, as people read it above the bubbles."""
        if message.speaker == STAFF and message.staff_name:
            return self.say("label_staff_named", staff_name=message.staff_name)
        if message.speaker in (BOT, CITIZEN, STAFF):
            return self.say(f"label_{message.speaker}")
        return self.say("label_system")

"""A printed code was scanned: whose window it hangs in is filled in, told, and can be corrected like any answer."""

from __future__ import annotations

import logging

from actions import summary
from actions.base import Turn
from actions.draft import Draft
from xiaobao.conversations import scenes
from xiaobao.conversations.scenes import Scene

logger = logging.getLogger(__name__)

SLOT = "scene"  # the flag of the draft, and what a button says it is about
FILLED = "scene_filled"
SCANNED = "scanned"  # how the value came, for the desk


def scanned(turn: Turn, draft: Draft) -> Scene | None:
    """The code that this turn tells of; it is remembered for the form that may be opened next."""
    if not turn.pressed or turn.entity("slot_name") != SLOT:
        return None
    scene = _known(turn, turn.entity("value"))
    if scene is not None:
        draft.flags[SLOT] = scene.scene
        draft.flags.pop(FILLED, None)
    return scene


def fill(turn: Turn, draft: Draft) -> bool:
    """Fill what nothing was said of, once; True when something was told of it.

    Who tells of another shop than the code's means that one: then the code says nothing.
    """
    scene = _known(turn, draft.flags.get(SLOT))
    if scene is None or draft.kind == "suggestion" or draft.flags.get(FILLED) or draft.flags.get("no_person"):
        return False
    draft.flags[FILLED] = True
    named = draft.get("merchant") or draft.get("institution")
    if scene.merchant and named and named != scene.merchant:
        return False
    new = {slot: value for slot, value in scene.values.items() if not draft.answered(slot)}
    for slot, value in new.items():
        draft.put(slot, value, source=SCANNED)
    shown = [slot for slot in new if slot in summary.SHOWN]
    if shown:
        title = turn.context.words.title
        filled = "，".join(f"{title(slot)} {new[slot]}" for slot in shown)
        turn.say("utter_scene_filled", title=scene.title, filled=filled)
    return bool(shown)


def moved(draft: Draft, slot: str) -> None:
    """The citizen names another shop: the address on the code is not its address."""
    if slot == "merchant" and draft.details.get("merchant_address", {}).get("source") == SCANNED:
        draft.forget("merchant_address")


def greet(turn: Turn, scene: Scene) -> None:
    """What the code is, with a button to begin at once."""
    name = "utter_scene_merchant" if scene.merchant else "utter_scene_place"
    label = "scene_complain" if scene.merchant else "complain"
    buttons = [turn.button(label, "submit_complaint", slot_name=SLOT, value=scene.scene)]
    turn.say(name, title=scene.title, buttons=[*buttons, turn.button("door_enquire", "enquire")])


def source(turn: Turn, draft: Draft) -> str:
    """How the ticket comes to the office: by the code's own rule, else by the channel."""
    scene = _known(turn, draft.flags.get(SLOT))
    if scene is not None and scene.source:
        return scene.source
    return "wechat" if turn.channel == "wechat" else "web"


def _known(turn: Turn, name: str | None) -> Scene | None:
    if not name:
        return None
    try:
        return scenes.load(turn.context.settings.reference_dir).get(name)
    except (OSError, ValueError) as error:  # edited while we run: a complaint must not fail for it
        logger.error("wechat_scenes.csv cannot be read: %s", error)
        return None

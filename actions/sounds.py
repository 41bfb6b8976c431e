"""Recordings: nobody listens to them by machine; kept as evidence only when the citizen says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from actions import people
from actions.base import Events, Turn, XiaobaoAction
from xiaobao.conversations import uploads


def kept(turn: Turn, files: list[Any]) -> list[Any]:
    """Files without the recordings that nobody said should be kept."""
    wanted = people.known(turn).get("sounds") or []
    return [file for file in files if not file.media_type.startswith("audio/") or file.evidence_id in wanted]


def decide(turn: Turn) -> None:
    """留作证据 or 删掉, for one recording."""
    evidence_id, wanted = turn.entity("evidence_id") or "", people.known(turn).get("sounds") or []
    if turn.entity("value") == "keep":
        with turn.session() as session:
            upload = uploads.get(session, evidence_id)
            own = upload is not None and upload.conversation_id == turn.conversation_id
        if own:
            people.remember(turn, sounds=[*wanted, evidence_id])
        turn.say("utter_sound_kept" if own else "utter_sound_gone")
        return
    with turn.session() as session:
        paths = uploads.take_back(session, turn.conversation_id, evidence_id)
    for path in paths:
        remove(turn.context.settings.evidence_dir, path)
    people.remember(turn, sounds=[one for one in wanted if one != evidence_id] or None)
    turn.say("utter_sound_deleted" if paths else "utter_sound_gone")


def remove(folder: Path, relative: str) -> None:
    """Remove one file; a path that leads out of the folder is never followed."""
    path = (folder / relative).resolve()
    if path.is_relative_to(folder.resolve()):
        path.unlink(missing_ok=True)


class DecideSound(XiaobaoAction):
    """The buttons under a recording, outside a form."""

    def name(self) -> str:
        return "action_decide_sound"

    def act(self, turn: Turn) -> Events:
        decide(turn)
        return []

"""Files that a citizen brought to the counter, sent by post or by mail: they come in with the step 补充材料.

Each becomes evidence of the ticket and a row of the uploads, so that the worker makes its preview and reads its words
as of files from the chat. A sensitive file needs the person's own consent, asked face to face (《个人信息保护法》 art. 29).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from xiaobao.conversations import sensitive, uploads
from xiaobao.desk import received_files
from xiaobao.desk.context import here
from xiaobao.settings import Settings
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.filing import Evidence
from xiaobao.tickets.liaison import MOST_FILES
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import Step

FOLDER = "counter"
FIELD = "evidence"
ROOM_FOR_WORDS = 1024 * 1024  # bytes
CONSENT_VERSION = "spoken-11-26"  # of the sentence beside the box in _step_form.html


def room() -> int | None:
    """Bytes that the form of this one step may have; None: every other step's form is small."""
    if (request.view_args or {}).get("step") != Step.SUPPLEMENT:
        return None
    return here().settings.upload_max_mb * 1024 * 1024 * MOST_FILES + ROOM_FOR_WORDS


def kind_of(sent: Sequence[FileStorage], chosen: str, agreed: bool, settings: Settings) -> str | None:
    """Which kind of sensitive file these are, by the box or by a name; None for ordinary ones.

    Raises InvalidField("consent") when they are sensitive and nobody said that the person agreed.
    """
    kinds = sensitive.load(settings.reference_dir)
    if chosen and chosen not in kinds:
        raise InvalidField("consent", "unknown kind")
    named = next((found.id for one in sent if (found := sensitive.named(one.filename or "", kinds))), None)
    kind = chosen or named
    if kind and not agreed:
        raise InvalidField("consent", "a sensitive file needs a consent of its own")
    return kind


def keep(sent: Sequence[FileStorage], settings: Settings) -> tuple[dict[str, Any], ...]:
    """Write the files. Raises InvalidField("evidence") and keeps none when one is not fit."""
    return received_files.keep(sent, settings, FOLDER, FIELD)


def evidence(files: Sequence[dict[str, Any]]) -> tuple[Evidence, ...]:
    """The kept files as the service takes them."""
    return tuple(
        Evidence(one["id"], one["filename"], one["media_type"], one["size"], one["sha256"], one["path"])
        for one in files
    )


def remember(
    writing: Session, ticket: TicketView, files: Sequence[dict[str, Any]], kind: str | None, now: datetime
) -> None:
    """Rows for the worker; with the citizen's conversation, so that what they may see and erase holds these files, too."""
    for one in files:
        file = uploads.Received(one["filename"], one["media_type"], one["size"], one["sha256"], one["path"])
        place = ticket.conversation_id or ticket.number
        uploads.add_filed(writing, place, one["id"], file, ticket.number, now, kind, CONSENT_VERSION)

"""Files that come in at the desk (an institution's answer, what a citizen brought to the counter).

Judged by content, kept below the evidence folder under names of our own.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from werkzeug.datastructures import FileStorage

from xiaobao.conversations import contents
from xiaobao.conversations.contents import Unfit
from xiaobao.settings import Settings
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.liaison import MOST_FILES

LONGEST_NAME = 120  # characters
PIECE = 256 * 1024  # bytes


def keep(
    sent: Sequence[FileStorage], settings: Settings, folder: str, field: str = "files"
) -> tuple[dict[str, Any], ...]:
    """Write the files below `folder` and describe them.

    Raises InvalidField of `field` and takes all away when one is not fit.
    """
    sent = [one for one in sent if one.filename]
    if len(sent) > MOST_FILES:
        raise InvalidField(field, "too many")
    kept: list[dict[str, Any]] = []
    try:
        for one in sent:
            kept.append(_keep(one, settings, folder))
    except Unfit as problem:
        drop(kept, settings)
        raise InvalidField(field, problem.code) from None
    return tuple(kept)


def drop(files: Iterable[dict[str, Any]], settings: Settings) -> None:
    """Take files away whose answer was refused."""
    for file in files:
        (settings.evidence_dir / file["path"]).unlink(missing_ok=True)


def path_of(file: dict[str, Any], settings: Settings) -> Path | None:
    """Where the bytes lie; None when they are gone, also for a path that leads out of the folder."""
    folder = settings.evidence_dir.resolve()
    path = (folder / file["path"]).resolve()
    return path if path.is_relative_to(folder) and path.is_file() else None


def _keep(one: FileStorage, settings: Settings, folder: str) -> dict[str, Any]:
    below, file_id = settings.evidence_dir / folder, secrets.token_hex(12)
    contents.room_for(below, 0)
    path, most, size, digest = below / file_id, settings.upload_max_mb * 1024 * 1024, 0, hashlib.sha256()
    try:
        with path.open("wb") as target:
            while piece := one.stream.read(PIECE):
                size += len(piece)
                if size > most:
                    raise Unfit("file_large")
                digest.update(piece)
                target.write(piece)
        media_type = contents.judge(path)
    except Exception as error:
        path.unlink(missing_ok=True)
        if contents.is_full(error):
            raise Unfit("disk_full") from None
        raise
    name = Path((one.filename or "").replace("\\", "/")).name
    shown = "".join(sign for sign in name if sign.isprintable())[-LONGEST_NAME:] or file_id
    return {
        "id": file_id, "filename": shown, "media_type": media_type, "size": size, "sha256": digest.hexdigest(),
        "path": f"{folder}/{file_id}",
    }  # fmt: skip

"""Evidence on its way in: streamed to disk, judged by its content, the original bytes kept as they came."""

from __future__ import annotations

import hashlib
import os
import secrets
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from sanic.request import Request
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import NEED_DATA, Data, Epilogue, Field, File, MultipartDecoder

from bot.channels.website import contents
from bot.channels.website.problems import Problem
from bot.channels.website.store import Store
from xiaobao.conversations.uploads import Received

MOST_FILES = 20
MOST_FORM_BYTES = 64 * 1024  # boundaries, headers and small fields around the one file
MOST_FIELD_BYTES = 1000
FIELDS = ("caption", "kind")


@dataclass
class Target:
    """The file that is being written, and what is known of it so far."""

    folder: Path
    filename: str
    name: str
    size: int = 0

    def __post_init__(self) -> None:
        self.path = self.folder / self.name[:2] / self.name
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._digest = hashlib.sha256()
        self._file = os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def write(self, data: bytes) -> None:
        """Append bytes as they came."""
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)

    def close(self) -> str:
        """Put everything on the disk and return the SHA-256 in hex."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return self._digest.hexdigest()

    def discard(self) -> None:
        """Take the file away again."""
        self._file.close()
        self.path.unlink(missing_ok=True)


@dataclass
class Form:
    """The small fields beside the file, of FIELDS only."""

    values: dict[str, str] = field(default_factory=dict)


async def receive(request: Request, store: Store, folder: Path, most_bytes: int, form: Form) -> Received:
    """Stream the one file of a multipart body to `folder` and say what it is; its small fields go into `form`.

    Raises Problem `body_unreadable`, `file_missing`, `file_empty`, `file_too_large`, `file_kind`, `file_broken`,
    `file_pixels`, `disk_full`; nothing stays on the disk then. A body announced as too large is refused before any of
    it is read.
    """
    too_large = Problem("file_too_large", most=most_bytes // (1024 * 1024))
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > most_bytes + MOST_FORM_BYTES:
        raise too_large
    target: Target | None = None
    try:
        async for part, data in _parts(request, most_bytes + MOST_FORM_BYTES, too_large, form):
            if target is None:
                contents.room_for(folder, 0)
                target = Target(folder, safe_name(part.filename), secrets.token_hex(16))
            await store.in_thread(lambda t=target, d=data: t.write(d))  # type: ignore[misc]
            if target.size > most_bytes:
                raise too_large
        if target is None:
            raise Problem("file_missing")
        done = target
        return await store.in_thread(lambda: judged(done))
    except BaseException as error:
        if target is not None:
            target.discard()
        if contents.is_full(error):
            raise Problem("disk_full") from None
        raise


async def _parts(
    request: Request, most_bytes: int, too_large: Problem, form: Form
) -> AsyncIterator[tuple[File, bytes]]:
    """The bytes of the first part that is a file; what stands in small fields before or after it goes into `form`."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get("boundary", "").encode("latin-1", "replace")
    if kind != "multipart/form-data" or not 0 < len(boundary) <= 200:
        raise Problem("body_unreadable")
    decoder = MultipartDecoder(boundary, max_parts=10)
    part: File | None = None
    name = ""
    finished, received = False, 0
    async for chunk in request.stream:  # type: ignore[union-attr]
        received += len(chunk)
        if received > most_bytes:
            raise too_large
        try:
            decoder.receive_data(chunk)
            while (event := decoder.next_event()) is not NEED_DATA and not isinstance(event, Epilogue):
                if isinstance(event, File) and part is None and not finished:
                    part = event
                elif isinstance(event, Field):
                    name = event.name if event.name in FIELDS else ""
                elif isinstance(event, Data) and part is None and name:
                    form.values[name] = form.values.get(name, "") + event.data[:MOST_FIELD_BYTES].decode(
                        "utf-8", "replace"
                    )
                elif isinstance(event, Data) and part is not None:
                    yield part, event.data
                    if not event.more_data:
                        part, finished = None, True
        except ValueError:
            raise Problem("body_unreadable") from None
    if part is not None:
        raise Problem("body_unreadable")


def judged(target: Target) -> Received:
    """Close the file and check it by its content; the name a client gives it proves nothing."""
    sha256 = target.close()
    media_type = contents.judge(target.path)
    return Received(target.filename, media_type, target.size, sha256, str(target.path.relative_to(target.folder)))


def safe_name(filename: str) -> str:
    """The name people see: no folders, no control or direction signs, at most 120 characters."""
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C").strip(" .")
    if len(shown) > 120:
        stem, dot, ending = shown.rpartition(".")
        shown = stem[:100] + dot + ending[:19] if dot else shown[:120]
    return shown or "file"

"""Large files in parts: begun, continued from where they broke off, finished. docs/website-channel.md has the protocol.

How much has arrived is the length of the file on the disk, so neither a lost network nor a restart costs what is there.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as as_json_response

from bot.channels.website import contents, limits
from bot.channels.website import uploads as incoming
from bot.channels.website.problems import Problem
from bot.channels.website.store import now
from bot.channels.website.website import Route, Website, body_of
from xiaobao.conversations import parts
from xiaobao.conversations.tables import UploadInParts
from xiaobao.conversations.uploads import Received, count_unfiled

MOST_PART = 4 * 1024 * 1024  # bytes
DIGEST = re.compile(r"[0-9a-f]{64}")
Take = Callable[[str, Received, dict[str, str]], Awaitable[dict[str, Any]]]


class Parts:
    """POST, PUT, GET /evidence/uploads. `take` makes evidence of a whole file, as for one that came at once."""

    def __init__(self, site: Website, take: Take) -> None:
        self.site, self.take = site, take
        self._busy: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # each lives while somebody holds it

    def routes(self) -> list[Route]:
        """See Route."""
        return [
            ("/evidence/uploads", self.post_upload, "POST", True),
            ("/evidence/uploads/<upload_id>", self.put_part, "PUT", True),
            ("/evidence/uploads/<upload_id>", self.get_upload, "GET", False),
            ("/evidence/uploads/<upload_id>", self.finish_upload, "POST", True),
        ]

    async def post_upload(self, request: Request) -> HTTPResponse:
        """POST /chat/evidence/uploads {filename, size, sha256?, kind?}: opens an upload."""
        conversation_id = await self.site.conversation_of(request)
        file = _announced(await body_of(request))
        self.site.not_too_fast(request, "evidence", conversation_id, limits.UPLOADS)
        most = max(self.site.settings.video_max_mb, self.site.settings.upload_max_mb)
        if file.size > most * 1024 * 1024:
            raise Problem("file_too_large", most=most)
        waiting = await self.site.reading(count_unfiled, conversation_id)
        if waiting + await self.site.reading(parts.count_unfinished, conversation_id) >= incoming.MOST_FILES:
            raise Problem("files_too_many", most=incoming.MOST_FILES)
        contents.room_for(self.site.settings.evidence_dir, file.size)
        total = self.site.settings.conversation_max_mb
        try:
            row = await self.site.store(parts.begin, conversation_id, file, now(), total * 1024 * 1024)
        except parts.TooMuch:
            raise Problem("files_too_heavy", most=total) from None
        return as_json_response({**self._state(row), "most_part": MOST_PART})

    async def get_upload(self, request: Request, upload_id: str) -> HTTPResponse:
        """GET /chat/evidence/uploads/<id>: how much has arrived."""
        return as_json_response(self._state(await self._own(request, upload_id)))

    async def put_part(self, request: Request, upload_id: str) -> HTTPResponse:
        """PUT /chat/evidence/uploads/<id>?offset=N with raw bytes, from where the last part ended."""
        row = await self._own(request, upload_id)
        self.site.not_too_fast(request, "part", row.conversation_id, limits.PARTS)
        announced = request.headers.get("content-length", "0")
        if announced.isdigit() and int(announced) > MOST_PART:
            raise Problem("part_too_large", most=MOST_PART // (1024 * 1024))
        async with self._busy.setdefault(upload_id, asyncio.Lock()):
            row = await self._own(request, upload_id)  # whoever was before us may have finished or dropped it
            offset = request.args.get("offset", "")
            if not offset.isdigit() or int(offset) != self._received(row) or row.evidence_id:
                return self._elsewhere(row)
            try:
                await self._append(request, row, int(offset))
            except Problem as problem:
                if problem.code in ("file_kind", "file_too_large"):
                    await self._drop(row)
                raise
        return as_json_response(self._state(row))

    async def _append(self, request: Request, row: UploadInParts, offset: int) -> None:
        """Write what comes; what reached the disk stays there whatever happens to the rest."""
        path = self._path(row)
        path.parent.mkdir(parents=True, exist_ok=True)
        at = offset
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            async for chunk in request.stream:  # type: ignore[union-attr]
                if at + len(chunk) > min(offset + MOST_PART, row.size):
                    raise Problem("part_too_large", most=MOST_PART // (1024 * 1024))
                await self.site.store.in_thread(lambda data=chunk: _write(file, data))  # type: ignore[misc]
                at += len(chunk)
            await self.site.store.in_thread(lambda: os.fsync(file))
        except OSError as error:
            raise Problem("disk_full") if contents.is_full(error) else error from None
        finally:
            os.close(file)
        if offset == 0 and at:
            await self.site.store.in_thread(lambda: self._judge_early(row, path))

    def _judge_early(self, row: UploadInParts, path: Path) -> None:
        """A file that cannot be taken is refused at its first part, not after 200 MB."""
        with path.open("rb") as file:
            head = file.read(contents.SNIFFED_BYTES)
        if len(head) >= min(row.size, 64):
            self._check_size(row, contents.sniff(head))

    def _check_size(self, row: UploadInParts, media_type: str) -> None:
        settings = self.site.settings
        most = contents.most_bytes(media_type, settings.upload_max_mb, settings.video_max_mb)
        if row.size > most:
            raise Problem("file_too_large", most=most // (1024 * 1024))

    async def finish_upload(self, request: Request, upload_id: str) -> HTTPResponse:
        """POST /chat/evidence/uploads/<id>: judge the whole file and make it evidence; again: the same answer."""
        row = await self._own(request, upload_id)
        async with self._busy.setdefault(upload_id, asyncio.Lock()):
            row = await self._own(request, upload_id)
            if row.evidence_id:
                return as_json_response({"evidence_id": row.evidence_id, "filename": row.filename, "size": row.size})
            if self._received(row) < row.size:
                return self._elsewhere(row)
            try:
                file = await self.site.store.in_thread(lambda: self._whole(row))
            except Problem:
                await self._drop(row)
                raise
            try:
                shown = await self.take(row.conversation_id, file, {"kind": row.kind} if row.kind else {})
            except Problem:
                await self._drop(row)
                raise
            await self.site.store(parts.finished, upload_id, shown["evidence_id"])
            self._path(row).unlink(missing_ok=True)
        return as_json_response(shown, ensure_ascii=False)

    def _whole(self, row: UploadInParts) -> Received:
        """Check the file and put it among the others, under a second name: the first goes when the row is committed."""
        folder, path = self.site.settings.evidence_dir, self._path(row)
        media_type = contents.judge(path)
        self._check_size(row, media_type)
        sha256 = _digest(path)
        if row.sha256 and row.sha256 != sha256:
            raise Problem("file_broken")
        name = secrets.token_hex(16)
        target = folder / name[:2] / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, target)
        except OSError:  # a disk without hard links
            shutil.copyfile(path, target)
        return Received(row.filename, media_type, row.size, sha256, str(target.relative_to(folder)))

    async def _own(self, request: Request, upload_id: str) -> UploadInParts:
        """The upload, for the conversation that began it only."""
        conversation_id = await self.site.conversation_of(request)
        row = await self.site.reading(parts.find, conversation_id, upload_id)
        if row is None:
            raise Problem("upload_unknown")
        found: UploadInParts = row
        return found

    async def _drop(self, row: UploadInParts) -> None:
        self._path(row).unlink(missing_ok=True)
        await self.site.store(parts.forget, row.upload_id)

    def _elsewhere(self, row: UploadInParts) -> HTTPResponse:
        """Not from there: the client goes on from `received`."""
        said = self.site.words.say("error_part_offset")
        return as_json_response(
            {**self._state(row), "code": "part_offset", "message": said}, status=409, ensure_ascii=False
        )

    def _state(self, row: UploadInParts) -> dict[str, Any]:
        received = row.size if row.evidence_id else self._received(row)
        state = {"upload_id": row.upload_id, "filename": row.filename, "size": row.size, "received": received}
        return {**state, "evidence_id": row.evidence_id} if row.evidence_id else state

    def _received(self, row: UploadInParts) -> int:
        try:
            return self._path(row).stat().st_size
        except FileNotFoundError:
            return 0

    def _path(self, row: UploadInParts) -> Path:
        return self.site.settings.evidence_dir / row.path


def _announced(body: dict[str, Any]) -> parts.Announced:
    """Raises Problem `field_wrong`, `file_empty`."""
    name, size, digest, kind = (body.get(field) for field in ("filename", "size", "sha256", "kind"))
    if not isinstance(name, str) or not name:
        raise Problem("field_wrong", field="filename")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < 2**40:
        raise Problem("field_wrong", field="size")
    if size == 0:
        raise Problem("file_empty")
    if digest is not None and not (isinstance(digest, str) and DIGEST.fullmatch(digest.lower())):
        raise Problem("field_wrong", field="sha256")
    if kind is not None and not (isinstance(kind, str) and len(kind) <= 20):
        raise Problem("field_wrong", field="kind")
    return parts.Announced(incoming.safe_name(name), size, digest.lower() if digest else None, kind)


def _write(file: int, data: bytes) -> None:
    """All of it, or what fits: a full disk leaves a shorter file, which is no lie about what has arrived."""
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1024 * 1024):
            digest.update(chunk)
    return digest.hexdigest()

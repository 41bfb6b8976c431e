"""Evidence: upload and preview."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse, raw
from sanic.response import json as as_json_response

from bot.channels.website import limits
from bot.channels.website import uploads as incoming
from bot.channels.website.problems import Problem
from bot.channels.website.store import now
from bot.channels.website.website import Route, Website
from bot.channels.website.words import Words
from xiaobao.conversations import messages, uploads
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import BOT, CITIZEN


class Evidence:
    """POST /evidence, GET /evidence/<id>/preview."""

    def __init__(self, site: Website) -> None:
        self.site = site

    def routes(self) -> list[Route]:
        """See Route."""
        return [
            ("/evidence", self.post_evidence, "POST", True),
            ("/evidence/<evidence_id>/preview", self.get_preview, "GET", False),
        ]

    async def post_evidence(self, request: Request) -> HTTPResponse:
        """POST /chat/evidence: one file, streamed; the same bytes again return the same evidence."""
        conversation_id = await self.site.conversation_of(request)
        self.site.not_too_fast(request, "evidence", conversation_id, limits.UPLOADS)
        if await self.site.reading(uploads.count_unfiled, conversation_id) >= incoming.MOST_FILES:
            raise Problem("files_too_many", most=incoming.MOST_FILES)
        folder = self.site.settings.evidence_dir
        file = await incoming.receive(request, self.site.store, folder, self.site.settings.upload_max_mb * 1024 * 1024)
        try:
            shown, kept = await self.site.store(_take_in, conversation_id, file, self.site.words)
        except Exception as error:  # not a cancelled request: its row may be committed all the same
            (folder / file.path).unlink(missing_ok=True)
            if isinstance(error, uploads.TooMany):
                raise Problem("files_too_many", most=incoming.MOST_FILES) from None
            raise
        if not kept:
            (folder / file.path).unlink(missing_ok=True)
        self.site.bell.ring(conversation_id)
        return as_json_response(shown, ensure_ascii=False)

    async def get_preview(self, request: Request, evidence_id: str) -> HTTPResponse:
        """GET /chat/evidence/<id>/preview: the re-encoded copy, for its owner only."""
        conversation_id = await self.site.conversation_of(request)
        upload = await self.site.reading(uploads.get, evidence_id)
        if upload is None or upload.conversation_id != conversation_id or not upload.preview_path:
            raise Problem("evidence_unknown")
        path = self.site.settings.evidence_dir / upload.preview_path
        try:
            picture = await self.site.store.in_thread(path.read_bytes)
        except OSError:
            raise Problem("evidence_unknown") from None
        return raw(picture, content_type=_picture_type(path))


def _take_in(session: Any, conversation_id: str, file: uploads.Received, words: Words) -> tuple[dict[str, Any], bool]:
    """Row, bubble and (for the first file of a draft) a word of thanks, in one transaction; a recording is asked about."""
    first = uploads.count_unfiled(session, conversation_id) == 0
    upload, kept = uploads.add(session, conversation_id, file, now(), incoming.MOST_FILES)
    shown = {
        "evidence_id": upload.evidence_id,
        "filename": upload.filename,
        "media_type": upload.media_type,
        "size": upload.size,
        "sha256": upload.sha256,
        "received_at": upload.received_at.isoformat(timespec="seconds"),
    }
    if kept:
        bubble = Draft(speaker=CITIZEN, card={"type": "evidence", **shown})
        message, _ = messages.append(session, conversation_id, bubble, now())
        if upload.media_type.startswith("audio/"):
            messages.append(session, conversation_id, _asks_about_sound(words, upload.evidence_id), now())
        elif first:
            messages.append(session, conversation_id, Draft(speaker=BOT, text=words.say("evidence")), now())
        shown["seq"] = message.seq
    return shown, kept


def _asks_about_sound(words: Words, evidence_id: str) -> Draft:
    """Nobody can listen here: keep it, delete it, or have somebody call."""
    asked = words.response("utter_channel_sound", {"evidence_id": evidence_id})
    return Draft(speaker=BOT, text=asked["text"], buttons=asked["buttons"])


def _picture_type(path: Path) -> str:
    return {".png": "image/png", ".webp": "image/webp"}.get(path.suffix, "image/jpeg")

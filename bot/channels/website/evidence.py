"""Evidence: one file at once, what it is, its preview. Large files in parts: parts.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse, raw
from sanic.response import json as as_json_response

from bot.channels.website import limits
from bot.channels.website import uploads as incoming
from bot.channels.website.consents import Consents
from bot.channels.website.problems import Problem
from bot.channels.website.store import now
from bot.channels.website.website import Route, Website, body_of
from bot.channels.website.words import Words
from xiaobao.conversations import messages, sensitive, takeovers, uploads
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import BOT, CITIZEN


class Evidence:
    """POST /evidence, POST /evidence/<id>/kind, GET /evidence/<id>/preview."""

    def __init__(self, site: Website) -> None:
        self.site = site

    def routes(self) -> list[Route]:
        """See Route."""
        return [
            ("/evidence", self.post_evidence, "POST", True),
            ("/evidence/<evidence_id>/kind", self.post_kind, "POST", True),
            ("/evidence/<evidence_id>/preview", self.get_preview, "GET", False),
        ]

    async def post_evidence(self, request: Request) -> HTTPResponse:
        """POST /chat/evidence: one file, streamed; the same bytes again return the same evidence."""
        conversation_id = await self.site.conversation_of(request)
        self.site.not_too_fast(request, "evidence", conversation_id, limits.UPLOADS)
        if await self.site.reading(uploads.count_unfiled, conversation_id) >= incoming.MOST_FILES:
            raise Problem("files_too_many", most=incoming.MOST_FILES)
        folder, most = self.site.settings.evidence_dir, self.site.settings.upload_max_mb * 1024 * 1024
        form = incoming.Form()
        file = await incoming.receive(request, self.site.store, folder, most, form)
        return as_json_response(await self.take(conversation_id, file, form.values), ensure_ascii=False)

    async def take(self, conversation_id: str, file: uploads.Received, told: dict[str, str]) -> dict[str, Any]:
        """Make evidence of a file that lies on the disk; `told` may hold the citizen's `kind` and `caption` of it.

        Raises Problem `files_too_many`, `files_too_heavy`, `file_refused`; the file is taken away then.
        """
        folder, site = self.site.settings.evidence_dir, self.site
        most = site.settings.conversation_max_mb
        try:
            if await site.reading(uploads.bytes_of, conversation_id) + file.size > most * 1024 * 1024:
                raise Problem("files_too_heavy", most=most)
            shown, kept = await site.store(_take_in, site.consents, conversation_id, file, told, site.words)
        except Exception as error:  # not a cancelled request: its row may be committed all the same
            (folder / file.path).unlink(missing_ok=True)
            raise self._refusal(error) from None
        if not kept:
            (folder / file.path).unlink(missing_ok=True)
        site.bell.ring(conversation_id)
        return shown

    def _refusal(self, error: Exception) -> Exception:
        if isinstance(error, uploads.TooMany):
            return Problem("files_too_many", most=incoming.MOST_FILES)
        if isinstance(error, uploads.Unwanted):
            kind = self.site.consents.kinds.get(error.args[0])
            return Problem("file_refused", title=kind.title if kind else "")
        return error

    async def post_kind(self, request: Request, evidence_id: str) -> HTTPResponse:
        """POST /chat/evidence/<id>/kind {"kind"}: the citizen says what a file is, or that it is nothing sensitive."""
        conversation_id = await self.site.conversation_of(request)
        kind = (await body_of(request)).get("kind")
        if kind != sensitive.ORDINARY and kind not in self.site.consents.kinds:
            raise Problem("field_wrong", field="kind")
        shown = await self.site.store(_label, self.site.consents, conversation_id, evidence_id, kind)
        if shown is None:
            raise Problem("evidence_unknown")
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


def _take_in(
    session: Any, files: Consents, conversation_id: str, file: uploads.Received, told: dict[str, str], words: Words
) -> tuple[dict[str, Any], bool]:
    """Row, bubble, for the first file of a draft a word of thanks, for the first of a sensitive kind the question; a recording is asked about."""
    at = now()
    kind = files.kinds.get(told.get("kind", ""))
    if kind is None and told.get("kind") != sensitive.ORDINARY and _may_be_papers(file):
        kind = files.of_file(session, conversation_id, (file.filename, told.get("caption", "")), at)
    first = uploads.count_unfiled(session, conversation_id) == 0
    asked = uploads.answer_for(session, conversation_id, kind.id) if kind else None
    upload, kept = uploads.add(session, conversation_id, file, at, incoming.MOST_FILES, kind.id if kind else None)
    shown = {
        "evidence_id": upload.evidence_id,
        "filename": upload.filename,
        "media_type": upload.media_type,
        "size": upload.size,
        "sha256": upload.sha256,
        "received_at": upload.received_at.isoformat(timespec="seconds"),
    }
    if upload.kind:
        shown |= {"kind": upload.kind, "consent": upload.consent}
    if kept:
        bubble = Draft(speaker=CITIZEN, card={"type": "evidence", **shown})
        message, _ = messages.append(session, conversation_id, bubble, at)
        if takeovers.with_human(session, conversation_id):
            pass  # the clerk sees it and says what is to be said
        elif upload.media_type.startswith("audio/"):
            messages.append(session, conversation_id, _asks_about_sound(words, upload.evidence_id), at)
        elif first:
            thanks = words.say("evidence", most=incoming.MOST_FILES)
            messages.append(session, conversation_id, Draft(speaker=BOT, text=thanks), at)
        if kind and asked is None:
            files.ask(session, conversation_id, kind, at)
        shown["seq"] = message.seq
    return shown, kept


def _may_be_papers(file: uploads.Received) -> bool:
    """Sound and film are not guessed at: their names tell of a talk about papers, not of papers."""
    return file.media_type.startswith("image/") or file.media_type == "application/pdf"


def _label(
    session: Any, files: Consents, conversation_id: str, evidence_id: str, kind_id: str
) -> dict[str, Any] | None:
    """What the citizen says the file is; None when it is not theirs or has no bytes any more."""
    upload = uploads.get(session, evidence_id)
    if upload is None or upload.conversation_id != conversation_id or upload.consent in uploads.GONE:
        return None
    if kind_id != sensitive.ORDINARY:
        files.declare(session, upload, files.kinds[kind_id], now())
    elif not upload.filed_as and upload.consent == uploads.ASKED:
        uploads.undeclare(session, upload)
    return {"evidence_id": evidence_id, "kind": upload.kind, "consent": upload.consent}


def _asks_about_sound(words: Words, evidence_id: str) -> Draft:
    """Nobody can listen here: keep it, delete it, or have somebody call."""
    asked = words.response("utter_channel_sound", {"evidence_id": evidence_id})
    return Draft(speaker=BOT, text=asked["text"], buttons=asked["buttons"])


def _picture_type(path: Path) -> str:
    return {".png": "image/png", ".webp": "image/webp"}.get(path.suffix, "image/jpeg")

"""Papers of the conversation: a letter as a Word file to hand in; documents that the office sent, for their owner only."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from sanic.request import Request
from sanic.response import HTTPResponse, raw
from sanic.response import json as as_json_response
from sqlalchemy.orm import Session

from bot.channels.website import limits
from bot.channels.website.problems import Problem
from bot.channels.website.store import now
from bot.channels.website.website import Route, Website
from xiaobao.conversations import messages, papers

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "宋体"
SIZE = 12  # points


class Papers:
    """GET /letters/<seq>, GET /documents/<id>, GET /documents/<id>/file."""

    def __init__(self, site: Website) -> None:
        self.site = site

    def routes(self) -> list[Route]:
        """See Route."""
        return [
            ("/letters/<seq:int>", self.get_letter, "GET", False),
            ("/documents/<document_id>", self.get_document, "GET", False),
            ("/documents/<document_id>/file", self.get_document_file, "GET", False),
        ]

    async def get_letter(self, request: Request, seq: int) -> HTTPResponse:
        """GET /chat/letters/<seq>: the letter in message `seq` of the token's own conversation, as DOCX."""
        conversation_id = await self.site.conversation_of(request)
        self.site.not_too_fast(request, "letter", conversation_id, limits.MESSAGES)
        found = await self.site.reading(messages.after, conversation_id, seq - 1)
        card = found[0].card if found and found[0].seq == seq else None
        if not card or card.get("type") != "letter":
            raise Problem("not_found")
        document = await self.site.store.in_thread(lambda: as_word(card["title"], card["text"]))
        return raw(document, content_type=WORD, headers={"Content-Disposition": "attachment; filename=letter.docx"})

    async def get_document(self, request: Request, document_id: str) -> HTTPResponse:
        """GET /chat/documents/<id>: its words; opened first now, if it was not before."""
        shown, _ = await self._opened(request, document_id)
        return as_json_response(shown, ensure_ascii=False)

    async def get_document_file(self, request: Request, document_id: str) -> HTTPResponse:
        """GET /chat/documents/<id>/file: the DOCX as it was sent."""
        _, data = await self._opened(request, document_id)
        return raw(data, content_type=WORD, headers={"Content-Disposition": "attachment; filename=document.docx"})

    async def _opened(self, request: Request, document_id: str) -> tuple[dict[str, Any], bytes]:
        """Raises Problem `not_found` for any document that was not sent to the token's own conversation."""
        conversation_id = await self.site.conversation_of(request)
        self.site.not_too_fast(request, "letter", conversation_id, limits.MESSAGES)
        found = await self.site.store(_open, conversation_id, document_id)
        if found is None:
            raise Problem("not_found")
        return found


def _open(session: Session, conversation_id: str, document_id: str) -> tuple[dict[str, Any], bytes] | None:
    found = papers.opened(session, conversation_id, document_id, now())
    if found is None:
        return None
    return {"title": found.title, "number": found.number, "text": found.shown}, found.data


def as_word(title: str, text: str) -> bytes:
    """One heading and a paragraph for each line; signs that XML cannot hold are left out."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(SIZE)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    document.add_paragraph(_printable(title)).runs[0].bold = True
    for line in text.splitlines():
        document.add_paragraph(_printable(line))
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() and not 0xD800 <= ord(sign) <= 0xDFFF)

"""A paper of the conversation as a Word file, for whoever wants to send or hand it in."""

from __future__ import annotations

import io

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from bot.channels.website import limits
from bot.channels.website.problems import Problem
from bot.channels.website.website import Route, Website
from xiaobao.conversations import messages

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "宋体"
SIZE = 12  # points


class Papers:
    """GET /letters/<seq>."""

    def __init__(self, site: Website) -> None:
        self.site = site

    def routes(self) -> list[Route]:
        """See Route."""
        return [("/letters/<seq:int>", self.get_letter, "GET", False)]

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

"""A letter of the conversation as a Word file: for its owner only, whole, and safe whatever was said."""

from __future__ import annotations

import io

import requests
from docx import Document

from bot.channels.website.papers import WORD, as_word
from bot.channels.website.store import now
from tests.bot.channels.website.conftest import Bot, Client
from tests.bot.channels.website.test_notices import conversation_of
from xiaobao.conversations import messages
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import BOT
from xiaobao.database import make_engine, make_sessions


def paragraphs(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]


def test_every_line_stands_in_the_file() -> None:
    found = paragraphs(as_word("给乐动健身的材料", "乐动健身：\n办卡花了2680元\n\n请答复我。"))
    assert found == ["给乐动健身的材料", "乐动健身：", "办卡花了2680元", "", "请答复我。"]


def test_signs_that_a_file_cannot_hold_and_markup_are_no_fault() -> None:
    assert paragraphs(as_word("a\x00b\ud800", "<w:p>&amp;\x07 ok")) == ["ab", "<w:p>&amp; ok"]


def _letter(bot: Bot, client: Client) -> int:
    """A letter said in this citizen's conversation; its number there."""
    card = {"type": "letter", "title": "给乐动健身的材料", "text": "乐动健身：\n请退还2680元。"}
    with make_sessions(make_engine(bot.database_url)).begin() as session:
        said = Draft(speaker=BOT, text="写好了", card=card)
        [message] = messages.append(session, conversation_of(client), said, now())[:1]
        return int(message.seq)


def load(bot: Bot, client: Client, seq: object) -> requests.Response:
    return requests.get(f"{bot.base}/chat/letters/{seq}", headers=client.headers, timeout=10)


def test_the_owner_gets_the_letter_as_a_word_file(bot: Bot, citizen: Client) -> None:
    answer = load(bot, citizen, _letter(bot, citizen))
    assert answer.status_code == 200 and answer.headers["Content-Type"] == WORD
    assert "attachment" in answer.headers["Content-Disposition"] and answer.headers["Cache-Control"] == "no-store"
    assert paragraphs(answer.content)[-1] == "请退还2680元。"


def test_nobody_else_gets_it_and_nothing_else_is_a_letter(bot: Bot, citizen: Client) -> None:
    seq = _letter(bot, citizen)
    stranger = Client(bot.base).greeted()
    assert load(bot, stranger, seq).status_code == 404
    assert load(bot, Client(bot.base), seq).status_code == 401
    for other in (1, 0, -1, 10**12, "x"):
        assert load(bot, citizen, other).status_code == 404

"""Letters of the conversation as Word files, documents of the office: for their owner only, and safe whatever was said."""

from __future__ import annotations

import io
import time

import requests
from docx import Document

from bot.channels.website.papers import WORD, as_word
from bot.channels.website.store import now
from tests.bot.channels.website.conftest import Bot, Client
from tests.bot.channels.website.test_notices import conversation_of, push
from xiaobao.conversations import messages
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.papers import Document as Document_
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


def _document(bot: Bot, conversation_id: str, sent: bool = True) -> str:
    """A document that an office sent into this conversation."""
    row = Document_(
        ticket_number="XB20200101-000001", office_id="demo", kind="reply", title="答复书", year=2026,
        running=int(time.time() * 1000) % 10**9, number="消复〔2026〕1号", steps=["reply"], data=as_word("答复书", "已退2680元"),
        sha256="0" * 64, template_sha256="0" * 64, text="已退2680元", shown="答复书\n<b>已退2680元</b>", made_at=now(),
        conversation_id=conversation_id, sent_at=now() if sent else None,
    )  # fmt: skip
    with make_sessions(make_engine(bot.database_url)).begin() as session:
        session.add(row)
        session.flush()
        return str(row.id)


def _first_opened(bot: Bot, document_id: str) -> object:
    with make_sessions(make_engine(bot.database_url))() as session:
        found = session.get(Document_, document_id)
        assert found is not None
        return found.first_opened_at


def fetch(bot: Bot, client: Client, path: str) -> requests.Response:
    return requests.get(f"{bot.base}/chat/documents/{path}", headers=client.headers, timeout=10)


def test_the_owner_reads_a_document_and_its_first_opening_stays(bot: Bot, citizen: Client) -> None:
    document_id = _document(bot, conversation_of(citizen))
    assert _first_opened(bot, document_id) is None
    answer = fetch(bot, citizen, document_id)
    assert answer.json() == {"title": "答复书", "number": "消复〔2026〕1号", "text": "答复书\n<b>已退2680元</b>"}
    first = _first_opened(bot, document_id)
    file = fetch(bot, citizen, f"{document_id}/file")
    assert (file.headers["Content-Type"], file.headers["Cache-Control"]) == (WORD, "no-store")
    assert paragraphs(file.content) == ["答复书", "已退2680元"]
    assert first is not None and _first_opened(bot, document_id) == first


def test_nobody_else_opens_a_document_and_a_look_of_others_is_no_opening(bot: Bot, citizen: Client) -> None:
    document_id = _document(bot, conversation_of(citizen))
    for path in (document_id, f"{document_id}/file"):
        assert fetch(bot, Client(bot.base).greeted(), path).status_code == 404
        assert fetch(bot, Client(bot.base), path).status_code == 401
    assert _first_opened(bot, document_id) is None
    unsent = _document(bot, conversation_of(citizen), sent=False)
    assert fetch(bot, citizen, unsent).status_code == 404
    for odd in ("x", "0" * 32, "..%2f..%2fetc", "%00", "a" * 2000):
        assert fetch(bot, citizen, odd).status_code in (400, 404)


def test_the_notice_carries_the_card_that_opens_it(bot: Bot, citizen: Client) -> None:
    own, seq = conversation_of(citizen), citizen.after(0)["last_seq"]
    document_id = _document(bot, own)
    told = {
        "number": "XB20200101-000001",
        "document": document_id,
        "title": "答复书",
        "document_number": "消复〔2026〕1号",
    }
    assert push(bot, conversation_id=own, response="utter_notice_document", params=told).status_code == 200
    (came,) = citizen.after(seq, wait=5)["messages"]
    assert came["card"] == {"type": "document", "id": document_id, "title": "答复书", "number": "消复〔2026〕1号"}
    assert "消复〔2026〕1号" in came["text"] and came["buttons"][0]["title"] == "查进度"

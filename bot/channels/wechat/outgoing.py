"""What a turn said into what the platform accepts (pure): one text of at most 1,900 bytes, rarely two.

The platform allows five messages in 48 hours after a citizen's message, so a whole turn becomes one: bubbles and
buttons merged, buttons numbered. Source: developers.weixin.qq.com, service account, customer service messages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

LONGEST = 1900  # bytes of UTF-8; the platform refuses more than 2,048
SENTENCE_END = re.compile(r"(?<=[。！？；\n])")


def merge(texts: Sequence[str]) -> str:
    """The bubbles of a turn as one text, a line between them."""
    return "\n\n".join(text.strip() for text in texts if text.strip())


def split(text: str, longest: int = LONGEST) -> list[str]:
    """Parts of at most `longest` bytes: cut after a sentence, else after a line or comma, else between characters."""
    parts, here = [], ""
    for piece in _pieces(text, longest):
        if here and _size(here + piece) > longest:
            parts.append(here.strip())
            here = ""
        here += piece
    if here.strip():
        parts.append(here.strip())
    return [part for part in parts if part]


def numbered(titles: Sequence[str]) -> str:
    """Choices as lines to answer with their number: every account and every phone can do that."""
    return "\n".join(f"{number}. {title}" for number, title in enumerate(titles, start=1))


def cdata(text: str) -> str:
    """`text` inside a CDATA section; an inner end of section is split in two."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def text_reply(*, citizen: str, account: str, text: str, now: int) -> str:
    """The passive reply, as XML. `now` in seconds since 1970."""
    return (
        f"<xml><ToUserName>{cdata(citizen)}</ToUserName><FromUserName>{cdata(account)}</FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType>{cdata('text')}</MsgType><Content>{cdata(text)}</Content></xml>"
    )


def sealed_reply(*, sealed: str, signature: str, timestamp: str, nonce: str) -> str:
    """The encrypted passive reply, its elements in the platform's order."""
    return (
        f"<xml>\n<Encrypt>{cdata(sealed)}</Encrypt>\n<MsgSignature>{cdata(signature)}</MsgSignature>\n"
        f"<TimeStamp>{escape(timestamp)}</TimeStamp>\n<Nonce>{cdata(nonce)}</Nonce>\n</xml>"
    )


def _pieces(text: str, longest: int) -> list[str]:
    found: list[str] = []
    for sentence in SENTENCE_END.split(text):
        if _size(sentence) <= longest:
            found.append(sentence)
            continue
        for part in re.split(r"(?<=[，、,])", sentence):
            found.extend(_hard(part, longest))
    return found


def _hard(text: str, longest: int) -> list[str]:
    """Cut between characters, never inside one."""
    parts, here, size = [], "", 0
    for character in text:
        one = _size(character)
        if size + one > longest:
            parts.append(here)
            here, size = "", 0
        here, size = here + character, size + one
    return [*parts, here] if here else parts


def _size(text: str) -> int:
    return len(text.encode())

"""Messages of a conversation as texts for a small screen, with numbers to answer (pure but for random ids)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.wechat import outgoing
from xiaobao.conversations.tables import STAFF, Message
from xiaobao.conversations.wechat import Handover

MOST_CHOICES = 9  # one digit each
# As the responses write a page of ours; not inside an address.
SITE_PATH = re.compile(r"(?<![\w/.:-])(（?)(/chat[\w/-]*)(）?)", re.ASCII)
Say = Callable[..., str]  # the text of `utter_channel_<name>` with its parameters


@dataclass(frozen=True)
class Shown:
    """`texts` in order, each short enough, with the choices as numbered lines; `bare` are the same without them.

    `choices` are the buttons that a number or a menu id now stands for.
    """

    texts: tuple[str, ...]
    bare: tuple[str, ...]
    choices: tuple[dict[str, Any], ...]
    lines: str = ""  # the choices as numbered lines


def render(taken: Handover, label: Callable[[Message], str], say: Say, more: str = "") -> Shown:
    """One text of everything, two or more only when it is too long for one.

    Buttons of the last message that has any become numbered lines; those of earlier messages are past. A member of
    staff is named above their words. Texts that found no place before come first, `more` last.
    """
    bubbles = [say("wechat_unsure"), *taken.unsure] if taken.unsure else []
    bubbles += taken.parked
    for message in taken.messages:
        text = message.text.strip()
        if text and message.speaker == STAFF:
            text = f"【{label(message)}】\n{text}"
        card = _card(message.card, say)
        if card and (message.card or {}).get("type") == "citations":
            text = _without_basis(text, say)
        bubbles += [part for part in (text, card) if part]
    bubbles += [more] if more else []
    choices = _choices(taken.messages)
    bare = tuple(outgoing.split(outgoing.merge(bubbles)))
    if not choices:
        return Shown(bare, bare, ())
    lines = f"{say('wechat_choose')}\n{outgoing.numbered([choice['title'] for choice in choices])}"
    return Shown(tuple(outgoing.split(outgoing.merge([*bubbles, lines]))), bare, tuple(choices), lines)


def with_address(text: str, site: str) -> str:
    """`text` with pages of ours as links that open from WeChat; without a website (`site` empty) they are left out."""
    if not site:
        return SITE_PATH.sub("", text)
    return SITE_PATH.sub(lambda found: f" {site}{found[2]} ", text)


def _without_basis(text: str, say: Say) -> str:
    """An answer without its line of sources: the card below says them, with what to reply for the words of the law."""
    begins = say("wechat_sources", sources="\n").split("\n")[0]
    kept, _, last = text.rpartition("\n")
    return kept if begins and last.startswith(begins) else text


def _choices(messages: Sequence[Message]) -> list[dict[str, Any]]:
    for message in reversed(messages):
        buttons = [b for b in message.buttons or () if not b.get("row") and not b.get("used")]
        if buttons:
            return [
                {"n": n, "menu_id": str(secrets.randbelow(10**9)), "title": b["title"], "button": b["id"]}
                for n, b in enumerate(buttons[:MOST_CHOICES], start=1)
            ]
    return []


def _asked(field: dict[str, Any]) -> str:
    """One line of what is asked for, with the choices where there are some."""
    choices = "/".join(field.get("choices") or ())
    return f"· {field['title']}" + (f"（{choices}）" if choices else "")


def _card(card: dict[str, Any] | None, say: Say) -> str:
    """What a card holds beyond the text of its message: the words of a letter, the lines under a summary, sources."""
    if not card:
        return ""
    kind = card.get("type")
    if kind == "letter":
        return f"{card.get('title', '')}\n{card.get('text', '')}".strip()
    if kind == "summary":
        # "改3", not "3": a bare number chooses one of the answers below.
        rows = [f"改{row['n']} {row['title']}：{row['value']}" for row in card.get("rows") or ()]
        return "\n\n".join("\n".join(part) for part in (rows, [str(line) for line in card.get("lines") or ()]) if part)
    if kind == "citations":
        sources = [f"《{item['law']}》{item['article']}" for item in card.get("items") or () if item.get("law")]
        return say("wechat_sources", sources="、".join(dict.fromkeys(sources))) if sources else ""
    if kind == "facts":
        lines = "\n".join(_asked(field) for field in card.get("fields") or ())
        return f"{lines}\n\n{card.get('first', '')}".strip()
    if kind == "contact":
        return str(card.get("notice") or "")
    return ""

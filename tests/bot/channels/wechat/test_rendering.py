"""What a turn looks like on a small screen."""

from __future__ import annotations

from typing import Any

from bot.channels.wechat import outgoing, rendering
from xiaobao.conversations.tables import BOT, Message
from xiaobao.conversations.wechat import Handover


def say(name: str, **params: Any) -> str:
    return {"wechat_choose": "回复数字就行："}.get(name, name)


def shown(**fields: Any) -> tuple[str, ...]:
    message = Message(**{"speaker": BOT, "text": "您看对不对", "buttons": [], "card": None, **fields})
    return rendering.render(Handover((message,)), lambda _: "", say).texts


def test_a_summary_shows_every_row_with_what_to_reply_to_change_it() -> None:
    rows = [
        {"n": 1, "slot": "merchant", "title": "对方", "value": "乐动健身", "button": "b1"},
        {"n": 2, "slot": "amount", "title": "金额", "value": "2680元", "button": "b2"},
    ]
    card = {"type": "summary", "rows": rows, "lines": ["上面写的都是真的。"]}
    text = shown(card=card, buttons=[{"id": "b9", "title": "确认提交"}])[0]
    assert text == (
        "您看对不对\n\n改1 对方：乐动健身\n改2 金额：2680元\n\n上面写的都是真的。\n\n回复数字就行：\n1. 确认提交"
    )


def test_a_long_summary_becomes_several_texts_that_the_platform_takes() -> None:
    rows = [{"n": n, "title": "经过", "value": "店关门了，电话没人接。" * 40} for n in range(1, 5)]
    texts = shown(card={"type": "summary", "rows": rows, "lines": []})
    assert len(texts) > 1 and all(len(text.encode()) <= outgoing.LONGEST for text in texts)
    assert "改4" in "".join(texts)

"""What a turn looks like on a small screen."""

from __future__ import annotations

from typing import Any

from bot.channels.wechat import outgoing, rendering
from xiaobao.conversations.tables import BOT, Message
from xiaobao.conversations.wechat import Handover


def say(name: str, **params: Any) -> str:
    words = {"wechat_choose": "回复数字就行：", "wechat_sources": "依据：{sources}（回复条文名就给您看原文）"}
    return words.get(name, name).replace("{sources}", str(params.get("sources")))


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


def test_the_basis_of_an_answer_is_said_once() -> None:
    items = [{"law": "消费者权益保护法", "article": "第二十五条"}]
    text = shown(text="七天内能退。\n依据：《消费者权益保护法》第二十五条", card={"type": "citations", "items": items})[
        0
    ]
    assert text == "七天内能退。\n\n依据：《消费者权益保护法》第二十五条（回复条文名就给您看原文）"
    assert shown(text="七天内能退。\n留好小票。", card={"type": "citations", "items": items})[0].startswith(
        "七天内能退。\n留好小票。\n\n依据："
    )
    assert shown(text="七天内能退。\n依据：《消费者权益保护法》第二十五条")[0].count("依据") == 1


def test_pages_of_the_website_open_from_wechat_or_are_left_out() -> None:
    text = "看《隐私说明》（/chat/privacy）。"
    there = rendering.with_address(text, "https://xb.example")
    assert there == "看《隐私说明》 https://xb.example/chat/privacy 。"
    assert rendering.with_address(there, "https://xb.example") == there  # a text that was parked is shown again
    assert rendering.with_address("https://xb.example/chat#continue=a", "https://xb.example").count("https") == 1
    assert rendering.with_address(text, "") == "看《隐私说明》。"


def test_what_is_missing_is_one_line_each() -> None:
    fields = [{"name": "merchant", "title": "哪家店", "unknown": "不知道"}, {"name": "complained_to_institution", "title": "找这家机构反映过吗", "choices": ["找过", "还没有"]}]  # fmt: skip
    text = shown(card={"type": "facts", "fields": fields, "first": "是哪家店？"})[0]
    assert text == "您看对不对\n\n· 哪家店\n· 找这家机构反映过吗（找过/还没有）\n\n是哪家店？"

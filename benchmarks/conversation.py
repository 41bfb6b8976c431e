"""A conversation of any length in rounds of a hundred turns, the same mix in each, so that rounds can be compared.

A round asks outside the form (also what nobody understands), opens a complaint, interrupts it fifty times, answers
the form's questions, files, and goes on asking. Each round complains of another shop: of the same one a second time the
bot would ask whether it is the matter that is open already, and the rounds would not be alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

ROUND = 100
OPENS, ANSWERS = 15, 66  # turns of a round: the story is told; the interruptions end
OUTSIDE = (
    "七天无理由退货怎么算",
    "那个啥来着",
    "定金能退吗",
    "你是机器人吗",
    "办事处在哪里",
    "蓝色的风吹过山坡",
    "谢谢",
    "多久能有结果",
)
INSIDE = ("为什么要问这个？", "七天无理由怎么算？", "你是真人吗？", "要等多久才有结果？", "定金能退吗？")
STORY = "我要投诉：11月2日我在{shop}花129元买了一个电水壶，用了三天就漏电，老板不肯退。"
SHOPS = tuple(f"{name}{kind}" for kind in ("电器店", "数码店", "家居店", "厨具店", "百货店") for name in (
    "好物", "佳和", "永盛", "兴隆", "宏达", "金源", "万家", "同乐", "东升", "民生",
))  # fmt: skip
CONTACT = {"contact_name": "林晓芳", "contact_phone": "13800138000", "contact_address": "演示路1号2室"}
FACTS = {"claim": "退货退款", "merchant_address": "演示路8号"}
WORDS = (
    (r"还用上次的联系方式", "就用上次的"),
    (r"同意吗", "同意"),
    (r"哪家店|哪个商家", "{shop}"),
    (r"买的是什么|什么东西", "电水壶"),
    (r"多少钱", "129元"),
    (r"哪天", "11月2日"),
    (r"希望怎么解决", "退货退款"),
)


def turn(number: int, replies: Sequence[Any]) -> str:
    """What to say at turn `number` (from 0), after these replies (with `text` and `card`)."""
    place = number % ROUND
    if place == OPENS:
        return STORY.format(shop=_shop(number))
    if OPENS < place < ANSWERS:
        return INSIDE[place % len(INSIDE)]
    answer = _answer(replies) if place >= ANSWERS else None
    return (answer and answer.replace("{shop}", _shop(number))) or OUTSIDE[place % len(OUTSIDE)]


def filed(replies: Sequence[Any]) -> bool:
    """Whether these replies hold a receipt."""
    return any((reply.card or {}).get("type") == "receipt" for reply in replies)


def _shop(number: int) -> str:
    return SHOPS[number // ROUND % len(SHOPS)]


def _answer(replies: Sequence[Any]) -> str | None:
    """The answer to what was asked last; None when nothing was."""
    cards = {(reply.card or {}).get("type"): reply.card for reply in replies}
    if facts := cards.get("facts"):
        given = {field["name"]: FACTS.get(field["name"], "不知道") for field in facts["fields"]}
        return "/give_facts" + json.dumps(given, ensure_ascii=False)
    if "contact" in cards:
        return "/give_contact" + json.dumps(CONTACT, ensure_ascii=False)
    if "summary" in cards:
        return "/affirm"
    asked = next((reply.text for reply in reversed(replies) if "？" in reply.text or "吗" in reply.text), "")
    return next((word for pattern, word in WORDS if re.search(pattern, asked)), "不知道" if "在哪里" in asked else None)

"""A citizen on the chat page, over HTTP: talks, presses buttons, fills cards.

`Honest` is the scripted citizen of `make eval-filing`: the first message is the text of the row, every
question is answered from the row's labels, 不知道 or 跳过 where the label is empty.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import requests

PERSONA = {
    "contact_name": "林晓芳",
    "contact_phone": "13800138000",
    "contact_address": "演示省演示市演示区演示路1号2室",
}
# What a question asks for, by what a citizen would notice in it.
QUESTIONS = (
    (r"先找这家机构反映过吗", "complained"),
    (r"转给这个商家", "pass_on"),
    (r"同意吗", "consent"),
    (r"哪家店|哪个商家|哪家银行|哪家机构", "merchant"),
    (r"什么东西、什么服务|买的是什么", "item"),
    (r"多少钱", "amount"),
    (r"哪天", "date"),
    (r"希望怎么解决", "claim"),
    (r"店在哪里|在什么地方", "address"),
    (r"从头说给我听|要举报什么", "story"),
    (r"您想投诉吗", "wish"),
    (r"怎么称呼您|您的姓名", "contact_name"),
    (r"您的手机号|您的电话", "contact_phone"),
    (r"您的联系地址|您的住址", "contact_address"),
)


@dataclass
class Citizen:
    """One conversation on the website."""

    base: str
    token: str = ""
    last_seq: int = 0
    seen: list[dict[str, Any]] = field(default_factory=list)
    turns: int = 0
    form: dict[str, Any] | None = None  # how far the open form is, as the page shows it

    def open(self) -> list[dict[str, Any]]:
        """Open the page: a session and the bot's first words."""
        answer = requests.post(f"{self.base}/chat/sessions", json={}, timeout=30)
        answer.raise_for_status()
        self.token = answer.json()["token"]
        return self.poll(wait=20)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def send(self, key: str | None = None, **body: Any) -> list[dict[str, Any]]:
        """Send `text=`, `button=` or `card=`; returns the new messages of the other side."""
        body["client_message_id"] = key or uuid.uuid4().hex
        self.turns += 1
        answer = requests.post(f"{self.base}/chat/messages", json=body, headers=self.headers, timeout=60)
        answer.raise_for_status()
        self.form = answer.json().get("form")
        return self._note(answer.json()["messages"])

    def say(self, text: str) -> list[dict[str, Any]]:
        return self.send(text=text)

    def press(self, title: str) -> list[dict[str, Any]]:
        """Press the newest living button of that title. Raises LookupError when there is none."""
        for message in reversed(self.seen):
            for button in message.get("buttons") or []:
                if button["title"] == title and not button.get("used"):
                    return self.send(button=button["id"])
        raise LookupError(f"no button {title!r} in {self.seen[-1:]}")

    def poll(self, wait: int = 0) -> list[dict[str, Any]]:
        """What came since, pushes from staff included."""
        answer = requests.get(
            f"{self.base}/chat/messages",
            params={"after": self.last_seq, "wait": wait},
            headers=self.headers,
            timeout=60,
        )
        answer.raise_for_status()
        return self._note(answer.json()["messages"])

    def _note(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        known = {m["seq"] for m in self.seen}
        new = [m for m in messages if m["seq"] not in known]
        self.seen += new
        self.last_seq = max([self.last_seq, *(m["seq"] for m in new)])
        return [m for m in new if m["speaker"] != "citizen"]


@dataclass
class Honest(Citizen):
    """Files one complaint from a labelled row."""

    row: dict[str, Any] = field(default_factory=dict)
    most_turns: int = 25

    def file(self) -> dict[str, Any]:
        """Run the conversation to its end; returns number or referral, turns, and the slots of the receipt."""
        self.open()
        replies = self.say(self.row["text"])
        while self.turns < self.most_turns:
            receipt = _card(replies, "receipt")
            if receipt:
                return {"number": receipt["number"], "turns": self.turns, "referred_to": None, "receipt": receipt}
            letter = _card(replies, "letter")
            if letter and not question(replies[-1]["text"]):
                return {"number": None, "turns": self.turns, "referred_to": letter["title"], "receipt": None}
            replies = self.answer(replies)
        return {"number": None, "turns": self.turns, "referred_to": None, "receipt": None}

    def answer(self, replies: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One more turn: card, button or words."""
        if card := _card(replies, "contact") or _card(replies, "facts"):
            return self.send(card=honest_fill(self.row, [field["name"] for field in card["fields"]]))
        if _card(replies, "summary"):
            return self.press("确认提交")
        return self.say(honest_words(self.row, replies[-1]["text"] if replies else ""))


def honest_words(row: dict[str, Any], asked: str) -> str:
    """What the honest citizen says to a question: the label of its row, 不知道 or 跳过 where that is empty."""
    slots = row.get("slots") or {}
    said = {
        "complained": "找过",
        "pass_on": "可以转",
        "consent": "同意",
        "merchant": slots.get("merchant") or "不知道",
        "item": slots.get("item") or "不知道",
        "amount": slots.get("amount") or "跳过",
        "date": slots.get("date") or "不知道",
        "claim": slots.get("claim") or "跳过",
        "address": "不知道",
        "story": row["text"],
        "wish": "我要投诉",
        **PERSONA,
    }
    return said.get(question(asked) or "", "不知道")


def honest_fill(row: dict[str, Any], fields: list[str]) -> dict[str, str]:
    """What the honest citizen writes into the fields of a card: the labels, the box 不知道 where they are empty."""
    slots = row.get("slots") or {}
    said = {
        **PERSONA,
        "merchant": slots.get("merchant"),
        "institution": slots.get("merchant"),
        "item": slots.get("item"),
        "amount": slots.get("amount"),
        "event_date": slots.get("date"),
        "claim": slots.get("claim"),
        "complained_to_institution": "找过",
        "pass_on_to_merchant": "可以转给商家",
    }
    return {name: said.get(name) or "不知道" for name in fields}


def _card(replies: list[dict[str, Any]], kind: str) -> dict[str, Any] | None:
    return next((m["card"] for m in reversed(replies) if (m.get("card") or {}).get("type") == kind), None)


def question(text: str) -> str | None:
    """What the words ask for."""
    return next((name for pattern, name in QUESTIONS if re.search(pattern, text)), None)

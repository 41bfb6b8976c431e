"""Pushes of staff through the worker."""

from __future__ import annotations

import uuid
from typing import Any

import requests

from bot.channels.website.sessions import Sessions
from tests.bot.channels.website.conftest import SECRET, Bot, Client


def conversation_of(client: Client) -> str:
    return Sessions("website-tests-secret-key-0123456789abcdef").conversation_of(client.token)


def push(bot: Bot, secret: str = SECRET, **fields: Any) -> requests.Response:
    body = {
        "notice_id": uuid.uuid4().hex,
        "response": "utter_notice_accepted",
        "params": {"number": "XB20261124-000017", "handler": "王工"},
        "speaker": "staff",
        "staff_name": "王工",
        **fields,
    }
    return requests.post(
        f"{bot.base}/chat/internal/notices", json=body, headers={"X-Xiaobao-Secret": secret}, timeout=10
    )


def test_a_push_reaches_the_citizen_with_its_words_filled(bot: Bot, citizen: Client) -> None:
    seq = citizen.after(0)["last_seq"]
    assert push(bot, conversation_id=conversation_of(citizen)).status_code == 200
    (came,) = citizen.after(seq, wait=5)["messages"]
    assert came["text"] == "XB20261124-000017 已受理，由王工联系商家。"
    assert (came["speaker"], came["speaker_label"]) == ("staff", "工作人员 王工")
    assert citizen.post(button=came["buttons"][0]["id"]).status_code == 200
    assert bot.texts() == ['/ask_progress{"ticket_number": "XB20261124-000017"}']


def test_the_same_notice_is_appended_once(bot: Bot, citizen: Client) -> None:
    seq = citizen.after(0)["last_seq"]
    answers = [push(bot, notice_id="n-1", conversation_id=conversation_of(citizen)).json() for _ in range(3)]
    assert {a["seq"] for a in answers} == {seq + 1}
    assert len(citizen.after(seq)["messages"]) == 1


def test_nobody_pushes_without_the_secret(bot: Bot, citizen: Client) -> None:
    for secret in ("", "wrong", SECRET[:-1]):
        assert push(bot, secret, conversation_id=conversation_of(citizen)).status_code == 401
    assert len(citizen.after(0)["messages"]) == 1


def test_a_wrong_notice_names_what_is_wrong(bot: Bot, citizen: Client) -> None:
    own = conversation_of(citizen)
    assert push(bot, conversation_id="f" * 32).json()["code"] == "conversation_unknown"
    assert push(bot, conversation_id=own, response="utter_nowhere").json()["code"] == "response_unknown"
    assert push(bot, conversation_id=own, speaker="citizen").json()["code"] == "field_wrong"
    assert push(bot, conversation_id=own, params=[1]).json()["code"] == "field_wrong"

"""Sessions and messages over real HTTP."""

from __future__ import annotations

import threading
import time

import pytest
import requests
from itsdangerous import URLSafeTimedSerializer

from tests.bot.channels.website.conftest import Bot, Client


def test_a_new_conversation_is_greeted_by_the_bot(bot: Bot) -> None:
    client = bot.client().open()
    first = client.after(0, wait=10)
    assert [m["speaker"] for m in first["messages"]] == ["bot"]
    assert [b["title"] for b in first["messages"][0]["buttons"]][:2] == ["我想问政策", "我要投诉"]
    assert [run["text"] for run in bot.runs()] == ["/greet"]


def test_a_good_token_goes_on_with_its_conversation(citizen: Client) -> None:
    citizen.say("我办了张健身卡")
    before = citizen.after(0)["messages"]
    answer = requests.post(f"{citizen.base}/chat/sessions", headers=citizen.headers, timeout=10).json()
    assert answer["resumed"] is True
    renewed = Client(citizen.base, answer["token"])
    assert renewed.after(0)["messages"] == before


@pytest.mark.parametrize(
    ("token", "code"),
    [("", "session_missing"), ("nonsense", "session_forged"), ("a.b.c", "session_forged")],
)
def test_without_a_good_token_nothing_is_told(bot: Bot, token: str, code: str) -> None:
    client = Client(bot.base, token)
    for answer in (
        client.post(text="在吗"),
        requests.get(f"{bot.base}/chat/messages", headers=client.headers, timeout=10),
        client.upload(b"x"),
    ):
        assert answer.status_code == 401
        assert answer.json()["code"] == code
        assert "刷新" in answer.json()["message"]


def test_a_token_signed_with_another_key_or_for_nobody_is_refused(bot: Bot) -> None:
    foreign = URLSafeTimedSerializer("another-secret", salt="xiaobao-website-session").dumps("a" * 32)
    assert Client(bot.base, foreign).post(text="在吗").json()["code"] == "session_forged"
    client = bot.client().open()
    assert client.token.count(".") == 2


def test_a_client_cannot_name_its_conversation(bot: Bot, citizen: Client) -> None:
    body = {"conversation_id": "chosen", "sender": "chosen"}
    answer = requests.post(f"{bot.base}/chat/sessions", json=body, timeout=10)
    assert "chosen" not in answer.text
    other = Client(bot.base, answer.json()["token"])
    assert all(m["seq"] < 2 for m in other.after(0)["messages"])


def test_the_same_client_message_id_returns_the_same_answer_and_runs_once(bot: Bot, citizen: Client) -> None:
    first = citizen.post("k1", text="能退吗").json()
    again = citizen.post("k1", text="能退吗").json()
    assert first == again
    assert bot.texts() == ["能退吗"]


def test_a_repeat_while_the_first_still_runs_joins_it(bot: Bot, citizen: Client) -> None:
    answers: list[dict] = []
    posts = [
        threading.Thread(target=lambda: answers.append(citizen.post("k1", text="慢一点").json())) for _ in range(3)
    ]
    for post in posts:
        post.start()
    for post in posts:
        post.join()
    assert bot.texts() == ["慢一点"]
    assert answers[0] == answers[1] == answers[2]
    assert [m["text"] for m in answers[0]["messages"]] == ["听到了：慢一点"]


def test_messages_that_arrive_during_a_turn_are_joined_into_the_next(bot: Bot, citizen: Client) -> None:
    answers: dict[str, dict] = {}

    def post(text: str) -> None:
        answers[text] = citizen.post(text=text).json()

    posts = [threading.Thread(target=post, args=(text,)) for text in ("慢", "第二句", "第三句")]
    for started in posts:
        started.start()
        time.sleep(0.15)
    for started in posts:
        started.join()
    assert bot.texts() == ["慢", "第二句\n第三句"]
    assert [m["text"] for m in answers["慢"]["messages"]] == ["听到了：慢"]
    assert answers["第二句"]["messages"] == answers["第三句"]["messages"]
    assert [m["text"] for m in answers["第二句"]["messages"]] == ["听到了：第二句\n第三句"]


def test_a_lone_message_is_not_delayed(citizen: Client) -> None:
    spent = []
    for n in range(8):
        began = time.perf_counter()
        citizen.say(f"第{n}句")
        spent.append(time.perf_counter() - began)
    assert sorted(spent)[4] < 0.25


@pytest.mark.parametrize(
    "typed",
    ["/restart", "  /restart", "／restart", "\u200b/restart", "//restart", "EXTERNAL: restart", "/ external: /restart"],
)
def test_typed_words_never_become_a_command(bot: Bot, citizen: Client, typed: str) -> None:
    citizen.say(typed)
    assert bot.texts() == ["restart"]


def test_a_slash_inside_a_burst_or_a_sentence_stays_words(bot: Bot, citizen: Client) -> None:
    citizen.say("买了一箱奶\n/restart")
    assert bot.texts()[0].startswith("买了一箱奶")


@pytest.mark.parametrize(
    "body", [{"text": ""}, {"text": "  \n "}, {"text": "/"}, {"text": "\x00"}, {}, {"text": 3}, {"card": {}}]
)
def test_an_empty_or_wrong_message_is_refused_kindly(bot: Bot, citizen: Client, body: dict) -> None:
    answer = citizen.post(**body)
    assert answer.status_code == 422
    assert answer.json()["message"]
    assert bot.texts() == []


def test_a_long_story_is_stored_whole_and_a_longer_one_says_what_to_do(bot: Bot, citizen: Client) -> None:
    story = "我" * 10_000
    citizen.say(story)
    assert citizen.after(0)["messages"][1]["text"] == story
    for length in (10_001, 300_000):
        answer = citizen.post(text="我" * length)
        assert answer.status_code == 413
        assert "分成几段" in answer.json()["message"]
    assert len(bot.texts()) == 1


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(citizen: Client, body: bytes) -> None:
    answer = requests.post(f"{citizen.base}/chat/messages", data=body, headers=citizen.headers, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, "body_unreadable")


def test_half_surrogates_and_control_signs_do_no_harm(bot: Bot, citizen: Client) -> None:
    raw = '{"text": "退货\\ud83d\\u0000\\u0007吗"}'
    answer = requests.post(f"{citizen.base}/chat/messages", data=raw, headers=citizen.headers, timeout=10)
    assert answer.status_code == 200
    assert bot.texts() == ["退货\ufffd吗"]


def test_identity_and_card_numbers_are_masked_before_anything_is_stored_or_told(bot: Bot, citizen: Client) -> None:
    citizen.say("我身份证11010519491231002X，卡号6222021234567890128，电话13800138000")
    everything = str(citizen.after(0)) + str(bot.runs()) + bot.log()
    assert "11010519491231002X" not in everything
    assert "6222021234567890128" not in everything
    assert "13800138000" in bot.texts()[0]


def test_a_button_runs_its_payload_once_and_is_dead_then(bot: Bot, citizen: Client) -> None:
    door = citizen.after(0)["messages"][0]["buttons"][1]
    assert citizen.post(button=door["id"]).status_code == 200
    assert bot.texts() == ["/door_1"]
    shown = citizen.after(0)["messages"]
    assert shown[0]["buttons"][1]["used"] is True
    assert (shown[1]["speaker"], shown[1]["text"]) == ("citizen", "我要投诉")
    again = citizen.post(button=door["id"])
    assert (again.status_code, again.json()["code"]) == (409, "button_used")
    assert bot.texts() == ["/door_1"]


def test_a_button_of_somebody_else_is_unknown(bot: Bot, citizen: Client) -> None:
    other = bot.client().greeted()
    foreign = other.after(0)["messages"][0]["buttons"][0]["id"]
    answer = citizen.post(button=foreign)
    assert (answer.status_code, answer.json()["code"]) == (404, "button_unknown")
    assert citizen.post(button=["x"]).status_code == 422


def test_the_contact_card_becomes_one_command(bot: Bot, citizen: Client) -> None:
    card = {"contact_name": "王小明", "contact_phone": "13800138000", "contact_address": "云泽市\n和平路8号"}
    assert citizen.post(card=card).status_code == 200
    assert bot.texts() == [
        '/give_contact{"contact_name": "王小明", "contact_phone": "13800138000", "contact_address": "云泽市 和平路8号"}'
    ]
    assert citizen.after(0)["messages"][1]["text"] == "王小明，13800138000，云泽市 和平路8号"
    assert citizen.post(card={"slot": "x"}).status_code == 422


def test_the_form_strip_comes_with_every_answer(citizen: Client) -> None:
    strip = {"title": "投诉草稿", "filled": 5, "missing": 2}
    assert citizen.post(text="在吗").json()["form"] is None
    assert citizen.post(text="能退吗").json()["form"] == strip
    assert citizen.after(0)["form"] == strip


def test_waiting_for_news_ends_when_there_is_some(citizen: Client) -> None:
    seq = citizen.after(0)["last_seq"]
    heard: list[dict] = []
    waiting = threading.Thread(target=lambda: heard.append(citizen.after(seq, wait=20)))
    began = time.monotonic()
    waiting.start()
    time.sleep(0.3)
    citizen.say("在吗")
    waiting.join()
    assert time.monotonic() - began < 5
    assert heard[0]["messages"][0]["text"] == "在吗"


@pytest.mark.parametrize("query", [{"after": "x"}, {"after": "-5"}, {"after": "nan"}, {"after": "inf", "wait": "nan"}])
def test_nonsense_in_the_address_is_no_breakdown(citizen: Client, query: dict) -> None:
    answer = requests.get(f"{citizen.base}/chat/messages", params=query, headers=citizen.headers, timeout=10)
    assert answer.status_code == 200

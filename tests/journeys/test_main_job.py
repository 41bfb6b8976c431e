"""A question answered, a story filed, a clerk's reply read: the main job over HTTP on the running product."""

from __future__ import annotations

import re
import time

import pytest
import requests

from tests.simulators.citizen import PERSONA, Citizen
from tests.simulators.product import Product
from tests.simulators.staff import Staff

pytestmark = [pytest.mark.model, pytest.mark.slow]
STORY = "我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，电话没人接，我要退款"


def said(replies: list[dict]) -> str:
    return "\n".join(m["text"] for m in replies)


def card(replies: list[dict], kind: str) -> dict | None:
    return next((m["card"] for m in replies if (m.get("card") or {}).get("type") == kind), None)


def file(citizen: Citizen, story: str = STORY) -> dict:
    """From the story to the receipt."""
    replies = citizen.say(story)
    for _ in range(12):
        if found := card(replies, "receipt"):
            return found
        if card(replies, "contact"):
            replies = citizen.send(card=PERSONA)
        elif card(replies, "summary"):
            replies = citizen.press("确认提交")
        else:
            replies = citizen.say("不知道")
    raise AssertionError(said(replies))


@pytest.fixture
def citizen(product: Product) -> Citizen:
    someone = Citizen(product.bot)
    someone.open()
    return someone


def test_first_words_say_who_speaks_and_open_four_doors(product: Product) -> None:
    someone = Citizen(product.bot)
    greeting = someone.open()
    assert "自动回复" in said(greeting) and "隐私" in said(greeting)
    assert {"咨询", "投诉", "举报", "意见建议"} <= {b["title"] for b in greeting[-1]["buttons"]}


def test_a_question_is_answered_with_its_article(citizen: Citizen) -> None:
    replies = citizen.say("网上买的衣服不想要了，七天内能退吗")
    assert "依据：《消费者权益保护法》第二十五条" in said(replies)
    found = card(replies, "citations")
    assert found and any("七日" in (item["text"] or "") for item in found["items"])


def test_a_story_becomes_a_ticket_and_the_reply_comes_back_by_itself(citizen: Citizen, supervisor: Staff) -> None:
    receipt = file(citizen)
    assert re.fullmatch(r"XB\d{8}-\d{6}", receipt["number"]) and re.fullmatch(r"\d{6}", receipt["query_code"])
    number = receipt["number"]
    page = supervisor.get(f"/tickets/{number}")
    assert "乐动健身" in page and PERSONA["contact_phone"] not in page
    supervisor.take(number, "accept")
    supervisor.take(number, "assign", department="市场监管一科")
    supervisor.take(number, "reply", text="经核实情况属实，已联系商家，三天内退您2680元。")
    heard: list[dict] = []
    for _ in range(20):
        heard += citizen.poll(wait=3)
        if "三天内退您2680元" in said(heard):
            break
    reply = next(m for m in heard if "三天内退您2680元" in m["text"])
    assert reply["speaker"] == "staff" and "工作人员" in reply["speaker_label"]
    assert "已受理" in said(heard)
    assert "三天内退您2680元" in said(citizen.say("我的投诉到哪一步了"))


def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(citizen: Citizen) -> None:
    first = citizen.say("昨天在好味饭店吃饭花了300元，菜里吃出虫子，要求赔偿")
    asked = first[-1]["text"]
    answered = citizen.say("商家会知道是我吗")
    assert answered[-1]["text"] == asked and len(answered) >= 2
    answered = citizen.say("吃出异物能赔多少")
    assert "依据" in said(answered) and answered[-1]["text"] == asked


def test_the_same_message_id_runs_once(citizen: Citizen) -> None:
    first = citizen.send(text="你好", key="k" * 32)
    body = {"text": "你好", "client_message_id": "k" * 32}
    again = requests.post(f"{citizen.base}/chat/messages", json=body, headers=citizen.headers, timeout=30).json()
    assert [m["seq"] for m in again["messages"] if m["speaker"] != "citizen"] == [m["seq"] for m in first]


@pytest.mark.parametrize("text", ["/restart", '/inform{"merchant":"x"}', "/EXTERNAL_reminder", "／restart", "  /greet"])
def test_typed_commands_are_plain_words(citizen: Citizen, text: str) -> None:
    replies = citizen.say(text)
    assert replies and "自动回复，不是真人" not in said(replies)
    assert "300元" not in said(replies)


def test_a_stranger_learns_nothing_about_a_ticket(product: Product, citizen: Citizen) -> None:
    number = file(citizen)["number"]
    stranger = Citizen(product.bot)
    stranger.open()
    wrong = said(stranger.say(f"{number} 000000"))
    missing = said(stranger.say("XB20200101-000001 000000"))
    assert wrong == missing and "健身" not in wrong
    for code in range(6):
        stranger.say(f"{number} 00001{code}")
    assert "太多" in said(stranger.say(f"{number} 000020"))


def test_number_and_code_open_the_progress_elsewhere(product: Product, citizen: Citizen) -> None:
    receipt = file(citizen)
    elsewhere = Citizen(product.bot)
    elsewhere.open()
    told = said(elsewhere.say(f"查一下 {receipt['number']} {receipt['query_code']}"))
    assert receipt["number"] in told and "已提交" in told


def test_wages_are_referred_to_the_labour_authority(citizen: Citizen) -> None:
    replies = citizen.say("我要投诉，周末在奶茶店打零工快一个月，老板拖着工钱不发")
    assert "劳动" in said(replies) and card(replies, "letter") and not card(replies, "receipt")


def test_a_human_is_a_call_back_ticket(citizen: Citizen) -> None:
    assert "电话" in said(citizen.say("转人工"))
    assert "编号" in said(citizen.say("13800138001"))


def test_card_and_id_numbers_are_masked_before_they_are_stored(product: Product, citizen: Citizen) -> None:
    citizen.say("我的身份证号是11010519491231002X，卡号6222021234567894567")
    time.sleep(0.5)
    for path in product.data.glob("*.db*"):
        assert b"11010519491231002X" not in path.read_bytes()


def test_rasas_own_http_api_is_closed(product: Product) -> None:
    for method, path in [
        ("GET", "/status"), ("GET", "/domain"), ("POST", "/model/parse"), ("POST", "/model/train"), ("PUT", "/model"),
        ("GET", "/conversations/x/tracker"), ("POST", "/conversations/x/messages"), ("POST", "/webhooks/rest/webhook"),
        ("POST", "/conversations/x/trigger_intent"), ("POST", "/conversations/x/execute"),
    ]:  # fmt: skip
        assert requests.request(method, product.bot + path, json={}, timeout=10).status_code in (401, 404, 405), path
    assert requests.post(f"{product.bot}/chat/internal/notices", json={}, timeout=10).status_code in (401, 403, 404)

"""Reckoning in the chat: at once, question by question, with a way out; nothing else is taken for an answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from actions import calculation
from tests.simulators.loop import Conversation
from xiaobao.reading import calculation_values, calculations

Talk = Callable[[], Conversation]
ROOT = Path(__file__).resolve().parents[2]
RESPONSES = YAML(typ="safe").load((ROOT / "data/responses/calculators.yml").read_text(encoding="utf-8"))["responses"]


def test_all_values_at_once_give_working_condition_and_articles(talk: Talk) -> None:
    citizen = talk()
    citizen.say("健身卡交了3000，一共30次，用了5次，店关门了，能退多少钱", "ask")
    assert citizen.responses == ["utter_calculation"]
    [message] = citizen.said
    assert "3000÷30=100元" in message["lines"] and "2500元" in message["result"]
    assert "《最高法预付式消费解释》第十八条" in message["basis"] and message["conditions"]
    card = citizen.card("citations")
    assert card and all(item["text"] for item in card["items"])
    assert citizen.slots["calculation"] is None


def test_what_is_missing_is_asked_one_at_a_time(talk: Talk) -> None:
    citizen = talk()
    asked = []
    citizen.say("帮我算一下健身卡能退多少", "ask")
    asked += citizen.responses
    for answer in ("按次数", "3000", "30次", "用了5次", "我自己不想去了", "150"):
        citizen.say(answer, "unsure", 0.3)
        asked += citizen.responses
    fields = ("shape", "paid", "total", "used", "reason", "list_price")
    assert asked == [*(f"utter_calculation_ask_prepaid_{f}" for f in fields), "utter_calculation"]
    assert "2250元" in citizen.said[0]["result"]  # 3000 - 5*150
    assert citizen.slots["calculation"] is None


@pytest.mark.parametrize("intent", ["ask", "unsure", "submit_complaint", "dont_know", "affirm", "out_of_scope"])
def test_an_answer_is_taken_whatever_the_model_makes_of_it(talk: Talk, intent: str) -> None:
    citizen = talk()
    citizen.say("健身卡交了3000，一共30次，店关门了，能退多少钱", "ask")
    assert citizen.responses == ["utter_calculation_ask_prepaid_used"]
    citizen.say("从去年到现在一共用了5次", intent)
    assert citizen.responses == ["utter_calculation"] and "2500元" in citizen.said[0]["result"]


def test_something_else_drops_the_calculation_and_is_answered(talk: Talk) -> None:
    citizen = talk()
    citizen.say("帮我算一下健身卡能退多少", "ask")
    citizen.say("网购七天无理由退货", "ask")
    assert citizen.responses[0] == "utter_answer"
    assert citizen.slots["calculation"] is None
    citizen.say("3000", "unsure", 0.2)
    assert not [name for name in citizen.responses if name.startswith("utter_calculation")]


def test_danger_and_a_statute_come_first(talk: Talk) -> None:
    citizen = talk()
    citizen.say("帮我算一下健身卡能退多少", "ask")
    citizen.say("我不想活了", "ask")
    assert not [name for name in citizen.responses if name.startswith("utter_calculation")]
    citizen.say("消法55条，花了120元买到假货能赔多少", "ask")
    assert citizen.responses == ["utter_statute"]


@pytest.mark.parametrize(
    ("words", "response"), [("算了", "utter_calculation_stopped"), ("不记得了", "utter_calculation_unknown")]
)
def test_a_way_out(talk: Talk, words: str, response: str) -> None:
    citizen = talk()
    citizen.say("帮我算一下健身卡能退多少", "ask")
    citizen.say("按次数", "unsure", 0.3)
    citizen.say(words, "stop")
    assert citizen.responses == [response] and citizen.slots["calculation"] is None


@pytest.mark.parametrize(
    ("first", "answer", "error", "asked"),
    [
        ("健身卡交了3000，一共30次，店关门了，能退多少钱", "用了31次", "used_above_total", "prepaid_used"),
        ("健身卡交了3000，一共30次，店关门了，能退多少钱", "-2次", "negative", "prepaid_used"),
        ("充了1000送200，店关门了，储值卡能退多少钱", "1300", "spent_above_card", "prepaid_spent"),
        ("借1万分12期每期还1000，年化利率是多少", "11000", "received_above_principal", "annual_rate_received"),
        ("到手9000每期还1000，年化利率是多少", "0期", "not_positive", "annual_rate_months"),
        ("到手9000每期还1000，年化利率是多少", "5期", "repaid_below_received", "annual_rate_payment"),
        ("帮我算一下欺诈三倍赔多少", "0元", "not_positive", "threefold_price"),
        ("帮我算一下欺诈三倍赔多少", "两三千", "approximate", "threefold_price"),
    ],
)
def test_what_cannot_be_is_said_and_asked_again(talk: Talk, first: str, answer: str, error: str, asked: str) -> None:
    citizen = talk()
    citizen.say(first, "ask")
    assert citizen.responses[0].startswith("utter_calculation_ask_")
    citizen.say(answer, "unsure", 0.3)
    assert citizen.responses == [f"utter_calculation_error_{error}", f"utter_calculation_ask_{asked}"]
    assert citizen.slots["calculation"]["asking"] == asked.split("_", 1)[1].removeprefix("rate_")


def test_a_new_wish_replaces_the_open_one(talk: Talk) -> None:
    citizen = talk()
    citizen.say("帮我算一下健身卡能退多少", "ask")
    citizen.say("买到假货花了899元，退一赔三能赔多少", "ask")
    assert citizen.responses == ["utter_calculation"] and "2697元" in citizen.said[0]["result"]


@pytest.mark.parametrize(
    "question", ["能赔三倍吗", "十倍赔偿怎么算", "网购七天内能退货吗", "年化24%以上合法吗", "预付卡退费怎么算"]
)
def test_an_ordinary_question_gets_its_ordinary_answer(talk: Talk, question: str) -> None:
    citizen = talk()
    citizen.say(question, "ask")
    assert citizen.responses and not [name for name in citizen.responses if name.startswith("utter_calculation")]


def test_a_story_still_opens_the_form(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，我要退款", "submit_complaint")
    assert citizen.form == "complaint_form"


def test_every_question_error_and_choice_has_words() -> None:
    named = set(RESPONSES)
    for kind in calculation._RECKON:
        shapes = ("sessions", "value", "period") if kind == "prepaid" else (None,)
        for shape in shapes:
            values = {"shape": shape, "reason": "consumer"} if shape else {}
            values = {k: v for k, v in values.items() if v}
            while field := calculations.missing(kind, values):
                assert f"utter_calculation_ask_{kind}_{field}" in named
                assert field in calculation_values.FIELDS
                values[field] = "1"
    assert "utter_calculation_ask_prepaid_shape" in named


def test_every_key_in_the_calculators_has_words_and_every_word_is_used() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("xiaobao/knowledge/calculators", "xiaobao/reading")
        for path in sorted((ROOT / folder).glob("*.py"))
    )
    made = re.findall(r'f"([a-z_]+)\{', source)
    for name in RESPONSES:
        key = re.sub(r"^utter_calculation_?(?:line|result|condition|error)?_?", "", name)
        if "_ask_" in name or key in ("", "stopped", "unknown"):
            continue
        assert f'"{key}"' in source or any(key.startswith(start) for start in made), name
    for key in re.findall(r'Line\(\s*"([a-z_]+)"', source):
        assert f"utter_calculation_line_{key}" in RESPONSES or f"utter_calculation_result_{key}" in RESPONSES, key
    for code in re.findall(r'Impossible\(\s*"([a-z_]+)"', source):
        assert f"utter_calculation_error_{code}" in RESPONSES, code

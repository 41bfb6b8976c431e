"""Sixty conversations with the running product: which topic, which articles, which buttons, and no number from nowhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.simulators.citizen import Citizen
from tests.simulators.product import Product
from xiaobao.knowledge import check, library
from xiaobao.knowledge.library import Library

pytestmark = [pytest.mark.model, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
DIALOGUES = YAML(typ="safe").load((ROOT / "tests" / "eval" / "dialogues.yml").read_text(encoding="utf-8"))
PLACEHOLDER = re.compile(r"\{\w+\}")


@pytest.fixture(scope="module")
def known() -> Library:
    return library.load(ROOT / "data" / "knowledge")


@pytest.fixture(scope="module")
def responses() -> dict[str, list[re.Pattern[str]]]:
    """Every response as a pattern of the text it makes."""
    found: dict[str, list[re.Pattern[str]]] = {}
    for path in (ROOT / "data" / "responses").glob("*.yml"):
        for name, variants in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["responses"].items():
            texts = [variant.get("text", "") for variant in variants]
            found[name] = [
                re.compile(".*?".join(map(re.escape, PLACEHOLDER.split(text.strip()))), re.DOTALL) for text in texts
            ]
    return found


def words(replies: list[dict[str, Any]]) -> str:
    return "\n".join(m["text"] for m in replies)


def titles(replies: list[dict[str, Any]]) -> list[str]:
    return [button["title"] for m in replies for button in m.get("buttons") or []]


def cited(replies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for m in replies if (m.get("card") or {}).get("type") == "citations" for item in m["card"]["items"]]


def told(known: Library, replies: list[dict[str, Any]]) -> set[str]:
    """Topics whose deciding sentence was said, or, after 找谁, all of where to go."""
    text = words(replies)
    return {
        topic.id
        for topic in known.topics.values()
        if topic.first in text or (topic.where and all(place in text for place in topic.where))
    }


def offered(known: Library, replies: list[dict[str, Any]]) -> set[str]:
    """Topics whose question stands on a button."""
    shown = set(titles(replies))
    return {topic.id for topic in known.topics.values() if topic.question in shown}


def numbers_from_nowhere(known: Library, replies: list[dict[str, Any]], topics: set[str], said: str) -> set[str]:
    """Numbers with a unit that neither a topic told before, an article, a button nor the citizen carries."""
    text = words(replies)
    sources = "\n".join(known.topics[name].body for name in topics) + said
    sources += "\n".join(str(item.get("text")) + str(item.get("effective")) for item in cited(replies))
    sources += "\n".join(titles(replies))
    laws = {(c.law, c.article) for name in topics for c in known.topics[name].citations}
    sources += "\n".join(str(known.laws[law].articles.get(article or "")) for law, article in laws)
    quoted = re.findall(r"《([^》]+)》(第\w+条)", text)
    sources += "\n".join(str(known.laws[law].articles.get(article)) for law, article in quoted if law in known.laws)
    statutes = "\n".join(str(item.get("text")) for item in cited(replies))
    free = text.replace(statutes, "") if statutes else text
    return {number for number in check.figures_in(free) if number not in sources}


def judge(
    turn: dict[str, Any], replies: list[dict[str, Any]], topics: set[str], said: str, form: Any, known: Library,
    responses: dict[str, list[re.Pattern[str]]],
) -> list[str]:  # fmt: skip
    """What is wrong with one turn."""
    text, wrong = words(replies), []
    if not text.strip():
        wrong.append("silence")
    now = told(known, replies)
    if "finds" in turn and not set(turn["finds"]) & (now | offered(known, replies)):
        wrong.append(f"finds {sorted(now)}, offers {sorted(offered(known, replies))}")
    if "tells" in turn and not set(turn["tells"]) & now:
        wrong.append(f"tells {sorted(now)}")
    if "cites" in turn:
        law, *article = turn["cites"] if isinstance(turn["cites"], list) else [turn["cites"]]
        shown = "\n".join(f"《{i['law']}》{i['article']}" for i in cited(replies)) + text
        if law not in shown or (article and article[0] not in shown):
            wrong.append(f"cites {shown[:80]}")
    for item in cited(replies):
        articles = known.laws[item["law"]].articles
        if item["article"] is not None and item["article"] not in articles:
            wrong.append(f"no such article: {item['law']} {item['article']}")
        elif item.get("text") and item["text"] != articles[item["article"]]:
            wrong.append(f"not the article's words: {item['law']} {item['article']}")
    if "response" in turn and not any(p.search(text) for name in turn["response"] for p in responses[name]):
        wrong.append(f"says {text[:60]}")
    if missing := set(turn.get("buttons", ())) - set(titles(replies)):
        wrong.append(f"no button {missing}")
    shown = text + "".join(str(m.get("card") or "") for m in replies)
    wrong += [f"{value} is not read back" for value in turn.get("slots", ()) if value not in shown]
    if "form" in turn and bool(form) != bool(turn["form"]):
        wrong.append("a form is open" if form else "no form is open")
    if "number" in turn:
        if turn["number"] not in text.replace(",", ""):
            wrong.append(f"no {turn['number']} in {text[:80]}")
    elif not turn.keys() & {"response", "reckons"} and (
        strange := numbers_from_nowhere(known, replies, topics | now, said)
    ):
        wrong.append(f"numbers from nowhere {sorted(strange)}")
    return wrong


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=[d["name"] for d in DIALOGUES])
def test_a_conversation_goes_as_it_should(product: Product, known: Library, responses: Any, dialogue: dict) -> None:
    citizen = Citizen(product.bot)
    citizen.open()
    topics: set[str] = set()
    said, wrong = "", []
    for number, turn in enumerate(dialogue["turns"], 1):
        replies = citizen.say(turn["say"]) if "say" in turn else citizen.press(turn["press"])
        said += str(turn.get("say", ""))
        found = judge(turn, replies, topics, said, citizen.form, known, responses)
        wrong += [f"{number} {turn.get('say') or turn['press']}: {one}" for one in found]
        topics |= told(known, replies)
    assert wrong == []


def test_the_judge_sees_what_is_wrong(known: Library, responses: Any) -> None:
    """The judge itself: another topic, an invented article, changed words, a number from nowhere, silence."""
    topic = known.topics["net-01"]
    good = [{"text": topic.first, "card": None, "buttons": []}]

    def find(turn: dict[str, Any], replies: list[dict[str, Any]]) -> list[str]:
        return judge(turn, replies, set(), "", None, known, responses)

    card = {"type": "citations", "items": [{"law": "消费者权益保护法", "article": "第二十五条", "text": "别的话"}]}
    absent = {"type": "citations", "items": [{"law": "消费者权益保护法", "article": "第九百条", "text": None}]}
    assert find({"finds": ["net-01"]}, good) == []
    assert find({"finds": ["net-02"]}, good)
    assert find({}, [{"text": topic.first + "最多能赔九百元。"}]) == ["numbers from nowhere ['九百元']"]
    assert find({}, [{"text": topic.first, "card": card}])
    assert find({}, [{"text": topic.first, "card": absent}])
    assert find({}, [{"text": " "}]) == ["silence"]
    assert find({"form": "complaint_form"}, good)
    assert find({"response": ["utter_danger_now"]}, good)

"""YAML and Python in step: actions, slots, responses, payloads and words."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any, get_origin

import pytest
from ruamel.yaml import YAML

import actions
from actions import base, draft, questions, summary

ROOT = Path(__file__).resolve().parents[2]


def yaml(path: Path) -> dict[str, Any]:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}


DOMAIN = yaml(ROOT / "domain.yml")
RESPONSES: dict[str, list[dict[str, Any]]] = {}
for _path in sorted((ROOT / "data" / "responses").glob("*.yml")):
    RESPONSES |= yaml(_path).get("responses") or {}
# Notices are named in the workflow, units of numbers in bot/components/patterns.py are no sentences.
SOURCES = {
    p: p.read_text(encoding="utf-8")
    for d in ("actions", "bot", "xiaobao/tickets")
    for p in sorted((ROOT / d).rglob("*.py"))
}
RULES = "\n".join(
    p.read_text(encoding="utf-8") for d in ("rules", "stories") for p in sorted((ROOT / "data" / d).glob("*.yml"))
)


def written_actions() -> dict[str, type]:
    found: dict[str, type] = {}
    for module in pkgutil.iter_modules(actions.__path__):
        if module.name.startswith("__"):
            continue
        for _, kind in inspect.getmembers(importlib.import_module(f"actions.{module.name}"), inspect.isclass):
            if get_origin(kind) is None and issubclass(kind, base.XiaobaoAction) and not inspect.isabstract(kind):
                found[kind().name()] = kind
    return found


def literals(path: Path) -> list[str]:
    tree = ast.parse(SOURCES[path])
    docs = {
        id(n.body[0].value)
        for n in ast.walk(tree)
        if isinstance(n, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and n.body
        and isinstance(n.body[0], ast.Expr)
    }
    return [
        n.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs
    ]


def test_every_action_written_is_declared_and_every_declared_is_written() -> None:
    assert set(written_actions()) == set(DOMAIN["actions"])


def test_every_form_question_has_words_or_an_action() -> None:
    for form, spec in DOMAIN["forms"].items():
        for slot in spec["required_slots"]:
            assert f"utter_ask_{form}_{slot}" in RESPONSES or f"action_ask_{form}_{slot}" in DOMAIN["actions"], (
                form,
                slot,
            )


def test_every_slot_that_can_be_asked_again_has_a_question() -> None:
    for slot in summary.SHOWN:
        slot = "contact_name" if slot in draft.CONTACT else slot
        names = {
            f"utter_ask_complaint_form_{slot}",
            f"action_ask_complaint_form_{slot}",
            f"utter_ask_report_form_{slot}",
        }
        assert names & (set(RESPONSES) | set(DOMAIN["actions"])), slot


def test_every_draft_slot_is_declared() -> None:
    assert set(draft.VALUES) | set(draft.BOOKKEEPING) <= set(DOMAIN["slots"])


def test_every_slot_set_or_read_by_name_is_declared() -> None:
    pattern = re.compile(r"(?:SlotSet|get_slot|turn\.slot)\(\"([a-z_]+)\"")
    used = {name for source in SOURCES.values() for name in pattern.findall(source)} - {"requested_slot"}
    assert used <= set(DOMAIN["slots"])


def test_required_slots_are_what_the_questions_ask() -> None:
    for form, spec in DOMAIN["forms"].items():
        assert set(spec["required_slots"]) <= set(DOMAIN["slots"]), form
    assert questions.order.__doc__


def test_every_response_named_in_code_or_rules_exists() -> None:
    named = set(re.findall(r"\b(utter_[a-z_0-9A-Z]+)\b", RULES))
    for path in SOURCES:
        for text in literals(path):
            if re.fullmatch(r"utter_[a-zA-Z_0-9]+", text) and not text.endswith("_"):
                named.add(text)
    assert named - set(RESPONSES) == set()


def test_every_title_and_button_used_exists() -> None:
    for path, source in SOURCES.items():
        for name in re.findall(r"turn\.button\(\s*\"([a-z_]+)\"", source):
            if name not in ("topic",):
                assert f"utter_button_{name}" in RESPONSES, (path, name)
    for slot in (*summary.SHOWN, "form_complaint", "form_report", "form_suggestion"):
        assert f"utter_title_{slot}" in RESPONSES, slot


def test_no_response_is_dead() -> None:
    desk = (p.read_text(encoding="utf-8") for p in sorted((ROOT / "xiaobao" / "desk").glob("*.py")))
    text = "\n".join([*SOURCES.values(), *desk]) + RULES
    words = set(re.findall(r"\w+", text))
    made = [re.sub(r"\\{[^}]*\\}", ".+", re.escape(n)) for n in re.findall(r"f\"(utter_[^\"]*\{[^\"]*)\"", text)]
    dead = [
        name
        for name in RESPONSES
        if name not in words
        and not any(re.fullmatch(pattern, name) for pattern in made)
        and not name.startswith(("utter_ask_", "utter_title_", "utter_button_"))
    ]
    assert dead == []


def test_every_placeholder_is_a_slot_or_a_keyword_somebody_passes() -> None:
    source = "\n".join(SOURCES.values()) + "\n".join(
        p.read_text(encoding="utf-8") for p in (ROOT / "xiaobao").rglob("*.py")
    )
    passed = {a or b for a, b in re.findall(r"\b([a-z_]+)\s*[=:]|\"([a-z_]+)\"", source)}
    for name, variants in RESPONSES.items():
        for variant in variants:
            for field in re.findall(r"(?<!\{)\{([a-z_]+)\}(?!\})", variant.get("text", "")):
                assert field in DOMAIN["slots"] or field in passed, (name, field)


def test_button_payloads_name_known_intents_and_entities() -> None:
    intents = {i if isinstance(i, str) else next(iter(i)) for i in DOMAIN["intents"]}
    for name, variants in RESPONSES.items():
        for button in (b for v in variants for b in v.get("buttons", [])):
            found = re.fullmatch(r"/([a-z_]+)(\{\{.*\}\})?", button["payload"])
            assert found and found.group(1) in intents, (name, button)
            assert set(re.findall(r'"([a-z_]+)":', found.group(2) or "")) <= set(DOMAIN["entities"]), (name, button)


def test_code_sends_only_known_intents_by_button() -> None:
    intents = set(DOMAIN["intents"])
    for source in SOURCES.values():
        for intent in re.findall(r"turn\.button\(\s*f?\"[^\"]+\",\s*\"([a-z_]+)\"", source):
            assert intent in intents


def test_no_chinese_sentence_stands_in_python_of_the_bot() -> None:
    sentence = re.compile(r"[一-鿿]{2,}[，。？！；]|[一-鿿]{9,}")
    for path in SOURCES:
        if "tickets" in path.parts or path.name == "patterns.py":
            continue
        for text in literals(path):
            assert not sentence.search(re.sub(r"\[[^\]]*\]|\([^)]*\)", "", text)), (path.name, text)


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_the_bot_speaks_plainly(name: str) -> None:
    banned = ("！", "!", "予以", "贵方", "敬请", "相关部门", "尊敬的")
    for variant in RESPONSES[name]:
        assert not [w for w in banned if w in (variant.get("text") or "")]


def test_every_error_code_has_its_words() -> None:
    errors = importlib.import_module("xiaobao.tickets.errors")
    codes = [
        kind.code
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.TicketError) and kind is not errors.TicketError
    ]
    assert codes
    for code in codes:
        assert f"utter_error_{code}" in RESPONSES, code


ONLY_ON_THE_WEBSITE = ("左下角", "右上角", "页面底部", "这张卡，", "点上面", "点一下", "下载", "“+”")


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_nobody_on_wechat_is_pointed_at_parts_of_the_website(name: str) -> None:
    if name.startswith("utter_channel_"):
        return  # those of the website's own errors
    plain = [one for one in RESPONSES[name] if "channel" not in one]
    own = [one for one in RESPONSES[name] if one.get("channel") == "wechat"]
    assert plain and plain[0] is RESPONSES[name][0], "words placed by code are those of the first variant"
    for one in own or plain:
        text = str(one.get("text", ""))
        assert not [word for word in ONLY_ON_THE_WEBSITE if word in text and "网页" not in text], text
    for one in own:
        assert set(re.findall(r"{(\w+)}", one["text"])) <= set(re.findall(r"{(\w+)}", plain[0]["text"]))
        assert one.get("buttons") == plain[0].get("buttons")

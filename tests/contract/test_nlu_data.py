"""The wordings under data/nlu: enough of them, unlike each other, each in one intent, every intent declared."""

from __future__ import annotations

import collections
import itertools
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
WIDE = {"ask", "submit_complaint", "submit_report", "out_of_scope"}
# Sent by buttons and cards only, or set by the classifier: nobody types them.
NOT_TYPED = {
    "unsure",
    "show_article",
    "expand",
    "rate_answer",
    "pick_topic",
    "none_of_these",
    "give_contact",
    "give_facts",
    "answer_slot",
    "file_other",
    "start_over",
    "ask_letter",
    "decide_unsure",
    "decide_sound",
    "human_left",
    "my_data",  # typed, certain words alone lead there (reading/my_data.py)
    "take_over_ticket",
    "reissue_code",
    "amend_ticket",  # 单子里金额写错了 is correct_answer or supplement_ticket to the model
}
MOST_ALIKE = 0.6


def wordings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = collections.defaultdict(list)
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for item in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = item["examples"].splitlines()
            assert all(line.startswith("- ") for line in lines if line.strip()), f"{path.name}: {item['intent']}"
            found[item["intent"]] += [line[2:].strip() for line in lines if line.strip()]
    return found


WORDINGS = wordings()


def trigrams(text: str) -> set[str]:
    return {text[i : i + 3] for i in range(max(1, len(text) - 2))}


def likeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def test_every_intent_of_the_domain_has_wordings_or_is_known_not_to_be_typed() -> None:
    declared = set(YAML(typ="safe").load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"])
    assert declared == set(WORDINGS) | NOT_TYPED


@pytest.mark.parametrize("intent", sorted(WORDINGS))
def test_an_intent_has_many_wordings_and_none_is_a_copy_of_another(intent: str) -> None:
    texts = WORDINGS[intent]
    assert len(texts) >= (150 if intent in WIDE else 48)
    grams = [trigrams(text) for text in texts]
    alike = [
        (texts[i], texts[j])
        for i, j in itertools.combinations(range(len(texts)), 2)
        if likeness(grams[i], grams[j]) >= MOST_ALIKE
    ]
    assert not alike


def test_the_same_words_stand_in_one_intent_only() -> None:
    intents: dict[str, set[str]] = collections.defaultdict(set)
    for intent, texts in WORDINGS.items():
        for text in texts:
            intents[text].add(intent)
    assert not {text: found for text, found in intents.items() if len(found) > 1}


def test_wordings_hold_no_markup_of_rasa_and_no_leading_slash() -> None:
    """`[..](..)` would become an entity, a leading / a command."""
    texts = list(itertools.chain.from_iterable(WORDINGS.values()))
    assert not [text for text in texts if "](" in text or text.startswith("/")]


def test_held_out_wordings_were_not_copied_into_the_training_data() -> None:
    """Two people may hit on the same short words; more than a few is copying. Says how many, never which."""
    path = ROOT / "tests" / "eval" / "nlu_heldout.yml"
    items = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]
    held = [line[2:].strip() for item in items for line in item["examples"].splitlines() if line.startswith("- ")]
    trained = set(itertools.chain.from_iterable(WORDINGS.values()))
    copied = sum(len(text) >= 6 and text in trained for text in held)
    assert copied <= len(held) // 100

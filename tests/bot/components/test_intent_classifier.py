"""Training, keeping, loading and being unsure; on real Rasa storage, with a small set of wordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.intent_classifier import Decision, IntentClassifier, features
from bot.components.normaliser import Normaliser
from bot.components.words import Words

WORDINGS = {
    "submit_complaint": [
        "我要投诉",
        "投诉商家",
        "帮我投诉这家店",
        "店关门了不退钱",
        "买的手机坏了不给退",
        "健身房跑路了",
    ],
    "ask": ["七天能退货吗", "怎么退货", "保修多久", "退货运费谁出", "定金能退吗", "发票丢了怎么办"],
    "request_human": ["转人工", "人工客服", "找个真人", "叫你们客服来", "我要人工", "换个人跟我说"],
}


def prepared(texts: list[tuple[str, str | None]]) -> list[Message]:
    messages = [Message({TEXT: text, **({INTENT: intent} if intent else {})}) for text, intent in texts]
    Normaliser().process(messages)
    Words(Words.get_default_config(), None, None).process(messages)  # type: ignore[arg-type]
    return messages


def training_data() -> TrainingData:
    return TrainingData(prepared([(text, intent) for intent, texts in WORDINGS.items() for text in texts]))


def fresh(folder: Path, **config: Any) -> tuple[IntentClassifier, LocalModelStorage, Resource]:
    folder.mkdir(parents=True, exist_ok=True)
    storage, resource = LocalModelStorage(folder), Resource("intent_classifier")
    return IntentClassifier.create(config, storage, resource, ExecutionContext(GraphSchema({}))), storage, resource


def trained(folder: Path, **config: Any) -> IntentClassifier:
    classifier, storage, resource = fresh(folder, **config)
    classifier.train(training_data())
    return IntentClassifier.load(config, storage, resource, ExecutionContext(GraphSchema({})))


def recognised(classifier: IntentClassifier, text: str) -> Message:
    (message,) = classifier.process(prepared([(text, None)]))
    return message


def test_what_was_trained_is_recognised_after_loading_from_the_archive(tmp_path: Path) -> None:
    classifier = trained(tmp_path, threshold=0.0, margin=0.0)
    for text, intent in [("我要投诉一家店", "submit_complaint"), ("货能退吗", "ask"), ("转人工吧", "request_human")]:
        message = recognised(classifier, text)
        assert message.get(INTENT)["name"] == intent
        assert message.get("intent_ranking")[0] == message.get(INTENT)


def test_the_ranking_holds_probabilities_that_fall_and_sum_to_one(tmp_path: Path) -> None:
    ranking = recognised(trained(tmp_path), "我要投诉").get("intent_ranking")
    confidences = [entry["confidence"] for entry in ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1.0)
    assert all(type(confidence) is float for confidence in confidences)  # the tracker stores them as JSON


def test_below_the_threshold_the_intent_is_unsure_and_the_true_ranking_stays(tmp_path: Path) -> None:
    message = recognised(trained(tmp_path, threshold=1.01), "我要投诉")
    assert message.get(INTENT)["name"] == "unsure"
    assert message.get("unsure") is True
    assert message.get("intent_ranking")[0]["name"] == "submit_complaint"
    assert message.get(INTENT)["confidence"] == message.get("intent_ranking")[0]["confidence"]


def test_a_small_lead_is_unsure_too(tmp_path: Path) -> None:
    assert recognised(trained(tmp_path, threshold=0.0, margin=1.01), "转人工").get(INTENT)["name"] == "unsure"
    assert recognised(trained(tmp_path / "sure", threshold=0.0, margin=0.0), "转人工").get("unsure") is False


@pytest.mark.parametrize("text", ["🐢", "ⴲⴳⴴ", "", "qwx"])
def test_a_message_in_which_nothing_is_known_is_unsure_at_any_threshold(tmp_path: Path, text: str) -> None:
    message = recognised(trained(tmp_path, threshold=0.0, margin=0.0), text)
    assert message.get(INTENT)["name"] == "unsure"
    assert len(message.get("intent_ranking")) >= 2


def test_training_twice_gives_the_same_weights(tmp_path: Path) -> None:
    first, second = (trained(tmp_path / name)._decision for name in ("a", "b"))
    assert first and second
    assert list(first.vocabulary) == list(second.vocabulary)
    assert np.array_equal(first.weights, second.weights)
    assert first.temperature == second.temperature


def test_what_is_kept_holds_no_pickle(tmp_path: Path) -> None:
    trained(tmp_path)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in kept} == {".json", ".npz"}
    assert Decision.read(kept[0].parent).intents == sorted(WORDINGS)


def test_training_without_wordings_says_where_they_belong(tmp_path: Path) -> None:
    classifier, _, _ = fresh(tmp_path)
    with pytest.raises(RasaException, match="data/nlu"):
        classifier.train(TrainingData([]))


def test_an_archive_without_weights_does_not_load(tmp_path: Path) -> None:
    _, storage, resource = fresh(tmp_path)
    with pytest.raises(ValueError):
        IntentClassifier.load({}, storage, resource, ExecutionContext(GraphSchema({})))


def test_features_do_not_tell_one_number_from_another() -> None:
    assert features("我花了2680元", ["花", "2680"]) == features("我花了3999元", ["花", "3999"])
    assert features("xb20261124-000017", []) == features("xb20260101-000001", [])
    assert features("电话13800001111", []) != features("电话12345", []) or len("0000") == 4

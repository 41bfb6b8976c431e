"""What the citizen wants: characters and words, weighted by how telling they are, and one linear decision.

Chosen by measuring (docs/nlu.md). scikit-learn trains; what is kept is a vocabulary (JSON) and four arrays (npz,
no pickle), and a prediction is a sum of rows. Probabilities are calibrated on answers to examples that were held
back (temperature scaling), so that "not sure" means something: then the intent is `unsure`, and the true ranking
stays in `intent_ranking` for the question back.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import normaliser, patterns

UNSURE = "unsure"
LENGTHS = (2, 4, 8, 14, 24, 40, 80, 160)
DIGITS = re.compile(r"\d+")
SEED = 20261124


def features(text: str, words: list[str]) -> list[str]:
    """Everything the decision may look at in one plain spelling: characters in runs, words, pairs, ends and length."""
    text = patterns.TICKET_NUMBER.sub("№", text)
    # How many digits there are tells an amount from a telephone; which ones tells nothing.
    text = DIGITS.sub(lambda digits: "0" * min(len(digits.group()), 4), text)
    marked = f"^{text}$"
    found = [marked[i : i + n] for n in (1, 2, 3, 4) for i in range(len(marked) - n + 1)]
    words = [DIGITS.sub("0", word) for word in words]
    found += [f"word:{word}" for word in words]
    found += [f"pair:{first}:{second}" for first, second in itertools.pairwise(words)]
    found.append(f"length:{sum(len(text) > most for most in LENGTHS)}")
    return found


@dataclass(frozen=True)
class Decision:
    """The trained weights: one row a feature, one column an intent, rows already weighted by rarity."""

    vocabulary: dict[str, int]
    rarity: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    intents: list[str]
    temperature: float

    def scores(self, found: list[str]) -> np.ndarray:
        """Raw scores of the intents for the features of one message."""
        counts = Counter(index for name in found if (index := self.vocabulary.get(name)) is not None)
        if not counts:
            return self.bias
        rows = np.fromiter(counts.keys(), dtype=np.int64)
        values = (1.0 + np.log(np.fromiter(counts.values(), dtype=np.float64))) * self.rarity[rows]
        values /= math.sqrt(float(values @ values))
        return values @ self.weights[rows] + self.bias

    def probabilities(self, found: list[str]) -> np.ndarray:
        """Calibrated probabilities of the intents, in the order of `intents`."""
        return _softmax(self.scores(found)[None, :] / self.temperature)[0]

    def save(self, folder: Path) -> None:
        """Into a folder of the model archive."""
        names = {"vocabulary": list(self.vocabulary), "intents": self.intents, "temperature": self.temperature}
        (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
        with (folder / "weights.npz").open("wb") as file:
            np.savez(file, rarity=self.rarity, weights=self.weights, bias=self.bias)

    @classmethod
    def read(cls, folder: Path) -> Decision:
        """What `save` wrote."""
        names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            rarity, weights, bias = (arrays[name] for name in ("rarity", "weights", "bias"))
        vocabulary = {name: row for row, name in enumerate(names["vocabulary"])}
        return cls(vocabulary, rarity, weights, bias, names["intents"], names["temperature"])


def learn(examples: list[list[str]], intents: list[str], *, strength: float, folds: int) -> Decision:
    """Train on features and their intents; the same data give the same weights. `strength` is C of the regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.model_selection import StratifiedKFold

    vectorizer = TfidfVectorizer(analyzer=_as_is, sublinear_tf=True, min_df=2 if len(examples) > 500 else 1)
    matrix = vectorizer.fit_transform(examples)
    names = np.array(intents)
    regression = _regression(strength).fit(matrix, names)
    temperature = 1.0
    if min(Counter(intents).values()) >= folds:
        held_back = np.zeros((len(examples), len(regression.classes_)))
        for fit, rest in StratifiedKFold(folds, shuffle=True, random_state=SEED).split(matrix, names):
            held_back[rest] = _regression(strength).fit(matrix[fit], names[fit]).decision_function(matrix[rest])
        temperature = _temperature(held_back, np.searchsorted(regression.classes_, names))
    return Decision(
        vocabulary={name: row for row, name in enumerate(vectorizer.get_feature_names_out())},
        rarity=vectorizer.idf_.astype(np.float32),
        weights=regression.coef_.T.astype(np.float32),
        bias=regression.intercept_.astype(np.float32),
        intents=[str(name) for name in regression.classes_],
        temperature=temperature,
    )


def _as_is(found: list[str]) -> list[str]:
    return found


def _regression(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, class_weight="balanced", max_iter=200, tol=1e-3, random_state=SEED)


def _temperature(scores: np.ndarray, right: np.ndarray) -> float:
    """The one number by which scores are divided so that held-back probabilities fit best (Guo et al. 2017)."""
    tried = np.geomspace(0.1, 5.0, 200)
    rows = np.arange(len(right))
    losses = [-np.log(_softmax(scores / value)[rows, right] + 1e-12).mean() for value in tried]
    return float(tried[int(np.argmin(losses))])


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent):
    """Sets `intent`, `intent_ranking` (the true one) and `unsure` on each message."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Words must stand before it (see parent class)."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """See parent class."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See docs/nlu.md for how these were found.

        Unsure: the best probability is below `threshold`, or leads by less than `margin`.
        """
        return {"threshold": 0.4, "margin": 0.1, "ranking_length": 5, "strength": 20.0, "folds": 5}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Train again when this module or a spelling changes (see parent class)."""
        return normaliser.source_fingerprint(__file__, normaliser.__file__, patterns.__file__)

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, decision: Decision | None = None
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._decision = decision

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentClassifier:
        """Untrained (see parent class)."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentClassifier:
        """Trained (see parent class). Raises ValueError when the archive holds no weights."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Decision.read(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples with an intent and a text, and keep the weights in the model archive."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        intents = [str(example.get(INTENT)) for example in examples]
        if len(set(intents)) < 2:
            raise RasaException("IntentClassifier needs examples of at least two intents under data/nlu.")
        found = [_features_of(example) for example in examples]
        self._decision = learn(found, intents, strength=self._config["strength"], folds=self._config["folds"])
        with self._model_storage.write_to(self._resource) as folder:
            self._decision.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Recognise the messages."""
        for message in messages:
            self._recognise(message)
        return messages

    def _recognise(self, message: Message) -> None:
        if self._decision is None:
            raise RasaException("IntentClassifier is not trained.")
        found = _features_of(message)
        probabilities = self._decision.probabilities(found)
        best = np.argsort(-probabilities, kind="stable")
        names = self._decision.intents
        ranking = [
            {"name": names[index], "confidence": float(probabilities[index])}
            for index in best[: max(2, self._config["ranking_length"])]
        ]
        first, second = ranking[0]["confidence"], ranking[1]["confidence"]
        known = any(name in self._decision.vocabulary for name in found if _says_something(name))
        unsure = not known or first < self._config["threshold"] or first - second < self._config["margin"]
        intent = {"name": UNSURE, "confidence": first} if unsure else dict(ranking[0])
        message.set(INTENT, intent, add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
        message.set("unsure", unsure, add_to_output=True)


def _says_something(name: str) -> bool:
    """Ends and length alone are no ground for an opinion."""
    return not name.startswith("length:") and name.strip("^$") != ""


def _features_of(message: Message) -> list[str]:
    words = [token.text for token in message.get(TEXT_TOKENS) or []]
    return features(normaliser.of_message(message).text, words)

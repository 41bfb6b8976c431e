"""What is learnt from the wordings is kept on disk, and never trusted longer than it fits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from xiaobao.knowledge import signals


def test_what_was_learnt_is_read_and_not_learnt_again(tmp_path: Path) -> None:
    assert signals.remembered(lambda: {"learnt": 1}, "words", tmp_path, ["退货"]) == {"learnt": 1}
    assert signals.remembered(lambda: {"learnt": 2}, "words", tmp_path, ["退货"]) == {"learnt": 1}


def test_another_wording_is_learnt_anew_and_the_old_file_goes(tmp_path: Path) -> None:
    signals.remembered(lambda: 1, "words", tmp_path, ["退货"])
    assert signals.remembered(lambda: 2, "words", tmp_path, ["换货"]) == 2
    assert len(list(tmp_path.iterdir())) == 1


def test_half_a_file_is_made_anew(tmp_path: Path) -> None:
    signals.remembered(lambda: "whole", "words", tmp_path, ["退货"])
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:3])
    assert signals.remembered(lambda: "again", "words", tmp_path, ["退货"]) == "again"
    assert signals.remembered(lambda: "never", "words", tmp_path, ["退货"]) == "again"


def test_without_a_folder_nothing_is_kept() -> None:
    assert signals.remembered(lambda: 1, "words", None, ["退货"]) == 1
    assert signals.remembered(lambda: 2, "words", None, ["退货"]) == 2


def test_words_that_only_one_name_uses_speak_for_it_and_not_for_one_that_nobody_asked_about() -> None:
    wordings = ["退货运费谁出", "退货运费多少", "存款利息怎么算", "存款利息多少"]
    found = signals.Lexical(wordings, np.array([0, 0, 1, 1]), ["退货的运费", "存款的利息"], names=3)
    likelihood = found.of("退货运费")[3]
    assert likelihood.argmax() == 0
    assert likelihood[1] < likelihood[2] == 0
    assert (found.of("彩虹")[3] == 0).all()


class Told:
    """An encoder whose vectors are told beforehand; it notes what it is asked."""

    version = "one"

    def __init__(self, vectors: dict[str, np.ndarray]) -> None:
        self.asked: list[list[str]] = []
        self._vectors = vectors

    def of(self, text: str) -> np.ndarray:
        return self._vectors[text]

    def all(self, texts: Sequence[str]) -> np.ndarray:
        self.asked.append(list(texts))
        return np.stack([self._vectors[text] for text in texts])


def vectors(texts: str) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(0).normal(size=(len(texts), 384))
    return dict(zip(texts, chance / np.linalg.norm(chance, axis=1, keepdims=True), strict=True))


def test_embeddings_that_come_with_the_product_are_read_and_not_made_again(tmp_path: Path) -> None:
    encoder = Told(vectors("甲乙丙"))
    signals.ship(list("甲乙丙"), encoder.all(list("甲乙丙")), tmp_path, "one")
    encoder.asked.clear()
    found = signals.kept(encoder, list("丙甲"), None, tmp_path)
    assert np.allclose(found, [encoder.of("丙"), encoder.of("甲")], atol=2e-3) and found.dtype == np.float32
    assert not encoder.asked
    assert (tmp_path / "embeddings.npz").stat().st_size < 3 * (384 + 24) + 1500


def test_embeddings_are_kept_and_only_new_texts_are_embedded(tmp_path: Path) -> None:
    encoder = Told(vectors("甲乙丙"))
    signals.kept(encoder, list("甲乙"), tmp_path)
    again = signals.kept(encoder, list("乙丙甲"), tmp_path)
    assert encoder.asked == [["甲", "乙"], ["丙"]]
    assert np.allclose(again, [encoder.of(one) for one in "乙丙甲"])


def test_what_another_encoder_embedded_says_nothing(tmp_path: Path) -> None:
    before, now = Told(vectors("甲乙")), Told(vectors("乙甲"))
    now.version = "two"
    signals.kept(before, list("甲乙"), tmp_path)
    signals.ship(list("甲乙"), before.all(list("甲乙")), tmp_path, "one")
    assert np.allclose(signals.kept(now, list("甲乙"), tmp_path, tmp_path), [now.of("甲"), now.of("乙")])

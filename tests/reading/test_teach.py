"""Stories told again for teaching: other facts, and each still where it is said to be."""

from __future__ import annotations

import random

import numpy as np
import pytest

from xiaobao.encoder import packed
from xiaobao.reading import fit, teach
from xiaobao.reading.reference import Reference
from xiaobao.settings import ROOT

ROWS = fit.load(ROOT / "data" / "reading" / "stories" / "personas_1.jsonl")[:30]


@pytest.fixture(scope="module")
def stories(reference: Reference) -> list[teach.Told]:
    return teach.tellings(ROWS, reference)


def test_other_facts_stand_where_the_old_ones_stood(stories: list[teach.Told]) -> None:
    others, draw = teach.Others(stories), random.Random(1)
    changed = 0
    for told in stories * 3:
        again = others.retold(told, draw)
        changed += again != told
        for slot, spans in told.spans.items():
            for (start, end), (first, last) in zip(spans, again.spans[slot], strict=True):
                assert teach._manner(again.text[first:last]) == teach._manner(told.text[start:end])
        for slot, name in again.names.items():
            assert name is None or name == told.names[slot] or name in again.text
    assert changed > 60


def test_a_batch_points_at_the_pieces_of_each_span(stories: list[teach.Told]) -> None:
    pieces = packed.Pieces(packed.read(ROOT / teach.START))
    cuts = [teach.cut(told, pieces) for told in stories[:5]]
    ids, mask, holder, before, tags, held, of, places, open_, goals, *_ = teach.batch(cuts, pieces.padding)
    assert ids.shape == mask.shape and mask.sum() == sum(len(one.ids) for one in cuts)
    assert len(holder) == len(before) == len(tags) == sum(len(one.told.text) for one in cuts)
    assert len(held) == len(of) and of.max() + 1 == len(places) == sum(len(one.told.spans["amount"]) for one in cuts)
    assert np.allclose(goals.sum(axis=1), 1) and (goals <= open_).all()
    row, column = places[of[0]]
    start, end = cuts[row].told.spans["amount"][column]
    assert set(held[of == 0]) == {row * ids.shape[1] + n for n in cuts[row].holder[start:end]}

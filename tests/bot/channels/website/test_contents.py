"""What a file is, how large it may be, and whether there is room."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from bot.channels.website import contents
from bot.channels.website.problems import Problem
from tests.bot.channels.website.test_parts import box, film

MB = 1024 * 1024


def test_a_film_may_be_larger_than_the_rest() -> None:
    assert contents.most_bytes("video/mp4", 20, 200) == 200 * MB
    assert contents.most_bytes("application/pdf", 20, 200) == 20 * MB


def test_no_room_is_said_before_the_first_byte(tmp_path: Path) -> None:
    contents.room_for(tmp_path / "new", 0)
    with pytest.raises(Problem, match="disk_full"):
        contents.room_for(tmp_path, 2**60)


@pytest.mark.parametrize(("number", "full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False)])
def test_a_full_disk_is_told_from_other_failures(number: int, full: bool) -> None:
    assert contents.is_full(OSError(number, "")) is full
    assert not contents.is_full(ValueError())


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (film(4000), True),
        (box(b"ftyp", b"isom\0\0\2\0") + box(b"moof", b"x" * 90) + (0).to_bytes(4, "big") + b"mdat" + b"x" * 90, True),
        (
            box(b"ftyp", b"isom\0\0\2\0")
            + (1).to_bytes(4, "big")
            + b"mdat"
            + (100).to_bytes(8, "big")
            + b"x" * 84
            + box(b"moov", b"x"),
            True,
        ),
        (film(4000) + b"SEFT", True),
        (box(b"ftyp", b"isom\0\0\2\0") + box(b"moov", b"x") + box(b"mdat", b"x" * 900)[:-9], False),
        (box(b"ftyp", b"isom\0\0\2\0") + (4).to_bytes(4, "big") + b"moov", False),
    ],
    ids=["plain", "in pieces, open end", "long length", "tail", "cut off behind its index", "length of nothing"],
)
def test_a_film_is_whole_with_its_pictures_and_its_index(tmp_path: Path, content: bytes, whole: bool) -> None:
    path = tmp_path / "film"
    path.write_bytes(content)
    if whole:
        assert contents.judge(path) == "video/mp4"
    else:
        with pytest.raises(Problem, match="file_broken"):
            contents.judge(path)

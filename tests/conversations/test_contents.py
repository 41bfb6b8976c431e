"""What a file is by its content: refusals carry a code and no room's own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from xiaobao.conversations import contents


def test_a_picture_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    Image.new("RGB", (3, 3)).save(path, "PNG")
    assert contents.judge(path) == "image/png"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"<html>", "file_kind"),
        (b"\x89PNG\r\n\x1a\nno", "file_broken"),
        (b"MZ" + b"\0" * 99, "file_kind"),
    ],
)
def test_a_refusal_names_its_code(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(data)
    with pytest.raises(contents.Unfit) as refused:
        contents.judge(path)
    assert refused.value.code == code


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(contents.Unfit) as refused:
        contents.room_for(tmp_path, 2**60)
    assert refused.value.code == "disk_full"

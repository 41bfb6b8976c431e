"""Files that come in at the desk."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from xiaobao.desk import received_files
from xiaobao.settings import Settings
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.liaison import MOST_FILES


def picture(name: str = "回单.png") -> FileStorage:
    data = io.BytesIO()
    Image.new("RGB", (9, 9)).save(data, "PNG")
    data.seek(0)
    return FileStorage(data, name)


def test_a_file_is_kept_under_a_name_of_our_own(settings: Settings) -> None:
    kept = received_files.keep([picture("../../etc/passwd\n.png"), FileStorage(io.BytesIO(), "")], settings, "liaison")
    assert [one["filename"] for one in kept] == ["passwd.png"]
    assert kept[0]["media_type"] == "image/png" and len(kept[0]["sha256"]) == 64
    path = received_files.path_of(kept[0], settings)
    assert path and path.parent == (settings.evidence_dir / "liaison").resolve()
    received_files.drop(kept, settings)
    assert received_files.path_of(kept[0], settings) is None


def test_one_unfit_file_takes_the_others_away(settings: Settings) -> None:
    with pytest.raises(InvalidField):
        received_files.keep([picture(), FileStorage(io.BytesIO(b"#!/bin/sh"), "a.png")], settings, "liaison")
    assert not list((settings.evidence_dir / "liaison").glob("*"))


def test_a_file_over_the_size_of_the_website_is_refused(settings: Settings) -> None:
    large = FileStorage(io.BytesIO(b"\0" * (settings.upload_max_mb * 1024 * 1024 + 1)), "a.png")
    with pytest.raises(InvalidField):
        received_files.keep([large], settings, "liaison")
    assert not list((settings.evidence_dir / "liaison").glob("*"))


def test_more_than_ten_files_are_refused_before_one_is_written(settings: Settings) -> None:
    with pytest.raises(InvalidField):
        received_files.keep([picture()] * (MOST_FILES + 1), settings, "liaison")
    assert not (settings.evidence_dir / "liaison").exists()


def test_a_path_that_leads_out_is_not_followed(settings: Settings) -> None:
    assert received_files.path_of({"path": "../../etc/passwd"}, settings) is None

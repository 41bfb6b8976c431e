"""Copies of pictures: small, clean, and made where a bomb hurts nobody."""

from __future__ import annotations

import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image
from pillow_heif import register_heif_opener

from tests.factories import NOW
from xiaobao.conversations import messages, uploads
from xiaobao.settings import ROOT
from xiaobao.worker import preview, previews

pytestmark = pytest.mark.slow

GPS_IFD, LATITUDE = 0x8825, {1: "N", 2: (31.0, 14.0, 0.0)}


def picture(
    path: Path, format: str, mode: str = "RGB", size: tuple[int, int] = (2400, 1200), **options: object
) -> Path:
    image = Image.new(mode, size)
    image.putpixel((0, 0), 255 if mode in ("L", "P") else (255,) * len(mode))
    image.save(path, format, **options)
    return path


def exif() -> Image.Exif:
    data = Image.Exif()
    data[0x0112] = 6  # turned by a quarter
    data[0x010F] = "SecretPhone"
    data.get_ifd(GPS_IFD).update(LATITUDE)
    return data


def bomb(path: Path, side: int) -> Path:
    """A PNG of `side` times `side` black pixels in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = b"\0" * (1 + side // 8)
    rows = b"".join(packer.compress(row * 100) for _ in range(side // 100)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_kind_of_photo_becomes_a_small_jpeg_without_a_trace_of_its_origin(tmp_path, format):
    register_heif_opener()
    source = picture(tmp_path / "source", format, exif=exif())
    assert previews.reencode(source, tmp_path / "copy.jpg") == ""
    data = (tmp_path / "copy.jpg").read_bytes()
    with Image.open(tmp_path / "copy.jpg") as copy:
        assert copy.format == "JPEG"
        assert max(copy.size) == preview.LONGEST_SIDE
        if format != "HEIF":  # HEIF has its own way to say it, undone by its decoder
            assert copy.height > copy.width  # it was turned upright
        assert not copy.getexif()
    assert b"SecretPhone" not in data
    assert b"Exif" not in data


@pytest.mark.parametrize("mode", ["RGBA", "LA", "L", "P", "CMYK", "1"])
def test_every_colour_mode_is_understood(tmp_path, mode):
    source = tmp_path / "source"
    Image.new(mode, (40, 40)).save(source, "TIFF" if mode == "CMYK" else "PNG")
    if mode == "CMYK":
        Image.new(mode, (40, 40)).save(source, "JPEG")
    assert previews.reencode(source, tmp_path / "copy.jpg") == ""


def test_transparent_parts_are_shown_on_white(tmp_path):
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(tmp_path / "source", "PNG")
    previews.reencode(tmp_path / "source", tmp_path / "copy.jpg")
    with Image.open(tmp_path / "copy.jpg") as copy:
        assert copy.getpixel((20, 20)) == (255, 255, 255)


def test_a_decompression_bomb_is_refused_at_once(tmp_path):
    source = bomb(tmp_path / "bomb.png", 20_000)
    assert source.stat().st_size < 100_000
    began = time.monotonic()
    why = previews.reencode(source, tmp_path / "copy.jpg")
    assert "pixels" in why or "Bomb" in why
    assert time.monotonic() - began < 15
    assert not list(tmp_path.glob("copy*"))


def test_a_child_out_of_memory_ends_alone(tmp_path):
    source = picture(tmp_path / "source", "PNG", size=(6000, 6000))
    small = "import sys; from xiaobao.worker import preview; preview.MEMORY_BYTES = 200_000_000; "
    small += "sys.exit(preview.main(*sys.argv[1:]))"
    command = [sys.executable, "-c", small, str(source), str(tmp_path / "copy.jpg")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1, done.stderr
    assert not list(tmp_path.glob("copy*"))
    assert previews.reencode(source, tmp_path / "copy.jpg") == ""  # with the memory it is given it succeeds


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0" + b"\0" * 100, b"%PDF-1.7\n"])
def test_what_is_no_picture_gives_a_reason_and_no_file(tmp_path, content):
    (tmp_path / "source").write_bytes(content)
    assert previews.reencode(tmp_path / "source", tmp_path / "copy.jpg")
    assert not list(tmp_path.glob("copy*"))


def test_a_cut_off_photo_gives_no_half_copy(tmp_path):
    whole = picture(tmp_path / "whole", "JPEG").read_bytes()
    (tmp_path / "source").write_bytes(whole[: len(whole) // 2])
    assert previews.reencode(tmp_path / "source", tmp_path / "copy.jpg")


def test_uploads_get_their_copy_once_and_hopeless_ones_are_not_tried_again(sessions, tmp_path):
    picture(tmp_path / "good.png", "PNG", size=(30, 30))
    (tmp_path / "bad.png").write_bytes(b"bad")
    with sessions.begin() as session:
        conversation = messages.open_conversation(session, channel="website", now=NOW)
        for name, kind in (("good.png", "image/png"), ("bad.png", "image/png"), ("sound.mp3", "audio/mpeg")):
            uploads.add(session, conversation, uploads.Received(name, kind, 1, name.ljust(64, "0"), name), NOW)
    assert previews.make_waiting(sessions, tmp_path) == 1
    with sessions.begin() as session:
        found = {upload.filename: upload.preview_path for upload in uploads.of_conversation(session, conversation)}
    assert found == {"good.png": "good.png.preview.jpg", "bad.png": "", "sound.mp3": None}
    assert (tmp_path / "good.png.preview.jpg").is_file()
    assert previews.make_waiting(sessions, tmp_path) == 0

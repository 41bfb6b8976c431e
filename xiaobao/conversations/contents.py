"""What a file is by its content, whether it is whole, and whether the disk has room: the name proves nothing."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import BinaryIO

import filetype
from PIL import Image, UnidentifiedImageError

MOST_PIXELS = 120_000_000  # the largest telephone cameras take 108 million; a bomb of a PNG takes billions
SNIFFED_BYTES = 8192
MOST_BOXES = 100_000  # a film in pieces has two a second
LEAST_FREE = 256 * 1024 * 1024  # bytes that stay free for database and log, whatever is uploaded
VIDEO = ("video/mp4", "video/quicktime", "video/3gpp", "video/webm")
MEDIA_TYPES = {
    "image/jpeg": "image/jpeg",
    "image/png": "image/png",
    "image/webp": "image/webp",
    "image/heic": "image/heic",
    "application/pdf": "application/pdf",
    "audio/mpeg": "audio/mpeg",
    "audio/mp4": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/ogg": "audio/ogg",
    "audio/x-wav": "audio/wav",
    "audio/wav": "audio/wav",
    "audio/amr": "audio/amr",
    "audio/aac": "audio/aac",
    "audio/x-flac": "audio/flac",
    "video/mp4": "video/mp4",
    "video/x-m4v": "video/mp4",
    "video/quicktime": "video/quicktime",
    "video/3gpp": "video/3gpp",
    "video/webm": "video/webm",
}
OPENED_BY_PILLOW = {"image/jpeg", "image/png", "image/webp"}
# Brands of films by their first letters; the sniffer looks at what else a player may take it for.
BRANDS = {
    b"qt": "video/quicktime",
    b"3g": "video/3gpp",
    b"iso": "video/mp4",
    b"mp4": "video/mp4",
    b"avc1": "video/mp4",
    b"hvc1": "video/mp4",
    b"M4V": "video/mp4",
    b"MSNV": "video/mp4",
}
OLD_QUICKTIME = (b"moov", b"mdat", b"wide", b"free")  # in place of a brand


class Unfit(ValueError):
    """A file that is not taken; `code` says why: `file_empty file_kind file_broken file_pixels disk_full`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def judge(path: Path) -> str:
    """The media type of a whole file. Raises Unfit `file_empty`, `file_kind`, `file_broken`, `file_pixels`."""
    with path.open("rb") as file:
        head = file.read(SNIFFED_BYTES)
    if not head:
        raise Unfit("file_empty")
    media_type = sniff(head)
    if media_type in OPENED_BY_PILLOW:
        _check_picture(path)
    elif media_type in VIDEO and media_type != "video/webm":
        _check_boxes(path)
    return media_type


def sniff(head: bytes) -> str:
    """The media type by the first bytes. Raises Unfit `file_kind` for all that is no photo, PDF, sound or video."""
    media_type = None
    if head[4:8] == b"ftyp":
        media_type = next((found for brand, found in BRANDS.items() if head[8:12].startswith(brand)), None)
    elif head[4:8] in OLD_QUICKTIME:
        media_type = "video/quicktime"
    if media_type is None:
        guessed = filetype.guess(head)
        media_type = MEDIA_TYPES.get(guessed.mime if guessed else "")
    if media_type is None:
        raise Unfit("file_kind")
    return media_type


def most_bytes(media_type: str, others_mb: int, video_mb: int) -> int:
    """How large a file of this type may be."""
    return (video_mb if media_type in VIDEO else others_mb) * 1024 * 1024


def room_for(folder: Path, size: int) -> None:
    """Raises Unfit `disk_full` when `size` more bytes would leave too little for everything else."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free - size < LEAST_FREE:
        raise Unfit("disk_full")


def is_full(error: BaseException) -> bool:
    """Whether an error says that the disk, or our share of it, is full."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _check_picture(path: Path) -> None:
    """Read the header only: no pixel is decoded here."""
    try:
        with Image.open(path) as picture:
            width, height = picture.size
    except Image.DecompressionBombError:
        raise Unfit("file_pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise Unfit("file_broken") from None
    if width * height > MOST_PIXELS:
        raise Unfit("file_pixels")


def _check_boxes(path: Path) -> None:
    """A whole film has its pictures (`mdat`) and its index (`moov`; `moof` in pieces); cameras may add a tail."""
    size, at = path.stat().st_size, 0
    names: set[bytes] = set()
    with path.open("rb") as file:
        for _ in range(MOST_BOXES):
            name, length = _box(file, at, size)
            if length < 8 or at + length > size:
                break
            names.add(name)
            at += length
    if b"mdat" not in names or not names & {b"moov", b"moof"}:
        raise Unfit("file_broken")


def _box(file: BinaryIO, at: int, size: int) -> tuple[bytes, int]:
    """Name and length of the box at `at`; 0 as length means up to the end, 1 a long length behind the name."""
    file.seek(at)
    head = file.read(16)
    length, name = int.from_bytes(head[:4], "big"), head[4:8]
    if length == 1:
        length = int.from_bytes(head[8:16], "big")
    return name, length or size - at

"""What a file is by its content, with the refusals of the website."""

from __future__ import annotations

from pathlib import Path

from bot.channels.website.problems import Problem
from xiaobao.conversations import contents
from xiaobao.conversations.contents import SNIFFED_BYTES, VIDEO, Unfit, is_full, most_bytes

__all__ = ["SNIFFED_BYTES", "VIDEO", "is_full", "judge", "most_bytes", "room_for", "sniff"]


def judge(path: Path) -> str:
    """The media type of a whole file. Raises Problem `file_empty`, `file_kind`, `file_broken`, `file_pixels`."""
    try:
        return contents.judge(path)
    except Unfit as problem:
        raise Problem(problem.code) from None


def sniff(head: bytes) -> str:
    """The media type by the first bytes. Raises Problem `file_kind`."""
    try:
        return contents.sniff(head)
    except Unfit as problem:
        raise Problem(problem.code) from None


def room_for(folder: Path, size: int) -> None:
    """Raises Problem `disk_full` when `size` more bytes would leave too little for everything else."""
    try:
        contents.room_for(folder, size)
    except Unfit as problem:
        raise Problem(problem.code) from None

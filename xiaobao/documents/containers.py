"""Whether an uploaded file is a Word template that may be opened at all (pure): by content, before anything parses it.

A DOCX is a ZIP of XML. Looked at are its size, what it would unpack to, macros, links to files elsewhere (an office's
computer would fetch them when the document is opened) and declarations of entities.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

MOST_BYTES = 2 * 1024 * 1024  # of the file
MOST_UNPACKED = 20 * 1024 * 1024  # of all parts together
MOST_PARTS = 300
MOST_RATIO = 200  # unpacked to packed, of one part above SMALL
SMALL = 64 * 1024
PIECE = 64 * 1024
NEEDED = ("[Content_Types].xml", "word/document.xml")
_OUTSIDE = re.compile(rb'<Relationship\b[^>]*TargetMode\s*=\s*["\']External["\'][^>]*>', re.IGNORECASE)
_LINK = re.compile(rb'Type\s*=\s*["\'][^"\']*/hyperlink["\']', re.IGNORECASE)


class Unfit(ValueError):
    """A file that is no template for us. `code`: large, no_word_file, bomb, macro, outside, entity."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check(data: bytes) -> None:
    """Raises Unfit. Sizes are counted while unpacking: what a ZIP says of itself is not believed."""
    if len(data) > MOST_BYTES:
        raise Unfit("large")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            _check_parts(packed)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        raise Unfit("no_word_file") from None


def _check_parts(packed: zipfile.ZipFile) -> None:
    parts = packed.infolist()
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS:
        raise Unfit("bomb")
    if any(name not in names for name in NEEDED) or len(set(names)) != len(names):
        raise Unfit("no_word_file")
    if any(
        name.lower().endswith((".bin", ".exe", ".vbs", ".js")) and "printersettings" not in name.lower()
        for name in names
    ):
        raise Unfit("macro")
    whole = 0
    for part in parts:
        content = _unpacked(packed, part, MOST_UNPACKED - whole)
        whole += len(content)
        if part.filename.endswith((".xml", ".rels")):
            _check_xml(part.filename, content)


def _unpacked(packed: zipfile.ZipFile, part: zipfile.ZipInfo, room: int) -> bytes:
    content = bytearray()
    with packed.open(part) as file:
        while piece := file.read(PIECE):
            content += piece
            if len(content) > room or len(content) > max(SMALL, part.compress_size * MOST_RATIO):
                raise Unfit("bomb")
    return bytes(content)


def _check_xml(name: str, content: bytes) -> None:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unfit("entity")
    if b"macroEnabled" in content:
        raise Unfit("macro")
    if name.endswith(".rels") and any(not _LINK.search(found[0]) for found in _OUTSIDE.finditer(content)):
        raise Unfit("outside")

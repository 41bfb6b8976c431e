"""Which template a kind uses: the office's own in the data directory, else the one that comes with the product."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from xiaobao.documents import containers, rendering
from xiaobao.documents.kinds import FOLDER, Catalogue


@dataclass(frozen=True)
class Template:
    """A template that is in use. `own_since` None: the shipped one."""

    kind: str
    data: bytes
    own_since: datetime | None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def own_path(data_dir: Path, kind: str) -> Path:
    """Where an office's own template lies."""
    return data_dir / FOLDER / f"{kind}.docx"


def of(catalogue: Catalogue, data_dir: Path, kind: str) -> Template:
    """The template in use. Raises FileNotFoundError when the product's own is gone."""
    path = own_path(data_dir, kind)
    try:
        since = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
        return Template(kind, path.read_bytes(), since)
    except FileNotFoundError:
        return Template(kind, catalogue.shipped(kind).read_bytes(), None)


def trial(catalogue: Catalogue, kind: str, data: bytes) -> bytes:
    """A template filled with the sample of every variable: the document that comes out.

    Raises containers.Unfit for a file that is none, rendering.BrokenTemplate with the variable that is wrong.
    """
    containers.check(data)
    own = catalogue.kinds[kind]
    document = rendering.render(
        data, {**catalogue.sample(), "文书名称": own.title, "文书编号": f"{own.word}〔2026〕1号"}
    )
    if found := rendering.left_over(document):
        raise rendering.BrokenTemplate("left_over", found)
    return document


def keep(catalogue: Catalogue, data_dir: Path, kind: str, data: bytes) -> str:
    """Use an office's own template from now on; returns its SHA-256. Raises as `trial`: then the one before stays."""
    trial(catalogue, kind, data)
    path = own_path(data_dir, kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{kind}.{secrets.token_hex(8)}")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)  # whole or not at all
    finally:
        fresh.unlink(missing_ok=True)
    return hashlib.sha256(data).hexdigest()


def reset(data_dir: Path, kind: str) -> bool:
    """Back to the shipped template; False when it was in use already."""
    path = own_path(data_dir, kind)
    if not path.is_file():
        return False
    path.unlink()
    return True

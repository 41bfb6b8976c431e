"""One searcher by words alone for every test of this room: its index takes ten seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiaobao.knowledge import library, search


@pytest.fixture(scope="session")
def searcher() -> search.Searcher:
    return search.Searcher(library.load(Path(__file__).parents[2] / "data" / "knowledge"), semantic=False)

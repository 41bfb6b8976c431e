"""One searcher by words alone for every test of this room: its index takes ten seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import knowledge
from xiaobao.knowledge import search


@pytest.fixture(scope="session")
def searcher(index_cache: Path) -> search.Searcher:
    known = knowledge()
    return search.Searcher(known, semantic=False, cache_dir=index_cache)

"""One kill -9 of each process in each window while a citizen submits; `make soak` does many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.soak import VICTIMS, WINDOWS, Soak

pytestmark = [pytest.mark.model, pytest.mark.slow]


@pytest.fixture(scope="module")
def soak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Soak]:
    prepared = Soak(tmp_path_factory.mktemp("kills"))
    with prepared.product:
        yield prepared


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("victim", VICTIMS)
def test_a_kill_loses_no_complaint_and_files_none_twice(soak: Soak, victim: str, window: str) -> None:
    assert soak.kill(victim, window).faults == []

"""One kill -9 of each process in each window while a citizen submits, and some while one acts; `make soak` does many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.soak import VICTIMS, WINDOWS
from benchmarks.soak_acts import ANSWER, BETWEEN, CHANNELS, COMMIT, TEN_ACTS, Draw, SoakActs

pytestmark = [pytest.mark.model, pytest.mark.slow]


@pytest.fixture(scope="module")
def soak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoakActs]:
    prepared = SoakActs(tmp_path_factory.mktemp("kills"))
    with prepared.product:
        yield prepared


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("victim", VICTIMS)
def test_a_kill_loses_no_complaint_and_files_none_twice(soak: SoakActs, victim: str, window: str) -> None:
    assert soak.kill(victim, window).faults == []


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    ("name", "hit", "moment"), [("withdraw", 0, BETWEEN), ("urge", 0, COMMIT), ("reopen", 2, ANSWER)]
)
def test_a_kill_loses_no_act_doubles_none_and_tells_nothing_untrue(
    soak: SoakActs, channel: str, name: str, hit: int, moment: str
) -> None:
    [act] = [one for acts in TEN_ACTS for one in acts if one.name == name]
    assert soak.run(Draw(act, act.states[-1], channel, hit, moment)).faults == []

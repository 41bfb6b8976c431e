from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bot.channels.website.limits import MESSAGES, Limits, Rate
from bot.channels.website.problems import Problem
from tests.bot.channels.website.conftest import Bot, _running, make_bot


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_burst_passes_and_the_next_waits_as_long_as_told() -> None:
    clock = Clock()
    limits, rate = Limits(clock), Rate(burst=3, per_second=0.5)
    for _ in range(3):
        limits.spend("message", "a", rate)
    with pytest.raises(Problem) as refused:
        limits.spend("message", "a", rate)
    assert refused.value.headers == {"Retry-After": "2"}
    limits.spend("message", "b", rate)
    clock.seconds += 2
    limits.spend("message", "a", rate)


def test_full_buckets_are_forgotten() -> None:
    clock = Clock()
    limits = Limits(clock, most_keys=10)
    for n in range(11):
        limits.spend("message", str(n), MESSAGES)
    clock.seconds += 100
    limits.spend("message", "new", MESSAGES)
    assert len(limits._buckets) == 1


@pytest.fixture
def proxied_bot(tmp_path: Path) -> Iterator[Bot]:
    yield from _running(make_bot(tmp_path / "proxied", TRUSTED_PROXIES="1"))


def test_behind_a_proxy_a_flood_from_one_address_is_held_back_and_others_are_not(proxied_bot: Bot) -> None:
    def begin(address: str) -> requests.Response:
        return requests.post(
            f"{proxied_bot.base}/chat/sessions", headers={"X-Forwarded-For": f"1.2.3.4, {address}"}, timeout=10
        )

    answers = [begin("203.0.113.9") for _ in range(60)]
    refused = [a for a in answers if a.status_code == 429]
    assert refused
    assert int(refused[0].headers["Retry-After"]) >= 1
    assert "请等" in refused[0].json()["message"]
    assert begin("203.0.113.10").status_code == 200

"""How fast one conversation and one address may speak: token buckets in memory."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.channels.website.problems import Problem

LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


@dataclass(frozen=True)
class Rate:
    """`burst` at once, then `per_second`. Far above what a person does with two hands."""

    burst: float
    per_second: float


MESSAGES = Rate(burst=40, per_second=1)
ADDRESS = Rate(burst=200, per_second=10)  # a school or a village may share one address
SESSIONS = Rate(burst=40, per_second=0.5)
UPLOADS = Rate(burst=40, per_second=0.5)
PARTS = Rate(burst=120, per_second=10)  # 200 MB in parts of 2 MB are 100


class Limits:
    """Counts by key; a bucket that is full again is forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most_keys: int = 20_000) -> None:
        """`clock` gives seconds; above `most_keys` buckets the full ones are dropped."""
        self._clock = clock
        self._most_keys = most_keys
        self._buckets: dict[tuple[str, str], tuple[float, float, Rate]] = {}

    def spend(self, kind: str, key: str, rate: Rate) -> None:
        """Take one from the bucket. Raises Problem `too_fast` with Retry-After in whole seconds."""
        now = self._clock()
        if len(self._buckets) > self._most_keys:
            self._forget_full(now)
        level, at, _ = self._buckets.get((kind, key), (rate.burst, now, rate))
        level = min(rate.burst, level + (now - at) * rate.per_second)
        if level < 1:
            seconds = math.ceil((1 - level) / rate.per_second)
            self._buckets[kind, key] = (level, now, rate)
            raise Problem("too_fast", headers={"Retry-After": str(seconds)}, seconds=seconds)
        self._buckets[kind, key] = (level - 1, now, rate)

    def _forget_full(self, now: float) -> None:
        self._buckets = {
            key: (level, at, rate)
            for key, (level, at, rate) in self._buckets.items()
            if level + (now - at) * rate.per_second < rate.burst
        }

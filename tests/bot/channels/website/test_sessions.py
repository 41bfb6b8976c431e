from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from bot.channels.website.problems import Problem
from bot.channels.website.sessions import LIFE, Sessions, address_of

SECRET = "s" * 32


def test_a_token_names_its_conversation_and_lives_thirty_days() -> None:
    at = datetime(2026, 11, 24, tzinfo=timezone.utc)
    issued = Sessions(SECRET).issue("c1", at)
    assert issued.expires_at - at == timedelta(days=30)
    assert Sessions(SECRET).conversation_of(issued.token) == "c1"


def test_an_expired_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    token = Sessions(SECRET).issue("c1", datetime.now(timezone.utc)).token
    later = time.time() + LIFE.total_seconds() + 10
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(Problem) as refused:
        Sessions(SECRET).conversation_of(token)
    assert refused.value.code == "session_expired"


def test_every_changed_letter_of_a_token_is_noticed() -> None:
    token = Sessions(SECRET).issue("c1", datetime.now(timezone.utc)).token
    for at in range(0, len(token) - 1):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(Problem):
            Sessions(SECRET).conversation_of(changed)


def test_the_address_is_what_the_trusted_proxy_saw_not_what_the_client_claims() -> None:
    request = SimpleNamespace(headers={"x-forwarded-for": "6.6.6.6, 203.0.113.9"}, ip="10.0.0.1")
    assert address_of(request, 0) == "10.0.0.1"  # type: ignore[arg-type]
    assert address_of(request, 1) == "203.0.113.9"  # type: ignore[arg-type]
    assert address_of(request, 3) == "10.0.0.1"  # type: ignore[arg-type]


def test_the_key_of_an_address_tells_two_apart_and_hides_both() -> None:
    one, two = (Sessions(SECRET).address_key(a) for a in ("203.0.113.9", "203.0.113.10"))
    assert one != two and "203" not in one
    assert Sessions("t" * 32).address_key("203.0.113.9") != one

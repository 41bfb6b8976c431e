"""The door for delivery reports: only the gateway gets in, and what it says reaches the notice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import requests
from sqlalchemy import select

from bot.channels.sms.channel import LARGEST_BODY
from tests.bot.channels.website.conftest import free_port
from tests.simulators.sms import REPORT_KEY, Gateway
from tests.worker.test_sms import states, unreached, work
from xiaobao.conversations import sms
from xiaobao.conversations.tables import SmsReport
from xiaobao.settings import ROOT

pytestmark = pytest.mark.slow
SECRETS = {"SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40}


@contextmanager
def a_door(database_url: str) -> Iterator[str]:
    """The channel in a process of its own; its address."""
    port = free_port()
    env = {**os.environ, **SECRETS, "PYTHONPATH": str(ROOT), "DATABASE_URL": database_url}
    command = [sys.executable, "-m", "tests.bot.channels.sms.stand_in", str(port), REPORT_KEY]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
    door = f"http://127.0.0.1:{port}/webhooks/sms/reports"
    try:
        for _ in range(300):
            with suppress(requests.ConnectionError):
                requests.get(door, timeout=5)
                break
            assert process.poll() is None
            time.sleep(0.1)
        yield door
    finally:
        process.kill()
        process.wait()


def signed(body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    return {"X-Timestamp": stamp, "X-Signature": sms.signature(REPORT_KEY, stamp, body)}


def test_a_report_reaches_the_notice_and_nobody_else_gets_in(sessions, database_url):
    unreached(sessions)
    with Gateway() as gateway, a_door(database_url) as door:
        work(sessions, gateway)
        assert gateway.report(door, "delivered", key="somebody else's key") == 401
        assert gateway.report(door, "delivered", late=600) == 401
        assert requests.post(door, json={"reports": []}, timeout=5).status_code == 401
        nonsense_does_no_harm(door)
        work(sessions, gateway)
        assert states(sessions) == ["sent"]
        assert [gateway.report(door, "delivered") for _ in range(3)] == [200] * 3, "a repetition changes nothing"
        work(sessions, gateway)
        assert states(sessions) == ["delivered"]
    assert gateway.violations == []
    with sessions() as session:
        assert [report.reference for report in session.scalars(select(SmsReport))] == ["a" * 24], "kept for a while"


def nonsense_does_no_harm(door: str) -> None:
    bodies = [b"", b"[", b"[]", b"7", b'{"reports": 1}', b"[" * 50_000, json.dumps({"reports": [1] * 501}).encode()]
    for body in bodies:
        assert requests.post(door, data=body, headers=signed(body), timeout=5).status_code == 400
    large = b" " * (LARGEST_BODY + 1)
    assert requests.post(door, data=large, headers=signed(large), timeout=5).status_code == 401
    strange = [None, 7, [], {"reference": 1}, {"reference": "a" * 24}, {"reference": "A" * 24, "status": "x"},
               {"reference": "a" * 24, "status": "好" * 9}, {"reference": "a" * 24, "status": "x" * 41}]  # fmt: skip
    body = json.dumps({"reports": strange}).encode()
    answer = requests.post(door, data=body, headers=signed(body), timeout=5)
    assert (answer.status_code, answer.json()["taken"]) == (200, 0)
    stray = json.dumps({"reports": [{"reference": "a" * 24, "status": "delivered"}]}).encode()
    assert requests.post(door, data=stray, headers=signed(stray), timeout=5).json()["taken"] == 1
    for stamp, given in (("", ""), ("٣" * 10, "x"), ("9" * 13, ""), ("-1", "好")):
        headers = {"X-Timestamp": stamp.encode(), "X-Signature": given.encode()}
        assert requests.post(door, data=stray, headers=headers, timeout=5).status_code == 401

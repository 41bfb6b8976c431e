"""The worker's process: its jobs, and that one broken job stops no other."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from tests.factories import NOW
from xiaobao import database
from xiaobao.settings import ROOT
from xiaobao.worker.__main__ import guarded, schedule

pytestmark = pytest.mark.slow


def test_a_job_that_breaks_is_reported_once_an_outage(caplog):
    broken = [True, True, False, True]

    def work() -> None:
        if broken.pop(0):
            raise ValueError("13800001234")

    with caplog.at_level(logging.WARNING):
        job = guarded("outbox", work)
        for _ in range(4):
            job()
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING", "ERROR"]
    assert "13800001234" not in caplog.text


def test_every_job_is_scheduled_and_retention_runs_by_night_and_soon_after_a_start():
    scheduler = BackgroundScheduler(timezone="Asia/Shanghai")
    schedule(
        scheduler,
        dict.fromkeys(
            "outbox takeovers seen sms previews texts clocks holidays follow_ups archives imports retention "
            "erasures".split(),
            lambda: None,
        ),
        NOW,
    )
    triggers = [str(job.trigger) for job in scheduler.get_jobs()]
    assert len(triggers) == 14  # a night job has two
    assert "interval[0:00:01]" in triggers
    assert any(trigger.startswith("cron[hour='3'") for trigger in triggers)
    assert any((NOW + timedelta(minutes=10)).strftime("%H:%M") in trigger for trigger in triggers)


def test_the_process_starts_and_ends_cleanly_on_sigterm(tmp_path):
    database.upgrade(f"sqlite:///{tmp_path / 'xiaobao.db'}")
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "XIAOBAO_DATA": str(tmp_path), "BOT_PORT": "9"}
    environ |= {"SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40, "PYTHONWARNINGS": "ignore"}
    worker = subprocess.Popen(
        [sys.executable, "-m", "xiaobao.worker"], cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True
    )
    assert worker.stderr is not None
    first = worker.stderr.readline()
    time.sleep(1.2)  # a round of the outbox
    worker.send_signal(signal.SIGTERM)
    _, rest = worker.communicate(timeout=15)
    assert "The worker runs" in first
    assert worker.returncode == 0
    assert "broke" not in rest
    assert "Traceback" not in rest

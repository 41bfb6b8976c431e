"""The first account of an empty desk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.desk.conftest import Browser
from xiaobao.desk import first_admin
from xiaobao.desk.context import Desk
from xiaobao.settings import ROOT
from xiaobao.tickets import accounts

pytestmark = pytest.mark.slow


def test_the_command_prints_a_password_once_and_it_works(desk: Desk, browser: Browser, tmp_path: Path) -> None:
    first, second = _run(tmp_path), _run(tmp_path)
    assert second == ""
    assert "login admin" in first
    password = first.split("one-time password ")[1].split()[0]
    assert "先设一个自己的密码" in browser.sign_in("admin", password).text


def test_an_account_of_any_kind_is_enough(desk: Desk, staff: object) -> None:
    with desk.writing.begin() as session:
        before = len(accounts.all_accounts(session))
        assert first_admin.make(session, "another password") is False
        assert len(accounts.all_accounts(session)) == before


def _run(data_dir: Path) -> str:
    environ = {"XIAOBAO_DATA": str(data_dir), "SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40, "PATH": ""}
    command = [sys.executable, "-m", "xiaobao.desk.first_admin"]
    return subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=True
    ).stdout.strip()

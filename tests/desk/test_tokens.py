"""Tokens of the API and the command that makes them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from xiaobao import database
from xiaobao.desk import tokens
from xiaobao.settings import ROOT, Settings
from xiaobao.tickets import accounts

pytestmark = pytest.mark.slow

KEY = "k" * 40


def test_a_token_names_its_account() -> None:
    assert tokens.read(KEY, tokens.make(KEY, 7)) == 7


@pytest.mark.parametrize("token", ["", "x", "7", "Nw.aaaa.bbbb"])
def test_a_made_up_token_names_nobody(token: str) -> None:
    assert tokens.read(KEY, token) is None


def test_a_changed_token_names_nobody() -> None:
    token = tokens.make(KEY, 7)
    # The first character of the signature: the last one also holds two bits that base64 leaves unread.
    signed, _, signature = token.rpartition(".")
    assert tokens.read(KEY, f"{signed}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}") is None
    assert tokens.read("x" * 40, token) is None


def test_an_old_token_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    token = tokens.make(KEY, 7)
    later = time.time() + tokens.VALID_SECONDS + 5
    monkeypatch.setattr(time, "time", lambda: later)
    assert tokens.read(KEY, token) is None


def test_the_command_prints_one_line_of_a_fresh_account(settings: Settings, tmp_path: Path) -> None:
    environ = {"XIAOBAO_DATA": str(tmp_path), "SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40, "PATH": ""}
    command = [sys.executable, "-m", "xiaobao.desk.tokens", "liaison", "云泽银行"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=True)
    (line,) = done.stdout.splitlines()
    account_id = tokens.read("k" * 40, line)
    engine = database.make_engine(settings.database_url)
    with database.make_sessions(engine)() as session:
        account = accounts.get(session, account_id or 0)
        assert account and accounts.password_hash(session, account.login) == tokens.NO_PASSWORD
    engine.dispose()
    assert (account.role, account.institution) == ("liaison", "云泽银行")

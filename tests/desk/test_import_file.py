"""`make import`: a file from the command line, a report beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.desk.test_imports import REGISTER, STAFF
from xiaobao import database
from xiaobao.desk import import_file
from xiaobao.tickets import accounts
from xiaobao.tickets.tables import Audit, Ticket


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in {"XIAOBAO_DATA": str(tmp_path), "SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40}.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def written(data: Path, text: str) -> str:
    path = data / "file.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def count(data: Path) -> int:
    with database.make_sessions(database.make_engine(f"sqlite:///{data / 'xiaobao.db'}"))() as session:
        return session.scalar(select(func.count()).select_from(Ticket)) or 0


def test_a_register_is_looked_through_imported_and_doubled_by_nothing(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(data, REGISTER)
    assert import_file.main(["tickets", path, "--dry"]) == 0
    assert "可以导入1行，以前导入过0行，有问题2行" in capsys.readouterr().out and count(data) == 0
    assert import_file.main(["tickets", path]) == 0
    assert "导入1行，以前导入过0行，没有导入2行" in capsys.readouterr().out and count(data) == 1
    assert "涉及金额：看不出是多少钱" in Path(path + ".report.csv").read_text(encoding="utf-8-sig")
    assert import_file.main(["tickets", path]) == 0
    assert "导入0行，以前导入过1行" in capsys.readouterr().out and count(data) == 1


def test_accounts_get_passwords_on_the_terminal(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(data, STAFF)
    assert import_file.main(["accounts", path, "--dry"]) == 0 and "zhang" not in capsys.readouterr().out
    assert import_file.main(["accounts", path]) == 0
    assert "zhang\t张三\t" in capsys.readouterr().out
    with database.make_sessions(database.make_engine(f"sqlite:///{data / 'xiaobao.db'}"))() as session:
        found = accounts.find(session, "zhang")
        assert found and found.must_change
        assert [one.action for one in session.scalars(select(Audit))] == ["import_accounts"]


def test_what_cannot_be_read_ends_with_2(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_file.main(["tickets", str(data / "none.csv")]) == 2
    assert import_file.main(["tickets", written(data, "一,二\n")]) == 2
    assert "缺这几列" in capsys.readouterr().err

"""Each ill of an installation is found and named with its remedy."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from xiaobao import doctor
from xiaobao.documents import pdf
from xiaobao.settings import ROOT

pytestmark = pytest.mark.slow

TODAY = date(2026, 6, 1)
HEALTHY = {"BEHIND_TLS": "1", "TRUSTED_PROXIES": "1", "PUBLIC_URL": "https://chat.example.cn"}


@pytest.fixture
def environ(tmp_path, sqlite_template):
    """A healthy installation, but for its invented office."""
    (tmp_path / "data").mkdir(mode=0o700)
    shutil.copy(sqlite_template, tmp_path / "data" / "xiaobao.db")
    return {"XIAOBAO_DATA": str(tmp_path / "data"), "SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40}


def findings(environ, today=TODAY, root=ROOT):
    return list(doctor.examine(environ, root, today))


def states(found, word):
    return [finding.state for finding in found if word in f"{finding.what} {finding.remedy}"]


def test_the_demo_is_a_warning_at_home_and_bad_behind_a_proxy(environ):
    assert states(findings(environ), "invented office") == ["warn"]
    assert states(findings(environ | HEALTHY), "invented office") == ["bad"]


def test_placeholder_secrets_are_bad_and_named(environ):
    found = findings(environ | {"SECRET_KEY": "changeme"})
    assert [finding.state for finding in found] == ["bad"]
    assert "SECRET_KEY" in found[0].remedy


def test_open_to_the_world_without_tls_is_bad(environ):
    found = findings(environ | {"OFFICE": "council", "BIND_HOST": "0.0.0.0"})
    assert states(found, "without TLS") == ["bad"]
    assert "TLS ends in front of us." in [f.what for f in findings(environ | HEALTHY)]


def test_a_proxy_nobody_told_us_of_is_bad(environ):
    assert states(findings(environ | HEALTHY | {"TRUSTED_PROXIES": "0"}), "TRUSTED_PROXIES") == ["bad"]


def test_pictures_that_are_not_read_are_said(environ, monkeypatch):
    assert states(findings(environ), "Pictures are read by the worker") == ["ok"]
    assert states(findings(environ | {"OCR": "0"}), "OCR=0") == ["ok"]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert states(findings(environ), "rapidocr-onnxruntime is not installed") == ["warn"]


def test_what_documents_can_be_made_is_said(environ, monkeypatch):
    monkeypatch.setattr(pdf, "PATH", "/nowhere")
    (found,) = [one for one in findings(environ) if "Word files" in one.what]
    assert found.state == doctor.OK and "no PDF" in found.what and "libreoffice" in found.remedy
    own = Path(environ["XIAOBAO_DATA"]) / "documents" / "reply.docx"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"no template")
    (bad,) = [one for one in findings(environ) if one.state == doctor.BAD and "答复书" in one.what]
    assert "no_word_file" in bad.what and "reply.docx" in bad.remedy


def test_little_room_is_said(environ, monkeypatch):
    monkeypatch.setattr(doctor, "LITTLE_MB", 10**9)
    assert states(findings(environ), "MB are free") == ["warn"]


def test_secrets_that_others_may_read_are_bad(environ):
    path = Path(environ["XIAOBAO_DATA"]) / "secrets.env"
    path.write_text("A=b\n")
    path.chmod(0o644)
    assert states(findings(environ), "secrets.env") == ["bad"]
    path.chmod(0o600)
    assert states(findings(environ), "secrets.env") == []


def test_a_database_without_tables_is_bad(environ, tmp_path):
    found = findings(environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'empty.db'}"})
    assert states(found, "does not take a row") == ["bad"]


def test_sqlite_with_many_citizens_is_a_warning(environ, monkeypatch):
    assert states(findings(environ), "SQLite holds") == []
    monkeypatch.setattr(doctor, "MANY_CONVERSATIONS", -1)
    assert states(findings(environ), "SQLite holds") == ["warn"]


def test_telemetry_that_was_turned_on_is_bad(environ):
    assert states(findings(environ), "Rasa's telemetry") == ["ok"]
    assert states(findings(environ | {"RASA_TELEMETRY_ENABLED": "true"}), "RASA_TELEMETRY_ENABLED") == ["bad"]


def test_a_model_that_does_not_fit_is_a_warning_and_none_is_bad(tmp_path):
    (tmp_path / "models").mkdir()
    for file in ("config.yml", "domain.yml", "bot/importer.py"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    assert [f.state for f in doctor.model(tmp_path)] == ["bad"]
    (tmp_path / "models" / "old.tar.gz").touch()
    assert [f.state for f in doctor.model(tmp_path)] == ["warn"]
    (tmp_path / "models" / doctor.training.archive_name(tmp_path)).touch()
    assert [f.state for f in doctor.model(tmp_path)] == ["ok"]


def test_next_years_holidays_are_asked_for_from_november(tmp_path):
    table = tmp_path / "holidays.csv"
    table.write_text("date,name,kind\n2031-01-01,元旦,statutory\n", encoding="utf-8")
    assert [f.what[:24] for f in doctor.holidays(tmp_path, date(2030, 10, 31))] == ["The holidays of 2030 are"]
    assert [f.state for f in doctor.holidays(tmp_path, date(2030, 11, 1))] == ["warn", "warn"]
    table.write_text("date,name,kind\n2031-01-01,元旦,off\n2031-01-04,元旦,work\n", encoding="utf-8")
    assert [f.state for f in doctor.holidays(tmp_path, date(2030, 11, 1))] == ["warn", "ok"]


def test_the_command_ends_with_1_only_when_something_is_bad(environ, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "environment", lambda: environ)
    monkeypatch.setattr(doctor.training, "fitting_model", lambda root: root)
    assert doctor.main() == 0
    assert "It runs; see the warnings." in capsys.readouterr().out
    monkeypatch.setattr(doctor, "environment", lambda: environ | {"SECRET_KEY": "x"})
    assert doctor.main() == 1
    out = capsys.readouterr().out
    assert "-> SECRET_KEY" in out
    assert "Not fit for production." in out


def test_texts_to_telephones_and_where_their_reports_come_in_are_said(environ):
    sms = {"SMS_URL": "https://sms.example.cn", "SMS_KEY": "k" * 16, "SMS_TEMPLATE": "T1", "SMS_SIGN": "云泽消保"}
    sms["SMS_REPORT_KEY"] = "r" * 16
    assert states(findings(environ), "SMS_URL is unset") == ["ok"]
    assert states(findings(environ | sms), "PUBLIC_URL/webhooks/sms/reports") == ["warn"]
    assert states(findings(environ | sms | HEALTHY), "https://chat.example.cn/webhooks/sms/reports") == ["ok"]
    assert states(findings(environ | sms | {"SMS_KEY": "changeme"}), "SMS_KEY is a placeholder") == ["bad"]

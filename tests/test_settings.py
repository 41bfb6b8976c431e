"""Settings: defaults that are safe, refusals that name the variable."""

from __future__ import annotations

import pytest

from xiaobao.settings import Settings, SettingsError, environment, read_env_file

SECRETS = {"SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40}


def settings(**environ: str) -> Settings:
    return Settings.from_env({**SECRETS, **environ})


def test_by_default_everything_stays_on_this_machine_in_sqlite(tmp_path):
    found = settings(XIAOBAO_DATA=str(tmp_path))
    assert (found.bind_host, found.actions_host) == ("127.0.0.1", "127.0.0.1")
    assert found.database_url == f"sqlite:///{tmp_path}/xiaobao.db"
    assert found.tracker_url == f"sqlite:///{tmp_path}/tracker.db"
    assert (found.bot_url, found.actions_url) == ("http://127.0.0.1:5005", "http://127.0.0.1:5055")


@pytest.mark.parametrize("name", list(SECRETS))
@pytest.mark.parametrize("value", ["", "changeme", "CHANGE-ME", "a" * 31])
def test_a_secret_that_is_none_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=name):
        settings(**{name: value})


@pytest.mark.parametrize("url", ["postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg2://u:p@h/d"])
def test_every_spelling_of_postgresql_is_understood_and_the_tracker_follows(url):
    found = settings(DATABASE_URL=url)
    assert found.database_url == found.tracker_url == "postgresql+psycopg2://u:p@h/d"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::"])
def test_the_demo_office_is_served_on_this_machine_only(host):
    with pytest.raises(SettingsError, match="OFFICE=demo"):
        settings(BIND_HOST=host)
    assert settings(BIND_HOST=host, OFFICE="council").bind_host == host


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_PORT", "0"),
        ("DESK_PORT", "65536"),
        ("ACTIONS_PORT", "x"),
        ("BEHIND_TLS", "maybe"),
        ("UPLOAD_MAX_MB", "1.5"),
        ("DESK_PROCESSES", "0"),
        ("DESK_PROCESSES", "17"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=name):
        settings(**{name: value})


def test_the_action_server_leaves_this_machine_only_when_it_is_looked_for_elsewhere():
    apart = {"OFFICE": "council", "BIND_HOST": "0.0.0.0"}
    assert settings(**apart).actions_host == "127.0.0.1"
    assert settings(**apart, ACTIONS_URL="http://actions:5055/").actions_host == "0.0.0.0"
    assert settings(**apart, ACTIONS_URL="http://actions:5055/").actions_url == "http://actions:5055"


def test_the_environment_wins_over_the_file_and_the_file_over_made_secrets(tmp_path, monkeypatch):
    for name in ("XIAOBAO_DATA", "SECRET_KEY", "INTERNAL_SECRET", "OFFICE", "BOT_PORT"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_text("# ours\nOFFICE=council\nBOT_PORT=6005\nSECRET_KEY=\n", encoding="utf-8")
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secrets.env").write_text("SECRET_KEY=made\nOFFICE=never\n", encoding="utf-8")
    monkeypatch.setenv("BOT_PORT", "7005")
    found = environment(tmp_path)
    assert (found["BOT_PORT"], found["OFFICE"], found["SECRET_KEY"]) == ("7005", "council", "made")


def test_an_env_file_may_hold_comments_quotes_and_equal_signs(tmp_path):
    path = tmp_path / ".env"
    path.write_text('\n# x\nA = "b c"\nURL=postgres://h/d?a=b\nEMPTY=\n', encoding="utf-8")
    assert read_env_file(path) == {"A": "b c", "URL": "postgres://h/d?a=b"}
    assert read_env_file(tmp_path / "none") == {}


SMS = {"SMS_URL": "https://sms.example.cn/send", "SMS_KEY": "k-of-the-gateway-1", "SMS_TEMPLATE": "T1"}
SMS |= {"SMS_SIGN": "云泽消保", "SMS_REPORT_KEY": "r-of-the-gateway-1"}


def test_a_gateway_for_texts_is_all_or_nothing():
    assert settings().sms is None
    found = settings(**SMS).sms
    assert found is not None and (found.auth, found.sign) == ("header", "云泽消保")
    for name in SMS:
        with pytest.raises(SettingsError, match=f"{name} missing"):
            settings(**SMS | {name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("SMS_URL", url) for url in ("http://sms.example.cn", "ftp://x", "sms.example.cn")),
        *((name, value) for name in ("SMS_KEY", "SMS_REPORT_KEY") for value in ("changeme", "placeholder", "k" * 15)),
        ("SMS_REPORT_KEY", SMS["SMS_KEY"]),
        ("SMS_AUTH", "basic"),
    ],
)
def test_a_gateway_in_the_clear_and_secrets_that_are_none_are_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=name):
        settings(**SMS | {name: value})

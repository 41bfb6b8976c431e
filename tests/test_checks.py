"""Refusals before the start name what is wrong and what to do."""

from __future__ import annotations

import socket

import pytest

from tests.simulators.product import free_port
from xiaobao import checks
from xiaobao.settings import Settings, SettingsError


def settings(tmp_path, **environ: str) -> Settings:
    ports = {name: str(free_port()) for name in ("BOT_PORT", "ACTIONS_PORT", "DESK_PORT")}
    given = {"XIAOBAO_DATA": str(tmp_path), "SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40, **ports, **environ}
    return Settings.from_env(given)


@pytest.mark.parametrize("name", ["BOT_PORT", "ACTIONS_PORT", "DESK_PORT"])
def test_a_port_that_is_taken_is_named_with_its_variable(tmp_path, name):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(checks.NotReady, match=rf"Port {port} is taken(?s:.*){name}="):
            checks.ports_free(settings(tmp_path, **{name: str(port)}))


def test_free_ports_pass(tmp_path):
    checks.ports_free(settings(tmp_path))


def test_two_processes_cannot_share_a_port(tmp_path):
    with pytest.raises(checks.NotReady, match="BOT_PORT=7001, ACTIONS_PORT=7001"):
        checks.ports_free(settings(tmp_path, BOT_PORT="7001", ACTIONS_PORT="7001"))


def test_a_data_directory_that_cannot_be_written_is_named(tmp_path):
    file = tmp_path / "var"
    file.write_text("a file where a folder is wanted")
    with pytest.raises(checks.NotReady, match=r"var/below is not writable(?s:.*)XIAOBAO_DATA"):
        checks.data_directory(file / "below")


def test_a_new_data_directory_is_private(tmp_path):
    checks.data_directory(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_a_full_disk_is_said_in_megabytes(tmp_path):
    checks.disk_space(tmp_path, least_mb=1)
    with pytest.raises(checks.NotReady, match=r"\d+ MB are free for .*, 999999999 MB are needed"):
        checks.disk_space(tmp_path, least_mb=999_999_999)


def test_another_python_is_refused():
    checks.python_version((3, 10))
    with pytest.raises(checks.NotReady, match=r"Python 3\.11 runs this; Rasa 3\.6 needs 3\.10"):
        checks.python_version((3, 11))


def test_an_office_that_is_in_no_row_is_refused_with_those_that_are(tmp_path):
    checks.office_known(settings(tmp_path))
    with pytest.raises(SettingsError, match=r"OFFICE=nowhere(?s:.*)demo"):
        checks.office_known(settings(tmp_path, OFFICE="nowhere"))

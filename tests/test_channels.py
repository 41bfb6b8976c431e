"""Which channels run: those whose variables are set; half a channel is refused."""

from __future__ import annotations

import importlib

import pytest

from xiaobao.channels import effective
from xiaobao.settings import ROOT, SettingsError

pytestmark = pytest.mark.slow

BOTH = """
bot.channels.website.channel.WebsiteInput:
bot.channels.wechat.channel.WeChatInput:
  token: ${WECHAT_TOKEN}
  app_id: ${WECHAT_APP_ID}
  aes_key: ${WECHAT_AES_KEY}
  mode: ${WECHAT_MODE}
"""
WECHAT = {"WECHAT_TOKEN": "t: #1", "WECHAT_APP_ID": "a", "WECHAT_AES_KEY": "k"}


@pytest.fixture
def credentials(tmp_path):
    path = tmp_path / "credentials.yml"
    path.write_text(BOTH, encoding="utf-8")
    return path


def as_rasa_reads_it(text, tmp_path, monkeypatch, environ):
    from rasa.shared.utils.io import read_config_file

    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "effective.yml"
    path.write_text(text, encoding="utf-8")
    return read_config_file(str(path))


def test_a_channel_without_its_variables_is_left_out_and_named(credentials):
    found = effective(credentials, {})
    assert found.left_out == ("WeChatInput",)
    assert "wechat" not in found.text
    assert "WebsiteInput" in found.text


def test_a_channel_with_all_of_them_is_read_by_rasa_with_its_values(credentials, tmp_path, monkeypatch):
    found = effective(credentials, WECHAT)
    assert found.left_out == ()
    assert "t: #1" not in found.text  # secrets stay out of the file
    read = as_rasa_reads_it(found.text, tmp_path, monkeypatch, WECHAT)
    assert read["bot.channels.wechat.channel.WeChatInput"] == {"token": "t: #1", "app_id": "a", "aes_key": "k"}
    assert read["bot.channels.website.channel.WebsiteInput"] is None


def test_half_a_channel_is_refused_with_what_is_missing(credentials):
    with pytest.raises(SettingsError, match="WECHAT_AES_KEY, WECHAT_APP_ID missing"):
        effective(credentials, {"WECHAT_TOKEN": "t"})


def test_plain_mode_needs_no_key(credentials):
    plain = {"WECHAT_TOKEN": "t", "WECHAT_APP_ID": "a", "WECHAT_MODE": "plain"}
    found = effective(credentials, plain)
    assert "aes_key" not in found.text
    assert "mode" in found.text


def test_every_channel_of_ours_can_be_imported():
    from ruamel.yaml import YAML

    for path in YAML().load((ROOT / "credentials.yml").read_text(encoding="utf-8")):
        module, _, name = path.rpartition(".")
        assert hasattr(importlib.import_module(module), name), path

"""Pages, headers, health."""

from __future__ import annotations

import re

import pytest
import requests

from tests.bot.channels.website.conftest import Bot

PAGES = ["/chat", "/chat/", "/chat/privacy", "/chat/about", "/chat/print"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_comes_with_a_strict_policy(bot: Bot, page: str) -> None:
    answer = requests.get(bot.base + page, timeout=10)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'self' https://shop.example.com" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_another_origin_or_runs_anything_inline(bot: Bot, page: str) -> None:
    text = requests.get(bot.base + page, timeout=10).text
    for found in re.findall(r'(?:src|href|action)="([^"]+)"', text):
        assert found.startswith(("/chat", "#")), found
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", text)


def test_the_parts_of_the_page_load_and_stay_below_the_limit(bot: Bot) -> None:
    text = requests.get(f"{bot.base}/chat", timeout=10).text
    total = 0
    for part in {*re.findall(r'(?:src|href)="(/chat/static/[^"]+)"', text), "/chat"}:
        answer = requests.get(bot.base + part, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=10)
        assert answer.status_code == 200
        total += len(answer.raw.read())
    assert total <= 150 * 1024


def test_a_browser_without_compression_gets_the_same(bot: Bot) -> None:
    plain = requests.get(f"{bot.base}/chat", headers={"Accept-Encoding": "identity"}, timeout=10)
    assert "Content-Encoding" not in plain.headers
    assert plain.text == requests.get(f"{bot.base}/chat", timeout=10).text


@pytest.mark.parametrize(
    "path", ["/chat/nowhere", "/chat/static/nowhere.js", "/chat/static/../channel.py", "/chat/static/pages"]
)
def test_any_other_address_is_answered_with_a_sentence(bot: Bot, path: str) -> None:
    answer = requests.get(bot.base + path, timeout=10)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_the_pages_name_the_office_and_its_words(bot: Bot) -> None:
    about = requests.get(f"{bot.base}/chat/about", timeout=10).text
    assert "云泽市市场监督管理局（演示）" in about
    assert "第十五条" in about
    assert "180天" in requests.get(f"{bot.base}/chat/privacy", timeout=10).text


def test_the_embed_script_knows_the_allowed_origins(bot: Bot) -> None:
    answer = requests.get(f"{bot.base}/chat/embed.js", timeout=10)
    assert '["https://shop.example.com"]' in answer.text
    assert "ALLOWED_ORIGINS" not in answer.text.split("console.warn")[0].split("*/")[1]


def test_health_names_the_part_that_fails(bot: Bot) -> None:
    answer = requests.get(f"{bot.base}/chat/health", timeout=10)
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "failed": []})
    bot.actions.stop()
    try:
        import time

        time.sleep(0.5)
        answer = requests.get(f"{bot.base}/chat/health", timeout=10)
        assert (answer.status_code, answer.json()) == (503, {"ok": False, "failed": ["actions"]})
    finally:
        bot.actions.start()


def test_the_log_carries_no_words_of_citizens(bot: Bot) -> None:
    client = bot.client().greeted()
    client.say("我的秘密是七百二十一")
    client.post(text="")
    assert "七百二十一" not in bot.log()
    assert client.token not in bot.log()

"""The copy of what is stored about a citizen: its owner takes it along, nobody else, and not for long."""

from __future__ import annotations

import json
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
import requests

from bot.channels.website.store import now
from tests.bot.channels.website.conftest import Bot, Client
from tests.bot.channels.website.test_notices import conversation_of
from xiaobao.conversations import copies
from xiaobao.database import make_engine, make_sessions

ROW = {"name": "contact_phone", "title": "电话", "value": "13800001234"}
EVIL = {"name": "said", "title": "您", "value": "<script>alert(1)</script>"}
CONTENT = {"title": "我的信息", "office": "某局", "at": "2026-11-26 10:00", "sections": [
    {"title": "对话", "rows": [ROW, EVIL]}, {"title": "文件", "rows": []},
]}  # fmt: skip


def kept(bot: Bot, client: Client, ago: timedelta = timedelta()) -> str:
    with make_sessions(make_engine(bot.database_url)).begin() as session:
        return copies.keep(session, conversation_of(client), CONTENT, now() - ago)


def load(bot: Bot, client: Client, copy_id: str, ending: str) -> requests.Response:
    return requests.get(f"{bot.base}/chat/my-data/{copy_id}/{ending}", headers=client.headers, timeout=10)


class Cells(HTMLParser):
    """Words of a page, and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_owner_gets_it_as_json_and_as_a_page_that_runs_nothing(bot: Bot, citizen: Client) -> None:
    copy_id = kept(bot, citizen)
    answer = load(bot, citizen, copy_id, "json")
    assert json.loads(answer.text) == CONTENT and answer.headers["Cache-Control"] == "no-store"
    page = load(bot, citizen, copy_id, "html")
    assert "attachment" in page.headers["Content-Disposition"]
    cells = Cells()
    cells.feed(page.text)
    assert {"电话", "13800001234", EVIL["value"], "没有"} <= set(cells.words) and "script" not in cells.tags


@pytest.mark.parametrize("ending", ["json", "html"])
def test_nobody_else_gets_it_and_after_an_hour_nobody(bot: Bot, citizen: Client, ending: str) -> None:
    copy_id = kept(bot, citizen)
    assert load(bot, Client(bot.base).greeted(), copy_id, ending).status_code == 404
    assert load(bot, Client(bot.base), copy_id, ending).status_code == 401
    assert load(bot, citizen, "0" * 32, ending).status_code == 404
    old = kept(bot, citizen, timedelta(hours=1, minutes=1))
    assert load(bot, citizen, old, ending).status_code == 404
    assert load(bot, citizen, copy_id, ending).status_code == 404  # a new copy takes the place of the old one

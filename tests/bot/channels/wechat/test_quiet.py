"""In quiet hours nobody's telephone sounds for a notice; what is urgent, and who just wrote, is another matter."""

from __future__ import annotations

import asyncio
import csv
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, update
from sqlalchemy.orm import Session

from tests.bot.channels.wechat.world import ANNA, World, play
from xiaobao.conversations.quiet import TIMEZONE
from xiaobao.conversations.tables import Conversation, Message
from xiaobao.settings import ROOT
from xiaobao.tickets import deadlines

pytestmark = pytest.mark.slow
NOTICE = "utter_notice_accepted"


def quiet_around_now(folder: Path) -> Path:
    """Reference data whose demo office has quiet hours from two hours ago until in two hours."""
    shutil.copytree(ROOT / "data" / "reference", folder / "reference")
    (folder / "responses").symlink_to(ROOT / "data" / "responses")
    path = folder / "reference" / "office.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    now = deadlines.now().astimezone(TIMEZONE)
    begin, end = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (-2, 2))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "quiet": f"{begin}-{end}" if row["id"] == "demo" else ""} for row in rows)
    return folder / "reference"


def an_hour_passes(world: World) -> None:
    """Since the citizen wrote; the platform's window stays open."""
    engine = create_engine(world.database_url)
    with Session(engine) as session, session.begin():
        for table, column in ((Message, "at"), (Conversation, "last_seen_at")):
            session.execute(update(table).values({column: deadlines.now() - timedelta(hours=1)}))
    engine.dispose()


def test_a_held_notice_waits_is_never_overtaken_and_comes_with_the_citizens_own_words(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        await world.pusher.say(ANNA, "你好")
        conversation = world.runs()[0]["sender"]
        await asyncio.sleep(1)  # the turn looks once more whether something waits
        an_hour_passes(world)
        first = await world.notice(conversation, "n1", NOTICE, hold=True, number="XB1", handler="李")
        again = await world.notice(conversation, "n1", NOTICE, hold=True, number="XB1", handler="李")
        assert (first["delivery"], again["delivery"], again["already"]) == ("held", "held", True)
        await asyncio.sleep(1.5)  # several looks at what is owed
        assert len(world.seen(ANNA)) == 1
        shown = world.rows("SELECT text FROM message WHERE notice_id = 'n1'")
        assert len(shown) == 1, "it stands in the conversation, where the website's page has it"
        urgent = await world.notice(conversation, "n2", NOTICE, number="XB2", handler="李")
        assert urgent["delivery"] == "delivered"
        pushed = "".join(world.seen(ANNA)[1:])
        assert pushed.index("XB1") < pushed.index("XB2")
        assert (await world.notice(conversation, "n1", NOTICE, hold=True, number="XB1", handler="李"))[
            "delivery"
        ] == "delivered"
        assert (await world.notice(conversation, "n3", NOTICE, hold=True, number="XB3", handler="李"))[
            "delivery"
        ] == "held"
        assert "XB3" in await world.pusher.say(ANNA, "在吗")
        assert (await world.notice(conversation, "n3", NOTICE, hold=True, number="XB3", handler="李"))[
            "delivery"
        ] == "delivered"

    play(tmp_path, scene, REFERENCE=str(quiet_around_now(tmp_path)), LOOK_AGAIN="0.4")


def test_who_has_left_is_called_and_not_waited_for(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        await world.pusher.say(ANNA, "你好")
        conversation = world.runs()[0]["sender"]
        await world.pusher.event(ANNA, "unsubscribe")
        assert (await world.notice(conversation, "n1", NOTICE, hold=True, number="XB1", handler="李"))[
            "delivery"
        ] == "left"

    play(tmp_path, scene)

"""A clerk talks on WeChat: within the quota of the platform, the rest with the citizen's next words, the bot silent."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.bot.channels.website.conftest import SECRET
from tests.bot.channels.wechat.world import ANNA, World, play, until
from tests.factories import an_office
from xiaobao.conversations import messages, takeovers, wechat
from xiaobao.database import make_engine, make_sessions
from xiaobao.tickets import deadlines
from xiaobao.worker import takeovers as worker
from xiaobao.worker.outbox import Bot

pytestmark = pytest.mark.slow


def test_a_talk_with_a_clerk_fits_the_quota_and_loses_nothing(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        engine = make_engine(world.database_url)
        sessions = make_sessions(engine)
        bot = Bot(f"http://127.0.0.1:{world.ports[0]}", SECRET)
        office = an_office()

        async def tend() -> None:
            await asyncio.to_thread(worker.tend, sessions, sessions, bot, lambda _: office, deadlines.now)

        def say(text: str) -> None:
            with sessions.begin() as session:
                takeovers.say(session, wish, account_id=1, text=text, key=text, now=deadlines.now())

        await world.pusher.event(ANNA, "subscribe")
        conversation_id = world.runs()[0]["sender"]
        told = len(world.told())
        with sessions.begin() as session:
            takeovers.ask(session, conversation_id, {}, deadlines.now())
            [wish] = [view.id for view in takeovers.queue(session)]
            takeovers.take(session, wish, account_id=1, name="王小云", greeting="现在是王小云", now=deadlines.now())
        await tend()
        await until(lambda: world.seen(ANNA)[-1] == "现在是王小云")
        say("店在哪条路")
        await tend()
        await until(lambda: world.seen(ANNA)[-1] == "【工作人员 王小云】\n店在哪条路")
        assert await world.pusher.say(ANNA, "1") == "", "a number is a number to a human, and the bot has no answer"
        before = len(world.seen(ANNA))
        for n in range(7):
            say(f"第{n}句")
            await tend()
            await asyncio.sleep(0.3)
        await until(lambda: len(world.seen(ANNA)) == before + 5)
        with sessions.begin() as session:
            row = wechat.of_conversation(session, conversation_id)
            assert row is not None and wechat.waits(session, row) and wechat.left_to_send(row, deadlines.now()) == 0
        rest = await world.pusher.say(ANNA, "好的")
        assert "第5句" in rest and "第6句" in rest and "第4句" not in rest
        with sessions.begin() as session:
            takeovers.leave(session, wish, account_id=1, now=deadlines.now())
        await tend()
        await until(lambda: world.seen(ANNA)[-1].startswith("听到了：/human_left"))
        assert world.told()[told:] == ['/human_left{"value": "left"}']
        with sessions.begin() as session:
            said = [m.text for m in messages.of_conversation(session, conversation_id) if m.speaker == "citizen"]
        assert said[-2:] == ["1", "好的"]
        engine.dispose()

    world = play(tmp_path, scene)
    shown = "\n".join(world.seen(ANNA))
    assert [shown.count(f"第{n}句") for n in range(7)] == [1] * 7
    assert world.platform.violations == []

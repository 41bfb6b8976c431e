"""Turns of every length and processes that die: one turn, one answer, never the platform's fault text.

On PostgreSQL three processes stand behind one door: pushes, turns and tokens are shared through the database, so no
other lock server is needed.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.bot.channels.wechat.world import ANNA, World, play, until

pytestmark = pytest.mark.slow
SECONDS = ("0", "3", "4.1", "4.3", "4.9", "5.1", "12", "30")


def workers(database_url: str) -> int:
    return 3 if database_url.startswith("postgresql") else 1


def openid(words: str) -> str:
    return f"oCitizen_waits_{words}_seconds"


def test_turns_of_any_length_run_once_and_are_shown_once(tmp_path: Path, database_url: str) -> None:
    async def scene(world: World) -> None:
        answers = await asyncio.gather(*(world.pusher.say(openid(s), f"慢{s}") for s in SECONDS))
        said = dict(zip(SECONDS, answers, strict=True))
        assert said["0"] == "听到了：慢0" and said["3"] == "听到了：慢3"
        assert {said[s] for s in ("4.9", "5.1", "12", "30")} == {""}
        await until(lambda: all(world.seen(openid(s)) for s in SECONDS), 40)
        await asyncio.sleep(2)

    world = play(tmp_path, scene, database_url=database_url, processes=workers(database_url))
    assert {s: world.seen(openid(s)) for s in SECONDS} == {s: [f"听到了：慢{s}"] for s in SECONDS}
    assert sorted(world.told()) == sorted(f"慢{s}" for s in SECONDS)
    assert world.platform.calls.count("/cgi-bin/stable_token") == 1, "the processes share one token"


def test_repetitions_that_reach_all_processes_at_once_run_one_turn(tmp_path: Path, database_url: str) -> None:
    async def scene(world: World) -> None:
        said = ({"MsgType": "text", "Content": f"慢{s}"} for s in ("1", "6", "12"))
        citizens = [(openid(fields["Content"]), fields) for fields in said]
        await asyncio.gather(*(world.pusher.repeat(who, fields, times=6, at_once=True) for who, fields in citizens))
        await until(lambda: all(world.seen(who) for who, _ in citizens), 20)
        await asyncio.sleep(2)

    world = play(tmp_path, scene, database_url=database_url, processes=workers(database_url))
    assert sorted(world.told()) == ["慢1", "慢12", "慢6"]
    assert all(world.seen(who) == [f"听到了：{who[15:-8]}"] for who in world.platform.followers)


@pytest.mark.parametrize("after", [0.05, 1.0, 2.9])
def test_a_turn_of_a_killed_process_is_answered_after_the_restart_once(tmp_path: Path, after: float) -> None:
    async def scene(world: World) -> None:
        push = asyncio.create_task(world.pusher.say(ANNA, "慢3帮帮我"))
        await asyncio.sleep(after)
        world.kill()
        await push  # the platform finds nobody at home and gives up
        await world.start()
        if not world.rows("SELECT 1 FROM wechat_push"):
            await world.pusher.say(
                ANNA, "慢3帮帮我"
            )  # it was killed before it had the message: the citizen says it again
        await until(lambda: any("帮帮我" in text for text in world.seen(ANNA)), 40)
        await asyncio.sleep(2)

    world = play(tmp_path, scene, judged=False)
    assert sum("帮帮我" in text for text in world.seen(ANNA)) == 1
    assert world.platform.follower(ANNA).ledger.sent <= 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_another_process_takes_over_what_a_killed_one_was_at(tmp_path: Path, database_url: str) -> None:
    async def scene(world: World) -> None:
        push = asyncio.create_task(world.pusher.say(ANNA, "慢6帮帮我"))
        await until(lambda: len(world.begun()) == 1)
        world.kill(world.port_of(world.begun()[0]["pid"]))
        await push
        await until(lambda: bool(world.seen(ANNA)), 60)
        await asyncio.sleep(2)

    world = play(tmp_path, scene, database_url=database_url, processes=3)
    assert world.seen(ANNA) == ["听到了：慢6帮帮我"]
    assert len({one["pid"] for one in world.begun()}) == 2
    assert world.told() == ["慢6帮帮我"]


def test_a_process_killed_while_it_sends_repeats_nothing(tmp_path: Path) -> None:
    """Nobody knows whether the message arrived: the next visit shows it again and says so."""

    async def scene(world: World) -> None:
        world.platform.faults.lost = 1
        await world.pusher.say(ANNA, "慢5")
        await until(lambda: bool(world.seen(ANNA)), 20)
        world.kill()
        await world.start()
        await asyncio.sleep(3)
        assert world.seen(ANNA) == ["听到了：慢5"]

    world = play(tmp_path, scene)
    assert world.told() == ["慢5"]


def test_pushes_of_one_message_that_come_apart_get_one_answer_at_the_edge_of_the_time(tmp_path: Path) -> None:
    """The first is told to wait after 4.2 s; the turn ends a moment later, while the second still waits."""

    async def scene(world: World) -> None:
        async def twice(n: int) -> None:
            fields = {"MsgType": "text", "Content": f"慢{4.0 + n / 20:.2f}"}
            await world.pusher.repeat(openid(str(n)), fields, times=2, at_once=True, apart=0.6)

        await asyncio.gather(*(twice(n) for n in range(12)))
        await until(lambda: all(len(world.seen(openid(str(n)))) == 1 for n in range(12)), 20)
        await asyncio.sleep(2)

    assert len(play(tmp_path, scene).told()) == 12

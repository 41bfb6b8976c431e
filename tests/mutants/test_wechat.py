"""The simulated platform judges the channel; broken variants of the channel must not get past its judge."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.bot.channels.wechat.world import ANNA, World, play, until
from tests.mutants.broken_wechat import nothing_is_broken

pytestmark = pytest.mark.slow
SEND = "/cgi-bin/message/custom/send"
# What the judge has to say of each.
CAUGHT = {
    "nothing_is_recognised_again": "a repetition got another answer",
    "a_repetition_gets_another_answer": "a repetition got another answer",
    "the_answer_is_sent_and_given_back": "the same words twice",
    "the_answer_comes_after_the_platform_hung_up": "three tries without an answer",
    "the_quota_is_not_counted": "more messages than the quota",
    "a_refused_token_is_used_again": "a token was used again after it had been refused",
    "safe_mode_answers_in_plain_text": "the response cannot be opened",
}


def openid(purpose: str) -> str:
    return f"oCitizen_for_{purpose}_00000"


async def course(world: World) -> None:
    """All at once: a message that comes thrice, one that takes long, seven notices, a token that is revoked."""
    await asyncio.gather(thrice(world), long(world), seven_notices(world))
    await revoked(world)


async def thrice(world: World) -> None:
    await world.pusher.repeat(openid("thrice"), {"MsgType": "text", "Content": "数一数"})


async def long(world: World) -> None:
    await world.pusher.say(openid("long"), "慢16")
    await until(lambda: bool(world.seen(openid("long"))), 30)


async def seven_notices(world: World) -> None:
    await world.pusher.say(openid("notices"), "你好呀")
    [conversation_id] = [run["sender"] for run in world.runs() if run["text"] == "你好呀"]
    for n in range(7):
        await world.notice(conversation_id, f"n{n}", "utter_notice_accepted", number=f"XB{n}", handler="李")


async def revoked(world: World) -> None:
    world.platform.revoke()
    push = asyncio.create_task(world.pusher.say(ANNA, "慢5"))
    await push
    await until(lambda: world.platform.calls.count(SEND) >= 7 or bool(world.seen(ANNA)), 20)
    await asyncio.sleep(2)


@pytest.mark.parametrize("mistake", [*CAUGHT, nothing_is_broken.__name__])
def test_the_judge_accepts_the_channel_and_nothing_broken(tmp_path: Path, mistake: str) -> None:
    world = play(tmp_path, course, judged=False, server=("tests.mutants.broken_wechat", mistake))
    verdict = world.platform.verdict()
    if mistake == nothing_is_broken.__name__:
        assert verdict == []
    else:
        assert any(CAUGHT[mistake] in fault for fault in verdict), verdict

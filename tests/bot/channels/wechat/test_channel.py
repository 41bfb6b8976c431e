"""The channel against a platform as strict as the real one: five seconds, retries, quotas, faults."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.bot.channels.wechat.world import ANNA, BERT, World, play, until
from tests.simulators.wechat.push import FAULT

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("mode", ["safe", "compatible", "plain"])
def test_a_quick_answer_goes_back_with_the_push(tmp_path: Path, mode: str) -> None:
    async def scene(world: World) -> None:
        assert await world.pusher.say(ANNA, "你好") == "听到了：你好"

    world = play(tmp_path, scene, mode=mode)
    assert world.seen(ANNA) == ["听到了：你好"]
    assert world.platform.violations == []


def test_an_account_without_the_right_to_send_answers_on_a_later_try(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        world.platform.faults.no_right = True
        await world.pusher.say(ANNA, "慢5")  # learns that there is no right: it waits for the next message
        await until(lambda: "/cgi-bin/message/custom/send" in world.platform.calls)
        await asyncio.sleep(0.5)
        assert "听到了：慢5" in await world.pusher.say(ANNA, "在吗")
        answer = await world.pusher.say(ANNA, "慢7")
        assert "听到了：慢7" in answer
        assert "随便回一个字" in await world.pusher.say(ANNA, "慢16")
        await asyncio.sleep(3)
        assert "听到了：慢16" in await world.pusher.say(ANNA, "好了吗")

    world = play(tmp_path, scene)
    assert "\n".join(world.seen(ANNA)).count("听到了：慢5") == 1
    assert world.told().count("慢7") == 1 and world.told().count("慢16") == 1
    assert world.platform.violations == []


def test_two_pushes_of_one_message_at_once_run_one_turn(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        fields = {"MsgType": "text", "Content": "慢1"}
        assert await world.pusher.repeat(ANNA, fields, at_once=True) == ["听到了：慢1"] * 3
        assert await world.pusher.repeat(ANNA, {"MsgType": "text", "Content": "再来"}) == ["听到了：再来"] * 3
        await world.pusher.send(ANNA, {"MsgType": "text", "Content": "一个号"}, "77")
        assert await world.pusher.send(BERT, {"MsgType": "text", "Content": "同一个号"}, "77") == "听到了：同一个号"

    world = play(tmp_path, scene)
    assert world.told() == ["慢1", "再来", "一个号", "同一个号"]
    assert world.platform.violations == []


def test_messages_typed_in_a_burst_become_one_turn(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        await asyncio.gather(*(world.pusher.say(ANNA, text) for text in ("慢1", "第二句", "第三句")))
        await asyncio.sleep(1)

    world = play(tmp_path, scene)
    assert len(world.told()) <= 2  # the first may be under way already, the rest is one
    assert sorted("\n".join(world.told()).split("\n")) == sorted(["慢1", "第二句", "第三句"])
    assert world.platform.violations == []


def test_choices_are_taken_by_number_and_by_tap_and_cannot_be_forged(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        answer = await world.pusher.say(ANNA, "能退吗")
        assert "1. 帮我投诉" in answer and "《消费者权益保护法》第二十五条" in answer
        assert await world.pusher.say(ANNA, "1") == "听到了：/c"
        await world.pusher.say(ANNA, "1")  # nothing is offered any more: just a word
        await world.pusher.say(BERT, "能退吗")
        await world.pusher.say(BERT, "有用", bizmsgmenuid="1")  # an id that was never given out
        await world.pusher.say(BERT, "/restart")
        await world.pusher.say(BERT, "/::)")

    world = play(tmp_path, scene)
    assert world.told() == ["能退吗", "/c", "1", "能退吗", "有用", "restart", "::)"]
    assert world.platform.violations == []


def test_a_menu_message_can_be_tapped(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        await world.pusher.say(ANNA, "慢5能退吗")
        await until(lambda: bool(world.seen(ANNA)), 20)
        menu = world.platform.follower(ANNA).screen[-1]["menu"]
        assert [item["content"] for item in menu] == ["1. 帮我投诉", "2. 有用", "3. 没用"]
        assert await world.pusher.say(ANNA, menu[0]["content"], bizmsgmenuid=menu[0]["id"]) == "听到了：/c"

    assert play(tmp_path, scene).platform.violations == []


def test_who_follows_is_greeted_and_who_leaves_is_left_in_peace(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        assert "不是真人" in await world.pusher.event(ANNA, "subscribe", "qrscene_station7")
        conversation_id = world.runs()[0]["sender"]
        assert await world.pusher.event(ANNA, "CLICK", "complain")
        assert await world.pusher.event(ANNA, "LOCATION", Latitude="30.1", Longitude="120.2") == ""
        assert await world.pusher.event(ANNA, "VIEW", "https://example.com") == ""
        assert await world.pusher.event(ANNA, "unsubscribe") == ""
        told = await world.notice(conversation_id, "n1", "utter_notice_accepted", number="XB1", handler="小李")
        assert told["delivery"] == "left"

    world = play(tmp_path, scene)
    assert world.told() == ["/greet", "/submit_complaint"]
    assert world.platform.violations == []


def test_kinds_that_nobody_can_read_are_answered(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        for fields in (
            {"MsgType": "text", "Content": "[收到不支持的消息类型，暂无法显示]"},
            {"MsgType": "file", "Title": "合同.docx"},
            {"MsgType": "miniprogrampage", "Title": "小程序"},
            {"MsgType": "text", "Content": ""},
            {"MsgType": "location", "Location_X": "30.2", "Location_Y": "120.1", "Label": "月亮上"},
        ):
            answer = await world.pusher.send(ANNA, fields)
            assert answer not in ("", FAULT), fields
        place = {
            "MsgType": "location",
            "Location_X": "30.25",
            "Location_Y": "120.13",
            "Label": "浙江省杭州市西湖区文三路1号",
        }
        answer = await world.pusher.send(ANNA, place)
        assert "杭州市西湖区" in answer and "文三路" not in answer

    world = play(tmp_path, scene)
    assert world.told() == []
    assert world.platform.violations == []
    assert b"30.25" not in (tmp_path / "test.db").read_bytes()

"""The channel against a platform as strict as the real one: five seconds, retries, quotas, faults."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.channels.wechat.account import Account
from bot.channels.wechat.channel import WechatInput
from tests.bot.channels.website.conftest import free_port
from tests.bot.channels.wechat.world import AES_KEY, ANNA, APP_ID, BERT, World, play, until
from tests.simulators.wechat.push import FAULT
from xiaobao.settings import ROOT, Settings, SettingsError

pytestmark = pytest.mark.slow
LINK = re.compile(r"#continue=([\w.-]+)")
SEND, SUBSCRIBED = "/cgi-bin/message/custom/send", "/cgi-bin/message/template/subscribe"


def play_in_public(folder: Path, scene: Callable[[World], Awaitable[None]], **env: str) -> World:
    """As `play`, with PUBLIC_URL set to where the server is."""
    port = free_port()
    world = World(folder, PUBLIC_URL=f"http://127.0.0.1:{port}", **env)
    world.ports[0] = port
    world.pusher.console.url = f"http://127.0.0.1:{port}/webhooks/wechat/webhook"

    async def run() -> None:
        async with world:
            await scene(world)

    asyncio.run(run())
    return world


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


def test_each_push_of_one_message_gets_the_first_part_of_a_long_answer(tmp_path: Path) -> None:
    """The second part is no answer to the second push: it comes by a message of our own, once."""
    told = "。".join(f"第{n}句话说得很长很长很长很长很长" for n in range(50))

    async def scene(world: World) -> None:
        parts = await world.pusher.repeat(ANNA, {"MsgType": "text", "Content": told}, at_once=True)
        assert len(set(parts)) == 1 and parts[0].startswith("听到了：第0句话")
        await until(lambda: len(world.seen(ANNA)) == 2, 20)

    world = play(tmp_path, scene)
    assert "".join(world.seen(ANNA)).count("第49句话") == 1 and len(world.told()) == 1
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


def test_a_photo_in_between_does_not_take_the_choices_away(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        await world.pusher.say(ANNA, "能退吗")
        photo = io.BytesIO()
        Image.new("RGB", (60, 40), "white").save(photo, "JPEG")
        media_id = world.platform.keep_media(photo.getvalue())
        assert "收到" in await world.pusher.send(ANNA, {"MsgType": "image", "MediaId": media_id})
        assert await world.pusher.say(ANNA, "1") == "听到了：/c"
        await world.pusher.say(ANNA, "1")

    assert play(tmp_path, scene).told() == ["能退吗", "/c", "1"]


def test_a_menu_message_can_be_tapped(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        await world.pusher.say(ANNA, "慢5能退吗")
        await until(lambda: bool(world.seen(ANNA)), 20)
        menu = world.platform.follower(ANNA).screen[-1]["menu"]
        assert [item["content"] for item in menu] == ["1. 帮我投诉", "2. 有用", "3. 没用"]
        assert "回复数字就行：\n1. 帮我投诉" in world.seen(ANNA)[-1]
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


def test_a_printed_code_is_told_to_the_bot_on_follow_and_on_scan(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        await world.pusher.event(ANNA, "subscribe", "qrscene_hall", Ticket="t")
        await world.pusher.event(ANNA, "SCAN", "sample_gym", Ticket="t")
        assert await world.pusher.event(ANNA, "SCAN", "of_nobody") == ""
        assert await world.pusher.event(BERT, "subscribe", 'qrscene_hall"}') != ""

    world = play(tmp_path, scene)
    about = '/greet{{"slot_name": "scene", "value": "{}"}}'
    assert world.told() == [about.format("hall"), about.format("sample_gym"), "/greet"]
    assert world.platform.violations == []


def test_a_conversation_goes_on_on_the_website_by_a_link_that_works_once(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        base = f"http://127.0.0.1:{world.ports[0]}"
        await world.pusher.say(ANNA, "我在微信里说的")
        shown = await world.pusher.say(ANNA, "网页")
        found = re.search(rf"{base}/chat#continue=([\w.-]+)", shown)
        assert found, shown
        async with aiohttp.ClientSession() as client:

            async def ask(link: str) -> tuple[int, dict[str, Any]]:
                async with client.post(f"{base}/chat/continue", json={"link": link}) as answer:
                    return answer.status, await answer.json()

            for forged in ("", "x", found.group(1)[:-2], f"{found.group(1)}x"):
                status, told = await ask(forged)
                assert status == 410 and "回复“网页”" in told["message"], forged
            opened = await asyncio.gather(*(ask(found.group(1)) for _ in range(3)))
            assert sorted(status for status, _ in opened) == [200, 409, 409], "one use, also at the same moment"
            assert all("打开过" in told["message"] for status, told in opened if status == 409)
            token = next(told["token"] for status, told in opened if status == 200)
            headers = {"Authorization": f"Bearer {token}"}
            async with client.get(f"{base}/chat/messages?after=0", headers=headers) as answer:
                before = await answer.json()
            texts = [message["text"] for message in before["messages"]]
            assert "我在微信里说的" in texts and any("同一段对话" in text for text in texts)
            assert not any(found.group(1) in text for text in texts), "the link stands in no stored message"
            body = {"text": "我在网页上说的", "client_message_id": "w1"}
            async with client.post(f"{base}/chat/messages", json=body, headers=headers) as answer:
                seq = (await answer.json())["last_seq"]
            async with client.get(f"{base}/chat/messages?after={seq}", headers=headers):
                pass
        assert await world.pusher.say(ANNA, "又回来了") == "听到了：又回来了", "what was read there is not said again"
        links: list[str] = []
        for n, text in enumerate(("去网页", "网页链接"), start=2):
            await world.pusher.say(ANNA, text)  # an end of the turn before may hand the answer over by a message
            await until(lambda n=n: len(LINK.findall("\n".join(world.seen(ANNA)))) == n)  # type: ignore[misc]
            links.append(LINK.findall("\n".join(world.seen(ANNA)))[-1])
        link, newer = links
        async with aiohttp.ClientSession() as client:
            async with client.post(f"{base}/chat/continue", json={"link": link}) as answer:
                assert answer.status == 410, "a newer link ends the one before"
            async with client.post(f"{base}/chat/continue", json={"link": newer}) as answer:
                assert answer.status == 200
        assert found.group(1) not in world.log() and newer not in world.log()

    world = play_in_public(tmp_path, scene)
    assert world.told() == ["我在微信里说的", "我在网页上说的", "又回来了"]
    assert world.platform.violations == []


async def agree(shown: str, openid: str, answer: str = "confirm") -> tuple[int, str]:
    """Open the platform's page of a subscription, press, and be taken back."""
    found = re.search(r"(http\S+/mp/subscribemsg\?[^#\s]+)#wechat_redirect", shown)
    assert found, shown
    where = f"{found.group(1)}&sim_openid={openid}&answer={answer}"
    async with aiohttp.ClientSession() as client, client.get(where) as page:
        return page.status, await page.text()


def test_one_reminder_is_asked_for_at_filing_and_used_once_when_nothing_else_reaches(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        assert "subscribemsg" not in await world.pusher.say(ANNA, "你好")
        shown = await world.pusher.say(ANNA, "回执")
        conversation_id = world.runs()[0]["sender"]
        assert "没关系" in (await agree(shown, ANNA, "cancel"))[1]
        assert (await agree(shown, BERT))[0] == 410, "nobody agrees for somebody else"
        assert "提醒您一次" in (await agree(shown, ANNA))[1]
        await agree(shown, ANNA)
        params = {"number": "XB1", "handler": "小李"}
        inside = await world.notice(conversation_id, "n1", "utter_notice_accepted", **params)
        assert inside["delivery"] == "delivered" and not world.platform.calls.count(SUBSCRIBED), "the window is open"
        world.platform.faults.code[SEND] = 45015
        world.platform.faults.code[SUBSCRIBED] = -1
        busy = await world.notice(conversation_id, "n2", "utter_notice_accepted", **params)
        assert busy["delivery"] == "undelivered", "certainly not sent: the consent is kept"
        del world.platform.faults.code[SUBSCRIBED]
        outside = await world.notice(conversation_id, "n3", "utter_notice_accepted", **params)
        assert outside["delivery"] == "sent"
        last = world.platform.follower(ANNA).screen[-1]
        assert last["from"] == "template" and "XB1 有新进展" in last["text"] and "小李" not in last["text"]
        again = await world.notice(conversation_id, "n4", "utter_notice_accepted", **params)
        assert again["delivery"] == "undelivered", "one consent, one message"
        del world.platform.faults.code[SEND]
        assert (await world.pusher.say(ANNA, "在吗")).count("已受理") == 3, "what waited comes with the next visit"

    world = play_in_public(tmp_path, scene, WECHAT_SUBSCRIBE_ID="once")
    assert world.platform.violations == []


def test_a_process_killed_over_a_reminder_does_not_remind_twice(tmp_path: Path) -> None:
    """Two consents are there; the second is not used for what the first was used for."""

    async def scene(world: World) -> None:
        for _ in range(2):
            await agree(await world.pusher.say(ANNA, "回执"), ANNA)
        conversation_id = world.runs()[0]["sender"]
        world.platform.faults.code[SEND] = 45015
        world.platform.faults.slow = 0.7
        told = asyncio.create_task(world.notice(conversation_id, "n1", "utter_notice_accepted", number="XB1"))
        await until(lambda: SUBSCRIBED in world.platform.calls)
        world.kill()
        with pytest.raises(aiohttp.ClientError):
            await told
        await asyncio.sleep(0.8)  # the platform had it all the same
        world.platform.faults.slow = 0.0
        await world.start()
        again = await world.notice(conversation_id, "n1", "utter_notice_accepted", number="XB1")
        assert again["delivery"] == "sent" and again["already"]
        assert [line["from"] for line in world.platform.follower(ANNA).screen].count("template") == 1
        other = await world.notice(conversation_id, "n2", "utter_notice_accepted", number="XB1")
        assert other["delivery"] == "sent", "the second consent is there for something else"

    play_in_public(tmp_path, scene, WECHAT_SUBSCRIBE_ID="once")


def test_without_a_website_nobody_is_sent_there(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        assert "没有开网页" in await world.pusher.say(ANNA, "网页")
        assert "http" not in await world.pusher.send(ANNA, {"MsgType": "file", "Title": "合同.docx"})

    assert play(tmp_path, scene).told() == []


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


def test_a_wrong_table_of_codes_stops_the_channel_with_its_row(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(ROOT / "data" / "reference", folder)
    (folder / "wechat_scenes.csv").write_text(
        "scene,title,merchant,merchant_address,region,source\nhall,,,,,\n", encoding="utf-8"
    )
    environ = {"XIAOBAO_DATA": str(tmp_path), "SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40}
    settings = replace(Settings.from_env(environ), reference_dir=folder)
    account = Account.from_options({"token": "simulator", "app_id": APP_ID, "app_secret": "s", "aes_key": AES_KEY})
    with pytest.raises(SettingsError, match=r"wechat_scenes\.csv row 2, column title"):
        WechatInput(settings, account).blueprint(lambda message: asyncio.sleep(0))

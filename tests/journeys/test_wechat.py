"""A complaint over WeChat with the running product: photos, a correction, the quota; then the reply, by whatever right is left."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from aiohttp import web
from PIL import Image, ImageDraw

from tests.bot.channels.wechat.world import AES_KEY, ANNA, APP_ID, APP_SECRET, TOKEN
from tests.privacy import search
from tests.simulators import later, staff
from tests.simulators.citizen import PERSONA, Citizen
from tests.simulators.product import Product, free_port
from tests.simulators.wechat.platform import Platform
from tests.simulators.wechat.push import Console, Pusher

pytestmark = [pytest.mark.model, pytest.mark.slow]
STORY = "我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，电话没人接，我要退款"
CONTACT = " ".join(PERSONA.values())
SEND, TEMPLATE = "/cgi-bin/message/custom/send", "/cgi-bin/message/template/send"
CHOICE = re.compile(r"^(\d)\. (.+)$", re.MULTILINE)
HOURS = 3600.0


class Account:
    """The product with an account on the simulated platform; `later` moves the platform's clock, in seconds."""

    def __init__(self, data: Path) -> None:
        self.later = 0.0
        self.platform = Platform(APP_ID, APP_SECRET, self.now)
        self.port = free_port()
        names = {"TOKEN": TOKEN, "APP_ID": APP_ID, "APP_SECRET": APP_SECRET, "AES_KEY": AES_KEY, "TEMPLATE_ID": "news"}
        names["API_BASE"] = f"http://127.0.0.1:{self.port}"
        wechat = {f"WECHAT_{name}": value for name, value in names.items()}
        self.product = Product(data=data, PUBLIC_URL="http://127.0.0.1", **wechat)
        self.pusher = Pusher(self.platform, Console(f"{self.product.bot}/webhooks/wechat/webhook", TOKEN, AES_KEY))
        self.messages = 0

    def now(self) -> float:
        return time.time() + self.later

    async def say(self, text: str) -> str:
        """What the citizen sees after a message."""
        return await self._sent({"MsgType": "text", "Content": text})

    async def photo(self, shade: int) -> str:
        picture, out = Image.new("RGB", (320, 240), (shade, 180, 150)), BytesIO()
        ImageDraw.Draw(picture).rectangle((40, 40, 200 + shade // 3, 160), fill=(20, shade, 60))
        picture.save(out, "JPEG")
        media_id = self.platform.keep_media(out.getvalue())
        return await self._sent({"MsgType": "image", "MediaId": media_id, "PicUrl": "http://example.com/p"})

    async def _sent(self, fields: dict[str, str]) -> str:
        self.messages += 1
        seen = self.platform.follower(ANNA).seen
        before = len(seen())
        await self.pusher.send(ANNA, fields)
        await until(lambda: len(seen()) > before)
        return "\n".join(seen()[before:])

    def choose(self, shown: str, title: str) -> str:
        return next(n for n, found in CHOICE.findall(shown) if found == title)


async def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    for _ in range(int(seconds * 10)):
        if true():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it never came true")


def play(data: Path, scene: Callable[[Account], Awaitable[None]]) -> None:
    """Start, run the scene, stop."""
    account = Account(data)

    async def run() -> None:
        runner = web.AppRunner(account.platform.app(), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", account.port).start()
        try:
            await asyncio.to_thread(account.product.start)
            await scene(account)
        finally:
            await asyncio.to_thread(account.product.stop)
            await runner.cleanup()

    asyncio.run(run())


def take(person: staff.Staff, number: str, step: str, **fields: str) -> Any:
    return asyncio.to_thread(person.take, number, step, **fields)


async def follow_up(account: Account, clerk: staff.Staff, number: str) -> None:
    """Closed, and asked some days later: outside of the window the number alone, inside the question."""
    platform = account.platform
    platform.faults.code.pop(TEMPLATE, None)
    await asyncio.to_thread(later.grave, account.product.data, number)
    await take(clerk, number, "close", result="双方谈好，退款2860元")
    await until(lambda: "已办结" in platform.follower(ANNA).seen()[-1])
    account.later, before = 49 * HOURS, len(platform.templates)
    await asyncio.to_thread(later.ask, account.product.data, 4)
    await until(lambda: len(platform.templates) > before)
    told = platform.follower(ANNA).seen()[-1]
    assert number in told and "有新进展" in told and "兑现" not in told
    account.later = 0.0
    shown = await account.say("我来看看")
    if "兑现了没有" not in shown:
        shown = "\n".join(platform.follower(ANNA).seen()[-4:])
    assert "兑现了没有" in shown, shown
    shown = await account.say("没兑现")
    assert "办得怎么样" in shown
    shown = await account.say("不满意")
    assert "不是法定期限" in shown
    assert "负责人会看到" in await account.say("一分钱没退")


async def two_devices(account: Account, clerk: staff.Staff, number: str, code: str) -> None:
    """To the website with number and code, and back."""
    platform, browser = account.platform, Citizen(account.product.bot)
    await asyncio.to_thread(browser.open)
    told = await asyncio.to_thread(browser.say, f"把单子转到这里接着办 {number} {code}")
    assert "接到这里了" in "".join(message["text"] for message in told)
    await until(lambda: "换到别的设备" in platform.follower(ANNA).seen()[-1])
    shown = await account.say(f"查进度 {number} {code}")
    assert "接到这里了" in await account.say(account.choose(shown, "在这里接着办"))
    await take(clerk, number, "reopen", text="退款没有到账")
    await until(lambda: "重新办理" in platform.follower(ANNA).seen()[-1])
    told = await asyncio.to_thread(browser.poll, 2)
    said = "".join(message["text"] for message in told)
    assert said.count("换到别的设备") == 1 and "重新办理" not in said


def test_a_complaint_and_its_answer_over_wechat(tmp_path: Path) -> None:
    async def scene(account: Account) -> None:
        platform = account.platform
        await account.pusher.event(ANNA, "subscribe")
        shown = await account.say(STORY)
        assert "乐动健身" in shown and "2680" in shown
        assert "收到" in await account.photo(40)
        assert "收到" in await account.photo(200)
        shown = await account.say("演示路8号")
        if "可以转吗" in shown:
            shown = await account.say(account.choose(shown, "可以转"))
        shown = await account.say(CONTACT)
        assert "确认提交" in shown
        shown = await account.say("金额不对，是2860元")
        shown = await account.say(account.choose(shown, "确认提交"))
        [number] = set(re.findall(r"XB\d{8}-\d{6}", shown))
        [code] = set(re.findall(r"查询码\D{0,6}(\d{6})", shown))
        assert account.messages <= 10
        assert platform.follower(ANNA).ledger.sent <= 5 and platform.verdict() == []

        person = await asyncio.to_thread(staff.admin, account.product.desk, account.product.log)
        clerk = await asyncio.to_thread(staff.colleague, person, "wang", "supervisor", "王工")
        page = await asyncio.to_thread(clerk.get, f"/tickets/{number}")
        facts = "".join(re.findall(r'(?s)<dl class="facts panel">.*?</dl>', page)).replace(",", "")
        assert "2860" in facts and "2680" not in facts, "as corrected"
        assert len(set(re.findall(r"/evidence/(\w+)", page))) >= 2, "both photos are there"

        await take(clerk, number, "accept")
        await until(lambda: "已受理" in platform.follower(ANNA).seen()[-1])

        account.later = 49 * HOURS  # the citizen was silent for two days: nothing but a template may be sent
        await take(clerk, number, "assign", department="市场监管一科")
        await until(lambda: len(platform.templates) >= 1)
        told = platform.follower(ANNA).seen()[-1]
        assert number in told and "市场监管一科" not in told, (
            "outside of the conversation: the number and that there is news"
        )

        platform.faults.code[TEMPLATE] = 48001  # not even that
        await take(clerk, number, "reply", text="经核实情况属实，已联系商家，三天内退您2860元。")

        def somebody_must_call() -> bool:
            return "请打电话" in clerk.get(f"/tickets/{number}")

        for _ in range(30):
            if await asyncio.to_thread(somebody_must_call):
                break
            await asyncio.sleep(1)
        else:
            raise AssertionError(re.sub(r"<[^>]+>|\s+", " ", clerk.page)[:3000])
        assert "2860元。" not in "".join(platform.follower(ANNA).seen()[-2:])

        account.later = 0.0
        shown = await account.say("我来看看")
        assert "三天内退您2860元" in shown
        await follow_up(account, clerk, number)
        await two_devices(account, clerk, number, code)
        assert [fault for fault in platform.verdict() if "quota" not in fault] == []
        await seen_and_erased(account, number, code)

    play(tmp_path, scene)


async def seen_and_erased(account: Account, number: str, code: str) -> None:
    """我的信息 by words: proven, shown, a link for the rest; erased with the openid, the ticket stays under its code."""
    begun = time.time() - 1
    assert "核对一下是不是本人" in await account.say("我的信息")
    shown = await account.say(code)
    assert number in shown and "回“网页”" in shown
    [link] = re.findall(r"/chat#continue=([\w.-]+)", await account.say("网页"))
    base = account.product.bot
    opened = await asyncio.to_thread(requests.post, f"{base}/chat/continue", json={"link": link}, timeout=20)
    headers = {"Authorization": f"Bearer {opened.json()['token']}"}
    listed = await asyncio.to_thread(requests.get, f"{base}/chat/messages", headers=headers, timeout=20)
    [copy] = [m["card"] for m in listed.json()["messages"] if (m["card"] or {}).get("type") == "my_data"]
    path = f"{base}/chat/my-data/{copy['id']}/json"
    whole = await asyncio.to_thread(requests.get, path, headers=headers, timeout=20)
    assert PERSONA["contact_phone"] in whole.text and number in whole.text
    assert search.in_folder({ANNA}, account.product.data, begun)
    shown = await account.say("把我的信息都删了")
    assert "请现在记下" in await account.say(account.choose(shown, "确定删除"))
    for _ in range(60):
        if not await asyncio.to_thread(search.in_folder, {ANNA}, account.product.data, begun):
            break
        await asyncio.sleep(1)
    else:
        raise AssertionError("the openid is still there")
    shown = await account.say(f"{number} {code}")
    assert number in shown

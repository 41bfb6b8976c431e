"""`make wechat-demo` as a newcomer meets it: started once, played on the telephone in a real browser."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.journeys.browser import ARGUMENTS, CHROMIUM
from tests.simulators.product import free_port
from xiaobao.settings import ROOT

pytestmark = [pytest.mark.model, pytest.mark.browser, pytest.mark.slow]
STORY = "我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，电话没人接，我要退款"
PORTS = ("WECHAT_DEMO_PORT", "BOT_PORT", "ACTIONS_PORT", "DESK_PORT")
THEIRS = ".line.account, .line.platform, .line.template"


@dataclass
class Running:
    """The demo's process."""

    address: str
    process: subprocess.Popen[bytes]
    out: Path
    ports: list[int]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("wechat-demo")
    ports = [free_port() for _ in PORTS]
    # What a real account and a real database of this machine would set: the demo must use none of it.
    wrong = {"WECHAT_APP_SECRET": "the-real-secret", "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "XIAOBAO_DATA": str(data),
        **wrong,
        **{name: str(port) for name, port in zip(PORTS, ports, strict=True)},
    }
    out = data / "demo.out"
    with out.open("wb") as log:
        command = [sys.executable, "-m", "tests.simulators.wechat.demo"]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        for _ in range(600):
            if "The WeChat demo is ready" in out.read_text(encoding="utf-8") or process.poll() is not None:
                break
            time.sleep(0.5)
        said = out.read_text(encoding="utf-8")
        assert f"open http://127.0.0.1:{ports[0]}/" in said, said[-3000:]
        yield Running(f"http://127.0.0.1:{ports[0]}", process, out, ports)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)


@dataclass
class Telephone:
    """One user with the page open."""

    page: Any
    complaints: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return int(self.page.locator(THEIRS).count())

    def next(self, before: int, seconds: int = 25) -> str:
        """What appears after `before` lines."""
        self.page.locator(THEIRS).nth(before).wait_for(timeout=seconds * 1000)
        return str(self.page.locator(THEIRS).nth(before).inner_text())

    def say(self, text: str) -> str:
        before = self.count
        self.page.fill("#text", text)
        self.page.keyboard.press("Enter")
        return self.next(before)

    def press(self, selector: str) -> str:
        before = self.count
        self.page.locator(selector).first.click()
        return self.next(before)

    def follow(self) -> str:
        return self.press("#follow")

    def fault(self, name: str) -> None:
        self.page.locator(f"#fault-{name}").check()
        self.page.wait_for_timeout(300)

    def recover(self) -> None:
        self.page.locator('[data-fault="none"]').click()
        self.page.wait_for_timeout(300)

    def file(self) -> str:
        """Tell the story and answer what is asked; the number of the ticket."""
        said = self.say(STORY)
        for _ in range(12):
            if found := re.search(r"XB\d{8}-\d{6}", said):
                return found.group()
            if choice := re.search(r"^(\d)\. (?:确认提交|可以转)$", said, re.MULTILINE):
                said = self.say(choice.group(1))
            elif "姓名 电话" in said:
                said = self.say("林晓芳，13800138000，演示市演示路1号")
            else:
                said = self.say("不知道")
        raise AssertionError(said)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not Path(CHROMIUM).exists():
        if "browser" in os.environ.get("XIAOBAO_REQUIRE", ""):
            pytest.fail(f"{CHROMIUM} is missing")
        pytest.skip(f"{CHROMIUM} is missing")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def telephone(demo: Running, chromium: Any) -> Iterator[Telephone]:
    context = chromium.new_context(viewport={"width": 1280, "height": 860}, locale="zh-CN")
    context.set_default_timeout(15_000)
    opened = Telephone(context.new_page())
    opened.page.on("console", lambda m: opened.complaints.append(m.text) if m.type == "error" else None)
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.goto(demo.address)
    opened.page.locator("#follow").wait_for()
    yield opened
    opened.recover()
    context.close()
    assert opened.complaints == []


def test_a_newcomer_files_a_complaint_and_hears_of_it_inside_and_outside_of_the_window(telephone: Telephone) -> None:
    page = telephone.page
    assert "不是真人" in telephone.follow()
    page.locator("#menu button", has_text="要办事").click()
    assert "从头说" in telephone.press('#sub button:has-text("我要投诉")')
    page.locator("#plus").click()
    assert "收到" in telephone.press("#sample")
    number = telephone.file()
    summary = page.locator(".line.account", has_text="确认提交").last.inner_text()
    assert "乐动健身" in summary and "2680" in summary, "what is confirmed has to be seen before"
    with page.context.expect_page() as opened:
        page.locator(".line.account a", has_text="subscribemsg").click()
    opened.value.get_by_role("link", name="同意").click()
    opened.value.get_by_text("提醒您一次").wait_for()
    opened.value.close()
    heard = telephone.press("#accept")
    assert number in heard and "受理" in heard
    assert "主动发了 1 条，最多 5 条" in page.locator("#ledger").inner_text()

    page.locator('[data-fault="later"]').click()
    page.get_by_text("窗口已经关了").wait_for()
    before = telephone.count
    page.locator("#accept").click()
    notice = telephone.next(before)
    assert "服务通知" in notice and number in notice and "合同" not in notice, "others may read along"
    assert "合同" in telephone.say("你好")
    assert page.locator("#violations").is_hidden(), page.locator("#violations").inner_text()


def test_the_wire_is_shown_encrypted_and_opened(telephone: Telephone) -> None:
    telephone.follow()
    telephone.say("网购七天内能退货吗")
    page = telephone.page
    row = page.locator("#wire details", has_text="文字").first
    row.locator("summary").click()
    shown = row.inner_text()
    assert "<Content><![CDATA[网购七天内能退货吗]]></Content>" in shown, "what the user sent"
    assert "<Encrypt>" in shown and "<MsgSignature>" in shown, "what went over the wire"
    assert "<MsgType><![CDATA[text]]></MsgType>" in shown and shown.count("<Content>") == 2, "what the bot said"


def test_a_slow_turn_comes_later_and_a_choice_of_it_can_be_tapped(telephone: Telephone) -> None:
    telephone.follow()
    telephone.fault("thinking")
    before = telephone.count
    answer = telephone.say("网上买的衣服不想要了，七天内能退吗")
    assert "七" in answer and telephone.count == before + 1
    page = telephone.page
    page.locator("#wire summary", has_text="发客服消息").first.wait_for()
    page.locator("#wire summary", has_text="success，4.").first.wait_for()
    before = telephone.count
    page.locator(".tap").last.click()
    telephone.next(before)


def test_a_printed_code_fills_the_shop_and_is_told(telephone: Telephone) -> None:
    page = telephone.page
    welcome = telephone.press('#scan-follow button:has-text("样例健身")')
    assert "不是真人" in welcome and "投诉这家" in welcome
    number = re.search(r"^(\d)\. 投诉这家$", welcome, re.MULTILINE)
    assert number
    assert "云泽市东城区示例路8号" in telephone.say(number.group(1))
    telephone.say("10月3日办了张卡，交了2680元，上周店关门了，我要退款")
    page.locator("#plus").click()
    assert "3·15现场" in telephone.press('#scan button:has-text("3·15现场")')


def test_the_conversation_goes_on_on_the_website_once(telephone: Telephone) -> None:
    telephone.follow()
    telephone.say("我在微信里说的")
    telephone.say("网页")
    link = telephone.page.locator(".line.account a").last
    with telephone.page.context.expect_page() as opened:
        link.click()
    website = opened.value
    website.get_by_text("我在微信里说的").first.wait_for()
    website.get_by_text("同一段对话").first.wait_for()
    assert "#" not in website.url, "the token does not stay in the address"
    website.close()
    with telephone.page.context.expect_page() as opened:
        link.click()
    opened.value.get_by_text("已经打开过一次").wait_for()
    opened.value.close()


def test_faults_are_survived_and_said(telephone: Telephone) -> None:
    telephone.follow()
    page = telephone.page
    telephone.fault("unreachable")
    assert "故障" in telephone.say("有人吗")
    page.locator("#wire summary", has_text="第 3 次").first.wait_for()
    telephone.recover()
    telephone.fault("43004")
    telephone.fault("thinking")
    page.fill("#text", "买到假货怎么办")
    page.keyboard.press("Enter")
    page.locator("#wire summary", has_text="43004").first.wait_for(timeout=25_000)
    telephone.recover()
    assert telephone.say("你好")
    page.locator("#plus").click()
    before = telephone.count
    page.locator("#voice").click()
    telephone.next(before)
    page.locator("#plus").click()
    before = telephone.count
    page.locator("#place button").click()
    assert "西湖区" in telephone.next(before)
    page.locator("#plus").click()
    page.locator("#leave").click()
    page.locator("#follow").wait_for()


def test_the_page_fits_a_small_screen(telephone: Telephone) -> None:
    telephone.follow()
    page = telephone.page
    page.set_viewport_size({"width": 390, "height": 844})
    for side in ("behind", "phone"):
        page.locator(f'.tabs [data-side="{side}"]').click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#text").is_visible()
    page.set_viewport_size({"width": 1280, "height": 860})


def test_only_the_page_itself_can_play(demo: Running) -> None:
    form = requests.post(f"{demo.address}/demo/fault", data={"name": "revoke"}, timeout=5)
    assert form.status_code == 415, "another site's form must not move anything"
    for path in ("/page/../demo.py", "/page/%2e%2e%2fdemo.py", "/page/phone.py"):
        assert requests.get(demo.address + path, timeout=5).status_code == 404
    wrong = {"openid": "<script>", "kind": "text", "text": "x"}
    assert requests.post(f"{demo.address}/demo/act", json=wrong, timeout=5).status_code == 400


def test_control_c_stops_everything(demo: Running) -> None:
    """The last one: nothing of it is left afterwards."""
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(60) == 0
    assert "The WeChat demo has ended." in demo.out.read_text(encoding="utf-8")
    for port in demo.ports:
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{port}/", timeout=2)

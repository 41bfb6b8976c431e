"""The chat page as a citizen has it in hand: what is on it, what was asked for, what went wrong."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
CONTACT = {
    "contact_name": "林晓芳",
    "contact_phone": "13800138000",
    "contact_address": "演示省演示市演示区演示路1号2室",
}
THEIRS = ".message:not(.citizen)"
# Wider than the window, for the page and for the scrolling log inside it.
SIDEWAYS = """() => {
    const log = document.getElementById("log");
    return document.documentElement.scrollWidth > window.innerWidth || Boolean(log && log.scrollWidth > log.clientWidth);
}"""
LOW_BUTTONS = """() => Array.from(document.querySelectorAll("button"))
    .filter((button) => button.getClientRects().length && button.getBoundingClientRect().height < 43.9)
    .map((button) => button.textContent + " " + button.getBoundingClientRect().height)"""
FOCUSED = """() => {
    const here = document.activeElement;
    if (!here || here === document.body) return "";
    const label = here.labels && here.labels[0] ? here.labels[0].textContent : "";
    return here.getAttribute("aria-label") || label || here.textContent.trim();
}"""


def keep_picture(page: Any, name: str, full_page: bool = False) -> None:
    """A screenshot in the folder XIAOBAO_PICTURES names; none without it, for no test judges by a picture."""
    folder = os.environ.get("XIAOBAO_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=full_page)


@dataclass
class Watch:
    """Everything a page asked for and complained of."""

    origin: str
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def on(self, page: Any) -> None:
        page.on("request", self._request)
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.origin + "/", "blob:" + self.origin)):
            self.elsewhere.append(request.url)


class Chat:
    """One citizen with one page open."""

    def __init__(self, page: Any, base: str) -> None:
        self.page = page
        self.base = base
        self.watch = Watch(base)
        self.watch.on(page)

    def open(self) -> Chat:
        self.page.goto(f"{self.base}/chat")
        self.page.locator(".doors .button").nth(3).wait_for()
        return self

    @property
    def theirs(self) -> int:
        """How many messages of the other side are shown."""
        return int(self.page.locator(THEIRS).count())

    @property
    def last(self) -> Any:
        return self.page.locator(THEIRS).last

    def replied(self, before: int) -> str:
        """Wait for an answer behind the first `before` messages and for the end of it; returns the last words."""
        self.page.locator(THEIRS).nth(before).wait_for(timeout=30_000)
        for _ in range(50):
            shown = self.theirs
            self.page.wait_for_timeout(250)
            if shown == self.theirs and not self.page.locator(".citizen.pending").count():
                break
        return str(self.last.inner_text())

    def say(self, text: str) -> str:
        before = self.theirs
        self.page.fill("#text", text)
        self.page.press("#text", "Enter")
        return self.replied(before)

    def press(self, title: str) -> str:
        before = self.theirs
        self.page.get_by_role("button", name=title, exact=True).last.click()
        return self.replied(before)

    def fill_contact(self, values: dict[str, str]) -> str:
        before = self.theirs
        card = self.page.locator("form.card[data-card=contact]").last
        for name, value in values.items():
            card.locator(f"[name={name}]").fill(value)
        card.get_by_role("button", name="填好了").click()
        return self.replied(before)

    def has(self, what: str) -> bool:
        """Whether the newest words of the other side carry this (a selector inside their message)."""
        return bool(self.last.locator(what).count())

    def to_contact(self, story: str) -> None:
        """From the story to the contact card, saying 不知道 to what is still asked."""
        self.say(story)
        self._answer_until(lambda: self.has("form.card[data-card=contact]"))

    def to_summary(self, story: str) -> None:
        """From the story to the summary."""
        self.to_contact(story)
        self.fill_contact(CONTACT)
        self._answer_until(self.summary_is_shown)

    def file(self, story: str) -> str:
        """From the story to the receipt; returns the number."""
        self.to_summary(story)
        self.press("确认提交")
        return str(self.page.locator(".number").last.inner_text())

    def summary_is_shown(self) -> bool:
        return bool(self.last.get_by_role("button", name="确认提交").count())

    def _answer_until(self, arrived: Any) -> None:
        for _ in range(10):
            if arrived():
                return
            buttons = [title for title in ("可以转", "同意") if self.has(f'.button:text-is("{title}")')]
            if buttons:
                self.press(buttons[0])
            else:
                self.say("不知道")
        raise AssertionError(self.page.locator("#messages").inner_text())

    def reach(self, name: str, key: str = "Shift+Tab", most: int = 60) -> None:
        """Walk by keyboard until the focus is on what is called `name`. Raises AssertionError when it never is."""
        passed = []
        for _ in range(most):
            self.page.keyboard.press(key)
            passed.append(self.page.evaluate(FOCUSED))
            if passed[-1] == name:
                return
        raise AssertionError(f"no way to {name} by keyboard: {passed}")

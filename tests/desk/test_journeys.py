"""A clerk's day, a supervisor's morning and a bank's month in a real browser; XIAOBAO_PICTURES=folder keeps pictures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import PASSWORD, Clock
from tests.factories import CLERK, NOW, file_ticket
from tests.journeys import axe
from tests.journeys.browser import ARGUMENTS, CHROMIUM, keep_picture
from xiaobao.desk.context import Desk
from xiaobao.settings import Settings
from xiaobao.tickets import queries, service
from xiaobao.tickets.accounts import AccountView

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium"),
]
MOST_CLICKS = 5  # of the most frequent act


class Person:
    """Somebody at the desk; every click on the page is counted."""

    def __init__(self, page: Any, address: str, login: str) -> None:
        self.page, self.clicks = page, 0
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.goto(address)
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        self.address = address

    def click(self, target: Any) -> None:
        target.click()
        self.clicks += 1

    def open(self, number: str) -> None:
        self.page.goto(f"{self.address}/tickets/{number}")

    def step(self, label: str, **fields: str) -> None:
        """Open the form of a step, fill it in, take it; boxes are ticked by their label."""
        link = self.page.get_by_role("link", name=label, exact=True)
        if not link.is_visible():
            self.click(self.page.locator(".more-steps summary"))
        self.click(link)
        for name, value in fields.items():
            field = self.page.locator(f"#step [name={name}]")
            kind = field.first.get_attribute("type")
            if kind in ("radio", "checkbox"):
                self.click(self.page.locator(f"#step [name={name}][value={value}]"))
            elif field.first.evaluate("node => node.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.click(self.page.locator("#step button.primary"))
        self.page.locator(".good-box").wait_for(timeout=10_000)

    def picture(self, name: str) -> None:
        keep_picture(self.page, name)


@contextmanager
def at_work(address: str, *logins: str) -> Iterator[list[Person]]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            people = []
            for login in logins:
                page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
                people.append(Person(page, address, login))
            yield people
            for person in people:
                assert person.complaints == []
        finally:
            browser.close()


def test_a_clerks_day_of_twelve_tickets(address: str, desk: Desk, staff: dict[str, AccountView]) -> None:
    numbers = [file_ticket(desk.writing, merchant=f"第{n}百货店") for n in range(1, 13)]
    with at_work(address, "clerk", "handler") as (clerk, handler):
        clerk.picture("desk-list")
        for number in numbers[:9]:
            before = clerk.clicks
            clerk.page.goto(f"{address}/")
            clerk.click(clerk.page.get_by_role("link", name=number))
            clerk.step("受理")
            assert clerk.clicks - before <= MOST_CLICKS
        for number in numbers[9:]:
            clerk.open(number)
            clerk.step("不予受理", ground="N2", text="消协已经调解过。")
        for number in numbers[:9]:
            clerk.open(number)
            clerk.step("分办", department="消保科", handler=str(staff["handler"].id))
        clerk.picture("desk-ticket-assigned")
        for number in numbers[:9]:
            handler.open(number)
            handler.step("答复", text="经核实情况属实，商家同意退货退款，129元三天内退到您账户。")
            before = handler.clicks
            handler.step("办结", result="商家已退款。")
            assert handler.clicks - before <= MOST_CLICKS
        assert axe.faults(handler.page) == []
    with desk.reading() as session:
        states = [queries.ticket(session, number).status for number in numbers]
    assert states == ["closed"] * 9 + ["rejected"] * 3


def test_a_supervisors_morning(address: str, desk: Desk, staff: dict[str, AccountView], clock: Clock) -> None:
    late = file_ticket(desk.writing, merchant="超期百货店")
    clock.pass_(days=20)
    wrong = file_ticket(desk.writing, now=clock.now, merchant="错拒百货店")
    with desk.writing.begin() as session:
        service.reject(session, wrong, actor=CLERK, now=clock.now, office=desk.office, ground="N2")
    with at_work(address, "supervisor", "clerk") as (supervisor, clerk):
        supervisor.page.goto(f"{address}/wall")
        assert axe.faults(supervisor.page) == []
        supervisor.picture("desk-wall")
        supervisor.click(supervisor.page.locator(".figures a", has_text="超期没办完"))
        supervisor.click(supervisor.page.get_by_role("link", name=late))
        supervisor.step("督办", text="已经超期，今天必须决定受理不受理。")
        supervisor.open(wrong)
        supervisor.step("撤销决定", text="消协没有受理过，重新办。")
        clerk.open(late)
        assert "还没回复" in clerk.page.content()
        clerk.step("回复督办", text="今天下午决定。")
        clerk.step("受理")
    with desk.reading() as session:
        found = [queries.ticket(session, number) for number in (late, wrong)]
    assert [one.status for one in found] == ["accepted", "submitted"]
    assert found[0].supervised_at is None


class TestBank:
    """The desk of a bank's consumer protection office."""

    @pytest.fixture
    def settings(self, tmp_path: Path, sqlite_template: Path) -> Settings:
        shutil.copy(sqlite_template, tmp_path / "xiaobao.db")
        given = {"XIAOBAO_DATA": str(tmp_path), "SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40, "OFFICE": "bank"}
        return Settings.from_env(given)

    def test_a_month_through_all_steps_of_a_financial_complaint(
        self, address: str, desk: Desk, staff: dict[str, AccountView], clock: Clock
    ) -> None:
        number = file_ticket(
            desk.writing,
            office_id="bank",
            merchant=None,
            institution="样例银行",
            narrative="信用卡年费没有提前告诉我就扣了。",
        )
        with at_work(address, "clerk", "handler", "supervisor") as (clerk, handler, supervisor):
            clerk.open(number)
            clerk.step("受理")
            clerk.step("分办", department="消保办公室", handler=str(staff["handler"].id))
            clock.pass_(days=12)
            handler.open(number)
            handler.step("申请延期", clock="decide", text="要向开户网点调录音。")
            supervisor.open(number)
            supervisor.step("批准延期")
            handler.open(number)
            handler.step("中止计时", cause="assessment", text="请外部机构评估录音。")
            clock.pass_(days=5)
            handler.open(number)
            handler.step("恢复计时")
            handler.picture("desk-bank-ticket")
            handler.step(
                "作出处理决定",
                text="退还年费300元。",
                facts="开卡时没有说明年费。",
                basis_text="领用合约第八条要求提前告知。",
                remedies="可以在收到之日起30日内向上级机构申请核查，也可以调解、仲裁、起诉。",
            )
            clock.pass_(days=9)
            clerk.open(number)
            clerk.step("申请核查", text="只退了一年的。", by_branch="yes")
            supervisor.open(number)
            supervisor.step("作出核查决定", text="三年年费都退。")
            handler.open(number)
            handler.step("办结", result="三年年费900元已退。")
            clerk.open(number)
            clerk.step("回访", text="已到账，满意。")
            clerk.step("归档")
            assert axe.faults(clerk.page) == []
        with desk.reading() as session:
            ticket = queries.ticket(session, number)
        assert (ticket.process, ticket.status) == ("finance", "archived")
        decided = next(clock for clock in ticket.clocks if clock.name == "decide")
        assert decided.state == "met" and len(decided.extensions) == 1
        assert decided.due - NOW.date() >= timedelta(days=30 + 5)

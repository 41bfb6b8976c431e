"""`python -m tests.desk.pictures [--count 400] [--only NAME ...]`: the pictures of docs/staff-guide.md and README, taken anew.

A demo office is filled, the desk served, and each screen opened by somebody of the right role in a real browser.
"""

from __future__ import annotations

import argparse
import secrets
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from tests.desk.conftest import HASHED
from tests.desk.test_queue_browser import sign_in
from tests.journeys.browser import ARGUMENTS, CHROMIUM
from xiaobao import database, demo
from xiaobao.conversations import messages, takeovers
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import BOT, CITIZEN
from xiaobao.desk.access import Staff
from xiaobao.desk.app import create_app
from xiaobao.desk.context import KEY, Desk
from xiaobao.settings import ROOT, Settings
from xiaobao.tickets import accounts, assignment, canned_texts, deadlines, departments, liaison
from xiaobao.tickets.tables import Account, Ticket
from xiaobao.tickets.workflow import Kind, Role, Status

FOLDER = ROOT / "docs" / "images"
BANK = "云泽商业银行（样例）"
COLOURS = 128  # of a picture: screens have few, and the files stay small
STORY = (
    "10月3日我在乐动健身和平路店办了一张年卡，微信付了2680元，11月8号店突然关门，老板电话打不通，"
    "办卡合同和付款记录都在。我要求退还剩下的钱。"
)


@dataclass(frozen=True)
class Picture:
    """Who opens what, and what is done there before the picture is taken."""

    name: str
    login: str
    path: str
    width: int = 1280
    height: int = 900
    act: Callable[[Any], None] = lambda page: None


def main(count: int, only: list[str]) -> None:
    """Fill an office, take the pictures, and throw the office away."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(prefix="xiaobao-pictures-") as folder:
        desk, address, stop = opened(Path(folder), count)
        try:
            with desk.writing.begin() as session:
                wanted = pictures(session)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                for picture in wanted:
                    if not only or picture.name in only:
                        take(browser, address, picture)
                browser.close()
        finally:
            stop()


def opened(folder: Path, count: int) -> tuple[Desk, str, Callable[[], None]]:
    """A filled office and its desk on a free port, and how to close it."""
    keys = {name: secrets.token_urlsafe(40) for name in ("SECRET_KEY", "INTERNAL_SECRET")}
    settings = Settings.from_env({**keys, "XIAOBAO_DATA": str(folder), "OFFICE": "demo"})
    database.upgrade(settings.database_url)
    app = create_app(settings)
    desk: Desk = app.extensions[KEY]

    def progress(done: int) -> None:
        print(f"\r{done} of {count} tickets", end="", flush=True)

    demo.fill(desk.writing, desk.filed_office, count, deadlines.now(), HASHED, progress=progress)
    print()
    with desk.writing.begin() as session:
        beside(session)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return desk, f"http://127.0.0.1:{server.server_port}", server.shutdown


def beside(session: Session) -> None:
    """What the demo office lacks: an admin, a liaison with a task, texts, a rule, somebody who waits for a human."""
    now = deadlines.now()
    for login, role, institution in (("admin", Role.ADMIN, None), ("liaison", Role.LIAISON, BANK)):
        accounts.create(
            session, login=login, name=f"{role.label}甲", role=role, password_hash=HASHED, now=now,
            must_change=False, institution=institution, department=None,
        )  # fmt: skip
    departments.add(session, "消保科")
    assignment.add(session, {"name": "健身和预付卡", "object_prefix": "", "department": "消保科", "handler": "least"})
    for place, title, text in (
        ("reply", "情况属实，已退款", "经核实，您反映的【商家】一事属实，商家已退款【金额】。您还有别的问题可以打【电话】。"),
        ("accept", "会联系商家", "我们会尽快联系【商家】核实，请保持电话畅通。"),
        ("talk", "问好", "您好，我是【本单位】的工作人员，您的情况我看到了。"),
    ):  # fmt: skip
        canned_texts.save(session, place, title, text)
    ticket = number_of(session, Status.ASSIGNED)
    clerk = session.scalars(select(Account).where(Account.role == Role.CLERK)).first()
    assert clerk
    liaison.hand(
        session, ticket, actor=Staff(accounts.view(clerk)).actor, now=now, institution=BANK, question="请说明扣款原因和退款进度。",
        limit_on=deadlines.local_date(now) + timedelta(days=7),
    )  # fmt: skip
    conversation_id = messages.open_conversation(session, channel="website", now=now - timedelta(minutes=6))
    for speaker, text in ((CITIZEN, STORY), (BOT, "请问店在哪条街？"), (CITIZEN, "说不清楚，我要找人工")):
        messages.append(session, conversation_id, Draft(speaker, text), now - timedelta(minutes=4))
    slots = {"merchant": "乐动健身和平路店", "amount": "2680元", "claim": "退款", "own_use": "yes"}
    takeovers.ask(session, conversation_id, {"kind": "complaint", "story": STORY, "slots": slots}, now)


def number_of(session: Session, status: Status, kind: Kind = Kind.COMPLAINT, assignee: int | None = None) -> str:
    """The newest ticket in a status."""
    query = select(Ticket.number).where(Ticket.status == status, Ticket.kind == kind)
    if assignee is not None:
        query = query.where(Ticket.assignee_id == assignee)
    found = session.scalars(query.order_by(Ticket.id.desc())).first()
    assert found, f"no ticket is {status}"
    return found


def pictures(session: Session) -> list[Picture]:
    """Every picture; the tickets are chosen from the filled office."""
    handler = session.scalars(
        select(Account)
        .join(Ticket, Ticket.assignee_id == Account.id)
        .where(Ticket.status == Status.ASSIGNED, Ticket.kind == Kind.COMPLAINT)
    ).first()
    assert handler
    new, mine = number_of(session, Status.SUBMITTED), number_of(session, Status.ASSIGNED, assignee=handler.id)
    return [
        Picture("desk-today-1280", "clerk1", "/today"),
        Picture("desk-list-1280", "clerk1", "/"),
        Picture("desk-ticket-1280", "clerk1", f"/tickets/{new}"),
        Picture("desk-accept-1280", "clerk1", f"/tickets/{new}?step=accept", act=shown("#step")),
        Picture("desk-counter-390", "clerk1", f"/tickets/{new}?step=supplement", 390, 844, act=shown("#f-evidence")),
        Picture("desk-reply-1280", handler.login, f"/tickets/{mine}?step=reply", act=replying),
        Picture("desk-ticket-390", handler.login, f"/tickets/{mine}", width=390, height=844),
        Picture("desk-intake-1280", "clerk1", "/intake", act=telling),
        Picture("desk-wall-1280", "supervisor3", "/wall"),
        Picture("desk-assign-1280", "supervisor3", "/assign"),
        Picture("desk-reception-1280", "clerk1", "/reception", act=receiving),
        Picture("desk-liaison-1280", "liaison", "/liaison", act=lambda page: page.locator("td a, th a").first.click()),
        Picture("desk-settings-1280", "admin", "/settings/texts"),
        Picture("desk-accounts-1280", "admin", "/accounts"),
    ]


def shown(selector: str) -> Callable[[Any], None]:
    """Scroll to a part of the page."""
    return lambda page: page.locator(selector).scroll_into_view_if_needed()


def replying(page: Any) -> None:
    """A canned text with a gap is chosen and looked at."""
    page.get_by_label("常用语").select_option("情况属实，已退款")
    page.get_by_role("button", name="先看看").click()
    page.locator("#step").scroll_into_view_if_needed()


def telling(page: Any) -> None:
    """A story is typed; the fields fill themselves."""
    page.locator("textarea").first.fill(STORY)
    page.wait_for_timeout(4000)


def receiving(page: Any) -> None:
    """Somebody waits; the clerk takes the talk."""
    page.get_by_role("button", name="接待").first.click()
    page.wait_for_timeout(1000)


def take(browser: Any, address: str, picture: Picture) -> None:
    """Sign in, go there, act, and keep the picture with few colours."""
    page = browser.new_context(viewport={"width": picture.width, "height": picture.height}).new_page()
    sign_in(page, address, picture.login)
    page.get_by_role("button", name="退出").wait_for(timeout=20_000)
    page.goto(address + picture.path)
    page.wait_for_timeout(800)
    picture.act(page)
    page.wait_for_timeout(500)
    image = Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS)
    image.save(FOLDER / f"{picture.name}.png", optimize=True)
    page.context.close()
    print(picture.name, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.desk.pictures")
    parser.add_argument("--count", type=int, default=400, help="tickets of the office")
    parser.add_argument("--only", nargs="*", default=[], help="names of pictures")
    given = parser.parse_args()
    main(given.count, given.only)

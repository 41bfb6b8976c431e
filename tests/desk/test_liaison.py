"""The liaison's portal: only what the own institution was handed, signed for, answered, given back."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from tests.desk.conftest import HASHED, Browser, signed_in
from tests.factories import CLERK, NOW, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.settings import Settings
from xiaobao.tickets import accounts, liaison
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.tables import Audit, OutboxRow
from xiaobao.tickets.workflow import Role

BANK = "云泽商业银行（样例）"


@pytest.fixture
def number(desk: Desk, staff: dict[str, AccountView]) -> str:
    with desk.writing.begin() as session:
        accounts.change(session, staff["liaison"].id, name="钱联络<b>", role=Role.LIAISON, institution=BANK)
        accounts.create(
            session, login="other", name="孙联络", role=Role.LIAISON, password_hash=HASHED, now=NOW,
            institution="另一家银行（样例）", must_change=False,
        )  # fmt: skip
    return file_ticket(desk.writing)


@pytest.fixture
def task_id(desk: Desk, number: str) -> int:
    with desk.writing.begin() as session:
        limit = NOW.date() + timedelta(days=7)
        return liaison.hand(
            session, number, actor=CLERK, now=NOW, institution=BANK, question="请说明<i>原因</i>", limit_on=limit
        ).id


@pytest.fixture
def bank(app: Flask, number: str) -> Browser:
    return signed_in(app, Role.LIAISON)


def picture() -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", (20, 20)).save(data, "PNG")
    data.seek(0)
    return data, "回单<b>.png"


def test_a_clerk_hands_a_complaint_over_from_its_page(clerk: Browser, bank: Browser, number: str) -> None:
    page = clerk.get(f"/tickets/{number}").text
    assert f"<option>{BANK}</option>" in page and 'value="2026-11-30"' in page
    answer = clerk.post(f"/tickets/{number}/hand", institution=BANK, question="请说明", limit_on="2026-11-30")
    assert "已交给机构联络员" in answer.text and "待签收" in answer.text
    assert number in bank.get("/liaison").text


@pytest.mark.parametrize("question", ["他还举报了，请说明", "请配合查处", "有人举 报", ""])
def test_a_question_that_tells_of_a_report_is_refused_and_kept(
    clerk: Browser, desk: Desk, number: str, question: str
) -> None:
    answer = clerk.post(f"/tickets/{number}/hand", institution=BANK, question=question, limit_on="2026-11-30")
    assert answer.status_code == 422 and question in answer.text
    with desk.reading() as session:
        assert liaison.of_ticket(session, number) == []


def test_a_report_cannot_be_handed_over(clerk: Browser, desk: Desk, number: str) -> None:
    report = file_ticket(desk.writing, ticket_kind="report")
    assert "交给联络员" not in clerk.get(f"/tickets/{report}").text
    answer = clerk.post(f"/tickets/{report}/hand", institution=BANK, question="请说明", limit_on="2026-11-30")
    assert answer.status_code == 409


def test_it_is_signed_for_answered_with_a_file_and_read_by_the_desk_alone(
    bank: Browser, clerk: Browser, desk: Desk, number: str, task_id: int
) -> None:
    assert "&lt;i&gt;原因&lt;/i&gt;" in bank.get(f"/liaison/{task_id}").text
    assert "已签收。" in bank.post(f"/liaison/{task_id}/sign").text
    answer = bank.post(f"/liaison/{task_id}/answer", text="已退<款>", files=picture())
    assert "答复已交给承办人" in answer.text and "已退&lt;款&gt;" in answer.text
    page = clerk.get(f"/tickets/{number}").text
    assert "已退&lt;款&gt;" in page and "内部，群众看不到" in page and "钱联络&lt;b&gt;" in page
    link = re.findall(rf'href="(/tickets/{number}/liaison/\d+/files/\w+)"', page)[0]
    opened = clerk.client.get(link)
    assert opened.data[:4] == b"\x89PNG" and opened.headers["Content-Disposition"].startswith("attachment")
    with desk.reading() as session:
        actions = [row.action for row in session.scalars(select(Audit))]
    assert actions[-1] == "open_liaison_file" and {"liaison_sign", "liaison_answer"} <= set(actions)


@pytest.mark.parametrize(
    "data", [b"", b"<script>alert(1)</script>", b"MZ\x90\x00" + b"\0" * 100, b"\x89PNG\r\n\x1a\nbroken"]
)
def test_a_file_is_judged_by_its_content_and_nothing_is_left_behind(
    bank: Browser, settings: Settings, task_id: int, data: bytes
) -> None:
    bank.post(f"/liaison/{task_id}/sign")
    answer = bank.post(f"/liaison/{task_id}/answer", text="写了很久的答复", files=(io.BytesIO(data), "a.png"))
    assert answer.status_code == 422 and "写了很久的答复" in answer.text and "附件没有收下" in answer.text
    assert not list((settings.evidence_dir / "liaison").glob("*"))


def test_a_refused_answer_leaves_no_file_behind(bank: Browser, settings: Settings, task_id: int) -> None:
    assert bank.post(f"/liaison/{task_id}/answer", text="没签收", files=picture()).status_code == 409
    bank.post(f"/liaison/{task_id}/sign")
    assert bank.post(f"/liaison/{task_id}/answer", text=" ", files=picture()).status_code == 422
    assert not list((settings.evidence_dir / "liaison").glob("*"))


def test_it_is_given_back_with_a_reason(bank: Browser, clerk: Browser, number: str, task_id: int) -> None:
    assert bank.post(f"/liaison/{task_id}/return", reason="").status_code == 422
    assert "已退回" in bank.post(f"/liaison/{task_id}/return", reason="不是我行<b>").text
    assert "不是我行&lt;b&gt;" in clerk.get(f"/tickets/{number}").text


def test_another_institution_finds_nothing(app: Flask, number: str, task_id: int) -> None:
    other = signed_in(app, "other")
    assert number not in other.get("/liaison").text
    assert other.get(f"/liaison/{task_id}").status_code == 404
    for act in ("sign", "answer", "return"):
        assert other.post(f"/liaison/{task_id}/{act}", text="x", reason="x").status_code == 404
    assert other.get(f"/liaison/{task_id}/files/x").status_code == 404
    assert other.get(f"/tickets/{number}").status_code == 403


def test_contact_data_are_shown_only_after_consent_and_who_looked_is_written_down(
    app: Flask, desk: Desk, bank: Browser, task_id: int
) -> None:
    page = bank.get(f"/liaison/{task_id}").text
    assert "13800001234" not in page and "欧阳" not in page and "幸福里" not in page
    agreed = file_ticket(desk.writing, pass_on_to_merchant="yes")
    with desk.writing.begin() as session:
        task = liaison.hand(
            session, agreed, actor=CLERK, now=NOW, institution=BANK, question="请说明", limit_on=NOW.date()
        )
    page = bank.get(f"/liaison/{task.id}").text
    assert "13800001234" in page and "欧阳娜娜" in page and "幸福里" not in page
    with desk.reading() as session:
        looks = [row.subject for row in session.scalars(select(Audit)) if row.action == "liaison_look"]
    assert looks == [agreed]


def test_an_overdue_task_says_so_on_both_sides(
    bank: Browser, clerk: Browser, desk: Desk, number: str, task_id: int, clock: object
) -> None:
    clock.pass_(days=8)  # type: ignore[attr-defined]
    assert "超过期限" in bank.get("/liaison").text
    assert "超过期限" in clerk.get(f"/tickets/{number}").text


def test_a_liaison_without_an_institution_sees_nothing(app: Flask, staff: dict[str, AccountView]) -> None:
    assert "现在没有交办的投诉" in signed_in(app, Role.LIAISON).get("/liaison").text


def test_a_citizen_is_told_nothing_of_an_answer(bank: Browser, desk: Desk, number: str, task_id: int) -> None:
    with desk.reading() as session:
        before = len(session.scalars(select(OutboxRow)).all())
    bank.post(f"/liaison/{task_id}/sign")
    bank.post(f"/liaison/{task_id}/answer", text="内部答复")
    with desk.reading() as session:
        assert len(session.scalars(select(OutboxRow)).all()) == before

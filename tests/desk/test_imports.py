"""The desk's screen for imports: upload, a look, line by line, then the import."""

from __future__ import annotations

import csv
import io
import re
import threading
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.desk.conftest import Browser, signed_in
from tests.factories import REFERENCE, an_office
from xiaobao.desk import imports
from xiaobao.desk.context import Desk
from xiaobao.imports import columns, jobs
from xiaobao.tickets import accounts
from xiaobao.tickets.tables import Audit, Ticket

REGISTER = (
    "登记编号,投诉日期,投诉内容,涉及金额,备注\n"
    "A1,2026-11-02,电水壶漏电，老板不肯退,129,x\n"
    "A2,2026-11-02,健身卡退款,abc,x\n"
    "=cmd|'/c calc'!A1,2026-11-02,第三件事,没有,x\n"
)
STAFF = "登录名,姓名,角色\nzhang,张三,受理员\nli,李四,局长\n"


@pytest.fixture
def supervisor(app: Flask, staff: Any) -> Browser:
    return signed_in(app, "supervisor")


def upload(browser: Browser, content: bytes, sheet: str = "tickets", name: str = "登记簿.csv") -> TestResponse:
    data = {"csrf": browser.csrf(), "sheet": sheet, "file": (io.BytesIO(content), name)}
    return browser.client.post("/imports", data=data, content_type="multipart/form-data")


def work(desk: Desk) -> None:
    names = columns.load(REFERENCE)
    jobs.work(desk.writing, lambda session: an_office(), names, desk.settings.data_dir, desk.now)


def count(desk: Desk, table: Any = Ticket) -> int:
    with desk.reading() as reading:
        return reading.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_register_is_looked_through_then_imported(supervisor: Browser, desk: Desk, encoding: str) -> None:
    sent = upload(supervisor, REGISTER.encode(encoding))
    assert sent.status_code == 303
    place = sent.headers["Location"]
    page = supervisor.get(place).text
    assert "正在检查" in page and 'http-equiv="refresh"' in page
    work(desk)
    page = supervisor.get(place).text
    assert "还什么都没有写入" in page and "http-equiv" not in page and "导入2行" not in page
    assert "涉及金额：看不出是多少钱" in page and "这几列没有用到：备注" in page and count(desk) == 0
    supervisor.post(f"{place}/start")
    assert "正在导入" in supervisor.get(place).text
    work(desk)
    page = supervisor.get(f"{place}?outcome=good").text
    assert "导入完了" in page and 'href="/tickets/XB20261102-000001"' in page and count(desk) == 1
    assert not list((desk.settings.data_dir / jobs.FOLDER).iterdir())


def test_the_report_is_a_file_without_formulas(supervisor: Browser, desk: Desk) -> None:
    place = upload(supervisor, REGISTER.encode()).headers["Location"]
    work(desk)
    told = supervisor.client.get(f"{place}/report?format=csv")
    rows = list(csv.reader(io.StringIO(told.data.decode("utf-8-sig"))))
    assert rows[0] == ["行号", "编号", "结果", "单号", "问题"] and [row[0] for row in rows[1:]] == ["2", "3", "4"]
    assert rows[3][1].startswith("'=cmd")
    book = load_workbook(io.BytesIO(supervisor.client.get(f"{place}/report?format=xlsx").data))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert len(cells) == 20 and not [cell for cell in cells if cell.data_type == "f"]
    assert supervisor.client.get(f"{place}/report?format=exe").status_code == 422


def test_two_presses_import_once(supervisor: Browser, desk: Desk) -> None:
    place = upload(supervisor, REGISTER.encode()).headers["Location"]
    work(desk)
    for _ in range(2):
        assert supervisor.post(f"{place}/start", follow=False).status_code == 303
    work(desk)
    supervisor.post(f"{place}/start")
    work(desk)
    assert count(desk) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0xxxx", "旧版Excel"),
        (b"", "文件是空的"),
        ("一,二\n".encode(), "缺这几列：原编号、提交时间、经过"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(supervisor: Browser, desk: Desk, content: bytes, said: str) -> None:
    place = upload(supervisor, content).headers["Location"]
    work(desk)
    assert said in supervisor.get(place).text and '<button class="primary">导入' not in supervisor.page


def test_an_upload_without_a_file_or_too_large_is_refused(
    supervisor: Browser, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"csrf": supervisor.csrf(), "sheet": "tickets"}
    assert supervisor.client.post("/imports", data=data).status_code == 422
    assert upload(supervisor, b"x" * 2_000_000).status_code == 303  # larger than other forms may be
    monkeypatch.setattr(imports.sheets, "MOST_BYTES", 1_000_000)
    assert upload(supervisor, b"x" * 2_000_000).status_code == 413
    assert len(list((desk.settings.data_dir / jobs.FOLDER).iterdir())) == 1


def test_the_name_of_a_file_is_no_path_and_no_markup(supervisor: Browser, desk: Desk) -> None:
    upload(supervisor, b"a", name="..\\..\\<b>x</b>.csv")
    page = supervisor.get("/imports").text
    assert "&lt;b&gt;x&lt;/b&gt;.csv" not in page or "<b>x</b>" not in page
    assert ".." not in re.sub(r"\.\.\.", "", page.split("<main")[1])


def test_accounts_are_the_admins_and_passwords_are_shown_once(
    app: Flask, admin: Browser, supervisor: Browser, desk: Desk
) -> None:
    assert upload(supervisor, STAFF.encode(), sheet="accounts").status_code == 422
    place = upload(admin, STAFF.encode(), sheet="accounts").headers["Location"]
    page = admin.get(place).text
    assert "角色：不认得这个词" in page and "导入1行" in page
    assert supervisor.get(place).status_code == 404 and supervisor.get(f"{place}/report").status_code == 404
    answer = admin.post(f"{place}/start")
    found = re.search(r"zhang</th>.*?>(\w{4}-\w{4}-\w{4})</td>", answer.text, re.DOTALL)
    assert found and found[1] not in admin.get(place).text
    assert "只显示这一次" not in admin.post(f"{place}/start").text
    with desk.reading() as reading:
        account = accounts.find(reading, "zhang")
        assert account and account.must_change and accounts.find(reading, "li") is None
        actions = [one.action for one in reading.scalars(select(Audit)) if one.account_id]
    assert actions.count("import_accounts") == 1 and actions.count("create_account") == 1
    fresh = Browser(app.test_client())
    assert fresh.post("/sign-in", login="zhang", password=found[1], follow=False).status_code == 303


def test_too_many_accounts_at_once_are_refused(admin: Browser, desk: Desk) -> None:
    rows = "".join(f"u{n},名{n},受理员\n" for n in range(101))
    place = upload(admin, ("登录名,姓名,角色\n" + rows).encode(), sheet="accounts").headers["Location"]
    assert "最多100行" in admin.get(place).text


@pytest.mark.slow
def test_two_presses_at_once_make_each_account_once(app: Flask, admin: Browser, desk: Desk) -> None:
    place = upload(admin, STAFF.encode(), sheet="accounts").headers["Location"]
    csrf, answers = admin.csrf(), []

    def press() -> None:
        answers.append(admin.client.post(f"{place}/start", data={"csrf": csrf}))

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted("只显示这一次" in answer.text for answer in answers) == [False, True]
    with desk.reading() as reading:
        assert [one.action for one in reading.scalars(select(Audit))].count("import_accounts") == 1

"""Settings by an admin: profile, departments, directory, rules, holidays."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.desk.conftest import Browser
from xiaobao.desk.context import Desk
from xiaobao.tickets import departments, directory, office_settings
from xiaobao.tickets.tables import Audit


def test_a_new_name_is_shown_at_once_and_an_empty_one_takes_it_back(admin: Browser, desk: Desk) -> None:
    before = desk.filed_office.name
    page = admin.post("/settings", name="新的<b>名字</b>", target_days="5").text
    assert "新的&lt;b&gt;名字&lt;/b&gt;" in page and "已保存" in page
    assert desk.office.target_days == 5
    assert before in admin.post("/settings", name="").text
    with desk.reading() as session:
        assert [row.action for row in session.scalars(select(Audit))] == ["change_office"] * 2


def test_a_wrong_number_is_named_and_the_rest_kept(admin: Browser, desk: Desk) -> None:
    answer = admin.post("/settings", name="打好的名字", target_days="99")
    assert answer.status_code == 422 and "打好的名字" in answer.text
    with desk.reading() as session:
        assert office_settings.values(session) == {}


def test_a_department_is_made_closed_and_opened(admin: Browser, desk: Desk) -> None:
    page = admin.post("/settings/departments", department="一科<i>").text
    assert "一科&lt;i&gt;" in page
    assert admin.post("/settings/departments", department="一科<i>").status_code == 422
    with desk.reading() as session:
        one = departments.all_departments(session)[0]
    assert "不再分办" in admin.post(f"/settings/departments/{one.id}", closed="1").text
    assert "不再分办" not in admin.post(f"/settings/departments/{one.id}", closed="0").text


def test_a_number_nobody_confirmed_is_told_after_a_check(admin: Browser, desk: Desk) -> None:
    unsure = next(line.number for line in desk.filed_office.reference.hotlines.values() if not line.may_be_told)
    assert "机器人不说" in admin.get("/settings/directory").text
    path = f"/settings/directory/{unsure}"
    assert admin.post(path, checked_on="2026-11-24", source="").status_code == 422
    assert admin.post(path, checked_on="2030-01-01", source="官网").status_code == 422
    page = admin.post(path, checked_on="2026-11-23", source="官网<b>").text
    assert "官网&lt;b&gt;" in page and desk.office.reference.may_be_told(unsure)
    with desk.reading() as session:
        assert directory.newest(session)[unsure].by_name == "管理员甲"


def test_a_check_older_than_three_months_is_grey(admin: Browser, desk: Desk) -> None:
    admin.post("/settings/directory/12345", checked_on="2026-11-23", source="官网")
    admin.post("/settings/directory/12315", checked_on="2026-01-01", source="官网")
    found = re.findall(r'<tr( class="stale")?><th scope="row" class="code">(\d+)<', admin.page)
    rows = {number: bool(stale) for stale, number in found}
    assert not rows["12345"] and rows["12315"]


def test_an_unknown_number_is_not_found(admin: Browser) -> None:
    assert admin.post("/settings/directory/000", checked_on="2026-11-23", source="x").status_code == 404


def test_a_rule_is_made_shown_and_removed(admin: Browser) -> None:
    page = admin.post(
        "/settings/assignment", name="金<b>融", object_prefix="金融", department="二科", handler="least"
    ).text
    assert "金&lt;b&gt;融" in page and "手上最少的人" in page
    path = re.findall(r'action="(/settings/assignment/\d+)"', page)[0]
    assert "还没有规则" in admin.post(path).text
    assert admin.post(path).status_code == 404


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("department", ""), ("handler", "999"), ("position", "x")])
def test_a_wrong_rule_is_named(admin: Browser, field: str, value: str) -> None:
    answer = admin.post("/settings/assignment", **{"name": "甲", "department": "一科", field: value})
    assert answer.status_code == 422 and 'class="problem"' in answer.text


def test_the_years_that_are_published_are_shown(admin: Browser) -> None:
    page = admin.get("/settings/holidays").text
    assert '2026年 <span class="tag tag-good">' in page and '2027年 <span class="tag tag-warn">' in page

"""Lists of staff as accounts, on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import NOW, REFERENCE
from xiaobao.imports import accounts as imported
from xiaobao.imports import columns
from xiaobao.imports.outcomes import Outcome
from xiaobao.imports.sheets import Line
from xiaobao.tickets import accounts

NAMES = columns.load(REFERENCE)
FIELDS = {"登录名": "Li.si", "姓名": "李四", "岗位": "承办人", "科室": "消保科", "任期到": "2030-12-31"}


def row(**changes: str) -> imported.Entry | Outcome:
    values = {**FIELDS, **changes}
    return imported.read(Line(2, list(values.values())), columns.header(NAMES, "accounts", list(values)), NAMES)


def entry(**changes: str) -> imported.Entry:
    found = row(**changes)
    assert isinstance(found, imported.Entry), found
    return found


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"登录名": ""}, [("登录名", "missing")]), ({"登录名": "李 四"}, [("登录名", "no_login")]),
        ({"姓名": "名" * 41}, [("姓名", "too_long")]), ({"岗位": "局长"}, [("岗位", "no_choice")]),
        ({"岗位": "联络员"}, [("机构", "liaison_without")]), ({"任期到": "明年"}, [("任期到", "no_date")]),
        ({"岗位": "", "任期到": "2030-02-30"}, [("岗位", "missing"), ("任期到", "no_date")]),
    ],
)  # fmt: skip
def test_every_fault_is_told_with_its_column(changes: dict[str, str], faults: list[Any]) -> None:
    found = row(**changes)
    assert isinstance(found, Outcome) and list(found.faults) == faults


def test_new_accounts_must_change_the_password_that_is_told_once(sessions: sessionmaker[Session]) -> None:
    entries = [entry(), entry(登录名="wang", 岗位="联络员", 机构="云泽银行")]
    secrets = imported.secrets_for(entries, iter(["one", "two"]).__next__, lambda password: f"hash of {password}")
    with sessions.begin() as session:
        done, fresh = imported.create(session, entries, secrets, NOW)
        found = accounts.find(session, "li.si")
        assert found and found.must_change and found.department == "消保科" and found.valid_until == date(2030, 12, 31)
        assert accounts.password_hash(session, "li.si") == "hash of one"
    assert [one.outcome for one in done] == ["good", "good"]
    assert [(one.login, one.password) for one in fresh] == [("li.si", "one"), ("wang", "two")]


def test_the_same_list_again_makes_nothing_and_a_taken_login_is_a_fault(sessions: sessionmaker[Session]) -> None:
    first, twin, other = entry(), entry(), entry(姓名="王五")
    secrets = {"li.si": ("p", "h")}
    with sessions.begin() as session:
        imported.create(session, [first], secrets, NOW)
    with sessions.begin() as session:
        done, fresh = imported.create(session, [twin], secrets, NOW)
        assert [one.outcome for one in done] == ["known"] and not fresh
        (taken,) = imported.check(session, [other])
    assert taken.faults == (("登录名", "login_taken"),)

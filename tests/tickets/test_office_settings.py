"""What an admin changed of the office, layered over the files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.exc import OperationalError

from tests.factories import NOW, an_office
from xiaobao.tickets import directory, office_settings
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.reference import Hotline


def test_an_entered_field_stands_in_place_of_the_files(sessions):
    filed = an_office()
    with sessions.begin() as session:
        assert office_settings.layered(filed, session) == filed
        assert office_settings.save(session, {"name": " 新名字局 ", "target_days": "7", "address": ""}) == [
            "name", "target_days",
        ]  # fmt: skip
    with sessions.begin() as session:
        layered = office_settings.layered(filed, session)
    assert (layered.name, layered.target_days, layered.address) == ("新名字局", 7, filed.address)


def test_an_emptied_field_falls_back_to_the_file(sessions):
    filed = an_office()
    with sessions.begin() as session:
        office_settings.save(session, {"name": "新名字局"})
        assert office_settings.save(session, {"name": ""}) == ["name"]
        assert office_settings.layered(filed, session).name == filed.name


@pytest.mark.parametrize(
    ("name", "value"),
    [("target_days", "0"), ("target_days", "61"), ("target_days", "７"), ("target_days", "a"), ("name", "x" * 201),
     ("kind", "council"), ("auto_assign", "perhaps")],
)  # fmt: skip
def test_a_wrong_value_is_refused(sessions, name, value):
    with sessions.begin() as session, pytest.raises(InvalidField) as refused:
        office_settings.save(session, {name: value})
    assert refused.value.field == name


def test_a_number_of_grade_d_may_be_told_once_somebody_checked_it(sessions):
    filed = an_office()
    line = Hotline("99999", "没核实的", "D", "", "")
    filed = replace(filed, reference=replace(filed.reference, hotlines={"99999": line}))
    with sessions.begin() as session:
        assert not office_settings.layered(filed, session).reference.may_be_told("99999")
        directory.record(
            session, "99999", checked_on=date(2026, 11, 20), source="官网", by_name="管理员", now=NOW, today=NOW.date()
        )
        assert office_settings.layered(filed, session).reference.may_be_told("99999")


def test_what_is_asked_with_each_request_is_read_anew_only_after_a_change(sessions, monkeypatch):
    asked, read = office_settings.Asked(an_office()), []
    layered = office_settings.layered

    def counted(*given):
        read.append(1)
        return layered(*given)

    monkeypatch.setattr(office_settings, "layered", counted)
    for name, more in (("", 1), ("新名字局", 1), ("新名字局", 0), ("又一个局", 1), ("", 1)):
        with sessions.begin() as session:
            office_settings.save(session, {"name": name})
            before = len(read)
            assert asked.office(session).name == (name or asked.filed.name)
            assert len(read) - before == more
    with sessions.begin() as session:
        day = date(2026, 11, 20)
        directory.record(session, "12345", checked_on=day, source="官网", by_name=None, now=NOW, today=NOW.date())
        assert asked.office(session).reference.hotlines["12345"].confirmed_on == "2026-11-20"


def test_a_long_running_process_reads_a_change_when_it_looks_again(sessions, monkeypatch):
    live = office_settings.Live(an_office(), sessions)
    before = live.office().name
    with sessions.begin() as session:
        office_settings.save(session, {"name": "新名字局"})
    assert live.office().name == before
    monkeypatch.setattr(office_settings, "READ_EVERY", 0.0)
    assert live.office().name == "新名字局"


def test_without_a_database_the_office_stays_what_it_was():
    def broken():
        raise OperationalError("", {}, Exception())

    assert office_settings.Live(an_office(), broken).office() == an_office()

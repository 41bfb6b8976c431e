"""The CSV files that experts edit, and what is said when one of them is wrong."""

from __future__ import annotations

import pytest

from tests.factories import REFERENCE
from xiaobao.tickets import reference
from xiaobao.tickets.reference import ReferenceFileError

DATA = reference.load(REFERENCE)
UNVERIFIED = {
    *("pbc.accept", "csrc", "post.limit", "tour.accept", "tour.answer"),
    *("tour.mediate", "tour.limit", "air.complaint", "air.refund"),
}


def test_all_seventy_periods_are_there_and_each_names_its_law():
    assert len(DATA.periods) == 70
    assert all(period.law.startswith("《") for period in DATA.periods.values())


def test_what_was_not_verified_shows_no_number_and_starts_no_clock():
    assert {period.id for period in DATA.periods.values() if not period.verified} == UNVERIFIED
    for code in UNVERIFIED:
        assert DATA.periods[code].amount is None
        assert not DATA.periods[code].office_kinds


def test_no_number_of_an_unverified_period_stands_in_the_file():
    for row in reference.rows(REFERENCE / "deadlines.csv"):
        if row["verified"] == "no":
            assert not row["amount"]
            assert not any(mark.isdigit() for mark in row["note"] + row["extension_or_exclusion"])


def test_a_clock_names_steps_of_the_workflow_and_kinds_that_exist():
    from xiaobao.tickets.office import OfficeKind
    from xiaobao.tickets.workflow import Kind, Step

    for period in DATA.periods.values():
        assert period.office_kinds <= {str(kind) for kind in OfficeKind}
        assert period.ticket_kinds <= {str(kind) for kind in Kind}
        assert period.met_by <= {str(step) for step in Step}
        assert bool(period.clock) == bool(period.office_kinds) == bool(period.met_by)


def test_a_regulator_has_the_seven_grounds_of_article_16():
    grounds = DATA.grounds_for("regulator")
    assert [ground.code for ground in grounds] == [f"N{i}" for i in range(1, 8)]
    assert all(ground.article.startswith("第十六条第（") for ground in grounds)


@pytest.mark.parametrize("kind", ["council", "institution", "pbc"])
def test_other_offices_do_not_borrow_the_regulators_law(kind):
    grounds = DATA.grounds_for(kind)
    assert grounds
    assert not any("市场监督管理" in ground.law for ground in grounds)
    assert all(bool(ground.law) == bool(ground.article) for ground in grounds)


def test_an_unverified_hotline_is_never_shown_as_a_number():
    for row in reference.rows(REFERENCE / "authorities.csv"):
        if row["hotline_evidence"] == "D":
            assert row["hotline"] in {"", "12345"}


def test_a_file_saved_by_excel_with_a_byte_order_mark_is_read(tmp_path):
    (tmp_path / "holidays.csv").write_bytes(b"\xef\xbb\xbfdate,name,kind\r\n2027-01-01,x,off\r\n")
    assert 2027 in reference.load_holidays(tmp_path).published


def test_a_row_with_a_missing_cell_is_named(tmp_path):
    (tmp_path / "holidays.csv").write_text("date,name,kind\n2027-01-01,x\n", encoding="utf-8")
    with pytest.raises(ReferenceFileError, match=r"holidays.csv, line 2"):
        reference.load_holidays(tmp_path)


def test_a_wrong_kind_of_day_is_named(tmp_path):
    (tmp_path / "holidays.csv").write_text("date,name,kind\n2027-01-01,x,free\n", encoding="utf-8")
    with pytest.raises(ReferenceFileError, match="2027-01-01"):
        reference.load_holidays(tmp_path)


def test_a_route_to_an_unknown_authority_is_named(tmp_path):
    (tmp_path / "authorities.csv").write_bytes((REFERENCE / "authorities.csv").read_bytes())
    head = "id,stage,code,words,together,unless,names,objects,also\n"
    (tmp_path / "routes.csv").write_text(head + "x,industry,MOON,月亮,,,,,\n", encoding="utf-8")
    with pytest.raises(ReferenceFileError, match="MOON"):
        reference.load_authorities(tmp_path)
    (tmp_path / "routes.csv").write_text(head + "x,industry,SAMR,(月亮,,,,,\n", encoding="utf-8")
    with pytest.raises(ReferenceFileError, match="x, words"):
        reference.load_authorities(tmp_path)

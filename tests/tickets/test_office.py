"""The office profile: who we are, what we handle, when somebody is there."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.factories import REFERENCE, an_office
from xiaobao.tickets import office
from xiaobao.tickets.deadlines import TIMEZONE
from xiaobao.tickets.office import OfficeKind, UnknownOffice


def test_the_kinds_of_the_profiles_are_those_of_their_law():
    kinds = {code: an_office(code).kind for code in ("demo", "any", "regulator", "council", "bank", "pbc")}
    assert kinds == {
        "demo": OfficeKind.REGULATOR,
        "any": OfficeKind.REGULATOR,
        "regulator": OfficeKind.REGULATOR,
        "council": OfficeKind.COUNCIL,
        "bank": OfficeKind.INSTITUTION,
        "pbc": OfficeKind.PBC,
    }


@pytest.mark.parametrize("office_id", ["demo", "any", "regulator", "council", "bank", "pbc"])
def test_every_profile_is_plainly_marked_as_invented(office_id):
    found = an_office(office_id)
    for words in (found.name, found.address, found.telephone, found.holder):
        assert "演示" in words or "样例" in words
    assert "虚构" in found.footer or "不是真实单位" in found.footer
    assert not found.connected_12315


def test_the_measuring_profile_may_handle_everything_and_a_regulator_its_own():
    assert an_office("any").may_handle("NFRA")
    assert an_office("regulator").may_handle("SAMR")
    assert not an_office("regulator").may_handle("NFRA")
    assert not an_office("council").may_handle("NFRA")
    assert an_office("bank").may_handle("PBC")


def test_every_code_that_an_office_handles_exists():
    for row in ("demo", "regulator", "council", "bank", "pbc"):
        found = an_office(row)
        assert found.handles <= set(found.reference.authorities.by_code)


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        (datetime(2026, 11, 23, 9, 0), True),
        (datetime(2026, 11, 23, 8, 59), False),
        (datetime(2026, 11, 23, 12, 0), False),
        (datetime(2026, 11, 23, 17, 29), True),
        (datetime(2026, 11, 22, 10, 0), False),  # Sunday
        (datetime(2026, 10, 1, 10, 0), False),  # National Day
        (datetime(2026, 10, 10, 10, 0), True),  # a Saturday that is worked
    ],
)
def test_somebody_is_there_on_working_days_within_the_hours(moment, there):
    assert an_office().staffed_at(moment.replace(tzinfo=TIMEZONE)) is there


def test_an_unknown_office_is_refused_with_the_list_of_known_ones():
    with pytest.raises(UnknownOffice, match="demo, any, regulator"):
        office.load(REFERENCE, "nowhere")

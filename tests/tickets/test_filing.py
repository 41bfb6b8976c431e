"""What is handed in and what comes back; filing on both databases is tested with the steps (test_service.py)."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from tests.factories import CLERK, NOW, a_submission, an_office
from xiaobao.tickets import filing, queries, service


def test_the_texts_of_the_form_are_fields_of_a_submission():
    names = {field.name for field in fields(filing.Submission)}
    assert set(filing.SUBMITTED_TEXTS) < names
    assert not {"amount_cents", "event_date", "evidence", "draft_id"} & set(filing.SUBMITTED_TEXTS)


def test_a_confirmed_draft_cannot_be_changed_on_its_way():
    with pytest.raises(FrozenInstanceError):
        a_submission().claim = "别的"


def test_actors_know_their_role():
    assert (filing.Actor.citizen("c").role, filing.Actor.system().role) == ("citizen", "system")


def test_a_receipt_without_a_period_has_no_clock(sessions):
    with sessions.begin() as session:
        receipt = service.submit(session, a_submission(), office=an_office("pbc"), now=NOW)
    assert receipt.clock is None


def test_the_first_clock_stays_on_the_receipt_after_later_steps(sessions):
    draft = a_submission()
    with sessions.begin() as session:
        receipt = service.submit(session, draft, office=an_office(), now=NOW)
        service.accept(session, receipt.number, actor=CLERK, now=NOW, office=an_office())
        assert service.filed(session, draft.draft_id).clock.name == "accept"
        assert len(queries.ticket(session, receipt.number).clocks) == 2

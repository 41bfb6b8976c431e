"""The demonstration office: filled by the real service, in all directions of the workflow."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.factories import NOW, an_office
from xiaobao import demo
from xiaobao.tickets.tables import OutboxRow, Ticket, TicketClock, TicketEvent

pytestmark = pytest.mark.slow


def test_a_demonstration_reaches_most_of_the_workflow_and_leaves_nothing_unsaid(sessions):
    seen = []
    demo.fill(sessions, an_office(), 60, NOW, "-", progress=seen.append)
    with sessions() as session:
        tickets = session.scalars(select(Ticket)).all()
        steps = set(session.scalars(select(TicketEvent.step)))
        waiting = session.scalars(select(OutboxRow.id).where(OutboxRow.state == "waiting")).all()
        clocks = session.scalars(select(TicketClock)).all()
    assert len(tickets) >= 60 and seen[-1] == 60
    assert {"complaint", "report"} <= {one.kind for one in tickets}
    assert len({one.status for one in tickets}) >= 5
    assert {"accept", "reject", "assign", "reply", "close", "archive"} <= steps
    assert waiting == []
    assert all(one.submitted_at < NOW for one in tickets)
    assert any(one.state == "met" for one in clocks)
    late = [one for one in clocks if one.state == "running" and one.due < NOW.date()]
    assert len(late) <= len(tickets) // 10  # an office in which nobody is ever told would be no office to look at
    with pytest.raises(demo.NotEmpty):
        demo.fill(sessions, an_office(), 1, NOW, "-")


def test_the_same_seed_gives_the_same_office(sessions):
    demo.fill(sessions, an_office(), 10, NOW, "-", seed=7)
    with sessions() as session:
        first = session.execute(select(Ticket.merchant, Ticket.status, Ticket.version).order_by(Ticket.id)).all()
    assert len({one.merchant for one in first}) > 3


def test_no_story_names_a_placeholder_that_nobody_fills():
    for row in demo._rows("stories.csv"):
        said = row["story"].format(shop="甲", item="乙", amount=1, n=2, day="1月1日")
        assert "{" not in said and int(row["low"]) <= int(row["high"])

"""Two people press at once: exactly one of them is right, the other is told so, and nobody waits for ever."""

from __future__ import annotations

import threading

import pytest

from tests.factories import CLERK, NOW, SUPERVISOR, an_office, file_ticket, staff
from xiaobao.tickets import queries, service
from xiaobao.tickets.errors import TicketError
from xiaobao.tickets.workflow import Role, Step

OFFICE = an_office()
ROUNDS = 3  # a race that is lost one time in two shows itself


def at_once(sessions, *presses):
    """Each press (number, step, actor, version, fields) in a thread of its own; for each None or the code of its refusal."""
    gate = threading.Barrier(len(presses))
    ends: list[str | None] = [None] * len(presses)

    def press(place, number, step, actor, version, fields):
        try:
            gate.wait(10)
            with sessions.begin() as session:
                given = {"actor": actor, "now": NOW, "office": OFFICE, "version": version}
                service.step(session, number, step=step, **given, **fields)
        except TicketError as problem:
            ends[place] = problem.code
        except BaseException as problem:
            ends[place] = repr(problem)

    threads = [threading.Thread(target=press, args=(place, *one)) for place, one in enumerate(presses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return ends


def ticket(sessions, number):
    with sessions.begin() as session:
        return queries.ticket(session, number)


def one_won(ends, *refusals):
    """One press went through; the others got one of these refusals."""
    return ends.count(None) == 1 and set(ends) <= {None, *refusals}


def assigned(sessions):
    number = file_ticket(sessions)
    for step, fields in ((Step.ACCEPT, {}), (Step.ASSIGN, {"department": "消保科"})):
        with sessions.begin() as session:
            service.step(session, number, step=step, actor=CLERK, now=NOW, office=OFFICE, **fields)
    return number


@pytest.mark.parametrize("version", [1, None])
def test_one_of_two_clerks_who_accept_and_reject_at_once_decides(sessions, version):
    for _ in range(ROUNDS):
        number = file_ticket(sessions)
        rejecting = {"ground": "N3", "text": "公司买的"}
        ends = at_once(
            sessions,
            (number, Step.ACCEPT, CLERK, version, {}),
            (number, Step.REJECT, SUPERVISOR, version, rejecting),
        )
        assert one_won(ends, "stale_version", "step_not_open"), ends
        found = ticket(sessions, number)
        assert (found.version, len(found.events)) == (2, 2)
        assert found.status == ("accepted" if ends[0] is None else "rejected")


def test_one_of_two_handlers_who_take_at_once_has_it(sessions):
    with sessions.begin() as session:
        wang, zhao = (staff(session, Role.HANDLER, login, login) for login in ("wang", "zhao"))
    for _ in range(ROUNDS):
        number = assigned(sessions)
        ends = at_once(sessions, (number, Step.TAKE, wang, None, {}), (number, Step.TAKE, zhao, None, {}))
        assert one_won(ends, "role_forbidden", "not_yet"), ends
        winner = (wang, zhao)[ends.index(None)]
        assert ticket(sessions, number).assignee_id == winner.account_id


def test_of_two_tickets_merged_into_each_other_at_once_one_stays_open(sessions):
    for _ in range(ROUNDS):
        one, other = file_ticket(sessions), file_ticket(sessions)
        ends = at_once(
            sessions,
            (one, Step.MERGE, CLERK, None, {"into": other}),
            (other, Step.MERGE, SUPERVISOR, None, {"into": one}),
        )
        assert one_won(ends, "invalid_field"), ends
        assert sorted(ticket(sessions, number).status for number in (one, other)) == ["merged", "submitted"]


def test_a_ring_of_three_merges_at_once_never_closes(sessions):
    numbers = [file_ticket(sessions) for _ in range(3)]
    ends = at_once(
        sessions,
        *((numbers[i], Step.MERGE, CLERK, None, {"into": numbers[(i + 1) % 3]}) for i in range(3)),
    )
    assert set(ends) <= {None, "invalid_field"} and None in ends, ends
    assert "submitted" in [ticket(sessions, number).status for number in numbers]


def test_a_ticket_is_not_merged_into_one_that_is_being_rejected(sessions):
    for _ in range(ROUNDS):
        one, other = file_ticket(sessions), file_ticket(sessions)
        ends = at_once(
            sessions,
            (one, Step.MERGE, CLERK, None, {"into": other}),
            (other, Step.REJECT, SUPERVISOR, None, {"ground": "N3", "text": "公司买的"}),
        )
        assert ends[1] is None and ends[0] in (None, "invalid_field"), ends


def test_many_notes_at_once_are_all_kept(sessions):
    number = file_ticket(sessions)
    ends = at_once(sessions, *((number, Step.NOTE, CLERK, None, {"text": f"第{n}条"}) for n in range(6)))
    assert ends == [None] * 6 and ticket(sessions, number).version == 7

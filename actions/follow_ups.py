"""Few words after the question of a follow-up are its answer: 没退, 都退了, 退了一半; right after it also 没有 and 是的.

On WeChat the question is often read together with the answer to what the citizen wrote, so it need not stand last.
Whatever is longer, or wants to file, is taken for what it says; the follow-up stays open then and is asked about again.
"""

from __future__ import annotations

import re

from actions import after_filing, guidance, own_tickets
from actions.base import Events, Turn
from xiaobao.conversations import messages, turns
from xiaobao.reading import aftermath
from xiaobao.tickets import follow_ups
from xiaobao.tickets.workflow import Process

SHORT = 15  # characters
LATELY = 4  # messages back that the question may stand
OF_PERFORMANCE = re.compile(r"兑现|办到|履行")
HOW = {"yes": "full", "part": "part", "no": "none", "none": "none"}


def heard(turn: Turn) -> Events | None:
    """Go on with the follow-up when the last thing said here was its question; None: the words are something else."""
    if len(turn.text) > SHORT or turn.slot("pending_question"):
        return None
    fulfilled = aftermath.fulfilment(turn.text)
    if fulfilled is None or guidance.ASKS_BACK.search(turn.text) or guidance.WANTS_TO_FILE.search(turn.text):
        return None
    clear = aftermath.settlement(turn.text) is not None or bool(OF_PERFORMANCE.search(turn.text))
    asked = _asked(turn, LATELY if clear else 1)
    if asked is None:
        return None
    number, kind, process = asked
    ticket = next((one for one in own_tickets.own(turn) if one.number == number), None)
    if ticket is None:
        return None
    if kind == follow_ups.PROMISE:
        how = aftermath.settlement(turn.text) or HOW[fulfilled]
        return after_filing.settle(turn, ticket, None, how, turn.text)
    if process not in (Process.COMPLAINT, Process.FINANCE):
        return None  # was it done is not asked there
    return own_tickets.waiting_for("rate_grade", own_tickets.proof(turn, ticket), fulfilled)


def _asked(turn: Turn, back: int) -> tuple[str, str, str] | None:
    """(number, kind, process) of the follow-up that one of the last messages asked and that has no answer yet."""
    with turn.session() as session:
        since = turns.owed_since(session, turn.conversation_id)
        for notice in messages.notices_lately(session, turn.conversation_id, back):
            if notice and notice.isdecimal() and (found := follow_ups.asked_by(session, int(notice), since)):
                return found
    return None

"""docs/after-filing.md: every status as a citizen is told of it, and every act. `python -m tests.actions.status_matrix`."""

from __future__ import annotations

from pathlib import Path

from actions import own_tickets, progress
from actions.words import Words
from xiaobao.tickets import workflow
from xiaobao.tickets.workflow import Process, Role, Step

ROOT = Path(__file__).resolve().parents[2]
DOC = ROOT / "docs" / "after-filing.md"
HEAD = """# After filing

What a citizen is told in each status and can do there, in the words they see. Made from `xiaobao/tickets/workflow.py`
and `data/responses` by `python -m tests.actions.status_matrix`; a test compares.

Around these words stand the number, the day of filing, since when, who holds the ticket, what is waited for, and the
period that ends first: until when, how many days that is, by which article. Buttons depend on more than the status:
愿不愿意调解 goes once it was answered, 要求重开 ends with the office's own window (`reopen_days` of
`data/reference/office.csv`, natural days after closing; no law's period, and said so), 申请核查 needs a decision and
ends 30 days after it.
"""
ACTS = (
    (Step.SUPPLEMENT, "utter_supplemented", "same words and no new file"),
    (Step.URGE, "utter_urged", "once a working day: utter_urged_already"),
    (Step.WITHDRAW, "utter_withdraw_sure", "three warnings first; again: utter_withdrawn_already"),
    (Step.SETTLE, "utter_ask_settle", "the same again: utter_settled_already"),
    (Step.ANSWER_MEDIATION, "utter_ask_mediation", "the same again writes nothing"),
    (Step.AMEND, "utter_amended", "the same value: utter_amended_already; the original stays in as_filed"),
    (Step.RATE, "utter_ask_fulfilled", "the same again: utter_rated_already; another replaces it"),
    (Step.REOPEN, "utter_reopened", "again: utter_reopened_already; too late: utter_reopen_too_late"),
    (Step.REVIEW, "utter_review_asked", "only against a branch, within 30 days"),
    (Step.TAKE_OVER, "utter_taken_over", "in the same conversation: utter_taken_over_already"),
)


def document(words: Words) -> str:
    """The whole document."""
    parts = [HEAD, *(_process(words, process) for process in Process if process != Process.DISTRESS), _acts(words)]
    return "\n".join(parts)


def _process(words: Words, process: Process) -> str:
    rows = ["| status | now | next | buttons |", "|---|---|---|---|"]
    for status in progress.shown_statuses(process):
        steps = {row.step for row in workflow.steps_open_to(process, status, Role.CITIZEN)}
        buttons = "、".join(words.button(str(step)) for step, _ in own_tickets.BUTTONS if step in steps)
        now, after = progress.now_words(words, process, status), progress.next_words(words, process, status)
        rows.append(f"| {status} {status.label} | {now} | {after} | {buttons} |")
    return "\n".join([f"## {process} {process.label}", "", *rows, ""])


def _acts(words: Words) -> str:
    rows = ["| step | the citizen reads | refused | repeated |", "|---|---|---|---|"]
    for step, name, repeated in ACTS:
        rows.append(f"| {step} {step.label} | {words.text(name)} | {words.text(f'utter_cannot_{step}')} | {repeated} |")
    return "\n".join(["## Acts", "", *rows, ""])


if __name__ == "__main__":
    DOC.write_text(document(Words.load(ROOT / "data" / "responses")), encoding="utf-8")

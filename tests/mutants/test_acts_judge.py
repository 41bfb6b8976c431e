"""`make soak` judges the acts of citizens; false databases and screens must not get past its judge."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import acts_judge
from benchmarks.acts_judge import Case, Line
from benchmarks.soak_acts import MORE, TEN_ACTS, draws
from tests.factories import NOW, SUPERVISOR, a_submission, an_office
from xiaobao import database
from xiaobao.conversations import messages, turns
from xiaobao.tickets import service
from xiaobao.tickets.workflow import Step


@dataclass
class Played:
    """A conversation as it ought to be, and what of it stands on the screen."""

    path: Path
    case: Case
    lines: list[Line]

    def sql(self, *statements: str) -> None:
        """Falsify the database."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    @property
    def faults(self) -> list[str]:
        return acts_judge.judge(self.path, self.case, self.lines)


class Course:
    """A citizen whose ticket was filed and accepted."""

    def __init__(self, folder: Path) -> None:
        self.path, self.office = folder / "xiaobao.db", an_office()
        url = f"sqlite:///{self.path}"
        database.upgrade(url)
        self.engine = database.make_engine(url)
        self.sessions = database.make_sessions(self.engine)
        self.lines: list[Line] = []
        with self.sessions.begin() as session:
            self.conversation_id = messages.open_conversation(session, channel="website", now=NOW)
            submission = a_submission(conversation_id=self.conversation_id)
            self.number = service.submit(session, submission, office=self.office, now=NOW).number
        with self.sessions.begin() as session:
            service.accept(session, self.number, actor=SUPERVISOR, now=NOW, office=self.office)

    def turn(self, said: str, answer: str) -> None:
        """One message and its answer."""
        with self.sessions.begin() as session:
            draft = messages.Draft(speaker="citizen", text=said, payload=said)
            messages.append(session, self.conversation_id, draft, NOW)
            owed = turns.next_turn(session, self.conversation_id)
            assert owed is not None
            text = answer.replace("{number}", self.number)
            turns.answer(session, owed.turn_id, [messages.Draft(speaker="bot", text=text)], NOW)
            seq = messages.conversation(session, self.conversation_id).last_seq
        self.lines += [Line("citizen", said), Line("account", text, seq)]

    def act(self, step: Step, **fields: Any) -> None:
        """The citizen's act itself."""
        actor = service.Actor.citizen(self.conversation_id)
        with self.sessions.begin() as session:
            if step == Step.SUPPLEMENT:
                service.supplement(session, self.number, actor=actor, now=NOW, **fields)
            elif step == Step.URGE:
                service.urge(session, self.number, actor=actor, now=NOW, office=self.office)
            else:
                service.step(session, self.number, step=step, actor=actor, now=NOW, office=self.office, **fields)

    def over(self, step: Step | None, **wanted: Any) -> Played:
        """What there is to judge."""
        self.engine.dispose()
        case = Case(self.number, self.conversation_id, ("submit", "accept"), str(step) if step else None, **wanted)
        return Played(self.path, case, self.lines)


def supplemented(folder: Path) -> Played:
    course = Course(folder)
    course.turn("我要补充材料", "要补充什么？直接写在这里。")
    course.act(Step.SUPPLEMENT, text=MORE)
    course.turn(MORE, "补上了，已经送到工作人员那里（{number}）。")
    return course.over(Step.SUPPLEMENT, payload={"text": MORE})


def urged(folder: Path) -> Played:
    course = Course(folder)
    course.act(Step.URGE)
    course.turn("催一下", "已经替您催了（{number}），提醒到了一科那里。今天催过一次，明天可以再催。")
    return course.over(Step.URGE, columns={"urged": 1}, alert="urged")


def amended(folder: Path) -> Played:
    course = Course(folder)
    course.act(Step.AMEND, field="amount", value="2860元", normalised="286000")
    course.turn("金额应该是2860元", "改好了（{number}）：金额：129元 → 2860元。原来写的也留着。")
    return course.over(Step.AMEND, columns={"amount_cents": 286000}, payload={"field": "amount"})


def agreed(folder: Path) -> Played:
    course = Course(folder)
    course.act(Step.ANSWER_MEDIATION, wish="yes")
    course.turn("我愿意调解", "记下了，您愿意调解（{number}）。")
    return course.over(Step.ANSWER_MEDIATION, matters={"wish": "yes"}, payload={"wish": "yes"})


def promised(folder: Path) -> Played:
    course = Course(folder)
    course.act(Step.SETTLE, how="promise", promised_on="2026-11-26", text="三天内")
    course.turn("三天内", "记在 {number} 里了：商家答应11月26日（周四）前办到。")
    return course.over(Step.SETTLE, matters={"promise": {"on": "2026-11-26"}})


def asked(folder: Path) -> Played:
    course = Course(folder)
    course.turn("查进度", "{number}（11月23日（周一）提交）：已受理。\n已经受理。")
    course.turn("列出来", "您在这里一共1件：\n· {number} 好物电器店，11月23日提交，已受理")
    return course.over(None)


PLAYED = (supplemented, urged, amended, agreed, promised, asked)


@pytest.mark.parametrize("play", PLAYED)
def test_what_is_right_passes(play: Callable[[Path], Played], tmp_path: Path) -> None:
    assert play(tmp_path).faults == []


OF_ACT = "step NOT IN ('submit', 'accept')"
AGAIN = (
    "INSERT INTO ticket_events (ticket_id, at, step, status_from, status_to, role, payload) "
    f"SELECT ticket_id, at, step, status_from, status_to, role, payload FROM ticket_events WHERE {OF_ACT}"
)
ANSWER_AGAIN = (
    "INSERT INTO message (conversation_id, seq, speaker, text, buttons, turn_id, at) "
    "SELECT conversation_id, seq + 100, speaker, text, buttons, turn_id, at FROM message WHERE speaker = 'bot'"
)
SAID_AGAIN = (
    "INSERT INTO message (conversation_id, seq, speaker, text, payload, buttons, turn_id, at) "
    "SELECT conversation_id, seq + 100, speaker, text, payload, buttons, turn_id, at FROM message WHERE seq = 1"
)
FALSE_DATABASES = (
    (supplemented, f"DELETE FROM ticket_events WHERE {OF_ACT}", {"lost: supplement", "told, but not done: supplement"}),
    (supplemented, AGAIN, {"doubled: supplement"}),
    (supplemented, AGAIN.replace("SELECT ticket_id, at, step", "SELECT ticket_id, at, 'withdraw'"),
     {"nobody wanted it: withdraw"}),
    (supplemented, "UPDATE ticket_events SET payload = '{\"text\": \"我要补充材料\"}' WHERE step = 'supplement'",
     {"text of the event is"}),
    (supplemented, ANSWER_AGAIN, {"answered twice", "not shown"}),
    (supplemented, SAID_AGAIN, {"the citizen said 2 things, 3 are stored"}),
    (supplemented, "DELETE FROM message WHERE seq = 1", {"the citizen said 2 things, 1 are stored"}),
    (supplemented, "UPDATE turn SET state = 'received'", {"a turn is received"}),
    (supplemented, "UPDATE turn SET state = 'abandoned'", {"a turn is abandoned"}),
    (supplemented, "UPDATE message SET turn_id = NULL WHERE speaker = 'citizen'", {"nobody took up"}),
    (supplemented, "UPDATE message SET speaker = 'system' WHERE speaker = 'bot'", {"answered by nothing"}),
    (supplemented, "UPDATE outbox SET state = 'delivered'", {"notice 1 is delivered and stands 0 times"}),
    (supplemented, "INSERT INTO ticket_evidence (ticket_id, evidence_id, filename, media_type, size, sha256, path, added_at) "
     "SELECT id, 'e1', 'a.jpg', 'image/jpeg', 1, '0', 'a', submitted_at FROM tickets", {"1 files, not 0"}),
    (urged, "UPDATE tickets SET urged = 2", {"urged is 2"}),
    (urged, "DELETE FROM ticket_clock_alerts", {"the office was reminded by []"}),
    (amended, "UPDATE tickets SET amount_cents = 28600", {"amount_cents is 28600"}),
    (agreed, "UPDATE tickets SET matters = '{\"wish\": \"no\"}'", {"told, but not done: answer_mediation", "wish is 'no'"}),
    (promised, "UPDATE tickets SET matters = '{}'", {"told otherwise than it is", "promise is None"}),
    (asked, "UPDATE tickets SET status = 'closed'", {"told 已受理, but it is closed"}),
)  # fmt: skip


@pytest.mark.parametrize(("play", "statement", "caught"), FALSE_DATABASES)
def test_a_false_database_is_caught(
    play: Callable[[Path], Played], statement: str, caught: set[str], tmp_path: Path
) -> None:
    played = play(tmp_path)
    played.sql(statement)
    for one in caught:
        assert any(one in fault for fault in played.faults), (one, played.faults)


def twice(lines: list[Line]) -> list[Line]:
    return [*lines, lines[-1]]


def told_again(lines: list[Line]) -> list[Line]:
    return [*lines, replace(lines[-1], text=f"{lines[-1].text}！")]


def without_the_last(lines: list[Line]) -> list[Line]:
    return lines[:-1]


def saying(text: str) -> Callable[[list[Line]], list[Line]]:
    def more(lines: list[Line]) -> list[Line]:
        return [*lines, Line("account", text)]

    return more


FALSE_SCREENS: tuple[tuple[Callable[[Path], Played], Callable[[list[Line]], list[Line]], str], ...] = (
    (supplemented, twice, "shown twice: 补上了"),
    (supplemented, told_again, "told 2 times"),
    (
        urged,
        saying("XB20261123-000001 这个工作日已经替您催过了，提醒还在。"),
        "said once, told that it had been done before",
    ),
    (supplemented, without_the_last, "the citizen was never told: supplement"),
    (supplemented, without_the_last, "not shown: 补上了"),
    (supplemented, saying("刚才系统出了点问题，没办成。"), "done, but told that it was not"),
    (supplemented, saying("这件事现在走不到这一步，可能已经办结或撤回了。"), "done, but told that it was not"),
    (supplemented, saying("编号 XB20200101-000001"), "told of a ticket that is not there"),
    (amended, saying("改好了（XB1）：金额：129元 → 286元。"), "told otherwise than it is"),
    (asked, saying("已撤回 XB20261123-000001，不再办了。"), "told, but not done: withdraw"),
    (asked, saying("补上了，已经送到工作人员那里。"), "told, but not done: supplement"),
    (asked, saying("已经替您催了，提醒到了一科那里。"), "told, but not done: urge"),
    (asked, saying("改好了（XB20261123-000001）：金额：129元 → 2860元。"), "told, but not done: amend"),
    (asked, saying("记在 XB20261123-000001 里了：办到了一部分。"), "told, but not done: settle"),
    (asked, saying("记下了，您不愿意调解。"), "told, but not done: answer_mediation"),
    (asked, saying("谢谢，评价记下了。"), "told, but not done: rate"),
    (asked, saying("重开了，还在原来的编号里办。"), "told, but not done: reopen"),
    (asked, saying("您的 XB20261123-000001 已经交给市场监管一科办。"), "told, but not done: assign"),
    (asked, saying("您的 XB20261123-000001 已办结。"), "told, but not done: close"),
    (asked, saying("XB20261123-000001 现在是“已办结”，补不了。"), "told 已办结, but it is accepted"),
)


@pytest.mark.parametrize(("play", "falsify", "caught"), FALSE_SCREENS)
def test_a_false_screen_is_caught(
    play: Callable[[Path], Played], falsify: Callable[[list[Line]], list[Line]], caught: str, tmp_path: Path
) -> None:
    played = play(tmp_path)
    played.lines = falsify(played.lines)
    assert any(caught in fault for fault in played.faults), played.faults


def test_an_act_before_it_was_asked_for_is_caught(tmp_path: Path) -> None:
    played = supplemented(tmp_path)
    assert acts_judge.misdone(played.path, played.case, done=False) == ["nobody wanted it: supplement, 1 too many"]


def test_one_seed_draws_the_same_runs_and_every_act_as_often_as_any_other() -> None:
    assert draws(7, 50) == draws(7, 50) != draws(8, 50)
    names = [next(acts[0].name for acts in TEN_ACTS if one.act in acts) for one in draws(7, 50)]
    assert {names.count(name) for name in names} == {5} and len(set(names)) == 10
    assert {one.channel for one in draws(7, 50)} == {"website", "wechat"}

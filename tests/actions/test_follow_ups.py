"""The follow-up in chat: its buttons and few words are answers, what else is said is taken for what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ruamel.yaml import YAML

from actions import base
from tests.actions.test_after_filing import again, buttons, close, events, owing, told, view
from tests.actions.test_progress import filed
from tests.simulators.loop import ROOT, Conversation
from xiaobao.conversations import messages
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import Conversation as Row
from xiaobao.tickets import deadlines, delivery, follow_ups
from xiaobao.tickets.tables import OutboxRow, Ticket

Talk = Callable[[], Conversation]
NOTICES = YAML(typ="safe").load((ROOT / "data" / "responses" / "notices.yml").read_text(encoding="utf-8"))["responses"]


def asked(citizen: Conversation, number: str, days: int = 3, hour: int = 18) -> dict[str, str]:
    """The worker asks, the channel says it: titles and payloads of the buttons below the question."""
    now = deadlines.now().replace(hour=hour) + timedelta(days=days)
    with base.context().sessions.begin() as session:
        assert (number, "asked") in follow_ups.ask(session, now)
        row = (
            session.query(OutboxRow)
            .filter(OutboxRow.response.in_(delivery.ASKING))
            .order_by(OutboxRow.id.desc())
            .first()
        )
        if session.get(Row, citizen.conversation_id) is None:
            session.add(Row(id=citizen.conversation_id, channel="website", created_at=now, last_seen_at=now))
            session.flush()
        messages.append(session, citizen.conversation_id, Draft("bot", "问您一句", notice_id=str(row.id)), now)
        return {b["title"]: b["payload"].format(**row.params) for b in NOTICES[row.response][0]["buttons"]}


def grave(number: str) -> None:
    with base.context().sessions.begin() as session:
        session.query(Ticket).filter(Ticket.number == number).update({"urgent": True})


def closed(talk: Talk) -> tuple[Conversation, str]:
    citizen, number, _ = filed(talk)
    grave(number)
    close(number)
    return citizen, number


def open_ones(number: str) -> list[Any]:
    with base.context().sessions() as session:
        return [row.state for row in follow_ups.of_ticket(session, number)]


def test_three_questions_by_buttons_and_what_was_not_fulfilled_opens_it_again(talk: Talk) -> None:
    citizen, number = closed(talk)
    titles = asked(citizen, number)
    assert list(titles) == ["都兑现了", "兑现了一部分", "没兑现", "没说好要做什么"]
    citizen.press(titles["没兑现"])
    assert citizen.responses == ["utter_rate"]
    citizen.press(buttons(citizen)["不满意"])
    assert citizen.responses == ["utter_rated", "utter_not_fulfilled", "utter_ask_rate_words"]
    assert "不是法定期限" in told(citizen) and open_ones(number) == ["answered"]
    reopening = buttons(citizen)["要求重开"]
    citizen.say("拖了三个月，一分没退")
    assert events(number, "rate")[-1]["text"] == "拖了三个月，一分没退"
    citizen.press(reopening)
    assert citizen.responses == ["utter_ask_reopen_words"]


def test_few_words_right_after_the_question_are_the_answer(talk: Talk) -> None:
    for said, intent, fulfilled in (("还没退", "unsure", "no"), ("退了一半", "settle_ticket", "part"), ("没有", "deny", "no"), ("都退了", "affirm", "yes")):  # fmt: skip
        citizen, number = closed(talk)
        asked(citizen, number)
        citizen.say(said, intent)
        assert citizen.responses == ["utter_rate"], said
        citizen.say("一般")
        assert events(number, "rate")[-1]["fulfilled"] == fulfilled
        assert open_ones(number) == ["answered"]


def test_a_new_complaint_in_answer_is_taken_as_one_and_the_follow_up_stays_open(talk: Talk) -> None:
    citizen, number = closed(talk)
    asked(citizen, number)
    citizen.say("还有一件事，我昨天在美美服装店买的衣服299元，一洗就缩水，店里不退", "submit_complaint")
    assert citizen.form == "complaint_form" and open_ones(number) == ["waiting"]
    assert not events(number, "rate")
    other, second = closed(talk)
    titles = asked(other, second)
    other.press(titles["没兑现"])
    other.say("我要投诉另一家店，昨天买的衣服299元一洗就缩水", "submit_complaint")
    assert other.form == "complaint_form" and open_ones(second) == ["waiting"]


def test_few_words_when_something_else_was_said_last_are_no_answer(talk: Talk) -> None:
    citizen, number = closed(talk)
    asked(citizen, number)
    with base.context().sessions.begin() as session:
        messages.append(session, citizen.conversation_id, Draft("bot", "还要问别的吗？"), deadlines.now())
    citizen.say("没有", "deny")
    assert "utter_rate" not in citizen.responses and open_ones(number) == ["waiting"]
    citizen.say("没兑现", "unsure")
    assert citizen.responses == ["utter_rate"], "these can be about nothing else"


def test_a_promise_is_asked_about_and_broken_opens_what_there_is(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("老板答应今天晚上退", "settle_ticket")
    assert citizen.responses == ["utter_settled_promise"]
    titles = asked(citizen, number, days=1)
    assert list(titles) == ["全办到了", "办到一部分", "没办到", "改了日子"]
    moved = deadlines.now() - timedelta(days=1)
    with base.context().sessions.begin() as session:
        ticket = session.query(Ticket).filter(Ticket.number == number).one()
        ticket.matters = {**ticket.matters, "promise": {"on": moved.date().isoformat()}}
    citizen.press(titles["没办到"])
    assert citizen.responses == ["utter_settled_broken"] and open_ones(number) == ["answered"]
    assert events(number, "settle")[-1]["how"] == "broken" and view(number).status == "submitted"
    citizen.press(titles["没办到"])
    assert citizen.responses == ["utter_settled_none"], "nothing is promised any more"
    assert len(events(number, "settle")) == 2


def test_a_promise_broken_after_closing_offers_to_open_it_again(talk: Talk) -> None:
    citizen, number = closed(talk)
    citizen.say("老板答应明天退钱", "settle_ticket")
    asked(citizen, number, days=2)
    with base.context().sessions.begin() as session:
        ticket = session.query(Ticket).filter(Ticket.number == number).one()
        ticket.matters = {**ticket.matters, "promise": {"on": (deadlines.now() - timedelta(days=1)).date().isoformat()}}
    citizen.say("一直没退", "unsure")
    assert citizen.responses == ["utter_settled_broken_closed", "utter_not_fulfilled"]
    assert "要求重开" in buttons(citizen)


def test_at_a_bank_the_review_of_a_branchs_decision_is_offered_first(talk: Talk, monkeypatch: Any) -> None:
    citizen, number = closed(talk)
    with base.context().sessions.begin() as session:
        ticket = session.query(Ticket).filter(Ticket.number == number).one()
        ticket.process, ticket.matters = "finance", {**ticket.matters, "decided_on": deadlines.now().date().isoformat()}
    titles = asked(citizen, number)
    citizen.press(titles["没兑现"])
    citizen.press(buttons(citizen)["不满意"])
    assert citizen.responses[:2] == ["utter_rated", "utter_not_fulfilled_decided"]
    assert "第二十条" in told(citizen) and {"申请核查", "要求重开"} <= set(buttons(citizen))
    citizen.press(buttons(citizen)["申请核查"])
    assert citizen.responses == ["utter_review_by_whom"]


def test_a_broken_promise_whose_turn_runs_again_is_told_as_if_it_had_run_once(talk: Talk) -> None:
    citizen, number = closed(lambda: owing(talk))
    citizen.say("老板答应明天退钱", "settle_ticket")
    asked(citizen, number, days=2)
    with base.context().sessions.begin() as session:
        ticket = session.query(Ticket).filter(Ticket.number == number).one()
        ticket.matters = {**ticket.matters, "promise": {"on": (deadlines.now() - timedelta(days=1)).date().isoformat()}}
    said = again(citizen, lambda: citizen.say("一直没退", "unsure"))
    assert said == ["utter_settled_broken_closed", "utter_not_fulfilled"]
    assert [event["how"] for event in events(number, "settle")] == ["promise", "broken"]

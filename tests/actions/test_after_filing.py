"""Each act on a filed ticket: by words and by buttons, refused where it is not open, done once, by its citizen only."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from actions import base
from tests.actions.test_intake import STORY, tickets
from tests.actions.test_progress import filed
from tests.simulators.loop import Conversation
from xiaobao.conversations import messages, turns
from xiaobao.conversations.tables import Upload
from xiaobao.tickets import deadlines, queries, service, workflow
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.workflow import Step

Talk = Callable[[], Conversation]
BOSS = service.Actor(workflow.Role.SUPERVISOR, name="王工")


def desk(number: str, *steps: tuple[str, dict[str, Any]]) -> None:
    """Steps of staff, as at the desk."""
    office = base.context().office
    with base.context().sessions.begin() as session:
        for step, typed in steps:
            service.step(
                session,
                number,
                step=next(one for one in Step if one == step),
                actor=BOSS,
                now=deadlines.now(),
                office=office,
                **typed,
            )


def accept(number: str) -> None:
    desk(number, ("accept", {}), ("assign", {"department": "市场监管一科"}))


def close(number: str) -> None:
    accept(number)
    desk(number, ("close", {"result": "双方谈好，退款2680元"}))


def view(number: str) -> Any:
    with base.context().sessions.begin() as session:
        return queries.ticket(session, number, unmasked=True)


def events(number: str, step: str) -> list[dict[str, Any]]:
    return [event.payload for event in view(number).events if event.step == step]


def days_pass(number: str, days: int) -> None:
    """Everything on the ticket happened so many days earlier."""
    with base.context().sessions.begin() as session:
        for table, column in (("ticket_events", "at"), ("tickets", "submitted_at")):
            session.execute(text(f"UPDATE {table} SET {column} = datetime({column}, '-{days} days')"))
        for column in ("started_on", "due", "due_lenient"):
            session.execute(text(f"UPDATE ticket_clocks SET {column} = date({column}, '-{days} days')"))


def buttons(citizen: Conversation) -> dict[str, str]:
    return {b["title"]: b["payload"] for message in citizen.said for b in message.get("buttons") or []}


def told(citizen: Conversation) -> str:
    """What was really read in the last turn, placeholders filled."""
    words, lines = base.context().words, []
    for message in citizen.said:
        if name := message.get("response"):
            lines.append(words.text(name, **{k: v for k, v in message.items() if isinstance(v, (str, int))}))
    assert not re.search(r"\{[a-z_]+\}", "".join(lines)), lines
    return "\n".join(lines)


# 我的投诉有哪些, 到哪一步了


def test_several_tickets_are_listed_with_their_status_and_open_by_a_button(talk: Talk) -> None:
    citizen, first, _ = filed(talk)
    citizen.say("转人工", "request_human")
    citizen.say("13800138000")
    accept(first)
    citizen.say("我的投诉有哪些", "ask_progress")
    assert citizen.responses == ["utter_progress_list"] and "一共2件" in told(citizen)
    assert "办理中" in told(citizen) and "已提交" in told(citizen)
    citizen.press(buttons(citizen)[first])
    assert citizen.responses == ["utter_progress"] and citizen.said[0]["number"] == first


def test_progress_tells_step_holder_days_article_and_what_is_next(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("查进度", "ask_progress")
    said = told(citizen)
    assert "受不受理还没决定" in said and "还有7个工作日（《市场监督管理投诉举报处理办法》第十五条）" in said
    assert "接下来" in said
    accept(number)
    citizen.say("查进度", "ask_progress")
    said = told(citizen)
    assert "现在在市场监管一科" in said and "第二十二条" in said and re.search(r"离最后一天还有\d+天", said)


def test_progress_tells_what_is_waited_for_the_last_day_and_what_ran_out(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    desk(number, ("ask_supplement", {"text": "请补付款截图"}))
    citizen.say("查进度", "ask_progress")
    assert "等您补材料：请补付款截图" in told(citizen)
    left = (view(number).clocks[0].due - deadlines.now().date()).days
    days_pass(number, left)
    citizen.say("查进度", "ask_progress")
    assert "今天到最后一天了" in told(citizen)
    days_pass(number, 30)
    citizen.say("查进度", "ask_progress")
    assert re.search(r"已经超了\d+天", told(citizen))


def test_a_paused_period_is_called_so(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    accept(number)
    desk(number, ("pause", {"cause": "testing"}))
    citizen.say("查进度", "ask_progress")
    assert "在做检测，这段时间不算" in told(citizen)


# 补材料


def test_the_same_words_twice_are_one_supplement(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    for _ in range(2):
        citizen.say("我要补充材料", "supplement_ticket")
        citizen.say("老板今天又发短信威胁我")
        assert citizen.responses == ["utter_supplemented"] and citizen.form is None
    assert len(events(number, "supplement")) == 1


def test_thirty_files_at_once_all_reach_the_ticket_once(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    with base.context().sessions.begin() as session:
        for n in range(30):
            session.add(
                Upload(evidence_id=f"e{n}", conversation_id=citizen.conversation_id, filename=f"{n}.jpg",
                       media_type="image/jpeg", size=10, sha256=f"{n:064d}", path=f"{n}.jpg", received_at=deadlines.now())
            )  # fmt: skip
    for _ in range(2):
        citizen.say("补材料", "supplement_ticket")
        citizen.say("三十张照片")
    assert len(view(number).evidence) == 30 and len(events(number, "supplement")) == 1


def test_a_closed_ticket_takes_no_supplement_and_says_what_can_be_done(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    close(number)
    citizen.say("补材料", "supplement_ticket")
    assert citizen.responses == ["utter_cannot_supplement"] and "已办结" in told(citizen)
    assert {"评价", "要求重开"} <= set(buttons(citizen))


# 催办


def test_thirty_urges_in_a_row_are_one(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("催一下", "urge_ticket")
    assert "提醒到了管受理和督办的工作人员" in told(citizen)
    for _ in range(29):
        citizen.say("催", "urge_ticket")
        assert citizen.responses == ["utter_urged_already"]
    assert view(number).urged == 1


def test_near_the_last_day_an_urge_says_that_the_supervisor_knows(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    days_pass(number, (view(number).clocks[0].due - deadlines.now().date()).days)
    citizen.say("催一下", "urge_ticket")
    assert citizen.responses == ["utter_urged_raised"] and "督办领导" in told(citizen)


def test_an_ended_ticket_is_not_urged(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    close(number)
    citizen.say("催一下", "urge_ticket")
    assert citizen.responses == ["utter_cannot_urge"]


# 撤回


@pytest.mark.parametrize("yes", ["确定", "确定撤回", "是的"])
def test_withdrawing_by_words_after_the_three_warnings(talk: Talk, yes: str) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("我要撤回", "withdraw_ticket")
    warned = told(citizen)
    assert all(part in warned for part in ("到账", "文字约定", "可能不受理")) and citizen.form == "question_form"
    citizen.say(yes, "withdraw_ticket" if "撤回" in yes else "affirm")
    assert citizen.responses == ["utter_withdrawn_complaint"] and view(number).status == "withdrawn"
    citizen.say("撤回", "withdraw_ticket")
    assert citizen.responses == ["utter_withdrawn_already"]


@pytest.mark.parametrize(("no", "intent"), [("先不撤", "deny"), ("不", "deny"), ("算了", "stop")])
def test_a_no_withdraws_nothing(talk: Talk, no: str, intent: str) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("我要撤回", "withdraw_ticket")
    citizen.say(no, intent)
    assert citizen.form is None and view(number).status == "submitted"


def test_words_that_say_neither_are_asked_again(talk: Talk) -> None:
    citizen, _, _ = filed(talk)
    citizen.say("我要撤回", "withdraw_ticket")
    citizen.say("那个那个", "unsure", 0.3)
    assert citizen.responses == ["utter_unclear_withdraw", "utter_withdraw_sure"]


def test_two_presses_in_two_browsers_withdraw_once(talk: Talk) -> None:
    citizen, number, code = filed(talk)
    other = talk()
    other.press(f'/withdraw_ticket{{"ticket_number": "{number}", "query_code": "{code}"}}')
    again = buttons(other)["确定撤回"]
    citizen.press(f'/withdraw_ticket{{"ticket_number": "{number}", "confirmed": "yes"}}')
    other.press(again)
    assert other.responses == ["utter_withdrawn_already"] and len(events(number, "withdraw")) == 1


def test_after_closing_there_is_nothing_to_withdraw(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("我要撤回", "withdraw_ticket")
    press = buttons(citizen)["确定撤回"]
    close(number)
    citizen.press(press)
    assert citizen.responses == ["utter_cannot_withdraw"] and view(number).status == "closed"


def test_a_report_is_not_taken_back(talk: Talk) -> None:
    citizen, _, _ = filed(talk)
    with base.context().sessions.begin() as session:
        session.execute(text("UPDATE tickets SET kind = 'report', process = 'report'"))
    citizen.say("撤回举报", "withdraw_ticket")
    assert citizen.responses == ["utter_cannot_withdraw_report"]


# 商家有回应


def test_a_full_settlement_is_kept_once_and_offers_to_withdraw(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("商家退钱了", "settle_ticket")
    assert citizen.responses == ["utter_settled_full"] and "撤回" in buttons(citizen)
    assert view(number).status == "submitted"
    citizen.say("商家退钱了", "settle_ticket")
    assert citizen.responses == ["utter_settled_already"] and len(events(number, "settle")) == 1


def test_a_promise_is_asked_for_its_day(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("老板答应退钱给我", "settle_ticket")
    assert citizen.responses == ["utter_ask_promise"]
    citizen.say("昨天", "unsure", 0.3)
    assert citizen.responses[0] == "utter_unclear_promise"
    citizen.say("三天内", "unsure", 0.3)
    assert citizen.responses == ["utter_settled_promise"] and citizen.form is None
    day = (deadlines.now() + timedelta(days=3)).date().isoformat()
    assert view(number).matters["promise"] == {"on": day}


def test_what_came_of_it_by_buttons_from_another_browser(talk: Talk) -> None:
    _, number, code = filed(talk)
    other = talk()
    other.say(f"{number} {code}", "ask_progress")
    other.press(buttons(other)["商家有回应"])
    assert set(buttons(other)) == {"全办到了", "办到一部分", "答应了日子", "还没动静"}
    other.press(buttons(other)["办到一部分"])
    assert other.responses == ["utter_settled_part"] and events(number, "settle")[0]["how"] == "part"


def test_nothing_came_changes_nothing(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("商家还是没退钱", "settle_ticket")
    assert citizen.responses == ["utter_settled_none"] and not events(number, "settle")


def test_a_story_without_a_ticket_goes_to_the_form(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我在好味饭店办的卡，商家只退了一半，还差500元不肯退", "settle_ticket")
    assert citizen.form == "complaint_form"


# 愿不愿意调解


def test_mediation_is_declined_and_thought_over_by_words_and_buttons(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("同意调解", "answer_mediation")
    assert citizen.responses == ["utter_cannot_answer_mediation"]  # nothing is accepted yet
    accept(number)
    citizen.say("不愿意调解", "answer_mediation")
    assert citizen.responses == ["utter_mediation_no"] and view(number).matters["wish"] == "no"
    citizen.say("调解的事", "answer_mediation")
    assert citizen.responses == ["utter_ask_mediation"]
    citizen.press(buttons(citizen)["愿意调解"])
    assert citizen.responses == ["utter_mediation_yes"] and view(number).matters["wish"] == "yes"
    citizen.say("愿意调解", "answer_mediation")
    assert citizen.responses == ["utter_mediation_yes"] and len(events(number, "answer_mediation")) == 2


def test_a_plain_no_answers_the_question_about_mediation(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    accept(number)
    citizen.say("调解", "answer_mediation")
    citizen.say("不同意", "deny")
    assert citizen.responses == ["utter_mediation_no"] and citizen.form is None


# 更正


def test_a_wrong_sum_is_amended_in_one_sentence_and_the_original_stays(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("单子里的金额写错了，应该是2860元", "correct_answer")
    assert citizen.responses == ["utter_amended"] and "2680元 → 2860元" in told(citizen)
    now = view(number)
    assert (now.amount_cents, now.amount_text) == (286000, "2860元")
    with base.context().sessions.begin() as session:
        assert "268000" in session.execute(text("SELECT as_filed FROM tickets")).scalar_one()
    citizen.say("单子里的金额写错了，应该是2860元", "correct_answer")
    assert citizen.responses == ["utter_amended_already"] and len(events(number, "amend")) == 1


def test_a_field_is_chosen_and_a_wrong_value_asked_again(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("更正一下投诉单", "supplement_ticket")
    assert citizen.responses == ["utter_ask_amend"] and "电话" in buttons(citizen)
    citizen.press(buttons(citizen)["电话"])
    assert citizen.responses == ["utter_ask_amend_value"]
    citizen.say("1380013800")
    assert citizen.responses[0] == "utter_error_phone_wrong_length" and citizen.form
    citizen.say("13900139000")
    assert citizen.responses == ["utter_amended"] and "13900139000" not in told(citizen)
    assert view(number).contact_phone == "13900139000"


def test_the_story_itself_is_supplemented_never_rewritten(talk: Talk) -> None:
    citizen, *_ = filed(talk)
    citizen.say("投诉单的经过写错了", "correct_answer")
    assert citizen.responses == ["utter_ask_supplement"]


def test_a_closed_ticket_is_not_amended(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    close(number)
    citizen.press(f'/amend_ticket{{"ticket_number": "{number}"}}')
    assert citizen.responses == ["utter_cannot_amend"]


# 评价


def test_three_questions_by_buttons(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    close(number)
    citizen.press(f'/rate_ticket{{"ticket_number": "{number}"}}')
    assert citizen.responses == ["utter_ask_fulfilled"]
    citizen.press(buttons(citizen)["都兑现了"])
    assert list(buttons(citizen)) == ["满意", "一般", "不满意"]
    press = buttons(citizen)["一般"]
    citizen.press(press)
    assert citizen.responses == ["utter_rated", "utter_ask_rate_words"] and view(number).score == 3
    citizen.say("王工很耐心", "rate_ticket", 0.5)
    assert citizen.responses == ["utter_rated_words"] and citizen.form is None
    assert [(p["fulfilled"], p["text"]) for p in events(number, "rate")] == [("yes", ""), ("yes", "王工很耐心")]


def test_three_questions_by_words_and_an_unkept_agreement_offers_reopening(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    close(number)
    citizen.say("不满意", "rate_ticket")
    assert citizen.responses == ["utter_ask_fulfilled"]
    citizen.say("没有", "deny")
    assert citizen.responses[:2] == ["utter_rated", "utter_not_fulfilled"]
    assert "不是法定期限" in told(citizen) and view(number).score == 1
    citizen.press(buttons(citizen)["要求重开"])
    assert citizen.responses == ["utter_ask_reopen_words"]


def test_rating_the_same_twice_is_told_and_another_grade_replaces_it(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    close(number)
    good = f'/rate_ticket{{"ticket_number": "{number}", "value": "yes", "score": "5"}}'
    citizen.press(good)
    citizen.press(good)
    assert citizen.responses == ["utter_rated_already"] and len(events(number, "rate")) == 1
    citizen.press(good.replace('"5"', '"1"'))
    assert view(number).score == 1


def test_a_new_complaint_in_place_of_words_opens_the_form(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    close(number)
    citizen.press(f'/rate_ticket{{"ticket_number": "{number}", "value": "yes", "score": "5"}}')
    citizen.say("另外我要投诉好味饭店，昨天吃饭花了300元，菜里有虫子", "submit_complaint", 0.95)
    assert citizen.form == "complaint_form" and "utter_rated_words" not in citizen.responses
    assert len(events(number, "rate")) == 1


def test_a_new_complaint_in_place_of_a_grade_opens_the_form(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    close(number)
    citizen.press(f'/rate_ticket{{"ticket_number": "{number}"}}')
    citizen.say("我要投诉好味饭店，菜里有虫子", "submit_complaint", 0.95)
    assert citizen.form == "complaint_form" and not events(number, "rate")


def test_what_is_open_is_not_rated(talk: Talk) -> None:
    citizen, _, _ = filed(talk)
    citizen.say("满意", "rate_ticket")
    assert citizen.responses == ["utter_cannot_rate"]


# 重开


def test_reopening_by_words_and_once(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    close(number)
    before = view(number).clocks
    citizen.say("说好的钱没给我，重新处理", "reopen_ticket")
    assert citizen.responses == ["utter_ask_reopen_words"]
    citizen.say("约好上周退2680，一分没退", "submit_complaint", 0.9)
    assert citizen.responses == ["utter_reopened"] and view(number).status == "assigned"
    assert events(number, "reopen")[0]["because"] == "unperformed" and view(number).clocks == before
    citizen.say("重开", "reopen_ticket")
    assert citizen.responses == ["utter_reopened_already"] and len(events(number, "reopen")) == 1


def test_the_ground_is_asked_for(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    close(number)
    citizen.say("重新办理", "reopen_ticket")
    assert citizen.responses == ["utter_ask_because"]
    citizen.say("你们弄错了商家", "unsure", 0.3)
    assert citizen.responses == ["utter_ask_reopen_words"]
    citizen.say("写成隔壁店了")
    assert events(number, "reopen")[0]["because"] == "our_mistake"


def test_a_day_too_late_hears_the_window_and_the_ways_of_the_law(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    close(number)
    days_pass(number, base.context().office.reopen_days)
    citizen.say("查进度", "ask_progress")
    assert "要求重开" in buttons(citizen)
    citizen.say("重新办理", "reopen_ticket")
    press = buttons(citizen)["有新情况"]
    days_pass(number, 1)
    citizen.press(press)
    said = told(citizen)
    assert citizen.responses == ["utter_reopen_too_late"] and view(number).status == "closed"
    assert "不是法定期限" in said and "第二十五条" in said and "第三十九条" in said
    citizen.say("查进度", "ask_progress")
    assert "要求重开" not in buttons(citizen)


def test_midnight_between_question_and_answer_is_told(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    close(number)
    citizen.press(f'/reopen_ticket{{"ticket_number": "{number}", "value": "new_facts"}}')
    days_pass(number, 31)
    citizen.say("找到录音了")
    assert citizen.responses == ["utter_reopen_too_late"] and citizen.form is None


def test_what_was_withdrawn_or_is_open_is_not_reopened(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("重开", "reopen_ticket")
    assert citizen.responses == ["utter_cannot_reopen_open"]
    citizen.press(f'/withdraw_ticket{{"ticket_number": "{number}", "confirmed": "yes"}}')
    citizen.say("重开", "reopen_ticket")
    assert citizen.responses == ["utter_cannot_reopen"]


# Whose it is


ACTS = ("supplement", "urge", "withdraw", "settle", "amend", "rate", "reopen")


@pytest.mark.parametrize("intent", [*(f"{act}_ticket" for act in ACTS), "answer_mediation", "ask_progress"])
def test_a_strangers_number_with_a_right_looking_code_opens_nothing(talk: Talk, intent: str) -> None:
    _, number, code = filed(talk)
    before = view(number)
    stranger = talk()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    stranger.say(f"{number} {wrong}", intent)
    assert stranger.responses == ["utter_error_wrong_code"]
    stranger.press(
        f'/{intent}{{"ticket_number": "{number}", "query_code": "{wrong}", "confirmed": "yes", "value": "full"}}'
    )
    assert stranger.responses == ["utter_error_wrong_code"]
    stranger.press(f'/{intent}{{"ticket_number": "{number}", "confirmed": "yes", "value": "full"}}')
    assert stranger.responses == ["utter_ask_query_code"]
    assert view(number) == before


@pytest.mark.parametrize("intent", ["urge_ticket", "withdraw_ticket", "settle_ticket", "amend_ticket"])
def test_number_and_code_in_another_browser_go_on_with_what_was_wanted(talk: Talk, intent: str) -> None:
    _, number, code = filed(talk)
    other = talk()
    other.press(f"/{intent}")
    assert other.responses == ["utter_ask_number_and_code"]
    other.say(f"{number} {code}")
    expected = {
        "urge_ticket": "utter_urged",
        "withdraw_ticket": "utter_withdraw_sure",
        "settle_ticket": "utter_ask_settle",
    }
    assert other.responses == [expected.get(intent, "utter_ask_amend")]
    if intent == "withdraw_ticket":
        other.say("确定", "affirm")
        assert view(number).status == "withdrawn"


def test_a_second_ticket_is_asked_for_by_name(talk: Talk) -> None:
    citizen, first, _ = filed(talk)
    citizen.say(STORY.replace("乐动健身", "好味饭店"), "submit_complaint")
    for _ in range(12):
        if citizen.form is None:
            break
        if citizen.asking == "contact_name":
            citizen.press(
                '/give_contact{"contact_name": "林晓芳", "contact_phone": "13800138000", "contact_address": "幸福路1号"}'
            )
        elif citizen.asking == "confirmed":
            citizen.press("/affirm")
        else:
            citizen.say(
                {"merchant_address": "演示路9号", "pass_on_to_merchant": "可以"}.get(citizen.asking or "", "不知道")
            )
    assert len(tickets()) == 2
    citizen.say("催一下", "urge_ticket")
    assert citizen.responses == ["utter_which_ticket"] and len(buttons(citizen)) == 2
    close(first)
    citizen.say("评价", "rate_ticket")
    assert citizen.responses == ["utter_ask_fulfilled"], "only one of the two can be rated"


# A turn that ran before: its process died between the commit and the answer


def owing(talk: Talk) -> Conversation:
    """A conversation that the website keeps."""
    with base.context().sessions.begin() as session:
        conversation_id = messages.open_conversation(session, channel="website", now=deadlines.now())
    citizen = talk()
    citizen.conversation_id = conversation_id
    return citizen


def again(citizen: Conversation, say: Callable[[], Any]) -> list[str]:
    """Run a turn twice, as it is run when its first answer never came; what the second run says."""
    with base.context().sessions.begin() as session:
        turn = turns.begin(session, citizen.conversation_id, "-", deadlines.now())
    before = dict(citizen.slots), citizen.form
    say()
    first = told(citizen), citizen.responses
    citizen.slots, citizen.form = before
    say()
    assert (told(citizen), citizen.responses) == first, "the citizen said it once and hears the same"
    with base.context().sessions.begin() as session:
        turns.answer(session, turn.turn_id, [], deadlines.now())
    return citizen.responses


def test_an_act_whose_turn_runs_again_is_told_as_if_it_had_run_once(talk: Talk) -> None:
    citizen, number, _ = filed(lambda: owing(talk))
    accept(number)
    assert again(citizen, lambda: citizen.say("催一下", "urge_ticket")) == ["utter_urged"]
    assert view(number).urged == 1
    citizen.say("催一下", "urge_ticket")
    assert citizen.responses == ["utter_urged_already"]
    assert again(citizen, lambda: citizen.say("金额应该是2860元", "amend_ticket")) == ["utter_amended"]
    assert again(citizen, lambda: citizen.say("愿意调解", "answer_mediation")) == ["utter_mediation_yes"]
    assert again(citizen, lambda: citizen.say("老板退了一半", "settle_ticket")) == ["utter_settled_part"]
    citizen.say("补材料", "supplement_ticket")
    assert again(citizen, lambda: citizen.say("老板又换了电话号码", "unsure", 0.3)) == ["utter_supplemented"]
    for step in ("urge", "amend", "answer_mediation", "settle", "supplement"):
        assert len(events(number, step)) == 1, step
    citizen.say("撤回", "withdraw_ticket")
    yes = buttons(citizen)["确定撤回"]
    assert again(citizen, lambda: citizen.press(yes)) == ["utter_withdrawn_complaint"]
    assert len(events(number, "withdraw")) == 1


def test_rating_and_reopening_whose_turns_run_again(talk: Talk) -> None:
    citizen, number, _ = filed(lambda: owing(talk))
    close(number)
    citizen.say("评价", "rate_ticket")
    citizen.press(buttons(citizen)["没兑现"])
    good = buttons(citizen)["满意"]
    said = again(citizen, lambda: citizen.press(good))
    assert said == ["utter_rated", "utter_not_fulfilled", "utter_ask_rate_words"]
    assert again(citizen, lambda: citizen.say("态度很好", "unsure", 0.3)) == ["utter_rated_words"]
    assert len(events(number, "rate")) == 2
    citizen.say("说好的钱没给我，重新处理", "reopen_ticket")
    assert again(citizen, lambda: citizen.say("约好上周退，一分没退", "unsure", 0.3)) == ["utter_reopened"]
    assert len(events(number, "reopen")) == 1


def test_a_review_whose_turn_runs_again_is_not_said_to_be_impossible(talk: Talk) -> None:
    citizen, number, _ = filed(lambda: owing(talk))
    close(number)
    with base.context().sessions.begin() as session:
        ticket = session.query(Ticket).filter(Ticket.number == number).one()
        decided = {"decided_on": deadlines.now().date().isoformat()}
        ticket.process, ticket.matters = "finance", {**ticket.matters, **decided}
    citizen.say("不服处理决定，要申请核查", "reopen_ticket")
    citizen.press(next(payload for payload in buttons(citizen).values() if "branch" in payload))
    assert again(citizen, lambda: citizen.say("没有看我的合同", "unsure", 0.3)) == ["utter_review_asked"]
    assert len(events(number, "review")) == 1

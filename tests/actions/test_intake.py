"""The complaint form: a story in, a ticket out; changes, doubts, stopping, coming back, failing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from actions import base, filling
from tests.simulators.loop import Conversation

STORY = "我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，电话没人接，我要退款"
CONTACT = '/give_contact{"contact_name": "林晓芳", "contact_phone": "13800138000", "contact_address": "演示市演示区演示路1号"}'
Talk = Callable[[], Conversation]


def tickets() -> list[dict[str, object]]:
    with base.context().sessions.begin() as session:
        return [dict(row._mapping) for row in session.execute(text("SELECT * FROM tickets ORDER BY id"))]


def to_summary(citizen: Conversation, story: str = STORY) -> None:
    """Tell the story and answer until the summary stands."""
    citizen.say(story, "submit_complaint")
    for _ in range(12):
        if citizen.asking == "confirmed":
            return
        answers = {"merchant": "乐动健身", "item": "健身卡", "amount": "2680元", "event_date": "10月3日", "claim": "退款",
                   "merchant_address": "演示路8号", "pass_on_to_merchant": "可以", "consent": "同意",
                   "institution": "演示银行", "complained_to_institution": "找过"}  # fmt: skip
        if citizen.asking == "contact_name":
            citizen.press(CONTACT)
        elif citizen.asking == "facts":
            citizen.fill_from(answers)
        else:
            citizen.say(answers[citizen.asking or ""])
    raise AssertionError(f"no summary, asking {citizen.asking}")


def test_a_story_fills_what_it_tells_and_is_told_back(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    assert "utter_understood" in citizen.responses
    assert citizen.slots["amount"] == "2680元" and citizen.slots["details"]["amount"]["normalised"] == 268000
    assert citizen.slots["event_date"] == "10月3日" and citizen.slots["merchant"] == "乐动健身"
    start, end = (citizen.slots["details"]["merchant"][k] for k in ("start", "end"))
    assert citizen.slots["narrative"][start:end] == "乐动健身"


def test_a_confirmed_story_becomes_one_ticket_with_what_was_said(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    assert [r["n"] for r in citizen.card("summary")["rows"]] == list(range(1, len(citizen.card("summary")["rows"]) + 1))
    citizen.press("/affirm")
    receipt = citizen.card("receipt")
    [ticket] = tickets()
    assert receipt and receipt["number"] == ticket["number"] and receipt["query_code"] == ticket["query_code"]
    assert (ticket["merchant"], ticket["amount_cents"], ticket["contact_phone"]) == ("乐动健身", 268000, "13800138000")
    assert ticket["narrative"] == STORY and ticket["status"] == "submitted"
    assert citizen.asking is None and citizen.slots["narrative"] is None and citizen.slots["contact_phone"] is None


def test_the_same_confirmation_again_gives_the_same_number(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    slots, form = dict(citizen.slots), citizen.form
    citizen.press("/affirm")
    first = citizen.card("receipt")["number"]
    citizen.slots, citizen.form = slots, form  # the bot died before it saved the conversation
    citizen.press("/affirm")
    assert citizen.card("receipt")["number"] == first and len(tickets()) == 1
    assert "utter_filed_again" in citizen.responses


def test_a_new_complaint_after_filing_is_a_new_ticket(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    citizen.press("/affirm")
    to_summary(citizen, "昨天在好味饭店吃饭花了300元，菜里有虫子，要求赔偿")
    citizen.press("/affirm")
    assert len({t["number"] for t in tickets()}) == 2


@pytest.mark.parametrize(
    ("words", "slot", "value"),
    [
        ("金额不对，是2860", "amount", "2860"),
        ("店名写错了，应该是动乐健身", "merchant", "动乐健身"),
        ("日期应该是10月5日", "event_date", "10月5日"),
    ],
)
def test_one_sentence_changes_one_answer_and_returns_to_the_summary(
    talk: Talk, words: str, slot: str, value: str
) -> None:
    citizen = talk()
    to_summary(citizen)
    before = dict(citizen.slots)
    citizen.say(words, "correct_answer")
    assert value in citizen.slots[slot] and citizen.asking == "confirmed" and citizen.card("summary")
    same = set(before) - {slot, "details", "requested_slot", "narrative"}
    assert {k: citizen.slots[k] for k in same} == {k: before[k] for k in same}


def test_change_by_row_number_asks_for_that_row(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    row = next(r for r in citizen.card("summary")["rows"] if r["slot"] == "item")
    citizen.say(f"改{row['n']}", "correct_answer")
    assert citizen.asking == "item"
    citizen.say("游泳卡")
    assert citizen.slots["item"] == "游泳卡" and citizen.asking == "confirmed"


def test_a_row_that_is_not_there_is_named(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    citizen.say("改99", "correct_answer")
    assert "utter_error_no_such_row" in citizen.responses and citizen.asking == "confirmed"


def test_fifty_questions_in_the_middle_lose_nothing(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    asking, values = citizen.asking, citizen.slots["narrative"]
    for n in range(50):
        citizen.say(
            ["健身卡能退吗？", "网购几天能退？", "为什么要问这个", "商家会知道是我吗"][n % 4],
            ["ask", "ask", "ask_why", "ask_disclosure"][n % 4],
        )
        assert citizen.said and citizen.asking == asking and citizen.slots["narrative"] == values
    assert not tickets()


@pytest.mark.parametrize(
    ("asking", "words", "code"),
    [
        ("amount", "负数", None), ("amount", "-50元", "amount_negative"), ("amount", "0元", "amount_zero"),
        ("event_date", "2月30日", "date_invalid"), ("event_date", "明年3月1日", "date_in_future"),
        ("contact_name", "林晓芳 1380013800", "phone_wrong_length"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_named_and_the_question_comes_again(
    talk: Talk, asking: str, words: str, code: str | None
) -> None:
    citizen = talk()
    to_summary(citizen)
    citizen.slots["requested_slot"] = asking
    before = {k: v for k, v in citizen.slots.items() if k in ("merchant", "narrative", "item", "claim")}
    if asking != "contact_name":
        citizen.slots[asking] = None
    citizen.say(words)
    errors = [r for r in citizen.responses if r.startswith("utter_error_")]
    assert errors and (code is None or errors == [f"utter_error_{code}"])
    assert {k: citizen.slots[k] for k in before} == before and citizen.form


def test_a_sum_told_along_with_the_name_is_the_sum(one_by_one: Talk) -> None:
    citizen = one_by_one()
    citizen.say("车提回来三天就趴窝了，要求退款", "submit_complaint")
    assert citizen.asking == "merchant"
    citizen.say("演示汽车城 海豹 15万")
    assert citizen.slots["merchant"] == "演示汽车城" and citizen.slots["details"]["amount"]["normalised"] == 15000000


def test_a_name_that_begins_with_figures_is_one_name(one_by_one: Talk) -> None:
    citizen = one_by_one()
    citizen.say("我被坑了，他们不退我钱，要求退款", "submit_complaint")
    citizen.say("1919 酒类直供")
    assert citizen.slots["merchant"] == "1919 酒类直供" and not citizen.slots.get("amount")


def test_a_name_that_looks_like_abuse_is_taken_as_the_answer_at_the_latest_the_second_time(one_by_one: Talk) -> None:
    citizen = one_by_one()
    citizen.say("我被坑了，他们不退我钱，要求退款", "submit_complaint")
    assert citizen.asking == "merchant"
    citizen.say("垃*圾", "abuse", 0.95)
    citizen.say("垃*圾", "abuse", 0.95)
    assert citizen.asking != "merchant" and citizen.slots["merchant"] == "垃*圾"


def test_a_lender_named_in_the_story_is_not_asked_for_again(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我在好分期借款8000元，被多收了300元担保费，要求退还担保费", "submit_complaint")
    assert citizen.form is None or citizen.asking not in ("merchant", "institution")


def test_an_answer_to_another_question_is_taken_there(one_by_one: Talk) -> None:
    citizen = one_by_one()
    citizen.say("我在好味饭店买了一份火锅套餐花了300元，里面有虫子", "submit_complaint")
    assert citizen.asking == "event_date"
    citizen.say("要求退一赔三", "unsure")
    assert "utter_noted" in citizen.responses and citizen.slots["claim"] and citizen.asking == "event_date"


def test_a_question_that_cannot_be_answered_is_let_go_and_the_words_are_kept(one_by_one: Talk) -> None:
    citizen = one_by_one()
    citizen.say("我在好味饭店买了一份火锅套餐花了300元，里面有虫子，要求退款", "submit_complaint")
    for _ in range(3):
        assert citizen.asking == "event_date"
        citizen.say("就是收麦子那阵", "unsure")
    assert "utter_left_open" in citizen.responses and citizen.asking != "event_date"
    assert "就是收麦子那阵" in citizen.slots["narrative"]


def test_stopping_asks_once_and_then_keeps_nothing(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    citizen.say("不投诉了", "stop")
    assert citizen.responses[0] == "utter_stop_sure" and citizen.form
    citizen.say("是的", "affirm")
    assert "utter_stopped" in citizen.responses and citizen.form is None
    assert not [s for s in ("narrative", "merchant", "amount", "draft_id", "details") if citizen.slots[s]]


def test_stopping_can_be_taken_back(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    asking = citizen.asking
    citizen.say("不弄了", "stop")
    citizen.press("/deny")
    assert citizen.asking == asking and citizen.slots["narrative"] == STORY


def test_put_aside_and_taken_up_again(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    asking = citizen.asking
    citizen.say("等会儿再说", "pause")
    assert citizen.form is None and "utter_draft_kept" in citizen.responses
    citizen.say("接着来", "resume")
    assert citizen.asking == asking and citizen.slots["merchant"] == "乐动健身"


def test_a_new_story_never_drops_the_draft_unasked(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    citizen.say("等会儿再说", "pause")
    other = "昨天在好味饭店吃饭花了300元，菜里有虫子，要求赔偿"
    citizen.say(other, "submit_complaint")
    assert citizen.responses == ["utter_resume_or_new"] and citizen.slots["narrative"] == STORY
    citizen.press("/start_over")
    assert citizen.slots["narrative"] == other and citizen.slots["merchant"] == "好味饭店"


def test_the_button_under_an_answer_carries_the_story_into_the_form(talk: Talk) -> None:
    citizen = talk()
    story = "我在悦动游泳馆办了张年卡花了1980元，去了三次就停业了，钱能退吗？"
    citizen.say(story, "submit_complaint")
    assert citizen.form is None and citizen.responses[0] in ("utter_answer", "utter_which_topic")
    payload = next(b["payload"] for m in citizen.said for b in m["buttons"] if b["title"] == "帮我投诉")
    citizen.press(payload)
    assert citizen.form == "complaint_form" and citizen.slots["amount"] == "1980元"


def test_a_draft_older_than_seven_days_is_dropped_and_said_so(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    citizen.say("等会儿再说", "pause")
    citizen.slots["draft_saved_at"] = "2026-01-01T10:00:00+08:00"
    citizen.say("接着来", "resume")
    assert "utter_draft_expired" in citizen.responses and citizen.slots["narrative"] is None


def test_wages_are_referred_and_not_filed(talk: Talk) -> None:
    citizen = talk()
    citizen.say("周末在奶茶店打零工快一个月，老板拖着工钱不发", "submit_complaint")
    assert (
        citizen.form is None
        and citizen.card("letter")
        and any(r.startswith("utter_referred") for r in citizen.responses)
    )
    assert not tickets()


def test_a_wrong_referral_can_be_overruled_by_the_citizen(talk: Talk) -> None:
    citizen = talk()
    citizen.say("周末在奶茶店打零工快一个月，老板拖着工钱不发", "submit_complaint")
    citizen.press("/file_other")
    assert citizen.form == "complaint_form" and citizen.asking


def test_a_dead_database_at_the_confirmation_keeps_everything_and_asks_for_a_retry(
    talk: Talk, environment: Path
) -> None:
    citizen = talk()
    to_summary(citizen)
    before = dict(citizen.slots)
    with base.context().sessions.begin() as session:
        session.execute(text("ALTER TABLE tickets RENAME TO hidden"))
    citizen.press("/affirm")
    assert "utter_error_not_filed" in citizen.responses and citizen.asking == "confirmed"
    assert citizen.slots == before
    with base.context().sessions.begin() as session:
        session.execute(text("ALTER TABLE hidden RENAME TO tickets"))
    citizen.press("/affirm")
    assert len(tickets()) == 1 and citizen.card("receipt")


def test_card_numbers_in_the_story_are_masked_before_they_are_kept(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY + "，我的银行卡是6222021234567890123，身份证11010519491231002X", "submit_complaint")
    assert "11010519491231002X" not in str(citizen.slots)


class TestCouncil:
    @pytest.fixture
    def office_id(self) -> str:
        return "council"

    def test_contact_data_in_the_story_waits_for_consent_and_is_dropped_if_refused(self, talk: Talk) -> None:
        citizen = talk()
        citizen.say(STORY + "，我电话13900139000", "submit_complaint")
        assert citizen.slots.get("contact_phone") is None
        while citizen.asking != "consent":
            assert citizen.asking
            citizen.say("不知道", "dont_know")
        citizen.say("不同意", "deny")
        assert not citizen.slots["held_contact"] and citizen.slots.get("contact_phone") is None
        assert "13900139000" not in str(citizen.slots["narrative"])


def test_tests_run_on_a_fresh_data_directory(environment: Path) -> None:
    assert os.environ["XIAOBAO_DATA"] == str(environment)


class TestWhatAHaltingCitizenSays:
    """Found by `make eval-filing WHO=halting`, asked one by one."""

    @pytest.fixture
    def talk(self, one_by_one: Talk) -> Talk:
        return one_by_one

    def test_a_short_story_under_an_answer_is_not_asked_for_again(self, talk: Talk) -> None:
        citizen = talk()
        citizen.slots["last_number"] = "XB20261124-000017"  # else the words themselves would open the form
        citizen.say("健身房不肯退卡", "ask")
        payload = next(b["payload"] for m in citizen.said for b in m["buttons"] if b["title"] == "帮我投诉")
        citizen.press(payload)
        assert citizen.slots["narrative"] == "健身房不肯退卡" and citizen.asking == "merchant"

    def test_a_question_under_an_answer_is_no_story(self, talk: Talk) -> None:
        citizen = talk()
        citizen.say("健身卡能退吗", "ask")
        payload = next(b["payload"] for m in citizen.said for b in m["buttons"] if b["title"] == "帮我投诉")
        citizen.press(payload)
        assert citizen.asking == "narrative"

    @pytest.mark.parametrize("words", ["嗯", "哦", "好的", "嗯嗯", "然后呢", "好 嗯"])
    def test_a_hum_is_no_claim(self, talk: Talk, words: str) -> None:
        citizen = talk()
        citizen.say("我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了", "submit_complaint")
        assert citizen.asking == "claim"
        citizen.say(words)
        assert citizen.asking == "claim" and "claim" not in citizen.slots["details"]

    @pytest.mark.parametrize(
        ("words", "day"), [("上个月 18号", "18"), ("27号 10月的", "27"), ("10月30 30号", "30"), ("10月9号", "09")]
    )
    def test_a_day_told_in_pieces(self, talk: Talk, words: str, day: str) -> None:
        citizen = talk()
        citizen.say("在乐动健身办了张健身卡，交了2680元，店关门了，我要退款", "submit_complaint")
        assert citizen.asking == "event_date"
        citizen.say(words)
        assert citizen.slots["details"]["event_date"]["normalised"].endswith(f"-{day}")

    @pytest.mark.parametrize(("words", "cents"), [("我爸说3980", 398000), ("加了5200", 520000), ("899r", 89900)])
    def test_the_one_number_is_the_sum(self, talk: Talk, words: str, cents: int) -> None:
        citizen = talk()
        citizen.say("我10月3日在乐动健身办了张健身卡，店关门了，我要退款", "submit_complaint")
        assert citizen.asking == "amount"
        citizen.say(words)
        assert citizen.slots["details"]["amount"]["normalised"] == cents

    def test_days_are_no_sum(self, talk: Talk) -> None:
        citizen = talk()
        citizen.say("我10月3日在乐动健身办了张健身卡，店关门了，我要退款", "submit_complaint")
        citizen.say("跑了30天")
        assert citizen.asking == "amount"

    def test_who_gives_no_address_hears_what_is_missing_and_gets_through(self, talk: Talk) -> None:
        citizen = talk()
        citizen.say(STORY, "submit_complaint")
        card = '/give_contact{"contact_name": "许静宜", "contact_phone": "13800138012"}'
        for _ in range(4):
            if citizen.asking == "contact_name":
                break
            citizen.say({"pass_on_to_merchant": "可以"}.get(citizen.asking or "", "不知道"))
        citizen.press(card)
        assert citizen.responses[0] == "utter_error_contact_missing" and citizen.asking == "contact_name"
        citizen.press(card)
        assert "utter_without_address" in citizen.responses and citizen.asking == "confirmed"
        citizen.press("/affirm")
        [ticket] = tickets()
        assert ticket["contact_name"] == "许静宜" and ticket["contact_address"] is None

    @pytest.mark.parametrize(
        ("words", "slot", "value"),
        [("金额反了 是1670", "amount", "1670"), ("不是健身卡 是游泳卡 打错了", "item", "游泳卡")],
    )
    def test_a_correction_at_the_summary(self, talk: Talk, words: str, slot: str, value: str) -> None:
        citizen = talk()
        to_summary(citizen)
        citizen.say(words, "correct_answer")
        assert citizen.slots[slot] == value and "utter_changed" in citizen.responses

    def test_wrongly_made_glasses_correct_nothing(self, talk: Talk) -> None:
        citizen = talk()
        citizen.say("那个…眼镜配错了", "correct_answer")
        assert "utter_nothing_open" not in citizen.responses

    @pytest.mark.parametrize("words", ["这个我不知道", "不清楚 真不清楚", "找不到了", "这我哪晓得", "没有这个"])
    def test_not_knowing_in_other_words_is_no_name(self, talk: Talk, words: str) -> None:
        citizen = talk()
        citizen.say("10月3日办了张健身卡，交了2680元，上周店关门了，我要退款", "submit_complaint")
        assert citizen.asking == "merchant"
        citizen.say(words)
        assert citizen.asking != "merchant" and not citizen.slots.get("merchant")

    @pytest.mark.parametrize("words", ["霸王条款有没有用啊", "没有合同算不算数", "预付卡的钱谁来管", "要不要收费的"])
    def test_a_question_back_is_no_name(self, talk: Talk, words: str) -> None:
        citizen = talk()
        citizen.say("10月3日办了张健身卡，交了2680元，上周店关门了，我要退款", "submit_complaint")
        assert citizen.asking == "merchant"
        citizen.say(words)
        assert citizen.asking == "merchant" and not citizen.slots.get("merchant")

    @pytest.mark.parametrize("words", ["没干的活儿钱退我", "装修的不干活了", "买的猫没几天就死了…"])
    def test_work_left_undone_is_no_distress(self, talk: Talk, words: str) -> None:
        citizen = talk()
        citizen.say("9月1日和宏美装饰签了房屋装修合同，交了38000元", "submit_complaint")
        asking = citizen.asking
        citizen.say(words, "distress")
        assert citizen.form and "utter_distress_nobody_there" not in citizen.responses and asking

    @pytest.mark.parametrize("words", ["活儿没干完，我不想活了", "猫死了，我也撑不下去了", "不干活了，我没活路了"])
    def test_despair_beside_it_stays_distress(self, talk: Talk, words: str) -> None:
        citizen = talk()
        citizen.say(STORY, "submit_complaint")
        citizen.say(words, "distress")
        assert citizen.form is None

    @pytest.mark.parametrize(("words", "intent"), [("嗯", "affirm"), ("不知道", "dont_know")])
    def test_an_unclear_answer_to_going_on_goes_on(self, talk: Talk, words: str, intent: str) -> None:
        citizen = talk()
        citizen.say(STORY, "submit_complaint")
        citizen.say("等会儿再说", "pause")
        citizen.press("/submit_complaint")
        assert "utter_resume_or_new" in citizen.responses
        citizen.say(words, intent)
        assert citizen.form == "complaint_form" and citizen.slots["narrative"] == STORY

    def test_an_affirmation_after_a_pause_is_only_politeness(self, talk: Talk) -> None:
        citizen = talk()
        citizen.say(STORY, "submit_complaint")
        citizen.say("等会儿再说", "pause")
        citizen.say("好的", "affirm")
        assert citizen.form is None

    def test_a_sum_is_no_wish_to_pause(self, talk: Talk) -> None:
        citizen = talk()
        citizen.say("我10月3日在乐动健身办了张健身卡，店关门了，我要退款", "submit_complaint")
        citizen.say("899r", "pause")
        assert citizen.form and citizen.slots["amount"] == "899"

    def test_a_question_is_no_claim_but_a_claim_may_be_a_question(self, talk: Talk) -> None:
        citizen = talk()
        citizen.say("我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了", "submit_complaint")
        citizen.say("可以叫我女儿来填吗")
        assert citizen.asking == "claim" and "claim" not in citizen.slots["details"]
        citizen.say("能退一赔三吗")
        assert citizen.asking != "claim"


def test_a_human_asked_for_in_the_middle_is_offered_and_the_question_stays(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    asking = citizen.asking
    citizen.say("能不能找个人工", "request_human")
    assert citizen.responses[0].startswith("utter_human_in_form") and citizen.asking == asking
    assert [b["payload"] for b in citizen.said[0]["buttons"]] == ['/request_human{"value": "call_back"}']


@pytest.mark.parametrize("asks", ["press", "again"])
def test_a_call_back_wanted_in_the_middle_costs_no_way_back(talk: Talk, asks: str) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    asking = citizen.asking
    citizen.say("能不能找个人工", "request_human")
    citizen.press('/request_human{"value": "call_back"}') if asks == "press" else citizen.say("人工", "request_human")
    citizen.say("13800138000")
    assert "utter_call_back_filed" in citizen.responses
    assert citizen.form == "complaint_form" and citizen.asking == asking


def test_no_call_back_after_all_goes_on_too(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    asking = citizen.asking
    citizen.press('/request_human{"value": "call_back"}')
    citizen.say("算了", "deny")
    assert citizen.form == "complaint_form" and citizen.asking == asking


@pytest.mark.parametrize(
    ("asks", "told"),
    [
        ("你们会罚他吗", "utter_will_punish_in_form"), ("会不会处罚商家", "utter_will_punish_in_form"),
        ("我能退多少钱啊", "utter_how_much_in_form"), ("可以叫我女儿来填吗", "utter_helper_may_write_in_form"), ("让我儿子写行不", "utter_helper_may_write_in_form"),
    ],
)  # fmt: skip
def test_what_people_ask_back_is_answered_and_the_question_stays(talk: Talk, asks: str, told: str) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    asking = citizen.asking
    citizen.say(asks, "ask")
    assert told in citizen.responses and citizen.asking == asking


def test_the_bank_named_after_the_letter_stands_in_a_new_letter(talk: Talk) -> None:
    citizen = talk()
    citizen.say("银行卡被冻结了说是涉案，取不出钱给孩子交学费", "submit_complaint")
    assert citizen.card("letter")
    citizen.say("工商银行城关支行", "unsure")
    letter = citizen.card("letter")
    assert letter and "工商银行城关支行" in letter["text"] and "交学费" in letter["text"]
    citizen.say("那能投诉到哪里", "ask")
    assert not citizen.card("letter")


@pytest.mark.parametrize(
    ("said", "cents"),
    [
        ("苹果14 4299", 429900),
        ("899，手机", 89900),
        ("2024年 3000", 300000),
        ("华为 60 5999", None),
        ("iPhone 15 Pro 16", None),
    ],
)
def test_the_number_that_stands_alone_beside_a_ware_is_the_sum(said: str, cents: int | None) -> None:
    assert filling.sum_of(said).normalised == cents


def test_one_more_piece_of_the_story_is_kept_when_a_sum_was_asked_for(talk: Talk, one_by_one: Talk) -> None:
    citizen = one_by_one()
    citizen.say("我要投诉", "submit_complaint")
    citizen.say("在淘宝的暖冬旗舰店买的电热毯漏电，11月20号买的")
    assert citizen.asking == "amount"
    citizen.say("店家说让我自己去找厂家")
    assert "utter_told_on" in citizen.responses and citizen.asking == "amount"
    assert citizen.slots["narrative"].endswith("店家说让我自己去找厂家")
    citizen.say("行 帮我投诉吧", "submit_complaint", 0.9)
    assert "utter_file_in_form" in citizen.responses and citizen.asking == "amount"
    citizen.say("139块")
    assert citizen.slots["amount"] == "139块"


def test_contact_data_after_a_pause_are_taken_and_the_form_goes_on(talk: Talk, one_by_one: Talk) -> None:
    citizen = one_by_one()
    citizen.say(STORY, "submit_complaint")
    citizen.say("等会儿再说", "pause")
    assert citizen.form is None
    citizen.say("李强 13800138000 成都武侯区人民南路5号", "submit_complaint", 0.5)
    assert citizen.form == "complaint_form" and citizen.slots["contact_phone"] == "13800138000"
    assert "utter_resume_or_new" not in citizen.responses


def test_a_bare_number_is_no_wish_to_stop(talk: Talk, one_by_one: Talk) -> None:
    citizen = one_by_one()
    citizen.say(STORY, "submit_complaint")
    while citizen.asking != "contact_name":
        citizen.say("不知道", "dont_know")
    citizen.say("1000", "pause", 0.95)
    assert citizen.form == "complaint_form" and citizen.asking == "contact_name"


BANKS_STORY = "理财亏了20万 客户经理说保本的"


@pytest.mark.parametrize(
    ("words", "intent"), [("去年12月", "submit_complaint"), ("有录音", "supplement_ticket"), ("我要退款", "unsure")]
)
def test_what_is_told_after_the_letter_stands_in_a_new_letter(talk: Talk, words: str, intent: str) -> None:
    citizen = talk()
    citizen.say(BANKS_STORY, "submit_complaint")
    assert citizen.card("letter")
    citizen.say(words, intent, 0.9)
    assert BANKS_STORY in citizen.card("letter")["text"] and words in citizen.card("letter")["text"]


def test_whoever_asks_to_file_after_the_letter_gets_it_once_more(talk: Talk) -> None:
    citizen = talk()
    citizen.say(BANKS_STORY, "submit_complaint")
    citizen.say("我七十一了", "unsure")
    citizen.say("帮我投诉", "submit_complaint", 0.95)
    assert BANKS_STORY in citizen.card("letter")["text"]


def test_a_bare_question_after_the_letter_is_about_it(talk: Talk) -> None:
    citizen = talk()
    citizen.say(BANKS_STORY, "submit_complaint")
    citizen.say("能要回来吗", "ask")
    assert citizen.responses == ["utter_answer"]


def test_what_the_other_side_does_is_no_wish(talk: Talk, one_by_one: Talk) -> None:
    citizen = one_by_one()
    citizen.say("我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，电话没人接", "submit_complaint")
    assert citizen.asking == "claim"
    citizen.say("店家不认")
    assert citizen.asking == "claim" and citizen.slots["narrative"].endswith("店家不认")
    citizen.say("退款")
    assert citizen.slots["claim"] == "退款"


def test_a_bare_question_in_the_form_is_about_its_story(talk: Talk) -> None:
    citizen = talk()
    citizen.say("健身房转让了新老板不认卡", "submit_complaint")
    citizen.say("这合法吗", "ask")
    assert citizen.responses[0] == "utter_answer" and citizen.form == "complaint_form"


@pytest.mark.parametrize("intent", ["goodbye", "pause", "thanks"])
def test_a_number_says_no_goodbye(talk: Talk, one_by_one: Talk, intent: str) -> None:
    citizen = one_by_one()
    citizen.say(STORY, "submit_complaint")
    citizen.say("1000", intent, 0.95)
    assert citizen.form == "complaint_form"

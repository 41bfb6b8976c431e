"""Those who speak for somebody, children, the old, the deaf, known contact data, recordings: whole conversations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actions import base
from tests.actions.test_intake import CONTACT, STORY, tickets, to_summary
from tests.simulators.loop import Conversation
from xiaobao.conversations import uploads
from xiaobao.conversations.uploads import Received

Talk = Callable[[], Conversation]
FOR_MOTHER = "替我妈投诉。她10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，电话没人接，要退款"
OF_CHILD = "我女儿10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，要退款"
CHILD = "我叫李小明，今年12岁，10月3日在好玩玩具店买了个手办，花了200元是假的，我要退款，电话13800138000，住在和平路1号"
TEEN = "我15岁，10月3日在好玩玩具店买了个手办，花了200元是假的，我要退款"


def told(citizen: Conversation) -> str:
    """What the citizen reads now: the texts of the responses, filled."""
    words = base.context().words
    texts = []
    for message in citizen.said:
        values = {key: value for key, value in message.items() if isinstance(value, str)}
        name = message.get("response") or ""
        texts.append(words.text(name, **values) if words.has(name) else "")
    return "\n".join(texts)


def answer_until(citizen: Conversation, slot: str) -> None:
    """Answer plainly until `slot` is asked."""
    answers = {"merchant": "乐动健身", "item": "健身卡", "amount": "2680元", "event_date": "10月3日", "claim": "退款",
               "merchant_address": "演示路8号", "pass_on_to_merchant": "可以", "consent": "同意",
               "on_behalf_of": "跳过", "contact_phone": "13800138000", "contact_address": "演示区演示路1号"}  # fmt: skip
    for _ in range(14):
        if citizen.asking == slot:
            return
        if citizen.asking == "contact_name":
            citizen.press(CONTACT)
        elif citizen.asking == "facts":
            citizen.fill_from(answers, but=slot)
        else:
            citizen.say(answers[citizen.asking or ""])
    raise AssertionError(f"{slot} is not asked, but {citizen.asking}")


def rows(citizen: Conversation) -> dict[str, str]:
    return {row["slot"]: row["value"] for row in citizen.card("summary")["rows"]}


# For somebody else


def test_for_a_parent_it_says_once_what_that_needs_and_asks_for_the_name(talk: Talk) -> None:
    citizen = talk()
    citizen.say(FOR_MOTHER, "submit_complaint")
    assert citizen.responses.count("utter_behalf_agent") == 1 and "第十一条" in told(citizen)
    answer_until(citizen, "on_behalf_of")
    assert "utter_behalf_agent" not in citizen.responses
    citizen.say("我妈叫张桂芳")
    answer_until(citizen, "confirmed")
    assert rows(citizen)["on_behalf_of"] == "张桂芳（妈妈）"
    assert any("授权委托书" in line for line in citizen.card("summary")["lines"])
    citizen.press("/affirm")
    [ticket] = tickets()
    assert (ticket["on_behalf_of"], ticket["relation"], ticket["guardian"]) == ("张桂芳", "妈妈", None)
    assert ticket["contact_name"] == "林晓芳"


def test_the_name_may_be_left_out_and_the_relation_is_kept(talk: Talk) -> None:
    citizen = talk()
    citizen.say(FOR_MOTHER, "submit_complaint")
    answer_until(citizen, "on_behalf_of")
    citizen.press("/skip")
    answer_until(citizen, "confirmed")
    assert rows(citizen)["on_behalf_of"] == "妈妈"
    citizen.press("/affirm")
    assert (tickets()[0]["on_behalf_of"], tickets()[0]["relation"]) == (None, "妈妈")


def test_the_authority_is_offered_at_the_summary_filled_in_and_with_what_the_law_asks(talk: Talk) -> None:
    citizen = talk()
    citizen.say(FOR_MOTHER, "submit_complaint")
    answer_until(citizen, "on_behalf_of")
    citizen.say("张桂芳")
    answer_until(citizen, "confirmed")
    [summary] = [m for m in citizen.said if (m.get("custom") or {}).get("card", {}).get("type") == "summary"]
    [button] = [b for b in summary["buttons"] if b["title"] == "授权委托书"]
    citizen.press(button["payload"])
    letter = citizen.card("letter")
    assert letter["title"] == "授权委托书"
    for needed in ("委托人（本人）：张桂芳", "受托人：林晓芳", "委托事项", "乐动健身", "权限", "期限", "签名"):
        assert needed in letter["text"], needed
    assert citizen.asking == "confirmed"


def test_a_parent_needs_no_paper_for_an_own_child(talk: Talk) -> None:
    citizen = talk()
    citizen.say(OF_CHILD, "submit_complaint")
    assert "utter_behalf_guardian" in citizen.responses and "不用委托书" in told(citizen)
    answer_until(citizen, "confirmed")
    assert not any("委托书" in line for line in citizen.card("summary")["lines"])
    assert "授权委托书" not in [b["title"] for m in citizen.said for b in m.get("buttons") or []]
    citizen.press("/affirm")
    assert (tickets()[0]["relation"], tickets()[0]["guardian"]) == ("女儿", "yes")


def test_said_without_a_story_it_is_understood_too(talk: Talk) -> None:
    citizen = talk()
    citizen.say("替我妈投诉", "submit_complaint")
    assert "utter_behalf_agent" in citizen.responses and citizen.asking == "narrative"
    citizen.say("10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，要退款")
    answer_until(citizen, "on_behalf_of")
    assert citizen.slots["relation"] == "妈妈" and "替我妈投诉" not in citizen.slots["narrative"]


def test_said_in_place_of_an_answer_the_question_comes_again(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    asking = citizen.asking
    citizen.say("我是帮我爸投诉的")
    assert "utter_behalf_agent" in citizen.responses and citizen.asking == "facts"
    assert {field["name"] for field in citizen.card("facts")["fields"]} == {asking, "on_behalf_of"}


@pytest.mark.parametrize(
    "story", [STORY, "我给我妈买的按摩椅坏了，10月3日在好物店花了2680元，要退款", STORY + "，是朋友推荐的"]
)
def test_who_complains_for_oneself_is_not_asked_for_another(talk: Talk, story: str) -> None:
    citizen = talk()
    to_summary(citizen, story)
    assert "on_behalf_of" not in rows(citizen) and citizen.slots.get("relation") is None


@pytest.mark.parametrize("office_id", ["bank"])
def test_finance_has_a_rule_of_its_own(talk: Talk) -> None:
    citizen = talk()
    citizen.say("替我爸投诉演示银行，10月3日理财经理把5万元存款忽悠成保险，要退款", "submit_complaint")
    assert citizen.form == "complaint_form"
    assert "utter_behalf_finance" in citizen.responses and "第十四条" in told(citizen)


# Minors


def test_of_a_child_the_story_stays_and_nothing_that_tells_who_it_is(talk: Talk) -> None:
    citizen = talk()
    citizen.say(CHILD, "submit_complaint")
    assert citizen.responses == ["utter_child_parent"] and citizen.form is None
    kept = str(citizen.slots)
    for personal in ("李小明", "13800138000", "和平路1号"):
        assert personal not in kept, personal
    assert "手办" in citizen.slots["narrative"] and not tickets()


def test_contact_data_said_before_the_age_are_taken_out_again(talk: Talk) -> None:
    citizen = talk()
    citizen.say(
        "10月3日在好玩玩具店买了个手办，花了200元是假的，我要退款，我叫李小明，电话13800138000", "submit_complaint"
    )
    assert citizen.slots["contact_phone"] == "13800138000" and citizen.slots["contact_name"] == "李小明"
    citizen.say("我今年才12岁")
    assert "utter_child_parent" in citizen.responses and citizen.form is None
    assert "13800138000" not in str(citizen.slots) and "李小明" not in str(citizen.slots)
    assert "手办" in citizen.slots["narrative"]


def test_a_child_that_goes_on_writing_leaves_no_data_and_gets_no_ticket(talk: Talk) -> None:
    citizen = talk()
    citizen.say(CHILD, "submit_complaint")
    citizen.press("/resume")
    assert "utter_child_parent" in citizen.responses and citizen.form is None
    citizen.say("电话13900139000，叫我李小明就行，快帮我投诉吧好不好", "submit_complaint")
    citizen.press("/start_over")
    citizen.say("电话13900139000，10月3日在好玩玩具店买的，我要退200元")
    assert "13900139000" not in str(citizen.slots) and not tickets()


def test_a_childs_question_is_answered(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我12岁，网购七天内能退货吗？", "ask")
    assert citizen.said and "utter_child_parent" not in citizen.responses
    citizen.say("网购七天内能无理由退货吗", "ask")
    assert any(name.startswith("utter_answer") for name in citizen.responses) or citizen.said


def test_a_parent_takes_over_and_files(talk: Talk) -> None:
    citizen = talk()
    citizen.say(CHILD, "submit_complaint")
    [button] = [b for m in citizen.said for b in m.get("buttons") or [] if b["title"] == "家长来填"]
    citizen.press(button["payload"])
    assert citizen.form == "complaint_form" and "utter_behalf_guardian" in citizen.responses
    answer_until(citizen, "confirmed")
    citizen.press("/affirm")
    [ticket] = tickets()
    assert (ticket["relation"], ticket["guardian"], ticket["contact_name"]) == ("孩子", "yes", "林晓芳")
    assert ticket["minor"] is None and "手办" in str(ticket["narrative"])
    citizen.say(STORY, "submit_complaint")
    assert citizen.slots["relation"] is None and "utter_behalf_guardian" not in citizen.responses


def test_a_parent_who_says_so_takes_over_too(talk: Talk) -> None:
    citizen = talk()
    citizen.say(CHILD, "submit_complaint")
    citizen.say("我是他妈妈", "unsure")
    assert "utter_parent_here" in citizen.responses
    citizen.press("/resume")
    assert citizen.form == "complaint_form"


def test_a_child_reports_without_a_name(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我上五年级，学校门口的好味小卖部卖过期辣条", "submit_report")
    for _ in range(5):
        if citizen.asking == "confirmed":
            break
        citizen.say({"merchant": "好味小卖部", "merchant_address": "演示路8号"}[citizen.asking or ""])
    citizen.press("/affirm")
    [ticket] = tickets()
    assert (ticket["kind"], ticket["anonymous"], ticket["contact_name"]) == ("report", "yes", None)


def test_a_child_who_wants_a_human_is_asked_for_no_number(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我今年12岁", "unsure")
    citizen.press("/request_human")
    assert citizen.responses == ["utter_child_human"] and citizen.form is None and not tickets()


def test_from_14_on_it_is_said_once_and_goes_on(talk: Talk) -> None:
    citizen = talk()
    citizen.say(TEEN, "submit_complaint")
    assert citizen.responses.count("utter_teen") == 1 and citizen.form == "complaint_form"
    answer_until(citizen, "confirmed")
    assert "utter_teen" not in citizen.responses
    assert any("监护人" in line for line in citizen.card("summary")["lines"])
    citizen.press("/affirm")
    assert tickets()[0]["minor"] == "yes"


def test_from_14_on_a_report_is_free(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我15岁，学校门口的好味小卖部卖过期辣条", "submit_report")
    assert "utter_teen" not in citizen.responses and citizen.form == "report_form"


@pytest.mark.parametrize("words", ["我孩子12岁，", "我12岁的儿子也在场，", "我12岁的时候也遇到过，"])
def test_whose_child_is_young_is_no_child(talk: Talk, words: str) -> None:
    citizen = talk()
    to_summary(citizen, words + STORY)
    citizen.press("/affirm")
    assert len(tickets()) == 1 and tickets()[0]["minor"] is None


def test_harm_to_a_child_goes_to_a_human_at_once_and_once(talk: Talk) -> None:
    citizen = talk()
    citizen.say("幼儿园老师打孩子，身上都是伤，交的3000元保教费能退吗", "ask")
    assert citizen.responses[0].startswith("utter_child_harmed") and citizen.form is None
    assert "110" in told(citizen)
    citizen.say("我女儿被老师打了", "submit_complaint")
    assert [(t["kind"], bool(t["urgent"])) for t in tickets()] == [("distress", True)]


def test_in_the_middle_of_a_form_too_and_the_money_can_be_asked_back_after(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    citizen.say("还有，我儿子被教练殴打")
    assert citizen.responses[0].startswith("utter_child_harmed") and citizen.form is None
    citizen.press("/resume")
    assert citizen.form == "complaint_form"
    citizen.say("就是孩子被教练打伤那家，演示路8号")
    assert citizen.form == "complaint_form"


def test_what_a_thing_did_to_a_child_is_a_complaint(talk: Talk) -> None:
    citizen = talk()
    citizen.say("10月3日在好味饭店吃饭花了300元，孩子被热水烫伤，我要赔偿", "submit_complaint")
    assert citizen.form == "complaint_form" and not tickets()


# Old people


@pytest.mark.parametrize("words", ["字太小了看不清", "我老了看不清", "慢一点", "我今年78岁，不会打字"])
def test_large_type_is_switched_on_and_the_question_comes_again(talk: Talk, words: str) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    asking = citizen.asking
    citizen.say(words)
    assert citizen.card("large") and citizen.asking == asking
    answer_until(citizen, "contact_name")
    assert citizen.card("contact") is None and "utter_ask_singly_contact_name" in citizen.responses
    citizen.say("林晓芳")
    assert citizen.asking == "contact_phone"
    citizen.say("13800138000")
    assert citizen.asking == "contact_address"
    citizen.say("演示区演示路1号")
    assert citizen.asking == "confirmed"
    citizen.press("/affirm")
    assert (tickets()[0]["contact_name"], tickets()[0]["contact_phone"]) == ("林晓芳", "13800138000")


def test_outside_a_form_the_wish_alone_is_the_whole_message(talk: Talk) -> None:
    citizen = talk()
    citizen.say("字太小", "submit_suggestion")
    assert citizen.responses == ["utter_large"] and citizen.form is None


def test_one_by_one_splits_the_card_without_large_type(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    citizen.say("能不能一个一个问")
    assert citizen.card("large") is None
    answer_until(citizen, "contact_name")
    assert citizen.card("contact") is None


def test_small_print_of_a_shop_is_the_story(talk: Talk) -> None:
    citizen = talk()
    citizen.say("10月3日在好物店买的奶粉，标签字太小看不清，花了300元，要退款", "submit_complaint")
    assert citizen.card("large") is None and citizen.form == "complaint_form"


# Deaf people


@pytest.mark.parametrize("words", ["我是聋人", "我听不见，打不了电话", "请不要给我打电话"])
def test_no_calls_is_kept_for_the_ticket_and_the_question_comes_again(talk: Talk, words: str) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    asking = citizen.asking
    citizen.say(words)
    assert "utter_no_calls" in citizen.responses and citizen.asking == asking
    answer_until(citizen, "confirmed")
    assert rows(citizen)["no_calls"] == "只用文字，不打电话"
    citizen.press("/affirm")
    assert tickets()[0]["no_calls"] == "yes"


def test_it_is_remembered_for_what_is_filed_later_and_can_be_taken_back(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我是聋人", "unsure")
    assert citizen.responses == ["utter_no_calls"]
    to_summary(citizen)
    row = next(row for row in citizen.card("summary")["rows"] if row["slot"] == "no_calls")
    citizen.press(row["payload"])
    assert citizen.asking == "no_calls"
    citizen.say("否")
    assert rows(citizen)["no_calls"] == "可以打电话"


def test_an_answer_that_says_call_says_how_to_write(talk: Talk) -> None:
    citizen = talk()
    citizen.say("公司拖欠工资怎么办", "out_of_scope")
    assert "utter_instead_of_calls" not in citizen.responses
    citizen = talk()
    citizen.say("我是聋人", "unsure")
    citizen.say("钱刚转出去被骗了", "fraud_now")
    assert "utter_instead_of_calls" in citizen.responses and "第八条" in told(citizen)


def test_a_human_writes_back_instead_of_calling(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我听不见", "unsure")
    citizen.say("转人工", "request_human")
    assert citizen.form is None and "utter_write_back_filed" in citizen.responses
    [ticket] = tickets()
    assert (ticket["kind"], ticket["contact_phone"], ticket["no_calls"]) == ("callback", None, "yes")
    assert "打给您" not in told(citizen)


def test_said_when_the_number_is_asked_for_it_is_understood(talk: Talk) -> None:
    citizen = talk()
    citizen.say("转人工", "request_human")
    assert citizen.form == "question_form"
    citizen.say("我耳朵听不见")
    assert "utter_write_back_filed" in citizen.responses and citizen.form is None


# Contact data


def test_known_contact_data_are_offered_masked_and_taken(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    citizen.press("/affirm")
    citizen.say("昨天在好味饭店吃饭花了300元，菜里有虫子，要求赔偿", "submit_complaint")
    answer_until(citizen, "contact_name")
    assert citizen.responses[-1] == "utter_ask_known_contact" and citizen.card("contact") is None
    assert "138****8000" in told(citizen) and "13800138000" not in told(citizen) and "林晓芳" not in told(citizen)
    buttons = {b["title"]: b["payload"] for m in citizen.said for b in m.get("buttons") or []}
    citizen.press(buttons["用这个"])
    assert citizen.asking == "confirmed"
    citizen.press("/affirm")
    assert [t["contact_phone"] for t in tickets()] == ["13800138000", "13800138000"]


@pytest.mark.parametrize("words", ["换一个", "不用这个了，换一个"])
def test_another_one_brings_the_empty_card(talk: Talk, words: str) -> None:
    citizen = talk()
    to_summary(citizen)
    citizen.press("/affirm")
    citizen.say("昨天在好味饭店吃饭花了300元，菜里有虫子，要求赔偿", "submit_complaint")
    answer_until(citizen, "contact_name")
    citizen.say(words)
    card = citizen.card("contact")
    assert card and not any(field["value"] for field in card["fields"])


def test_no_other_button_takes_the_known_data(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    citizen.press("/affirm")
    citizen.say("昨天在好味饭店吃饭花了300元，菜里有虫子，要求赔偿", "submit_complaint")
    answer_until(citizen, "contact_name")
    citizen.press("/ask_why")
    assert citizen.asking == "contact_name" and citizen.slots["contact_phone"] is None


def test_new_data_typed_at_once_are_taken(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    citizen.press("/affirm")
    citizen.say("昨天在好味饭店吃饭花了300元，菜里有虫子，要求赔偿", "submit_complaint")
    answer_until(citizen, "contact_name")
    citizen.say("李四 13900139000 演示区演示路2号")
    assert citizen.slots["contact_phone"] == "13900139000"


def test_nobody_is_offered_the_data_of_another_conversation(talk: Talk) -> None:
    first = talk()
    to_summary(first)
    first.press("/affirm")
    second = talk()
    second.say(STORY, "submit_complaint")
    answer_until(second, "contact_name")
    assert second.card("contact") and "utter_ask_known_contact" not in second.responses


@pytest.mark.parametrize("words", ["林晓芳 13800138000 演示区演示路1号，这电话是我儿子的"])
def test_a_number_of_somebody_else_is_kept_with_that_note(talk: Talk, words: str) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    answer_until(citizen, "contact_name")
    citizen.say(words)
    assert citizen.slots["contact_phone"] == "13800138000" and citizen.slots["contact_note"] == "儿子"
    answer_until(citizen, "confirmed")
    assert rows(citizen)["contact_phone"] == "138****8000（儿子的电话）"


def test_said_afterwards_it_is_noted_too(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    citizen.say("这是我儿子的电话")
    assert "utter_owner_noted" in citizen.responses and citizen.asking == "confirmed"
    citizen.press("/affirm")
    assert (tickets()[0]["contact_phone"], tickets()[0]["contact_note"]) == ("13800138000", "儿子")


def test_a_wish_for_revenge_is_filed_without_other_peoples_numbers(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY + "。我要把老板的身份证曝光到网上，他电话13912345678，我的电话是13800138000", "submit_complaint")
    assert citizen.responses.count("utter_no_private_data") == 1
    answer_until(citizen, "confirmed")
    citizen.press("/affirm")
    [ticket] = tickets()
    assert "13912345678" not in str(ticket["narrative"]) and "139****5678" in str(ticket["narrative"])
    assert ticket["contact_phone"] == "13800138000"


@pytest.mark.parametrize("office_id", ["council"])
def test_where_consent_is_asked_first_nothing_of_a_child_is_held_and_known_data_wait_for_consent(talk: Talk) -> None:
    child = talk()
    child.say(CHILD, "submit_complaint")
    assert not child.slots.get("held_contact") and "13800138000" not in str(child.slots) and not tickets()
    citizen = talk()
    to_summary(citizen)
    citizen.press("/affirm")
    citizen.say("昨天在好味饭店吃饭花了300元，菜里有虫子，要求赔偿", "submit_complaint")
    answer_until(citizen, "consent")
    assert "138****8000" not in told(citizen)
    citizen.say("同意")
    assert citizen.responses[-1] == "utter_ask_known_contact"


# Recordings


def a_recording(citizen: Conversation, environment: Path, name: str = "a") -> str:
    folder: Path = base.context().settings.evidence_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.mp3").write_bytes(b"ID3")
    from datetime import datetime, timezone

    from xiaobao.conversations import messages

    at = datetime.now(timezone.utc)
    with base.context().sessions.begin() as session:
        try:
            messages.conversation(session, citizen.conversation_id)
        except Exception:
            citizen.conversation_id = messages.open_conversation(session, channel="website", now=at)
        file = Received(f"{name}.mp3", "audio/mpeg", 3, name * 64, f"{name}.mp3")
        upload, _ = uploads.add(session, citizen.conversation_id, file, at)
        return str(upload.evidence_id)


def decide(citizen: Conversation, value: str, evidence_id: str) -> None:
    citizen.press(f'/decide_sound{{"value": "{value}", "evidence_id": "{evidence_id}"}}')


def filed(citizen: Conversation) -> list[Any]:
    with base.context().sessions.begin() as session:
        return [u.filename for u in uploads.of_conversation(session, citizen.conversation_id) if u.filed_as]


def test_a_recording_is_filed_only_when_it_shall_be_kept(talk: Talk, environment: Path) -> None:
    citizen = talk()
    wanted, other = a_recording(citizen, environment, "a"), a_recording(citizen, environment, "b")
    assert wanted != other
    citizen.say(STORY, "submit_complaint")
    asking = citizen.asking
    decide(citizen, "keep", wanted)
    assert "utter_sound_kept" in citizen.responses and citizen.asking == asking
    answer_until(citizen, "confirmed")
    citizen.press("/affirm")
    assert filed(citizen) == ["a.mp3"]


def test_a_recording_that_shall_go_is_gone_with_its_bytes(talk: Talk, environment: Path) -> None:
    citizen = talk()
    one = a_recording(citizen, environment)
    decide(citizen, "delete", one)
    assert citizen.responses == ["utter_sound_deleted"]
    assert not (base.context().settings.evidence_dir / "a.mp3").exists()
    decide(citizen, "keep", one)
    assert citizen.responses == ["utter_sound_gone"]


def test_nobody_decides_about_the_recording_of_another(talk: Talk, environment: Path) -> None:
    one = a_recording(talk(), environment)
    stranger = talk()
    decide(stranger, "delete", one)
    assert stranger.responses == ["utter_sound_gone"] and (base.context().settings.evidence_dir / "a.mp3").exists()

"""What a picture tells is offered once, taken only after 对, and never over what the citizen said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from actions import base
from tests.actions.test_intake import CONTACT, tickets, to_summary
from tests.simulators.loop import Conversation
from xiaobao.conversations import uploads
from xiaobao.tickets import deadlines

Talk = Callable[[], Conversation]
STORY = "我在网上买的扫地机器人坏了，商家不给修，我要退款"  # no sum, no day, no name
SHOWN = {
    "amount": ("¥1299.00", 129900),
    "event_date": ("2026-10-08", "2026-10-08"),
    "merchant": ("艾美居家旗舰店",) * 2,
}


def picture(citizen: Conversation, name: str = "1", **told: tuple[str, Any]) -> None:
    """A picture of this conversation that the worker has read."""
    values = {slot: {"slot": slot, "text": text, "normalised": value, "line": 0, "confidence": 0.9}
              for slot, (text, value) in (told or SHOWN).items()}  # fmt: skip
    file = uploads.Received(f"{name}.jpg", "image/jpeg", 9, name.ljust(64, "0"), name)
    with base.context().sessions.begin() as session:
        upload, _ = uploads.add(session, citizen.conversation_id, file, deadlines.now())
        uploads.set_text(session, upload.evidence_id, [], values)


def offered(citizen: Conversation) -> dict[str, Any] | None:
    return next((m for m in citizen.said if m.get("response") in ("utter_picture_seen", "utter_picture_differs")), None)


def test_what_a_picture_tells_is_taken_after_yes_and_only_then(talk: Talk) -> None:
    citizen = talk()
    picture(citizen)
    citizen.say(STORY, "submit_complaint")
    assert citizen.asking == "picture" and offered(citizen)["seen"].startswith("金额 1299元、")
    assert [b["payload"] for b in offered(citizen)["buttons"]] == ["/affirm", "/deny"]
    assert not citizen.slots.get("amount") and not citizen.slots.get("merchant")
    citizen.press("/affirm")
    assert citizen.asking not in ("picture", "amount", "event_date", "merchant") and not offered(citizen)
    details = citizen.slots["details"]
    assert (details["amount"]["normalised"], details["amount"]["source"]) == (129900, "confirmed")
    assert details["event_date"]["normalised"] == "2026-10-08" and citizen.slots["merchant"] == "艾美居家旗舰店"


def test_no_leaves_everything_and_is_not_asked_again(talk: Talk) -> None:
    citizen = talk()
    picture(citizen)
    citizen.say(STORY, "submit_complaint")
    citizen.say("不对", "deny")
    assert "utter_picture_left" in citizen.responses and not citizen.slots.get("amount")
    assert citizen.asking == "facts"
    citizen.say("乐动健身")
    assert citizen.asking != "picture"


def test_another_value_than_the_citizens_is_a_question_and_both_answers_are_kept_to(talk: Talk) -> None:
    for answer, cents in (("shown", 434789), ("said", 434798)):
        citizen = talk()
        picture(citizen, amount=("4347.89", 434789))
        citizen.say("我10月3日在乐动健身办了健身卡，交了4347.98元，店关门了，我要退款", "submit_complaint")
        assert citizen.asking == "picture" and offered(citizen)["response"] == "utter_picture_differs"
        assert (offered(citizen)["said"], offered(citizen)["shown"]) == ("4347.98元", "4347.89元")
        citizen.press(f'/answer_slot{{"slot_name": "picture", "value": "{answer}"}}')
        assert citizen.slots["details"]["amount"]["normalised"] == cents and citizen.asking != "picture"


def test_what_agrees_is_not_asked(talk: Talk) -> None:
    citizen = talk()
    picture(citizen, amount=("2680.00", 268000), merchant=("杭州乐动健身服务有限公司",) * 2)
    citizen.say("我10月3日在乐动健身办了健身卡，交了2680元，店关门了，我要退款", "submit_complaint")
    assert citizen.asking != "picture" and citizen.slots["merchant"] == "乐动健身"


def test_a_picture_read_late_is_offered_before_the_ticket_is_filed(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    picture(citizen, order_number=("3310298412076543",) * 2)
    citizen.press("/affirm")
    assert citizen.asking == "picture" and tickets() == []
    citizen.say("对", "affirm")
    assert citizen.asking == "confirmed" and tickets() == []
    citizen.press("/affirm")
    assert tickets()[0]["order_number"] == "3310298412076543"


def test_other_words_may_tell_the_value_and_twice_unclear_lets_the_picture_go(talk: Talk) -> None:
    citizen = talk()
    picture(citizen)
    citizen.say(STORY, "submit_complaint")
    citizen.say("实际付了1199元")
    assert "utter_noted" in citizen.responses and citizen.slots["details"]["amount"]["normalised"] == 119900
    assert citizen.asking == "facts"
    other = talk()
    picture(other)
    other.say(STORY, "submit_complaint")
    other.say("这个那个啦")
    assert other.asking == "picture" and "utter_picture_unclear" in other.responses
    other.say("这个那个啦")
    assert other.asking == "facts" and not other.slots.get("amount")


def test_two_pictures_are_offered_one_after_the_other(talk: Talk) -> None:
    citizen = talk()
    picture(citizen, "1", amount=("¥1299.00", 129900))
    picture(citizen, "2", amount=("¥1299.00", 129900), event_date=("2026-10-08", "2026-10-08"))
    citizen.say(STORY, "submit_complaint")
    citizen.press("/affirm")
    assert citizen.asking == "picture"
    assert "金额" not in offered(citizen)["seen"]
    citizen.press("/affirm")
    assert citizen.asking == "facts"


def test_a_question_in_between_and_a_change_by_link_keep_the_offer(talk: Talk) -> None:
    citizen = talk()
    picture(citizen)
    citizen.say(STORY, "submit_complaint")
    citizen.press("/ask_why")
    assert "utter_why_picture" in citizen.responses and citizen.asking == "picture" and offered(citizen)
    citizen.press('/correct_answer{"slot_name": "item"}')
    assert citizen.asking == "item"
    citizen.say("扫地机")
    assert citizen.asking == "picture"


def test_a_suggestion_is_not_asked_about_pictures(talk: Talk) -> None:
    citizen = talk()
    picture(citizen)
    citizen.say("我建议把公交站牌做大一点，老人看不清楚", "submit_suggestion")
    assert citizen.asking == "contact_name"
    citizen.press(CONTACT)
    assert citizen.asking == "confirmed"

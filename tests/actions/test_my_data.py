"""我的信息: proven first, then seen, taken along, corrected, withdrawn, erased; also in the middle of a form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from actions import base
from tests.actions.test_after_filing import buttons, told
from tests.actions.test_intake import CONTACT, STORY, tickets, to_summary
from tests.actions.test_progress import filed
from tests.simulators.loop import Conversation
from xiaobao.conversations import copies, erasures, messages, uploads
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import Conversation as Row
from xiaobao.tickets import deadlines, hints, queries
from xiaobao.tickets.tables import Audit

Talk = Callable[[], Conversation]
PHONE = "13800138000"


def known(citizen: Conversation, *said: str) -> Conversation:
    """The conversation as the channel keeps it."""
    now = deadlines.now()
    with base.context().sessions.begin() as session:
        session.add(Row(id=citizen.conversation_id, channel="website", created_at=now, last_seen_at=now))
        session.flush()
        for words in said:
            messages.append(session, citizen.conversation_id, Draft("citizen", words), now)
    return citizen


def wished(citizen: Conversation) -> list[str] | None:
    with base.context().sessions.begin() as session:
        found = erasures.of_conversation(session, citizen.conversation_id)
        return list(found.tickets) if found else None


def copy_of(citizen: Conversation) -> dict[str, Any]:
    card = citizen.card("my_data")
    assert card
    with base.context().sessions.begin() as session:
        found = copies.own(session, citizen.conversation_id, card["id"], deadlines.now())
    assert found
    return found


@pytest.fixture
def owner(talk: Talk) -> tuple[Conversation, str, str]:
    citizen, number, code = filed(talk)
    return known(citizen, STORY), number, code


def test_without_a_ticket_the_conversation_is_shown_at_once_and_as_a_copy(talk: Talk) -> None:
    citizen = known(talk(), "七天内能退货吗", "我叫林晓芳")
    citizen.say("你们存了我的哪些信息")
    assert citizen.responses == ["utter_my_data"] and "2条" in told(citizen)
    assert list(buttons(citizen)) == ["更正", "撤回同意", "删除我的信息", "还有别处交的"]
    sections = {section["title"]: section["rows"] for section in copy_of(citizen)["sections"]}
    assert [row["value"] for row in sections["说过的话"]] == ["七天内能退货吗", "我叫林晓芳"]
    stranger = known(talk())
    with base.context().sessions.begin() as session:
        assert copies.own(session, stranger.conversation_id, citizen.card("my_data")["id"], deadlines.now()) is None


@pytest.mark.parametrize("way", ["code", "phone"])
def test_with_a_ticket_it_is_proven_first_then_marks_are_shown_too(owner: Any, way: str) -> None:
    citizen, number, code = owner
    with base.context().sessions.begin() as session:
        session.execute(text("UPDATE tickets SET urgent = true, department = '市场监管一科'"))
    citizen.say("我的信息")
    assert citizen.responses == ["utter_ask_my_data"] and citizen.card("my_data") is None
    citizen.say("不知道呀")
    assert citizen.responses[0] == "utter_error_code_unclear"
    citizen.say("138 0000 0000")
    assert citizen.responses[0] == "utter_my_data_not_proven" and citizen.card("my_data") is None
    citizen.say(code if way == "code" else "138-0013-8000")
    assert citizen.responses == ["utter_my_data"]
    assert number in told(citizen) and "市场监管一科" in told(citizen) and "本单位定的" in told(citizen)
    assert "依" not in told(citizen).replace("依据", "")
    whole = json.dumps(copy_of(citizen), ensure_ascii=False)
    for part in (PHONE, "林晓芳", "乐动健身", "市场监管一科", "2680元", STORY):
        assert part in whole
    citizen.say("导出我的资料")  # proven a moment ago
    assert citizen.responses == ["utter_my_data"]


FACTOR = "我10月3日在乐动健身办了张健身卡，交了2680元，我之前就知道他们没有备案，上周店关门了，我要退款"


def test_what_the_deciding_clerk_is_hinted_at_stands_in_the_citizens_own_data(talk: Talk) -> None:
    citizen = known(talk())
    citizen.say(FACTOR, "submit_complaint")
    citizen.say("演示路8号")
    citizen.press(CONTACT)
    citizen.press("/affirm")
    code = citizen.card("receipt")["query_code"]
    with base.context().sessions.begin() as session:
        [row] = queries.of_conversation(session, citizen.conversation_id)
    office = base.context().office
    shown = office.hints(hints.facts_of(row, row.spans), deadlines.local_date(row.submitted_at))
    assert "factor" in [hint.kind for hint, _ in shown], "the desk hints at something of art. 17"
    citizen.say("我的信息")
    citizen.say(code)
    assert "不是认定" in told(citizen) and "可能买前就知道问题" in told(citizen)
    rows = [r for section in copy_of(citizen)["sections"] for r in section["rows"] if "受理前的提示" in r["title"]]
    assert [r["name"] for r in rows] == [hint.kind for hint, _ in shown]
    assert any("第十七条" in r["title"] and "您说“" in r["value"] for r in rows)


@pytest.mark.usefixtures("environment")
def test_every_hint_has_a_title_for_the_citizen() -> None:
    words = base.context().words
    ids = [rule.id for rule in base.context().tickets.hints] + [hints.LATE.id]
    assert [one for one in ids if not words.has(f"utter_hint_title_{one}")] == []


def test_five_wrong_proofs_close_it_for_a_while(owner: Any) -> None:
    citizen, _, code = owner
    citizen.say("我的信息")
    for n in range(5):
        citizen.say(f"99999{n}" if f"99999{n}" != code else "888888")
    assert "utter_error_too_many_codes" in citizen.responses and citizen.form is None
    citizen.say("我的信息")
    citizen.say(code)
    assert citizen.card("my_data") is None


def test_a_stranger_sees_nothing_of_a_ticket_and_its_owner_brings_it_by_number_and_code(owner: Any, talk: Talk) -> None:
    _, number, code = owner
    elsewhere = known(talk())
    elsewhere.say("我的信息")
    assert number not in told(elsewhere)
    elsewhere.press(buttons(elsewhere)["还有别处交的"])
    elsewhere.say(f"{number} {'000000' if code != '000000' else '111111'}")
    assert elsewhere.responses == ["utter_error_wrong_code"]
    elsewhere.press('/my_data{"value": "other"}')
    elsewhere.say(f"{number} {code}")
    assert number in told(elsewhere)
    elsewhere.press('/my_data{"value": "erase"}')
    elsewhere.say("确定删除")
    assert wished(elsewhere) == [number]


def test_correcting_goes_to_the_ticket_or_says_how(owner: Any, talk: Talk) -> None:
    citizen, _, code = owner
    citizen.say("我的资料写错了")
    citizen.say(code)
    assert "utter_ask_amend" in citizen.responses
    nothing = known(talk())
    nothing.say("更正我的信息")
    assert nothing.responses == ["utter_my_data_correct_none"]


def test_withdrawn_consent_stops_passing_on_and_removes_sensitive_files(owner: Any) -> None:
    citizen, number, code = owner
    folder = base.context().settings.evidence_dir
    folder.mkdir(exist_ok=True)
    (folder / "card.jpg").write_bytes(b"x")
    with base.context().sessions.begin() as session:
        session.execute(text("UPDATE tickets SET pass_on_to_merchant = 'yes'"))
        photo = uploads.Received("card.jpg", "image/jpeg", 1, "0" * 64, "card.jpg")
        uploads.add(session, citizen.conversation_id, photo, deadlines.now(), kind="identity")
    citizen.say("我要撤回同意")
    citizen.say(code)
    assert citizen.responses == ["utter_my_data_consent_sure"]
    citizen.press(buttons(citizen)["确定撤回"])
    assert citizen.responses == ["utter_my_data_consent_done"] and "1件" in told(citizen)
    assert tickets()[0]["pass_on_to_merchant"] == "no" and not (folder / "card.jpg").exists()
    with base.context().sessions.begin() as session:
        entry = session.query(Audit).filter(Audit.action == "withdraw_consent").one()
        assert (entry.subject, PHONE in str(entry.payload)) == (number, False)


def test_erasing_says_what_stays_until_when_and_asks_once_more(owner: Any) -> None:
    citizen, number, code = owner
    citizen.say("删除我的信息", "withdraw_ticket")
    citizen.say(PHONE)
    assert citizen.responses == ["utter_my_data_erase_sure"]
    assert number in told(citizen) and code in told(citizen) and re.search(r"20\d\d年", told(citizen))
    citizen.say("先不")
    assert wished(citizen) is None
    citizen.say("把我的信息全部删掉")
    citizen.say("确定")
    assert citizen.responses == ["utter_my_data_erasing"] and number in told(citizen)
    assert wished(citizen) == []
    citizen.say("删除我的信息")
    assert citizen.responses == ["utter_my_data_erasing_already"]
    assert tickets()[0]["status"] == "submitted"  # nothing else happened to it


def test_erasure_asked_in_the_middle_of_a_form_empties_it(talk: Talk) -> None:
    citizen = known(talk())
    citizen.say(STORY, "submit_complaint")
    assert citizen.form == "complaint_form"
    citizen.say("删除我的信息", "submit_complaint")
    assert citizen.responses == ["utter_my_data_erase_sure"] and citizen.form == "question_form"
    citizen.press(buttons(citizen)["确定删除"])
    assert wished(citizen) == [] and citizen.form is None
    left = {name: value for name, value in citizen.slots.items() if value is not None}
    assert "乐动健身" not in str(left) and "narrative" not in left


def test_not_erased_after_all_the_form_goes_on_where_it_was(talk: Talk) -> None:
    citizen = known(talk())
    to_summary(citizen)
    citizen.press(CONTACT) if citizen.asking == "contact_name" else None
    citizen.say("把我的资料都删了")
    citizen.press(buttons(citizen)["先不"])
    assert "utter_going_on" in citizen.responses and citizen.form == "complaint_form"
    citizen.press("/affirm")
    assert citizen.card("receipt") and wished(citizen) is None


def test_looking_in_the_middle_of_a_form_leaves_it_open(talk: Talk) -> None:
    citizen = known(talk())
    citizen.say(STORY, "submit_complaint")
    asking = citizen.asking
    citizen.say("我的信息")
    assert citizen.responses[0] == "utter_my_data" and citizen.asking == asking
    titles = [section["title"] for section in copy_of(citizen)["sections"]]
    assert "没写完的草稿" in titles


@pytest.mark.parametrize("words", ["怎么要求商家删除我的信息", "我的信息被泄露了怎么办"])
def test_a_question_about_somebody_elses_records_is_answered_as_one(talk: Talk, words: str) -> None:
    citizen = known(talk())
    citizen.say(words, "ask")
    assert not any(name.startswith("utter_my_data") for name in citizen.responses)

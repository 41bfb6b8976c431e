"""Any order of answers, digressions, corrections and stops ends in one right ticket, a draft or a clean stop."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from actions import base
from tests.simulators.loop import Conversation
from xiaobao.conversations import messages, uploads
from xiaobao.conversations.uploads import Received

pytestmark = pytest.mark.slow

CONTACT = '/give_contact{"contact_name": "林晓芳", "contact_phone": "13800138000", "contact_address": "演示市演示区演示路1号"}'
FIRST = {"merchant": "好味饭店", "item": "火锅套餐", "amount": "300元", "event_date": "10月3日", "claim": "退款",
         "merchant_address": "演示路8号", "pass_on_to_merchant": "可以", "narrative": "菜里吃出虫子，老板不理我"}  # fmt: skip
SECOND = {"merchant": "香味酒楼", "item": "烤鱼套餐", "amount": "512元", "event_date": "9月8日", "claim": "赔偿"}
NAMES = {"merchant": "店名", "item": "商品", "amount": "金额", "event_date": "日期", "claim": "诉求"}
STEPS = st.lists(
    st.one_of(
        st.just(("answer",)),
        st.sampled_from([("ask", "饭店吃出虫子赔多少？"), ("ask_why", "为什么要问这个"), ("ask_disclosure", "商家会知道是我吗"), ("thanks", "谢谢")]),
        st.tuples(st.just("correct"), st.sampled_from(sorted(SECOND))),
        st.just(("pause_and_resume",)),
        st.just(("stop_and_back",)),
        st.just(("unknown",)),
        st.just(("photo",)),
        st.just(("restart",)),
    ),
    max_size=25,
)  # fmt: skip


def number_of_tickets() -> int:
    with base.context().sessions.begin() as session:
        return int(session.execute(text("SELECT count(*) FROM tickets")).scalar() or 0)


def filed(number: str) -> dict[str, object]:
    with base.context().sessions.begin() as session:
        row = session.execute(text("SELECT * FROM tickets WHERE number = :number"), {"number": number}).one()
        return dict(row._mapping)


def new_conversation() -> str:
    now = datetime.now(timezone.utc)
    with base.context().sessions.begin() as session:
        return messages.open_conversation(session, channel="website", now=now)


def add_photo(citizen: Conversation) -> str:
    """A photograph comes in through the page, beside whatever is being asked."""
    file = Received("照片.jpg", "image/jpeg", 10, uuid.uuid4().hex * 2, f"ab/{uuid.uuid4().hex}")
    with base.context().sessions.begin() as session:
        upload, _ = uploads.add(session, citizen.conversation_id, file, datetime.now(timezone.utc), 30)
        return upload.evidence_id


def evidence_of(ticket_id: object) -> set[str]:
    with base.context().sessions.begin() as session:
        query = text("SELECT evidence_id FROM ticket_evidence WHERE ticket_id = :id")
        return set(session.scalars(query, {"id": ticket_id}))


def started_anew(citizen: Conversation) -> Conversation:
    """The action server is another process now; only what the tracker and the database hold is left."""
    base.context.cache_clear()
    slots = json.loads(json.dumps(citizen.slots))
    again = Conversation(citizen.actions, citizen.conversation_id, slots, citizen.form, [{"response": "restart"}])
    again.heard = list(citizen.heard)
    return again


def answer(citizen: Conversation) -> None:
    if citizen.asking == "contact_name":
        citizen.press(CONTACT)
    elif citizen.asking == "facts":
        if not citizen.card("facts"):
            citizen.say("嗯")  # after another process has started: the card once more
        citizen.fill_from(FIRST)
    elif citizen.asking != "confirmed":
        citizen.say(FIRST[citizen.asking or ""])


@given(steps=STEPS, end=st.sampled_from(["file", "leave", "stop"]))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_course_ends_in_one_right_ticket_a_draft_or_a_clean_stop(
    talk: Callable[[], Conversation], steps: list[tuple[str, ...]], end: str
) -> None:
    citizen = talk()
    citizen.conversation_id = new_conversation()
    photos: list[str] = []
    before, said = number_of_tickets(), dict(FIRST)
    citizen.say("我要投诉", "submit_complaint")
    assert citizen.asking == "narrative"
    for kind, *rest in steps:
        asking = citizen.asking
        if kind == "answer":
            answer(citizen)
        elif kind == "correct":
            if citizen.slots.get(rest[0]) is not None and asking not in (rest[0], "narrative"):
                citizen.say(f"{NAMES[rest[0]]}不对，应该是{SECOND[rest[0]]}", "correct_answer")
                said[rest[0]] = SECOND[rest[0]]
        elif kind == "photo":
            photos.append(add_photo(citizen))
        elif kind == "restart":
            citizen = started_anew(citizen)
        elif kind == "pause_and_resume":
            citizen.say("等会儿再说", "pause")
            assert citizen.form is None
            citizen.say("接着来", "resume")
        elif kind == "stop_and_back":
            citizen.say("不投诉了", "stop")
            citizen.press("/deny")
        elif kind == "unknown":
            if asking == "facts":
                citizen.say("嗯")  # the card once more, whatever was said before
                unknown = [field["name"] for field in citizen.card("facts")["fields"]]
                citizen.fill_from({})
                said |= dict.fromkeys(unknown)  # type: ignore[arg-type]
            elif asking in ("merchant", "item", "amount", "event_date", "claim", "merchant_address"):
                citizen.say("不知道", "dont_know")
                said[str(asking)] = None  # type: ignore[assignment]
        else:
            citizen.say(rest[0], kind)
            assert citizen.asking == asking
        assert citizen.form == "complaint_form" and citizen.asking and citizen.said
        assert number_of_tickets() == before
    if end == "stop":
        citizen.say("不投诉了", "stop")
        citizen.press("/affirm")
        assert citizen.form is None and not citizen.slots.get("narrative") and number_of_tickets() == before
        return
    if end == "leave":
        assert citizen.slots.get("draft_id") and number_of_tickets() == before
        return
    for _ in range(15):
        if citizen.asking == "confirmed":
            break
        answer(citizen)
    citizen.press("/affirm")
    ticket = filed(citizen.card("receipt")["number"])  # type: ignore[index]
    assert number_of_tickets() == before + 1
    assert evidence_of(ticket["id"]) == set(photos)
    columns = {
        "merchant": "merchant",
        "item": "item",
        "amount": "amount_text",
        "event_date": "event_date_text",
        "claim": "claim",
    }
    for slot, column in columns.items():
        assert ticket[column] == said[slot], (slot, ticket[column], said[slot])

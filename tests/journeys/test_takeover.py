"""A clerk takes a conversation over on the running product, in the middle of a form; the form goes on and is filed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.journeys.test_main_job import STORY, file, said
from tests.simulators.citizen import Citizen
from tests.simulators.product import Product
from tests.simulators.staff import Staff
from xiaobao import database
from xiaobao.conversations import takeovers
from xiaobao.conversations.tables import Conversation
from xiaobao.tickets import accounts, deadlines

pytestmark = [pytest.mark.model, pytest.mark.slow]


@pytest.fixture
def sessions(product: Product) -> Iterator[sessionmaker[Session]]:
    engine = database.make_engine(f"sqlite:///{product.data / 'xiaobao.db'}")
    yield database.make_sessions(engine)
    engine.dispose()


def taken(sessions: sessionmaker[Session]) -> int:
    """The newest conversation asks for a human and 王工 is there at once, so that the hour of the test does not matter."""
    now = deadlines.now()
    with sessions.begin() as session:
        newest = session.scalars(select(Conversation).order_by(Conversation.created_at.desc())).first()
        account = accounts.find(session, "wang")
        assert newest is not None and account is not None
        takeovers.ask(session, newest.id, {}, now)
        [wish] = [view.id for view in takeovers.queue(session) if view.conversation_id == newest.id]
        takeovers.take(session, wish, account_id=account.id, name=account.name, greeting="王工来了", now=now)
    return wish


def test_a_clerk_comes_and_goes_and_the_form_is_filed(
    product: Product, supervisor: Staff, sessions: sessionmaker[Session]
) -> None:
    citizen = Citizen(product.bot)
    citizen.open()
    asked = said(citizen.say(STORY)).splitlines()[-1]
    wish = taken(sessions)
    assert said(citizen.poll(wait=5)) == "王工来了"
    assert citizen.say("店在和平路，旁边是超市") == [] and citizen.say("不知道") == []
    page = supervisor.get(f"/reception/{wish}")
    assert "旁边是超市" in page
    key = re.search(r'name="key" value="(\w+)"', page)
    assert key
    supervisor.post(f"/reception/{wish}/say", form_of=f"/reception/{wish}", text="好的，地址写和平路就行。", key=key[1])
    heard = citizen.poll(wait=5)
    assert [m["speaker_label"] for m in heard] == ["工作人员 王工"]
    supervisor.post(f"/reception/{wish}/leave", form_of=f"/reception/{wish}")
    back: list[dict] = []
    while asked not in said(back):
        more = citizen.poll(wait=10)
        assert more, said(back)
        back += more
    assert "现在又是我小宝" in said(back)
    assert re.fullmatch(r"XB\d{8}-\d{6}", file(citizen, "不知道")["number"])

"""One-time links: one use, half an hour, one at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conversations.conftest import NOON
from xiaobao.conversations import links
from xiaobao.conversations.links import LinkOver, LinkUsed
from xiaobao.conversations.tables import WechatLink


def test_a_link_opens_its_conversation_once(session: Session, conversation_id: str) -> None:
    key = links.make(session, conversation_id, NOON)
    assert links.use(session, key, NOON + links.LIFE - timedelta(seconds=1)) == conversation_id
    for later in (timedelta(seconds=1), links.LIFE, links.LIFE * 3):
        with pytest.raises(LinkUsed):
            links.use(session, key, NOON + later)


def test_a_link_runs_out(session: Session, conversation_id: str) -> None:
    key = links.make(session, conversation_id, NOON)
    with pytest.raises(LinkOver):
        links.use(session, key, NOON + links.LIFE)
    with pytest.raises(LinkOver):
        links.use(session, "never given out", NOON)


def test_a_new_link_ends_the_one_before_and_old_ones_are_forgotten(session: Session, conversation_id: str) -> None:
    first = links.make(session, conversation_id, NOON)
    second = links.make(session, conversation_id, NOON)
    with pytest.raises(LinkOver):
        links.use(session, first, NOON)
    assert links.use(session, second, NOON) == conversation_id
    third = links.make(session, conversation_id, NOON + links.LIFE + links.REMEMBERED + timedelta(seconds=1))
    kept = list(session.scalars(select(WechatLink)))
    assert len(kept) == 1 and third not in kept[0].key, "only a digest is kept"

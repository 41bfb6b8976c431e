"""Consents to one reminder: counted, not added up, erased with the follower."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conversations.conftest import NOON
from xiaobao.conversations import subscriptions, wechat
from xiaobao.conversations.tables import WechatSubscription

ANNA, BERT = "oAnna", "oBert"


def test_one_consent_is_one_message(session: Session) -> None:
    wechat.citizen(session, ANNA, NOON)
    scene, key = subscriptions.ask(session, ANNA, NOON)
    assert subscriptions.take(session, ANNA) is None, "asked is not agreed"
    assert subscriptions.grant(session, key, ANNA, NOON) and subscriptions.grant(session, key, ANNA, NOON)
    assert subscriptions.take(session, ANNA) == scene
    assert subscriptions.take(session, ANNA) is None
    assert subscriptions.grant(session, key, ANNA, NOON), "the page is loaded again"
    assert subscriptions.take(session, ANNA) is None, "which is no new consent"
    subscriptions.give_back(session, ANNA, scene)
    session.expire_all()
    assert subscriptions.take(session, ANNA) == scene


def test_several_consents_have_their_own_numbers_and_the_oldest_goes_first(session: Session) -> None:
    wechat.citizen(session, ANNA, NOON)
    asked = [subscriptions.ask(session, ANNA, NOON) for _ in range(5)]
    assert len({scene for scene, _ in asked}) == 5 and all(1 <= scene <= 10_000 for scene, _ in asked)
    assert all(key.isalnum() and len(key) <= 128 for _, key in asked), "the platform takes no other"
    for n, (_, key) in enumerate(asked):
        subscriptions.grant(session, key, ANNA, NOON + timedelta(minutes=n))
    assert [subscriptions.take(session, ANNA) for _ in range(6)] == [*(scene for scene, _ in asked), None]


def test_nobody_agrees_for_somebody_else(session: Session) -> None:
    for openid in (ANNA, BERT):
        wechat.citizen(session, openid, NOON)
    _, key = subscriptions.ask(session, ANNA, NOON)
    assert not subscriptions.grant(session, key, BERT, NOON)
    assert not subscriptions.grant(session, "never asked with", ANNA, NOON)
    assert subscriptions.take(session, ANNA) is None and subscriptions.take(session, BERT) is None


def test_who_leaves_takes_the_consents_along(session: Session) -> None:
    wechat.citizen(session, ANNA, NOON)
    subscriptions.ask(session, ANNA, NOON)
    session.flush()
    wechat.gone(session, ANNA)
    session.expire_all()
    assert list(session.scalars(select(WechatSubscription))) == []

"""Rules that the tables of the register and the contact log keep themselves."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from tests.factories import NOW, file_ticket
from xiaobao.tickets.register_tables import Contact, Merchant, MerchantName, MerchantShop

PLAIN = {"created_at": NOW, "updated_at": NOW}


def test_a_credit_code_and_a_shop_stand_there_once(sessions):
    shop = {"platform": "淘宝", "shop": "乐动", "key": "淘宝|乐动"}
    twice = [
        lambda: [Merchant(name=name, credit_code="91110108551385082Q", **PLAIN) for name in "甲乙"],
        lambda: [Merchant(name=name, shops=[MerchantShop(**shop)], **PLAIN) for name in "甲乙"],
        lambda: [Merchant(name="甲", names=[MerchantName(name="乐动"), MerchantName(name="乐动")], **PLAIN)],
    ]
    for rows in twice:
        with pytest.raises(IntegrityError), sessions.begin() as session:
            session.add_all(rows())


def test_entries_without_a_code_are_as_many_as_one_likes(sessions):
    with sessions.begin() as session:
        session.add_all([Merchant(name="老王面馆", **PLAIN), Merchant(name="老王面馆", **PLAIN)])


def test_an_entry_of_the_log_needs_its_ticket_and_is_not_for_liaisons(sessions):
    file_ticket(sessions)
    call = {"at": NOW, "recorded_at": NOW, "side": "citizen", "means": "phone", "reached": False, "said": "",
            "role": "clerk"}  # fmt: skip
    with sessions.begin() as session:
        row = Contact(ticket_id=session.connection().exec_driver_sql("SELECT id FROM tickets").scalar(), **call)
        session.add(row)
        session.flush()
        assert row.visible_to_liaison is False and row.telling is False
    with pytest.raises(IntegrityError), sessions.begin() as session:
        session.add(Contact(ticket_id=4711, **call))

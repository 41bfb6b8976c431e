"""Likely duplicates, groups and missing fields on the pages of the desk, and who sees what of them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.desk.conftest import Browser, signed_in
from tests.factories import file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import matches
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Role

GYM: dict[str, Any] = {
    "merchant": "乐动健身", "item": "健身卡", "amount_text": "2680元", "amount_cents": 268000,
    "event_date": date(2026, 10, 3), "narrative": "10月3日在乐动健身办了健身卡，2680元，店关了。",
}  # fmt: skip


def another(desk: Desk, n: int, **changes: Any) -> str:
    stranger = {"conversation_id": f"other-{n}", "contact_phone": f"139{n:08d}"}
    return file_ticket(desk.writing, **{**GYM, **stranger, **changes})


def test_a_likely_duplicate_stands_beside_with_reasons_and_differences(clerk: Browser, desk: Desk) -> None:
    first = file_ticket(desk.writing, **GYM)
    again = file_ticket(desk.writing, **{**GYM, "amount_cents": 300000, "amount_text": "3000元"})
    page = twins = clerk.get(f"/tickets/{again}").text
    assert "可能是同一件事" in twins and f'<b class="number">{first}</b>' in twins
    assert "同一个对话、同一个电话、同一商家、东西相近、日期相近" in twins
    assert re.search(r'<tr class="differs"><th scope="row">金额 <span class="unlike">不同</span>', twins)
    assert not re.search(r'<tr class="differs"><th scope="row">东西或服务', twins)
    assert "第十六条第（二）项" in twins and "13800001234" not in page


def test_a_ticket_without_twin_or_group_shows_neither(clerk: Browser, desk: Desk) -> None:
    page = clerk.get(f"/tickets/{file_ticket(desk.writing, **GYM)}").text
    assert "可能是同一件事" not in page and "同一商家" not in page


def test_a_very_large_group_says_how_many_were_compared(clerk: Browser, desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(matches, "MOST_COMPARED", 2)
    number = file_ticket(desk.writing, **GYM)
    for n in range(3):
        another(desk, n)
    assert "同一商家近12个月另有 <b>3</b> 件，最近2件里有 <b>" in clerk.get(f"/tickets/{number}").text


def test_a_group_is_counted_on_page_and_queue_and_leads_to_its_list(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, **GYM)
    others = [another(desk, n, item="健身年卡" if n < 2 else "果汁") for n in range(3)]
    stranger = another(desk, 9, merchant="好味饭店")
    page = clerk.get(f"/tickets/{number}").text
    assert "同一商家近12个月另有 <b>3</b> 件，其中 <b>2</b> 件同类问题" in page
    assert "不要告诉群众" in page
    link = re.search(r'href="(/\?[^"]*merchant=[^"]*)"', page)
    assert link
    listed = clerk.get(link[1].replace("&amp;", "&")).text
    assert all(one in listed for one in (number, *others)) and stranger not in listed
    assert "同一商家：乐动健身" in listed
    queue = clerk.get("/").text
    assert queue.count("同商家4件") == 4


@pytest.mark.parametrize(
    ("role", "sees"), [("clerk", True), ("supervisor", True), ("handler", False), ("inspector", False)]
)
def test_reports_are_in_no_group_list_or_number_of_who_may_not_see_them(
    app: Flask, staff: dict[str, AccountView], desk: Desk, role: str, sees: bool
) -> None:
    number = file_ticket(desk.writing, **GYM)
    report = file_ticket(desk.writing, **GYM, ticket_kind="report")  # the same citizen
    another(desk, 1, ticket_kind="report")
    browser = signed_in(app, role)
    page = browser.get(f"/tickets/{number}").text
    assert (report in page) == sees and ("同一商家近12个月另有" in page) == sees and ("含举报1件" in page) == sees
    of_report = browser.get(f"/tickets/{report}").text
    assert (number in of_report) == sees and ("同一商家近12个月另有" in of_report) == sees
    assert ("同商家3件" in browser.get("/").text) == sees
    listed = browser.get("/?status=all&merchant=乐动健身").text
    assert number in listed and (report in listed) == sees
    assert (report in browser.get("/?status=all&merchant=乐动健身&kind=report").text) == sees


def test_twenty_persons_against_a_bank_are_flagged_with_the_article(clerk: Browser, desk: Desk) -> None:
    bank = {**GYM, "merchant": None, "institution": "演示银行"}
    number = file_ticket(desk.writing, **bank)
    for n in range(19):
        another(desk, n, **bank)
    page = clerk.get(f"/tickets/{number}").text
    assert "已有20人反映这家机构的同类问题" in page and "第二十九条" in page


def test_near_names_are_offered_to_be_checked(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, **GYM)
    another(desk, 1, merchant="乐洞健身")
    page = clerk.get(f"/tickets/{number}").text
    assert "名字相近，可能是同一家，请核对" in page and "乐洞健身</a> 1件" in page


def test_each_value_says_where_it_came_from_and_what_is_lost_is_named(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(
        desk.writing, **{**GYM, "merchant_address": None, "claim": None, "event_date": None}, purchase_mode="线下",
        own_use="yes", spans={"merchant": {"start": 6, "end": 10}},
        sources={"merchant": "read", "item": "said", "purchase_mode": "inferred", "own_use": "declared",
                 "merchant_address": "unknown"},
    )  # fmt: skip
    page = clerk.get(f"/tickets/{number}").text
    assert '<mark id="mark-merchant" title="商家">乐动健身</mark>' in page and 'href="#mark-merchant">读自原文' in page
    for words in ("本人填写", "推断", "本人确认", "本人说不知道"):
        assert words in page, words
    assert '<mark id="mark-item"' not in page
    assert "<b>缺商家地址</b>：本人说不知道" in page and "<b>缺诉求</b>" in page and "第十条第一款第（二）项" in page
    assert "<b>缺日期</b>" not in page  # no article asks for a day
    assert re.search(r"<dt>日期</dt><dd><span class=\"tag tag-warn\">缺</span>", page)


def test_what_a_clerk_entered_is_called_so(clerk: Browser, desk: Desk, staff: dict[str, AccountView]) -> None:
    from tests.factories import NOW, a_submission, an_office
    from xiaobao.tickets import service

    actor = service.Actor(Role.CLERK, staff["clerk"].id, "李受理")
    with desk.writing.begin() as session:
        entry = a_submission(conversation_id=None, channel="api")
        number = service.submit(session, entry, office=an_office(), now=NOW, actor=actor).number
    assert "工作人员填写" in clerk.get(f"/tickets/{number}").text


def test_only_who_decides_is_told_what_the_law_asks_for(app: Flask, staff: dict[str, AccountView], desk: Desk) -> None:
    number = file_ticket(desk.writing, **GYM, merchant_address=None)
    for role, told in (("clerk", True), ("supervisor", True), ("handler", False), ("inspector", False)):
        page = signed_in(app, role).get(f"/tickets/{number}").text
        assert ("<b>缺商家地址</b>" in page) == told, role


def test_an_inspector_reads_no_number_in_any_field_or_twin(
    app: Flask, staff: dict[str, AccountView], desk: Desk
) -> None:
    told = {**GYM, "narrative": "打13912345678找我", "claim": "打13912345678退钱"}
    file_ticket(desk.writing, **told)
    number = file_ticket(desk.writing, **told, spans={"amount": {"start": 1, "end": 6, "words": "13912"}})
    page = signed_in(app, Role.INSPECTOR).get(f"/tickets/{number}").text
    assert "可能是同一件事" in page and "13912345678" not in page and "13912" not in page.replace("139****", "")

"""What a ticket should tell, by kind and office; every article that is named exists."""

from __future__ import annotations

import pytest

from tests.factories import REFERENCE, an_office, knowledge
from xiaobao.tickets import reference, required
from xiaobao.tickets.views import CONTACT, PLAIN

RULES = reference.load(REFERENCE).required
WHOLE = {"narrative": "x", "merchant": "x", "merchant_address": "x", "claim": "x", "contact_name": "x",
         "contact_phone": "x", "contact_address": "x", "item": "x", "amount_cents": 0, "event_date_text": "x"}  # fmt: skip


def lost(office_id: str, kind: str, **values: object) -> list[str]:
    return [rule.slot for rule in an_office(office_id).missing(kind, values)]


def test_a_whole_complaint_lacks_nothing() -> None:
    assert lost("regulator", "complaint", **WHOLE) == []


@pytest.mark.parametrize(
    ("gone", "slot", "article"),
    [
        ("contact_name", "contact_name", "第十条第一款第（一）项"),
        ("contact_phone", "contact_phone", "第十条第一款第（一）项"),
        ("contact_address", "contact_address", "第十条第一款第（一）项"),
        ("merchant", "merchant", "第十条第一款第（二）项"),
        ("merchant_address", "merchant_address", "第十条第一款第（二）项"),
        ("claim", "claim", "第十条第一款第（三）项"),
        ("narrative", "narrative", "第十条第一款第（三）项"),
        ("amount_cents", "amount", ""),
        ("event_date_text", "event_date", ""),
    ],
)
def test_each_thing_that_is_not_told_is_named_with_its_article(gone: str, slot: str, article: str) -> None:
    for empty in (None, ""):
        (rule,) = an_office("regulator").missing("complaint", {**WHOLE, gone: empty})
        assert (rule.slot, rule.article) == (slot, article)


def test_a_shop_name_or_institution_names_the_other_side_and_a_platform_saves_the_address() -> None:
    told = {**WHOLE, "merchant": None, "merchant_address": None}
    assert lost("regulator", "complaint", **told, institution="某银行") == []
    assert lost("regulator", "complaint", **told, shop_name="某店", platform="某平台") == []
    assert lost("regulator", "complaint", **told, platform="某平台") == ["merchant"]


def test_a_report_needs_a_clue_and_no_name() -> None:
    assert lost("regulator", "report") == ["narrative", "merchant"]
    assert lost("regulator", "report", narrative="x", merchant="x") == []
    assert lost("regulator", "suggestion") == []


def test_rules_name_fields_of_a_ticket_and_articles_of_a_law() -> None:
    fields = {*PLAIN, *CONTACT, *required.KEPT_AS}
    for rule in RULES:
        assert {*rule.slots, *rule.unless} <= fields, rule
        assert bool(rule.law) == bool(rule.article), rule
        if rule.law:
            assert rule.article.split("条")[0] + "条" in knowledge().laws[rule.law].articles, rule


def test_every_hint_carries_its_article() -> None:
    for rule in reference.load(REFERENCE).hints:
        assert rule.article.split("条")[0] + "条" in knowledge().laws[rule.law].articles, rule.id

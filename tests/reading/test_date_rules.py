from __future__ import annotations

from datetime import date

from xiaobao.reading import date_rules


def test_a_month_ends_on_its_last_day() -> None:
    assert date_rules.month_span(2024, 2) == (date(2024, 2, 1), date(2024, 2, 29))


def test_every_rule_reads_or_refuses_its_own_matches() -> None:
    today = date(2026, 11, 25)
    text = "2024年2月30日、2024-13-40、12.25号、去年国庆、上个月5号、上周三、三天前、昨天、去年、我5号买"
    hits = 0
    for pattern, reader in date_rules.RULES:
        for match in pattern.finditer(text):
            found = reader(match, today)
            if found is not None:
                hits += 1
                first, last, precision, _ = found
                assert (precision == "invalid") == (first is None)
                assert first is None or last is None or first <= last
    assert hits >= 10

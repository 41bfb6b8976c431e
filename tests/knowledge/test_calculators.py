"""Each calculator against examples worked by hand from the articles; the working stands beside each."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import knowledge
from xiaobao.knowledge.calculators import compensation, days, deposits, loans, prepaid
from xiaobao.knowledge.calculators.working import Impossible, rounded, yuan

LAWS = knowledge().laws
D = Decimal


def value(working, name):
    return working.result.values[name]


# 预付式消费解释 15: refund = prepaid - what was provided; 18 at the discount, 19 at the price before it, 20 never below 0
SESSIONS = [
    # paid, total, used, reason, list price, refund
    ("3000", 30, 5, "operator", None, "2500"),  # 3000/30 = 100 each; 3000 - 5*100
    ("3000", 30, 5, "operator", "150", "2500"),  # 18: still the discount, 100 each
    ("3000", 30, 5, "consumer", "150", "2250"),  # 19: 3000 - 5*150
    ("3000", 30, 5, "consumer", None, "2500"),  # no discount: 100 each
    ("2000", 10, 10, "operator", None, "0"),  # 2000 - 10*200
    ("2000", 10, 0, "consumer", "300", "2000"),  # nothing used
    ("2000", 20, 15, "consumer", "150", "0"),  # 15*150 = 2250 > 2000: 20, nothing on top
    ("1000", 3, 1, "operator", None, "666.67"),  # 1000 - 333.333...
    ("1000", 3, 2, "operator", None, "333.33"),  # 1000 - 666.666...
    ("4980", 48, 7, "operator", None, "4253.75"),  # 4980/48 = 103.75; *7 = 726.25
]


@pytest.mark.parametrize(("paid", "total", "used", "reason", "price", "refund"), SESSIONS)
def test_what_is_left_of_sessions(paid, total, used, reason, price, refund):
    card = prepaid.SessionCard(D(paid), total, used, reason, list_price=D(price) if price else None)
    assert value(prepaid.of_sessions(card), "refund") == D(refund)


def test_sessions_given_on_top_make_a_range_and_name_article_21():
    # 2000 for 10, 2 free, 6 used: without the free ones 2000 - 6*200 = 800, with them 2000 - 6*(2000/12) = 1000
    working = prepaid.of_sessions(prepaid.SessionCard(D(2000), 10, 6, "operator", free=2))
    assert (value(working, "low"), value(working, "high")) == (D(800), D(1000))
    assert (prepaid.LAW, "第二十一条") in working.citations and "prepaid_free" in working.conditions


VALUES = [
    # paid, spent, reason, gift, discount, refund
    ("1000", "300", "operator", "0", "10", "700"),  # 1000 - 300
    ("1000", "300", "operator", "200", "10", "750"),  # 18(2): 1000/1200 = 5/6; 300*5/6 = 250
    ("1000", "300", "consumer", "200", "10", "700"),  # 19: 300 in full
    ("500", "200", "operator", "0", "8", "340"),  # 18(1): 200*0.8 = 160
    ("500", "200", "consumer", "0", "8", "300"),  # 19: 200
    ("1000", "1200", "operator", "200", "10", "0"),  # 1200*5/6 = 1000
    ("1000", "1100", "consumer", "200", "10", "0"),  # 1100 > 1000: 20
    ("5000", "2000", "operator", "5000", "10", "4000"),  # half: 2000/2 = 1000
    ("300", "100", "operator", "100", "10", "225"),  # 3/4: 75
    ("999.99", "0", "consumer", "0", "10", "999.99"),  # nothing used
]


@pytest.mark.parametrize(("paid", "spent", "reason", "gift", "discount", "refund"), VALUES)
def test_what_is_left_of_a_card_with_money(paid, spent, reason, gift, discount, refund):
    card = prepaid.ValueCard(D(paid), D(spent), reason, D(gift), D(discount))
    assert value(prepaid.of_value(card), "refund") == D(refund)


PERIODS = [
    # paid, months, used, refund: 22, the rest of the time to the whole
    ("2400", 12, 3, "1800"),  # 9/12
    ("2400", 12, 0, "2400"),
    ("2400", 12, 12, "0"),
    ("1000", 12, 7, "416.67"),  # 1000*5/12 = 416.666...
    ("1000", 6, 5, "166.67"),  # 1/6
    ("3600", 24, 6, "2700"),  # 18/24
    ("900", 3, 1, "600"),  # 2/3
    ("5000", 36, 11, "3472.22"),  # 5000*25/36 = 3472.22...
    ("1", 3, 1, "0.67"),  # 2/3
    ("1980", 12, 2, "1650"),  # 10/12
]


@pytest.mark.parametrize(("paid", "total", "used", "refund"), PERIODS)
def test_what_is_left_of_unlimited_use(paid, total, used, refund):
    for reason in ("operator", "consumer"):
        assert value(prepaid.of_period(prepaid.PeriodCard(D(paid), total, used, reason)), "refund") == D(refund)


def test_article_20_is_cited_only_where_it_decides():
    over = prepaid.of_sessions(prepaid.SessionCard(D(2000), 20, 15, "consumer", list_price=D(150)))
    under = prepaid.of_sessions(prepaid.SessionCard(D(3000), 30, 5, "consumer", list_price=D(150)))
    assert (prepaid.LAW, "第二十条") in over.citations
    assert (prepaid.LAW, "第二十条") not in under.citations


@pytest.mark.parametrize(
    ("card", "code", "field"),
    [
        (prepaid.SessionCard(D(0), 10, 1, "operator"), "not_positive", "paid"),
        (prepaid.SessionCard(D(100), 0, 0, "operator"), "not_positive", "total"),
        (prepaid.SessionCard(D(100), 10, 11, "operator"), "used_above_total", "used"),
        (prepaid.SessionCard(D(100), 10, -1, "operator"), "negative", "used"),
        (prepaid.SessionCard(D(3000), 30, 5, "consumer", list_price=D(50)), "list_below_unit", "list_price"),
        (prepaid.ValueCard(D(1000), D(1300), "operator", D(200)), "spent_above_card", "spent"),
        (prepaid.ValueCard(D(1000), D(-1), "operator"), "negative", "spent"),
        (prepaid.ValueCard(D(1000), D(1), "operator", discount=D(85)), "discount_above_ten", "discount"),
        (prepaid.PeriodCard(D(1000), 12, 13, "operator"), "used_above_total", "used"),
        (prepaid.PeriodCard(D(1000), 0, 0, "operator"), "not_positive", "total"),
    ],
)
def test_a_card_that_cannot_be(card, code, field):
    reckon = {"S": prepaid.of_sessions, "V": prepaid.of_value, "P": prepaid.of_period}[type(card).__name__[0]]
    with pytest.raises(Impossible) as wrong:
        reckon(card)
    assert (wrong.value.code, wrong.value.field) == (code, field)


sums = st.decimals(D("0.01"), D(100_000), places=2)


@settings(max_examples=60, deadline=None)
@given(sums, st.integers(1, 200), st.data())
def test_a_refund_lies_between_nothing_and_what_was_paid(paid, total, data):
    used = data.draw(st.integers(0, total))
    list_price = data.draw(st.none() | st.decimals(D(paid / total).quantize(D("0.01")) + 1, D(200_000), places=2))
    refunds = []
    for reason in ("operator", "consumer"):
        working = prepaid.of_sessions(prepaid.SessionCard(paid, total, used, reason, list_price=list_price))
        refunds.append(value(working, "refund"))
        assert 0 <= refunds[-1] <= paid
    assert refunds[1] <= refunds[0]


# 消费者权益保护法 55: three times the price, at least 500
THREEFOLD = [
    ("899", "2697"), ("120", "500"), ("166.66", "500"), ("166.67", "500.01"), ("1", "500"), ("200", "600"),
    ("35000", "105000"), ("199.90", "599.70"), ("0.01", "500"), ("333.33", "999.99"),
]  # fmt: skip


@pytest.mark.parametrize(("price", "added"), THREEFOLD)
def test_three_times_with_a_floor(price, added):
    assert value(compensation.threefold(compensation.Fraud(D(price))), "added") == D(added)


# 食品安全法 148 and 药品管理法 144: ten times the price or three times the loss, at least 1000
TENFOLD = [
    ("50", "0", "1000"),  # 500, floor
    ("100", "0", "1000"),
    ("100.01", "0", "1000.10"),
    ("268", "0", "2680"),
    ("38", "500", "1500"),  # 380 or 1500
    ("38", "300", "1000"),  # 380 or 900: floor
    ("1200", "4000", "12000"),  # 12000 or 12000
    ("1200", "4001", "12003"),  # 12000 or 12003
    ("9.90", "0", "1000"),
    ("888.80", "100", "8888"),  # 8888 or 300
]


@pytest.mark.parametrize(("price", "loss", "added"), TENFOLD)
def test_ten_times_or_three_losses_with_a_floor(price, loss, added):
    case = compensation.Tenfold(D(price), D(loss))
    food, drug = compensation.food(case), compensation.drug(case)
    assert value(food, "added") == value(drug, "added") == D(added)
    assert food.citations[0] == ("食品安全法", "第一百四十八条") and drug.citations[0] == (
        "药品管理法",
        "第一百四十四条",
    )


@pytest.mark.parametrize("price", ["0", "-5"])
def test_nothing_paid_is_no_price(price):
    with pytest.raises(Impossible):
        compensation.threefold(compensation.Fraud(D(price)))
    with pytest.raises(Impossible):
        compensation.food(compensation.Tenfold(D(price)))


@given(sums)
def test_more_was_paid_more_is_added(price):
    one, two = (value(compensation.threefold(compensation.Fraud(p)), "added") for p in (price, price * 2))
    assert 500 <= one <= two


# 民法典 670: the rate goes by what was received. 12 times the monthly rate at which the instalments are worth it
RATES = [
    # received, months, payment, method, principal, annual per cent
    ("1000", 1, "1010", "equal_instalments", None, "12.00"),  # 1010/1000 - 1 = 1 %
    ("500", 1, "600", "equal_instalments", None, "240.00"),  # 20 %
    ("2100", 2, "1210", "equal_instalments", None, "120.00"),  # 1210/1.1 + 1210/1.21 = 1100 + 1000
    ("3310", 3, "1331", "equal_instalments", None, "120.00"),  # 1210 + 1100 + 1000
    ("2020", 2, "1040.40", "equal_instalments", None, "24.00"),  # 1040.4/1.02 + 1040.4/1.0404 = 1020 + 1000
    ("1200", 12, "100", "equal_instalments", None, "0.00"),  # nothing beyond what was received
    ("10000", 12, "150", "interest_first", None, "18.00"),  # 150/10000 = 1.5 %
    ("900", 1, "10", "interest_first", "1000", "146.67"),  # 1010/900 - 1 = 12.2222 %
    ("1200", 12, "112", "equal_principal", None, "12.00"),  # 100 + 12 on 1200: 1 %
    ("190", 2, "102", "equal_principal", "200", "54.43"),  # 190x2 - 102x - 101 = 0: x = 1.0453566
]


@pytest.mark.parametrize(("received", "months", "payment", "method", "principal", "annual"), RATES)
def test_the_annual_rate_with_all_it_costs(received, months, payment, method, principal, annual):
    loan = loans.Loan(D(received), months, D(payment), method, D(principal) if principal else None)
    assert value(loans.annual_rate(loan), "annual") == D(annual)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2000), st.integers(1, 60), st.integers(100, 1_000_000))
def test_the_rate_found_reproduces_the_instalment(points, months, received):
    rate = Fraction(points, 10_000)  # 0 to 20 % a month
    instalment = Fraction(received, months) if not rate else received * rate / (1 - 1 / (1 + rate) ** months)
    found = loans.monthly_rate(Fraction(received), (instalment,) * months)
    assert abs(found - rate) < Fraction(1, 10**20)


@settings(max_examples=40, deadline=None)
@given(st.integers(100, 100_000), st.integers(0, 5_000), st.integers(1, 36), st.integers(1, 900))
def test_what_is_taken_beforehand_never_makes_a_loan_cheaper(received, taken, months, interest):
    whole = loans.Loan(D(received + taken), months, D(interest), "interest_first", D(received + taken))
    less = loans.Loan(D(received), months, D(interest), "interest_first", D(received + taken))
    assert value(loans.annual_rate(less), "annual") >= value(loans.annual_rate(whole), "annual")


@pytest.mark.parametrize(
    ("loan", "code", "field"),
    [
        (loans.Loan(D(1000), 0, D(100)), "months_out_of_range", "months"),
        (loans.Loan(D(1000), 481, D(100)), "months_out_of_range", "months"),
        (loans.Loan(D(0), 12, D(100)), "not_positive", "received"),
        (loans.Loan(D(11000), 12, D(1000), principal=D(10000)), "received_above_principal", "received"),
        (loans.Loan(D(12000), 12, D(900)), "repaid_below_received", "payment"),
        (loans.Loan(D(12000), 12, D(900), "equal_principal"), "repaid_below_received", "payment"),
        (loans.Loan(D(12000), 12, D(-900)), "not_positive", "payment"),
    ],
)
def test_a_loan_that_cannot_be(loan, code, field):
    with pytest.raises(Impossible) as wrong:
        loans.annual_rate(loan)
    assert (wrong.value.code, wrong.value.field) == (code, field)


def test_no_ceiling_is_stated_as_a_number_and_institutions_follow_their_own_rules():
    working = loans.annual_rate(loans.Loan(D(9000), 12, D(1000), principal=D(10000)))
    assert {"private_lender", "institution_lender"} <= set(working.conditions)
    assert ("最高法民间借贷规定", "第二十五条") in working.citations and ("民法典", "第六百七十条") in working.citations
    assert working.lines[0].key == "taken_beforehand"


# 民法典 677: interest for the time really used
EARLY = [
    # principal, rate, months, used, method, fee, saved, key
    ("100000", "6", 36, 12, "interest_first", "0", "12000", "saved"),  # 500 a month, 24 months less
    ("100000", "6", 36, 12, "interest_first", "1000", "11000", "saved"),
    ("10000", "12", 12, 6, "interest_first", "0", "600", "saved"),  # 100 a month
    ("50000", "4.8", 24, 23, "interest_first", "300", "100", "saves_nothing"),  # 200 less 300
    ("8000", "0", 10, 5, "equal_instalments", "0", "0", "saved"),
    ("12000", "12", 12, 6, "equal_principal", "0", "210", "saved"),  # 60+50+40+30+20+10
    ("1200", "12", 2, 1, "equal_principal", "0", "6", "saved"),  # 1 % of 600
    ("2100", "120", 2, 1, "equal_instalments", "0", "110", "saved"),  # 1210 a month; 2100+210-1210 = 1100, 10 % of it
    ("3310", "120", 3, 2, "equal_instalments", "0", "121", "saved"),  # 1331 a month; the last 1210, 10 % of it
    ("2020", "24", 2, 0, "equal_instalments", "0", "60.80", "saved"),  # 2*1040.40 - 2020
]


@pytest.mark.parametrize(("principal", "rate", "months", "used", "method", "fee", "saved", "key"), EARLY)
def test_early_repayment(principal, rate, months, used, method, fee, saved, key):
    working = loans.early(loans.EarlyRepayment(D(principal), D(rate), months, used, method, D(fee)))
    assert (working.result.key, value(working, "saved")) == (key, D(saved))


@pytest.mark.parametrize(
    ("months", "used", "field"), [(12, 12, "used"), (12, 13, "used"), (0, 0, "months"), (12, -1, "used")]
)
def test_early_means_before_the_end(months, used, field):
    with pytest.raises(Impossible) as wrong:
        loans.early(loans.EarlyRepayment(D(1000), D(6), months, used))
    assert wrong.value.field == field


# 存款保险条例 5: 500,000 for one depositor at one bank, principal and interest together
DEPOSITS = [
    ("800000", "20000", "500000", "320000"), ("500000", "0", "500000", "0"), ("490000", "10000", "500000", "0"),
    ("490000", "10000.01", "500000", "0.01"), ("100", "1", "101", "0"), ("500000", "0.01", "500000", "0.01"),
    ("499999.99", "0", "499999.99", "0"), ("1000000", "0", "500000", "500000"), ("300000", "9000", "309000", "0"),
    ("2000000", "88000", "500000", "1588000"),
]  # fmt: skip


@pytest.mark.parametrize(("principal", "interest", "paid", "over"), DEPOSITS)
def test_deposit_insurance(principal, interest, paid, over):
    working = deposits.insured(deposits.Deposit(D(principal), D(interest)))
    assert (value(working, "paid"), value(working, "over")) == (D(paid), D(over))


OFF = {date(2026, 10, n) for n in range(1, 8)} | {date(2027, 1, 1)}
MADE_UP = {date(2026, 10, 10)}  # a Saturday


def is_working(day):
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


# 消费者权益保护法 25 with 民法典 201 (the first day does not count) and 203 (a holiday at the end)
RETURNS = [
    # received, today, last, key, days left or over
    ("2026-11-20", "2026-11-25", "2026-11-27", "return_open", 2),  # a Friday
    ("2026-11-18", "2026-11-25", "2026-11-25", "return_open", 0),
    ("2026-11-17", "2026-11-25", "2026-11-24", "return_over", 1),  # a Tuesday
    ("2026-09-24", "2026-10-01", "2026-10-01", "return_open", 0),  # may move to the 8th
    ("2026-09-24", "2026-10-05", "2026-10-01", "return_unsure", 4),
    ("2026-09-24", "2026-10-08", "2026-10-01", "return_unsure", 7),
    ("2026-09-24", "2026-10-09", "2026-10-01", "return_over", 8),
    ("2026-11-14", "2026-11-22", "2026-11-21", "return_unsure", 1),  # a Saturday
    ("2028-02-25", "2028-02-26", "2028-03-03", "return_open", 6),  # 26 27 28 29 1 2 3
    ("2026-12-28", "2026-12-31", "2027-01-04", "return_open", 4),  # 29 30 31 1 2 3 4
]


@pytest.mark.parametrize(("received", "today", "last", "key", "left"), RETURNS)
def test_seven_days(received, today, last, key, left):
    case = days.Return(date.fromisoformat(received), date.fromisoformat(today))
    working = days.seven_days(case, is_working)
    assert (value(working, "last"), working.result.key, value(working, "left")) == (date.fromisoformat(last), key, left)


WORKING = [
    ("2026-11-25", 1, "2026-11-26"),  # a Wednesday
    ("2026-11-25", 3, "2026-11-30"),  # 26 27 30
    ("2026-11-27", 1, "2026-11-30"),
    ("2026-11-28", 1, "2026-11-30"),
    ("2026-09-30", 1, "2026-10-08"),  # after the holiday
    ("2026-10-03", 7, "2026-10-15"),  # 8 9 10 12 13 14 15
    ("2026-10-08", 2, "2026-10-10"),  # 9, and the Saturday made up
    ("2026-11-25", 10, "2026-12-09"),  # 26 27 30 1 2 3 4 7 8 9
    ("2026-12-31", 1, "2027-01-04"),  # New Year's Day, a weekend
    ("2026-11-20", 5, "2026-11-27"),  # 23 to 27
]


@pytest.mark.parametrize(("start", "count", "last"), WORKING)
def test_working_days(start, count, last):
    working = days.working_days(days.WorkingDays(date.fromisoformat(start), count), is_working)
    assert value(working, "last") == date.fromisoformat(last)


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(1, 60))
def test_as_many_working_days_lie_between_as_were_asked(start, count):
    last = value(days.working_days(days.WorkingDays(start, count), is_working), "last")
    between = [start + timedelta(n) for n in range(1, (last - start).days + 1)]
    assert sum(map(is_working, between)) == count and is_working(last)


def test_days_that_cannot_be():
    with pytest.raises(Impossible):
        days.seven_days(days.Return(date(2026, 11, 26), date(2026, 11, 25)), is_working)
    with pytest.raises(Impossible):
        days.working_days(days.WorkingDays(date(2026, 11, 25), 0), is_working)


@pytest.mark.parametrize(
    ("exact", "shown"), [("1.005", "1.01"), ("1.004999", "1.00"), ("-1.005", "-1.01"), ("0", "0.00")]
)
def test_half_a_fen_is_rounded_up(exact, shown):
    assert str(yuan(Fraction(exact))) == shown


def test_rounding_to_a_tenth():
    assert rounded(Fraction(1, 3), D("0.1")) == D("0.3")


def every_working():
    yield from (prepaid.of_sessions(prepaid.SessionCard(D(100), 10, 3, r, 2, D(20))) for r in ("operator", "consumer"))
    yield prepaid.of_sessions(prepaid.SessionCard(D(100), 10, 9, "consumer", 0, D(20)))
    yield prepaid.of_value(prepaid.ValueCard(D(100), D(10), "operator"))
    yield prepaid.of_period(prepaid.PeriodCard(D(100), 10, 3, "operator"))
    yield compensation.threefold(compensation.Fraud(D(1)))
    yield compensation.food(compensation.Tenfold(D(1)))
    yield compensation.drug(compensation.Tenfold(D(1)))
    yield loans.annual_rate(loans.Loan(D(9), 12, D(1), principal=D(10)))
    yield loans.early(loans.EarlyRepayment(D(9), D(1), 12, 1))
    yield deposits.insured(deposits.Deposit(D(9)))
    yield days.seven_days(days.Return(date(2026, 11, 2), date(2026, 11, 3)), is_working)
    yield days.working_days(days.WorkingDays(date(2026, 11, 2), 3), is_working)


@pytest.mark.parametrize("working", every_working(), ids=lambda w: w.result.key)
def test_every_result_has_a_condition_and_articles_whose_text_we_carry(working):
    assert working.lines and working.conditions
    for law, article in working.citations:
        assert LAWS[law].articles.get(article), (law, article)
        assert LAWS[law].state in ("in_force", "amended")

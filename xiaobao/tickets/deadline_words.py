"""How a period was counted, in Chinese (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

DAY = timedelta(days=1)
CAUSES = {
    "appraisal": "鉴定",
    "testing": "检测",
    "inspection": "检验",
    "quarantine": "检疫",
    "identification": "权利人辨认或者鉴别",
    "assessment": "评估",
    "mediation": "调解",
    "hearing": "听证",
    "announcement": "公告",
    "suspension": "中止",
    "refund_order": "责令退还多收价款",
}
MEASURES = {"工作日": "个工作日", "自然日": "日", "月": "个月", "年": "年", "小时": "小时"}


def measure(amount: int, unit: str) -> str:
    """7个工作日, 60日, 3年."""
    return f"{amount}{MEASURES[unit]}"


def day(day: date, beside: date | None = None) -> str:
    """9月24日; with its year when that differs from the year of `beside`."""
    year = f"{day.year}年" if beside and day.year != beside.year else ""
    return f"{year}{day.month}月{day.day}日"


def moment(at: datetime, beside: date | None = None) -> str:
    """11月25日10:00."""
    return f"{day(at.date(), beside)}{at:%H:%M}"


def spans(days: list[date], beside: date) -> str:
    """9月25—27日、10月1—7日: runs of consecutive days."""
    runs: list[list[date]] = []
    for one in days:
        if runs and one - runs[-1][-1] == DAY:
            runs[-1].append(one)
        else:
            runs.append([one])
    return "、".join(span(run[0], run[-1], beside) for run in runs)


def span(first: date, last: date, beside: date) -> str:
    """10月1—7日, or one day."""
    if first == last:
        return day(first, beside)
    if (first.year, first.month) == (last.year, last.month):
        return f"{day(first, beside)[:-1]}—{last.day}日"
    return f"{day(first, beside)}—{day(last, first)}"


def guess(years: Iterable[int]) -> str:
    """Said where the arrangement of a year is not published yet."""
    named = "、".join(f"{year}年" for year in years)
    return f"，{named}放假安排未公布，暂估" if named else ""

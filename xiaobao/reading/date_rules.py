"""The rules by which dates are read: each a pattern and a function that reckons its match against today."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

from xiaobao.reading import festivals, numbers

_N = r"[\d一二两三四五六七八九十]"
_YEAR = r"(?:(?:19|20)\d{2}\s?|二[〇零○][〇零○一二][〇零○一二三四五六七八九]|[12]\d)年"
_REL_YEAR = r"(?:今年|去年|前年|大前年|本年|上年|当年|明年|后年)"
_PART = r"年初|年底|年末|年中|上半年|下半年|春天|夏天|秋天|冬天|暑假|寒假|初|底|末|中旬|上旬|下旬|上中旬|中下旬"
_FESTIVAL = "|".join(re.escape(name) for name in festivals.NAMES)
_TERM = "|".join(festivals.TERMS)
_BARE = r"[廿卅][一二三四五六七八九]?|二十[一二三四五六七八九]?|三十一?|十[一二三四五六七八九]"  # 九月二十六, told without 日
_LUNAR_DAY = r"初[一二三四五六七八九十]|廿[一二三四五六七八九]?|\d{1,2}|[一二三四五六七八九十]{1,3}"

Found = tuple[date | None, date | None, str, bool] | None
Reader = Callable[[re.Match[str], date], Found]


def _number(written: str | None) -> int | None:
    """A number; 初九, 廿二, 元 (元月) as well."""
    if not written:
        return None
    return 1 if written == "元" else numbers.whole(written.lstrip("初").replace("廿", "二十").replace("卅", "三十"))


def _year_of(written: str | None, today: date) -> int | None:
    """The year meant by 2024年, 二〇二四年, 24年, 去年 ...; None without one."""
    if not written:
        return None
    shift = {
        "今年": 0,
        "今": 0,
        "去": -1,
        "本年": 0,
        "当年": 0,
        "去年": -1,
        "头年": -1,
        "上年": -1,
        "前年": -2,
        "大前年": -3,
        "明年": 1,
        "后年": 2,
    }.get(written.strip())
    if shift is not None:
        return today.year + shift
    digits = "".join(str(numbers.DIGITS.get(c, c)) for c in written.strip().rstrip("年").strip())
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _latest(today: date, month: int, day: int) -> date | None:
    """The latest such day not after today; looks back far enough for a 29 February."""
    for year in range(today.year, today.year - 9, -1):
        try:
            candidate = date(year, month, day)
        except ValueError:
            continue
        if candidate <= today:
            return candidate
    return None


def month_span(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month."""
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _part_of_month(first: date, last: date, part: str | None) -> tuple[date, date, str]:
    spans = {
        "初": (1, 10),
        "上旬": (1, 10),
        "中旬": (11, 20),
        "上中旬": (1, 20),
        "中下旬": (11, 31),
        "下旬": (21, 31),
        "底": (21, 31),
        "末": (21, 31),
    }
    if part not in spans:
        return first, last, "month"
    low, high = spans[part]
    return first.replace(day=low), first.replace(day=min(high, last.day)), "span"


def _calendar_day(match: re.Match[str], today: date) -> Found:
    year, month = _year_of(match["year"], today), _number(match["month"])
    day = _number(match["day"] or match["bare"])
    if month is None or (match["day"] and day is None) or (month == 8 and match["bare"] == "十五"):
        return None
    if not 1 <= month <= 12:
        return (None, None, "invalid", False) if match["day"] else None
    assumed = year is None
    if day is None:
        if year is None:
            first = _latest(today, month, 1)
            year = first.year if first else today.year
        if not 1900 <= year <= 2100:
            return None
        first, last, precision = _part_of_month(*month_span(year, month), match["part"])
        return first, last, precision, assumed
    try:
        exact = _latest(today, month, day) if year is None else date(year, month, day)
    except ValueError:
        exact = None
    return (exact, exact, "day", assumed) if exact else (None, None, "invalid", assumed)


def _nth_week(match: re.Match[str], today: date) -> Found:
    """十月的第二个星期天, or the whole week."""
    month, last_one = _number(match["month"]), match["nth"] is None
    nth = 5 if last_one else _number(match["nth"])
    if month is None or nth is None or not 1 <= month <= 12:
        return None
    year = _year_of(match["year"], today)
    assumed = year is None
    if year is None:
        begins = _latest(today, month, 1)
        year = begins.year if begins else today.year
    first, last = month_span(year, month)
    if not match["day"]:
        monday = first - timedelta(days=first.weekday()) + timedelta(weeks=nth - 1)
        return max(first, monday), min(last, monday + timedelta(days=6)), "span", assumed
    weekday = 6 if match["day"] in "日天" else (_number(match["day"]) or 1) - 1
    day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    if last_one and day > last:
        day -= timedelta(weeks=1)
    return (day, day, "day", assumed) if day <= last else None


def _iso_day(match: re.Match[str], today: date) -> Found:
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None, None, "invalid", False
    return day, day, "day", False


def _dotted_day(match: re.Match[str], today: date) -> Found:
    month, number = int(match[1]), int(match[2])
    day = _latest(today, month, number) if 1 <= month <= 12 else None
    return (day, day, "day", True) if day else (None, None, "invalid", True)


def _year(match: re.Match[str], today: date) -> Found:
    year, part = _year_of(match["year"], today), match["part"]
    if year is None or not 1950 <= year <= 2100:
        return None
    halves = {
        "年初": (1, 3), "初": (1, 3), "年中": (5, 8), "年底": (11, 12), "底": (11, 12), "年末": (11, 12), "末": (11, 12), "上半年": (1, 6),
        "下半年": (7, 12), "春天": (3, 5), "夏天": (6, 8), "秋天": (9, 11), "暑假": (7, 8), "寒假": (1, 2), "冬天": (11, 12),
    }  # fmt: skip
    if part in halves:
        low, high = halves[part]
        return date(year, low, 1), month_span(year, high)[1], "span", False
    return date(year, 1, 1), date(year, 12, 31), "year", False


def _relative_month(match: re.Match[str], today: date) -> Found:
    word = match["which"]
    back = 2 if word.startswith("上上") else 1 if word.startswith("上") else 0
    months = today.year * 12 + today.month - 1 - back
    year, month = months // 12, months % 12 + 1
    first, last = month_span(year, month)
    if match["day"]:
        day = _number(match["day"])
        if day is None or not 1 <= day <= last.day:
            return None, None, "invalid", False
        return first.replace(day=day), first.replace(day=day), "day", False
    if match["part"]:
        return *_part_of_month(first, last, match["part"]), False
    return (first, last, "month", False) if back else None


def _weekday(match: re.Match[str], today: date) -> Found:
    which, day = match["which"] or "", match["day"]
    monday = today - timedelta(days=today.weekday()) - timedelta(weeks=which.count("上"))
    if which.startswith("下"):
        monday += timedelta(weeks=1)
    if day is None:
        return (monday, monday + timedelta(days=6), "span", False) if which.startswith("上") else None
    if day == "末":
        if not which and monday + timedelta(days=5) > today:
            monday -= timedelta(weeks=1)
        return monday + timedelta(days=5), monday + timedelta(days=6), "span", False
    number = 6 if day in "日天7" else (_number(day) or 1) - 1
    found = monday + timedelta(days=number)
    if not which and found > today:
        found -= timedelta(weeks=1)
    return found, found, "day", False


def _ago(match: re.Match[str], today: date) -> Found:
    written, unit = match["n"], match["unit"]
    half_more = bool(match["half"])
    if written in {"半", "大半"}:
        days = {"月": 15, "年": 182}.get(unit[-1])
        if days is None:
            return None
        middle = today - timedelta(days=days)
        return _around(middle, max(2, days // 6))
    number = {"几": 4, "好几": 5, "数": 4, "前几": 4}.get(written) or _number(written)
    if number is None or number > 400:
        return None
    scale = {"天": 1, "日": 1, "周": 7, "期": 7, "拜": 7, "月": 30, "年": 365}[unit[-1]]
    exact = unit[-1] in "天日" and written not in {"几", "好几", "数"} and not match["more"]
    if exact:
        day = today - timedelta(days=number)
        return day, day, "day", False
    middle = today - timedelta(days=int(number * scale + (scale // 2 if half_more or match["more"] else 0)))
    return _around(middle, max(2, scale // 2))


def _around(middle: date, days: int) -> Found:
    return middle - timedelta(days=days), middle + timedelta(days=days), "span", False


def _near_day(match: re.Match[str], today: date) -> Found:
    word = match[0]
    if word in {"前几天", "前两天", "前些天", "前些日子", "这几天", "前几日", "前两日"}:
        return today - timedelta(days=3 if "两" in word else 10), today - timedelta(days=1), "span", False
    back = 3 if word.startswith("大前") else {"前": 2, "今": 0}.get(word[0], 1)
    day = today - timedelta(days=back)
    return day, day, "day", False


def _festival(match: re.Match[str], today: date) -> Found:
    name, year = match["name"], _year_of(match["year"], today)
    if name == "十一" and not match["tail"] and not match["year"]:
        return None
    assumed = year is None
    if year is None:
        spans = [festivals.days(name, y) for y in (today.year, today.year - 1)]
        span = next((s for s in spans if s and s[0] <= today), None)
    else:
        span = festivals.days(name, year)
    if span is None:
        return None
    first, last = _moved(span, match["tail"] or "")
    return first, last, "day" if first == last else "span", assumed


def _moved(span: tuple[date, date], tail: str) -> tuple[date, date]:
    """第二天; 前一天, 头一天, 前两天, 后第二天, 前两周: so many days before the first or after the last day."""
    if nth := re.match(r"第(?P<n>[一二三四五六七\d])[天日]", tail):
        day = span[0] + timedelta(days=(_number(nth["n"]) or 1) - 1)
        return day, day
    if week := re.match(r"(?P<side>[前后])(?P<n>[一二两三\d])个?(?:周|礼拜|星期)", tail):
        days = timedelta(weeks=_number(week["n"]) or 1)
        day = span[0] - days if week["side"] == "前" else span[1] + days
        return day - timedelta(days=3), day + timedelta(days=3)
    found = re.search(r"(?P<side>前|头|后)第?(?P<n>[一二两三四五\d])?[天日]", tail)
    if found is None or tail.startswith("前后"):
        return span
    number = _number(found["n"] or "一") or 1
    day = span[1] + timedelta(days=number) if found["side"] == "后" else span[0] - timedelta(days=number)
    return day, day


_SEASONS = {
    "开春": (2, 4), "入夏": (5, 6), "天热": (6, 9), "暑假": (7, 8), "放暑假": (7, 8), "入秋": (8, 9), "开学": (8, 9), "秋播": (9, 10),
    "秋收": (9, 10), "麦收": (5, 6), "春耕": (3, 4), "入冬": (11, 12), "天冷": (11, 12), "寒假": (1, 2), "放寒假": (1, 2), "过完年": (2, 3),
    "年后": (2, 3), "年前": (1, 2),
}  # fmt: skip
_SEASON = "|".join(sorted(_SEASONS, key=len, reverse=True))
# Read only where they stand alone or behind 今 and 去.
_SHORT_SEASONS = {"春": (2, 4), "夏": (5, 7), "秋": (8, 10), "冬": (11, 12), "年初": (1, 3), "年中": (5, 8)}


def _season(match: re.Match[str], today: date) -> Found:
    year = _year_of(match["year"], today)
    low, high = (_SEASONS | _SHORT_SEASONS)[match["season"]]
    assumed = year is None
    if year is None:
        year = today.year if date(today.year, low, 1) <= today else today.year - 1
    return date(year, low, 1), month_span(year, high)[1], "span", assumed


def _some_day(match: re.Match[str], today: date) -> Found:
    """十月二十几号: one of ten days."""
    year, month = _year_of(match["year"], today), _number(match["month"])
    if month is None or not 1 <= month <= 12:
        return None
    tens = 20 if match["tens"].startswith(("二", "2")) else 10
    assumed = year is None
    if year is None:
        first = _latest(today, month, tens)
        if first is None:
            return None
        year = first.year
    last = month_span(year, month)[1].day
    return date(year, month, tens), date(year, month, min(tens + 9, last)), "span", assumed


_LUNAR_MONTHS = {"正月": 1, "冬月": 11, "腊月": 12}


def _lunar(match: re.Match[str], today: date) -> Found:
    month = _LUNAR_MONTHS.get(match["month"]) or _number(match["month"].rstrip("月"))
    if month is None:
        return None
    told = _year_of(match["year"], today)
    year = today.year if told is None else told + (month == 12)
    spans = [_lunar_span(match, month, one) for one in ((year, year - 1) if told is None else (year,))]
    span = next((one for one in spans if one and one[0] <= today), None)
    return (*span, "day" if span[0] == span[1] else "span", told is None) if span else None


def _lunar_span(match: re.Match[str], month: int, year: int) -> tuple[date, date] | None:
    if not match["day"]:
        return festivals.lunar_month(month, year)
    day = _number(match["day"])
    return festivals.lunar_day(month, day, year) if day else None


def _lone_day(match: re.Match[str], today: date) -> Found:
    number = _number(match["day"])
    if number is None or not 1 <= number <= 31:
        return None
    for back in range(3):
        months = today.year * 12 + today.month - 1 - back
        first, last = month_span(months // 12, months % 12 + 1)
        if number <= last.day and first.replace(day=number) <= today:
            return first.replace(day=number), first.replace(day=number), "day", True
    return None


RULES: list[tuple[re.Pattern[str], Reader]] = [
    (
        re.compile(
            rf"(?:(?P<year>(?<!\d){_YEAR}|{_REL_YEAR})\s?的?)?(?<![\d{numbers.CHINESE}])(?P<month>\d{{1,2}}|{_N}{{1,2}})月(?:份)?的?"
            rf"(?:第(?P<nth>[一二三四五1-5])个?|最后一?个?)(?:周|星期|礼拜)(?P<day>[一二三四五六日天])?"
        ),
        _nth_week,
    ),
    (
        re.compile(
            rf"(?:(?P<year>(?<!\d){_YEAR}|{_REL_YEAR})\s?的?)?(?<![\d{numbers.CHINESE}])(?P<month>[一二三四五六七八九十]{{1,2}}月|冬月)"
            rf"(?P<day>初[一二三四五六七八九十])(?![手次级期步审恋中高几])(?:那天|当天)?"
        ),
        _lunar,
    ),
    (
        re.compile(
            rf"(?:(?P<year>(?<!\d){_YEAR}|{_REL_YEAR})\s?的?)?(?<![\d{numbers.CHINESE}])(?P<month>\d{{1,2}}|{_N}{{1,3}})月(?:份)?"
            rf"(?P<tens>二十几|二十多|2\d?几|十几|1几|20几|20多)[号日]"
        ),
        _some_day,
    ),
    (
        re.compile(
            rf"(?:(?<![\d零〇一二三四五六七八九])(?P<year>(?<!\d){_YEAR}|{_REL_YEAR})\s?的?)?\s?(?<![\d.{numbers.CHINESE}])"
            rf"(?P<month>\d{{1,2}}|{_N}{{1,3}}|元)\s?月(?:份)?(?!卡|饼|供|租(?!的|了|下|住)|薪|嫂|费|付|均|销|子|还)"
            rf"(?:\s?(?P<day>\d{{1,2}}|{_N}{{1,3}}|{_BARE})\s?[日号](?!楼|店|线|院)"
            rf"|(?P<bare>{_BARE})(?![多几余个天年次块元百千万点])|(?P<part>初|底|末|上旬|中旬|下旬))?"
        ),
        _calendar_day,
    ),
    (re.compile(r"(?<![\d\-])((?:19|20)\d{2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?![\d\-])"), _iso_day),
    (re.compile(r"(?<![\d.\-/])(\d{1,2})[-/.](\d{1,2})[日号]"), _dotted_day),
    (re.compile(r"(?<![\d.\-/])(\d{1,2})[./](\d{1,2})(?=[入买下签交付到住收订])"), _dotted_day),
    (
        re.compile(
            r"(?:(?<=^)|(?<=[\s，。；！？、我他她于从]))(1[0-2]|[1-9])[.](\d{1,2})(?=\s?[我在他她去晚早上下中寄那])"
        ),
        _dotted_day,
    ),
    (
        re.compile(
            rf"(?:(?P<year>(?<!\d){_YEAR}|{_REL_YEAR}|头年)\s?的?)?(?P<month>正月|腊月|冬月)"
            rf"(?:里?(?P<day>{_LUNAR_DAY})(?:[号日]|那天|当天)?|[里间份])"
        ),
        _lunar,
    ),
    (
        re.compile(
            rf"(?:(?P<year>(?<!\d){_YEAR}|{_REL_YEAR})\s?的?)?(?P<season>{_SEASON})"
            rf"(?:的时候|那会儿?|那阵子?|前后|期间|之前|以前|前|时)?(?![通期])"
        ),
        _season,
    ),
    (re.compile(r"(?P<year>[今去])(?P<season>[春夏秋冬])(?![天节晚季装款])"), _season),
    (
        re.compile(
            r"(?P<year>)(?<![今去前明后本\d大年过〇一二三四五六七八九])(?P<season>年初|年中)(?![一二三四五六七八九十\d])"
        ),
        _season,
    ),
    (
        re.compile(
            rf"(?:(?P<year>(?<!\d){_YEAR}|{_REL_YEAR})\s?的?)?(?<![\d块毛十百千周期拜])(?P<name>{_FESTIVAL})"
            rf"(?P<tail>(?:劳动节|国庆节)?(?:小?长假|节假日期间|节假日|假期期间|放假期间|假期|期间|当天|当日|那天|前后|大促|购物节|活动|[前后][一二两三\d]个?(?:周|礼拜|星期)|[前后]?第?[一二两三四五六七\d][天日]|头[一二两]?天|那[几两]天|那会儿?|那阵子?|前夕|放假))?"
            rf"(?![路街广村镇店号元块室\d.%]|大道|月饼|礼盒|粽子|国旅)"
        ),
        _festival,
    ),
    (
        re.compile(
            rf"(?:(?P<year>(?<!\d){_YEAR}|{_REL_YEAR})\s?的?)?(?P<name>{_TERM})"
            rf"(?P<tail>节气|节令|那[天日]|当[天日]|这天|前后|[前后]第?[一二两三\d][天日])"
        ),
        _festival,
    ),
    (
        re.compile(
            rf"(?P<which>上上个?月|上个?月|这个?月|本月)(?:份)?的?(?:(?P<day>\d{{1,2}}|{_N}{{1,3}})[日号]|(?P<part>初|底|末|上旬|中旬|下旬))?"
        ),
        _relative_month,
    ),
    (
        re.compile(
            r"(?:(?P<which>上{1,3}|这|本|下)个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末1-7])?"
            r"|(?<![每一二两三四五六七八九十几半\d个满上])(?:周|星期|礼拜)(?P<plain>[一二三四五六日天末]))(?![边围年岁个次大黑福生])"
        ),
        lambda match, today: _weekday(_PlainDay(match), today),  # type: ignore[arg-type]
    ),
    (
        re.compile(
            rf"(?P<n>大半|半|好几|几|数|\d{{1,3}}|{_N}{{1,3}})(?:个)?(?P<more>来|多)?(?:个)?(?P<half>半)?(?P<unit>天|日|周|星期|礼拜|月|年)"
            rf"(?:多|半)?\s?(?:以前|之前|前(?![台往]))"
        ),
        _ago,
    ),
    (
        re.compile(
            r"大前天|前儿个?|[昨今]儿个|[寻尋噚琴][日晚]|前几天|前两天|前些天|前些日子|前几日|前两日|前天|前晚|昨天|昨日|昨晚|昨夜|今天|今日|今早|今晚|今儿|昨儿"
        ),
        _near_day,
    ),
    (
        re.compile(
            rf"(?<![\d{numbers.CHINESE}])(?P<year>(?<!\d)(?:(?:19|20)\d{{2}}|二[〇零○][〇零○一二][〇零○一二三四五六七八九])年|{_REL_YEAR})"
            rf"(?:的)?(?P<part>{_PART})?(?![款度级\d]|\d+岁|以来|都)"
        ),
        _year,
    ),
    (
        re.compile(
            rf"(?<![\d月A-Za-z#第{numbers.CHINESE}])(?P<day>\d{{1,2}}|{_N}{{1,3}})号(?=那天|当天|早上|上午|中午|下午|晚上|我|在|买|下单|收到|去|到|付|签)"
        ),
        _lone_day,
    ),
]


class _PlainDay:
    """Lets 周三 and 上周三 be read alike: the day stands in one of two groups."""

    def __init__(self, match: re.Match[str]) -> None:
        self._match = match

    def __getitem__(self, name: str) -> str | None:
        return (self._match["day"] or self._match["plain"]) if name == "day" else self._match[name]


# What may be a day, and may as well be a version, a mark or a number of a house: for a choice among several only.
POSSIBLE: list[tuple[re.Pattern[str], Reader]] = [
    (
        re.compile(
            r"(?<![\d./\-A-Za-z¥第])(1[0-2]|0?[1-9])[./](3[01]|[12]\d|0?[1-9])"
            r"(?![\d./%]|\s?[元块万千wW折米斤克寸升度倍厘公吨℃°个分版星系A-Za-z])"
        ),
        _dotted_day,
    ),
    (
        re.compile(
            r"(?<![\d月A-Za-z#第\-])(?P<day>[12]\d|3[01]|[1-9])号(?![楼店线院门柜床房车机桌铺位仓馆院库厅窗码])"
        ),
        _lone_day,
    ),
]

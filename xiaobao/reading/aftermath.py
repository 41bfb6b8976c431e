"""What a citizen says about a ticket already filed: what came of it, whether to mediate, how it went, why again (pure)."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from xiaobao.reading import dates, numbers
from xiaobao.reading.values import halve

# 有哪些, 几件, 都查一下: all tickets, not one.
LISTS = re.compile(
    r"有哪些|哪几[件个单]|几件|几个(?:投诉|单)|多少件|列出|列表|清单|全部|所有|都(?:查|看|列)|投诉记录|我的(?:投诉|工单|单子)$"
)
# 单子里的金额写错了, 更正一下, 地址填错了要改: of something already filed.
AMENDS = re.compile(r"更正|改一?下|要改|修改|写错|填错|留错|打错|弄错|搞错|改成|改为|更新一?下")
_FILED = re.compile(r"单子|工单|投诉单|投诉书?|举报|提交的|交的|编号|XB\d", re.IGNORECASE)

_NOT_YET = r"(?:没有?|未|不|别|还没|尚未|一分|拖着|拒绝)"
_PART = re.compile(
    r"一半|部分|一些|一点|只退|只给|只赔|才退|才给|先退|先给|还差|还欠|剩下|没退完|没给完|没退齐|没全|少退|少给|不够|尾款|其余|余下"
)
_PROMISE = re.compile(
    r"(?:答应|承诺|保证|同意|说好|讲好|约好|约定|说|讲|许诺|写了欠条)[^，。]{0,12}(?:退|给|赔|付|还|换|修|送|发|打款|到账|解决|补|处理)"
    r"|(?:等到?|过|再过)[^，。]{1,8}(?:退|给我|到账|打款)|(?:月底|下个?月|下周|\d{1,2}[号日])[^，。]{0,4}(?:退|给|赔|付|还|打款)"
)
_FULL = re.compile(
    r"(?:钱|款|货款|押金|定金|费用|赔偿|尾款|差价|运费)[^，。]{0,6}(?:退|还|赔|付|给|到账|收到|到手|回来|打)"
    r"|(?:退|还|赔|付|打|转)(?:款|钱|给我|回来|到账|了钱|了款|清|完|齐)|到账|收到(?:了)?(?:退|赔|钱|款|货|新)|全(?:部)?(?:退|还|赔|给|兑现|办)"
    r"|(?:换|修|补|重做|道歉|解决|兑现|办好|办到|处理好|协商好|谈好|谈妥|和解|私了)(?:了|好了|过了|完了|妥了)|已经?(?:退|换|修|赔|道歉|解决|兑现|和解)"
)
_NEVER = re.compile(
    rf"{_NOT_YET}[^，。]{{0,4}}(?:退|还|赔|给|付|到账|收到|兑现|解决|履行|动静|换|修)|说话不算|反悔|赖账|不认账"
)

_NO_WISH = re.compile(
    r"不(?:想|愿意?|同意|接受|要|用|需要|参加|搞|做|肯|去|再)[^，。]{0,6}调解|拒绝[^，。]{0,4}调解|(?:调解|谈)(?:就)?(?:算了|免了|不必|没用|没意义)|别调解|直接(?:起诉|打官司|告)"
)
_WISH = re.compile(
    r"(?:同意|愿意|接受|可以|想要?|希望|申请|要求|行|好|参加|配合|支持)[^，。不]{0,8}调解|调解(?:吧|可以|行|好|一下|没问题)|先?调解(?:看看|试试)"
)

_GOOD = re.compile(r"^(?:3|三)?(?:很|非常|好|挺|十分|比较|蛮)?满意|好评|[五5]星|[五5]分|满分|点赞|表扬|心服口服|不错")
_FAIR = re.compile(r"一般|还行|凑合|马马虎虎|中评|[三3]星|[三3]分|及格|还可以|过得去|基本满意|还算满意")
_POOR = re.compile(r"不满意?|唔满意|差评|[一1二2零0]星|[零0一1二2两]分|太差|敷衍|走过场|和稀泥|不认可|低分|投诉你们")

_NONE_AGREED = re.compile(r"没(?:有)?(?:说好|约定|谈成|协议)|不涉及|用不着|没要")
_FACTS = re.compile(r"新(?:的)?(?:证据|情况|事实|材料|发现|线索)|又发现|才发现|刚发现|找到了|补到|录音|检测结果")
_MISTAKE = re.compile(
    r"(?:你们|工作人员|调解员|办事的?人?|经办人?|科里|单位)[^，。]{0,8}(?:错|漏|没看|没查|没问|没联系|搞反|冤)|办错|弄错|搞错|查错|认定错|没给我?打电话|不公"
)


def settlement(text: str) -> str | None:
    """full, part, promise or none (nothing came); None when the words tell nothing of it."""
    if _PART.search(text) and re.search(r"退|给|赔|付|还|换|修|补|兑现", text):
        return "part"
    if _NEVER.search(text):
        return "none"
    if _PROMISE.search(text) and not re.search(r"(?:已经|都|全)[^，。]{0,3}(?:退|到账|给|收到)", text):
        return "promise"
    return "full" if _FULL.search(text) else None


def fulfilment(text: str) -> str | None:
    """yes, part, no, none (nothing was agreed); None when unclear."""
    said = text.strip()
    if _NONE_AGREED.search(said):
        return "none"
    if re.match(r"(?:部分|一部分|一半|还差|没全|一些)", said):
        return "part"
    if re.match(r"(?:没有?|还没|否|不|未)(?:兑现|办到|到账|退|给|收到|有|呢|啊)?[了呢啊。！\s]*$", said):
        return "no"
    if re.match(r"(?:都|全|是|有|对|嗯|已经|兑现|办到|到账|收到|退了|给了)", said) and not (
        _NEVER.search(said) or _PART.search(said)
    ):
        return "yes"
    return {"full": "yes", "part": "part", "promise": "no", "none": "no"}.get(settlement(said) or "")


def wish(text: str) -> str | None:
    """Whether the writer wants mediation: yes, no, or None when that is not told."""
    if _NO_WISH.search(text):
        return "no"
    return "yes" if _WISH.search(text) else None


def grade(text: str) -> str | None:
    """good, fair or poor; None when unclear."""
    said = halve(text.strip())
    if _POOR.search(said):
        return "poor"
    if _FAIR.search(said):
        return "fair"
    return "good" if _GOOD.search(said) else None


def because(text: str) -> str | None:
    """Why a ticket is to be opened again: unperformed, new_facts, our_mistake."""
    if _FACTS.search(text):
        return "new_facts"
    if _MISTAKE.search(text):
        return "our_mistake"
    broken = re.search(r"没(?:有)?(?:按|照|守)|协议|说好的|答应的", text) and re.search(r"没|不|未|赖|反悔", text)
    return "unperformed" if broken or _NEVER.search(text) else None


def amends(text: str) -> bool:
    """Whether the words want something changed that is already filed."""
    return bool(AMENDS.search(text) and _FILED.search(text))


def promised(text: str, today: date) -> date | None:
    """The last day of what was promised: 下个月15号, 月底, 三天内, 下周五; None when no day to come is told."""
    said = halve(text)
    for reader in (_in_days, _next_month, _end_of_month, _weekday, _month_day, _bare_day):
        if (found := reader(said, today)) is not None:
            return found if found >= today else None
    later = [one.last for one in dates.parse(text, today) if one.last and one.last >= today]
    return later[0] if later else None


_N = r"(\d{1,3}|[一二两三四五六七八九十]{1,3})"


def _in_days(said: str, today: date) -> date | None:
    near = {"今天": 0, "今晚": 0, "明天": 1, "明早": 1, "后天": 2, "大后天": 3}
    for word in sorted(near, key=len, reverse=True):
        if word in said:
            return today + timedelta(days=near[word])
    found = re.search(rf"{_N}\s?个?(天|日|周|星期|礼拜|月|工作日)(?:以?内|之内|以?后|之后|左右|到账|退|给)", said)
    if found is None:
        return None
    count = numbers.whole(found[1]) or 0
    if found[2] == "月":
        return _month_later(today, count)
    days = count * 7 if found[2] in ("周", "星期", "礼拜") else count
    if found[2] == "工作日":
        days = count + 2 * ((today.weekday() + count) // 5)  # weekends only: a promise is no period of law
    return today + timedelta(days=days)


def _next_month(said: str, today: date) -> date | None:
    found = re.search(rf"下个?月\s?(?:{_N}\s?[号日]|(初|中旬?|底|末))?", said)
    if found is None:
        return None
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = calendar.monthrange(first.year, first.month)[1]
    part = {"初": 10, "中": 20, "中旬": 20}.get(found[2] or "", last)
    day = numbers.whole(found[1]) if found[1] else part
    return first.replace(day=day) if day and 1 <= day <= last else None


def _end_of_month(said: str, today: date) -> date | None:
    if not re.search(r"月底|月末", said) or re.search(r"\d{1,2}月底|\d{1,2}月末", said):
        return None
    return today.replace(day=calendar.monthrange(today.year, today.month)[1])


def _weekday(said: str, today: date) -> date | None:
    found = re.search(r"(下下|下|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])", said)
    if found is None:
        return None
    day = "一二三四五六日".index(found[2].replace("天", "日"))
    weeks = {"下下": 2, "下": 1}.get(found[1] or "", 0)
    reached = today - timedelta(days=today.weekday()) + timedelta(days=day, weeks=weeks)
    return reached + timedelta(days=7) if reached < today and not found[1] else reached


def _month_day(said: str, today: date) -> date | None:
    found = re.search(r"(?:(20\d{2})年)?(\d{1,2})月\s?(?:(\d{1,2})[号日]?|(底|末))", said)
    if found is None or not 1 <= int(found[2]) <= 12:
        return None
    month, year = int(found[2]), int(found[1] or today.year)
    last = calendar.monthrange(year, month)[1]
    day = int(found[3]) if found[3] else last
    if not 1 <= day <= last:
        return None
    reached = date(year, month, day)
    if reached < today and not found[1]:
        reached = date(year + 1, month, min(day, calendar.monthrange(year + 1, month)[1]))
        return reached if (reached - today).days < 200 else None  # 10月3日 said in November is a day gone by
    return reached


def _bare_day(said: str, today: date) -> date | None:
    found = re.search(r"(?<![\d月])(\d{1,2})[号日]", said)
    if found is None:
        return None
    first = (
        today.replace(day=1)
        if int(found[1]) >= today.day
        else (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    )
    last = calendar.monthrange(first.year, first.month)[1]
    return first.replace(day=int(found[1])) if 1 <= int(found[1]) <= last else None


def _month_later(today: date, months: int) -> date:
    count = today.year * 12 + today.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))

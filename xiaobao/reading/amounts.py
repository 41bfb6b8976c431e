"""Sums of money in a text, with the part each plays: paid, claimed, refunded, loan, fee or other.

Never taken for money: order numbers, telephone numbers, dates, model numbers (小米14), counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from xiaobao.reading import numbers
from xiaobao.reading.values import SENTENCE_END, clause_end, clause_start, halve, last_match

TOO_LARGE_CENTS = 10**13  # beyond this a number is no sum of a consumer's story
ANSWER_LIMIT_CENTS = 10**11  # a thousand million yuan: as an answer surely a slip

_SMALL = "一二两三四五六七八九"
_ARABIC = r"(?:\d{1,3}(?:[, ]\d{3})+|\d{1,12})(?:\.\d{1,4})?(?![\d])"
_MIXED = rf"{_ARABIC}(?:\s?个?[百千万亿wWkK](?![A-Za-z])(?:零?[\d{_SMALL}]{{1,4}}(?:\.\d+)?[千百十]?){{0,3}})?"
_RANGE = rf"(?:{_ARABIC}[万千]?(?:元|块)?[-~—到至]{_ARABIC}[万千]?|[{_SMALL}][{_SMALL}][十百千万]+|[{_SMALL}]千到[{_SMALL}]千)"
_VAGUE = (
    r"(?:好几|几|数|上|小)[十百千万]+|[百千万]把|(?<![一二两三四五六七八九几上数小\d])[百千万](?=来块|余元|多块|元左右)"
)
_HAN = rf"[{numbers.CHINESE}]+(?:个[万亿])?"
_MONEY = re.compile(
    rf"(?P<cur>[¥]|人民币|RMB|rmb)?\s?"
    rf"(?P<num>(?:(?<![\d.A-Za-z*#\-])(?:{_ARABIC}[万千]?(?:元|块)?[-~—到至])?{_MIXED})|{_RANGE}|{_VAGUE}|{_HAN})"
    rf"(?P<more>多|余|来|几)?(?P<mag>[十百千万亿])?(?P<more2>多|余)?\s?"
    rf"(?P<unit>元钱|元人民币|元(?!旦|宵|素|件|店)|块钱|块(?!链)|圆(?!形|桌|通)|蚊(?!子)|RMB|rmb|人民币)?"
    rf"(?P<tail>[\d{_SMALL}]{{1,2}}[角毛](?:[\d{_SMALL}]分?)?|(?<=块)[\d{_SMALL}](?![\d个只件台天年月号块次十百千万折]))?"
    rf"(?P<more3>左右|上下|多|余)?(?:钱)?"
)
_LOOSE_CHANGE = re.compile(rf"(?<![\d.])[\d{_SMALL}][毛角]钱")
_PAY_WORD = re.compile(
    r"(?:花|付|支付|交|缴|充|充值|预存|存|转账|转|收|收取|扣|扣款|扣除|退|退款|退费|退还|赔|赔偿|补偿|价格|价钱|价值|售价|定价|原价|标价|"
    r"报价|要价|卖|金额|总价|单价|全款|消费|花费|共计|总计|合计|一共|总共|共|贷|贷款|借|借款|欠|定金|押金|订金|首付|尾款|学费|"
    r"会费|费用|月租|租金|房租|工钱|结账变成?|标的?|最低|涨到|降到|骗|骗走|损失|办卡|现价|才|只要|仅|实付)"
    r"(?:了|我|我们|他|她|给|去|约|大概|大约|近|将近|差不多|：|:|是|为|商家|人民币|款|金额|费用|的|到|成|走|卡|\s){0,3}$"
)
_WEAK_PAY_WORD = re.compile(
    r"(?:要了?|说好的?|买了?|人均|每人|[一每][个只件台套双条张包袋盒瓶箱斤份间位罐桶]|[费金款钱]|保价|结账|加|起步价|卖|了他们?|了她)(?:我|约|大概)?\s?$"
)
COUNTED = re.compile(
    r"\s?(?:[个只件台部套双条张袋盒瓶箱斤克米日号周岁期人位名份间辆座楼层室栋秒倍折点页头支把片粒颗句遍趟款家届级寸平升度副枚]"
    r"|包(?!邮|[安装过换退教送吃住])|本(?![来人身地店以])|种(?![了上下的])|[天月年次](?![卡费])"
    r"|公斤|公里|小时|分钟|多(?:[个只件台次天年月人岁家])|美元|欧元|港币|日元|英镑|积分|[%A-Za-z])|[\d.:/\-*]"
)
_NOT_MONEY_BEFORE = re.compile(
    r"(?:今年才?|今年都|年龄|年纪|高龄|号|编号|单号|号码|电话|手机|尾号|卡号|微信|型号|第|房间|QQ)[：:是为\s]{0,2}$"
)
_APPROX_BEFORE = re.compile(r"(?:大概|大约|约|将近|近|差不多|至少|不到|超过?)\s?$")
_TOGETHER = re.compile(r"[钱多，。！？；、,.;!?\s）)的买都就也退给左以]|$")

_ROLE_WORDS = (
    (
        "refunded",
        r"只退|仅退|退了|已退|已经退|退回了?|退还了|只肯退|才退|只给退|[同愿]意退|答应退|返还了|赔了|只赔|[同愿]意赔|补了|到账退款|退款到账|"
        r"(?:最多|至多|顶多|只能|只肯|可以|可|能|说|给|现)(?:只)?(?:退|赔|补)|退保(?:仅|只)|兑付|拿了|收到了?|到手|返了|给了我|只认|只同意|回收|补偿我?",
    ),
    ("claimed", r"退还|返还|退回我|退我|退给我|退款|退费|退掉|退回|赔偿|赔付|索赔|赔我|赔|补偿|退赔|支付.{0,6}赔偿"),
    (
        "loan",
        r"借款|贷款|借了|贷了|借|贷|放款|下款|本金|月供|月还|每个?月.{0,3}还|每期.{0,3}还|还款|分期|额度|欠款|待还",
    ),
    (
        "fee",
        r"手续费|担保费|会员费|服务费|利息|违约金|滞纳金|运费|快递费|停车费|缴费|收费|扣费|扣款|扣了|扣除|被扣|多收取?|多扣|保险费|保费|"
        r"管理费|物业费|年费|罚息|砍头息|咨询费|评估费|上门费|检测费|维修费|拆装费|清洁费|收取",
    ),
    (
        "paid",
        r"花费|花了|花|付款|支付|付了|付|购买|购入|购得|买|消费|充值|充了|充|办卡|办了|办|价格|售价|价值|交了|缴纳|缴了|交|缴|预存|存了|转账|"
        r"投了|投入|投资|投进|存进|存入|汇了|打了|办的|买的|订的|定的|交的|充的|签的|报的|租的|成交|车价|票价|房租|租金|[内外]场价|打折价|折后|诱导.{0,12}将|转进|"
        r"转了|共计|合计|总计|一共|总共|总价|定金|订金|押金|货款|价款|车款|房款|车费|饭钱|饭费|学费|会费|收了|实付|全款|金额|报名|首付|房费|团费|门票|报了|要价|收我|骗了|骗走|骗",
    ),
    (
        "other",
        r"索价|开价|叫价|原价|标价|市场价|定价|账上|只剩|宣传价|优惠|便宜|满|每斤|每个|每次|每天|每年|每月|一个月|一年|一次|月租|降到|涨到|差价|余额|剩余?|还有|还剩|卡内|罚款",
    ),
)
_ROLES = re.compile("|".join(f"(?P<{role}>{words})" for role, words in _ROLE_WORDS))
_AFTER = (
    ("loan", re.compile(r"\s?(?:分\d|分[一二三四五六七八九十]|的?(?:借款|贷款|分期|本金))")),
    (
        "fee",
        re.compile(
            r"\s?的?[一-鿿]{0,3}(?:手续费|担保费|会员费|服务费|利息|违约金|滞纳金|运费|停车费|保险费|管理费|上门费|检测费|费用)"
        ),
    ),
    (
        "paid",
        re.compile(
            r"(?:元|块)?\s?(?:的?(?:定金|订金|押金|货款|价款|车款|房款|车费|饭钱|饭费|学费|会费)|成交|拿下|已付|都?(?:转|投|存|打|汇)(?:进|入|给|到|了)|购买|购入|购得|买|办了?|充值|报了?|订|拍下)"
        ),
    ),
)
_NOUNS = frozenset("价值 金额 货款 价款 车款 房款 学费 会费 定金 订金 押金 房费 团费 门票 全款 首付".split())
_ASKED = re.compile(r"(?:多少钱|金额|什么价|花了多少)[^。，,]{0,24}$")
_DEMAND = re.compile(r"要求|请求|希望|诉求|索赔|主张|判令|应当|应该|必须|让.{0,3}退|要")


@dataclass(frozen=True)
class Amount:
    """A sum in the text. `cents` is exact, or the lower bound when `approximate` (两三千: 200000 to 300000)."""

    text: str
    start: int
    end: int
    cents: int
    role: str = "other"
    approximate: bool = False
    low_cents: int = 0
    high_cents: int = 0


def parse(text: str) -> list[Amount]:
    """Every sum of money in the text, in order, each with its role."""
    plain = halve(text)
    found = []
    for match in _MONEY.finditer(plain):
        amount = _read(text, plain, match)
        if amount is not None:
            found.append(amount)
    for match in _LOOSE_CHANGE.finditer(plain):
        number = numbers.parse(match[0][:-2])
        if number is not None and not any(a.start < match.end() and match.start() < a.end for a in found):
            found.append(_amount(text, plain, match.start(), match.end(), number / 10, number / 10, False))
    return sorted(found, key=lambda amount: amount.start)


# 每月299连扣7个月, 299扣了两年; 定金500尾款4500: told in parts, meant as one sum.
_TIMES = re.compile(
    rf"(?:每个?月|每期|一个?月|一年|每年|月月)?(?P<one>{_ARABIC})(?:元|块钱?)?(?:连|一共|共|总共)?[扣交付还缴]了?"
    rf"(?P<count>[\d{_SMALL}十]{{1,3}})(?P<unit>个月|期|年|次|回)"
)
_PARTS = re.compile(
    rf"(?:定金|订金|首付)(?P<one>{_ARABIC})(?:元|块)?[，,、和加+及]?(?:尾款|余款)(?P<two>{_ARABIC})(?:元|块)?"
)


def widened(text: str, parsed: list[Amount]) -> list[tuple[Amount, bool]]:
    """Every number that may be money, with whether it is among those `parsed`; sums told in parts are one more each."""
    plain = halve(text)
    found = [(one, True) for one in parsed if one.end <= len(text)]
    taken = {place for one, _ in found for place in range(one.start, one.end)}
    for match in _MONEY.finditer(plain):
        begin = _begin(match)
        if not taken.isdisjoint(range(begin, match.end())):
            continue
        if (doubtful := _doubtful(text, plain, match, begin)) is not None:
            found.append((doubtful, False))
    told = {one.cents for one, _ in found}
    found += [(one, True) for one in _composed(text, plain) if one.cents not in told]
    return sorted(found, key=lambda pair: (pair[0].start, pair[0].end))


# 12315, 10086, 95588: a number that one calls.
_HOTLINE = re.compile(r"1(?:0000|0010|0086|23\d\d|21\d\d|10|19|20)|9[56]\d{3,4}")


def _begin(match: re.Match[str]) -> int:
    """A sum begins with its sign, not with the word 人民币."""
    return match.start("cur") if match["cur"] == "¥" else match.start("num")


def _end(match: re.Match[str]) -> int:
    """Where a number ends, the blank behind it left out."""
    return match.start() + len(match[0].rstrip())


def _doubtful(text: str, plain: str, match: re.Match[str], start: int) -> Amount | None:
    """A number that nothing marks as money: perhaps a sum told without its unit."""
    reckoned = bounds(match)
    if _HOTLINE.fullmatch(match["num"]) and not match["unit"]:
        return None
    if reckoned is None or len(re.sub(r"\D", "", match["num"])) > 8 or COUNTED.match(plain, _end(match)):
        return None
    if not re.search(r"\d{2}|[百千万wWkK]|\d\.\d", match["num"]):  # 6, 五
        return None
    low, high, approximate = reckoned
    if low < 5 or low * 100 > TOO_LARGE_CENTS:
        return None
    end = match.end()
    while end > start and text[end - 1].isspace():
        end -= 1
    return _amount(text, plain, start, end, low, high, approximate)


def _composed(text: str, plain: str) -> list[Amount]:
    found = []
    for match in _TIMES.finditer(plain):
        one, count = numbers.parse(match["one"].replace(",", "")), numbers.parse(match["count"])
        if one and count:
            months = 12 if match["unit"] == "年" and re.match(r"每个?月|一个?月|月月", match[0]) else 1
            found.append(_amount(text, plain, *match.span(), one * count * months, one * count * months, False))
    for match in _PARTS.finditer(plain):
        one, two = (numbers.parse(match[name].replace(",", "")) for name in ("one", "two"))
        if one and two:
            found.append(_amount(text, plain, *match.span(), one + two, one + two, False))
    return found


def nearly(one: str, other: str) -> bool:
    """The same figures in another order, or one figure different: 4347.98 and 4347.89 are one sum with a slip."""
    a, b = re.sub(r"\D", "", halve(one)), re.sub(r"\D", "", halve(other))
    if a == b or len(a) != len(b) or len(a) < 4:
        return False
    return sorted(a) == sorted(b) or (len(a) > 4 and sum(x != y for x, y in zip(a, b, strict=True)) == 1)


def parse_bare(text: str) -> list[Amount]:
    """Sums in an answer to "how much": there 两三千 and 2000多 need neither unit nor verb."""
    prefixed = "花了" + text
    return [replace(a, start=a.start - 2, end=a.end - 2) for a in parse(prefixed) if a.start >= 2]


def bounds(match: re.Match[str]) -> tuple[Decimal, Decimal, bool] | None:
    """Lower and upper bound in yuan and whether the words are approximate."""
    written = match["num"].replace(" ", "")
    more = match["more"] or match["more2"] or match["more3"]
    parts = re.split(r"[-~—到至]", written)
    if len(parts) == 2:
        return _between(parts[0], parts[1])
    if not match["mag"] and (vague := re.fullmatch(r"(好几|几|数|上|小)?([十百千万]+)把?", written)):
        unit = numbers.parse("一" + vague[2])
        if unit is None or not (vague[1] or more or written.endswith("把")):
            return None
        return (unit * 2, unit * 10, True) if vague[1] in {"几", "好几", "数"} else (unit, unit * 2, True)
    if pair := re.fullmatch(rf"([{_SMALL}])([{_SMALL}])([十百千万]+)", written):
        low, high = (numbers.parse(pair[n] + pair[3]) for n in (1, 2))
        return (low, high, True) if low is not None and high is not None and low < high else None
    if match["more"] == "几" and match["mag"]:
        return _several(written, match["mag"])
    number = numbers.parse(written + (match["mag"] or ""))
    if number is None:
        return None
    step = numbers.parse("一" + written[-1]) if written[-1] in "十百千万亿" and "." not in written else None
    return number, number + (step or _step(number)) if more in {"多", "余", "几", "来"} else number, bool(more)


def _several(written: str, magnitude: str) -> tuple[Decimal, Decimal, bool] | None:
    """十几万 is 100000 to 200000."""
    number, unit = numbers.parse(written), numbers.UNITS[magnitude]
    return None if number is None else (number * unit, (number + _step(number)) * unit, True)


def _step(number: Decimal) -> Decimal:
    """How far 多 may reach: 2000多 stays below 3000, 150多 below 160."""
    step = Decimal(1)
    while number >= 10 and number % (step * 10) == 0 and step * 10 <= number:
        step *= 10
    return step


def _between(first: str, second: str) -> tuple[Decimal, Decimal, bool] | None:
    low, high = numbers.parse(first.rstrip("元块")), numbers.parse(second)
    if low is None or high is None:
        return None
    if second[-1] in "万千" and first[-1] not in "万千":
        low *= numbers.UNITS[second[-1]]
    return (low, high, True) if low < high else None


def _read(text: str, plain: str, match: re.Match[str]) -> Amount | None:
    start, end = _begin(match), match.end()
    if not _is_money(plain, match, start):
        return None
    reckoned = bounds(match)
    if reckoned is None:
        return None
    low, high, approximate = reckoned
    if match["tail"]:
        low += _change(match["tail"])
        high = max(low, high)
    if low <= 0 or low * 100 > TOO_LARGE_CENTS:
        return None
    approximate = approximate or bool(_APPROX_BEFORE.search(plain, max(0, start - 4), start))
    while end > start and text[end - 1].isspace():
        end -= 1
    return _amount(text, plain, start, end, low, high, approximate)


def _amount(text: str, plain: str, start: int, end: int, low: Decimal, high: Decimal, approximate: bool) -> Amount:
    cents = int((low * 100).to_integral_value())
    high_cents = max(cents, int((high * 100).to_integral_value()))
    return Amount(text[start:end], start, end, cents, role_at(plain, start, end), approximate, cents, high_cents)


def _change(tail: str) -> Decimal:
    jiao = re.match(rf"([\d{_SMALL}]{{1,2}})[角毛]?(?:([\d{_SMALL}])分?)?", tail)
    tenths = numbers.parse(jiao[1]) if jiao else None
    cents = numbers.parse(jiao[2]) if jiao and jiao[2] else None
    return (tenths or Decimal(0)) / 10 + (cents or Decimal(0)) / 100


def _is_money(plain: str, match: re.Match[str], start: int) -> bool:
    number, end = match["num"], match.end()
    before = plain[max(0, start - 12) : start]
    if match["cur"]:
        return True
    if match["unit"] in {"块", "块钱"} and not match["tail"]:
        return _is_yuan(plain, match, before)
    if match["unit"]:
        return not (plain[start - 1 : start] == "第" or plain[end : end + 1] in ("店",))
    if re.search(r"[退假缺增]一[赔罚]$", before):
        return False
    if COUNTED.match(plain, _end(match)) or _NOT_MONEY_BEFORE.search(before):
        return False
    if len(re.sub(r"\D", "", number)) > 8:
        return False
    if number in {"万", "千", "百", "十", "亿", "万一", "千万", "一一"} or re.match(
        r"[一二三四五六七八九]{2,}$", number
    ):
        return False
    if _PAY_WORD.search(before):
        return bool(re.search(r"\d{2}|[百千万亿wWkK]|\d\.\d|十", number))
    if _WEAK_PAY_WORD.search(before) and re.search(r"\d{3}|[一-九两\d][百千万]", number):
        return True
    if re.search(r"(?:要|收|骗|坑)(?:了)?(?:我们?|他|她)(?:了)?$", before) and re.match(r"\d{2}", number):
        return True
    if re.search(r"[，,。；]\s?$", before) and re.fullmatch(
        r"\d{3,6}", number
    ):  # "苹果14，4500，拿回家": the clause is the price
        return plain[end : end + 1] in "，。；,;!！" and bool(
            re.search(r"买|订|办|卖|花|购|提|抢|做|换|修|租|报|拍|住|吃", plain[max(0, start - 30) : start])
        )
    if re.search(r"[涨升降]到$", before) and "." in number:  # 血糖从8.1涨到13.6
        return False
    if re.search(r"(?:[价钱]|[一-鿿]费)\s?$", before) and re.match(r"\d{2}", number):  # 内场价1280, 钱15800
        return True
    if re.fullmatch(rf"[{_SMALL}]+[百千万](?:零?[{_SMALL}][百十千]?)+", number):  # 二百九十九, told without a pause
        return True
    magnitude = re.match(rf"[\d.{_SMALL}几]+个?[百千万亿wW]", number) or (match["more"] and re.match(r"\d{3}", number))
    return bool(magnitude) and (end == len(plain) or plain[end] in "，。！？；,;!?\n")


def _is_yuan(plain: str, match: re.Match[str], before: str) -> bool:
    """块 is yuan in 五块钱 and 花了五块, a piece in 一块手表, together in 一块去."""
    if match["unit"] == "块钱" or match["more3"] or re.search(r"\d{2}|[百千万亿]|\d\.\d", match["num"]):
        return True
    paid = bool(_PAY_WORD.search(before))
    if match["num"] in {"一", "1"}:
        return paid and bool(_TOGETHER.match(plain, match.end()))
    return bool(_TOGETHER.match(plain, match.end()))


def role_at(plain: str, start: int, end: int) -> str:
    """The part a sum plays, judged by the words around it in its clause."""
    left = plain[clause_start(plain, start, 24) : start]
    right = plain[end : clause_end(plain, end, 12)]
    before = last_match(_ROLES, left)
    for role, pattern in _AFTER:
        if pattern.match(right) and (before is None or before.lastgroup not in {"refunded", "claimed"}):
            return role
    if before is not None and before.lastgroup == "paid" and before[0] in _NOUNS:  # 只退现金价值3118元
        verb = last_match(_ROLES, left[max(0, before.start() - 8) : before.start()])
        if verb is not None and verb.lastgroup in {"refunded", "claimed"}:
            return str(verb.lastgroup)
    if before is None and _ASKED.search(plain[max(0, start - 40) : start]):
        return "paid"
    if before is None:
        sentence = plain[clause_start(plain, start, 30, SENTENCE_END) : start]
        earlier = last_match(_ROLES, sentence)
        return earlier.lastgroup if earlier and earlier.lastgroup in {"paid", "claimed"} else "other"  # type: ignore[return-value]
    role = str(before.lastgroup)
    if role in {"paid", "fee"} and _DEMAND.search(left) and re.search(r"退|返还|赔", left):
        return "claimed" if role == "paid" else "fee"
    return role


# What the harm cost later is not what was paid for the thing.
_AFTERMATH = r"(?:搭进去|来回|检测|鉴定|诊疗|医疗|医药|治疗|挂号|住院|误工|交通|路|打车|修车|转卡|换房)费?(?:花了?|用了|要|收|还要)?"


# What somebody else paid, or the way there cost, or the teller calls beside the point.
_BESIDE = re.compile(
    r"(?:邻居|别人|人家|同事|朋友|亲戚|别家|别处|其他店|另一家|隔壁)[^，。]{0,8}(?:花|买|交|付)"
    r"|(?:邻居|别人|人家|同事|朋友|亲戚|别家|别处|其他店|另一家|隔壁|网上|五金店|正规|市面上|外面|实体店)[^，。]{0,8}(?:才|只要|只卖|一样的|同款)"
    r"|(?:打车|坐车|车费|路费|油费|来回|误工|话费|手机套餐|流量|邮费|快递费)[^，。]{0,10}\d"
    r"|(?:没关系|无关|不提|不算|不说)了?[，。]?$"
)


def main(amounts: list[Amount], text: str) -> Amount | None:
    """The sum that the complaint is about: what was paid before what was charged, claimed or borrowed."""
    weights = {"paid": 6.0, "fee": 4.0, "claimed": 3.0, "other": 2.0, "loan": 1.0, "refunded": 0.5}

    def weight(amount: Amount) -> float:
        before = text[clause_start(text, amount.start, 16) : amount.start]
        score = weights[amount.role]
        score += 2.0 * bool(re.search(r"共计|合计|总计|一共|总共|总价|消费金额|涉及金额|涉案金额|金额[：:]", before))
        score -= 2.5 * bool(re.search(r"每个?月|每期|每天|每年|每斤|每次|每.$|原价|标价|市场价|优惠", before))
        score -= 3.0 * bool(re.search(_AFTERMATH + r"[^，。]{0,4}$", before))
        score += 2.5 * bool(
            amount.role == "fee" and re.search(r"(?:扣了?|多收|乱收|强行|强制)(?:了|我|走)*[^，。]{0,4}$", before)
        )
        score -= 2.5 * bool(re.search(r"(?:再交|再付|再掏|再出|补交|补差价?|增项|增了|还要)(?:了|我)?$", before))
        score -= 2.0 * bool(re.match(r"\s?的?(?:体验|试用|红包|券)", text[amount.end : amount.end + 6]))
        score -= 1.5 * bool(
            re.search(r"定金|订金|押金", before + text[amount.end : amount.end + 3]) and amount.role == "paid"
        )
        sentence = text[
            clause_start(text, amount.start, 30, SENTENCE_END) : clause_end(text, amount.end, 16, SENTENCE_END)
        ]
        score -= 5.0 * bool(_BESIDE.search(sentence))
        return score

    return max(amounts, key=lambda a: (weight(a), -a.start), default=None)

"""The sum that was really paid, out of all the numbers of a receipt, order, transfer, contract or chat (pure).

Each sum is weighed by the label it stands under or beside: 实付 before 应付 before 合计 before 金额; a change,
discount, balance, unit price or telephone number never counts. Without a label only a sum in letters as large as
payment screens show it is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from xiaobao.reading import amounts, numbers
from xiaobao.reading.paper_rows import Cell, Row, letter_height, paragraphs, text_of

LEAST = 40.0  # weight: below it nothing is said
ONLY_ONE = 42.0  # the one sum of the picture, with its sign but without a label
LARGE, VERY_LARGE = 1.45, 1.75  # times the usual height of a line: the sum of a payment screen
TOO_LARGE_CENTS = 10**11
CLAUSE = ("。", ",", ";", "!", "?", "、")

# (weight, words); of all words before a sum the last one decides, the longer one where two end together.
LABELS: tuple[tuple[float, str], ...] = (
    (
        100,
        r"实付款?|实际(?:支付|付款)|实付(?:金额|总额|合计|总计)|实缴(?:金额)?|实交(?:金额)?|实际缴费|已付(?:款|金额)?|已支付|支付了|付了|转了|已转账?|已经?转|转过去|已付款",
    ),
    (
        90,
        r"价税合计|小写|应付(?:金额|总额|款|合计|总计)?|应收(?:金额|总额|款|合计|总计)?|应缴(?:金额)?|需付款?|需支付|待付款?|(?:支付|付款|交易|转账|消费|扣款|缴费|充值|收款|订单|刷卡|到账)(?:总)?(?:金额|总额|总价)|订单(?:合计|总计)|转账给|已收款|已被接收|微信转账|支付成功|付款成功|AMOUNT|Amount",
    ),
    (
        76,
        r"合计|总计|总额|总价款?|总金额|共计|总共|一共|合计金额|费用(?:总计|合计|总额)|总费用|合同(?:总)?(?:金额|价款|价格)|TOTAL|Total|今收到|收到|共付|共收|全款|成交价|结算价|应交",
    ),
    (
        62,
        r"微信支付|支付宝(?:支付)?|移动支付|扫码支付|银行卡|刷卡|云闪付|花呗|储值卡支付|现金支付|在线支付|线上支付",
    ),
    (
        56,
        r"金额|费用|价款|货款|会费|会员费|学费|年费|培训费|课程费|服务费|报名费|定金|订金|车款|房费|餐费|消费|充值|缴纳|支付|付款|交纳|交费|缴费|人民币|大写",
    ),
    (46, r"实收(?:现金|金额|款)?|退款(?:总)?金额|退款|商品(?:总价|总额|金额|合计)|现金|收您|收款"),
    (
        0,
        r"找零|找补|找回|应找|小计|优惠(?:合计|总额|金额)?|已优惠|共优惠|折扣|折让|立减|满减|减免|直降|抵扣|红包|券|补贴|津贴|节省|已省|省|满|减|返|余额|剩余|结余|可用|储值|积分|单价|原价|市场价|标价|吊牌价|划线价|零售价|每|电话|手机|热线|"
        r"运费|邮费|配送费|打包费|包装费|餐盒费|快递费|税额|税率|税|不含税|押金|赠送?|送|累计|数量|件数|人数|桌号|台号|卡号|单号|编号|号码|票号|房号|店号|机号|终端号?|批次号?|参考号|凭证号?|流水号?|尾号|课时|次数|天数|期限|有效期|"
        r"违约金|滞纳金|利息|利率|手续费|月供|首付|额度|限额|上限|库存|销量|评分|评价|版本|保额|起送|人均|差价|工号|收银员|货号|型号|规格|净含量|重量|时间|日期|第|No\.?|NO\.?|≥|>",
    ),
)
_LABEL = re.compile("|".join(f"(?P<w{n}>{words})" for n, (_, words) in enumerate(LABELS)))
_ASIDE = re.compile(r"[(（](?:含|免|包|已|不含|内含)[^)）]{0,8}[)）]?|(?:含|免)(?:运|邮|税|服务)费?")
_MONEY = re.compile(
    r"(?<![\d.A-Za-z:/*#])(?P<sign>[-+])?\s?(?P<cur>¥)?\s?(?P<sign2>-)?\s?"
    r"(?P<num>\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,9}(?:\.\d{1,2})?(?!\d))\s?(?P<unit>万元|元|圆|块)?"
    r"(?![:/*\-]?\d|\.\d|[A-Za-z%°]|\s?(?:[年月日号天折次节期层楼室个件台部份张只套箱包袋瓶斤克米公人位名桌岁小分秒课倍颗粒盒项种条]|课时|kg|ml))"
)
_CAPITALS = "零〇壹贰貳叁叄肆伍陆陸柒捌玖拾佰仟万萬亿"
_CAPITAL = re.compile(
    rf"[{_CAPITALS}]{{2,}}(?=[元圆园圓整正\s]|$)(?:[元圆园圓])?(?:([{_CAPITALS}])角)?(?:([{_CAPITALS}])分)?"
)
_CHANGE = re.compile(r"(?:找零|找补|找回|应找)(?:金额)?(.{0,14})")
_ROLES = {"paid": 64.0, "fee": 48.0, "claimed": 41.0, "loan": 30.0, "other": 20.0, "refunded": 10.0}


@dataclass(frozen=True)
class Sum:
    """A sum with what speaks for it; `label` is 0 for words that forbid it, None without any."""

    cents: int
    text: str
    number: int
    weight: float
    order: float  # from top to bottom
    label: float | None = None
    sure: bool = False  # with a sign of money, a unit or cents
    large: bool = False


def find(rows: list[Row]) -> tuple[Sum | None, list[Sum]]:
    """The sum paid, if any is told, and every sum with its weight."""
    usual = letter_height(rows)
    found = [*_labelled(rows, usual), *_in_sentences(rows)]
    capitals = {one.cents for one in _capitals(rows)}
    found += _capitals(rows)
    found = [replace(one, weight=one.weight + 6) if one.cents in capitals and one.label else one for one in found]
    found = _without_what_was_handed_over(found, rows)
    signed = {one.cents for one in found if one.sure and one.label != 0}
    shown = [replace(one, weight=max(one.weight, ONLY_ONE)) if signed == {one.cents} and one.sure and one.label is None else one for one in found]  # fmt: skip
    good = [one for one in shown if one.weight >= LEAST and 0 < one.cents < TOO_LARGE_CENTS]
    return max(good, key=lambda one: (one.weight, one.sure, one.order), default=None), shown


def _labelled(rows: list[Row], usual: float) -> Iterator[Sum]:
    for place, row in enumerate(rows):
        row = _joined(row)
        for at, cell in enumerate(row):
            last = 0
            for match in _MONEY.finditer(cell.text):
                cents = _cents(match)
                before = _clause(cell.text[last : match.start()])
                last = match.end()
                if cents is None or cents <= 0:
                    continue
                sure = bool(match["cur"] or match["unit"] or "." in match["num"][-3:] or "," in match["num"])
                if not sure and len(match["num"]) > 6:
                    continue
                label = _label(before)
                if label is None and not before.startswith(CLAUSE):
                    label = _beside(row[:at]) if not before.strip(" :(-（") else None
                    if (label is None and at == 0 and last == match.end() and not before.strip(" :-")) or (
                        label is None and not before.strip(" :-")
                    ):
                        label = _above(rows, place, cell)
                after = _label(cell.text[match.end() : match.end() + 6]) if label is None else None
                label = after if after and after >= 90 else label
                below = _below(rows, place, cell) if label is None else None
                label = below if below is not None and below >= 90 else label
                weight, large = _weight(label, sure, match, cell, usual), cell.height >= LARGE * usual
                yield Sum(cents, match[0].strip(), cell.number, weight, place, label, sure, large)


def _weight(label: float | None, sure: bool, match: re.Match[str], cell: Cell, usual: float) -> float:
    if label is not None:
        slight = not sure and len(match["num"]) < 3  # 合计 3 is a count
        return label - (25 if slight else 0)
    alone = len(cell.text) - len(match[0]) <= 2
    if sure and alone and cell.height >= LARGE * usual:
        spent = match["sign"] == "-" or match["sign2"] == "-"
        return 94.0 if spent or cell.height >= VERY_LARGE * usual else 72.0
    return 30.0 if match["cur"] else 0.0


def _label(text: str) -> float | None:
    """The weight of the last label in the words; None without one.

    Of words that form one, the first decides (实付金额), unless a later one forbids (合计优惠).
    """
    inside = re.search(r"[(（]([^()（）]*)$", text)
    if inside and (told := _label(inside[1])) is not None:
        return told  # (已优惠5.00: what stands in brackets is not what stands before them
    found, end = None, -1
    for match in _LABEL.finditer(_ASIDE.sub("", text)):
        weight = LABELS[int((match.lastgroup or "w0")[1:])][0]
        if found is None or match.start() > end or weight == 0:
            found = weight
        end = match.end()
    return found


def _beside(cells: Row) -> float | None:
    """The nearest label to the left in the row; counts on the way are passed over, other sums are not."""
    for cell in reversed(cells):
        if any(match["cur"] or match["unit"] or "." in match["num"][-3:] for match in _MONEY.finditer(cell.text)):
            return None
        if (label := _label(cell.text)) is not None:
            return label
    return None


def _above(rows: list[Row], place: int, cell: Cell) -> float | None:
    """The label in the row above over the same place, when no sum stands in it."""
    for row in reversed(rows[max(0, place - 1) : place]):
        over = [c for c in row if min(c.right, cell.right) - max(c.left, cell.left) > 0]
        near = [c for c in over if cell.top - c.bottom < 2.2 * max(cell.height, c.height)]
        if near and not any(_MONEY.search(c.text) for c in near):
            label = _label(min(near, key=lambda c: abs(c.centre - cell.centre)).text)
            return label if label is None or label == 0 else label * 0.93
    return None


def _below(rows: list[Row], place: int, cell: Cell) -> float | None:
    """已收款 under the sum of a transfer in a chat."""
    for row in rows[place + 1 : place + 2]:
        near = [
            c for c in row if c.left < cell.right and cell.left < c.right and c.top - cell.bottom < 1.5 * cell.height
        ]
        told = [re.sub(r"[(（].*$", "", c.text) for c in near]
        if told and not any(_MONEY.search(text) for text in told):
            return _label(told[0])
    return None


def _joined(row: Row) -> Row:
    """A sum cut in two put together: ¥ 1299 .00."""
    found: Row = []
    for cell in row:
        if found and ((re.match(r"\.\d", cell.text) and re.search(r"\d$", found[-1].text)) or found[-1].text == "¥"):
            found[-1] = replace(found[-1], text=found[-1].text + cell.text, right=cell.right, bottom=max(cell.bottom, found[-1].bottom), top=min(cell.top, found[-1].top))  # fmt: skip
        else:
            found.append(cell)
    return found


def _clause(text: str) -> str:
    """The words of the same clause; they begin with its comma when there is one."""
    cut = max((text.rfind(mark) for mark in CLAUSE), default=-1)
    return text[max(cut, 0) :]


def _in_sentences(rows: list[Row]) -> Iterator[Sum]:
    """What a chat or a clause tells: its sums with the part each plays."""
    for paragraph in paragraphs(rows):
        text = "".join(text_of(row) for row in paragraph)
        for amount in amounts.parse(text):
            told = re.search(r"[元块万千百]|¥", amount.text) or amount.role == "paid"
            before = _label(_clause(text[max(0, amount.start - 14) : amount.start]))
            if (
                told
                and not amount.approximate
                and before != 0
                and not re.search(r"满|减|每|/", text[max(0, amount.start - 3) : amount.start])
            ):
                label = max(_ROLES[amount.role], before or 0)
                place = rows.index(paragraph[0])
                yield Sum(amount.cents, amount.text, paragraph[0][0].number, label, place, label, True)


def _capitals(rows: list[Row]) -> list[Sum]:
    """伍仟捌佰元整."""
    found = []
    for place, row in enumerate(rows):
        for cell in row:
            for match in _CAPITAL.finditer(cell.text.replace("貳", "贰").replace("萬", "万")):
                whole = re.match(rf"[{_CAPITALS}]+", match[0])
                number = numbers.parse(whole[0]) if whole else None
                if number:
                    tenths, hundredths = (numbers.parse(part) if part else None for part in match.groups())
                    cents = int(number * 100 + (tenths or 0) * 10 + (hundredths or 0))
                    found.append(Sum(cents, match[0], cell.number, 70.0, place - 0.5, 70.0, True))
    return found


def _without_what_was_handed_over(found: list[Sum], rows: list[Row]) -> list[Sum]:
    """Where change was given back, what is left was paid, not what was handed over, whatever it is called."""
    given = [cents for row in rows for match in _CHANGE.finditer(text_of(row)) for money in [_MONEY.search(match[1])] if money and (cents := _cents(money))]  # fmt: skip
    every = {one.cents for one in found if one.label}
    handed = {one.cents for one in found for change in given if one.cents - change in every}
    return [replace(one, weight=min(one.weight, 44.0)) if one.cents in handed else one for one in found]


def _cents(match: re.Match[str]) -> int | None:
    """1,299.00 / 1.299.00 / 1299.5; 1.350 without a sign of money is a weight."""
    written = match["num"]
    if re.fullmatch(r"\d{1,3}\.\d{3}", written) and not match["cur"]:
        return None
    parts = re.split(r"[.,]", written)
    cents = parts.pop() if len(parts) > 1 and len(parts[-1]) < 3 else "0"
    value = int("".join(parts)) * 100 + int(cents.ljust(2, "0"))
    return value * 10_000 if match["unit"] == "万元" else value

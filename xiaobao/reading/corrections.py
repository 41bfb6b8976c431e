"""What a citizen wants changed in the summary: 改3, 第2项改成..., 金额不对，是2860."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from xiaobao.reading import amounts, contacts, dates, numbers
from xiaobao.reading.values import halve

# Longest words first; the first that stands in the sentence names the slot.
_SLOTS: tuple[tuple[str, str], ...] = (
    ("merchant_address", r"商家地址|店铺?地址|店的地址|商户地址|店在"),
    ("contact_address", r"我的地址|联系地址|住址|家庭地址|我家地址|收信地址"),
    ("discovered_date", r"发现(?:的)?(?:日期|时间)"),
    ("contact_phone", r"电话号码|联系电话|手机号码?|电话|手机号|联系方式"),
    ("contact_name", r"我的名字|姓名|名字|联系人|称呼"),
    ("contact_email", r"邮箱|电子邮件"),
    ("order_number", r"订单编?号|单号"),
    ("policy_number", r"保单号"),
    ("institution", r"银行名|机构名|保险公司名|机构|银行|保险公司"),
    ("platform", r"平台"),
    ("merchant", r"店名|商家名称?|商家|商户|店铺名?|公司名称?|公司|卖家|店家|被投诉方|被投诉人|店"),
    ("amount", r"金额|价格|价钱|多少钱|钱数|花了?的钱|费用|钱"),
    ("event_date", r"日期|时间|哪天|购买日|那天"),
    ("item", r"商品名?|产品|东西|买的|服务项目|服务|品名|物品"),
    ("claim", r"诉求|要求|想要的?|我要的"),
    ("problem", r"问题|经过|情况"),
    ("region", r"城市|地区|区县"),
    ("narrative", r"经过|描述|内容"),
    ("merchant_address", r"地址"),
)
_ROW = re.compile(
    r"(?:改|修改|更正|编辑|换)(?:一下)?(?:第)?\s?(?P<a>\d{1,2}|(?!一下)[一二三四五六七八九十]{1,3})(?:项|条|行|个|点)?(?![\d元块万千百年月日号.])|第\s?(?P<b>\d{1,2}|[一二三四五六七八九十]{1,3})\s?(?:项|条|行|个|点)"
)
_CHANGE = re.compile(
    r"不对|不是|错了|反了|写错|填错|有误|错误|改|更正|修改|应该是|应为|应该|搞错|弄错|说错|记错|不准|纠正|换成|打错|更新"
)
_NEW = re.compile(
    r"(?:改成|改为|改到|更正为|更正成|换成|应该是|应当是|应为|其实是|实际是|实际上是|正确的是|准确的是|而是|写成|就是|应该叫|应叫|叫做|叫作|改(?=\d{1,2}月)|(?<![不但可只要还于总算的])是|(?<=[：:]))\s*[“\"「]?(?P<value>[^，。；;！!？?\n”\"」]{1,60})"
)
_NOT_BUT = re.compile(
    r"不是\s?[“\"「]?(?P<old>[^，。；,;！!\n”\"」]{1,30}?)[”\"」]?[，,\s]*(?:而)?是\s?[“\"「]?(?P<value>[^，。；;！!\n”\"」]{1,60})"
)
_AFTER_WRONG = re.compile(
    r"(?:错了|反了|不对|有误|写错了?|填错了?|搞错了?)[，,。\s]+(?P<value>[^，。；;！!？?\n]{1,40})$"
)


@dataclass(frozen=True)
class Correction:
    """Which row or slot is wrong and, when told, the right value as written. `instead_of` is the wrong one."""

    slot: str | None = None
    row_number: int | None = None
    value: str | None = None
    instead_of: str | None = None


def read(text: str, today: date) -> Correction | None:
    """The correction in a sentence; None when it asks for no change."""
    said = text.strip()
    plain = halve(said)
    if len(said) > 200:
        return None
    row = _ROW.search(plain)
    row_number = numbers.whole(row["a"] or row["b"]) if row else None
    if row_number is None and not _CHANGE.search(plain):
        return None
    value, old = _new_value(said, row.end() if row else 0)
    slot = None if row_number is not None else _slot(plain, value)
    if slot is None and row_number is None:
        slot = _slot_of_value(value, today)
    if slot is None and row_number is None and old is None:
        return None
    return Correction(slot, row_number, _tidy(value, slot, today), old)


def _new_value(said: str, begin: int) -> tuple[str | None, str | None]:
    if match := _NOT_BUT.search(said):
        return match["value"].strip(), match["old"].strip()
    if match := _NEW.search(said, begin):
        return match["value"].strip(), None
    if match := _AFTER_WRONG.search(said):
        return match["value"].strip(), None
    if begin and (rest := re.match(r"[，,：:\s]+(?P<value>[^。；;\n]{1,60})$", said[begin:])):
        return rest["value"].strip(), None
    return None, None


def _slot(plain: str, value: str | None) -> str | None:
    """The slot that the sentence names before its new value."""
    before = plain if value is None else plain[: plain.rfind(halve(value))] or plain
    hits = [(match.start(), slot) for slot, words in _SLOTS if (match := re.search(words, before))]
    return hits[0][1] if hits else None


def _slot_of_value(value: str | None, today: date) -> str | None:
    if value is None:
        return None
    if "contact_phone" in contacts.read(value):
        return "contact_phone"
    if dates.parse(value, today):
        return "event_date"
    return "amount" if amounts.parse(value) or re.fullmatch(r"\d{2,8}(?:\.\d{1,2})?", halve(value)) else None


def _tidy(value: str | None, slot: str | None, today: date) -> str | None:
    """Only the part that fits the slot: 是2860才对 gives 2860."""
    if not value:
        return None
    value = re.sub(r"[\s，,]*(?:我?[打写说填]错了)$", "", value)
    value = re.sub(r"(?:才对|才是|吧|啊|呢|哦|的才对|，谢谢|谢谢)+$", "", value).strip()
    if slot == "amount":
        found = amounts.parse(value)
        number = re.search(r"\d+(?:\.\d+)?", value)
        return found[0].text if found else number[0] if number and not numbers.parse(halve(value)) else value
    if slot in {"event_date", "discovered_date"}:
        days = dates.parse(value, today)
        return days[0].text if days else value
    return value or None

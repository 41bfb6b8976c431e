"""Whether a message asks to have something reckoned, which calculator that is, and what is still missing (pure).

Precision before recall: a sum, a day or a plain 算一下 must stand beside the wish for a figure; a question about
a rule (能赔三倍吗) and a story are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from xiaobao.reading import answers, calculation_values
from xiaobao.reading.calculation_values import Values
from xiaobao.reading.values import halve

Kind = Literal["prepaid", "threefold", "food", "drug", "annual_rate", "early", "deposit", "return", "working_days"]
LONGEST, LONGEST_ANSWER = 90, 40  # characters; a longer message tells a story, or something else

_TO_FILE = re.compile(r"投诉|举报|维权|起诉|报警|要求退|登记")
_ASKED = re.compile(r"(?:帮|给|替)(?:我|我们|忙)?(?:再)?算|算一下|算算|算一算|算下(?!来)|计算一下|怎么算|算多少")
_PLAINLY = re.compile(r"(?:帮|给|替)(?:我|我们|忙)(?:再)?算(?!账|命|清)|算一下|算算|算一算|算下(?!来)|计算一下")
_LAST_DAY = r"哪[一]?天|几号|几月几|最晚|截止|最后一天|来得及|还能|过期|超过|超期|到期|过了没"
_REFUND = r"(?:退|要回|拿回|返还|剩|找回)\S{0,8}多少|多少\S{0,6}(?:能退|可以退|退)"
_COMPENSATED = r"赔\S{0,8}多少|多少\S{0,4}赔"
_KINDS: tuple[tuple[Kind, str, str, str], ...] = (
    # kind, what it is about, the wish for a figure (besides 算一下), what makes it something else
    ("working_days", r"工作日", _LAST_DAY, r"多少个?工作日"),
    ("return", r"无理由|[七7][天日]\S{0,4}退|退货", _LAST_DAY, r"退款(?:多久|几天)|\d个?工作日"),
    ("early", r"提前(?:还|结清|归还|清|一次)", r"(?:利息|省|少还|退)\S{0,10}多少|多少\S{0,4}利息", r"合法|能不能|可以不"),
    ("annual_rate", r"年化|年利率|实际利率|真实利率|真实年|利率|IRR", r"多少|几", r"合法|上限|最高|规定|不(?:能|得)超|算高|高利贷|几厘|存"),
    ("deposit", r"存款保险|存款|存了|存的", r"(?:赔|拿回|保|偿付|兑付|取回)\S{0,8}多少|多少\S{0,6}(?:赔|保|能拿回)", r"定存变|被骗|盗刷"),
    ("prepaid", r"卡|充值|充了|预存|储值|课时|节课|课程|私教|疗程|培训费|学费", _REFUND, r"信用卡|银行卡|社保卡|医保卡|电话卡|手机卡|流量|游戏|直播|打赏|未成年|孩子(?:用|偷|拿)|显卡|话费"),
    ("drug", r"假药|劣药|过期药|药品|药(?:店|房)", _COMPENSATED, r"医疗事故|误诊|[三3]倍"),
    ("food", r"食品|[十10]倍|变质|发霉|过期|吃出|虫|餐厅|饭店|外卖|零食", _COMPENSATED, r"[三3]倍|假一赔|衣服|手机|化妆品|保险"),
    ("threefold", r"[三3]倍|赔[三3]|欺诈|假货|假的|虚假|冒充|翻新|以次充好|假冒", _COMPENSATED, r"[十10]倍|假一赔十|食品|保险|股票|基金"),
)  # fmt: skip
_QUESTION = re.compile(
    r"[?？]|吗|呢[。\s]*$|怎么|怎样|为什么|为啥|能不能|可不可以|是不是|如何|哪里|哪儿|什么(?!也|都)|多少|投诉|举报|人工"
)
_STOP = re.compile(
    r"^(?:那|那就|还是|我|先|好了|好吧|，|,)*(?:算了|不算了?|不用算?了|别算了|不想算了|取消|停|停止|不要算?了|没事了)[吧了啊。，,\s]*(?:谢谢|不用了|不算了)?[。\s]*$"
)
_NEEDED: dict[str, tuple[str, ...]] = {
    "threefold": ("price",), "food": ("price",), "drug": ("price",),
    "annual_rate": ("received", "months", "payment"),
    "early": ("principal", "rate", "months", "used", "method"),
    "deposit": ("principal",), "return": ("day",), "working_days": ("day", "count"),
}  # fmt: skip
_OF_SHAPE = {"sessions": ("paid", "total", "used"), "value": ("paid", "spent"), "period": ("paid", "total", "used")}
_LEAST = {"annual_rate": 2, "early": 1, "working_days": 2}
_MUST_BE_MORE = {"paid", "price", "received", "principal", "payment", "total", "months", "count"}


@dataclass(frozen=True)
class Request:
    """A calculation and the values that were found with it."""

    kind: Kind
    values: Values


@dataclass(frozen=True)
class Reply:
    """What a message was to the question asked: values, an error's code, 算了, 不知道."""

    values: Values
    error: str | None = None
    stop: bool = False
    unknown: bool = False


def read(text: str, today: date) -> Request | None:
    """The calculation that `text` asks for, or None."""
    plain = halve(text.strip())
    if len(plain) > LONGEST or _TO_FILE.search(plain):
        return None
    for kind, subject, wish, not_if in _KINDS:
        if not re.search(subject, plain) or re.search(not_if, plain):
            continue
        plainly = bool(_PLAINLY.search(plain))
        if not (plainly or re.search(wish, plain) or _ASKED.search(plain)):
            continue
        values = calculation_values.read(kind, plain, today)
        if _enough(kind, values, plainly, plain):
            return Request(kind, values)
    return None


def _enough(kind: str, values: Values, plainly: bool, text: str) -> bool:
    """Whether it is this calculation that is wanted, not the rule behind it."""
    figures = {field for field in values if calculation_values.FIELDS[field] != "choice"}
    if kind == "return":
        return "day" in values and bool(re.search(r"收|签|到货|拿到|到的", text))
    if kind == "food" and not plainly and "price" not in values:
        return False
    if plainly:
        return kind != "prepaid" or bool(re.search(r"退|剩|拿回|要回", text))
    return len(figures) >= _LEAST.get(kind, 1)


def missing(kind: str, values: Values) -> str | None:
    """The next value to ask for; None when all are there."""
    if kind != "prepaid":
        needed = _NEEDED[kind]
    elif "shape" not in values:
        return "shape"
    else:
        needed = (*_OF_SHAPE[values["shape"]], "reason")
        if values["shape"] == "sessions" and values.get("reason") == "consumer":
            needed = (*needed, "list_price")
    return next((field for field in needed if field not in values), None)


def answer(kind: str, values: Values, asking: str, text: str, today: date) -> Reply | None:
    """What a message means to the open question `asking`; None when it is about something else."""
    said = text.strip()
    if _STOP.match(said):
        return Reply({}, stop=True)
    if answers.is_unknown(said):
        return Reply({}, unknown=True)
    if not said or len(said) > LONGEST_ANSWER or _QUESTION.search(said):
        return None
    value, error = calculation_values.answer(asking, said, today)
    if error:
        return Reply({}, error=error)
    found = {asking: value} if value is not None else {}
    if not found or len(said) > len("花了三千块，用了五次"):
        told = calculation_values.read(kind, said, today)
        found = {field: v for field, v in told.items() if field not in values} | found
    if not found:
        return None
    if (given := found.get(asking)) and asking in _MUST_BE_MORE and _is_zero(given):
        return Reply({}, error="not_positive")
    return Reply(found)


def _is_zero(value: str) -> bool:
    return not value.replace("0", "").replace(".", "")

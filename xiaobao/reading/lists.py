"""Several answers in one message, as people write them down: 好味饭店，火锅套餐，260，上周六，退钱. Pure.

A part that is labelled (店名：好味饭店) or looks like a sum, a day, a wish or a place is that; of what is left a known
merchant or a name with the ending of a trade is the other side, a word for goods the ware, the rest names in the order in
which they were asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from xiaobao.reading import answers, dates, endings
from xiaobao.reading.reference import Reference

NAMES = ("institution", "merchant", "item", "on_behalf_of")
LONGEST_PART = 16  # characters: a longer one is a sentence
_SENTENCE = re.compile(
    r"^(?:我|俺|咱|他|她|后来|结果|然后|因为|但|可是?|就是说|老板|店家|客服)|[了说][^，。]{2,}(?<!钱)$|怎么|什么"
)
_BREAKS = re.compile(r"[，,；;、。\n]+|\s+(?!\d{1,2}[号日])")
_LABELS = (
    ("merchant", r"店名?|店铺|商家(?:名称?)?|哪家店?|招牌"),
    ("institution", r"机构|银行|保险公司|哪家(?:银行|机构)"),
    ("item", r"东西|商品|服务|买的(?:什么|东西|是)?|买了|品名"),
    ("amount", r"金额|多少钱|钱数?|价钱|价格|花了|一共"),
    ("event_date", r"日期|时间|哪天(?:的事)?|日子|什么时候"),
    ("claim", r"诉求|要求|想怎么解决|怎么解决|希望|解决"),
    ("merchant_address", r"地址|店在哪里?|在哪里?|位置|地点"),
    ("on_behalf_of", r"替谁|替"),
)
_LABELLED = [(slot, re.compile(rf"(?:{words})\s*[:：是为]\s*(.+)")) for slot, words in _LABELS]
_WISH = re.compile(
    r"^(?:我?(?:想要?|要求|要|希望))|退[钱款货卡费]|退给?我|^退|换[货个新一]|^换|赔|修[好理]?$|^修|道歉|解除|取消|还我|补偿"
)
_ASKED_THEM = re.compile(
    r"^(?:已经|都|还|也)?(?:没有?)?(?:找过|反映过|投诉过|问过|找他们|反映|说过)(?:了|的)?$|^还没有?(?:找|反映)?$"
)
_PLACE = re.compile(
    r"[路街道巷弄镇村]\S{0,6}?\d+号?|(?:[路街巷弄]|(?<![知味])道)$|(?:商场|市场|广场|菜场)(?:里|边|旁|对面|门口|[一二三四五六\d]楼)"
)
_REST_UNKNOWN = re.compile(r"(?:别的|其[他它]的?|都|剩下的|另外的)\S{0,3}(?:不知道|不清楚|不记得)了?")
_BOUGHT_THERE = re.compile(r"(?:上面?|里面?|那里|那儿|那边)?(?:[买办订租修充做]|下单|购买)的$")  # 瓜子上买的 names 瓜子
# 关门了, 不给退, 算了吧 name nothing.
_NO_NAME = re.compile(r"了$|[吧啊呢嘛]$|^(?:不(?!二)|没|太|算|别|有(?!家)|你看)|死了|麻烦|随便")


def parts(text: str) -> list[str]:
    """The pieces of a message that lists things; one piece when it is a sentence."""
    found = [part for part in _BREAKS.split(text.strip()) if part]
    return [text.strip()] if any(_is_sentence(part) for part in found) else found


def _is_sentence(part: str) -> bool:
    """Whether a part tells instead of naming; a wish (我要退钱) and a labelled part name."""
    if len(part) > LONGEST_PART:
        return True
    if any(pattern.fullmatch(part) for _, pattern in _LABELLED) or _WISH.search(part):
        return False
    return bool(_SENTENCE.search(part)) and not answers.is_unknown(part)


def read(text: str, wanted: Sequence[str], today: date, reference: Reference) -> dict[str, str]:
    """Which part answers which of the `wanted` slots; parts that fit nothing are left out."""
    found: dict[str, str] = {}
    rest: list[str] = []
    unknown: dict[str, str] = {}
    pieces = parts(text)
    if len(pieces) == 1 and _is_sentence(pieces[0]):
        return found
    for place, part in enumerate(pieces):
        slot, words = _told(part, today)
        if slot == "unknown":
            if len(pieces) == len(wanted):  # one piece for each question, in its order
                unknown[wanted[place]] = words
        elif slot == "claim" and slot in found:
            found[slot] = f"{found[slot]}，{words}"
        elif slot == "event_date" and slot in found and _joined(found[slot], words, today):
            found[slot] = f"{found[slot]} {words}"
        elif slot is None:
            rest.append("" if _NO_NAME.search(part) else part)
        elif slot in wanted and slot not in found:
            found[slot] = words
    open_names = [slot for slot in wanted if slot in NAMES and slot not in found and slot not in unknown]
    if len(rest) <= len(open_names):
        found |= _named([part for part in rest if part], open_names, reference)
    return unknown | found


def _named(rest: Sequence[str], open_names: Sequence[str], reference: Reference) -> dict[str, str]:
    """Each name in the slot of its kind (苹果手机，华强北通讯: the ware came first), then in order."""
    found: dict[str, str] = {}
    rest = [_BOUGHT_THERE.sub("", part) or part for part in rest]
    for part in rest:
        kinds = _kinds(part, reference)
        if slot := next((slot for slot in open_names if slot in kinds and slot not in found), None):
            found[slot] = part
    left = [part for part in rest if part not in found.values()]
    return found | dict(zip([slot for slot in open_names if slot not in found], left, strict=False))


def _kinds(part: str, reference: Reference) -> tuple[str, ...]:
    """The slots that a name by its look may fill; none when it shows nothing."""
    if reference.known(part) or endings.NAME.search(part):
        return ("institution", "merchant")
    if (0, len(part)) in reference.product_words.find(part):  # whole: 好味理发 is no ware
        return ("item",)
    return ()


def _told(part: str, today: date) -> tuple[str | None, str]:
    """The slot that a part speaks of, and its words."""
    for slot, pattern in _LABELLED:
        if labelled := pattern.fullmatch(part):
            return slot, labelled[1]
    if answers.is_unknown(part) or answers.is_skip(part) or _REST_UNKNOWN.fullmatch(part):
        return "unknown", part
    if _ASKED_THEM.search(part):
        return "complained_to_institution", part
    if _PLACE.search(part):
        return "merchant_address", part
    if _is_sum(part):
        return "amount", part
    day = answers.date(part, today)
    if (day.error is None and day.normalised) or _festival(part, today):
        return "event_date", part
    if _WISH.search(part):
        return "claim", part
    return None, part


def _is_sum(part: str) -> bool:
    """A number alone or with its unit; 8号店 and 3个月 are none."""
    result = answers.amount(part)
    return result.error is None and not result.unknown and not re.search(r"[号日月年天周]", part)


def _festival(part: str, today: date) -> bool:
    """双十一 and 国庆节, the whole part."""
    found = dates.parse(part, today)
    return any(day.precision != "invalid" and day.text == part for day in found)


def _joined(before: str, more: str, today: date) -> bool:
    """上个月 18号 is one day."""
    return answers.date(f"{before}{more}", today).error is None and not before.endswith(("号", "日"))

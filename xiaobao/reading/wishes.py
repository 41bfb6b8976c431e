"""Whether a story asks that the merchant be punished: that is a report, beside or in place of a complaint.

Source: 市场监督管理投诉举报处理办法 art. 3 (a complaint asks to settle one's own dispute, a report for a violation to be
looked into).
"""

from __future__ import annotations

import re

from xiaobao.reading.values import Value, value

_DEED = (
    r"查处|处罚|严惩|惩罚|惩处|罚款|吊销|取缔|整治|整顿|关停|查封|立案|严查|曝光查办|"
    r"追究[^，。；！？\n]{0,10}责任|依法(?:严肃)?处理(?:这|该|那|他|商)|举报"
)
_WISH = (
    r"要求|希望|请求?|恳请|恳求|建议|我要|我想|想|应该?|应当|务必|必须|强烈|诉求|还要|也要|并要|予以|给予|依法|严肃|"
    r"麻烦|能不能|可否|盼|望"
)
_PUNISH = re.compile(rf"(?:{_WISH})[^，。；！？\n]{{0,14}}?(?:{_DEED})")
_OPENS = re.compile(r"^(?:我(?:要|想)?)?(?:投诉(?:并|和|加|及|与|又|、)?举报|举报(?:并|和|加|及|与|又|、)投诉|举报)")
_NOT = re.compile(
    r"(?:[不没别]$|不(?:要|想|用|需要|打算|是要|是想)|没(?:有)?|别|未|威胁[^，。]{0,6}|怕被?|被|说要?|说我再?|扬言|"
    r"不予|不会|拒不|商家|店家|他们?|物业|平台|银行)[^，。；！？\n]{0,6}$"
)
_NEGATED = re.compile(r"不(?:想|要|用|需要|会)|没有?|别")
_SPOKEN_OF = re.compile(r"^(?:过|了|电话|热线|中心|平台|信箱|邮箱|奖励|我|金额|决定书?|单|记录|案件|的?罚款)")


def punishment(text: str) -> Value | None:
    """The words that ask for a violation to be looked into or punished, or None."""
    if (found := _OPENS.match(text)) and not _SPOKEN_OF.match(text[found.end() :]):
        return value(text, found.start(), found.end())
    for found in _PUNISH.finditer(text):
        wish = text[max(0, found.start() - 8) : found.start()]
        if _NOT.search(wish) or _NEGATED.search(found.group()):
            continue
        if not _SPOKEN_OF.match(text[found.end() :]):
            return value(text, found.start(), found.end())
    return None


def without_punishment(claim: str) -> str:
    """A claim without the parts that ask for punishment: 退款并查处 is 退款. Empty when nothing else is asked."""
    parts = re.split(r"(?:并且?|以及|同时|还要|[，,、；;和])", claim)
    return "，".join(part.strip() for part in parts if part.strip() and not re.search(_DEED, part))

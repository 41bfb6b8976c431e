"""Where the merchant is: region (市, 区, 县) and address (road, number, mall, floor)."""

from __future__ import annotations

import re

from xiaobao.reading.heads import FIELD_END
from xiaobao.reading.values import Value, value

_HAN = r"[一-鿿A-Za-zXx×*]"
_PROVINCES = "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
_REGION = re.compile(
    rf"(?:(?:{_PROVINCES})(?:省|自治区|壮族自治区|回族自治区|维吾尔自治区|市)?)?(?:[一-鿿XxX]{{2,4}}市)?(?:[一-鿿Xx]{{1,4}}(?:区|县|旗)(?!别|分|域|间))?"
)
_ADDRESS = re.compile(
    rf"(?:{_HAN}{{2,6}}省)?(?:{_HAN}{{2,4}}市)?(?:{_HAN}{{1,5}}(?:区|县))?(?:{_HAN}{{1,6}}(?:镇|乡|街道))?"
    rf"{_HAN}{{1,8}}(?:大道|大街|路|街|巷|弄|胡同)(?:{_HAN}{{0,2}})?\d{{1,5}}(?:-\d+)?(?:号|弄)(?:[一-鿿A-Za-z\d\-]{{0,16}}(?:层|楼|室|铺|栋|座|单元|号))?"
)
_FIELD = re.compile(
    r"(?:商家地址|商户地址|店铺地址|经营地址|门店地址|公司地址|地址)(?:为|是|在|[：:])\s?(?P<place>[^，。！？；,;!?\n\s]{4,40})"
)
_OWN = re.compile(r"(?:我的?|本人|家庭|联系|收货|通讯|家住)(?:住)?(?:地址)?[^，。]{0,3}$")
_LEAD = re.compile(
    r"^(?:[^在于到去向从是年月日]{0,4}(?:位于|在|于|到|去|向|从|日|号|年|月))+|^(?:位于|在|于|从|到|去|是|我|本人|市民|坐落于|店在|就在|开在|地址在?|来到|前往|的|往|住|和|家住|诉求人)+"
)


def read(text: str) -> dict[str, Value]:
    """merchant_address and region, where told."""
    found: dict[str, Value] = {}
    address = _address(text)
    if address is not None:
        found["merchant_address"] = address
    region = _region(text)
    if region is not None:
        found["region"] = region
    return found


def _address(text: str) -> Value | None:
    for match in _FIELD.finditer(text):
        if not _OWN.search(text, max(0, match.start() - 8), match.start()) and re.search(
            r"[省市区县镇乡路街号村楼]", match["place"]
        ):
            stop = FIELD_END.search(text, match.start("place"), match.end("place"))
            return value(text, match.start("place"), stop.start() if stop else match.end("place"))
    for match in _ADDRESS.finditer(text):
        lead = _LEAD.match(match[0])
        start = match.start() + (lead.end() if lead else 0)
        if not _OWN.search(text, max(0, start - 8), start):
            return value(text, start, match.end())
    return None


def _region(text: str) -> Value | None:
    for match in _REGION.finditer(text):
        written = match[0]
        lead = _LEAD.match(written)
        start = match.start() + (lead.end() if lead else 0)
        written = text[start : match.end()]
        if (
            len(written) >= 3
            and re.search(r"(?:市|区|县|旗|省)$", written)
            and not re.search(
                r"超市|门市|^城市|股市|小区|景区|地区|社区|园区|夜市|^上市|^都市|市区|校区|厂区|商区|专区|该市|我市|本市|电视市|某市|某区|某县",
                written,
            )
        ):
            return value(text, start, match.end())
    return None

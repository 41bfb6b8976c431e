"""Who took the money: the merchant's name on a receipt, order, transfer, contract or chat (pure).

A field (商户全称, 收款方, 销售方名称, 乙方) speaks loudest; then the name over the sum of a payment screen, the shop
with its › on an order, the large line at the head of a receipt, the title of a chat, a firm's full name anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xiaobao.reading.endings import NAME
from xiaobao.reading.paper_rows import Cell, Row, letter_height, paragraphs, text_of

LEAST = 45.0
FIELDS: tuple[tuple[float, str], ...] = (
    (100, r"商户全称|商家全称|企业全称|公司全称"),
    (
        96,
        r"(?:特约|交易|消费|入网)?商户名称?|(?:特约|交易|消费|入网)商户|服务商|商品提供方|主办(?:方|单位)?|承办(?:方|单位)?|服务提供方|供应商|销售方名称|销货(?:单位|方)(?:名称)?|销方名称|收款方(?:全称|名称|户名)?|收款(?:单位|商户|商家|机构|企业)(?:名称)?|商家名称|店铺名称|门店名称|店名|卖家(?:名称|昵称)?|开票单位|经营者(?:名称)?|对方户名|对方账户|收款账户名称|MERCHANT(?:NAME)?|Merchant",
    ),
    (
        90,
        r"乙方|甲方|丙方|卖方|供方|出卖人|培训机构|服务(?:方|单位|机构)|承揽方|承包方|出租方|受托方|提供方|商家|商户|店铺|(?:适用|使用|消费|所属|服务|自提|下单)?门店|公司名称|单位名称|机构名称|企业名称|收费单位|发卡(?:单位|机构|方)|销售(?:单位|方|商)|经销商|付款给|转账给|支付给|向|收款人|收货方|经营单位|开户名",
    ),
    (78, r"名称"),
)
_FIELD = re.compile(
    "|".join(f"(?P<w{n}>^[^一-鿿]{{0,3}}(?:{words})|(?<=[\\s)）])(?:{words}))" for n, (_, words) in enumerate(FIELDS))
)
_BRACKET = re.compile(r"^\s?[(（][^)）]{1,14}[)）]?")
_NEXT_FIELD = re.compile(
    r"\s{2,}|[(（]?(?:盖章|签章|公章|签字|签名)|统一社会信用|纳税人|信用代码|法定代表人|负责人|代表人|地址|住所|电话|联系|收款人|开票人|复核|经办|开户|账号|日期|编号|签约|甲方|乙方|[,，。;；]"
)
_ENDING = re.compile(
    r"^[\s:：;；\-—·•,，.、|>›»*#@【】\[\]「」\"“”'+<]+|[\s:：;；\-—·•,，.、|>›»>*#@【】\[\]「」\"“”'<]+$"
)
_ARROW = re.compile(r"\s?[>›»〉]\s?$")
_PROSE_FIELD = re.compile(
    r"(?:商户|商家|店铺|收款方|收款单位|收款人)(?:名称|为|是)?[:：]([^,，。;；:：]{2,30})|由([^,，。;；:：]{2,20}?)(?:提供|发货|承运|出品方)"
)
_SHOP = re.compile(
    r"(?:旗舰店|专营店|专卖店|官方店|官方旗舰|自营店?|自营旗舰店|企业店|店铺|网店|生活馆|直营店|优选店|工厂店|集市店|专柜)$"
)
_SHOP_INSIDE = re.compile(r"^[^\s,，。:：?？!]{2,18}?(?:旗舰店|专营店|专卖店|官方店)")
_PROSE = re.compile(r"[,，。;；?？!！、]|[吗呢吧啊了]$")
_GENERIC = re.compile(
    r"欢迎|光临|^(?:适用|使用|消费|所属|服务|自提|下单)门店|谢谢|小票|收据|收款凭证|凭证|凭条|签购单|结[账帐算]单|预结|销售单|消费单|购物单|账单|订单|详情|明细|发票|合同|协议|交易|成功|支付|付款|转账|待|完成|已|扫码|二维码|客户联|商户联|存根|顾客|记账联|第.联|会员|您|亲|请|"
    r"地址|电话|热线|日期|时间|单号|编号|金额|合计|数量|品名|商品|单价|收银|面额|桌|台号|人数|返回|首页|消息|聊天|更多|全部|搜索|关闭|保存|分享|评价|物流|确认|查看|客服电话|余额|零钱|状态|微信|支付宝|银行卡|http|www|版权|监制|税务局|专用章|通知|公告|声明|须知|说明|附件|申请表|登记表|"
    r"颜色|规格|尺寸|型号|发货|收货|包邮|退款|售后|全程|保障|元|配送|预计|送达|签收|联系|复制|x\d|×\d|^\d|热点|运营商|中国移动|中国联通|中国电信|[45]G|%"
)
_COLLECTOR = re.compile(
    r"财付通|支付宝|支付科技|网联|银联|拉卡拉|清算|收单|快钱|通联支付|随行付|微众|零钱|储蓄卡|信用卡|余额宝|花呗"
)
_FIRM = re.compile(r"[一-鿿A-Za-z()]{2,20}?(?:股份)?有限(?:责任)?公司(?:[一-鿿]{1,8}(?:分公司|支公司))?")
_PERSON = re.compile(r"^[一-鿿]{2,3}$|^[*＊][一-鿿]{1,2}$|先生|女士|同学")
_TITLE_TAIL = re.compile(
    r"(?:[-—_·|/\s(（【]+(?:[一-鿿A-Za-z]{0,6}(?:客服|老师|教练|顾问|店长|经理|老板|助理|小姐姐|售后|销售|管家|前台)[一-鿿A-Za-z0-9]{0,3}|\d+)[)）】]?|(?:官方|在线|售后|专属)?客服[一-鿿A-Za-z0-9]{0,3}|[(（]\d+[)）])$"
)
# 某某瑜伽 顾问小林, 某某驾校李教练: the shop, then who writes for it.
_CALLED = re.compile(r"(?<=[一-鿿]{4})[\s\-—_·|]*[一-鿿]?(?:教练|老师|店长|顾问|经理|管家)[一-鿿]{0,2}$")
_TRANSFER = re.compile(r"(?:(?:扫二维码)?付款|转账|支付)\s?[-—]?\s?(?:给|至|到)\s?(?P<name>[^\s，。,]{2,24})|向(?P<name2>[^\s，。,]{2,24}?)(?:付款|转账|支付)|(?P<name3>[^\s，。,]{2,24}?)(?:收款|向您收)")  # fmt: skip


@dataclass(frozen=True)
class Name:
    """A name with what speaks for it."""

    name: str
    number: int
    weight: float
    order: float


def find(rows: list[Row], large_sum: int | None = None) -> Name | None:
    """The merchant, or None. `large_sum` is the row of the sum that was paid when it is written large."""
    usual = letter_height(rows)
    found = [*_fields(rows), *_told_in_prose(rows), *_shops(rows), *_heads(rows, usual), *_firms(rows), *_alone(rows), *_transfers(rows)]  # fmt: skip
    if large_sum is not None:
        found += _over_the_sum(rows, large_sum)
    judged = [one for one in (_judged(one) for one in found) if one is not None]
    return max(judged, key=lambda one: (one.weight, -one.order), default=None)


def clean(text: str) -> str:
    """A name without what stands around it."""
    name, before = text, ""
    while name != before:
        before = name
        name = _ENDING.sub("", name)
    name = re.sub(r"(?<=[一-鿿])\s(?=[一-鿿(（])", "", name)
    if name.count("(") > name.count(")"):
        name = name.rstrip() + ")" if re.search(r"\([一-鿿A-Za-z0-9]{1,12}$", name) else name
    if name.count(")") > name.count("("):
        name = name.replace(")", "", 1) if name.endswith(")") else name
    return name


def _is_name(name: str) -> bool:
    """Whether it ends as names of the trade do, or names its branch: ...(湖东路店)."""
    return bool(
        NAME.search(re.sub(r"[(（].*$", "", name)) or re.search(r"[一-鿿][(（][^()（）]{1,10}[店馆院][)）]$", name)
    )


def _judged(one: Name) -> Name | None:
    name, weight = clean(one.name), one.weight
    if not 2 <= len(name) <= 40 or not re.search(r"[一-鿿]|[A-Za-z]{3}", name):
        return None
    if len(re.findall(r"\d", name)) > len(name) / 2:
        return None
    weight -= 45 * bool(_PERSON.search(name) and not NAME.search(name))
    weight -= 50 * bool(_COLLECTOR.search(name))
    weight += 4 * _is_name(name)
    return Name(name, one.number, weight, one.order) if weight >= LEAST else None


def _fields(rows: list[Row]) -> Iterator[Name]:
    for place, row in enumerate(rows):
        for at, cell in enumerate(row):
            for match in _FIELD.finditer(cell.text):
                weight = FIELDS[int((match.lastgroup or "w0")[1:])][0]
                rest = _BRACKET.sub("", cell.text[match.end() :])
                told = re.match(r"\s?[:：;]\s?(.*)$", rest)
                value = told[1] if told else ""
                source: Cell | None = cell
                if not told and rest.strip():
                    if rest == cell.text[match.end() :]:
                        continue  # 商户编号, 名称 in the middle of a word
                    value = rest  # 收款单位(盖章)某某店
                if not value.strip():
                    source = _value_of(rows, place, at)
                    value = source.text if source else ""
                if source is None or not value.strip():
                    continue
                cut = _NEXT_FIELD.search(value, 2)
                value = value[: cut.start()] if cut else value
                party = weight == 90 and not NAME.search(value) and re.match(r".*[甲乙丙]方", cell.text)
                yield Name(value, source.number, weight - (30 if party else 0), place)


def _told_in_prose(rows: list[Row]) -> Iterator[Name]:
    """交易商户：某某店。 in the middle of a message, also over the end of its line."""
    for paragraph in paragraphs(rows):
        text = "".join(text_of(row) for row in paragraph)
        for match in _PROSE_FIELD.finditer(text):
            told = match[1] or match[2]
            cut = _NEXT_FIELD.search(told, 2)
            first = paragraph[0]
            yield Name(told[: cut.start()] if cut else told, first[0].number, 88, rows.index(first))


def _alone(rows: list[Row]) -> Iterator[Name]:
    """A line that is nothing but a name of the trade: who signed a notice, whose stamp it is."""
    long = {id(row) for paragraph in paragraphs(rows) if len(paragraph) > 1 for row in paragraph[:-1]}
    for place, row in enumerate(rows):
        for cell in row:
            name = clean(cell.text)
            plain = len(name) <= 20 and not _GENERIC.search(name) and not _PROSE.search(name) and ":" not in name
            if plain and id(row) not in long and _is_name(name):
                yield Name(name, cell.number, 52, place)


def _value_of(rows: list[Row], place: int, at: int) -> Cell | None:
    """What stands right of a label, or under it."""
    row = rows[place]
    if at + 1 < len(row):
        return row[at + 1]
    label = row[at]
    for below in rows[place + 1 : place + 2]:
        for cell in below:
            near = cell.top - label.bottom < 1.5 * label.height
            if near and abs(cell.left - label.left) < 3 * label.height:
                return cell
    return None


def _shops(rows: list[Row]) -> Iterator[Name]:
    """小鹿母婴专营店 › on an order."""
    for place, row in enumerate(rows):
        for cell in row:
            at = row.index(cell)
            text = f"{row[at - 1].text}{cell.text}" if at and re.match(r"[(（]", cell.text) else cell.text
            name = clean(text)
            if inside := _SHOP_INSIDE.match(name):
                name = inside[0]  # 某某旗舰店发出的包裹
            arrow = bool(_ARROW.search(cell.text))
            if arrow and len(name) >= 3 and not _GENERIC.search(name):
                yield Name(name, cell.number, 84 + 6 * bool(_SHOP.search(name)), place)
            elif _SHOP.search(name) and len(name) <= 20 and not re.search(r"[,，。:：?？!]", name):
                yield Name(name, cell.number, 82, place)


def _heads(rows: list[Row], usual: float) -> Iterator[Name]:
    """The large line at the head of a receipt; the title of a chat."""
    cells = [c for row in rows for c in row]
    left, right = min((c.left for c in cells), default=0.0), max((c.right for c in cells), default=0.0)
    shown = 0
    for place, row in enumerate(rows[:8]):
        if len(row) > 2 or re.search(r"[:：](?!\d)", text_of(row)):
            continue
        cell = max(row, key=lambda c: c.right - c.left)
        name = clean(_CALLED.sub("", cell.text))
        while name != (shorter := _TITLE_TAIL.sub("", name)) and len(shorter) >= 2:
            name = shorter
        if inside := _SHOP_INSIDE.match(name):
            name = inside[0]
        if (
            _GENERIC.search(name)
            or _PROSE.search(name)
            or not re.search(r"[一-鿿]{2}|[A-Za-z]{3}", name)
            or len(name) > 24
        ):
            continue
        large = cell.height / max(1.0, usual)
        middle = abs(cell.centre - (left + right) / 2) < 0.2 * (right - left)
        weight = 56 + 8 * middle + min(12.0, 14 * max(0.0, large - 1)) - 6 * shown
        weight += 14 * _is_name(name)
        shown += 1
        yield Name(name, cell.number, weight, place)


def _firms(rows: list[Row]) -> Iterator[Name]:
    """A firm's full name anywhere: a stamp, a footer."""
    for place, row in enumerate(rows):
        for cell in row:
            for match in _FIRM.finditer(cell.text):
                maker = re.search(r"生产|制造|委托|技术支持|出品", cell.text[: match.start()])
                yield Name(match[0], cell.number, 40 if maker else 66, place)


def _transfers(rows: list[Row]) -> Iterator[Name]:
    """付款给乐动健身, 扫二维码付款-给老张面馆."""
    for place, row in enumerate(rows):
        for cell in row:
            if match := _TRANSFER.search(cell.text):
                name = match["name"] or match["name2"] or match["name3"] or ""
                if not _GENERIC.search(name):
                    yield Name(name, cell.number, 86, place)


def _over_the_sum(rows: list[Row], sum_row: int) -> Iterator[Name]:
    """The name over the large sum of a payment screen."""
    for place in range(sum_row - 1, max(-1, sum_row - 4), -1):
        for cell in sorted(rows[place], key=lambda c: not NAME.search(c.text)):
            name = clean(cell.text)
            if (
                len(name) > 1
                and not _GENERIC.search(name)
                and not re.search(r"\d[:：]\d|尾号|金卡|银行.*卡|[:：]", name)
            ):
                yield Name(name, cell.number, 88 - 2 * (sum_row - place), place)
                return

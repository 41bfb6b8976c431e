"""What kind of ware or service it is and what went wrong: categories of the taxonomy by their words."""

from __future__ import annotations

import re

from xiaobao.reading.reference import Category, Reference
from xiaobao.reading.values import Value, value

_MODES = (
    ("直播", r"直播间|直播带货|直播购物|看直播|主播"),
    ("二手", r"闲鱼|转转|二手平台|二手交易|二手市场|二手网"),
    ("跨境", r"海外购|跨境|海淘|天猫国际|京东国际|境外网站|海外代购"),
    ("网购-平台自营", r"京东自营|自营|天猫超市"),
    ("电视/电话/邮购", r"电视购物|电话推销|电话购物|邮购|电话销售"),
    ("上门推销/会销", r"上门推销|会销|讲座|免费领鸡蛋|推销员上门|上门销售"),
    (
        "网购-平台内商家",
        r"拼多多|淘宝|天猫|京东|抖音|快手|小红书|唯品会|得物|1688|微店|网购|网上买|网上购|网店|旗舰店|网络店铺|网上店铺|美团|饿了么|携程|飞猪|网上下单|线上",
    ),
    ("线下", r"实体店|线下|门店|店里|店内|超市|商场|菜市场|专卖店|到店|店铺|健身房|餐厅|饭店|酒店|美容院|理发店|摊"),
)
_TRIED = re.compile(
    r"(?:联系|找|跟|和|与|向|同|打电话给|问)(?:过|了)?[^，。；\n]{0,10}(?:商家|店家|店里|客服|老板|卖家|对方|平台|店员|销售|酒店|公司|商户|经理|物业|机构|店铺|银行|工作人员)|协商(?:过|未果|无果|不成|解决)?|多次(?:沟通|联系|协商|找|催)|商家(?:不给|不肯|不退|拒绝|不同意|说|称|拒不|推|不予)|拒绝(?:退|换|赔|处理)|"
    r"客服(?:说|称|不|回复|让|拒)|不给(?:退|换|修|处理)|(?:电话|微信|消息)(?:不接|不回|拉黑)|把我拉黑|沟通(?:无果|未果)"
)
_NOT_TRIED = re.compile(
    r"(?:还没有?|没有|没|未|从没)(?:再)?(?:联系|找|跟|和|与)(?:过)?(?:商家|店家|店里|客服|老板|卖家|对方|平台)|没(?:跟|和)(?:商家|店家|卖家|对方)(?:说|谈|协商|沟通)"
)
_REPORT = re.compile(r"举报|查处|严查|只举报|请(?:依法)?(?:处罚|查)")


def read_object(text: str, reference: Reference, item: Value | None, known_kind: str | None = None) -> Value | None:
    """The category of ware or service; the item's own words count most, then the merchant's kind."""
    best: tuple[float, Category, int, int] | None = None
    inside = range(item.start, item.end) if item else range(0)
    for category in reference.objects:
        score, place, longest = 0.0, None, 0
        for word in category.keywords:
            at = text.find(word)
            if at < 0:
                continue
            weight = 0.5 * len(word)
            if item is not None and (in_item := item.text.find(word)) >= 0:
                weight += 4.0 + 0.5 * len(word) + (1.0 if item.text.endswith(word) else 0.0)
                at = inside.start + in_item
            score += weight
            if place is None or weight > longest:
                place, longest = (at, at + len(word)), weight  # type: ignore[assignment]
        if category.code in {"other_goods", "other_service"}:
            score *= 0.1
        score += _KIND_BONUS.get((known_kind or "", category.code), 0.0)
        if place is not None and score > 0.8 and (best is None or score > best[0]):
            best = (score, category, *place)
    return None if best is None else value(text, best[2], best[3], best[1].name)


_KIND_BONUS = {
    ("bank", "banking"): 3.0, ("lender", "banking"): 4.0, ("insurer", "insurance"): 5.0, ("payment", "payment_credit"): 2.0,
    ("securities", "securities"): 4.0, ("telecom", "telecom_service"): 5.0, ("courier", "courier"): 5.0,
}  # fmt: skip


def read_problems(text: str, reference: Reference, scope: str = "complaint") -> list[Value]:
    """The problems told, strongest first; each points at the word that gave it away."""
    scored = []
    for category in reference.problems:
        if category.group != scope:
            continue
        hits = [(text.find(word), word) for word in category.keywords if word in text]
        if hits:
            at, word = max(hits, key=lambda hit: (len(hit[1]), -hit[0]))
            weight = sum(0.6 + 0.3 * len(w) for _, w in hits) * (
                0.3 if category.code in {"other", "report_other"} else 1.0
            )
            scored.append((weight, value(text, at, at + len(word), category.name)))
    return [found for _, found in sorted(scored, key=lambda pair: (-pair[0], pair[1].start))]


def read_manner(text: str) -> dict[str, Value]:
    """purchase_mode, tried_with_merchant (yes or no) and ticket_kind (report), where the text says so."""
    found: dict[str, Value] = {}
    for name, words in _MODES:
        match = re.search(words, text)
        if match is not None:
            found["purchase_mode"] = value(text, *match.span(), name)
            break
    if no := _NOT_TRIED.search(text):
        found["tried_with_merchant"] = value(text, *no.span(), "no")
    elif yes := _TRIED.search(text):
        found["tried_with_merchant"] = value(text, *yes.span(), "yes")
    if report := _REPORT.search(text):
        found["ticket_kind"] = value(text, *report.span(), "report")
    return found

"""Who the complaint is about: merchant, shop, platform, institution.

Several signs speak for a name: a field (商户名称：), a preposition before a deed (在...购买), an ending
of the trade (公司, 超市, 健身房), a masked name (信*飞), a name known to all (拼多多). The best sign wins;
a name that stands for anybody (商家, 该店, 这家店) never does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from xiaobao.reading.heads import FIELD_END
from xiaobao.reading.reference import FINANCIAL_KINDS, KnownMerchant, Reference
from xiaobao.reading.tagger import Token
from xiaobao.reading.values import Value, value

_FULL = r"(?:股份)?有限(?:责任)?公司|集团公司|分公司|公司|集团|厂"
_TRADE = (
    r"旗舰店|专营店|专卖店|加盟店|体验店|便利店|折扣店|手机店|水果店|蛋糕店|奶茶店|服装店|眼镜店|理发店|美发店|美容店|干洗店|洗衣店|宠物店|"
    r"花店|鞋店|书店|大药房|药房|药店|[鞋服灯具眼镜茶书酒电脑电子美食家电]城|饭店|酒店|面馆|超市|商场|商城|百货|购物广场|购物中心|广场|商行|商贸|商店|门市部?|经营部|营业部|营业厅|服务部|服务站|维修部|"
    r"维修点|维修中心|修理厂|修理店|修理铺|汽修厂|汽修店|汽修|4S店|车行|健身房|健身会所|健身中心|健身俱乐部|健身|瑜伽馆|游泳馆|球馆|拳馆|舞蹈室|俱乐部|"
    r"美容院|美容会所|美容美发|美发沙龙|养生馆|养生会所|会所|发廊|造型|美甲店|医美|诊所|医院|口腔|卫生院|影楼|摄影|照相馆|写真馆|"
    r"网校|培训学校|培训中心|培训机构|培训班|培训|教育|幼儿园|学校|驾校|早教中心|早教|托管班|画室|琴行|旅行社|国旅|宾馆|旅馆|民宿|客栈|公寓|酒楼|"
    r"餐厅|餐馆|饭馆|饭庄|火锅店|火锅|烧烤店|烧烤|烤肉|小吃店|快餐店|快餐|茶楼|咖啡馆|咖啡店|酒吧|网吧|KTV|ktv|电影院|影城|影院|洗浴中心|洗浴|浴场|"
    r"足浴店|足浴|足道|温泉|游乐园|乐园|景区|公园|物业公司|物业|房产|地产|中介|门店|直播间|小店|批发部|批发市场|农贸市场|菜市场|市场|"
    r"家具城|家居|家具|建材城|建材|装饰|装修公司|家装|橱柜|门窗|灯饰|珠宝|金店|珠宝店|搬家|家政|月子中心|月子会所|养老院|加油站|充电站|停车场|快递|速运|速递|物流|驿站|"
    r"快递站|快递点|(?<!出)租车|二手车行|车城|汽贸|电器城|电器|数码城|数码|通讯|烟酒店|烟酒行|茶庄|茶行|母婴店|玩具店|农资店|粮油店|店铺|网店|商铺|专柜|柜台|"
    r"摊位|地摊|摊|档口|中心|工作室|商户|机构|铺子|[肉粮菜鱼布药茶当杂货鞋]铺|分店|总店|店"
)
_MONEY_HOUSE = r"银行(?:股份有限公司)?(?:[一-鿿]{2,8}(?:支行|分行))?|信用社|消费金融(?:公司)?|小额贷款(?:公司)?|小贷公司|保险(?:股份有限)?公司|财险|人寿|证券"
_SUFFIX = re.compile(rf"(?:{_FULL}(?:[一-鿿]{{1,8}}(?:分公司|支公司|店))?|{_MONEY_HOUSE}|{_TRADE})")
_NAME = re.compile(rf"(?:{_FULL}|{_MONEY_HOUSE}|{_TRADE})$")

_FIELD = re.compile(
    r"(?:商户地址及名称|商户名称及地址|商户名称|商家名称|店铺名称|店名|门店名称|企业名称|公司名称|单位名称|被投诉方名称|被投诉方|被投诉人|被投诉单位|被投诉商家|被举报人|被举报方|"
    r"被诉方|投诉对象|涉诉主体|经营者名称|机构名称|平台名称|小区名称及地址|小区名称|商户|商家)(?:为|是)?[：:]\s*"
)
_DEED = (
    r"购买|购得|购入|选购|网购|团购|抢购|采购|下单|下了单|拍下|拍了|买|消费|充值|充了|充卡|花费|花了|花|办理|办卡|办了|办|订购|订了|预订|预定|定制|定做|订做|定了|订|"
    r"借款|借了|借|贷款|贷了|贷|报名|报了|投保|签订|签了|签|维修|修理|修|做了|做|吃饭|吃了|吃|用餐|就餐|点了|点|聚餐|洗车|洗|租了|租|入住|住了|住|停车|加油|理发|烫|染|"
    r"存了|预存|存|交了|交|缴纳|缴|支付|付款|付了|购|看中|看上|上班|兼职|体验|租赁|寄|换了|装修|保养|整形|开通|注册|申请|领|健身|学|参加|配了|配|剪|打印|称了|称"
)
_AT = re.compile(
    rf"(?:在|于|从|向|去|到|通过|经由|由|经)(?P<name>[^，。！？；,;!?\n：:（）()]{{2,36}}?)"
    rf"(?:[（(][^）)]{{1,30}}[）)])?(?P<in>[内里]|上面|上|处|那里|那儿|这里|店里)?(?=\s?(?:花费|[\d一二两三四五六七八九十百千万.]+元|￥)|(?:(?:第一次|先后|一共|共计|刚|又|分别|自费|线上|在线|现场|首次|给\S{{1,3}})?(?:{_DEED})))"
)
_AIM = re.compile(
    r"(?:投诉|举报|起诉|曝光|被|联系|找|要求|对|针对|希望|关于|与|和|跟|向)(?P<name>[^，。！？；,;!?\n：:（）()\s]{2,24}?)(?=(?:的)?(?:客服|老板|商家|平台|销售|店员|工作人员|店长|扣|收取|骗|虚假|退|恶意|未经|拒|不))"
)
_CALLED = re.compile(
    r"(?:名字叫做?|名叫|名为|叫做|叫|店名[是为叫]|商家[是为叫]|店铺[是为叫]|公司[是为叫]|公司名[是为叫]|公司全称是|(?:超市|饭店|餐厅|驾校|机构|平台|医院|健身房|美容院|酒店|学校)[是叫](?![我一不说没因个按用])|品牌[是为])[\s“\"「《]{0,2}(?P<name>[^，。！？；,;!?\n“”\"」》\s（(]{2,24}?)(?=[”\"」》，。！？；,;!?\n（(]|的(?:店|网店|公司|店铺|直播间|商家|卖家|机构|平台|健身房|饭店|中介|培训|APP|app|软件|主播|理发店|美容院|淘宝店)|$)"
)
_QUOTED = re.compile(
    r"[“\"「](?P<name>[^”\"」，。]{2,20})[”\"」](?=\s?(?:的)?(?:店|网店|店铺|旗舰店|平台|APP|app|App|公司|直播间|超市|商家|卖家|餐厅|饭店|酒店|机构|健身|美容|小程序|公众号))"
)
_QUOTED_AFTER = re.compile(
    r"(?:店|店铺|公司|平台|网店|商家|直播间|机构|卖家|超市)[“\"「](?P<name>[^”\"」，。]{2,20})[”\"」]"
)
_APP = re.compile(
    r"(?P<name>[一-鿿A-Za-z0-9*]{2,10}?)\s?(?:APP|App|app|小程序|平台|公众号|借贷平台|软件)(?![一-鿿]{0,2}(?:公示|规则))"
)
_STALL = re.compile(
    r"(?P<name>(?:[一-鿿]{0,8}(?:小区|市场|学校|公司|车站|地铁站|医院|村|镇|街|路|商场|广场|我家|家|公园|夜市))?(?:门口|楼下|对面|旁边|附近|里面|附近)(?:的|那家|一家|那个|一个|的一家|那家的|里)?(?:卖[一-鿿]{1,4}的)?[一-鿿]{0,6}?(?:店|摊|摊位|超市|餐馆|饭馆|药房|市场|小贩|菜店|店铺|面馆))"
)

_ANYBODY = re.compile(
    r"^(?:该|这|那|此|本|其|一|我|他|她|你|有|另|每|各|哪)?(?:一)?(?:家|个|间|款)?(?:的|小|大|实体|线下|线上|网络|网上|连锁|当地|附近|同|被投诉|涉事|涉案|正规|品牌|官方|家|人家|别的|其他|其它|总|分|别|新|老|多|哪|自己|(?:淘宝|天猫|京东|拼多多|抖音)(?=店|网店|商家|卖家|平台))*"
    rf"(?:商家|店家|卖家|{_FULL}|{_TRADE}|银行|平台|APP|app|软件|手机|客服|老板|对方|小区|门口|网上|网络|线上|线下|现场|当地|家里|家|单位|店里|店内|当天|保险公司|保险|消费金融|网|车上|楼下|"
    r"这里|那里|这家|那家|市场监管局?|消协|12315|12345|派出所|法院|相关部门|有关部门|工商局?|市监局?|微信|朋友圈|微信群|小程序|直播|手机上|链接|页面|官网|前台|收银台|仓库|自己|本人|消费者|市民)?(?:上|里|内|中|处)?$"
)
_TRADE_ONLY = re.compile(
    r"^某?(?:航空|保险|物业|装修|装饰|快递|搬家|旅游|房产|房地产|房屋|家政|销售|开发|鉴定|检测|培训|教育|医美|医疗美容|美容|健身|修理|维修|出租车|网约车|旅行|贷款|借贷|金融|科技|网络|"
    r"汽车|电动车|网购|购物|电商|二手|担保|催收|第三方|支付|外卖|食品|药品|信息|通信|通讯|手机|家具|家电|服装|水果|宠物|早教|游泳|美发|理发|摄影|医疗|养老|租车|中介|婚庆|婚介|相亲|留学|电视|直播|服务|购买|监管|行政|客服|售后|商业|三者险|承保|小区|社区|楼下|门口|村里|街边|路边)*"
    r"(?:公司|机构|平台|中心|店|商|行|部|部门|城|馆|单位|学校|市场|院|门市|店铺|专柜|驿站|代收点|超市)$"
)
_SOFT = re.compile(
    r"(?:健身|培训|教育|摄影|装饰|家具|家居|家政|物流|烧烤|火锅|中心|机构|建材|橱柜|门窗|数码|电器|口腔|温泉|洗浴|足浴|早教|汽修|搬家|租车|家装|珠宝|灯饰|快餐|烤肉|通讯|中介|地产|房产|百货|造型|国旅|市场|公寓|公园|门店|柜台|物业|摊|乐园)$"
)
_GOES_ON = re.compile(
    r"[录卡费课局险票券品厂员长主材料底锅班证师贷款会所院馆场]|产品|服务|套餐|公司|行业|内容|项目|合同"
)
_MASK_ONLY = re.compile(r"^[Xx×*某]{1,4}(?:商户|商家|店铺|店|公司)$")
_HEADS = re.compile(
    r"^(?:(?:在|于|从|向|到|去|通过|经|被|找|跟|我们|我|本人|市民|诉求人|投诉人|消费者|来电人|原告|被告|当事人|位于|一家|一个|那家|这家|当地的?|的|名叫|叫做?|楼下的|你们|是|说|称|由|因|因为|要求|希望|请|让|对|针对|投诉|举报|起诉|联系|关于|和|与|及|及其|但|但是|而|后来?|现|现在|并|且|如果|自己|家附近的|附近的|我家附近的|网上|网购|其)+)"
)
_SPLIT = re.compile(r"(?:通过|在|位于|名叫|于|从)")
_TIME_HEAD = re.compile(
    r"^.*?(?:\d{1,2}[日号]|\d{4}年|\d月|昨天|前天|今天|上周.?|上个?月|去年|今年|当天|当日|下午|上午|晚上|中午|早上|凌晨|[一-鿿]+节)(?:左右|的时候|时)?(?=.{2})"
)
_TAIL = re.compile(
    r"(?:内|里面|里|上面|上|处|那里|这里|那边|那儿|店里|家|直播间里|直播间|线上|的商家|商家|卖家|的店铺?|的网店|客服|里边|中)$"
)
_ON_PLATFORM = re.compile(
    r"(?:平台|APP|app|App)?(?:上面?|里|平台上|购物平台)?的?(?:一家|某|一个|这家)?(?:店铺)?(?:名?叫做?)?[“\"「]?"
)
_ADDRESS_GOES_ON = re.compile(r"(?:[东西南北中]?[街路巷弄]|大街|大道|\d+号楼|XX号楼|小区|家属|[东西南北]区)")
_LIVES = re.compile(r"(?:家住|住在|居住|住址|住于|我是)[^，。]{0,6}$")
_MASKED = re.compile(r"[一-鿿A-Za-z]{0,3}[*＊×]{1,3}[一-鿿A-Za-z]{0,4}")
_LENDER_ENDS = frozenset("贷 呗 飞 宝 卡 钱 花 融 付 条 借".split())


@dataclass(frozen=True)
class Candidate:
    """A possible name with the weight of its sign."""

    start: int
    end: int
    weight: float
    kind: str


@dataclass(frozen=True)
class Parties:
    """What was found; absent is None."""

    merchant: Value | None
    shop_name: Value | None
    platform: Value | None
    institution: Value | None


def read(text: str, reference: Reference, head: tuple[int, int] | None = None) -> Parties:
    """The parties of a story. `head` is the span that a 12315 head gives for the accused."""
    known = _known(text, reference)
    candidates = [
        *_from_fields(text), *_from_head(text, head), *_called(text), *_at(text, reference), *_endings(text, reference), *_masked(text, reference),
        *_apps(text, reference), *_stalls(text),
    ]  # fmt: skip
    candidates += [Candidate(v.start, v.end, 6.2 if m.kind != "payment" else 4.0, m.kind) for v, m in known]
    candidates = [c for c in candidates if _is_name(text, c)]
    merchant = _best(text, candidates)
    platform = next((v for v, m in known if m.kind == "platform" and _sells_there(text, v)), None)
    institution = _institution(text, known, candidates)
    shop = _shop(text, candidates)
    if merchant is not None and reference.known(merchant.text):
        merchant = Value(merchant.text, merchant.start, merchant.end, reference.known(merchant.text).name)  # type: ignore[union-attr]
    return Parties(merchant, shop, platform, institution)


def _is_name(text: str, candidate: Candidate) -> bool:
    name = text[candidate.start : candidate.end]
    if len(name.strip()) < 2 or len(name) > 40 or (_ANYBODY.match(name) and candidate.kind != "stall"):
        return False
    if candidate.kind == "field":
        return True
    if candidate.kind != "stall" and _TRADE_ONLY.match(name) and not re.match(r"某.{2,}(?:公司|店|馆)$", name):
        return False
    if candidate.kind == "ending" and _SOFT.search(name) and _GOES_ON.match(text, candidate.end):
        return False
    if _LIVES.search(text, max(0, candidate.start - 10), candidate.start):
        return False
    return not (candidate.kind in {"ending", "at"} and _ADDRESS_GOES_ON.match(text, candidate.end))


def _best(text: str, candidates: list[Candidate]) -> Value | None:
    counts: dict[str, int] = {}
    for c in candidates:
        counts[text[c.start : c.end]] = text.count(text[c.start : c.end])

    def weight(c: Candidate) -> tuple[float, int, int]:
        name = text[c.start : c.end]
        score = (
            c.weight
            + min(0.8, 0.2 * (counts[name] - 1))
            - 3.0 * bool(_MASK_ONLY.match(name))
            - 0.06 * max(0, len(name) - 18)
        )
        return score, -c.start, c.end - c.start

    best = max(candidates, key=weight, default=None)
    return None if best is None else value(text, best.start, best.end)


def _known(text: str, reference: Reference) -> list[tuple[Value, KnownMerchant]]:
    found = []
    for start, end in islice(reference.merchant_words.find(text), 60):
        merchant = reference.known(text[start:end])
        if merchant is not None and not _is_ware(text, start, end, merchant):
            found.append((value(text, start, end, merchant.name), merchant))
    return found


def _is_ware(text: str, start: int, end: int, merchant: KnownMerchant) -> bool:
    """苹果手机, 海尔冰箱: the maker's name on a ware is not the merchant."""
    if merchant.kind == "payment":
        return bool(re.match(r"(?:转账|支付|付款|付|转|扫码|收款|付了|给)", text[end : end + 4])) or bool(
            re.search(r"(?:用|使用)$", text[max(0, start - 2) : start])
        )
    if merchant.kind != "chain":
        return False
    after, before = text[end : end + 3], text[max(0, start - 5) : start]
    if re.match(
        r"店|专卖|旗舰|门店|官方|客服|售后|公司|超市|餐厅|的店|购物|健身|门口|上|里|买|消费|吃|办|充|商场", after
    ):
        return False
    return not re.search(r"(?:在|到|去|从|投诉|向)$", before)


def _from_fields(text: str) -> list[Candidate]:
    found = []
    for match in _FIELD.finditer(text):
        stop = FIELD_END.search(text, match.end(), match.end() + 40)
        end = stop.start() if stop else min(len(text), match.end() + 40)
        if end - match.end() >= 2:
            name = text[match.end() : end]
            weight = 10.0 if _NAME.search(name) else 4.0 if re.search(r"[路街镇村号区市弄巷]$", name) else 8.0
            found.append(Candidate(match.end(), end, weight, "field"))
    return found


def _from_head(text: str, head: tuple[int, int] | None) -> list[Candidate]:
    if head is None:
        return []
    name = text[head[0] : head[1]]
    return [Candidate(*head, 9.0, "field")] if _NAME.search(name) else []


def _called(text: str) -> list[Candidate]:
    found = []
    for pattern in (_CALLED, _QUOTED, _QUOTED_AFTER):
        for match in pattern.finditer(text):
            if not re.search(r"我$|孩子$|是$", text[max(0, match.start() - 2) : match.start()]) and not re.match(
                r"我|他|她|不|人|停|什么", match["name"]
            ):
                follows = text[match.end() : match.end() + 6]
                sure = (
                    pattern is _QUOTED_AFTER
                    or bool(_NAME.search(match["name"]))
                    or bool(re.match(r"[”\"」]?的?(?:店|网店|公司|店铺|平台|机构|直播间|APP|app)", follows))
                )
                found.append(Candidate(match.start("name"), match.end("name"), 9.0 if sure else 6.5, "called"))
    return found


def _at(text: str, reference: Reference) -> list[Candidate]:
    found = []
    for match in _AT.finditer(text):
        start, end = _trim(text, match.start("name"), match.end("name"), reference)
        name = text[start:end]
        if len(name) < 2 or _ANYBODY.match(name):
            continue
        known = reference.known(name)
        if known is not None:
            found.append(Candidate(start, end, 6.6 if known.kind == "platform" else 7.5, known.kind))
        elif _NAME.search(name):
            found.append(Candidate(start, end, 8.0, "at"))
        elif re.search(r"[*×]", name) and "元" not in name:
            found.append(Candidate(start, end, 7.5, "at"))
        elif match["in"] and re.search(r"店|号", name):
            found.append(Candidate(start, end, 6.5, "at"))
    return found


def _trim(text: str, start: int, end: int, reference: Reference) -> tuple[int, int]:
    """Take time, prepositions and filler off the front, 里 and 上 off the end."""
    name = text[start:end]
    for pattern in (_TIME_HEAD,):
        if head := pattern.match(name):
            start, name = start + head.end(), name[head.end() :]
    splits = [m.end() for m in _SPLIT.finditer(name) if m.end() < len(name) - 1]
    if splits:
        start, name = start + splits[-1], name[splits[-1] :]
    if head := _HEADS.match(name):
        start, name = start + head.end(), name[head.end() :]
    alias = next(reference.merchant_words.find(name), None)
    if alias is not None and alias[0] == 0:
        rest = _ON_PLATFORM.match(name, alias[1])
        if rest and alias[1] < rest.end() < len(name) - 2:
            start, name = start + rest.end(), name[rest.end() :]
    while tail := _TAIL.search(name):
        if tail.start() < 2 or (
            _NAME.search(name) and name.endswith(("店铺", "网店", "直播间")) and not name.endswith(("的店铺", "的网店"))
        ):
            break
        name = name[: tail.start()]
    name = name.rstrip('”"」')
    while name and name[0] in '“"「的':
        start, name = start + 1, name[1:]
    return start, start + len(name)


def _endings(text: str, reference: Reference) -> list[Candidate]:
    """Names with an ending of the trade anywhere in the text: walk left from the ending, word by word."""
    found: list[Candidate] = []
    for count, match in enumerate(_SUFFIX.finditer(text)):
        if count >= 40:
            break
        start = _left_edge(text, match, reference)
        if start is None:
            continue
        weight = 8.5 if re.search(_FULL, match[0]) else 7.0 if start < match.start() else 3.0
        found.append(Candidate(start, match.end(), weight, "ending"))
    return found


_STOP_FLAGS = ("p", "c", "u", "r", "d", "y", "w")
_STOP_WORDS = frozenset(
    "购买 买 联系 投诉 举报 要求 请求 希望 发现 前往 来到 路过 位于 进入 经过 选择 咨询 导致 属于 开 开了 开设 经营 称 说 告知 是 有 到 去 找 被 让 叫 做 家住 更换 投诉人 市民 诉求人 消费者 来电人 本人 原告 被告 老板 "
    "主要诉求 问题描述 近期 楼下 使用 办理 收到 通知 附近 商户名称 离开 打电话 推荐 介绍 自称 以 针对 关于 负责 对面 维修 退回 寄 协调 解决 以及 逛 帮 因 交给 送到 签 签订 预订 入住 消费 充值 退款 加盟 报名 拨打 委托 逼 骗 送 送去 走进 "
    "认为 认定 看到 确认 销售 一家 一个 那家 这家 一间 家 个 这个 那个 某家 旁边 其 对方 客服 附近 你们 我们 聘请 请 雇 雇佣 通过".split()
)


_SINGLE_VERBS = frozenset("买去到在找让被开说称是有办交退叫给送修做吃喝住租卖看问收扣付来进点订选用寄请逛")
_IN_NAMES = frozenset("咨询 销售 维修 消费 投资 装修 使用 推荐 介绍 经营 加盟".split())


def _left_edge(text: str, match: re.Match[str], reference: Reference) -> int | None:
    low = max(0, match.start() - 22)
    for position in range(match.start() - 1, low - 1, -1):
        if text[position] in '，。！？；,;!?\n：:、（）()“”"「」 》《\t':
            low = position + 1
            break
    if low >= match.start():
        return match.start() if match.start() == low else None
    tokens = reference.tagger.tag(text, low, match.end())
    edge = match.start()
    for number in range(len(tokens) - 1, -1, -1):
        token = tokens[number]
        if token.start >= match.start():
            continue
        if _stops(token, tokens[:number], "有限" in match[0]):
            break
        edge = min(edge, max(low, token.start))
    if text[max(low, edge - 2) : edge].endswith("某"):
        edge -= 2 if text[max(low, edge - 2) : edge] == "某某" else 1
    head = _HEADS.match(text[edge : match.start()])
    if head and head.end() < match.start() - edge:
        edge += head.end()
    time = _TIME_HEAD.match(text[edge : match.start()])
    if time and edge + time.end() < match.start():
        edge += time.end()
    return edge


def _stops(token: Token, earlier: list[Token], registered: bool) -> bool:
    if registered and (
        token.word in _IN_NAMES or (token.flag == "v" and token.word not in _STOP_WORDS and len(token.word) > 1)
    ):
        return False
    if token.word in _STOP_WORDS or (token.flag[0] in _STOP_FLAGS and token.word not in {"和", "某", "某某", "又"}):
        return True
    if (
        token.flag[0] == "m"
        and re.fullmatch(r"[一两三四五六七八九十\d.]+[家个间元块]?", token.word)
        and not token.word.isascii()
    ):
        return token.word.endswith(("家", "个", "间", "元", "块"))
    if token.flag == "t" or (token.word in {"元", "块", "月", "日", "号"} and earlier and earlier[-1].flag == "m"):
        return True
    return token.flag[0] == "v" and token.flag != "vn" and (len(token.word) > 1 or token.word in _SINGLE_VERBS)


def _masked(text: str, reference: Reference) -> list[Candidate]:
    """Names hidden by stars: the longest form that comes back, or what the next word leaves."""
    spans = [
        m
        for m in _MASKED.finditer(text)
        if m[0].strip("*＊×") and not (m[0][0] in "*＊×" and text[max(0, m.start() - 1) : m.start()].isdigit())
    ]
    found = []
    for match in spans[:20]:
        stars = re.search(r"[*＊×]{1,3}", match[0])
        if stars is None:
            continue
        left, right = match[0][: stars.start()], match[0][stars.end() :]
        best = None
        for a in range(len(left) + 1):
            for b in range(len(right), -1, -1):
                form = left[a:] + stars[0] + right[:b]
                count = text.count(form)
                if len(form) >= 2 and count >= 2 and (best is None or (count, len(form)) > (best[0], len(best[1]))):
                    best = (count, form, a, b)
        if best is None:
            tokens = reference.tagger.tag(text, match.start() + stars.end(), match.end())
            keep = (
                len(tokens[0].word)
                if tokens and (tokens[0].flag[0] in "nagbz" or tokens[0].word in _LENDER_ENDS)
                else 0
            )
            first = reference.tagger.tag(text, match.start(), match.start() + stars.start())
            begin = next((t.start for t in first if t.flag[0] not in "pvcrdu"), match.start() + stars.start())
            if left and left[-1] not in "被在从向由用过了到和找的":
                begin = min(begin, match.start() + stars.start() - 1)  # the star hides a part: its neighbour belongs
            found.append(Candidate(begin, match.start() + stars.end() + keep, 5.0, "masked"))
        else:
            found.append(Candidate(match.start() + best[2], match.start() + stars.end() + best[3], 6.5, "masked"))
    return [c for c in found if c.end - c.start >= 2]


def _apps(text: str, reference: Reference) -> list[Candidate]:
    found = []
    for match in list(_APP.finditer(text))[:20]:
        low = match.start("name")
        tokens = reference.tagger.tag(text, low, match.end("name"))
        edge = match.end("name")
        for token in reversed(tokens):
            if token.word in _STOP_WORDS or (token.flag[0] in "pcurdyvtmx" and token.flag not in {"vn"}):
                break
            edge = token.start
        if edge < match.end("name") - 1:
            found.append(Candidate(edge, match.end("name"), 6.0, "app"))
    return found


def _stalls(text: str) -> list[Candidate]:
    found = []
    for match in _STALL.finditer(text):
        name = match["name"]
        head = _HEADS.match(name)
        start = match.start("name") + (head.end() if head else 0)
        if len(name) >= 4:
            found.append(Candidate(start, match.end("name"), 4.5, "stall"))
    return found


def _sells_there(text: str, platform: Value) -> bool:
    return not re.match(r"(?:手机|电视|音箱)", text[platform.end : platform.end + 2])


def _institution(text: str, known: list[tuple[Value, KnownMerchant]], candidates: list[Candidate]) -> Value | None:
    for candidate in candidates:
        name = text[candidate.start : candidate.end]
        if candidate.kind in {"at", "field", "ending"} and re.search(rf"(?:{_MONEY_HOUSE})$", name) and len(name) > 4:
            inside = next((m.name for v, m in known if candidate.start <= v.start and v.end <= candidate.end), None)
            return value(text, candidate.start, candidate.end, inside)
    for found, merchant in known:
        if merchant.kind in FINANCIAL_KINDS:
            return found
    return None


def _shop(text: str, candidates: list[Candidate]) -> Value | None:
    """A shop on a platform: 旗舰店, 专营店, 网店, 直播间."""
    for c in sorted(candidates, key=lambda c: -c.weight):
        name = text[c.start : c.end]
        if c.kind == "called" and re.match(r"[”\"」]?的?(?:店|网店|店铺|直播间)", text[c.end : c.end + 4]):
            return value(text, c.start, c.end)
        if re.search(r"(?:旗舰店|专营店|专卖店|网店|小店|直播间)$", name):
            return value(text, c.start, c.end)
    return None

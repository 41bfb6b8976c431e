"""Names by their ending of the trade: 乐动健身, 老张面馆, 青岛海润家具有限公司.

The ending is found by pattern, the beginning by walking left, word by word, to a verb or preposition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xiaobao.reading.reference import Reference
from xiaobao.reading.tagger import Token

_FULL = r"(?:股份)?有限(?:责任)?公司|集团公司|分公司|公司|集团|厂"
# What names of firms end in when they are told without 公司 or 店; each may also be an everyday word (SOFT).
_FIRM = (
    r"配件|五金|水产|海鲜|人寿|出行|文化|花嫁|优培|在线|名车|名店|燃气|热力|换电|能源|科技|网络|传媒|影业|娱乐|国际|实业|生物|服饰|婚庆|婚礼|母婴|宠物|美学|整形|眼科|齿科|"
    r"牙科|国医馆|中医馆|推拿|康养|文旅|旅游|旅行|航空|财富|金服|金融|租房|管家|置业|优选|易购|严选|助贷|听力|视光|洗护|净水|电竞|代练|手作|茶业|酒业|车业|气站"
)
_TRADE = (
    r"门诊部|烘焙|婴童馆|票务|整装|英语|电器行|网络店|美容(?=的|[，。,]|店|院)|粥铺|发型社|美发|烫染|体验馆|展览馆|摄影|编程|旗舰店|专营店|专卖店|加盟店|体验店|便利店|折扣店|手机店|水果店|蛋糕店|奶茶店|服装店|眼镜店|理发店|美发店|美容店|干洗店|洗衣店|宠物店|"
    r"花店|鞋店|书店|大药房|药房|药店|[鞋服灯具眼镜茶书酒电脑电子美食家电]城|饭店|酒店|面馆|超市|商场|商城|百货|购物广场|购物中心|广场|商行|商贸|商店|门市部?|经营部|营业部|营业厅|服务部|服务站|维修部|"
    r"维修点|维修中心|修理厂|修理店|修理铺|修车铺|修车行|汽修厂|汽修店|汽修|4S店|车行|健身房|健身会所|健身中心|健身俱乐部|健身|瑜伽馆|游泳馆|球馆|拳馆|舞蹈室|俱乐部|"
    r"美容院|美容会所|美容美发|美发沙龙|养生馆|养生会所|会所|发廊|造型|美甲店|医美|诊所|医院|口腔|卫生院|影楼|摄影|照相馆|写真馆|"
    r"网校|培训学校|培训中心|培训机构|培训班|培训|教育|幼儿园|学校|驾校|早教中心|早教|托管班|画室|琴行|旅行社|国旅|宾馆|旅馆|民宿|客栈|公寓|酒楼|"
    r"餐厅|餐馆|饭馆|饭庄|火锅店|火锅|烧烤店|烧烤|烤肉|小吃店|快餐店|快餐|茶楼|咖啡馆|咖啡店|酒吧|网吧|KTV|ktv|电影院|影城|影院|洗浴中心|洗浴|浴场|"
    r"足浴店|足浴|足道|温泉|游乐园|乐园|景区|公园|物业公司|物业|房产|地产|中介|门店|直播间|小店|批发部|批发市场|农贸市场|菜市场|市场|"
    r"家具城|家居|家具|建材城|建材|装饰|装修公司|家装|橱柜|门窗|灯饰|珠宝|金店|珠宝店|搬家|家政|月子中心|月子会所|养老院|加油站|充电站|停车场|快递|速运|速递|物流|驿站|"
    r"快递站|快递点|(?<!出)租车|二手车行|车城|汽贸|电器城|电器|数码城|数码|通讯|烟酒店|烟酒行|茶庄|茶行|母婴店|玩具店|农资店|粮油店|店铺|网店|商铺|专柜|柜台|"
    r"摊位|地摊|摊|档口|中心|工作室|商户|机构|铺子|[肉粮菜鱼布药茶当杂货鞋果]铺|分店|总店|店"
)
MONEY_HOUSE = r"银行(?:股份有限公司)?(?:[一-鿿]{2,8}(?:支行|分行))?|信用社|消费金融(?:公司)?|小额贷款(?:公司)?|小贷公司|保险(?:股份有限)?公司|财险|人寿|证券"
SUFFIX = re.compile(
    rf"(?:{_FULL}(?:[一-鿿]{{1,8}}(?:分公司|支公司|店))?|{MONEY_HOUSE}|{_TRADE}|{_FIRM}|手机城|[一-鿿]{2, 3}贷(?=投|借|里|上|的|，|,)|堂(?=的|[，。]|卖|店)|[轩斋阁](?=[购买订卖的]))"
)
NAME = re.compile(rf"(?:{_FULL}|{MONEY_HOUSE}|{_TRADE}|{_FIRM}|手机城|[堂轩斋阁])$")
DEED = (
    r"购买|购得|购入|选购|网购|团购|抢购|采购|下单|下了单|拍下|拍了|买|消费|充值|充了|充卡|花费|花了|花|办理|办卡|办了|办|订购|订了|预订|预定|定制|定做|订做|定了|订|"
    r"借款|借了|借|贷款|贷了|贷|报名|报了|投保|签订|签了|签|维修|修理|修|做了|做|吃饭|吃了|吃|用餐|就餐|点了|点|聚餐|洗车|洗|租了|租|入住|住了|住|停车|加油|理发|烫|染|"
    r"存了|预存|存|交了|交|缴纳|缴|支付|付款|付了|购|看中|看上|上班|兼职|体验|租赁|寄|换了|装修|保养|整形|开通|注册|申请|领|健身|学|参加|配了|配|剪|打印|称了|称"
)
_ANYBODY = re.compile(
    r"^(?:该|这|那|此|本|其|一|我|他|她|你|有|另|每|各|哪)?(?:一)?(?:家|个|间|款)?(?:的|小|大|实体|线下|线上|网络|网上|连锁|当地|附近|同|被投诉|涉事|涉案|正规|品牌|官方|家|人家|别的|其他|其它|总|分|别|新|老|多|哪|自己|(?:淘宝|天猫|京东|拼多多|抖音)(?=店|网店|商家|卖家|平台))*"
    rf"(?:商家|店家|卖家|{_FULL}|{_TRADE}|银行|平台|APP|app|软件|手机|客服|老板|对方|小区|门口|网上|网络|线上|线下|现场|当地|家里|家|单位|店里|店内|当天|保险公司|保险|消费金融|网|车上|楼下|"
    r"这里|那里|这家|那家|市场监管局?|消协|12315|12345|派出所|法院|相关部门|有关部门|工商局?|市监局?|微信|朋友圈|微信群|小程序|直播|手机上|链接|页面|官网|前台|收银台|仓库|自己|本人|消费者|市民)?(?:上|里|内|中|处)?$"
)
TRADE_ONLY = re.compile(
    r"^某?(?:航空|保险|物业|装修|装饰|快递|搬家|旅游|房产|房地产|房屋|家政|销售|开发|鉴定|检测|培训|教育|医美|医疗美容|美容|健身|修理|维修|出租车|网约车|旅行|贷款|借贷|金融|科技|网络|"
    r"汽车|电动车|网购|购物|电商|二手|担保|催收|第三方|支付|外卖|食品|药品|信息|通信|通讯|手机|家具|家电|服装|水果|宠物|早教|游泳|美发|理发|摄影|医疗|养老|租车|中介|婚庆|婚介|相亲|留学|电视|直播|服务|购买|监管|行政|客服|售后|商业|三者险|承保|小区|社区|楼下|门口|村里|街边|路边)*"
    r"(?:公司|机构|平台|中心|店|商|行|部|部门|城|馆|单位|学校|市场|院|门市|店铺|专柜|驿站|代收点|超市)$"
)
SOFT = re.compile(
    rf"(?:{_FIRM}|票务|整装|英语|烘焙|堂|轩|斋|阁|健身|培训|教育|摄影|装饰|家具|家居|家政|物流|烧烤|火锅|中心|机构|建材|橱柜|门窗|数码|电器|口腔|温泉|洗浴|足浴|早教|汽修|搬家|租车|家装|珠宝|灯饰|快餐|烤肉|通讯|中介|地产|房产|百货|造型|国旅|市场|公寓|公园|门店|柜台|物业|摊|乐园)$"
)
GOES_ON = re.compile(
    r"[录卡费课局险票券品厂员长主材料底锅班证师贷款会所院馆场]|产品|服务|套餐|公司|行业|内容|项目|合同"
)
HEADS = re.compile(
    r"^(?:(?:在|喺|于|从|向|到|去|通过|经|被|找|跟|我们|我|本人|市民|诉求人|投诉人|消费者|来电人|原告|被告|当事人|位于|一家|一个|那家|这家|当地的?|的|名叫|叫做?|楼下的|一下|你们|是|说|称|由|因|因为|要求|希望|请|让|对|针对|投诉|举报|起诉|联系|关于|和|与|及|及其|但|但是|而|后来?|现|现在|并|且|如果|自己|家附近的|附近的|我家附近的|网上|网购|其)+)"
)
TIME_HEAD = re.compile(
    r"^.*?(?:\d{1,2}[日号]|\d{4}年|\d月|昨天|前天|今天|上周.?|上个?月|去年|今年|当天|当日|下午|上午|晚上|中午|早上|凌晨|[一-鿿]+节)(?:左右|的时候|时)?(?=.{2})"
)
_STOP_FLAGS = ("p", "c", "u", "r", "d", "y", "w")
STOP_WORDS = frozenset(
    "购买 买 联系 投诉 举报 要求 请求 希望 发现 前往 来到 路过 位于 进入 经过 选择 咨询 导致 属于 开 开了 开设 经营 称 说 告知 是 有 到 去 找 被 让 叫 做 家住 更换 投诉人 市民 诉求人 消费者 来电人 本人 原告 被告 老板 "
    "主要诉求 问题描述 近期 楼下 使用 办理 收到 通知 附近 商户名称 离开 打电话 推荐 介绍 自称 以 针对 关于 负责 对面 维修 退回 寄 协调 解决 以及 逛 帮 因 交给 送到 签 签订 预订 入住 消费 充值 退款 加盟 报名 拨打 委托 逼 骗 送 送去 走进 "
    "认为 认定 看到 确认 销售 一家 一个 那家 这家 一间 家 个 这个 那个 某家 旁边 其 对方 客服 附近 你们 我们 聘请 请 雇 雇佣 通过".split()
)
_SINGLE_VERBS = frozenset("买去到在找让被开说称是有办交退叫给送修做吃喝住租卖看问收扣付来进点订选用寄请逛")
_AGES = frozenset("老年 青年 少年 童年 春天 夏天 世纪".split())  # times to the tagger, parts of names here
_IN_NAMES = frozenset("咨询 销售 维修 消费 投资 装修 使用 推荐 介绍 经营 加盟".split())


@dataclass(frozen=True)
class Candidate:
    """A possible name with the weight of its sign."""

    start: int
    end: int
    weight: float
    kind: str


def by_ending(text: str, reference: Reference) -> list[Candidate]:
    """Names with an ending of the trade anywhere in the text: walk left from the ending, word by word."""
    found: list[Candidate] = []
    for count, match in enumerate(SUFFIX.finditer(text)):
        if count >= 40:
            break
        start = _left_edge(text, match, reference)
        if start is None:
            continue
        weight = 8.5 if re.search(_FULL, match[0]) else 7.0 if start < match.start() else 3.0
        found.append(Candidate(start, match.end(), weight, "ending"))
    return found


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
    head = HEADS.match(text[edge : match.start()])
    if head and head.end() < match.start() - edge:
        edge += head.end()
    time = TIME_HEAD.match(text[edge : match.start()])
    if time and edge + time.end() < match.start():
        edge += time.end()
    return edge


def _stops(token: Token, earlier: list[Token], registered: bool) -> bool:
    if registered and (
        token.word in _IN_NAMES or (token.flag == "v" and token.word not in STOP_WORDS and len(token.word) > 1)
    ):
        return False
    if token.word in STOP_WORDS or (token.flag[0] in _STOP_FLAGS and token.word not in {"和", "某", "某某", "又"}):
        return True
    if (
        token.flag[0] == "m"
        and re.fullmatch(r"[一两三四五六七八九十\d.]+[家个间元块]?", token.word)
        and not token.word.isascii()
    ):
        return token.word.endswith(("家", "个", "间", "元", "块"))
    if (token.flag == "t" and token.word not in _AGES) or (
        token.word in {"元", "块", "月", "日", "号"} and earlier and earlier[-1].flag == "m"
    ):
        return True
    return token.flag[0] == "v" and token.flag != "vn" and (len(token.word) > 1 or token.word in _SINGLE_VERBS)


def is_anybody(name: str) -> bool:
    """Whether the words stand for any merchant at all: 商家, 该店, 这家店."""
    return bool(_ANYBODY.match(name))

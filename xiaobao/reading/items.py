"""What was bought or used: 水杯, 二手“华为”平板, 年卡, 物业费, 贷款.

First what stands behind a verb of buying, cut where the noun ends; else a ware or service that
our lists know. A word for anything at all (东西, 商品) is no item.
"""

from __future__ import annotations

import re
from itertools import islice

from xiaobao.reading.reference import Reference
from xiaobao.reading.tagger import Token
from xiaobao.reading.values import Value, value

_NUMERAL = r"(?:\d+(?:\.\d+)?|[一二两三四五六七八九十几半数]+多?|好几)"
_MEASURE = r"(?:个月的?|个疗程的?|个|只|件|台|部|套|双|条|张|本|包|袋|盒|瓶|箱|公斤|斤|克|辆|块|份|间|支|把|片|粒|枚|顶|幅|款|批|桶|罐|次|副|根|株|棵|头|匹|匹马|晚|期|场|节|课时|年的?|天的?|对|组|串|扇|床|吨|升|年期|束|篮|杯|碗|单|颗|门|座|架|艘|种|堆|些|点|位|名|平米的?)"
_BUY = re.compile(
    r"(?:购买|购入|购得|选购|网购|团购|抢购|采购|代购|订购|预订|预定|定制|定做|订做|订了|定了|订|签了(?=个|份|一)|入手|拍下|下单|买|购|办理|办|充值|充|报名参加|报名|报|支付|租赁|租|点|投保|安装|装|做|修理|维修|换|拿|提|淘|挑|选|配|寄|种|补|拔|拍|烫|染|剪|吃|加|洗|存|借|贷|交|缴纳|缴)"
    r"(?:到|下|了|过|的是|的|得|着|来|回)?(?:我们|我|他们|家里|其|商家|他家|它家|该店|店里|这家店|他们家)?(?:的)?"
)
_SUM = re.compile(
    r"^(?:(?:价值|总价|共计|共|约|近)?\s?[¥￥]?\s?(?:\d[\d,]*(?:\.\d+)?[万千百]?\d?|[一二两三四五六七八九十百千万几]+)多?\s?(?:(?:元钱?|块钱?)(?:左右)?|(?<=[百千万].)|(?<=[百千万]))的?(?:一(?=[张个台部件]))?)+"
)
_COUNT = re.compile(
    rf"^(?!一对一)(?:{_NUMERAL}\s?{_MEASURE}(?:装的?)?|(?:张|个|台|辆|件|双|套|部|条|款|盒|箱|份|本|只|瓶|袋|间|次|些|点|几|批)(?=[^个月])|{_NUMERAL}(?:斤|公斤)?)的?"
)
_AGAIN = re.compile(
    r"^(?:(?:他|她|他们|人家|店里|商家)那个|个?什么|人家的?|他的|她的|这款|那款|这个|那个|该|这|那|某|所谓的|所谓|一款|全新的?|新的?(?=[^能鲜])|他家的?|店里的?|所售的?|店内的?|其|他们的?|商家的?|一家)"
)
_TAIL_COUNT = re.compile(
    rf"^{_NUMERAL}\s?(?:台|部|辆|件|双|套|条|张|包|袋|盒|瓶|箱|斤|公斤|个|份|块|只|把|间|次|本|枚|套|批|桶|罐|晚|天|夜|期|年|月|张|节|次)|共"
)
_FREE = re.compile(
    r"^(?:东西|商品|产品|货物|货|物品|服务|项目|单|了|的|卡|票|手续|业务|时|方式|合同|协议|订单|电话|钱|款|力|法|家|时候|后|前|人|者|店|店铺|商家|价|量|记录|凭证|链接|平台|页面|日期|时间|金额|价格|渠道|号|证|主|下来|会员|质量|问题|事|案|服|新|货|货款|部|消费|过程|心|单子|说明)$"
)

_STOP_VERBS = frozenset(
    "发现 收到 使用 打开 回家 回来 没有 是 有 要 能 说 出现 存在 造成 导致 要求 需要 显示 告知 承诺 称 支付 付款 花费 花 付 消费 退款 退货 退 用 穿 吃 坏 想 开 拆开 联系 投诉 去 来 到 拿 给 让 做 叫 送 走 签订 签 保证 声称 宣传 之后 以后 时 后 "
    "共 共计 总共 一共 合计 当时 结果 过期 开胶 变质 漏水 发霉 跑路 关门 倒闭 掉色 因 由于 计划 打算 准备 不 没 未 无法 上 下 试 看 回 并 现 却 还 价格 价值 价钱 总价 单价 售价 金额 花了 共花费 总计 商家 店家 客服 对方 卖家 老板 不支持 不能 被 质量 问题 时候 结算 当天 第二天 次日 时间 日期 用于 送给 作为 寄 寄来 寄到 到货 签收 安装 试用 食用 饮用 服用 坏了 损坏 破损 掉漆 里面 中 内 上面 期间 但 但是 可 可是 结果 然后 没想到 谁知 而 且 就 都 才 又 也".split()
)
_PRICE = re.compile(r"\d[\d,.]*\s?(?:元|块|万|千)")
_STRONG = tuple("购 买 订 预 定 网 团 抢 选 入手 拍下 充 办 报 下单 投保 租 采".split())
_NOUNISH = ("n", "x", "e", "b", "j", "z", "f", "s", "a", "i", "l", "g", "h", "k")
_FEE = re.compile(
    r"停车费|物业费|取暖费|燃气费|水费|电费|会员费|中介费|学费|房租|押金|定金|年费|保费|话费|服务费|培训费|快递费|运费"
)
_LOAN = re.compile(
    r"(?:借款|贷款|网贷)(?=\s?(?:了|本金|金额)?[：:]?\s?(?:\d|[一二两三四五六七八九十]))|(?:申请|办理|办了|通过[^，。]{1,12})(?P<loan>借款|贷款|车贷|房贷|网贷)"
)
_SIGNED = re.compile(
    r"签(?:订|署|了|定)?(?:的)?(?:\d+[天年月次个]+的?)?(?P<item>[一-鿿A-Za-z0-9]{2,12}?)(?:服务)?(?:合同|协议)"
)
_CARRIED_OUT = re.compile(
    r"(?:进行|提供|接受)(?:了|的)?(?P<item>[一-鿿]{2,10}?(?:施工|改造|治疗|手术|维修|护理|培训|装修|安装|检测|服务|保养)+)(?![费人员单])"
)
_MAX = 16


def read(text: str, reference: Reference, merchant: Value | None = None, skip: int = 0) -> Value | None:
    """The ware or service of a story, as written; None when nothing says it. `skip` jumps over a head."""
    verbs = bought(text, reference, merchant, skip)
    listed = _listed(text, reference, merchant, skip)
    best = max([*verbs, *listed], key=lambda pair: (pair[0], -pair[1].start), default=None)
    return best[1] if best else None


def bought(text: str, reference: Reference, merchant: Value | None = None, skip: int = 0) -> list[tuple[float, Value]]:
    """Whatever stands behind a verb of buying or is said outright, with how much speaks for it."""
    return [*_bought(text, reference, merchant, skip), *_said_outright(text, skip)]


def _bought(text: str, reference: Reference, merchant: Value | None, skip: int) -> list[tuple[float, Value]]:
    found = []
    for count, match in enumerate(_BUY.finditer(text, skip)):
        if count >= 60:
            break
        if match[0].startswith(("购买", "买", "购")) and re.search(
            r"[退返]$", text[max(0, match.start() - 1) : match.start()]
        ):
            continue
        if match[0][0] in "订换修装" and text[max(0, match.start() - 1) : match.start()] in {
            "签",
            "修",
            "更",
            "制",
            "维",
            "安",
        }:
            continue
        begin = match.end()
        if merchant is not None and merchant.start <= begin + 2 and begin < merchant.end:
            begin = merchant.end + (text[merchant.end : merchant.end + 1] == "的")
        span = _noun(text, begin, reference)
        if span is None:
            continue
        start, end = span
        name = text[start:end]
        if merchant is not None and (start < merchant.end and merchant.start < end):
            continue
        listed = reference.product_words.within(name)
        strong = match[0].startswith(_STRONG)
        weak = re.match(r"[点做换拿提选挑配装报办充寄淘购租订种补拔拍烫染剪吃加洗存借贷交缴]|支付", match[0])
        if (
            weak
            and not match[0].startswith(("购得", "购入"))
            and not listed
            and (match[0][-1] not in "了的过" or len(name) > 8)
        ):
            continue
        score = (6.0 if strong else 3.0) + (2.0 if listed else 0.0) - (2.0 if len(name) < 2 and not listed else 0.0)
        score -= 1.5 * bool(
            re.search(r"协商|建议|推荐|再|另外|重新|想|准备|打算|没", text[max(0, match.start() - 4) : match.start()])
        )
        score -= 0.2 * count
        found.append((score, value(text, start, end)))
    return found


def _said_outright(text: str, skip: int) -> list[tuple[float, Value]]:
    """A loan with its sum, or work that was carried out."""
    found = []
    for pattern, group, score in ((_LOAN, "loan", 6.5), (_CARRIED_OUT, "item", 6.0), (_SIGNED, "item", 5.5)):
        match = pattern.search(text, skip)
        if match is not None:
            found.append((score, value(text, *(match.span(group) if match[group] else match.span()))))
    return found


def _noun(text: str, start: int, reference: Reference) -> tuple[int, int] | None:
    """The noun that begins here: sums, counts and pointers are stepped over, verbs end it."""
    for _ in range(5):
        rest = text[start : start + 30]
        step = next((m for p in (_SUM, _COUNT, _AGAIN) if (m := p.match(rest)) and m.end()), None)
        if step is None or _inside_word(text, start, step.end(), reference):
            break
        start += step.end()
    while start < len(text) and text[start] in " 的了":
        start += 1
    stop = re.search(r"[，。！？；：,;!?:\n（）()、￥¥]|\s", text[start : start + 32])
    limit = start + (stop.start() if stop else min(32, len(text) - start))
    if limit <= start:
        return None
    end = _noun_end(text, start, limit, reference)
    while end > start and text[end - 1] in "的了和与及是":
        end -= 1
    if text[start:end].endswith("费用") and end - start > 4:
        end -= 2
    name = text[start:end]
    if (
        not name
        or _FREE.match(name)
        or name.isdigit()
        or len(name) > 24
        or (re.fullmatch(r"[\d.A-Za-z\W]*", name) and len(name) < 2)
    ):
        return None
    return start, end


def _inside_word(text: str, start: int, length: int, reference: Reference) -> bool:
    """Whether a lone measure word is only the beginning of a longer word: 张 in 张家界."""
    return length == 1 and reference.tagger.tag(text, start, min(len(text), start + 6))[0].end > start + 1


def _noun_end(text: str, start: int, limit: int, reference: Reference) -> int:
    if text[start] in '“"「':
        close = re.search(r"[”\"」]", text[start + 1 : limit])
        if close:
            quoted = start + 1 + close.end()
            follows = reference.tagger.tag(text, quoted, limit)
            return (
                follows[0].end
                if follows and follows[0].flag[0] == "n" and follows[0].word not in _STOP_VERBS
                else quoted
            )
    tokens = reference.tagger.tag(text, start, limit)
    end = start
    for number, token in enumerate(tokens):
        if token.end - start > _MAX and end > start:
            break
        following = tokens[number + 1] if number + 1 < len(tokens) else None
        if not _belongs(token, following, text, end > start):
            break
        end = token.end
    if all(token.flag in {"ns", "nt"} for token in tokens if token.end <= end):
        return start  # a place or a company alone is nothing one buys
    return end


def _belongs(token: Token, following: Token | None, text: str, begun: bool) -> bool:
    if token.word in _STOP_VERBS or _TAIL_COUNT.match(text[token.start : token.start + 6]):
        return False
    if begun and token.word[0] in "时说" and token.word not in {"时装", "时钟", "说明书"}:
        return False
    if token.word[0].isdigit() and _PRICE.match(text, token.start):
        return False
    if token.word in {"的", "之"}:
        return begun and following is not None and following.flag[0] in "nvx" and following.word not in _STOP_VERBS
    if token.word in {"与", "和", "及", "+", "加"}:
        return begun and following is not None and following.flag[0] == "n" and following.word not in _STOP_VERBS
    if token.flag in {"eng", "m"} or token.flag == "x":
        return token.flag == "eng" or token.word in '“”"-·*' or (following is not None and following.flag[0] in "nx")
    if token.flag[0] == "v" and token.flag != "vn":
        compound = (
            following is not None
            and following.flag[0] in ("n", "q")
            and following.word not in _STOP_VERBS
            and len(token.word) >= 2
        )
        return compound or (not begun and len(token.word) >= 2 and (following is None or following.flag[0] not in "nr"))
    if token.flag[0] == "q":
        return begun and following is None
    return (
        token.flag[0] in _NOUNISH
        or token.flag == "vn"
        or (token.flag == "t" and following is not None and following.flag[0] == "n")
    )


def _listed(text: str, reference: Reference, merchant: Value | None, skip: int) -> list[tuple[float, Value]]:
    """Wares and services of our lists anywhere in the story; longer, earlier and oftener ones first."""
    found = []
    for count, (start, end) in enumerate(islice(reference.product_words.find(text, skip), 60)):
        if merchant is not None and start < merchant.end and merchant.start < end:
            continue
        word = text[start:end]
        maker = re.match(r"公司", text[end : end + 2]) is not None
        if re.match(r"店|馆|房(?!费|租)|厂|院|城|中心|会所|市场|超市|学校|机构|老板", text[end : end + 2]):
            continue
        follow = re.match(r"收费", text[end : end + 2])
        end += follow.end() if follow and word in {"停车", "物业"} else 0
        score = 3.0 + 0.25 * min(len(word), 4) + 0.2 * min(3, text.count(word) - 1) - 0.05 * min(count, 20)
        score -= 1.5 * maker + 1.0 * (text[end : end + 1] == "费")
        score += 0.6 * bool(_FEE.fullmatch(word)) - 1.2 * (word == "担保费") - 1.8 * (word in _LOOSE)
        found.append((score, value(text, start, end)))
    return found


_LOOSE = frozenset(
    "全包 健身房 游泳馆 球馆 网吧 酒吧 KTV 酒店 宾馆 民宿 客栈 驾校 幼儿园 停车场 养老院 月子中心 超市 出租房 服务 维修 退票费 改签 代购 会员 押金 小区 支付 服务费 物业 利息 账户 征信 短信 照片 投资 套餐 余额 冻结 手术 账号 商品 治疗 软件 购物 玻璃 化妆 手机号 手机号码 装饰 床 包 鞋 狗 猫 锅 种子 五金 房间 房子 房屋 保险 拒赔 理赔 提现 零钱 中介 改签 开锁 打印 号码 电话卡 银行卡 信用卡 护理 早餐 旅游 快递 物流 租金 运费 游戏".split()
)

"""The other signs of a name: a field, a preposition before a deed, quotation marks, stars, an app, a stall."""

from __future__ import annotations

import re

from xiaobao.reading.endings import DEED, HEADS, NAME, STOP_WORDS, SUFFIX, TIME_HEAD, Candidate, is_anybody
from xiaobao.reading.heads import FIELD_END
from xiaobao.reading.reference import Reference

_FIELD = re.compile(
    r"(?:商户地址及名称|商户名称及地址|商户名称|商家名称|店铺名称|店名|门店名称|企业名称|公司名称|单位名称|被投诉方名称|被投诉方|被投诉人|被投诉单位|被投诉商家|被举报人|被举报方|"
    r"被诉方|投诉对象|涉诉主体|经营者名称|机构名称|对象|平台名称|小区名称及地址|小区名称|商户|商家)(?:为|是)?[：:]\s*"
)
_AT = re.compile(
    rf"(?:在|于|从|向|去|到|通过|经由|由|经)(?P<name>[^，。！？；,;!?\n：:（）()]{{2,36}}?)"
    rf"(?:[（(][^）)]{{1,30}}[）)])?(?P<in>[内里]|上面|上|处|那里|那儿|这里|店里)?(?=\s?(?:花费|[\d一二两三四五六七八九十百千万.]+元|￥)|(?:(?:第一次|先后|一共|共计|刚|又|分别|自费|线上|在线|现场|首次|给\S{{1,3}})?(?:{DEED})))"
)
_CALLED = re.compile(
    r"(?:名字叫做?|名字是|中介叫|网贷叫|[，。；]叫|名叫|名为|叫做|叫|店名[是为叫]|商家[是为叫]|店铺[是为叫]|公司[是为叫]|公司名[是为叫]|公司全称是|(?:超市|饭店|餐厅|驾校|机构|平台|医院|健身房|美容院|酒店|学校)[是叫](?![我一不说没因个按用])|品牌[是为])[\s“\"「《]{0,2}(?P<name>[^，。！？；,;!?\n“”\"」》\s（(]{2,24}?)(?=[”\"」》，。！？；,;!?\n（(]|的(?:店|网店|公司|店铺|直播间|商家|卖家|机构|平台|健身房|饭店|中介|培训|APP|app|软件|主播|理发店|美容院|淘宝店)|$)"
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
_OWN_NAME = re.compile(r"[一-鿿A-Za-z]{4,9}")
_NO_NAME = re.compile(
    r"[的了我你他她它这那哪没不很就被把给说时天月年号个家门口里外上下边旁处街路村镇县市区省楼网群站台车床脸手机电话期间]|学校|医院|公司|单位|平台|老家|同学|朋友|淘宝|拼多多|京东|抖音|美团|微信|快手"
)
LONG = 10  # characters: what is longer is hardly a name alone
_SPLIT = re.compile(r"(?:通过|在|位于|名叫|于|从)")
_TAIL = re.compile(
    r"(?:内|里面|里|上面|上|处|那里|这里|那边|那儿|店里|家|直播间里|直播间|线上|的商家|商家|卖家|的店铺?|的网店|客服|里边|中)$"
)
_ON_PLATFORM = re.compile(
    r"(?:平台|APP|app|App)?(?:上面?|里|平台上|购物平台)?的?(?:一家|某|一个|这家)?(?:店铺)?(?:名?叫做?)?[“\"「]?"
)
_MASKED = re.compile(r"[一-鿿A-Za-z]{0,3}[*＊×]{1,3}[一-鿿A-Za-z]{0,4}")
_UNIT = re.compile(r"(?:号|层|楼|柜|柜台|铺位|展位|摊位|窗口)$")
_APP_STOPS = frozenset(
    "了 的 个 款 是 用 我 你 他 该 此 这 那 各 某 从 被 和 与 于 为 对 向 把 给 让 找 叫 下载 安装 注册 打开 借款 贷款 购物 开发 手机 网上 第三方 网购"
)
_LENDER_ENDS = frozenset("贷 呗 飞 宝 卡 钱 花 融 付 条 借".split())


def from_fields(text: str) -> list[Candidate]:
    """What follows 商户名称： and the like, up to the next field."""
    found = []
    for match in _FIELD.finditer(text):
        stop = FIELD_END.search(text, match.end(), match.end() + 40)
        end = stop.start() if stop else min(len(text), match.end() + 40)
        if end - match.end() >= 2:
            name = text[match.end() : end]
            weight = 10.0 if NAME.search(name) else 4.0 if re.search(r"[路街镇村号区市弄巷]$", name) else 8.0
            found.append(Candidate(match.end(), end, weight, "field"))
    return found


def from_head(text: str, head: tuple[int, int] | None) -> list[Candidate]:
    """The accused in a clerk's head."""
    if head is None:
        return []
    name = text[head[0] : head[1]]
    return [Candidate(*head, 9.0, "field")] if NAME.search(name) else []


def called(text: str) -> list[Candidate]:
    """店名叫X, “X”店; a long name told without a pause ends where its trade does: 蟹老板水产客服让我等."""
    found = []
    for pattern in (_CALLED, _QUOTED, _QUOTED_AFTER):
        for match in pattern.finditer(text):
            if not re.search(r"我$|孩子$|是$", text[max(0, match.start() - 2) : match.start()]) and not re.match(
                r"我|他|她|不|人|停|什么", match["name"]
            ):
                follows = text[match.end() : match.end() + 6]
                sure = (
                    pattern is _QUOTED_AFTER
                    or bool(NAME.search(match["name"]))
                    or bool(re.match(r"[”\"」]?的?(?:店|网店|公司|店铺|平台|机构|直播间|APP|app)", follows))
                )
                end = match.end("name")
                if len(match["name"]) > LONG and (ending := SUFFIX.search(text, match.start("name") + 2, end)):
                    end = ending.end()
                found.append(Candidate(match.start("name"), end, 9.0 if sure else 6.5, "called"))
    return found


def before_deed(text: str, reference: Reference) -> list[Candidate]:
    """在X购买, 通过X借款."""
    found = []
    for match in _AT.finditer(text):
        start, end = _trim(text, match.start("name"), match.end("name"), reference)
        if text[end - 1 : end] in "*×" and text[end : end + 1] in _LENDER_ENDS:
            end += 1  # 分*花借款: the verb was read too early
        name = text[start:end]
        if len(name) < 2 or is_anybody(name):
            continue
        known = reference.known(name)
        if known is not None:
            found.append(Candidate(start, end, 6.6 if known.kind == "platform" else 7.5, known.kind))
        elif NAME.search(name) or (_UNIT.search(name) and SUFFIX.search(name)):
            found.append(Candidate(start, end, 8.0, "at"))
        elif re.search(r"[*×]", name) and "元" not in name:
            found.append(Candidate(start, end, 7.5, "at"))
        elif match["in"] and re.search(r"店|号", name):
            found.append(Candidate(start, end, 6.5, "at"))
        elif _OWN_NAME.fullmatch(name) and not _NO_NAME.search(name):
            found.append(Candidate(start, end, 4.2, "at"))  # 在喵星小筑买了: a name without an ending we know
    return found


def _trim(text: str, start: int, end: int, reference: Reference) -> tuple[int, int]:
    """Take time, prepositions and filler off the front, 里 and 上 off the end."""
    name = text[start:end]
    for pattern in (TIME_HEAD,):
        if head := pattern.match(name):
            start, name = start + head.end(), name[head.end() :]
    splits = [m.end() for m in _SPLIT.finditer(name) if m.end() < len(name) - 1]
    if splits:
        start, name = start + splits[-1], name[splits[-1] :]
    if head := HEADS.match(name):
        start, name = start + head.end(), name[head.end() :]
    alias = next(reference.merchant_words.find(name), None)
    if alias is not None and alias[0] == 0:
        rest = _ON_PLATFORM.match(name, alias[1])
        if rest and alias[1] < rest.end() < len(name) - 2:
            start, name = start + rest.end(), name[rest.end() :]
    while tail := _TAIL.search(name):
        if tail.start() < 2 or (
            NAME.search(name) and name.endswith(("店铺", "网店", "直播间")) and not name.endswith(("的店铺", "的网店"))
        ):
            break
        name = name[: tail.start()]
    name = name.rstrip('”"」')
    while name and name[0] in '“"「的':
        start, name = start + 1, name[1:]
    return start, start + len(name)


def masked(text: str, reference: Reference) -> list[Candidate]:
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


def apps(text: str, reference: Reference) -> list[Candidate]:
    """X平台, XAPP."""
    found = []
    for match in list(_APP.finditer(text))[:20]:
        low = match.start("name")
        tokens = reference.tagger.tag(text, low, match.end("name"))
        edge = match.end("name")
        for token in reversed(tokens):
            if token.word in STOP_WORDS or (
                token.flag[0] in "pcurvytmx"
                and token.flag != "vn"
                and len(token.word) > 1
                and not (token.flag[0] == "v" and token.end == match.end("name"))  # 快借APP
            ):
                break
            if token.word in _APP_STOPS:
                break
            edge = token.start
        if edge < match.end("name") - 1:
            found.append(Candidate(edge, match.end("name"), 6.0, "app"))
    return found


def stalls(text: str) -> list[Candidate]:
    """小区门口那家水果店: nameless, but where it is makes it known."""
    found = []
    for match in _STALL.finditer(text):
        name = match["name"]
        head = HEADS.match(name)
        start = match.start("name") + (head.end() if head else 0)
        if len(name) >= 4:
            found.append(Candidate(start, match.end("name"), 4.5, "stall"))
    return found

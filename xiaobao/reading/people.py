"""What a text tells of the writer: age, for whom, how to be reached, how to be spoken with (pure).

A child's age, a relative's deafness or the small print of a contract is not the writer's: every rule asks for the
writer as the one who is spoken of, and what could be either counts as nothing said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Age = Literal["child", "teen"]
CHILD_UNTIL, ADULT_FROM = 14, 18  # 个人信息保护法 art. 31, 民法典 art. 17
YOUNGEST_WRITER = 5
LONGEST_WISH = 40  # characters: a longer text tells a story
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_N = r"(\d{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?|[五六七八九])"
_END = r"(?=的(?:小|中|初中|高中)?学生(?!的|家)|学生(?!的|家)|了?(?:[，,。;；：:！!？?、\s）)]|$)|[了啦呢啊]|我|想|被|今天|昨天|前天|上周|可以)"
_ADVERBS = r"(?:是|是个|是一名|今年|现在|目前|还|还在|正在|正|在|刚|刚刚|才|就|只有|只是|也|其实|已经|快|刚满|刚上|满|虚岁|周岁|大概|差不多|下学期|开学|一个|一名|个)*"
_PARENT = r"(?:妈|爸|爹|娘|家长|父亲|母亲|奶|爷|老师|监护人|公公|婆)"
_I = "(?:我|俺|人家)"
_YEARS = re.compile(rf"{_I}{_ADVERBS}(?:年龄|岁数)?(?:是)?{_N}(?:周|多|来)?岁(?:半|多)?{_END}")
_YEARS_BARE = re.compile(rf"(?:我|俺)(?:属\w的)?今年(?:才|刚|刚满)?{_N}(?:了)?(?=[，,。！!]|$)")
_YEARS_FIRST = re.compile(rf"^(?:今年)?{_N}岁(?:了)?[，,。]我(?!的?(?:孩子|儿子|女儿|家))")
_YEARS_NAMED = re.compile(rf"我(?:是|叫)((?:(?!{_PARENT})[^，,。\d]){{1,8}})[，,](?:今年|现在|才)?{_N}(?:周)?岁{_END}")
_BELOW = re.compile(rf"我(?:是|今年|现在)*(?:还)?(?:不满|未满|没满|不到|没到|不足)(?:了)?{_N}(?:周)?岁?{_END}")
_SCHOOL_CHILD = re.compile(
    rf"{_I}{_ADVERBS}(?:上|读|念|升)?(?:(?:小学)?[一二三四五六七1-7]年级|小[一二三四五六](?!时|点|号)|初一|小升初){_END}"
    rf"|{_I}{_ADVERBS}(?:上|读|念)(?:小学|幼儿园){_END}|{_I}还没(?:上|读)(?:初中|小学){_END}|{_I}{_ADVERBS}小学生(?!家长|的|妈|爸|托管|班|用|读物|书|家)"
)
_SCHOOL_TEEN = re.compile(
    rf"{_I}{_ADVERBS}(?:上|读|念|升)?(?:初二|初三|[八九89]年级|高[一二三](?!米)|职高|中专[一二三]年级){_END}"
    rf"|{_I}{_ADVERBS}(?:上|读|念)(?:初中|高中|中学){_END}|{_I}{_ADVERBS}(?:初中|高中|中学)生(?!家长|的|妈|爸)"
    rf"|{_I}{_ADVERBS}(?:未成年人?|没成年|没有成年){_END}"
)
_PARENT_HERE = re.compile(
    r"我是(?:他|她|孩子|小孩|这孩子|小朋友|[^，,。我]{2,4})?(?:的)?(?:妈妈?|爸爸?|母亲|父亲|家长|监护人|奶奶|爷爷|外公|外婆|姥姥|姥爷)(?=[，,。！!；;\s]|$|来|了|现在)"
    r"|^(?:我)?(?:家长|妈妈|爸爸|我妈|我爸)(?:来了|在(?:这|旁边|边上|身边))"
)
_QUOTED = re.compile(r"(?:[说写讲填告诉道问答称报]|显示|登记)(?:的)?(?:是)?[：:，,]?[“\"'「]*$")

KIN = (
    r"(?:妈妈|爸爸|爸妈|家母|家父|老?(?:妈|爸)(?!\w?们)|老娘|老爹|母亲|父亲|父母|奶奶|爷爷|外公|外婆|姥姥|姥爷|老公|老婆|丈夫|妻子|爱人|对象|男朋友|女朋友"
    r"|朋友|同事|邻居|亲戚|哥哥|姐姐|弟弟|妹妹|[哥姐弟妹](?!们)|岳父|岳母|公公|婆婆|舅舅|姨妈|姑姑|阿姨|大爷|大妈|叔叔|伯伯|同学|室友|老人|老乡"
    r"|孙子|孙女|外孙女?|侄子|侄女|表[哥姐弟妹]|客户|委托人|当事人|别人|他人"
    r"|孩子|儿子|女儿|小孩|娃娃?|闺女|宝宝|老太太|老爷子|家里老人)"
)
WHOLE = {one: one * 2 for one in "妈爸哥姐弟妹"} | {"老妈": "妈妈", "老爸": "爸爸", "娃": "孩子", "娃娃": "孩子"}
_OWN_CHILD = re.compile(r"孩子|儿子|女儿|小孩|娃|闺女|宝宝")
_ACT = r"(?:投诉|举报|反映|来问|维权|申诉|登记|讨个?说法|讨回|要回|写(?:个|一?份)?投诉|提交|填(?:个|一?下|表)|出面|办这件事)"
_BOUGHT = r"买|订|办|挑|拍|购|选|充|交|报"
_FOR = re.compile(
    rf"(?<!不)(?<!没)(?:替|代|代表|帮|帮忙|受|为)(?:我|俺|咱)?(?:们)?(?:家)?(?:的)?({KIN})(?:(?!{_BOUGHT})[^，,。]){{0,6}}?{_ACT}"
)
_ASKED = re.compile(rf"({KIN})(?:让|叫|托|委托|求)我(?:来)?(?:帮忙?|代|替)?[^，,。]{{0,6}}?{_ACT}")
_AGENT = re.compile(
    r"我是[^，,。]{0,6}?(?:受托人|代理人|代办人|代理律师)|受([^，,。我]{2,6}?)(?:的)?委托(?:来(?!安装|修|送|装|维修|检)|，|,|代|向)|(?:替|帮|代)(?:他|她)(?:来)?(?:投诉|维权|登记|反映)"
)
_CHILD_DID = re.compile(
    r"(?<![给带陪和跟为与帮替])(?:我|俺|咱)(?:们)?(?:家)?(?:的)?(?:那个)?(?:\S{1,3}岁的?|上\S{1,4}的|未成年的?|小)?(孩子|儿子|女儿|小孩|娃娃?|闺女)"
    r"(?:(?!给我|给我们|推荐|说|告诉|帮我)[^。，,]){0,16}(?:[，,](?:(?!我)[^。，,]){0,10})?(?:充(?:了|值)|打赏|买了|办了|被骗|被忽悠|花了|付了|下(?:了)?单|订了|交了|刷了)"
)
_GROWN = re.compile(
    r"(?:孩子|儿子|女儿|闺女)(?:今年|都|已经|也)*(?:1[89]|[2-9]\d|十[八九]|[二三四五六]十\S?)(?:多)?岁|(?:儿子|女儿|孩子)\S{0,3}(?:上大学|大学生|工作了|上班|成年了|结婚)"
)

_THING = r"手机|手表|平板|电脑|耳机|音响|音箱|喇叭|助听器|对讲|座机|麦克风|电视|蓝牙|号码|号卡|电话卡|流量卡|套餐|商家|店家|客服|老板|他们|对方|平台|卖家|物业|快递|机器|设备|车机"
_DEAF_SELF = re.compile(
    r"本人聋哑|(?:我|本人|俺)(?:是|是个|是一名|是一个|从小是?|天生是?|是位)(?:听力残疾|听障|聋(?!哑)|聋哑|哑巴|失聪|语言障碍|言语障碍)(?:者|人士|人|的)?(?!人|士|者|学校|协会|\S{0,3}(?:家属|家人|老师|朋友|妈|爸|女儿|儿子|亲戚))"
    r"|(?:我|本人|俺)(?:的)?(?:这)?(?:两只)?(?:耳朵|耳|听力)?(?:都|完全|根本|真的|有点|基本|一直|从小|已经|是)*(?:听不见(?!声)|听不到(?!声|任何)|耳聋|耳背|失聪|听障|听力(?:障碍|残疾|不好|很差|差|有问题|受损)|(?:先天性?|后天)耳聋|(?<=耳朵)(?:不好|不行)|聋(?!哑)了?|不好使|背(?=[，,。！!]|$))"
    r"|(?:我|本人|俺)(?:说不了话|不会说话|不能说话|没法说话|没法讲话|讲不了话|开不了口)"
    r"|^(?:耳朵)?(?:听不见|听不到|耳背|耳聋)(?:了|的)?$|^聋哑?人$"
)
_NO_CALL = re.compile(
    r"(?:打不了|接不了|听不了|听不清|不能(?:打|接|听)|没法(?:打|接|听)|没办法(?:打|接|听)|无法(?:拨打|接听|打|接|听)|不方便(?:打|接听?|听)|不便(?:接|打)听?)电话(?!里)"
    r"|电话(?:我)?(?:听不见|听不到|听不了|接不了)"
    r"|(?:不要|别|勿|请勿|不用)(?:再)?(?:给我)?(?:打|拨打?)(?:我(?:的)?)?电话(?:给我)?(?:联系)?|(?:不要|别|勿)(?:用)?电话联系(?:我)?"
    r"|(?:只能|请|麻烦|最好|能不能|可以)(?:给我)?(?:发|用)(?:短信|文字|微信|信息)(?:和我|跟我|给我)?联系"
)
_OTHERS_CALL = re.compile(
    rf"{_THING}|推销|骚扰|贷款|催收|销售|他打|她打|让他|叫他|教练|中介|司机|师傅|医生|骗子|银行|店里|店员|我妈|我爸|我(?:家)?(?:老人|孩子|奶奶|爷爷|老公|老婆)|{KIN}"
)
_CLAUSE = re.compile(r"[^，,。;；！!？?\n]+")

_PAPER = r"标签|合同|说明书?|包装|配料|条款|广告|保单|小票|发票|协议|写的|写着|印|牌子|价签|菜单|公告|瓶|盒|商品|生产日期|日期|保质期|页面|详情|屏幕上|招牌|字条|卖家|商家|店|告示|提示|宣传|买|眼镜|验光|配了?镜|手术|监控|视频|照片|快递单|车牌|手表|手机屏|显示屏|电视|平板"
_LARGE = re.compile(
    r"字(?:体)?(?:有点|太|好|这么|那么|实在)?(?:也)?太?小(?!区|学|票)|字(?:体)?(?:能|可以|能不能|可不可以|再)?(?:弄|调|放|变|显示|搞)?大(?:一|些|点|号)|(?:放|调|变|弄)大(?:字体?|一?点|一?些)|^(?:请)?(?:帮我)?(?:放大|大字)$|大字(?:版|模式|体|号)|大号字"
    r"|(?:我|俺)?(?:眼睛?|老眼)(?:花|不好|不行|不好使|看不清|老花)|^(?:我|俺)?(?:有|是|都)?老花(?:眼)?(?:了|看不清)?$|^(?:我|俺)?看不清(?:楚)?(?:字|这字|屏幕|楚|这些字|你?的?字)?$|(?:我|俺)\S{0,6}看不清"
)
_TOLD = re.compile(r"签|手印|摁|[他她]|人家|老板|店员|卖|收到|回家|贵|买|退")  # a story of what happened, not a wish
_SLOW = re.compile(
    r"^(?:请|麻烦)?(?:您|你|小宝)?(?:能不能|可以|可不可以|能)?(?:慢(?:一)?点(?:儿)?(?:说|来|问|讲)?|慢慢(?:来|说|问)|说慢(?:一)?点(?:儿)?)(?:吗|吧|好吗|行吗|啊)?$"
)
_AGED = re.compile(
    r"(?<!说)(?<!骗)我(?:今年|都|已经|快|也)*(?:(?:6[5-9]|[7-9]\d|七十\S?|八十\S?|九十\S?)(?:多)?岁?了?|老了|(?:年纪|岁数|年龄)(?:太|也)?大了?|上了?年纪)"
    r"[^。]{0,8}(?:看不清|看不见|不会(?:用|弄|打字|操作)|记不住|眼睛?(?:花|不好)|打字慢|手抖|慢)"
)
_SINGLY = re.compile(
    r"(?:一个一个|一样一样|一条一条|一件一件|一项一项|一句一句|一个个|一步一步)(?:地|的)?(?:来|问|说|填|慢慢)|一次(?:只|就)?(?:问|说|填)(?:我)?一(?:个|样|项|件|句)|(?:别|不要)一(?:下子|次)问(?:我)?(?:这么|那么|太)多|分开(?:来)?问|逐个(?:来)?问"
)

_NUMBER = r"(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}-?\d{7,8})"
_WHOSE = re.compile(
    rf"(?:这|电话|手机|号|号码|上面|留的)(?:个)?(?:号|号码|电话|手机|手机号)?(?:是|写的是|留的是|填的是)(?:我|俺)?(?:们)?(?:家)?(?:的)?({KIN})(?:家)?(?:的)(?:电话|手机|手机号|号|号码)?"
    rf"|(?:打|联系|找|留|填|写)(?:给)?(?:我|俺)?(?:的)?({KIN})(?:的)?(?:电话|手机|手机号|号码)?[：:，, ]{{0,2}}{_NUMBER}"
    rf"|(?:我|俺)(?:的)?({KIN})(?:的)?(?:电话|手机|手机号|号码|号)(?:是|：|:|)?[ ]?{_NUMBER}|{_NUMBER}[，,（( ]{{0,2}}(?:这?是)?(?:我|俺)?(?:的)?({KIN})(?:的)"
)
_PRIVATE = r"(?:电话|手机号?|地址|住址|家在|身份证|照片|个人信息|真实姓名|信息|家庭|孩子|老婆|微信)"
_REVENGE = re.compile(
    rf"(?:曝光|公布|公开|挂(?:到|在|出|上)|发到?(?:网|抖音|微博|朋友圈|群)|贴(?:到|出)|散布)[^。]{{0,6}}(?:他|她|老板|店主|卖家|这个人|那个人|骑手|教练|店员|客服)[^。，]{{0,6}}{_PRIVATE}"
    rf"|(?:他|她|老板|店主|卖家|这个人|那个人|骑手|教练|店员|客服)[^\s我，。]{{0,4}}的?{_PRIVATE}\S{{0,10}}(?:曝光|公布|公开|挂(?:到|在|出|上)?网?|发(?:到|上)(?:网|抖音|微博|朋友圈|群)|贴出|散布)"
    r"|人肉(?:搜索|他|她|老板|店主|卖家|这|一下|出来)|(?:要|去|来|把他|把她|想|给他)人肉"
)


@dataclass(frozen=True)
class Behalf:
    """For whom the writer speaks. `relation` is the word said, empty when none was; `own_child`: a minor of theirs."""

    relation: str
    own_child: bool = False


def age(text: str) -> Age | None:
    """`child` under 14, `teen` from 14 to 17, None for an adult and where nothing sure is said of the writer."""
    for pattern in (_YEARS, _YEARS_FIRST, _YEARS_BARE, _YEARS_NAMED):
        for found in pattern.finditer(text):
            if _speaks(text, found.start()):
                return _class(_number(found.groups()[-1]), found.group())
    for found in _BELOW.finditer(text):
        years = _number(found.group(1))
        if _speaks(text, found.start()) and YOUNGEST_WRITER < years <= ADULT_FROM:
            return "child" if years <= CHILD_UNTIL else "teen"
    for pattern, band in ((_SCHOOL_CHILD, "child"), (_SCHOOL_TEEN, "teen")):
        if any(_speaks(text, found.start()) for found in pattern.finditer(text)):
            return "child" if band == "child" else "teen"
    return None


def _class(years: int, said: str) -> Age | None:
    nearly = re.search(rf"快{_N}", said)
    years -= bool(nearly)
    if YOUNGEST_WRITER <= years < CHILD_UNTIL:
        return "child"
    return "teen" if CHILD_UNTIL <= years < ADULT_FROM else None


def _speaks(text: str, at: int) -> bool:
    """Whether the 我 at `at` is the writer and not somebody who is quoted."""
    return not _QUOTED.search(text[max(0, at - 8) : at])


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def parent_here(text: str) -> bool:
    """Whether a parent or another guardian says to be the one who writes now."""
    return bool(_PARENT_HERE.search(text))


def on_behalf(text: str) -> Behalf | None:
    """For whom the writer complains, when that is said; buying for somebody is not speaking for them."""
    found = _FOR.search(text) or _ASKED.search(text)
    if found:
        return _behalf(found.group(1), text)
    if agent := _AGENT.search(text):
        return _behalf(agent.group(1) or relation_in(text[: agent.start()]), text)
    if (child := _CHILD_DID.search(text)) and not _GROWN.search(text):
        return Behalf(WHOLE.get(child.group(1), child.group(1)), own_child=True)
    return None


def relation_in(text: str) -> str:
    """The last word for a relation of the writer in `text`, or nothing."""
    found = re.findall(rf"(?:我|俺|咱)(?:们)?(?:家)?(?:的)?({KIN})", text)
    return WHOLE.get(found[-1], str(found[-1])) if found else ""


def _behalf(relation: str, text: str) -> Behalf:
    return Behalf(
        WHOLE.get(relation, relation), own_child=bool(_OWN_CHILD.fullmatch(relation)) and not _GROWN.search(text)
    )


def no_calls(text: str) -> bool:
    """Whether the writer cannot be reached by telephone: deaf, mute, or asks for written words."""
    return any(_no_calls(clause.group().strip()) for clause in _CLAUSE.finditer(text))


def _no_calls(clause: str) -> bool:
    if _DEAF_SELF.search(clause) and not re.search(_THING, clause):
        return True
    return bool(_NO_CALL.search(clause)) and not _OTHERS_CALL.search(clause)


def wants_large(text: str) -> bool:
    """Whether the writer finds these words hard to read or too fast; small print of a shop's paper is none."""
    if _TOLD.search(text) or len(text) > LONGEST_WISH:
        return False
    clauses = [found.group().strip() for found in _CLAUSE.finditer(text)]
    hard = any(_SLOW.search(one) or (_LARGE.search(one) and not re.search(_PAPER, one)) for one in clauses)
    return hard or bool(_AGED.search(text))


def wants_singly(text: str) -> bool:
    """Whether the questions shall come one by one."""
    return bool(_SINGLY.search(text))


def only_manner(text: str) -> bool:
    """Whether nothing but how to speak with the writer, or the writer's age, is told: no answer, no question."""
    for clause in (found.group().strip() for found in _CLAUSE.finditer(text)):
        manner = _no_calls(clause) or wants_singly(clause) or _AGED.search(text) or age(clause) or wants_large(clause)
        courtesy = re.fullmatch(
            r"(?:您好|你好|请问|谢谢您?|麻烦(?:您|你)?了?|请|可以吗|行吗|好吗|不好意思|请谅解)?", clause
        )
        if not manner and not courtesy:
            return False
    return True


def whose_phone(text: str) -> str:
    """Whose number it is when it is said not to be the writer's own, as the word said; else nothing."""
    found = None if re.search("换成|改成", text) else _WHOSE.search(text)
    return next((word for word in found.groups() if word), "") if found else ""


def wants_revenge(text: str) -> bool:
    """Whether somebody's private data are to be made public."""
    return bool(_REVENGE.search(text))

"""What comes before any answer (danger, fraud in progress, despair) and what is refused (pure rules, no model).

The order is that of urgency. A model may add to this; it never takes away from it.
"""

from __future__ import annotations

import re
from typing import Literal

RedLine = Literal["distress", "child", "danger", "fraud", "secret", "fake", "order", "others", "advice", "verdict"]

_LINES: tuple[tuple[RedLine, re.Pattern[str]], ...] = (
    (
        "distress",
        re.compile(
            r"不想活|活不下去|活着(?:没|还有什么)意思|想(?:去)?死(?!心|磕|了心)|(?:我|要|想|准备|打算)(?:去)?(?:自杀|轻生|跳楼|跳河|上吊|寻短见|割腕|喝农药)"
            r"|(?:死|跳)了算了|一了百了|结束(?:自己的)?生命|没脸活|不如死|活够了|楼\S{0,4}跳下去|寻死|(?<!别)想不开"
        ),
    ),
    (
        # Harm done to a child by people: 未成年人保护法 art. 11 (whoever finds it may report it). What a thing did is a complaint.
        "child",
        re.compile(
            r"(?:孩子|儿子|女儿|小孩|幼儿|儿童|宝宝|学生|娃|未成年人?|女童|男童|小朋友|闺女|孙子|孙女|外甥女?|侄女?)[^。，,]{0,8}(?:被|遭|受到?)[^。，,]{0,10}"
            r"(?:猥亵|性侵|强奸|性骚扰|虐待|殴打|毒打|暴打|体罚|绑架|拐走|拐卖|囚禁|扎针|针扎|关(?:进|在)?小?黑屋|扇(?:了)?(?:耳光|巴掌)|掐(?:伤|脖子|得|了)|打(?:伤|骂|哭|耳光|巴掌|得|成|了(?!\S{0,2}折)|(?=[，,。！!；;\s]|$)))|"
            r"(?:老师|教师|幼儿园|托管班?|托育|早教|教练|保姆|阿姨|园长|校长|保安|店员|老板|学校|培训班|机构|邻居|叔叔)[^。，,]{0,10}(?:猥亵|性侵|强奸|性骚扰|虐待|殴打|毒打|体罚|扇|掐|摸|打)(?:了|过|我|我们|我家)*(?:的)?"
            r"(?:孩子|儿子|女儿|小孩|幼儿|儿童|宝宝|娃|小朋友|学生|闺女|孙子|孙女)(?!\S{0,3}(?:电话|手机|主意|广告|卡|头像|底|球))|"
            r"虐童|(?:幼儿园|托管班?|托育|早教)[^。，,]{0,6}(?:虐待|猥亵|性侵|体罚|打人)|(?:猥亵|性侵|强奸|虐待)(?:儿童|幼儿|幼女|女童|男童|学生|未成年人|孩子|小孩)|"
            r"我被(?:老师|教练|校长|大人|叔叔|保安)[^。，,]{0,6}(?:猥亵|性侵|强奸|摸|殴打|打(?:了(?!\S{0,2}折)|伤|得)|体罚)"
        ),
    ),
    (
        "danger",
        re.compile(
            r"(?:正在|现在|把我|被)\S{0,6}(?:打我|打人|殴打|砍|持刀|关着|锁在|扣着人|不让(?:我|我们)?(?:走|出|离开)|围住|堵着|绑)|"
            r"(?:现在|正在|突然|已经|马上)\S{0,8}(?:呼吸困难|喘不上气|昏迷|晕倒|抽搐|大出血|着火|起火|漏(?:煤)?气|爆炸|中毒)|"
            r"(?:要|想|准备|扬言|威胁)\S{0,4}(?:砍人|杀人|捅死|炸了|放火|同归于尽|弄死)"
        ),
    ),
    (
        "fraud",
        re.compile(
            r"(?:正在|刚刚|刚才|刚|马上要|正要|现在)\S{0,10}(?:转账|转了|汇款|打钱|打过去|转过去|转出去)\S{0,12}(?:骗|假|不对劲|联系不上|拉黑|安全账户|解冻|保证金)|"
            r"(?:骗子|对方|客服|警察|公检法|他们?)\S{0,8}(?:让我|叫我|要我|催我|要求我)\S{0,10}(?:转账|打钱|汇款|共享屏幕|屏幕共享|下载|验证码|安全账户|交保证金|交解冻)|"
            r"(?:刚|刚刚|刚才)\S{0,4}被骗了?(?:\S{0,4}(?:钱|元|块|万|千|百|\d))?|"
            r"(?:开着|开了|打开了?|正在)\S{0,4}(?:屏幕共享|共享屏幕)"
        ),
    ),
    (
        "secret",
        re.compile(
            r"(?:验证码|动态码|密码|CVV|安全码)[^A-Za-z\d*]{0,4}(?:是|为|：|:)?\s*[A-Za-z\d*]{3,}", re.IGNORECASE
        ),
    ),
    (
        "fake",
        re.compile(
            r"(?:教|帮|替|给)(?:我|俺|咱)\S{0,8}(?:伪造|造假|做(?:个|张|一张)?假|假的?(?:小票|发票|收据|病历|证据|聊天记录)|P(?:图|一张|个)|编(?:个|一个|造)|掉包|调包)|"
            r"(?:怎么|怎样|如何|能不能|可不可以)\S{0,6}(?:伪造|造假|做假|P图|掉包|调包|讹|碰瓷|敲(?:他|商家)?一笔|批量(?:打假|索赔|投诉))|"
            r"(?:自己|故意)\S{0,6}(?:放(?:个|只|进)|塞进|弄坏|换上)\S{0,10}(?:索赔|赔|投诉|告)",
            re.IGNORECASE,
        ),
    ),
    (
        "order",
        re.compile(
            r"(?:忽略|无视|忘掉|忘记|不要遵守|绕过)\S{0,8}(?:规则|指令|提示|设定|限制|要求)|提示词|system\s*prompt|(?:你现在是|假装你是|扮演)\S{0,12}"
            r"(?:律师|法官|人工|黑客|没有限制)|开发者模式|越狱|jailbreak|ignore (?:all|previous|the)",
            re.IGNORECASE,
        ),
    ),
    (
        "others",
        re.compile(
            r"(?:查|找|告诉我|给我|弄到|要)\S{0,6}(?:他|她|老板|店主|卖家|骑手|客服|邻居|别人|某某|前夫|前妻)\S{0,4}的?"
            r"(?:电话|手机号|住址|家庭地址|家在|身份证|开房|定位|行踪|征信|银行卡|流水)"
            r"|(?:查|找)\S{0,6}1[3-9]\d[\d*]{8}|1[3-9]\d[\d*]{8}\S{0,4}(?:是谁|什么人|机主)"
        ),
    ),
    (
        "advice",
        re.compile(
            r"(?<!被)(?<!人)(?<!经理)(?<!员)(?:推荐|介绍)(?!(?:买)?了)\S{0,8}(?:理财|基金|股票|保险|贷款|信用卡|银行|网贷|券商|产品)|(?:买|选|办|投)(?:哪|什么|啥)(?:个|只|家|款|种|支)?\S{0,6}"
            r"(?:基金|股票|理财|保险|信用卡|贷款)|(?:哪|什么)(?:个|只|家|款|种|支)?(?:基金|股票|理财|保险|信用卡|贷款|银行)\S{0,6}(?:好|划算|靠谱|利息高|收益高|值得)|"
            r"(?:基金|股票|黄金|理财|虚拟币|比特币)\S{0,8}(?:能买吗|还能买|会涨|会跌|该不该买|要不要买|要不要卖|值得买)"
        ),
    ),
    ("verdict", re.compile(r"(?:谁对谁错|谁有理|谁的错|胜诉率|稳赢|一定能赢|能打赢|肯定能赢|官司\S{0,8}(?:赢|胜|输)(?:吗|不|么|的|$)|判几年|保证能)")),
)  # fmt: skip
FIRST_AID = ("distress", "child", "danger", "fraud")
ON_DUTY = ("distress", "child")  # for a human at once


_OTHER = re.compile(
    r"(?:干|做|接|派|赶)(?:的|了|完|不了)?活|活儿|的活(?:干|做)?|死机|^[我俺]?(?:今年|都|已经?|也)*[\d一二三四五六七八九十]{1,4}[岁多几]*了?[。！!\s]*$"
    r"|(?:猫|狗|犬|鸟|鱼|虾|蟹|兔|龟|仓鼠|宠物|花|树|苗)\S{0,8}死"
)
_DESPAIR = re.compile(r"活|死|撑|熬|绝望|崩溃|跳|遗书|绝路|走投无路|累赘|废物|药|割|烧炭|一起走|想不开|没意思|盼头")


def harmless(text: str) -> bool:
    """活 as in 不干活, a cat's death, somebody's age, and not one word of despair beside it: the model hears 不想活 in it."""
    return bool(_OTHER.search(text)) and find(text) is None and not despairs(text)


def despairs(text: str) -> bool:
    """Whether a word of despair stands in the text that is not about a thing or an animal."""
    return bool(_DESPAIR.search(_OTHER.sub("", text)))


def find(text: str) -> RedLine | None:
    """The line that `text` touches, the most urgent one; None for an ordinary message."""
    return next((line for line, pattern in _LINES if pattern.search(text)), None)

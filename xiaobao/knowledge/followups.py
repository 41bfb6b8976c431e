"""那食品呢, 依据原文, 说简单点: words that only mean something after an answer (pure)."""

from __future__ import annotations

import re
from typing import Literal

FollowUp = Literal["text", "keep", "where", "simple", "steps", "changed", "article", "wrong", "bare"]
LONGEST = 24  # characters; more is a question of its own
_ENDING = r"[吗呢啊呀吧嘛啦的了么？?。！!～~\s]*$"

# In this order: the first that matches decides.
_PATTERNS: tuple[tuple[FollowUp, re.Pattern[str]], ...] = (
    (
        "wrong",
        re.compile(
            r"^(?:不是|不对|错了|答错|说错)[^退赔]{0,2}(?:问|说)?(?:这个|这事|这意思|这个意思)?" + _ENDING
            + r"|答非所问|不是(?:问|说)(?:这个|的)|(?:我)?(?:问|说)的不是|没(?:回)?答(?:到|对|上)|跟我(?:问|说)的(?:没关系|不一样)|不是这个意思"
        ),
    ),
    ("article", re.compile(r"^(?:那|还有)?\s*第?\s*[\d零〇一二两三四五六七八九十百千]{1,9}\s*条(?:呢|怎么说|说的啥|说什么|是什么|原文)?" + _ENDING)),
    (
        "text",
        re.compile(
            r"原文|条文|法条|(?:法律|法规|条款|规定).{0,4}(?:依据|出处|原话|怎么写|怎么说|怎么规定)|(?:哪|什么)(?:一)?(?:条|部)(?:法|规定)?"
            r"|^(?:有|什么|啥)?(?:法律)?依据(?:是|在)?(?:什么|哪|啥)?" + _ENDING + r"|凭(?:什么|啥)这么说|谁规定的|哪里写的|哪写的"
        ),
    ),
    (
        "keep",
        re.compile(
            r"(?:要|该|得|需要|应该|应当)?.{0,3}(?:准备|提供|留|保留|保存|收集|带)(?:好|着|些|点|一些)?(?:什么|哪些|啥)|(?:什么|哪些|啥)(?:材料|证据|东西|凭证)"
            r"|证据(?:不够|不足|没有|怎么)|(?:怎么|如何|怎样|咋|拿什么|用什么|凭什么)(?:来|去)?(?:证明|举证|取证)|没(?:有)?(?:小票|发票|合同|收据|证据|录音|截图)(?:怎么办|咋办|行不行|可以吗|呢)"
        ),
    ),
    ("where", re.compile(r"(?:去|到|上|找|跟|向|打)(?:哪|谁|什么地方|啥地方|什么部门|哪个部门|什么电话|哪个电话)|哪个(?:部门|单位|电话)|(?:归|由)(?:谁|哪)|电话是?多少")),
    ("simple", re.compile(r"简单(?:点|些|一点|地)?(?:说|讲)?|说人话|通俗|(?:看|听|没|不)(?:看|听)?(?:不)?(?:懂|明白)|太(?:长|复杂|绕)|大白话|一句话(?:说|讲)|啥意思|什么意思|直接说")),
    ("steps", re.compile(r"(?:具体|详细|那我?|接下来|下一步|然后|第一步|首先|现在)(?:该|要|应该)?(?:怎么|咋|如何|做|干)(?:办|做|弄|操作|整|走|什么|啥)?|怎么(?:做|弄|操作|走)|展开|详细(?:点|说)|下一步|然后呢|接着呢|还有呢|步骤|流程")),
    (
        "changed",
        re.compile(
            r"^(?!然后|接着|还有|下一步|后来|所以|为什么|怎么)\S{2,8}呢" + _ENDING + r"|^(?:那|那么)?还(?:能|可以|有没有|来得及)\S{1,10}(?:吗|不|么)" + _ENDING + r"|^(?:那|那么|可是|但是|但|可|还有|另外)?(?:要是|如果|假如|万一|若是|若|换成|换|改成|对于)\S{2,20}(?:呢|吗|怎么办|咋办|行吗|可以吗|也一样吗|能吗|怎么说)?"
            + _ENDING
            + r"|^(?:那|那么)\S{1,12}(?:呢|也一样吗|也是吗|也算吗|行吗|能吗|可以吗)"
            + _ENDING
            + r"|^\S{1,12}(?:也一样|也是这样|也适用|也算|一样)(?:吗|不|么)"
            + _ENDING
        ),
    ),
)  # fmt: skip

CONDITION = re.compile(r"^(?:那么?|可是?|但是?)?(?:要是|如果|假如|万一|若是?)")  # 要是超过两年呢: of the same matter
# 那我能把钱要回来吗: a question of nothing but words that any matter has; what it is about was said before.
_ANY_MATTER = re.compile(
    r"(?:那么?|我们?|咱们?|您|你|他们?|她们?|它|对方|人家|商家|店家|老板|卖家|这样|这种|这个|这|那个|那样|情况|事情?|的话|到底|究竟|一般|大概|现在|以后|之后|然后|回头|真的?|自己"
    r"|剩下?的?|全部?|全额|部分|一半|里面?|钱款?|款项?|费用?|损失|本金|余额|能不能|可不可以|会不会|要不要|是不是|有没有|能够?|可以|会|要|该|应该|得|还|也|都|就|再|才|又|把|被|给|让|跟|和"
    r"|要求|[退赔要拿追找讨还](?:得|的)?(?:回来?|到|出来|给|钱)?|赔偿|补偿|到[手账]|多久|多长时间|多少|几[天倍年个月]+|怎么办?|怎样|咋[办整]?|如何|什么|时候|为啥|为什么|吗|呢|吧|啊|呀|么|嘛|了|的|不到?|没有?|有用?|用|成功|希望|可能|合不合法|合法|违法|犯法|合理|算不算|不?对|行|办法?|做|弄|算|说|去|来|等|想|最[多少快]|合适|[\s，,。.!！?？~～])+"
)
_ASKS = re.compile(r"[吗呢么?？]|怎么|怎样|咋|如何|多久|多少|几[天倍年]|什么|能不能|可不可以|会不会|有没有|为啥")


def read(text: str) -> FollowUp | None:
    """What a short message wants to know about the answer just given; None when it stands for itself."""
    if len(text) > LONGEST:
        return None
    if (found := next((kind for kind, pattern in _PATTERNS if pattern.search(text)), None)) is not None:
        return found
    return "bare" if _ASKS.search(text) and _ANY_MATTER.fullmatch(text) else None

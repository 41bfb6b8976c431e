"""Whether somebody speaks of what this office keeps about them, and what they want of it (pure).

Certain words only: whoever asks how a shop's records are erased asks a question of law. 个人信息保护法 art. 15, 45 to 47.
"""

from __future__ import annotations

import re

SHOW, COPY, CORRECT, CONSENT, ERASE = "show", "copy", "correct", "consent", "erase"
LONGEST = 30  # characters
_OTHERS = re.compile(
    r"商家|商户|店|平台|App|APP|app|软件|小程序|公司|银行|贷|保险|他们|对方|快递|网站|淘宝|京东|抖音|拼多多|美团|学校|医院|房东|中介|征信|卖家|客服泄"
)
_MINE = r"(?:关于)?(?:我|本人)(?:的|在这里的|在你们这的|所有的?|留下的|存的){0,2}(?:所有|全部|个人)?(?:信息|资料|数据|隐私|聊天记录|对话记录|对话|记录|内容)"
_GO = r"(?:请|请帮我|帮我|麻烦|我要|我想|想|要|能不能|可以|怎么|怎样)?"
_RULES = (
    (ERASE, re.compile(rf"(?:删除|删掉|删了|清除|清空|抹掉|抹去|注销|销毁)(?:掉|一下)?{_MINE}|把?{_MINE}(?:全部?|都|统统)?(?:给我)?(?:删除|删掉|删了|删|清除|清空|抹掉|销毁)|(?:忘掉|忘记|忘了)我(?:吧|这个人)?[。！]?$")),
    (CONSENT, re.compile(r"(?:撤回|撤销|收回|取消)(?:我的?|之前的?|对你们的?)?(?:信息)?(?:的)?(?:同意|授权)|不(?:再)?同意(?:你们)?(?:再)?(?:保存|使用|用|处理|存)我的")),
    (COPY, re.compile(rf"(?:下载|导出|拷贝|复制|要一份|给我一份|打包){_MINE}|{_MINE}(?:下载|导出|给我一份|打包)")),
    (CORRECT, re.compile(r"(?:更正|改正|修改|改一下|改)我的?(?:个人)?(?:信息|资料|数据)|我的(?:个人)?(?:信息|资料|数据)(?:有误|不对|错了|写错)")),
    (SHOW, re.compile(rf"^{_GO}(?:看看?|查看|查一下|查查|查|显示|打开|了解)?我的(?:个人)?(?:信息|资料|数据)(?:管理)?[。！？?]?$|(?:存|保存|留|记|收集|掌握|有)了?(?:我的?|本人的?)(?:哪些|什么|多少|啥)(?:个人)?(?:信息|资料|东西|数据|内容)?|(?:哪些|什么|多少|啥)(?:个人)?(?:信息|资料|数据)(?:是)?(?:关于|有关)我")),
)  # fmt: skip


def wish(text: str) -> str | None:
    """What is wanted of one's own data; None when the words are about something else."""
    text = text.strip()
    if not text or len(text) > LONGEST or _OTHERS.search(text):
        return None
    return next((what for what, words in _RULES if words.search(text)), None)

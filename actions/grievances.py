"""Somebody tells in a few words what a trader did or what is wrong with what was bought: the form opens at once.

Whatever small intent the model heard in it. Whoever only wants to ask says so, or asks: a question is answered and the
form waits.
"""

from __future__ import annotations

import re

from rasa_sdk.events import FollowupAction

from actions import guidance
from actions.base import Events, Turn
from actions.draft import Draft
from xiaobao.knowledge import acts, redlines
from xiaobao.knowledge.text import simplified
from xiaobao.reading import story

GUESSED = "guessed"  # flag of the draft: nobody asked for the form in so many words
LONGEST = 60  # characters: a longer story is met by the search and its own rule
SURE = 0.6
# Heard with confidence, these are never a complaint first: a life, money on its way, or something asked for by name.
FIRST = ("distress", "fraud_now")
BY_NAME = ("submit_complaint", "submit_report", "submit_suggestion", "request_human", "my_data")
JUST_ASKING = re.compile(
    r"^[我俺]?(?:就|只|先)?(?:是|就是)?(?:想|来)?(?:先)?(?:问(?:问|一问|一下|下)|咨询(?:一下|下)?|了解(?:一下|下)?)(?:而已|就行|的|啊|吧)?[。.！!]*$"
    r"|^(?:我)?(?:先)?(?:不|没(?:说)?要|别|不想|不用)投诉(?:了)?[。.！!]*$"
)
_ASKING = re.compile(
    r"[不没][。\s]*$|无理由|三包|保修|([退赔管给换要该能])[不没]\1|谁[出承负赔管]|[该算]谁|真的假的|不会.{1,15}吧|没得$|(?<![没好])几[年天个月]|找谁|是\S{1,8}还是|哪|多少|能[退换赔修]|可唔可|有没有|算不算|合法|违法|构成|规定|标准|条例|法律|赔[几十三]倍?|假一赔"
)
# About a ticket, a form that was open, everybody's good, or another one's wrong: each has its own door.
_OTHER_DOOR = re.compile(
    r"编号|查询码|进度|受理|回访|调解|介入|办结|投诉单|工单|上次|那件|撤[回诉]|补[充进]|交给你们|要不要给|改成|搞错|接着|往下|再来"
    r"|退给我了|已经?退|退了[，。]|补了|承诺|主动联系"
    r"|举报|检举|查处|严查|立案|执法|监管|管管|来查|建议|提个?醒|应该|应当|出台|看法|希望.{0,10}(?:搞|加强|公开|统一)"
)
_PRIVATE = re.compile(
    r"邻居|楼上|楼下|路灯|房东|室友|同事|亲戚|朋友|老公|老婆|前夫|前妻|男友|女友|工资|社保|加班|辞退|离职|工地|抚养|离婚|彩礼|遗产"
)
_ASKED_AT_THE_END = re.compile(
    r"[\s，,。；;]*(?:请问)?(?:我|该|应该|现在|那)*(?:怎么办|怎么弄|怎么搞|怎么处理|咋办|咋整|咋弄|如何是好|能[退赔换]吗|可以[退赔换]吗|有办法吗|有什么办法)[啊呀呢吧嘛了]*[？?！!。.~\s]*$"
)
_NOW = re.compile(r"验证码|转账|转[了给过错]|刷单|刚刚|正在|现在.{0,6}扣|一直(?:在|来)?扣|骗子")  # money on its way


def heard(turn: Turn) -> Events | None:
    """Open the complaint form with these words; None: they are something else."""
    if turn.slot("pending_question"):
        return None
    draft = Draft.at_hand(turn.tracker)
    if draft.saved_at or turn.slot("last_number") or not plain(turn, turn.text):
        return None
    if turn.intent in (*FIRST, *BY_NAME) and turn.confidence >= SURE and not redlines.harmless(turn.text):
        return None
    if turn.intent == "ask" and turn.slot("last_question"):
        return None  # one more of somebody's questions: the answer offers the form
    return open_form(draft, turn.text)


def open_form(draft: Draft, text: str) -> Events:
    """The complaint form with these words as its story."""
    draft.clear()
    draft.form = "complaint_form"
    draft.flags = {"new_story": text, GUESSED: True}
    return [*draft.events(), FollowupAction("complaint_form")]


def told(turn: Turn, text: str) -> bool:
    """Whether words that were answered as a question told of a quarrel: 健身房办了卡 它跑路了 咋办啊."""
    return plain(turn, text) or plain(turn, _ASKED_AT_THE_END.sub("", text))


def plain(turn: Turn, text: str) -> bool:
    """Whether the words tell of a quarrel with a trader and ask nothing."""
    text = simplified(text).replace("唔", "不")
    if len(text) > LONGEST or not guidance.tells(text) or redlines.find(text) is not None or redlines.despairs(text):
        return False
    if any(words.search(text) for words in (_ASKING, acts.STUDIES, acts.SELLS, _OTHER_DOOR, _PRIVATE, _NOW)):
        return False
    if acts.BROKEN.search(text):
        return _ours(turn, text)
    told = story.read(text, turn.today, turn.context.reading).values
    wrong = bool(acts.WRONGED.search(text) or acts.FAULT.search(text)) or "problem" in told
    traded = bool(acts.TRADER.search(text) or acts.BOUGHT.search(text))
    traded = traded or bool({"item", "merchant", "institution", "object"} & set(told))
    return wrong and traded and _ours(turn, text)


def _ours(turn: Turn, text: str) -> bool:
    """Whether the search knows of no other place for it."""
    ranking = turn.context.searcher.rank(text)
    return not (ranking.decision == "decline" and ranking.elsewhere)

"""What a message does: ask, tell of a quarrel with a trader that is to be put right, or neither (pure).

Whoever tells of a quarrel gets the answer and, first under it, the offer to file a complaint.
"""

from __future__ import annotations

import re
from typing import Literal

from xiaobao.knowledge.search import Ranking
from xiaobao.knowledge.text import ASKS, simplified

Act = Literal["ask", "complain", "other"]
FRAGMENT = 12  # characters; fewer may be a question put in one word
STORY = 40  # characters; fewer hold a question, hardly what happened and what the other side said

TRADER = re.compile(
    "商家|卖家|店|班|课|超市|商场|公司|平台|客服|售后|机构|培训|快递|物流|驿站|柜|航班|航空|酒店|宾馆|民宿|旅行社|旅游|导游|景区"
    "|物业|开发商|售楼|销售|中介|装修|美容|美发|理发|健身|医美|整形|影楼|婚庆|学校|驾校|餐馆|饭店|外卖|网购|网上|直播|代购"
    "|银行|保险|贷款|小贷|基金|投资|信用卡|支付|充值|会员|游戏|运营商|移动|联通|电信|宽带|厂家|经销商|4[Ss]店|车行|微信"
    "|老板|业务员|经理|会所|诊所|画室|琴行|健身|热力|燃气|供暖|水务|供电|师傅|管家|主播|红娘|导购|收银|月嫂|保姆|直播间|车厂|门诊|网管"
)
WRONGED = re.compile(
    "不给|不退|不赔|不管|不理|不认|不肯|不让|不想退|不处理|不解决|不发货|不换|不修|不承认|不能退|没人管|没有?(?:处理|解决|退|发货|信息)"
    "|拒绝|拒赔|拖着|拖延|推脱|推卸|屏蔽|拉黑|失联|跑路|关门|倒闭|清盘|暴雷|爆雷|骗|假货|假的|有假|虚假|发错|送错|定错|订错"
    "|弄丢|丢了|不见|弄脏|弄坏|损坏|破损|淋湿|坏了|发霉|变质|过期|漏水|质量|故障|违约金|乱收|多收|多扣|盗刷|误导|强制|强迫"
    "|自己承担|高利|太高|搞错|不一样|不符|取消|不能给|纠纷|误解|得知|才发现|才知道"
    "|搬空|停业|没收|没音讯|没人理|不吭声|不松口|不答应|不同意|不作数|作废|清零|缩水|翻新|泡过水|事故车|起拱|开裂|裂了|断了|烂了|碎了"
    "|霉|异味|过敏|虫|少了|缺斤|扣了|扣我|扣\\d|另收|另外收|加收|涨到|加钱|延期|逾期|迟迟|一拖再拖|推来推去|踢皮球|敷衍|冒充|假冒|忽悠|耍赖|赖账"
)
WANTS = re.compile(
    "能退|"
    "退款|退货|退钱|退还|退费|退卡|换货|赔偿|赔钱|索赔|补偿|拿回|要回|追回|维权|投诉|举报|起诉|可撤销|怎么办|解决|合理吗|可以吗|找谁|找快递|要求"
    "|要回|讨回|要个说法|讨个?说法|讨公道|评评?.{0,2}理|凭什么|凭啥|退(?:掉|剩|点|我|他|一半|回)|赔(?:我|点|他|偿|多少)|换一[台个]|能告|告他|重做"
)
PAID = re.compile("(?:交|付|花|充|买|投资|办)了?.{0,30}(?:退|追回|要回|拿回)")
# Somebody who asks what the law says, supposes a case, sells himself, or quarrels with a private person.
STUDIES = re.compile(
    "是否|能否|如何认定|哪些|什么责任|什么义务|构成|何种|情形|消费者|经营者|旅游者|承运人|保险人|投保人|出借人|金融机构|当事人"
    "|双方|借款人|约定了?非常|如果|假如|要是|房东|户主|房主|业主可以|担保人"
)
SELLS = re.compile("我(?:在|是|们)?.{0,6}(?:卖|开店|开网店|开了)|买家|顾客要|我开的")
# The grammar of a grievance, whatever it is about: mine, done, and what the other side says or will not do.
MINE = re.compile("我|俺|咱|孩子|娃|爸|妈|爷|奶|婆|弟|妹|哥|姐|朋友|老公|老婆|儿子|女儿|老人")
DONE = re.compile("[了过]|刚|已经|上周|上个?月|去年|今年|昨|前天|那天")
OTHER_SIDE = re.compile(
    "(?:他|她|它|人家|对方|[店方司行台]|老板|客服|商家|卖家|物业|经理|销售|中介|机构|开发商|售后|前台|师傅|老师|学校|会所|员|导游)"
    "[^，。？！,?!]{0,8}(?:说|讲|回复|不|没|让|叫|非要|硬|推|拖|拒|扣|收了?我|要我|要求|赔|讹|骗|坚持)"
)
FILES = re.compile("(?:我要|我想要?|帮我|(?<!以)(?<!能)(?<!应该)要求|给我)(?:投诉|举报|退|换货|赔)(?!.{0,3}吗)")


def act_of(text: str, ranking: Ranking) -> Act:
    """What the message does; a quarrel counts only with somebody whom this office or its referrals reach."""
    text = simplified(text)
    if ranking.decision == "decline":
        return "ask" if ASKS.search(text) or len(text) < FRAGMENT else "other"
    first = ranking.answers[0].topic if ranking.answers else None
    if tells_of_a_quarrel(text) or (first and first.next == "complain" and tells_a_grievance(text)):
        return "complain"
    return "ask"


def tells_of_a_quarrel(text: str) -> bool:
    """Whether somebody tells what a trader did to him and wants it put right."""
    if SELLS.search(text) or STUDIES.search(text):
        return False
    if FILES.search(text) and (WRONGED.search(text) or TRADER.search(text)):
        return True
    wronged = WRONGED.search(text) or PAID.search(text)
    return bool(TRADER.search(text) and wronged) and bool(WANTS.search(text) or not ASKS.search(text))


def tells_a_grievance(text: str) -> bool:
    """Whether a story has the shape of a quarrel; of what and with whom is for the topic found to say."""
    if len(text) < STORY or SELLS.search(text) or STUDIES.search(text):
        return False
    return all(pattern.search(text) for pattern in (MINE, DONE, OTHER_SIDE))

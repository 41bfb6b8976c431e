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

TRADER = re.compile(
    "商家|卖家|店|班|课|超市|商场|公司|平台|客服|售后|机构|培训|快递|物流|驿站|柜|航班|航空|酒店|宾馆|民宿|旅行社|旅游|导游|景区"
    "|物业|开发商|售楼|销售|中介|装修|美容|美发|理发|健身|医美|整形|影楼|婚庆|学校|驾校|餐馆|饭店|外卖|网购|网上|直播|代购"
    "|银行|保险|贷款|小贷|基金|投资|信用卡|支付|充值|会员|游戏|运营商|移动|联通|电信|宽带|厂家|经销商|4[Ss]店|车行|微信"
)
WRONGED = re.compile(
    "不给|不退|不赔|不管|不理|不认|不肯|不让|不想退|不处理|不解决|不发货|不换|不修|不承认|不能退|没人管|没有?(?:处理|解决|退|发货|信息)"
    "|拒绝|拒赔|拖着|拖延|推脱|推卸|屏蔽|拉黑|失联|跑路|关门|倒闭|清盘|暴雷|爆雷|骗|假货|假的|有假|虚假|发错|送错|定错|订错"
    "|弄丢|丢了|不见|弄脏|弄坏|损坏|破损|淋湿|坏了|发霉|变质|过期|漏水|质量|故障|违约金|乱收|多收|多扣|盗刷|误导|强制|强迫"
    "|自己承担|高利|太高|搞错|不一样|不符|取消|不能给|纠纷|误解|得知|才发现|才知道"
)
WANTS = re.compile(
    "能退|"
    "退款|退货|退钱|退还|退费|退卡|换货|赔偿|赔钱|索赔|补偿|拿回|要回|追回|维权|投诉|举报|起诉|可撤销|怎么办|解决|合理吗|可以吗|找谁|找快递|要求"
)
# What goes wrong with a thing says enough by itself; what goes wrong in a trade needs a word of trade beside it.
BROKEN = re.compile(
    "失灵|死机|黑屏|卡顿|充不进|开不了机|开裂|裂了|断了|掉[毛色漆皮]|褪色|起球|开胶|缩水|生锈|漏[油气]|异响|发[霉臭]|变质|过期|馊"
    "|不(?:制冷|制热|热|响|亮|转|动|好用|能用|得行|中用|灵|合格|对版)|没(?:声|反应|信号|效果)|[用打装]不[了开上]"
)
FAULT = re.compile(
    "坏|有问题|出问题|毛病|故障|漏水|虫|不新鲜|拉肚子|过敏|假的?|翻新|掺|缺斤|短斤|不够|少[发给送了装]|[发配送做弄装拿算修剪染]错|不(?:干活|对数)"
    "|没(?:收到|到货|送到|人管|人理|修好|装好)|死了|病了"
    "|骗|[被挨]坑|坑[人我了]|黑心|宰[客我人]|乱收|[多重]收|[多乱偷][扣算]|偷偷|莫名其妙|扣了?我?[的]?钱|被扣|被[开办]了?通?|强[买卖制迫]|加[价钱]|加了.{0,3}钱|涨价"
    "|关[门了]|倒闭|跑路|跑了|搬走|停业|停课|停工|人去楼空|店没了|找不到人|联系不上|失联|拉黑|[上去]不了|不发货|不送|拖[着了]|一直不|老是?不|总是?不"
)
BOUGHT = re.compile(
    "买|订[了的购]|[交付花充办]了|[交付充]的?[钱费]|[修装配租]了?|卡|课|套餐|押金|定金|会员|账单|快递|退[款货钱票]|[收扣]我?.{0,4}[钱费]"
)
PAID = re.compile("(?:交|付|花|充|买|投资|办)了?.{0,30}(?:退|追回|要回|拿回)")
# Somebody who asks what the law says, supposes a case, sells himself, or quarrels with a private person.
STUDIES = re.compile(
    "是否|能否|如何认定|哪些|什么责任|什么义务|构成|何种|情形|约定了?非常|如果|假如|要是|房东|户主|房主|业主可以|担保人"
)
TERMS = re.compile("消费者|经营者|旅游者|承运人|保险人|投保人|出借人|金融机构|当事人|双方|借款人")
# Terms of the law in the mouth of somebody who tells his own story on its day are no study.
_DAY = r"(?:\d年|\d月|\d[号日]|今年|去年|昨天|前天|上周|刚[刚才])"
OWN_STORY = re.compile(rf"{_DAY}.*我|我.*{_DAY}")
SELLS = re.compile("我(?:在|是|们)?.{0,6}(?:卖|开店|开网店|开了)|买家|顾客要|我开的")
FILES = re.compile("(?:我要|我想要?|帮我|(?<!以)(?<!能)(?<!应该)要求|给我)(?:投诉|举报|退|换货|赔)(?!.{0,3}吗)")


def act_of(text: str, ranking: Ranking) -> Act:
    """What the message does; a quarrel counts only with somebody whom this office or its referrals reach."""
    text = simplified(text)
    if ranking.decision == "decline":
        return "ask" if ASKS.search(text) or len(text) < FRAGMENT else "other"
    if tells_of_a_quarrel(text):
        return "complain"
    return "ask"


def tells_of_a_quarrel(text: str) -> bool:
    """Whether somebody tells what a trader did to him and wants it put right."""
    if SELLS.search(text) or STUDIES.search(text) or (TERMS.search(text) and not OWN_STORY.search(text)):
        return False
    if FILES.search(text) and (WRONGED.search(text) or TRADER.search(text)):
        return True
    wronged = WRONGED.search(text) or PAID.search(text)
    return bool(TRADER.search(text) and wronged) and bool(WANTS.search(text) or not ASKS.search(text))

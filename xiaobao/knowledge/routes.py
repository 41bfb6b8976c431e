"""Whose matter a question is: a trader's towards a consumer, a financial institution's, or neither."""

from __future__ import annotations

import re
from typing import Literal

from xiaobao.knowledge.search import Ranking

Route = Literal["consumer", "finance", "out_of_scope"]
ROUTES: dict[str, Route] = {"consumer": "consumer", "finance": "finance", "elsewhere": "out_of_scope"}

# What one telling word adds to a side, and how much the side without topics needs less: found on our own
# wordings held back (docs/knowledge.md). Both are in the units of `Ranking.sides`.
CUE_WEIGHT = 0.15
ELSEWHERE_LEAD = 0.05

CUES = {
    "consumer": re.compile(
        "商家|卖家|网购|淘宝|京东|拼多多|抖音|直播|快递|退货|退款|售后|客服|店家|消费|买的|买了|购买|商场|超市|物业"
        "|开发商|装修|培训班|健身|美容|酒店|旅行社|航班|4S店|产品|质量|发票|会员|充值|中介|维修|假货|外卖|套餐|押金|定金|预售"
    ),
    "finance": re.compile(
        "银行|信用卡|贷款|房贷|车贷|网贷|花呗|借呗|利率|征信|理财|基金|证券|股票|券商|期货|保险|保单|投保|理赔|退保"
        "|支付宝|微信支付|转账|汇款|存款|存折|支票|储蓄卡|催收|P2P|集资|信托|被骗"
    ),
    "elsewhere": re.compile(
        "离婚|老公|老婆|丈夫|妻子|前夫|前妻|彩礼|抚养|继承|遗产|遗嘱|工资|单位|劳动|辞职|离职|工伤|社保|仲裁|被告|原告"
        "|判决|法院|执行|上诉|判刑|拘留|派出所|刑|借条|欠条|借钱|欠钱|欠我|股东|合伙|法人|征地|拆迁|宅基地|村|邻居"
        "|房东|租客|租房|交通事故|车祸|肇事|撞|交警|打伤|户口|学校|专利|商标|医院|合同"
    ),
}


def route_of(question: str, ranking: Ranking) -> Route:
    """The side whose wordings the question is most like, helped by words that tell the sides apart."""
    fits = {side: fit + CUE_WEIGHT * bool(CUES[side].search(question)) for side, fit in ranking.sides.items()}
    fits["elsewhere"] += ELSEWHERE_LEAD
    return ROUTES[max(fits, key=lambda side: fits[side])]

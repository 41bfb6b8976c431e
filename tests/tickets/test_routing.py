"""Which authority a matter belongs to, and where an office sends what it may not take."""

from __future__ import annotations

import time

import pytest

from tests.factories import REFERENCE, an_office
from xiaobao.tickets import reference, routing

AUTHORITIES = reference.load_authorities(REFERENCE)


def route(text, **more):
    return routing.route(text, authorities=AUTHORITIES, **more)


SENTENCES = {
    "SAMR": [
        "在该店买的电水壶漏电，老板不肯退",
        "酒店前台态度恶劣，房间很脏也不给换",
        "小区物业五一期间停车收费太高",
        "景区停车场收了我五十块停车费",
        "拼多多上买的鞋是假货，卖家不退款",
        "微信支付了三百块买衣服，店家不发货",
        "在超市买到过期牛奶",
        "健身房关门了，会员卡里还有两千块",
        "孩子的英语培训班倒闭了，学费退不了",
        "4S店卖的新车发动机异响，要求换车",
        "银行卡付款买的手机屏幕坏了",
        "影楼让我用贷款付写真的钱，现在不退",
        "外卖里吃出虫子",
        "理发店办卡后涨价",
        "淘宝退货，运费险没赔到",
        "物业乱收垃圾清运费",
        "蛋糕店的充值卡用不了",
        "",
    ],
    "LABOR": [
        "周末在奶茶店打零工，老板拖着工钱不发。",
        "公司拖欠工资两个月",
        "老板克扣工资还不交社保",
        "被公司辞退没有补偿",
    ],
    "NFRA": [
        "信飞借款平台每个月多收担保费",
        "在一个网贷app借了八千，利息太高",
        "提前还款还要收我违约金，借款平台不讲理",
        "信用卡年费没告诉我就扣了",
        "保险公司拒赔，说我没告知病史",
        "银行客户经理卖给我的理财亏了一半",
        "平台一天几十个电话催收，骂人还威胁我",
        "房贷利率银行不给降",
        "车险理赔拖了三个月",
    ],
    "PBC": [
        "征信报告有错误，不是我贷的款",
        "支付宝余额被冻结，提现不了",
        "超市拒收现金",
        "转错账了，银行账户被限额",
    ],
    "CSRC": ["券商佣金费率和说好的不一样", "买的私募基金到期不退", "荐股群让我亏了十万"],
    "LOCALFIN": ["典当行不让我赎回手表", "小额贷款公司强行拖走我的车"],
    "ILLEGALFUND": ["养老投资项目暴雷，涉嫌非法集资", "交十万入股每月返利，高额返利现在停了"],
    "MIIT": ["中国移动偷偷给我开了套餐", "宽带老是掉线", "联通营业厅不给办携号转网"],
    "POST": ["快递员把我的包裹弄丢了", "驿站没通知我就签收了", "寄的陶瓷碎了，保价也不赔"],
    "CAAC": ["航班取消了，机票不给退", "托运行李被摔坏"],
    "RAIL": ["高铁晚点两个小时", "12306退票扣了手续费"],
    "TOUR": ["旅行社跟团，导游逼我们进购物店", "报团去云南六日游，行程被改"],
    "HEALTH": ["医美做双眼皮失败", "医院乱收费还误诊", "牙科种植牙没种好"],
    "HOUSING": ["开发商逾期交房", "房东不退租房押金", "物业从来不打扫", "二手房贷款下来了，一直过不了户"],
    "UTIL": ["燃气公司改造把墙砖弄坏了", "小区停水三天没通知", "供暖温度不够"],
    "MOT": ["网约车司机绕路", "驾校不退学费", "共享单车押金不退"],
    "EDU": ["小学乱收补课费", "这家机构无证办学"],
    "TAX": ["饭后要发票，老板不给开发票"],
    "TOBACCO": ["买到假烟了"],
    "CUSTOMS": ["包裹卡在海关一直清关不了"],
    "AGRI": ["宠物医院把狗治死了", "买的种子不发芽", "农药没有效果"],
    "CULTURE": ["演唱会门票不给退", "剧本杀店临时加价"],
    "COMMERCE": ["家政阿姨做了两天就走了", "买的二手车是事故车"],
    "PI": ["个人信息被泄露，天天接推销电话"],
    "COURT": ["离婚财产怎么分", "朋友找我借钱不还"],
    "DISCIPLINE": ["我要举报村支书贪污", "怎么申请行政复议"],
}
CASES = [(code, text) for code, texts in SENTENCES.items() for text in texts]


@pytest.mark.parametrize(("code", "text"), CASES)
def test_a_sentence_finds_its_authority(code, text):
    assert route(text).code == code


URGENT = [
    "对方让我把钱转到安全账户",
    "网上刷单被骗，刚转了三万",
    "有人冒充客服让我共享屏幕转账",
    "店里的人不让我走",
    "我不想活了",
    "保安把我打伤了",
    "催收的人上门威胁我家人",
    "信用卡被盗刷了五千",
]


@pytest.mark.parametrize("text", URGENT)
def test_danger_goes_to_the_police_before_anything_else(text):
    found = route(text)
    assert (found.code, found.urgent) == ("POLICE", True)
    assert found.hotline.startswith("110")


def test_a_gas_leak_is_urgent():
    assert (route("厨房燃气泄漏了").code, route("厨房燃气泄漏了").urgent) == ("UTIL", True)


@pytest.mark.parametrize("text", ["被商家骗了，鞋是假货要求退货", "打折时被打开过的蛋糕", "店家不让我退"])
def test_ordinary_anger_is_not_urgent(text):
    assert not route(text).urgent


def test_the_names_on_the_form_count_as_much_as_the_story():
    assert route("多扣了我一笔钱", institution="云泽农商行").code == "NFRA"
    assert route("东西弄丢了", merchant="顺丰速运").code == "POST"
    assert route("多扣了我一笔钱", object_="金融-保险").code == "NFRA"
    assert route("多扣了我一笔钱", object_="电信服务").code == "MIIT"


def test_a_bank_as_a_landmark_is_no_bank():
    assert route("建设银行对面的水果店卖烂苹果", merchant="银行对面水果店").code == "SAMR"


def test_one_matter_may_have_two_ways():
    assert "SAMR" in route("医美做双眼皮失败").also
    assert "SAMR" in route("旅行社虚假宣传，报团后加价").also
    assert route("旅行社临时取消行程").also == ()
    assert "SAMR" in route("买的二手车是事故车").also


@pytest.mark.parametrize(
    ("code", "hotline"),
    [("SAMR", "12315"), ("NFRA", "12378"), ("LABOR", "12345"), ("UTIL", "12345"), ("RAIL", "12345"), ("COURT", None)],
)
def test_a_hotline_that_was_not_verified_gives_way_to_the_citys_own(code, hotline):
    assert AUTHORITIES.by_code[code].hotline == hotline


def test_finance_must_be_put_to_the_institution_first():
    assert route("信用卡年费没告诉我就扣了").must_complain_first
    assert not route("在超市买到过期牛奶").must_complain_first


REFERRALS = [
    ("regulator", "周末在奶茶店打零工，老板拖着工钱不发。", "LABOR"),
    ("regulator", "信飞借款平台每个月多收担保费", "NFRA"),
    ("regulator", "燃气公司改造把墙砖弄坏了", "UTIL"),
    ("regulator", "在超市买到过期牛奶", None),
    ("regulator", "医美做双眼皮失败", None),
    ("council", "旅行社跟团，导游逼我们进购物店", None),
    ("council", "开发商逾期交房", None),
    ("council", "信用卡年费没告诉我就扣了", "NFRA"),
    ("council", "公司拖欠工资两个月", "LABOR"),
    ("bank", "信用卡年费没告诉我就扣了", None),
    ("bank", "征信报告有错误，不是我贷的款", None),
    ("bank", "在超市买到过期牛奶", "SAMR"),
    ("pbc", "支付宝余额被冻结，提现不了", None),
    ("pbc", "保险公司拒赔，说我没告知病史", "NFRA"),
    ("any", "公司拖欠工资两个月", "LABOR"),
]


@pytest.mark.parametrize(("office_id", "text", "code"), REFERRALS)
def test_an_office_takes_what_is_its_own_and_refers_the_rest(office_id, text, code):
    found = routing.referral(an_office(office_id), route(text))
    assert (found.code if found else None) == code
    if found:
        assert found.authority


def test_every_rule_names_a_stage_and_stages_come_in_order():
    order = ["urgent", "not_consumer", "industry", "part"]
    stages = [rule.stage for rule in AUTHORITIES.rules]
    assert set(stages) == set(order)
    assert [stage for stage in stages if stage != "part"] == sorted(
        (stage for stage in stages if stage != "part"), key=order.index
    )
    assert len({rule.id for rule in AUTHORITIES.rules}) == len(AUTHORITIES.rules)


def test_every_category_of_a_rule_is_one_of_the_taxonomy():
    known = {row["name"] for row in reference.rows(REFERENCE / "objects.csv")}
    assert {name for rule in AUTHORITIES.rules for name in rule.objects} <= known


def test_a_long_story_is_routed_at_once():
    story = "我买了东西，" * 3000
    start = time.perf_counter()
    route(story)
    assert time.perf_counter() - start < 1.0

"""What a text tells of its writer: lists of what counts and, as long, of what must not."""

from __future__ import annotations

import pytest

from xiaobao.reading import people

CHILDREN = """
我今年12岁
我12岁
我十二岁了
我才十岁
我今年11岁，买了个假手办
我13岁，商家不退钱
我13岁半
我快14岁了
我不满14周岁
我还没满14岁
我未满十四岁
我上五年级
我读小学
我在上小学
我读小学五年级
我上六年级了
我是小学生
我是一名小学生
我是五年级学生
我是五年级的学生
我读三年级，妈妈不在家
我刚上初一
我上初一
我今年上小四
我念四年级，被骗了钱
我现在八岁
我今年13，在网上买的
我叫小明，今年12岁，买的玩具坏了
我是学生，13岁，充了500块
我九岁
我是个12岁的学生
我其实才11岁
我今年9岁了，怎么退钱
我上七年级
我读一年级
我今年12周岁
我正在上小学
我13岁了我想退钱
您好，我今年十三岁，游戏充值能退吗
我升五年级了
我12岁被骗了
我小学生一个
我虚岁13岁
我十三岁半，买的鞋坏了
我是四年级的学生
""".split()

TEENS = """
我15岁
我今年16岁，想投诉
我上高一
我是高中生
我读高中
我是初中生
我上初三
我今年十七岁
我17岁了
我还未成年
我是未成年人
我未满18岁
我还没到18岁
我上高二，买的鞋坏了
我14岁
我今年十六
我读职高
我是中学生，被骗了
我还不满18周岁
我高二学生
""".split()

NO_AGE = """
孩子被打折的课程吸引
孩子被打动了
孩子被热水烫伤
孩子吃了过敏
老师打孩子电话催交费
培训班打了八折
幼儿园不退学费
我孩子被骗了
儿子被忽悠充值
学生票打了九折
孩子的手机被打碎了
孩子被打了八折的鞋磨伤
老师让学生买教材
机构打学生主意
儿童餐里有虫
我被店员打了
老板打我
幼儿园打广告
孩子玩具被打开过
教练摸底测试
我在五年级教室门口
我孩子刚上初一
我儿子初一
我弟弟读小学
我同学13岁
我认识一个12岁的小孩
我妹妹是小学生
我买了12岁用的书包
""".split()

SPEAKING_FOR_ANOTHER = """
替我妈投诉
我替我妈投诉一家店
帮我爸投诉
帮我老公投诉这家健身房
代我父亲投诉
代表我奶奶来投诉
替老人投诉保健品店
替我爷爷维权
帮我妈妈登记一下
我帮我女朋友投诉
替朋友投诉
帮同事投诉美容院
我妈让我帮她投诉
我爸叫我来投诉
邻居托我投诉
我奶奶委托我投诉
我是受托人
我是她的代理人
受王女士委托来投诉
受李大爷的委托，代他投诉
替他来投诉
帮她投诉
替我婆婆讨个说法
帮我岳父要回定金，写个投诉
为我外婆投诉
替我家老人投诉
帮我儿子投诉培训班
替我女儿投诉
帮我孩子投诉游戏公司
我儿子充了5000元游戏币
我家孩子打赏主播花了三千
我女儿在网上买了手表
我孩子用我手机充值了648元
我家娃在直播间下单了
我12岁的儿子充了3000块
我那个上小学的儿子充值了800元
替表哥投诉
帮室友投诉房屋中介
替我弟弟投诉
帮我老婆投诉
我是代办人，委托书有
帮我大爷反映保健品的事
我老婆让我投诉这家店
""".split()

FOR_ONESELF = """
我要投诉
帮我投诉
替消费者说话
我替我妈买了件衣服
帮我爸买的手机坏了，我要投诉
给我妈买的按摩椅
我给孩子买的奶粉过期了
给孩子报的班关门了
我陪我妈去买的
我和老公一起去的
我带孩子去游乐园
朋友推荐的店
我朋友介绍我去的
同事说这家店不好
我女儿给我买了件衣服坏了
我儿子推荐我买了保险
代理商不给退
代理退保骗了我
我是代理商
我不替别人投诉，是我自己的事
邻居也投诉过这家店
我老公不同意投诉
老板让我别投诉
他们让我投诉
客服让我去投诉
我帮我妈挑了一件，回来发现坏了
我孩子吃了拉肚子
孩子喝了奶粉起疹子
我女儿穿了皮肤过敏
我代表我自己投诉
替代品不合格
帮我写个投诉
帮忙投诉
帮我查查怎么投诉
我爱人也在场
我和我妈都被推销了
商家替我朋友办了退款，不给我办
店员帮我老公量的尺寸
我儿子25岁，自己充了5000元
我女儿上大学，自己办了卡
受商家委托来安装的师傅弄坏了
受疫情影响
教练帮我报名
老师让我给孩子交了钱
""".split()

NO_CALLS = """
我是聋人
我是聋哑人
我是一名听障人士
我是听力残疾人
我听不见
我听不到
我耳朵听不见
我耳朵不好使
我耳朵聋了
我耳背
我耳背，打不了电话
我听力不好
我听力有问题
我听力障碍
我失聪了
本人听力残疾
本人聋哑，请文字联系
我是哑巴
我说不了话
我不会说话，只能打字
我是语言障碍者
我没法说话
打不了电话
打不了电话，能发短信吗
我打不了电话
我接不了电话
我没法接电话
我不能打电话
我没办法打电话
我无法接听电话
不方便接电话
我上班不方便接电话
请不要给我打电话
别给我打电话
请勿打电话联系
不要电话联系我
只能用文字联系
请发短信联系
麻烦用微信联系
最好发短信联系我
听不见
聋哑人
我从小听不见
我两只耳朵都听不见
电话我听不见
我天生聋哑
""".split()

CALLS_WELCOME = """
商家电话打不通
商家不接电话
电话没人接
他们不给我打电话
客服打不了电话
手机打不了电话
买的手机打不了电话
手机听不见声音
耳机听不见声音
耳机一边听不到
助听器戴了听不见
买的助听器听不见，我要退
音响听不到声音
我妈听不见
我妈耳背被忽悠了
我爸听力不好，买了助听器
我奶奶是聋哑人
一个聋哑人卖给我的
给聋哑人捐款被骗
我是聋哑学校的老师
我是聋哑人家属
我听不懂他说什么
我听不清楚规定
电话里听不清
让他们别给我打电话
贷款公司老给我打电话，让他们别打电话
推销一直打，叫他不要给我打电话
号码卡打不了电话
电话卡停了接不了电话
老板说不方便接电话
店员让我不要打电话
教练说别打电话联系他
能打电话问吗
打电话给谁
请打电话给我
可以给我打电话
工作人员会打电话吗
我听了他的话
没听见他说退
我没听到答复
我打了很多电话
手表接不了电话
平台客服只能用文字联系
商家只能用微信联系
我听不进去他们的解释
蓝牙耳机接不了电话
请发短信通知商家
""".split()

LARGE = """
字太小
字太小了看不清
字体太小
能不能字大一点
放大字体
大字版
我老了看不清
我年纪大了，看不清
我眼睛花
我眼睛不好
老花眼
慢一点
慢点说
请慢一点
说慢点
我老了，慢慢来
我今年78岁，不会打字
我72岁了眼睛花
看不清
字小看不清
大字
字能调大一点吗
我看不清这些字
我看不清屏幕
眼睛花了
我岁数大了眼睛花
""".split()

SMALL_PRINT = """
配料表的字太小
合同字太小看不清
标签上的字太小
说明书看不清
生产日期看不清
我买的老花镜坏了
老花镜度数不对
快递慢一点
退款慢
发货太慢
我去验光说眼睛不好
监控看不清
我家老小区
老板说我老了，忽悠我买保健品
我今年70岁，买了保健品
我爸80岁，被骗了
字小票
手机屏幕看不清
广告字太小
商家写的字很小
字太小了老花眼看不清，就叫我摁手印
我字都看不清，她指哪儿我签哪儿
我眼花，回家才叫孙女对出来贵了十几块
大字写最高收益，小字写最低
我老太婆大字不识
我岁数大爬不了楼
""".split()

SINGLY = """
一个一个问
一样一样来
一次只问一个
别一下子问这么多
一条一条问
分开问
一步一步来
你一个一个问我
""".split()

NOT_SINGLY = """
一个一个买的
我问了一个一个店员
他们一个个都不理我
一样的东西
买了一件一件坏
一条裤子
一个问题
""".split()

PHONE_OF_ANOTHER = """
这是我儿子的电话
电话是我女儿的
13800138000，这是我儿子的
联系我女儿13800138000
打我老公电话13800138000
我邻居的号码13800138000
号码是我妈的
手机号是朋友的
""".split()

OWN_PHONE = """
这是我的电话
这是商家的电话
电话是老板的
我老公的手机坏了
13800138000
联系我13800138000
我的电话是13800138000
上面的联系电话是我老婆的，换成我的
""".split()

REVENGE = """
把他电话地址曝光
我要人肉他
我要把老板的身份证曝光到网上
把她照片发到网上
公布他的住址
他的电话我要发到抖音
曝光店主的手机号
我要人肉搜索
""".split()

NO_REVENGE = """
曝光这家店
让媒体曝光他们
我要曝光这家黑店
公布处罚结果
人肉包子馅不新鲜
他把我的照片发到网上
请公开商家地址
人肉代购
""".split()


@pytest.mark.parametrize("text", CHILDREN)
def test_a_writer_under_14(text: str) -> None:
    assert people.age(text) == "child"


@pytest.mark.parametrize("text", TEENS)
def test_a_writer_from_14_to_17(text: str) -> None:
    assert people.age(text) == "teen"


@pytest.mark.parametrize("text", NO_AGE)
def test_a_grown_up_or_the_age_of_somebody_else(text: str) -> None:
    assert people.age(text) is None


@pytest.mark.parametrize("text", SPEAKING_FOR_ANOTHER)
def test_who_speaks_for_another(text: str) -> None:
    assert people.on_behalf(text)


@pytest.mark.parametrize("text", FOR_ONESELF)
def test_who_speaks_for_oneself(text: str) -> None:
    assert people.on_behalf(text) is None


@pytest.mark.parametrize(
    ("text", "relation", "own_child"),
    [
        ("替我妈投诉", "妈妈", False), ("帮我妈妈登记一下", "妈妈", False), ("替老人投诉", "老人", False),
        ("替我女儿投诉", "女儿", True), ("我12岁的儿子充了3000块", "儿子", True), ("我孩子用我手机充值了648元", "孩子", True),
        ("替我儿子投诉，他25岁，儿子今年25岁", "儿子", False), ("我女儿工作了，替她投诉", "女儿", False),
        ("我朋友小陈喝出苍蝇，我替她投诉", "朋友", False), ("我是受托人", "", False), ("帮爸妈投诉", "爸妈", False),
    ],
)  # fmt: skip
def test_for_whom_and_whether_it_is_an_own_child(text: str, relation: str, own_child: bool) -> None:
    assert people.on_behalf(text) == people.Behalf(relation, own_child)


@pytest.mark.parametrize("text", NO_CALLS)
def test_who_cannot_be_called(text: str) -> None:
    assert people.no_calls(text)


@pytest.mark.parametrize("text", CALLS_WELCOME)
def test_deafness_of_others_and_of_things_is_none(text: str) -> None:
    assert not people.no_calls(text)


@pytest.mark.parametrize("text", LARGE)
def test_who_finds_these_words_hard_to_read(text: str) -> None:
    assert people.wants_large(text)


@pytest.mark.parametrize("text", SMALL_PRINT)
def test_small_print_in_a_story_is_no_wish(text: str) -> None:
    assert not people.wants_large(text)


@pytest.mark.parametrize(("text", "wanted"), [(t, True) for t in SINGLY] + [(t, False) for t in NOT_SINGLY])
def test_who_wants_one_question_at_a_time(text: str, wanted: bool) -> None:
    assert people.wants_singly(text) is wanted


@pytest.mark.parametrize(("text", "theirs"), [(t, True) for t in PHONE_OF_ANOTHER] + [(t, False) for t in OWN_PHONE])
def test_whose_telephone_it_is(text: str, theirs: bool) -> None:
    assert bool(people.whose_phone(text)) is theirs


@pytest.mark.parametrize(("text", "wanted"), [(t, True) for t in REVENGE] + [(t, False) for t in NO_REVENGE])
def test_who_wants_to_expose_a_person(text: str, wanted: bool) -> None:
    assert people.wants_revenge(text) is wanted


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("我是聋人，打不了电话", True), ("您好，我听不见", True), ("我今年12岁", True), ("字太小，慢一点", True),
        ("我是聋人，买的助听器坏了", False), ("我12岁，网购能退吗", False), ("乐动健身", False), ("2680元", False),
        ("我耳背，他们骗我办了卡", False),
    ],
)  # fmt: skip
def test_whether_a_message_tells_nothing_else(text: str, only: bool) -> None:
    assert people.only_manner(text) is only


@pytest.mark.parametrize(
    ("text", "here"),
    [
        ("我是他妈妈", True), ("我是小明的爸爸，我来填", True), ("我是孩子家长", True), ("家长来了", True), ("妈妈在旁边", True),
        ("我妈妈不在家", False), ("我是学生", False), ("我妈妈说可以", False), ("我是小明", False), ("他妈妈也买了", False),
    ],
)  # fmt: skip
def test_a_parent_who_takes_over(text: str, here: bool) -> None:
    assert people.parent_here(text) is here

"""What somebody wants of their own data, and what only sounds like it."""

from __future__ import annotations

import pytest

from xiaobao.reading import my_data

WISHES = {
    "show": "我的信息 查看我的信息 我要看我的资料 你们存了我的哪些信息 你们这里留了我什么信息 我的个人信息",
    "copy": "导出我的资料 下载我的信息 我要下载我的个人信息 要一份我的数据",
    "correct": "更正我的信息 我的资料写错了 修改我的个人信息",
    "consent": "撤回同意 我要撤回同意 取消授权 不同意你们再保存我的电话",
    "erase": "删除我的信息 把我的信息都删了 请删除我的所有个人信息 清空我的聊天记录 忘了我吧 怎么删除我的信息 把我的资料全部删除",
}
OTHERS = (
    "怎么要求商家删除我的信息", "我的信息被泄露了怎么办", "平台不给我注销账号", "撤回投诉", "删掉差评违法吗",
    "快递公司泄露我的信息", "我的信息费被扣了20元", "帮我改一下金额", "银行把我的征信记录删除要多久", "他们存了我的身份证",
    "我在美容院留了电话，现在天天骚扰我，信息应该怎么要求删掉", "同意", "我的投诉到哪了",
)  # fmt: skip


@pytest.mark.parametrize(("what", "text"), [(what, t) for what, texts in WISHES.items() for t in texts.split()])
def test_a_wish_is_understood(what, text):
    assert my_data.wish(text) == what


@pytest.mark.parametrize("text", OTHERS)
def test_something_else_is_no_wish(text):
    assert my_data.wish(text) is None

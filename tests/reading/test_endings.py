from __future__ import annotations

import pytest

from xiaobao.reading import endings
from xiaobao.reading.reference import Reference


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("去乐动健身退卡", "乐动健身"), ("顾客从青岛海润家具销售有限公司购床", "青岛海润家具销售有限公司"), ("老张面馆吃出虫子", "老张面馆"),
        ("看到某影楼的广告", "某影楼"), ("公司全称是上海金牛投资咨询有限公司", "上海金牛投资咨询有限公司"), ("好的我说一下老李烧烤", "老李烧烤"),
    ],
)  # fmt: skip
def test_a_name_begins_after_verb_or_preposition(reference: Reference, text: str, name: str) -> None:
    assert name in [text[c.start : c.end] for c in endings.by_ending(text, reference)]


@pytest.mark.parametrize("name", ["商家", "该店铺", "这家店", "一家超市", "淘宝店", "网上", "楼下", "有关部门"])
def test_words_for_anybody_are_known(name: str) -> None:
    assert endings.is_anybody(name)


@pytest.mark.parametrize("name", ["乐动健身", "拼多多", "某影楼", "XX县XX百货"])
def test_a_name_is_not_anybody(name: str) -> None:
    assert not endings.is_anybody(name)

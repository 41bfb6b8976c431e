"""Pinyin, English words and wrong characters are read as they are meant; names of things are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiaobao import spelling
from xiaobao.spelling import Spellings

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def shipped() -> Spellings:
    return spelling.load(ROOT / "data" / "knowledge")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tuikuan", "退款"),
        ("woyaotousu", "我要投诉"),
        ("zenme tui qian", "怎么退钱"),
        ("wo bei pian le qian", "我被骗了钱"),
        ("jian shen fang paolu le", "健身房跑路了"),
        ("zhuan ren gong", "转人工"),
        ("在taobao买的jia huo", "在淘宝买的假货"),
        ("WEIXIN zhifu被dao shua", "微信支付被盗刷"),
        ("pinduoduo推款", "拼多多退款"),
    ],
)
def test_what_is_meant(shipped: Spellings, typed: str, meant: str) -> None:
    assert shipped.plain(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "hello",
        "ok",
        "thank you",
        "Can you help me",
        "iPhone 15",
        "nike鞋",
        "WiFi",
        "app",
        "vip会员",
        "BYD",
        "2026-11-27",
        "",
    ],
)
def test_what_stays_as_it_is(shipped: Spellings, typed: str) -> None:
    assert shipped.plain(typed) == typed


def test_every_piece_knows_its_place(shipped: Spellings) -> None:
    text = "我tui kuan的"
    assert shipped.pieces(text) == [("我", 0, 1), ("退款", 1, 9), ("的", 9, 10)]
    assert "".join(text[start:end] for _, start, end in shipped.pieces(text)) == text


def test_a_very_long_run_of_letters_is_not_read(shipped: Spellings) -> None:
    assert shipped.plain("tui" * 5000) == "tui" * 5000


def test_without_tables_nothing_changes(tmp_path: Path) -> None:
    assert spelling.load(tmp_path).plain("tuikuan 推款") == "tuikuan 推款"

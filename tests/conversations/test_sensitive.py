"""Which names and words tell of sensitive papers."""

from __future__ import annotations

import pytest

from tests.factories import REFERENCE
from xiaobao.conversations import sensitive

KINDS = sensitive.load(REFERENCE)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("身份证正反面.jpg", "identity"),
        ("户口本首页.png", "identity"),
        ("ID_Card_front.jpg", "identity"),
        ("passport.pdf", "identity"),
        ("10月银行流水.pdf", "account"),
        ("征信报告2026.pdf", "account"),
        ("工资单.jpg", "account"),
        ("门诊病历.jpg", "medical"),
        ("化验单.jpg", "medical"),
        ("CT片.jpg", "medical"),
        ("付款截图.jpg", None),
        ("商家要身份证的聊天.jpg", None),
        ("快递流水.jpg", None),
        ("质检检查报告.pdf", None),
        ("PRODUCT.jpg", None),
        ("IMG_2041.HEIC", None),
    ],
)
def test_a_name_tells_the_kind(name: str, kind: str | None) -> None:
    found = sensitive.named(name, KINDS)
    assert (found.id if found else None) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("这是我的身份证", "identity"),
        ("刚才传的是银行流水", "account"),
        ("上传了医院的诊断证明", "medical"),
        ("附上户口本", "identity"),
        ("我的身份证丢了", None),
        ("商家让我发身份证给他", None),
        ("要不要上传身份证？", None),
        ("病历怎么传", None),
        ("这是我买的鞋" + "，" * 60 + "身份证", None),
    ],
)
def test_words_about_a_file_are_told_from_talk_about_papers(text: str, kind: str | None) -> None:
    found = sensitive.told(text, KINDS)
    assert (found.id if found else None) == kind


def test_each_kind_says_why_and_what_may_come_of_it_with_its_articles() -> None:
    for kind in KINDS.values():
        assert kind.why and kind.risk and "第二十九条" in kind.article


def test_the_version_changes_with_the_wording() -> None:
    assert sensitive.version("同意吗") != sensitive.version("同意吗？") and len(sensitive.version("x")) == 12

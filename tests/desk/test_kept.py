"""What was typed before a session ran out."""

from __future__ import annotations

from xiaobao.desk import kept


def test_long_texts_come_one_by_one_and_short_fields_together() -> None:
    form = {"narrative": "经过", "merchant": "好物", "contact_phone": "138", "csrf": "x", "text": " "}
    assert kept.words_of(form) == ["经过", "好物\n138"]


def test_a_form_without_a_long_text_has_nothing_to_lose() -> None:
    assert kept.words_of({"name": "张三", "password": "secret"}) == []

"""Topics as words and cards."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiaobao.knowledge import library, render


@pytest.fixture(scope="module")
def loaded() -> library.Library:
    return library.load(Path(__file__).parents[2] / "data" / "knowledge")


def test_an_answer_names_its_basis_law_by_law(loaded):
    said = render.answer(loaded.topics["net-03"], loaded)
    assert said.basis == (
        "依据：《消费者权益保护法实施条例》第十九条；《最高法网络消费纠纷规定（一）》第三条；"
        "《消费者权益保护法》第二十五条。"
    )


def test_articles_of_one_law_stand_together(loaded):
    assert "《市场监督管理投诉举报处理办法》第十五条、第二十二条、第二十三条" in (
        render.answer(loaded.topics["proc-03"], loaded).basis
    )


def test_a_card_carries_the_article_and_its_day_in_force(loaded):
    card = next(c for c in render.answer(loaded.topics["net-01"], loaded).citations if c.law == "消费者权益保护法")
    assert card.article == "第二十五条"
    assert card.text is not None and "七日内退货" in card.text
    assert card.effective == "2014年3月15日起施行"
    assert card.source


def test_a_card_has_no_text_when_it_may_not_be_quoted(loaded):
    card = next(c for c in render.answer(loaded.topics["serv-20"], loaded).citations if c.article == "第十条")
    assert card.text is None


def test_a_law_that_was_not_read_is_no_basis(loaded):
    said = render.answer(loaded.topics["qual-07"], loaded)
    assert "移动电话机" not in said.basis
    assert all(card.article for card in said.citations)


def test_steps_are_numbered_and_things_to_keep_are_not(loaded):
    said = render.answer(loaded.topics["net-01"], loaded)
    assert render.section(said, "steps").startswith("① ")
    assert render.section(said, "keep").startswith("· ")
    assert render.section(said, "where") == "\n".join(loaded.topics["net-01"].where)


def test_an_unknown_section_is_refused(loaded):
    with pytest.raises(ValueError, match="steps, keep or where"):
        render.section(render.answer(loaded.topics["net-01"], loaded), "basis")

"""Templates: what is filled, what is refused and with which words, what a citizen's text may not do."""

from __future__ import annotations

import io

import pytest
from docx import Document

from xiaobao.documents import reading, rendering, templates
from xiaobao.documents.rendering import BrokenTemplate

MARKUP = '<w:t>张三</w:t>&<script>alert(1)</script>{{ 7*7 }}{% raw %}"\x07\x00\x0c'


def template(*lines: str, foot: str = "") -> bytes:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    if foot:
        document.sections[0].footer.paragraphs[0].text = foot
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def test_every_shipped_template_is_filled_with_the_sample(catalogue, shipped):
    for kind, one in shipped.items():
        text = reading.text(templates.trial(catalogue, kind, one.data))
        assert catalogue.kinds[kind].title in text and "{" not in text


def test_every_shipped_template_reads_well_when_nothing_is_known(catalogue, shipped):
    empty = dict.fromkeys(catalogue.variables, "")
    for kind, one in shipped.items():
        text = reading.text(rendering.render(one.data, empty))
        assert "None" not in text and "（）" not in text and "《》" not in text, kind


def test_no_variable_is_listed_that_no_template_needs(catalogue, shipped):
    """What an office may write is what the product can fill; every one is used or explained."""
    used = set().union(*(rendering.variables(one.data) for one in shipped.values()))
    assert used <= set(catalogue.variables)
    assert set(catalogue.variables) - used == {"通讯地址", "承办部门"}


def test_a_name_with_markup_stays_a_name():
    text = reading.text(rendering.render(template("致{{ 姓名 }}：", foot="{{ 姓名 }}"), {"姓名": MARKUP}))
    shown = '<w:t>张三</w:t>&<script>alert(1)</script>{{ 7*7 }}{% raw %}"'
    assert text == f"致{shown}：\n{shown}"


def test_lines_of_a_text_stay_lines():
    assert reading.text(rendering.render(template("{{ 正文 }}"), {"正文": "一\r\n二\n三\t四"})) == "一\n二\n三\t四"


@pytest.mark.parametrize(
    ("lines", "why", "named"),
    [
        (["{{ 姓名 }}", "{{ 性名 }}"], "unknown", "性名"),
        (["{{ 姓名.全部 }}"], "unknown", "全部"),
        (["好", "请{{ 姓名 看", "好"], "syntax", ""),
        (["{% if 姓名 %}好"], "syntax", "{% if %}"),
        (["致：{{ 姓名 }", "好"], "syntax", "致：{{ 姓名 }"),
        (["{{ 姓名() }}"], "syntax", ""),
        (["{{ 姓名.__class__.__mro__ }}"], "syntax", "__class__"),
        (["{{ 姓名 * 99999999 }}"], "syntax", ""),
        (["{% for x in range(999999999) %}a{% endfor %}"], "unknown", "range"),
        (["{{ cycler.__init__.__globals__ }}"], "unknown", "cycler"),
        (["{{ 姓名|没有 }}"], "syntax", "没有"),
    ],
)
def test_a_broken_template_is_refused_by_name(lines, why, named):
    with pytest.raises(BrokenTemplate) as broken:
        rendering.render(template(*lines), {"姓名": "张三"})
    assert broken.value.why == why and named in broken.value.variable


def test_braces_that_no_template_reads_are_found_at_the_trial(catalogue):
    for line in ("｛｛ 姓名 ｝｝ {{ 姓名 }}", "收件人{ { 姓名 } }"):
        templates.trial(catalogue, "reply", template(line))  # not ours: an office may write such signs
    with pytest.raises(BrokenTemplate) as broken:
        templates.trial(catalogue, "reply", template("请{{ 姓名 }}看：姓名 }}"))
    assert (broken.value.why, broken.value.variable) == ("left_over", "请欧阳娜娜看：姓名 }}")


def test_a_variable_in_the_foot_or_the_properties_is_looked_at_too():
    with pytest.raises(BrokenTemplate) as broken:
        rendering.render(template("好", foot="{{ 落款 }}"), {"姓名": "张三"})
    assert broken.value.variable == "落款"
    document = Document(io.BytesIO(template("好")))
    document.core_properties.title = "{{ 标题 }}"
    kept = io.BytesIO()
    document.save(kept)
    with pytest.raises(BrokenTemplate) as broken:
        rendering.render(kept.getvalue(), {"姓名": "张三"})
    assert broken.value.variable == "标题"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"%PDF-1.7", b"\x00" * 5000])
def test_what_is_no_word_file_is_no_template(data):
    with pytest.raises(BrokenTemplate) as broken:
        rendering.render(data, {})
    assert broken.value.why == "file"


def test_a_variable_that_word_cut_into_pieces_is_still_one():
    """Word and WPS split what was typed in several goes, or was marked by the spell checker, into several runs."""
    document = Document()
    paragraph = document.add_paragraph("致")
    for piece in ("{", "{ 姓", "名 ", "}", "}同志"):
        paragraph.add_run(piece).bold = piece == "名 "
    kept = io.BytesIO()
    document.save(kept)
    assert rendering.variables(kept.getvalue()) == {"姓名"}
    assert reading.text(rendering.render(kept.getvalue(), {"姓名": "张三"})) == "致张三同志"

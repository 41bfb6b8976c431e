"""The script makes what is shipped; what an office edited since counts, so only the words are compared."""

from __future__ import annotations

from pathlib import Path

from xiaobao.documents import make_templates, rendering
from xiaobao.documents.kinds import Catalogue


def test_it_makes_one_template_for_each_kind(catalogue: Catalogue, tmp_path: Path) -> None:
    made = make_templates.make(tmp_path)
    assert {path.stem for path in made} == set(catalogue.kinds)
    for path in made:
        shipped = catalogue.shipped(path.stem).read_bytes()
        assert rendering.paragraph_texts(path.read_bytes()) == rendering.paragraph_texts(shipped), path.stem


def test_no_article_stands_in_a_template(tmp_path: Path) -> None:
    for path in make_templates.make(tmp_path):
        words = "".join(rendering.paragraph_texts(path.read_bytes()))
        assert "《" not in words and "第" not in words, path.stem

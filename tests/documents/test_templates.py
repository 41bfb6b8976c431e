"""The office's own template over the shipped one, and back."""

from __future__ import annotations

import pytest

from tests.documents.test_rendering import template
from xiaobao.documents import templates
from xiaobao.documents.rendering import BrokenTemplate


def test_an_own_template_is_used_until_it_is_taken_back(catalogue, shipped, tmp_path):
    mine = template("{{ 姓名 }}，{{ 正文 }}")
    assert templates.keep(catalogue, tmp_path, "reply", mine) == templates.of(catalogue, tmp_path, "reply").sha256
    found = templates.of(catalogue, tmp_path, "reply")
    assert found.data == mine and found.own_since is not None
    assert templates.of(catalogue, tmp_path, "rejection").own_since is None
    assert templates.reset(tmp_path, "reply") and not templates.reset(tmp_path, "reply")
    assert templates.of(catalogue, tmp_path, "reply").data == shipped["reply"].data


def test_a_broken_one_leaves_the_one_before(catalogue, tmp_path):
    mine = template("{{ 姓名 }}")
    templates.keep(catalogue, tmp_path, "reply", mine)
    with pytest.raises(BrokenTemplate):
        templates.keep(catalogue, tmp_path, "reply", template("{{ 性名 }}"))
    assert templates.of(catalogue, tmp_path, "reply").data == mine
    assert [path.name for path in (tmp_path / "documents").iterdir()] == ["reply.docx"]

"""Templates by an admin: tried before they are taken, refused by name, taken back."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from tests.desk.conftest import Browser
from tests.documents.test_containers import LARGE, OUTSIDE, packed
from tests.documents.test_rendering import template
from xiaobao.desk.context import Desk
from xiaobao.documents import containers, templates
from xiaobao.tickets.tables import Audit


def upload(admin: Browser, data: bytes, kind: str = "reply") -> Any:
    return admin.post(f"/settings/documents/{kind}", template=(io.BytesIO(data), "模板.docx"))


def in_use(desk: Desk, kind: str = "reply") -> bytes | None:
    path = templates.own_path(desk.settings.data_dir, kind)
    return path.read_bytes() if path.is_file() else None


def test_every_kind_is_listed_with_its_variables(admin: Browser) -> None:
    page = admin.get("/settings/documents").text
    assert page.count('class="panel template"') == 9 and "{{ 姓名 }}" in page and "自带的" in page
    assert "受理告知书" in admin.get("/settings/documents/acceptance").text
    assert admin.client.get("/settings/documents/acceptance/file").data[:2] == b"PK"
    for odd in ("nothing", "..%2f..%2fxiaobao"):
        assert admin.get(f"/settings/documents/{odd}").status_code == 404
        assert upload(admin, template("好"), odd).status_code == 404


def test_an_own_template_is_tried_taken_shown_and_taken_back(admin: Browser, desk: Desk) -> None:
    mine = template("{{ 姓名 }}同志", "{{ 正文 }}")
    page = upload(admin, mine).text
    assert "从现在起用这一份" in page and "本单位的" in page and in_use(desk) == mine
    assert "欧阳娜娜同志" in admin.get("/settings/documents/reply").text
    assert admin.client.get("/settings/documents/reply/file").data == mine
    assert "已恢复自带的模板" in admin.post("/settings/documents/reply/reset").text and in_use(desk) is None
    admin.post("/settings/documents/reply/reset")  # nothing to take back: nothing is written down
    with desk.reading() as session:
        acts = select(Audit.action).where(Audit.action.in_(["change_template", "reset_template"]))
        assert session.scalars(acts.order_by(Audit.id)).all() == ["change_template", "reset_template"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (template("{{ 姓名 }}{{ 受理编号 }}"), "变量“受理编号”系统不认识"),
        (template("{{ 姓名 }"), "变量没写完整，在这里：“{{ 姓名 }”"),
        (template("{% if 姓名 %}"), "没写完整"),
        (template("{{ 姓名 }} 看 }}"), "括号没配对"),
        (template("{{ <b>x</b> }}"), "没写完整"),
        (b"", "不是能用的 Word 文件"),
        (b"%PDF-1.7", "不是能用的 Word 文件"),
        (b"x" * (containers.MOST_BYTES + 1), "超过2MB"),
        (packed({"word/media/a.xml": LARGE}), "大得不正常"),
        (packed({"word/vbaProject.bin": b"x"}), "有宏"),
        (packed({"word/_rels/x.rels": OUTSIDE % b"attachedTemplate"}), "连着别处"),
    ],
    ids=range(11),
)
def test_what_does_not_work_is_refused_and_the_one_in_use_stays(
    admin: Browser, desk: Desk, data: bytes, words: str
) -> None:
    mine = template("{{ 姓名 }}")
    upload(admin, mine)
    answer = upload(admin, data)
    assert answer.status_code == 422 and words in answer.text and "没有动" in answer.text
    assert in_use(desk) == mine


def test_a_form_without_a_file_and_one_far_too_large_change_nothing(admin: Browser, desk: Desk) -> None:
    admin.get("/settings/documents")
    assert admin.post("/settings/documents/reply").status_code == 422
    assert upload(admin, b"x" * (containers.MOST_BYTES * 2)).status_code == 413
    assert in_use(desk) is None


def test_a_template_damaged_by_hand_is_said_on_the_page(admin: Browser, desk: Desk) -> None:
    path = templates.own_path(desk.settings.data_dir, "reply")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PK\x03\x04")
    assert "已损坏" in admin.get("/settings/documents").text
    assert "有问题" in admin.get("/settings/documents/reply").text

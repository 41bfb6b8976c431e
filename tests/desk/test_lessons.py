"""The list of questions that were not answered well."""

from __future__ import annotations

from tests.desk.conftest import Browser
from xiaobao.desk.context import Desk
from xiaobao.tickets import audits, lessons


def keep(desk: Desk, *questions: str) -> None:
    with desk.writing.begin() as session:
        for question in questions:
            lessons.add(session, kind="declined", question=question, now=desk.now(), field="labour")


def test_an_empty_list_says_what_will_be_there(admin: Browser) -> None:
    assert "现在没有没答好的问题" in admin.get("/questions").text


def test_alike_questions_are_one_row_that_can_be_put_away(admin: Browser, desk: Desk) -> None:
    keep(desk, "月子中心能退钱吗", "月子中心退钱吗", "<b>猫</b>病了找谁")
    page = admin.get("/questions").text
    assert "相近的 1 条" in page and "&lt;b&gt;猫&lt;/b&gt;" in page and "归到 labour" in page
    with desk.reading() as session:
        ids = [row.id for row in lessons.open_rows(session) if "月子" in row.question]
    assert admin.post("/questions/closed", id=ids).status_code == 200  # after the redirect
    assert "月子" not in admin.get("/questions").text


def test_the_table_runs_no_formula_and_its_taking_is_recorded(admin: Browser, desk: Desk) -> None:
    keep(desk, "=cmd()退款", "押金不退")
    answer = admin.get("/questions.csv")
    assert answer.mimetype == "text/csv" and answer.text.startswith("\ufeffkind,at,question")
    assert ",'=cmd()退款," in answer.text and "押金不退" in answer.text
    with desk.reading() as session:
        assert audits.page(session).rows[0].action == "export_questions"


def test_an_unknown_kind_or_row_is_not_found(admin: Browser) -> None:
    assert admin.get("/questions?kind=x").status_code == 404
    assert admin.post("/questions/closed", id="x").status_code == 404

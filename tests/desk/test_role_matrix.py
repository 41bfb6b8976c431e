"""docs/roles.md says who may open what; it says so truly."""

from __future__ import annotations

from flask import Flask

from tests.desk import role_matrix


def test_the_documented_matrix_is_that_of_the_running_desk(app: Flask) -> None:
    made = role_matrix.table(app)
    assert role_matrix.documented() == made, "run python -m tests.desk.role_matrix"

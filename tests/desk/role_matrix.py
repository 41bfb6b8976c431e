"""The matrix of roles and screens in docs/roles.md, made of the running desk: `python -m tests.desk.role_matrix`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Flask

from xiaobao import database
from xiaobao.desk.access import OPEN_ENDPOINTS, PUBLIC
from xiaobao.desk.app import create_app
from xiaobao.settings import Settings
from xiaobao.tickets import accounts

DOC = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
START, END = "<!-- matrix: start -->\n", "<!-- matrix: end -->\n"


def table(app: Flask) -> str:
    """One row a route, one column a role; `public` routes need no account."""
    roles = sorted(accounts.STAFF)
    lines = [f"| route | methods | {' | '.join(roles)} |", f"|---|---|{'---|' * len(roles)}"]
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))
    for rule in rules:
        if rule.endpoint in OPEN_ENDPOINTS:
            continue
        may = getattr(app.view_functions[rule.endpoint], "roles", ())
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        cells = ["public" if may == PUBLIC else "x" if role in may else "" for role in roles]
        lines.append(f"| `{rule.rule}` | {methods} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def documented() -> str:
    """The table as docs/roles.md has it."""
    return DOC.read_text(encoding="utf-8").split(START)[1].split(END)[0]


def write(app: Flask) -> None:
    """Put the table of this app in place of the documented one."""
    text = DOC.read_text(encoding="utf-8")
    before, after = text.split(START)[0], text.split(END)[1]
    DOC.write_text(before + START + table(app) + END + after, encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        environment = {"XIAOBAO_DATA": folder, "SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40}
        settings = Settings.from_env(environment)
        database.upgrade(settings.database_url)
        write(create_app(settings))

"""Settings of the office, by an admin: profile, departments, directory of authorities, rules of assignment, holidays;
and canned texts, by an editor, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from xiaobao.desk.access import EDITORS, allow, me
from xiaobao.desk.context import here
from xiaobao.desk.days import day
from xiaobao.tickets import (
    accounts,
    assignment,
    canned_texts,
    deadlines,
    departments,
    directory,
    office_settings,
    service,
)
from xiaobao.tickets.errors import InvalidField, NotFound
from xiaobao.tickets.workflow import Role

screen = Blueprint("office_settings", __name__)
Answer = Response | tuple[str, int]


@screen.get("/settings")
@allow(Role.ADMIN)
def profile() -> str:
    """The office as citizens see it; an empty field falls back to office.csv."""
    return _profile()


@screen.post("/settings")
@allow(Role.ADMIN)
def save_profile() -> Answer:
    """Keep the profile; desk and bot speak by it at once."""
    typed = {name: request.form.get(name, "") for name in office_settings.FIELDS}

    def change(writing: Session) -> str:
        return " ".join(office_settings.save(writing, typed))

    return _save(change, "change_office", "profile", lambda field: _profile(typed, field))


@screen.get("/settings/departments")
@allow(Role.ADMIN)
def list_departments() -> str:
    """Departments, and the form for a new one."""
    return _departments()


@screen.post("/settings/departments")
@allow(Role.ADMIN)
def add_department() -> Answer:
    """A new department."""
    name = request.form.get("department", "")
    return _save(
        lambda writing: departments.add(writing, name).name,
        "add_department",
        "list_departments",
        lambda field: _departments(name, field),
    )


@screen.post("/settings/departments/<int:department_id>")
@allow(Role.ADMIN)
def close_department(department_id: int) -> Answer:
    """Offer a department no more, or again."""
    closed = request.form.get("closed") == "1"
    action = "close_department" if closed else "open_department"
    return _save(
        lambda writing: departments.set_closed(writing, department_id, closed).name,
        action,
        "list_departments",
        lambda field: _departments(),
    )


@screen.get("/settings/directory")
@allow(Role.ADMIN)
def list_directory() -> str:
    """Authorities and telephone numbers, when each was looked up last."""
    return _directory()


@screen.post("/settings/directory/<number>")
@allow(Role.ADMIN)
def check_number(number: str) -> Answer:
    """Somebody looked the number up: on a day, at a source."""
    desk, source, checked_on = here(), request.form.get("source", ""), day(request.form.get("checked_on", ""))
    if number not in desk.office.reference.hotlines:
        raise NotFound(number)

    def change(writing: Session) -> str:
        directory.record(
            writing, number, checked_on=checked_on, source=source, by_name=me().account.name, now=desk.now(),
            today=deadlines.local_date(desk.now()),
        )  # fmt: skip
        return number

    return _save(change, "check_number", "list_directory", lambda field: _directory(number, field, source))


@screen.get("/settings/assignment")
@allow(Role.ADMIN)
def list_rules() -> str:
    """Rules of automatic assignment in their order."""
    return _rules()


@screen.post("/settings/assignment")
@allow(Role.ADMIN)
def add_rule() -> Answer:
    """A new rule."""
    names = ("name", "object_prefix", "problem", "region", "department", "handler", "position")
    typed = {name: request.form.get(name, "") for name in names}
    return _save(
        lambda writing: assignment.add(writing, typed).name,
        "add_rule",
        "list_rules",
        lambda field: _rules(typed, field),
    )


@screen.post("/settings/assignment/<int:rule_id>")
@allow(Role.ADMIN)
def remove_rule(rule_id: int) -> Answer:
    """Remove a rule."""
    return _save(
        lambda writing: assignment.remove(writing, rule_id), "remove_rule", "list_rules", lambda field: _rules()
    )


@screen.get("/settings/texts")
@allow(*EDITORS)
def list_texts() -> str:
    """Canned texts, and the form for a new one; `?text=` opens one to be changed."""
    return _texts(opened=request.args.get("text", type=int))


@screen.post("/settings/texts")
@allow(*EDITORS)
def save_text() -> Answer:
    """A new text, or other words for one that is there."""
    typed: dict[str, Any] = {name: request.form.get(name, "") for name in ("place", "title", "text")}
    known = request.form.get("id", type=int)
    return _save(
        lambda writing: canned_texts.save(writing, canned_id=known, **typed).title,
        "save_canned_text",
        "list_texts",
        lambda field: _texts({**typed, "id": known}, field),
    )


@screen.post("/settings/texts/<int:canned_id>")
@allow(*EDITORS)
def remove_text(canned_id: int) -> Answer:
    """Remove a text; what was written with it stays as it is."""
    return _save(
        lambda writing: canned_texts.remove(writing, canned_id),
        "remove_canned_text",
        "list_texts",
        lambda field: _texts(),
    )


@screen.get("/settings/holidays")
@allow(Role.ADMIN)
def holidays() -> str:
    """Which years are published; the table itself is data/reference/holidays.csv."""
    found = here().office.reference.holidays
    year = deadlines.local_date(here().now()).year
    shown = []
    for one in range(year - 1, year + 3):
        off = sorted(day for day in found.off if day.year == one)
        work = sorted(day for day in found.work if day.year == one)
        shown.append((one, one in found.published, off, work))
    return render_template("settings_holidays.html", years=shown)


def _save(change: Callable[[Session], str], action: str, back: str, again: Callable[[str], str]) -> Answer:
    """Change and write down who changed what; the page again, with the field, when it was refused."""
    desk = here()
    try:
        with desk.writing.begin() as writing:
            subject = change(writing)
            service.audit(writing, actor=me().actor, action=action, subject=subject[:128], now=desk.now())
    except InvalidField as problem:
        return again(problem.field), 422
    session["said"] = "settings_saved"
    return redirect(url_for(f"office_settings.{back}"), 303)


def _profile(typed: dict[str, str] | None = None, field: str | None = None) -> str:
    with here().reading() as reading:
        own = office_settings.values(reading)
    return render_template(
        "settings_office.html", own=typed or own, file=here().filed_office, field=field, done=session.pop("said", None)
    )


def _departments(typed: str = "", field: str | None = None) -> str:
    with here().reading() as reading:
        found = departments.all_departments(reading)
    return render_template(
        "settings_departments.html", departments=found, typed=typed, field=field, done=session.pop("said", None)
    )


def _directory(number: str = "", field: str | None = None, source: str = "") -> str:
    desk = here()
    with desk.reading() as reading:
        checks = directory.newest(reading)
    reference = desk.office.reference
    return render_template(
        "settings_directory.html",
        hotlines=list(reference.hotlines.values()),
        authorities=list(reference.authorities.by_code.values()),
        checks=checks,
        number=number,
        field=field,
        source=source,
        done=session.pop("said", None),
    )


def _rules(typed: dict[str, str] | None = None, field: str | None = None) -> str:
    with here().reading() as reading:
        handlers = accounts.handlers(reading)
        return render_template(
            "settings_assignment.html",
            rules=assignment.rules(reading),
            handlers=handlers,
            named={one.id: one.name for one in handlers},
            departments=departments.names(reading),
            typed=typed or {},
            field=field,
            done=session.pop("said", None),
        )


def _texts(typed: dict[str, Any] | None = None, field: str | None = None, opened: int | None = None) -> str:
    with here().reading() as reading:
        found = canned_texts.everywhere(reading)
    typed = typed or next((vars(one) for one in found if one.id == opened), {})
    return render_template(
        "settings_texts.html",
        texts=found,
        places=canned_texts.places(),
        typed=typed,
        field=field,
        done=session.pop("said", None),
    )

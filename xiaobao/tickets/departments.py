"""Departments of the office, to which tickets are assigned."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from xiaobao.tickets.errors import InvalidField, NotFound
from xiaobao.tickets.roles_tables import Department
from xiaobao.tickets.tables import Account

LONGEST = 40  # characters


@dataclass(frozen=True)
class DepartmentView:
    """A closed department is offered no more; tickets keep its name."""

    id: int
    name: str
    closed: bool


def all_departments(session: Session) -> list[DepartmentView]:
    """Every department, by name."""
    rows = session.scalars(select(Department).order_by(Department.name))
    return [DepartmentView(row.id, row.name, row.closed) for row in rows]


def names(session: Session) -> list[str]:
    """What a ticket may be assigned to: departments of the table and of accounts in use, without closed ones."""
    known = all_departments(session)
    statement = (
        select(Account.department).where(Account.disabled.is_(False), Account.department.is_not(None)).distinct()
    )
    of_accounts = {name for name in session.scalars(statement) if name}
    closed = {one.name for one in known if one.closed}
    return sorted(({one.name for one in known} | of_accounts) - closed)


def add(session: Session, name: str) -> DepartmentView:
    """A new department. Raises InvalidField for an empty, overlong or known name."""
    name = name.strip()
    known = {one.name for one in all_departments(session)}
    if not 0 < len(name) <= LONGEST or name in known:
        raise InvalidField("department", "empty, too long or known")
    row = Department(name=name, closed=False)
    session.add(row)
    session.flush()
    return DepartmentView(row.id, row.name, row.closed)


def set_closed(session: Session, department_id: int, closed: bool) -> DepartmentView:
    """Offer a department no more, or again. Raises NotFound."""
    row = session.get(Department, department_id)
    if row is None:
        raise NotFound(str(department_id))
    row.closed = closed
    session.flush()
    return DepartmentView(row.id, row.name, row.closed)

"""Accounts of staff. Passwords are hashed by the desk; here only the hash is kept."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from xiaobao.tickets import staff_sessions
from xiaobao.tickets.deadlines import local_date
from xiaobao.tickets.errors import InvalidField, NotFound
from xiaobao.tickets.tables import Account, Ticket
from xiaobao.tickets.workflow import OPEN, Role

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
STAFF = frozenset(Role) - {Role.CITIZEN, Role.SYSTEM}


@dataclass(frozen=True)
class AccountView:
    """An account without its password hash."""

    id: int
    login: str
    name: str
    role: str
    department: str | None
    institution: str | None
    failed: int
    locked_until: datetime | None
    must_change: bool
    disabled: bool
    on_duty: bool
    valid_until: date | None
    region: str | None
    subjects: str | None


# Plain columns of the table: read at every request, and without the ORM that costs half.
_COLUMNS = Account.__table__.c
_VIEWED = [_COLUMNS[field.name] for field in fields(AccountView)]
_HANDLERS = (
    select(*_VIEWED).where(_COLUMNS.role == str(Role.HANDLER), _COLUMNS.disabled.is_(False)).order_by(_COLUMNS.name)
)
_NAMES_OF_HANDLERS = _HANDLERS.with_only_columns(_COLUMNS.id, _COLUMNS.name)
ONE = select(*_VIEWED).where(_COLUMNS.id == bindparam("id"))  # columns may be added behind those of the view


def create(
    session: Session,
    *,
    login: str,
    name: str,
    role: str,
    password_hash: str,
    now: datetime,
    department: str | None = None,
    institution: str | None = None,
    must_change: bool = True,
) -> AccountView:
    """A new account. Raises InvalidField for a taken login or an unknown role."""
    if role not in STAFF:
        raise InvalidField("role", "no role of staff")
    if not login.strip():
        raise InvalidField("login", "empty")
    account = Account(
        login=login.strip().lower(),
        name=name,
        role=str(role),
        department=department,
        institution=institution,
        password_hash=password_hash,
        failed=0,
        must_change=must_change,
        disabled=False,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError:
        raise InvalidField("login", "taken") from None
    return view(account)


def find(session: Session, login: str) -> AccountView | None:
    """The account of a login, case and blanks ignored."""
    account = _by_login(session, login)
    return view(account) if account else None


def get(reading: Session | Connection, account_id: int) -> AccountView | None:
    """The account by its id."""
    row = reading.execute(ONE, {"id": account_id}).first()
    return AccountView(*row) if row else None


def all_accounts(session: Session) -> list[AccountView]:
    """Every account, by login."""
    return [view(account) for account in session.scalars(select(Account).order_by(Account.login))]


def handlers(reading: Session | Connection) -> list[AccountView]:
    """Accounts that a ticket may be assigned to."""
    return [AccountView(*row) for row in reading.execute(_HANDLERS)]


def names_of_handlers(reading: Session | Connection) -> list[tuple[int, str]]:
    """Id and name of those accounts."""
    return [(id_, name) for id_, name in reading.execute(_NAMES_OF_HANDLERS)]


def password_hash(session: Session, login: str) -> str | None:
    """What the desk compares a password with."""
    account = _by_login(session, login)
    return account.password_hash if account else None


def may_log_in(account: AccountView, now: datetime) -> bool:
    """Neither disabled, nor past the term of office, nor locked after too many failures."""
    return serves(account, now) and (account.locked_until is None or account.locked_until <= now)


def serves(account: AccountView, now: datetime) -> bool:
    """Neither disabled nor past the last day of the term of office."""
    return not account.disabled and (account.valid_until is None or local_date(now) <= account.valid_until)


def record_failure(session: Session, login: str, now: datetime) -> None:
    """A wrong password: the fifth in a row locks the account for 15 minutes."""
    account = _by_login(session, login, lock=True)
    if account is None:
        return
    account.failed += 1
    if account.failed >= MOST_FAILURES:
        account.failed, account.locked_until = 0, now + LOCKED_FOR
    session.flush()


def record_success(session: Session, login: str) -> None:
    """A right password: failures are forgotten."""
    account = _by_login(session, login, lock=True)
    if account is not None:
        account.failed, account.locked_until = 0, None
        session.flush()


def set_on_duty(session: Session, account_id: int, on_duty: bool) -> None:
    """Whether the account sees messages of people in distress. Raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound(f"account {account_id}")
    account.on_duty = on_duty
    session.flush()


def set_password(session: Session, account_id: int, password_hash: str, *, must_change: bool = False) -> None:
    """Raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound(f"account {account_id}")
    account.password_hash, account.must_change, account.failed, account.locked_until = (
        password_hash,
        must_change,
        0,
        None,
    )
    staff_sessions.end_all(session, account_id)
    session.flush()


def set_disabled(session: Session, account_id: int, disabled: bool) -> int:
    """Close an account or open it again; a closed one is out at once and its open tickets wait for somebody else.

    Returns how many tickets lost their handler. Raises NotFound.
    """
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound(f"account {account_id}")
    account.disabled = disabled
    session.flush()
    if not disabled:
        return 0
    staff_sessions.end_all(session, account_id)
    mine = _open_tickets(account_id)
    count = session.scalar(select(func.count()).select_from(Ticket).where(*mine)) or 0
    # The version goes on: whoever has the page open reads it again before acting.
    session.execute(update(Ticket).where(*mine).values(assignee_id=None, version=Ticket.version + 1))
    return count


def change(
    session: Session,
    account_id: int,
    *,
    name: str,
    role: str,
    department: str | None = None,
    institution: str | None = None,
    region: str | None = None,
    subjects: str | None = None,
    valid_until: date | None = None,
) -> AccountView:
    """New particulars. A handler with open tickets keeps the role until they are handed over.

    Raises NotFound, InvalidField for an unknown role, an empty name, a liaison without institution.
    """
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound(f"account {account_id}")
    if role not in STAFF:
        raise InvalidField("role", "no role of staff")
    if not name.strip():
        raise InvalidField("name", "empty")
    if role == Role.LIAISON and not institution:
        raise InvalidField("institution", "a liaison is of an institution")
    if role != account.role and open_tickets(session, account_id):
        raise InvalidField("role", "has open tickets")
    if role != account.role:  # a page that was opened with the old rights is not acted on with the new ones
        staff_sessions.end_all(session, account_id)
    account.name, account.role, account.department, account.institution = (
        name.strip(),
        str(role),
        department,
        institution,
    )
    account.region, account.subjects, account.valid_until = region, subjects, valid_until
    session.flush()
    return view(account)


def open_tickets(session: Session, account_id: int) -> int:
    """How many open tickets this account has in hand."""
    return session.scalar(select(func.count()).select_from(Ticket).where(*_open_tickets(account_id))) or 0


def _open_tickets(account_id: int) -> tuple[Any, ...]:
    return (Ticket.assignee_id == account_id, Ticket.status.in_([str(status) for status in OPEN]))


def institutions(session: Session) -> list[str]:
    """Institutions that have a liaison who can sign in."""
    liaisons = (Account.role == str(Role.LIAISON), Account.disabled.is_(False), Account.institution.is_not(None))
    rows = session.scalars(select(Account.institution).where(*liaisons).distinct().order_by(Account.institution))
    return [name for name in rows if name]


def _by_login(session: Session, login: str, lock: bool = False) -> Account | None:
    statement = select(Account).where(Account.login == login.strip().lower())
    return session.scalar(statement.with_for_update() if lock else statement)


def view(account: Account) -> AccountView:
    return AccountView(
        id=account.id,
        login=account.login,
        name=account.name,
        role=account.role,
        department=account.department,
        institution=account.institution,
        failed=account.failed,
        locked_until=account.locked_until,
        must_change=account.must_change,
        disabled=account.disabled,
        on_duty=account.on_duty,
        valid_until=account.valid_until,
        region=account.region,
        subjects=account.subjects,
    )

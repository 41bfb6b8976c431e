"""Accounts of staff. Passwords are hashed by the desk; here only the hash is kept."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from xiaobao.tickets.errors import InvalidField, NotFound
from xiaobao.tickets.tables import Account
from xiaobao.tickets.workflow import Role

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


_VIEWED = [getattr(Account, field.name) for field in fields(AccountView)]


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


def get(session: Session, account_id: int) -> AccountView | None:
    """The account by its id; read at every request, so as plain columns."""
    row = session.execute(select(*_VIEWED).where(Account.id == account_id)).first()
    return AccountView(*row) if row else None


def all_accounts(session: Session) -> list[AccountView]:
    """Every account, by login."""
    return [view(account) for account in session.scalars(select(Account).order_by(Account.login))]


def handlers(session: Session) -> list[AccountView]:
    """Accounts that a ticket may be assigned to."""
    theirs = (Account.role == str(Role.HANDLER), Account.disabled.is_(False))
    return [AccountView(*row) for row in session.execute(select(*_VIEWED).where(*theirs).order_by(Account.name))]


def password_hash(session: Session, login: str) -> str | None:
    """What the desk compares a password with."""
    account = _by_login(session, login)
    return account.password_hash if account else None


def may_log_in(account: AccountView, now: datetime) -> bool:
    """Neither disabled nor locked after too many failures."""
    return not account.disabled and (account.locked_until is None or account.locked_until <= now)


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
    session.flush()


def set_disabled(session: Session, account_id: int, disabled: bool) -> None:
    """Raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound(f"account {account_id}")
    account.disabled = disabled
    session.flush()


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
    )

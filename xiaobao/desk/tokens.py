"""Bearer tokens of the API: signed, for one service account each, ended by disabling the account.

`python -m xiaobao.desk.tokens clerk` makes a fresh service account and prints its token.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from datetime import datetime
from functools import lru_cache
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from xiaobao import database
from xiaobao.settings import Settings
from xiaobao.tickets import accounts, deadlines
from xiaobao.tickets.errors import InvalidField

SALT = "xiaobao.desk.token"
VALID_SECONDS = 365 * 24 * 3600
NO_PASSWORD = "!"  # no password hashes to this, so a service account cannot sign in


def make(secret_key: str, account_id: int) -> str:
    """A token for the account, valid for a year."""
    return str(_signed(secret_key).dumps(account_id))


def read(secret_key: str, token: str) -> int | None:
    """The account id of a token, None when it was forged or is too old."""
    try:
        account_id, made_at = _loaded(secret_key, token)
    except BadSignature:
        return None
    age = time.time() - made_at.timestamp()
    return account_id if isinstance(account_id, int) and 0 <= age <= VALID_SECONDS else None


def _signed(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, SALT)


@lru_cache(maxsize=256)
def _loaded(secret_key: str, token: str) -> tuple[Any, datetime]:
    """What a token says and when it was made; whether it is too old and its account alive is asked at each call.

    Raises BadSignature, which is not kept.
    """
    found: tuple[Any, datetime] = _signed(secret_key).loads(token, return_timestamp=True)
    return found


def new_service_account(session: Session, role: str, institution: str | None = None) -> accounts.AccountView:
    """A fresh account that acts through the API only. Raises InvalidField for an unknown role."""
    login = f"service-{role}-{secrets.token_hex(4)}"
    return accounts.create(
        session,
        login=login,
        name=login,
        role=role,
        password_hash=NO_PASSWORD,
        now=deadlines.now(),
        institution=institution,
        must_change=False,
    )


def main(arguments: list[str] | None = None) -> int:
    """Print one line: the token."""
    parser = argparse.ArgumentParser(prog="python -m xiaobao.desk.tokens")
    parser.add_argument("role", choices=sorted(accounts.STAFF))
    parser.add_argument("institution", nargs="?", help="the institution of a liaison")
    asked = parser.parse_args(arguments)
    settings = Settings.from_env()
    database.upgrade(settings.database_url)  # a token may be wanted before the first start
    engine = database.make_engine(settings.database_url)
    try:
        with database.make_sessions(engine).begin() as session:
            account = new_service_account(session, asked.role, asked.institution or None)
    except InvalidField as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        engine.dispose()
    print(make(settings.secret_key, account.id))
    return 0


if __name__ == "__main__":
    sys.exit(main())

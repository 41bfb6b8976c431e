"""`python -m xiaobao.desk.first_admin`: on an empty desk, make the first admin and print login and one-time password.

Prints nothing when there is an account already. The start command calls it after the migration.
"""

from __future__ import annotations

import sys

from sqlalchemy.orm import Session

from xiaobao import database
from xiaobao.desk import passwords
from xiaobao.settings import Settings
from xiaobao.tickets import accounts, deadlines
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.workflow import Role

LOGIN, NAME = "admin", Role.ADMIN.label


def make(session: Session, password: str) -> bool:
    """Create the admin with this one-time password; False when there is any account already."""
    if accounts.all_accounts(session):
        return False
    try:
        accounts.create(
            session,
            login=LOGIN,
            name=NAME,
            role=Role.ADMIN,
            password_hash=passwords.hash_password(password),
            now=deadlines.now(),
        )
    except InvalidField:  # another start was faster
        return False
    return True


def main() -> int:
    """Print the login once."""
    engine = database.make_engine(Settings.from_env().database_url)
    password = passwords.one_time()
    try:
        with database.make_sessions(engine).begin() as session:
            made = make(session, password)
    finally:
        engine.dispose()
    if made:
        print(f"First admin of the desk: login {LOGIN}, one-time password {password} (shown only now)")
    return 0


if __name__ == "__main__":
    sys.exit(main())

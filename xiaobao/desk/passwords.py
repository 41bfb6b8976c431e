"""Passwords of staff: long enough, not a common one, kept as Argon2id hashes (RFC 9106).

Length and a list instead of rules about signs: NIST SP 800-63B, 5.1.1.2.
"""

from __future__ import annotations

import itertools
import secrets
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST, LONGEST = 10, 200  # characters
COMMON = Path(__file__).with_name("common_passwords.txt")
READABLE = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else
# Compared with when there is no such login, so that the answer takes equally long.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$7sJ2fOVPn8IbYTfmn5OAjTjVOH0nQy3bEhd2pBZBcGE"


def hash_password(password: str) -> str:
    """An Argon2id hash with the library's parameters (about 50 ms)."""
    return PasswordHasher().hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether the hash is of this password; False for service accounts, which have none."""
    try:
        return PasswordHasher().verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


def problem(password: str, login: str) -> str | None:
    """A code when the password is too weak: `too_short`, `too_long`, `too_common`."""
    if len(password) < SHORTEST:
        return "too_short"
    if len(password) > LONGEST:
        return "too_long"
    plain = password.casefold()
    if len(set(plain)) < 4 or _is_run(plain) or (len(login) > 2 and login.casefold() in plain):
        return "too_common"
    common = set(COMMON.read_text(encoding="utf-8").split())
    return "too_common" if plain in common else None


def one_time() -> str:
    """A password to read out or copy once: 12 signs in three groups, about 59 bits."""
    signs = [secrets.choice(READABLE) for _ in range(12)]
    return "-".join("".join(signs[start : start + 4]) for start in (0, 4, 8))


def _is_run(text: str) -> bool:
    """1234567890, abcdefghij and the same backwards."""
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(text)}
    return steps in ({1}, {-1}) or text in {"0123456789", "1234567890", "0987654321"}

"""统一社会信用代码: 18 characters with a check character (pure).

Source: GB 32100-2015, 4 (structure: registrar, kind, six digits of place, nine of the body, check character),
5 (check: weights 3^i mod 31, no letters I, O, S, V, Z, as they look like 1, 0, 5, U, 2).
"""

from __future__ import annotations

import re
import unicodedata

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
_BETWEEN = re.compile(r"[\s\-－—·.]")
_STRUCTURE = re.compile(rf"[{ALPHABET}]{{2}}\d{{6}}[{ALPHABET}]{{10}}")


def normalise(text: str | None) -> str:
    """Upper case, half width, without blanks and hyphens: as people copy it from a licence."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text or "")).upper()


def fault(code: str) -> str | None:
    """What is wrong with a normalised code: length, letters, structure or check; None when it is right."""
    if len(code) != LENGTH:
        return "length"
    if any(character not in ALPHABET for character in code):
        return "letters"
    if not _STRUCTURE.fullmatch(code):
        return "structure"
    return None if check_character(code[:-1]) == code[-1] else "check"


def check_character(first: str) -> str:
    """The 18th character for the first 17."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(first, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]

"""What the platform allows an account to send to one user, and what a user may find on the screen (pure).

Quotas: section "customer service messages" of the platform's pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MESSAGE, ACTION = "message", "action"
RULES = {MESSAGE: (5, 48 * 3600.0), ACTION: (3, 60.0)}
OUT_OF_WINDOW, USED_UP = 45015, 45047


@dataclass
class Ledger:
    """`refresh`: whether every message of the user opens a full quota again, or only one after the window has ended."""

    refresh: bool = True
    window: str | None = None
    opened: float = 0.0
    sent: int = 0

    def act(self, window: str, at: float) -> None:
        """The user did something that opens a window."""
        same = self.window == window and at - self.opened < RULES[window][1]
        if same and not self.refresh:
            return
        self.window, self.opened, self.sent = window, at, 0

    def spend(self, at: float) -> int:
        """0 and one message taken from the quota, or the platform's error code."""
        if self.window is None or at - self.opened >= RULES[self.window][1]:
            return OUT_OF_WINDOW
        if self.sent >= RULES[self.window][0]:
            return USED_UP
        self.sent += 1
        return 0


def screen_faults(screen: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a user would complain of: the platform's fault text, the same words twice, a message without an answer.

    A line is `from` user (wrote), act (followed, tapped the menu), account, template or platform.
    """
    found = [f"the platform's fault text: {line['text']}" for line in screen if line["from"] == "platform"]
    since: list[str] = []
    owed = False
    for line in screen:
        if line["from"] in ("user", "act"):
            since, owed = [], line["from"] == "user"
        elif line["from"] == "account":
            if line["text"] in since:
                found.append(f"the same words twice: {line['text'][:40]}")
            since.append(line["text"])
            owed = False
    if owed:
        found.append("a message without an answer")
    return found


def repetition_faults(answers: Sequence[str]) -> list[str]:
    """Pushes of one message must get one answer, whichever of them the platform takes."""
    return ["a repetition got another answer"] if len(set(answers)) > 1 else []

"""What the platform allows an account to send to one user (pure; section "customer service messages" of its pages)."""

from __future__ import annotations

from dataclasses import dataclass

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

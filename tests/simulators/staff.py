"""A member of staff in a browser without JavaScript: reads forms, fills them, sends them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import requests

PASSWORD = "clouds over the river bank"


@dataclass
class Staff:
    """One signed-in person at the desk."""

    base: str
    session: requests.Session = field(default_factory=requests.Session)
    page: str = ""

    def get(self, path: str) -> str:
        answer = self.session.get(self.base + path, timeout=30)
        answer.raise_for_status()
        self.page = answer.text
        return self.page

    def post(self, path: str, form_of: str | None = None, **fields: str) -> str:
        """Send a form: its csrf token and ticket version are read from the page `form_of` (default: the same)."""
        page = self.get(form_of or path)
        for hidden in ("csrf", "version"):
            found = re.search(rf'name="{hidden}" value="([^"]*)"', page)
            if found:
                fields.setdefault(hidden, found.group(1))
        answer = self.session.post(self.base + path, data=fields, timeout=30)
        self.page = answer.text
        assert answer.status_code < 400, (answer.status_code, path, re.sub(r"<[^>]+>", " ", answer.text)[:600])
        return self.page

    def sign_in(self, login: str, password: str) -> None:
        self.post("/sign-in", login=login, password=password)

    def change_password(self, old: str, new: str) -> None:
        self.post("/me", old=old, new=new, again=new)

    def take(self, number: str, step: str, **fields: str) -> str:
        """Take a step on a ticket as the page offers it."""
        return self.post(f"/tickets/{number}/{step}", form_of=f"/tickets/{number}?step={step}", act="take", **fields)


def admin(base: str, start_log: str) -> Staff:
    """The first admin, with the one-time password that the start command printed."""
    found = re.search(r"login (\S+), one-time password (\S+)", start_log)
    assert found, start_log
    person = Staff(base)
    person.sign_in(found.group(1), found.group(2))
    person.change_password(found.group(2), PASSWORD)
    return person


def colleague(first: Staff, login: str, role: str, name: str) -> Staff:
    """A new account made by the admin, signed in with its own password."""
    page = first.post("/accounts", login=login, name=name, role=role, department="市场监管一科")
    one_time = re.findall(r'<b class="code">([^<]+)</b>', page)[1]
    person = Staff(first.base)
    person.sign_in(login, one_time)
    person.change_password(one_time, PASSWORD)
    return person

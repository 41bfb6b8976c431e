"""`make wechat-setup`: is the account ready, and what to do where it is not. Makes the menu unless `--check` is given.

Everything is asked, nothing guessed: each finding is what the platform or our own address answered. Words and remedies
stand in data/reference/wechat_setup.csv. No secret and no token is printed.
"""

from __future__ import annotations

import argparse
import csv
import re
import secrets
import sys
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from bot.channels.wechat import crypto, menu
from bot.channels.wechat.account import COMPATIBLE, PLAIN, PLATFORM, SAFE
from bot.channels.wechat.client import NOT_GRANTED
from bot.channels.wechat.door import WINDOW
from bot.channels.wechat.notices import NEWS_FIELDS
from xiaobao.settings import ROOT, environment

OK, WARN, BAD = "ok", "warn", "bad"
SIGNS = {OK: "[好]", WARN: "[注意]", BAD: "[要改]"}
PATH = "/webhooks/wechat/webhook"
SECONDS = 10
NOBODY = "o" + "0" * 27  # an openid that nobody has: rights are tried on it, nobody hears of it
ADDRESS = re.compile(r"invalid ip (\S+?),? ")
MOST_GROUPS, MOST_ENTRIES, LONGEST_GROUP, LONGEST_ENTRY = 3, 5, 4, 8
NO_MENU = 46003


@dataclass(frozen=True)
class Finding:
    """One line: `name` and `params` are filled into the words of wechat_setup.csv."""

    state: str
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


class Refused(Exception):
    """The platform's error code, or why there is none; `finding` says it."""

    def __init__(self, finding: Finding, code: int = 0) -> None:
        super().__init__(finding.name)
        self.finding, self.code = finding, code


def examine(environ: Mapping[str, str], reference_dir: Path, change: bool, now: float) -> Iterator[Finding]:
    """Every finding, in the order in which one would mend them. `change`: make the menu. `now` in seconds since 1970."""
    wrong = list(variables(environ))
    yield from wrong
    entries = yield from menu_table(reference_dir)
    if any(finding.state == BAD for finding in wrong):
        return
    yield Finding(OK, "settings_ok")
    platform = Platform(environ)
    try:
        clock = platform.sign_in()
    except Refused as refused:
        yield refused.finding
        return
    yield Finding(OK, "token_ok")
    yield from _clock(clock, now)
    yield from messages_right(platform)
    yield from templates(platform, environ.get("WECHAT_TEMPLATE_ID", ""))
    if entries:
        yield from account_menu(platform, entries, change)
    yield from own_address(environ, now)


def variables(environ: Mapping[str, str]) -> Iterator[Finding]:
    """What is missing or cannot be right before anybody is asked."""
    token, key, app_id = (environ.get(f"WECHAT_{name}", "") for name in ("TOKEN", "AES_KEY", "APP_ID"))
    mode = environ.get("WECHAT_MODE") or SAFE
    if not token:
        yield Finding(BAD, "token_missing")
    elif not (token.isascii() and token.isalnum() and 3 <= len(token) <= 32):
        yield Finding(BAD, "token_wrong")
    if not app_id:
        yield Finding(BAD, "app_id_missing")
    elif not re.fullmatch(r"wx[0-9a-z]{16}", app_id):
        yield Finding(WARN, "app_id_odd")
    if not environ.get("WECHAT_APP_SECRET"):
        yield Finding(BAD, "app_secret_missing")
    if mode not in (SAFE, COMPATIBLE, PLAIN):
        yield Finding(BAD, "mode_wrong", {"value": mode})
    elif mode == PLAIN:
        yield Finding(WARN, "mode_plain")
    elif not key:
        yield Finding(BAD, "aes_key_missing")
    else:
        try:
            crypto.read_key(key)
        except ValueError:
            yield Finding(BAD, "aes_key_wrong", {"length": len(key)})


def menu_table(reference_dir: Path) -> Generator[Finding, None, tuple[menu.Entry, ...]]:
    """The office's menu, judged by the platform's rules; its entries when it can be made, else ()."""
    try:
        entries = menu.read(reference_dir)
    except (OSError, TypeError, ValueError) as error:
        yield Finding(BAD, "menu_table_wrong", {"why": type(error).__name__})
        return ()
    groups: dict[str, int] = {}
    for entry in entries:
        groups[entry.group] = groups.get(entry.group, 0) + 1
    why = [name for name in groups if len(name) > LONGEST_GROUP or not name]
    why += [name for name, count in groups.items() if count > MOST_ENTRIES]
    why += [entry.title for entry in entries if len(entry.title) > LONGEST_ENTRY or not entry.title]
    keys = [entry.key for entry in entries]
    why += sorted({key for key in keys if keys.count(key) > 1 or not key})
    if not 1 <= len(groups) <= MOST_GROUPS:
        why.append(str(len(groups)))
    if why:
        yield Finding(BAD, "menu_table_wrong", {"why": "、".join(why)})
        return ()
    yield Finding(OK, "menu_table_ok", {"groups": len(groups), "entries": len(entries)})
    return entries


class Platform:
    """The interfaces that are asked. Raises Refused with the finding that says what is wrong."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.base = (environ.get("WECHAT_API_BASE") or PLATFORM).rstrip("/")
        self._who = {"appid": environ["WECHAT_APP_ID"], "secret": environ["WECHAT_APP_SECRET"]}
        self._token = ""
        self._http = requests.Session()

    def sign_in(self) -> float | None:
        """Get a token, the one that running processes have too; the platform's clock when it told it."""
        answer = self._request("POST", "/cgi-bin/stable_token", {"grant_type": "client_credential", **self._who}, {})
        self._token = str(_object(answer).get("access_token") or "")
        if not self._token:
            raise Refused(Finding(BAD, "platform_unreadable"))
        try:
            return parsedate_to_datetime(answer.headers["Date"]).timestamp()
        except (KeyError, ValueError, TypeError):
            return None

    def ask(self, method: str, path: str, body: Any = None, what: str = "") -> dict[str, Any]:
        """The platform's answer."""
        return _object(self._request(method, path, body, {"access_token": self._token}, what))

    def _request(
        self, method: str, path: str, body: Any, query: Mapping[str, str], what: str = ""
    ) -> requests.Response:
        try:
            answer = self._http.request(method, self.base + path, json=body, params=dict(query), timeout=SECONDS)
        except requests.RequestException:
            raise Refused(Finding(BAD, "platform_unreachable", {"base": self.base})) from None
        found = _object(answer)
        code = int(found.get("errcode") or 0)
        if code:
            address = ADDRESS.search(f"{found.get('errmsg', '')} ")
            params = {"code": code, "what": what or path, "ip": address.group(1) if address else "?"}
            raise Refused(Finding(BAD, f"code_{code}", params), code)
        return answer


def messages_right(platform: Platform) -> Iterator[Finding]:
    """Whether the account may send by itself: tried with a sign of typing to nobody."""
    try:
        platform.ask("POST", "/cgi-bin/message/custom/typing", {"touser": NOBODY, "command": "Typing"})
    except Refused as refused:
        if refused.code in NOT_GRANTED:
            yield Finding(WARN, "messages_missing")
            return
        if refused.finding.name.startswith("platform_") or refused.code == -1:
            yield refused.finding
            return
    yield Finding(OK, "messages_ok")  # any other refusal is about nobody, not about the right


def templates(platform: Platform, template_id: str) -> Iterator[Finding]:
    """Whether news outside of the 48 hours can be told, and whether the template has our two fields."""
    if not template_id:
        yield Finding(WARN, "template_unset")
        return
    try:
        found = platform.ask("GET", "/cgi-bin/template/get_all_private_template").get("template_list") or []
    except Refused as refused:
        yield Finding(WARN, "templates_missing") if refused.code in NOT_GRANTED else refused.finding
        return
    ours = next((one for one in found if one.get("template_id") == template_id), None)
    if ours is None:
        yield Finding(BAD, "template_missing")
        return
    missing = [name for name in NEWS_FIELDS if f"{{{{{name}.DATA}}}}" not in str(ours.get("content")).replace(" ", "")]
    yield Finding(BAD, "template_fields", {"fields": "、".join(missing)}) if missing else Finding(OK, "template_ok")


def account_menu(platform: Platform, entries: tuple[menu.Entry, ...], change: bool) -> Iterator[Finding]:
    """The menu at the platform beside the office's table; made anew when it differs and `change` is wanted."""
    wanted = menu.as_platform(entries)
    try:
        try:
            there = platform.ask("GET", "/cgi-bin/menu/get", what="menu").get("menu")
        except Refused as refused:
            if refused.code != NO_MENU:
                raise
            there = None
        if _buttons(there) == _buttons(wanted):
            yield Finding(OK, "menu_same")
        elif change:
            platform.ask("POST", "/cgi-bin/menu/create", wanted, what="menu")
            yield Finding(OK, "menu_made")
        else:
            yield Finding(WARN, "menu_differs" if there else "menu_none")
    except Refused as refused:
        yield refused.finding


def own_address(environ: Mapping[str, str], now: float) -> Iterator[Finding]:
    """What the platform would meet at our own address: signed as it signs, through the proxy."""
    public = environ.get("PUBLIC_URL", "").rstrip("/")
    if not public:
        yield Finding(WARN, "address_unset", {"path": PATH})
        return
    parts = urlsplit(public)
    if parts.port not in (None, 80, 443):
        yield Finding(WARN, "address_port", {"port": parts.port})
    url, echo = public + PATH, secrets.token_hex(8)
    query = {"timestamp": str(int(now)), "nonce": secrets.token_hex(5), "echostr": echo}
    query["signature"] = crypto.sign(environ["WECHAT_TOKEN"], query["timestamp"], query["nonce"])
    try:
        answer = requests.get(url, params=query, timeout=SECONDS)
    except requests.RequestException:
        yield Finding(BAD, "address_unreachable", {"url": url})
        return
    if answer.status_code == 403:
        yield Finding(BAD, "address_refused", {"url": url, "status": 403})
    elif answer.status_code != 200 or answer.text != echo:
        yield Finding(BAD, "address_other", {"url": url})
    else:
        yield Finding(OK, "address_ok", {"url": url})


def words(reference_dir: Path) -> dict[str, tuple[str, str]]:
    """(what is said, the remedy) by the name of a finding."""
    with (reference_dir / "wechat_setup.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: (row["text"], row["remedy"]) for row in csv.DictReader(file)}


def said(finding: Finding, known: Mapping[str, tuple[str, str]]) -> str:
    """The lines of a finding; a code that has no words of its own is told as a number."""
    text, remedy = known.get(finding.name) or known["code_other"]
    line = f"{SIGNS[finding.state]} {text.format_map(finding.params)}"
    return f"{line}\n      → {remedy.format_map(finding.params)}" if remedy else line


def _clock(theirs: float | None, now: float) -> Iterator[Finding]:
    if theirs is None:
        return
    apart = round(abs(theirs - now))
    late = {"seconds": apart}
    yield Finding(BAD, "clock_wrong", late) if apart > WINDOW else Finding(OK, "clock_ok")


def _buttons(there: Any) -> Any:
    """A menu without the empty lists that the platform puts beside."""
    if isinstance(there, dict):
        kept = {name: _buttons(value) for name, value in there.items()}
        return {name: value for name, value in kept.items() if value not in ([], "", None)}
    return [_buttons(one) for one in there] if isinstance(there, list) else there


def _object(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused(Finding(BAD, "platform_unreadable"))
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print the findings; 1 when something has to be mended."""
    parser = argparse.ArgumentParser(prog="make wechat-setup")
    parser.add_argument("--check", action="store_true", help="change nothing at the platform")
    asked = parser.parse_args(arguments)
    reference_dir = ROOT / "data" / "reference"
    known, worst = words(reference_dir), 0
    for finding in examine(environment(), reference_dir, not asked.check, time.time()):
        print(said(finding, known), flush=True)
        worst = max(worst, finding.state == BAD)
    return worst


if __name__ == "__main__":
    sys.exit(main())

"""`make wechat-setup` against the simulated platform: every fault once, each with its remedy."""

from __future__ import annotations

import asyncio
import csv
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.channels.wechat import menu, setup
from bot.channels.wechat.account import Account
from bot.channels.wechat.door import Door
from tests.bot.channels.website.conftest import free_port
from tests.bot.channels.wechat.world import AES_KEY, TOKEN
from tests.simulators.wechat.platform import CALLER, Platform
from xiaobao.settings import ROOT

APP_ID, SECRET, TEMPLATE = "wxb11529c136998cb6", "simulated-secret", "the-template"
REFERENCE = ROOT / "data" / "reference"
TYPING, MENU = "/cgi-bin/message/custom/typing", "/cgi-bin/menu/create"
LIST = "/cgi-bin/template/get_all_private_template"


class Office:
    """The platform, our own door beside it, and the variables of an account that is right."""

    def __init__(self) -> None:
        self.platform = Platform(APP_ID, SECRET, time.time)
        self.platform.listed = {TEMPLATE: "编号:{{character_string1.DATA}}\n{{thing2.DATA}}"}
        base = f"http://127.0.0.1:{free_port()}"
        self.environ = {
            "WECHAT_TOKEN": TOKEN,
            "WECHAT_APP_ID": APP_ID,
            "WECHAT_APP_SECRET": SECRET,
            "WECHAT_AES_KEY": AES_KEY,
            "WECHAT_TEMPLATE_ID": TEMPLATE,
            "WECHAT_API_BASE": base,
            "PUBLIC_URL": base,
        }
        self.door = Door(Account(TOKEN, APP_ID, SECRET, None))
        self.own: Callable[[web.Request], web.Response] = self._verify
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(int(base.rpartition(":")[2]),), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _verify(self, request: web.Request) -> web.Response:
        return web.Response(text=self.door.verify(request.query, time.time()))

    def _serve(self, port: int) -> None:
        async def webhook(request: web.Request) -> web.Response:
            return self.own(request)

        async def begin() -> None:
            app = self.platform.app()
            app.router.add_get(setup.PATH, webhook)
            self._runner = web.AppRunner(app)
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", port).start()

        self._loop.run_until_complete(begin())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._runner.cleanup())

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def look(self, change: bool = False, reference: Path = REFERENCE, ahead: float = 0.0) -> dict[str, str]:
        """What is said by the name of the finding."""
        known = setup.words(REFERENCE)
        found = list(setup.examine(self.environ, reference, change, time.time() + ahead))
        told = {one.name: setup.said(one, known) for one in found}
        assert SECRET not in "".join(told.values()) and AES_KEY not in "".join(told.values())
        return told


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office()
    yield made
    made.stop()


def test_an_account_that_is_ready_gets_its_menu_once(office: Office) -> None:
    told = office.look(change=True)
    to_mend = {name for name, line in told.items() if not line.startswith("[好]")}
    assert to_mend == {"address_port"}, "the simulator cannot listen on port 443"
    assert "menu_made" in told and office.platform.menu == menu.as_platform(menu.read(REFERENCE))
    assert "menu_same" in office.look(change=True)
    assert office.platform.calls.count(MENU) == 1


def test_a_check_changes_nothing(office: Office) -> None:
    assert "menu_none" in office.look()
    office.platform.menu = {"button": [{"type": "click", "name": "旧的", "key": "old"}]}
    assert "menu_differs" in office.look()
    assert MENU not in office.platform.calls
    assert not office.platform.followers, "rights are tried on nobody"


@pytest.mark.parametrize(
    ("name", "value", "finding"),
    [
        ("WECHAT_TOKEN", "", "token_missing"),
        ("WECHAT_TOKEN", "a b", "token_wrong"),
        ("WECHAT_APP_ID", "", "app_id_missing"),
        ("WECHAT_APP_ID", "gh_0123456789ab", "app_id_odd"),
        ("WECHAT_APP_SECRET", "", "app_secret_missing"),
        ("WECHAT_AES_KEY", "", "aes_key_missing"),
        ("WECHAT_AES_KEY", AES_KEY[:42], "aes_key_wrong"),
        ("WECHAT_MODE", "secure", "mode_wrong"),
        ("WECHAT_MODE", "plain", "mode_plain"),
        ("WECHAT_API_BASE", "http://127.0.0.1:9", "platform_unreachable"),
        ("WECHAT_APP_ID", "wx0000000000000000", "code_40013"),
        ("WECHAT_APP_SECRET", "another", "code_40125"),
        ("WECHAT_TEMPLATE_ID", "", "template_unset"),
        ("WECHAT_TEMPLATE_ID", "another", "template_missing"),
        ("PUBLIC_URL", "", "address_unset"),
        ("PUBLIC_URL", "http://127.0.0.1:9", "address_unreachable"),
    ],
)
def test_a_variable_that_is_wrong_is_named_with_its_remedy(office: Office, name: str, value: str, finding: str) -> None:
    office.environ[name] = value
    told = office.look()
    assert finding in told and "\n      → " in told[finding], told


def test_all_missing_variables_are_said_at_once_and_nobody_is_asked(office: Office) -> None:
    office.environ = {"WECHAT_API_BASE": office.environ["WECHAT_API_BASE"]}
    assert {"token_missing", "app_id_missing", "app_secret_missing", "aes_key_missing"} <= set(office.look())
    assert office.platform.calls == []


def test_the_address_to_allow_is_printed(office: Office) -> None:
    office.platform.faults.code["/cgi-bin/stable_token"] = 40164
    told = office.look()["code_40164"]
    assert told.count(CALLER) == 2 and "IP白名单" in told


@pytest.mark.parametrize("code", [61004, 40243, 89503, 89506, 89507, 45009, 50002])
def test_other_refusals_of_the_platform_have_their_own_words(office: Office, code: int) -> None:
    office.platform.faults.code["/cgi-bin/stable_token"] = code
    told = office.look()[f"code_{code}"]
    assert "[要改]" in told and str(code) in told and "→" in told


def test_a_code_nobody_knows_is_told_as_a_number(office: Office) -> None:
    office.platform.faults.code["/cgi-bin/stable_token"] = 99999
    assert "99999" in office.look()["code_99999"]


def test_a_busy_platform_and_a_proxy_in_between_are_told_apart(office: Office) -> None:
    office.platform.faults.busy = 1
    assert "code_-1" in office.look()
    office.platform.faults.html = 1
    assert "platform_unreadable" in office.look()


def test_missing_rights_are_told(office: Office) -> None:
    office.platform.faults.no_right = True
    office.platform.faults.code[LIST] = 48001
    told = office.look()
    assert "messages_missing" in told and "templates_missing" in told
    office.platform.faults.code["/cgi-bin/menu/get"] = 48001
    assert "code_48001" in office.look(change=True)


def test_a_template_without_our_fields_is_refused(office: Office) -> None:
    office.platform.listed = {TEMPLATE: "{{first.DATA}} {{ thing2.DATA }}"}
    assert "character_string1" in office.look()["template_fields"]
    assert "thing2" not in office.look()["template_fields"].partition("\n")[0]


def test_a_clock_that_is_wrong_is_told(office: Office) -> None:
    office.own = lambda request: web.Response(status=403)
    told = office.look(ahead=3600)
    assert re.search(r"差 3(599|60[012]) 秒", told["clock_wrong"])
    assert "403" in told["address_refused"]


def test_another_program_at_our_address_is_told(office: Office) -> None:
    office.own = lambda request: web.Response(text="<h1>It works!</h1>")
    assert "address_other" in office.look()
    office.own = office._verify
    told = office.look()
    assert "address_ok" in told and "address_port" in told, "the platform reaches ports 80 and 443 only"


@pytest.mark.parametrize(
    "rows",
    [
        "a,问政策,问一个问题,/x\nb,查进度,查,/x\nc,要办事,办,/x\nd,第四组,看,/x\n",
        "a,名字太长了,问,/x\n",
        "a,问政策,这个名字比八个字还要长,/x\n",
        "".join(f"{n},问政策,问{n},/x\n" for n in range(6)),
        "a,问政策,问,/x\na,问政策,再问,/x\n",
        "",
    ],
)
def test_a_menu_that_the_platform_would_refuse_is_not_sent(office: Office, tmp_path: Path, rows: str) -> None:
    for name in ("wechat_menu.csv", "wechat_setup.csv"):
        shutil.copy(REFERENCE / name, tmp_path / name)
    (tmp_path / "wechat_menu.csv").write_text("key,group,title,payload\n" + rows, encoding="utf-8")
    assert "menu_table_wrong" in office.look(change=True, reference=tmp_path)
    assert MENU not in office.platform.calls


def test_every_finding_has_words_and_every_word_is_used() -> None:
    code = Path(setup.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'Finding\(\s*\w+(?: if [^"]+ else \w+)?, "(\w+)"', code)) | {"menu_none"}
    with (REFERENCE / "wechat_setup.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {row["name"] for row in rows}
    assert named - known == set()
    assert {name for name in known if not name.startswith("code_")} - named - {"menu_differs"} == set()
    assert all(set(row) == {"name", "text", "remedy"} and row["text"] for row in rows)


def test_the_command_ends_with_one_when_something_is_wrong(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    for name, value in office.environ.items():
        monkeypatch.setenv(name, value)
    assert setup.main(["--check"]) == 0
    assert "[好] AppID" in capsys.readouterr().out and office.platform.menu is None
    monkeypatch.setenv("WECHAT_APP_SECRET", "another")
    assert setup.main(["--check"]) == 1
    assert "[要改] AppSecret" in capsys.readouterr().out

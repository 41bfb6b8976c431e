"""`make wechat-demo`: the whole product beside a simulated WeChat, with a telephone to play on in the browser.

Needs no account and no credentials. The product runs with a data directory of its own (var-wechat-demo) and on free
ports when the usual ones are taken; whatever .env says of databases, addresses and WeChat is overruled.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
import time
from pathlib import Path

from aiohttp import web

from tests.simulators.wechat.phone import Addresses, Phone
from tests.simulators.wechat.platform import Platform
from tests.simulators.wechat.push import Console
from tests.simulators.wechat.wire import WatchedPusher
from xiaobao.conversations import scenes
from xiaobao.settings import ROOT

PORTS = {"WECHAT_DEMO_PORT": 5080, "BOT_PORT": 5005, "ACTIONS_PORT": 5055, "DESK_PORT": 8000}
APP_ID, TEMPLATE_ID = "wxdemo00000000000", "demo-template"
READY = "Xiaobao is ready."  # what the start command prints
STOP_SECONDS = 30


def main() -> int:
    """0 after Ctrl-C, 1 when it does not come up."""
    try:
        return asyncio.run(Demo(Path(os.environ.get("XIAOBAO_DATA") or ROOT / "var-wechat-demo").resolve()).run())
    except KeyboardInterrupt:
        return 0


class Demo:
    """Platform and product, from start to stop."""

    def __init__(self, data: Path) -> None:
        taken: set[int] = set()
        self.ports = {name: _port(name, usual, taken) for name, usual in PORTS.items()}
        self.data = data
        self.token, self.secret = secrets.token_hex(8), secrets.token_hex(16)
        self.aes_key = secrets.token_hex(22)[:43]
        self._staff_token = ""
        self._product: asyncio.subprocess.Process | None = None

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def environ(self) -> dict[str, str]:
        """The product's environment; every variable that could lead out of the demo is set here."""
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "XIAOBAO_DATA": str(self.data),
            "DATABASE_URL": f"sqlite:///{self.data / 'xiaobao.db'}",
            "TRACKER_URL": f"sqlite:///{self.data / 'tracker.db'}",
            "OFFICE": "demo",
            "BIND_HOST": "127.0.0.1",
            "BEHIND_TLS": "0",
            "TRUSTED_PROXIES": "0",
            "SEMANTIC_SEARCH": os.environ.get("SEMANTIC_SEARCH", "0"),  # the first start would take a minute longer
            "BOT_URL": self.address("BOT_PORT"),
            "PUBLIC_URL": self.address("BOT_PORT"),
            "ACTIONS_URL": f"{self.address('WECHAT_DEMO_PORT')}/actions",
            **{name: str(port) for name, port in self.ports.items()},
            "WECHAT_TOKEN": self.token,
            "WECHAT_APP_ID": APP_ID,
            "WECHAT_APP_SECRET": self.secret,
            "WECHAT_AES_KEY": self.aes_key,
            "WECHAT_MODE": "safe",
            "WECHAT_API_BASE": self.address("WECHAT_DEMO_PORT"),
            "WECHAT_TEMPLATE_ID": TEMPLATE_ID,
            "WECHAT_SUBSCRIBE_ID": "demo-subscription",
        }

    async def run(self) -> int:
        """Until Ctrl-C."""
        platform = Platform(APP_ID, self.secret, time.time)
        webhook = f"{self.address('BOT_PORT')}/webhooks/wechat/webhook"
        pusher = WatchedPusher(platform, Console(webhook, self.token, self.aes_key))
        where = Addresses(
            self.address("BOT_PORT"), self.address("DESK_PORT"), self.address("ACTIONS_PORT"), webhook, self.staff_token
        )
        known = scenes.load(ROOT / "data" / "reference")
        codes = [{"scene": one.scene, "title": one.title} for one in known.values()]
        runner = web.AppRunner(Phone(platform, pusher, where, codes).app())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.ports["WECHAT_DEMO_PORT"]).start()
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        # A session of its own: Ctrl-C reaches only us, and we stop the product in order.
        self._product = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "xiaobao.start",
            cwd=ROOT, env=self.environ(), start_new_session=True, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._product.stdout is not None
        reading = asyncio.create_task(self._read(self._product.stdout))
        ended = asyncio.create_task(self._product.wait())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return 0 if stopped.done() else 1
        finally:
            if not ended.done():
                self._product.send_signal(signal.SIGINT)
                await asyncio.wait({ended}, timeout=STOP_SECONDS)
            if not ended.done():
                os.killpg(self._product.pid, signal.SIGKILL)
            await asyncio.wait({reading}, timeout=2)
            await runner.cleanup()
            print("The WeChat demo has ended.", flush=True)

    async def _read(self, lines: asyncio.StreamReader) -> None:
        """Pass on what the start command says; once it is ready, say where the telephone is."""
        ready = False
        async for line in lines:
            text = line.decode("utf-8", "replace").rstrip()
            print(text, flush=True)
            ready = ready or text == READY
            if ready and text.startswith("  Logs:"):
                self._announce()

    def _announce(self) -> None:
        print(
            f"\nThe WeChat demo is ready: open {self.address('WECHAT_DEMO_PORT')}/\n"
            f"  Simulated platform: port {self.ports['WECHAT_DEMO_PORT']}; bot {self.ports['BOT_PORT']}, "
            f"action server {self.ports['ACTIONS_PORT']}, desk {self.ports['DESK_PORT']}.\n"
            f"  Nothing leaves this machine. Data: {self.data}. Ctrl-C stops everything.\n",
            flush=True,
        )

    async def staff_token(self) -> str:
        """A clerk's token for the desk's interface, made at the first use."""
        if not self._staff_token:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "xiaobao.desk.tokens", "clerk",
                cwd=ROOT, env=self.environ(), stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            out, _ = await process.communicate()
            self._staff_token = out.decode().strip()
        return self._staff_token


def _port(name: str, usual: int, taken: set[int]) -> int:
    """The port that was asked for, else the usual one, else any that is free. `taken` grows."""
    asked = os.environ.get(name)
    port = int(asked) if asked and asked.isdecimal() else usual
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            if port in taken:
                raise OSError
            probe.bind(("127.0.0.1", port))
        except OSError:
            with socket.socket() as other:
                other.bind(("127.0.0.1", 0))
                port = int(other.getsockname()[1])
    taken.add(port)
    return port


if __name__ == "__main__":
    raise SystemExit(main())

"""A gateway for texts: takes them, refuses them, is busy, hangs up, accepts and drops; reports when it is told to."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any

import requests

from tests.simulators.json_door import JsonHandler
from xiaobao import settings
from xiaobao.conversations import sms

KEY, REPORT_KEY = "k-simulated-gateway", "r-simulated-gateway"


class Gateway(ThreadingHTTPServer):
    """`with Gateway() as gateway`. What it does with a number stands in `does`, one word a text; else it accepts."""

    daemon_threads = True

    def __init__(self, auth: str = "header") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.auth = auth
        self.does: dict[str, list[str]] = defaultdict(list)
        self.heard: list[dict[str, Any]] = []  # every request that was understood
        self.sent: list[dict[str, Any]] = []  # what went on to a telephone
        self.violations: list[str] = []

    @property
    def settings(self) -> settings.Sms:
        """As an operator would enter it."""
        return settings.Sms(f"http://127.0.0.1:{self.server_port}/send", KEY, self.auth, "T1", "云泽消保", REPORT_KEY)

    def __enter__(self) -> Gateway:
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join(5)

    def report(self, door: str, status: str, key: str = REPORT_KEY, late: float = 0.0) -> int:
        """Report of everything that was sent; the door's HTTP status."""
        reports = [{"reference": one["reference"], "status": status, "to": one["to"]} for one in self.sent]
        body, stamp = json.dumps({"reports": reports}).encode(), str(int(time.time() - late))
        headers = {"X-Timestamp": stamp, "X-Signature": sms.signature(key, stamp, body)}
        return requests.post(door, data=body, headers=headers, timeout=5).status_code


class Handler(JsonHandler):
    server: Gateway

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._is_ours(raw):
            self.answer(401, {"code": "unauthorized"})
            return
        body = json.loads(raw)
        if set(body) != {"to", "template", "sign", "params", "reference"} or set(body["params"]) != {"number"}:
            self.server.violations.append(f"more or less than was agreed: {body}")
        self.server.heard.append(body)
        if any(one["reference"] == body["reference"] for one in self.server.sent):
            self.server.violations.append("the same text twice")
        todo = self.server.does[body["to"]]
        word = todo.pop(0) if todo else "ok"
        if word in ("ok", "hang up after", "page"):
            self.server.sent.append(body)
        if word.startswith("hang up"):
            self.close_connection = True
        elif word == "page":
            self._page()
        elif word.isdecimal():
            self.answer(int(word), {})
        else:
            self.answer(200 if word == "ok" else 422, {"code": word})

    def _is_ours(self, raw: bytes) -> bool:
        if self.server.auth == "header":
            return self.headers["Authorization"] == f"Bearer {KEY}"
        stamp, given = self.headers["X-Timestamp"] or "", self.headers["X-Signature"] or ""
        return sms.signed(KEY, stamp, given, raw, time.time())

    def _page(self) -> None:
        data = b"<html>502 Bad Gateway</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

"""The proxy's rules: read in the file everywhere, and tried on a real Caddy where one is installed."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
import yaml

from tests.simulators.product import free_port
from xiaobao.settings import ROOT

CADDYFILE = ROOT / "deploy" / "Caddyfile"
INTERNAL = ("/chat/internal/notices", "/chat/internal", "/internal/x", "/webhooks/wechat/internal/x", "/chat//internal/x",
            "/chat/%69nternal/notices", "/chat/x/../internal/notices", "/chat/INTERNAL/notices")  # fmt: skip
CLOSED = ("/version", "/status", "/domain", "/model/parse", "/conversations/x/tracker", "/webhooks/rest/webhook",
          "/webhook", "/actions", "/chatter", "/chat/../version")  # fmt: skip
OPEN = ("/chat", "/chat/sessions", "/chat/embed.js", "/webhooks/wechat/webhook", "/webhooks/sms/reports")


class Upstream(BaseHTTPRequestHandler):
    """Says who it is and whom it believes to serve."""

    server: ThreadingHTTPServer

    def do_GET(self) -> None:
        body = f"{self.server.server_port} {self.path} {self.headers.get('X-Forwarded-For')}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        return


def raw(port: int, path: str) -> tuple[int, str]:
    """A GET with the path exactly as it is written; clients would tidy it."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    return int(answer.split()[1]), answer


@pytest.fixture(scope="module")
def proxy() -> Iterator[tuple[int, int, int, int]]:
    """Ports of (chat site, desk site, bot, desk) of a running Caddy with our file."""
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("no caddy here; the rules are read in the file only")
    upstreams = [ThreadingHTTPServer(("127.0.0.1", 0), Upstream) for _ in range(2)]
    for upstream in upstreams:
        threading.Thread(target=upstream.serve_forever, args=(0.02,), daemon=True).start()
    chat, desk = free_port(), free_port()
    bot, staff = (upstream.server_port for upstream in upstreams)
    environ = {**os.environ, "CHAT_DOMAIN": f"http://127.0.0.1:{chat}", "DESK_DOMAIN": f"http://127.0.0.1:{desk}"}
    environ |= {"BOT_UPSTREAM": f"127.0.0.1:{bot}", "DESK_UPSTREAM": f"127.0.0.1:{staff}"}
    command = [caddy, "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(chat)
        yield chat, desk, bot, staff
    finally:
        process.terminate()
        process.wait(10)
        for upstream in upstreams:
            upstream.shutdown()
            upstream.server_close()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")


@pytest.mark.parametrize("path", INTERNAL)
def test_nothing_internal_is_reached_by_any_spelling(proxy, path):
    chat, desk, _, _ = proxy
    for port in (chat, desk):
        status, answer = raw(port, path)
        assert status in (308, 404), answer


@pytest.mark.parametrize("path", CLOSED)
def test_rasas_own_routes_and_the_action_server_are_not_there(proxy, path):
    assert raw(proxy[0], path)[0] == 404


@pytest.mark.parametrize("path", OPEN)
def test_what_citizens_need_is_passed_to_the_bot(proxy, path):
    chat, _, bot, _ = proxy
    assert requests.get(f"http://127.0.0.1:{chat}{path}", timeout=5).text.startswith(f"{bot} {path} ")


def test_the_bare_address_leads_to_the_chat(proxy):
    answer = requests.get(f"http://127.0.0.1:{proxy[0]}/", allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/chat")


def test_the_desk_has_its_own_address(proxy):
    _, desk, _, staff = proxy
    assert requests.get(f"http://127.0.0.1:{desk}/api/v1/tickets", timeout=5).text.startswith(f"{staff} ")


def test_a_caller_cannot_choose_the_address_it_is_counted_under(proxy):
    answer = requests.get(f"http://127.0.0.1:{proxy[0]}/chat", headers={"X-Forwarded-For": "6.6.6.6"}, timeout=5)
    assert answer.text.endswith(" 127.0.0.1")


def test_the_file_names_every_rule():
    text = re.sub(r"#.*", "", CADDYFILE.read_text(encoding="utf-8"))
    assert "@internal path */internal */internal/*" in text
    assert re.search(r"handle @internal \{\s*respond 404\s*\}", text)
    assert re.search(r"@public path /chat /chat/\* /webhooks/wechat /webhooks/wechat/\* /webhooks/sms/reports\n", text)
    assert "redir / /chat" in text
    sites = re.findall(r"^\{\$(\w+_DOMAIN):[^}]*\} \{(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    assert [name for name, _ in sites] == ["CHAT_DOMAIN", "DESK_DOMAIN"]
    assert all("import common" in body for _, body in sites)
    assert text.count("reverse_proxy") == 2


def test_only_the_proxy_is_published_and_every_process_has_its_service():
    compose = yaml.safe_load((ROOT / "compose.yml").read_text(encoding="utf-8"))  # Rasa teaches ruamel to expand ${...}
    services = compose["services"]
    assert set(services) == {"postgres", "migrate", "bot", "actions", "desk", "worker", "proxy"}
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    for name in ("migrate", "bot", "actions", "desk", "worker"):
        assert services[name]["command"] == ["python", "-m", "xiaobao.start", name]


def test_the_image_runs_as_nobody_special_from_locked_hashes():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    users = re.findall(r"^USER (\S+)", text, re.MULTILINE)
    assert users == ["xiaobao"]
    assert "--require-hashes" in text
    assert ".env" in (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

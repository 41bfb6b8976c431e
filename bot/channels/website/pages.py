"""Pages and their parts: rendered and compressed once at start, served with a strict policy and no other origin."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from rasa.shared.utils.io import read_yaml_file
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from bot.channels.website.office import OfficeCard
from bot.channels.website.problems import Problem
from xiaobao.settings import ROOT, Settings, SettingsError

STATIC = Path(__file__).resolve().parent / "static"
RESPONSES = ROOT / "data" / "responses" / "session.yml"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".html": "text/html; charset=utf-8",
}
PAGES = ("chat", "privacy", "about", "print")
YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Served:
    """One file in memory, plain and compressed."""

    body: bytes
    packed: bytes
    media_type: str
    cache: str

    def response(self, request: Request) -> HTTPResponse:
        """The file, compressed when the browser takes that."""
        headers = {"Cache-Control": self.cache, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return raw(self.packed, content_type=self.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return raw(self.body, content_type=self.media_type, headers=headers)


class Pages:
    """Everything a browser may fetch without a session."""

    def __init__(self, settings: Settings, office: OfficeCard) -> None:
        """Reads `static/`; raises OSError or a jinja2 error when a page cannot be made."""
        self._parts = {
            path.name: _served(path.read_bytes(), TYPES[path.suffix], YEAR)
            for path in sorted(STATIC.iterdir())
            if path.suffix in TYPES and path.name != "embed.js"
        }
        versions = {name: hashlib.sha256(part.body).hexdigest()[:10] for name, part in self._parts.items()}
        environment = Environment(
            loader=FileSystemLoader(STATIC / "pages"), autoescape=select_autoescape(), undefined=StrictUndefined
        )
        environment.globals.update(
            office=office,
            days=settings.conversation_days,
            upload_mb=settings.upload_max_mb,
            video_mb=settings.video_max_mb,
            handles=_said(f"utter_handles_{office.kind}"),
            clock=_said(f"utter_office_clock_{office.kind}"),
            part=lambda name: f"/chat/static/{name}?v={versions[name]}",
        )
        self._pages = {
            name: _served(environment.get_template(f"{name}.html").render().encode(), TYPES[".html"], "no-cache")
            for name in PAGES
        }
        embed = (STATIC / "embed.js").read_text(encoding="utf-8")
        allowed = embed.replace('"ALLOWED_ORIGINS"', json.dumps(list(settings.allowed_origins)))
        self._embed = _served(allowed.encode(), TYPES[".js"], "public, max-age=300")
        self.headers = security_headers(settings)

    def page(self, request: Request, name: str) -> HTTPResponse:
        """One of PAGES."""
        return self._pages[name].response(request)

    def part(self, request: Request, name: str) -> HTTPResponse:
        """A style sheet, script or picture. Raises Problem `not_found`."""
        if name not in self._parts:
            raise Problem("not_found")
        return self._parts[name].response(request)

    def embed(self, request: Request) -> HTTPResponse:
        """The one line that another website includes."""
        return self._embed.response(request)

    def sizes(self) -> dict[str, int]:
        """Compressed bytes by file, of all that the chat page loads."""
        return {"chat": len(self._pages["chat"].packed), **{n: len(p.packed) for n, p in self._parts.items()}}


def security_headers(settings: Settings) -> dict[str, str]:
    """Sent with every answer of the channel: nothing inline, nothing from elsewhere, framed by allowed sites only."""
    ancestors = " ".join(("'self'", *settings.allowed_origins))
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        f"form-action 'none'; base-uri 'none'; frame-ancestors {ancestors}"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "geolocation=(), microphone=(), camera=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if settings.behind_tls:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def _said(name: str) -> str:
    """What the bot says about the office; the page must not say it in other words."""
    variants = read_yaml_file(RESPONSES)["responses"].get(name)
    if not variants:
        raise SettingsError(f"data/responses/session.yml has no {name}, which the page about the office shows.")
    return str(variants[0]["text"])


def _served(body: bytes, media_type: str, cache: str) -> Served:
    return Served(body, gzip.compress(body, 9, mtime=0), media_type, cache)

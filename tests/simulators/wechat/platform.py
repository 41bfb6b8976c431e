"""The platform as an account sees it: the addresses of api.weixin.qq.com, tokens, quotas, media, faults on command.

Every answer is HTTP 200 with an `errcode`, as there. Times come from a clock that tests may move.
"""

from __future__ import annotations

import asyncio
import html
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tests.simulators.wechat.ledger import Ledger, screen_faults

TOKEN_LASTS, TOKEN_RENEWS, OVERLAP = 7200.0, 300.0, 300.0
MEDIA_LASTS = 3 * 86400.0
LONGEST_TEXT = 2048  # bytes
MOST_MENU, MOST_SUB = 3, 5
CALLER = "203.0.113.7"  # where calls come from, as the platform sees it


@dataclass
class Faults:
    """What goes wrong from now on. Counts go down to 0 with each use."""

    slow: float = 0.0  # seconds before every answer
    busy: int = 0  # errcode -1
    html: int = 0  # a proxy's page with status 200
    lost: int = 0  # custom/send is done, but its answer never comes
    no_right: bool = False  # 48001: the account has no customer service messages
    code: dict[str, int] = field(default_factory=dict)  # path -> errcode
    html_at: dict[str, int] = field(default_factory=dict)  # path -> how often a proxy's page


@dataclass
class Follower:
    """One user of the account and what stands on their screen."""

    openid: str
    follows: bool = True
    ledger: Ledger = field(default_factory=Ledger)
    screen: list[dict[str, Any]] = field(default_factory=list)  # see ledger.screen_faults; and `menu`

    def seen(self) -> list[str]:
        """What stands there besides the user's own words."""
        return [line["text"] for line in self.screen if line["from"] not in ("user", "act")]


class Platform:
    """State and routes. `clock` gives seconds."""

    def __init__(self, app_id: str, secret: str, clock: Callable[[], float]) -> None:
        self.app_id, self.secret, self.clock = app_id, secret, clock
        self.faults = Faults()
        self.followers: dict[str, Follower] = {}
        self.violations: list[str] = []
        self.calls: list[str] = []
        self.media: dict[str, tuple[bytes, str, float]] = {}
        self.templates: list[dict[str, Any]] = []
        self.listed: dict[str, str] = {}  # template id -> its text; empty: any template id will do
        self.grants: set[tuple[str, str]] = set()  # (openid, scene) of consents that were not used
        self.menu: dict[str, Any] | None = None
        self.issued: list[str] = []  # every token ever handed out
        self.refresh = True
        self._tokens: dict[str, float] = {}  # token -> valid until
        self._stable: tuple[str, float] | None = None
        self._refused: set[tuple[str, str, str]] = set()  # (token, path, user)
        self._done: set[str] = set()

    def follower(self, openid: str) -> Follower:
        """The user, who follows from the first sight."""
        found = self.followers.get(openid)
        if found is None:
            found = self.followers[openid] = Follower(openid, ledger=Ledger(self.refresh))
        return found

    def keep_media(self, content: bytes, content_type: str = "image/jpeg") -> str:
        """A media id for bytes that a user sends."""
        media_id = secrets.token_urlsafe(32)
        self.media[media_id] = (content, content_type, self.clock() + MEDIA_LASTS)
        return media_id

    def verdict(self) -> list[str]:
        """Everything that was wrong so far, on the wire and on the users' screens."""
        screens = (screen_faults(one.screen) for one in self.followers.values() if one.follows)
        return [*self.violations, *(fault for faults in screens for fault in faults)]

    def revoke(self) -> None:
        """All tokens are worth nothing from now on."""
        self._tokens.clear()
        self._stable = None

    def elapse(self, seconds: float) -> None:
        """Everything that runs out has come this much nearer to its end."""
        for follower in self.followers.values():
            follower.ledger.opened -= seconds
        self.media = {name: (content, kind, until - seconds) for name, (content, kind, until) in self.media.items()}
        self._tokens = {token: until - seconds for token, until in self._tokens.items()}
        if self._stable is not None:
            self._stable = (self._stable[0], self._stable[1] - seconds)

    def app(self) -> web.Application:
        """The server."""
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_route("*", "/cgi-bin/stable_token", self._stable_token)
        app.router.add_route("*", "/cgi-bin/token", self._token)
        app.router.add_post("/cgi-bin/message/custom/send", self._custom_send)
        app.router.add_post("/cgi-bin/message/custom/typing", self._typing)
        app.router.add_post("/cgi-bin/message/template/send", self._template_send)
        app.router.add_get("/cgi-bin/template/get_all_private_template", self._template_list)
        app.router.add_post("/cgi-bin/message/template/subscribe", self._subscribe_send)
        app.router.add_get("/mp/subscribemsg", self._consent_page)
        app.router.add_get("/cgi-bin/media/get", self._media_get)
        app.router.add_post("/cgi-bin/menu/create", self._menu_create)
        app.router.add_get("/cgi-bin/menu/get", self._menu_get)
        app.router.add_get("/cgi-bin/get_api_domain_ip", self._domain_ip)
        app.router.add_get("/video/{media_id}", self._video)
        return app

    async def _stable_token(self, request: web.Request) -> web.StreamResponse:
        if request.method != "POST":
            return self._answer(43002)
        body = await self._body(request)
        if (code := await self._before(request)) is not None:
            return code
        if body.get("appid") != self.app_id:
            return self._answer(40013)
        if body.get("secret") != self.secret:
            return self._answer(40125)
        at = self.clock()
        known = self._stable
        if known is None or known[1] - at < TOKEN_RENEWS or body.get("force_refresh"):
            if body.get("force_refresh"):
                self._tokens.clear()
            known = (secrets.token_urlsafe(96), at + TOKEN_LASTS)
            self._stable = known
            self._tokens[known[0]] = known[1]
            self.issued.append(known[0])
        return self._answer(0, access_token=known[0], expires_in=int(known[1] - at))

    async def _token(self, request: web.Request) -> web.StreamResponse:
        """The old interface: each call ends the token before after a while. Nothing of ours should ask for it."""
        self.violations.append("the old token interface was asked")
        return self._answer(0, access_token=secrets.token_urlsafe(96), expires_in=int(TOKEN_LASTS))

    async def _custom_send(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        if b"\\u" in raw:
            self.violations.append("escaped characters would be shown as they are")
        body = await self._body(request)
        if (refused := await self._before(request, body)) is not None:
            return refused
        if self.faults.no_right:
            return self._answer(48001)
        follower = self.followers.get(str(body.get("touser")))
        if follower is None:
            return self._answer(40003)
        if not follower.follows:
            self.violations.append("a message to somebody who does not follow")
            return self._answer(43004)
        line = self._line(body)
        if line is None:
            return self._answer(44004)
        if len(line["text"].encode()) > LONGEST_TEXT:
            self.violations.append("a text of more than 2,048 bytes")
            return self._answer(45002)
        code = follower.ledger.spend(self.clock())
        if code:
            if code == 45047:
                self.violations.append("more messages than the quota")
            return self._answer(code)
        follower.screen.append(line)
        if self.faults.lost > 0:
            self.faults.lost -= 1
            await asyncio.sleep(3600)
        return self._answer(0)

    def _line(self, body: dict[str, Any]) -> dict[str, Any] | None:
        kind = body.get("msgtype")
        if kind == "text":
            text = str((body.get("text") or {}).get("content") or "")
            return {"from": "account", "text": text, "menu": []} if text.strip() else None
        if kind == "msgmenu":
            menu = body.get("msgmenu") or {}
            items = menu.get("list") or []
            if not items or any(not str(item.get("id", "")).isdecimal() or not item.get("content") for item in items):
                self.violations.append("a menu message without ids or labels")
                return None
            text = "\n".join([str(menu.get("head_content") or ""), *(str(item["content"]) for item in items)])
            return {"from": "account", "text": text.strip(), "menu": items}
        self.violations.append(f"an unknown kind of message: {kind}")
        return None

    async def _typing(self, request: web.Request) -> web.StreamResponse:
        body = await self._body(request)
        refused = await self._before(request, body)
        if refused is not None:
            return refused
        if self.faults.no_right:
            return self._answer(48001)
        return self._answer(0 if str(body.get("touser")) in self.followers else 40003)

    async def _template_send(self, request: web.Request) -> web.StreamResponse:
        body = await self._body(request)
        if (refused := await self._before(request, body)) is not None:
            return refused
        follower = self.followers.get(str(body.get("touser")))
        if follower is None or not follower.follows:
            if follower is not None:
                self.violations.append("a template message to somebody who does not follow")
            return self._answer(43004)
        if self.listed and body.get("template_id") not in self.listed:
            return self._answer(40037)
        key = str(body.get("client_msg_id") or "")
        if key and key in self._done:
            return self._answer(0, msgid=1)
        self._done.add(key)
        self.templates.append(body)
        shown = json.dumps(body["data"], ensure_ascii=False)
        follower.screen.append({"from": "template", "text": shown, "menu": [], "url": str(body.get("url") or "")})
        return self._answer(0, msgid=len(self.templates))

    async def _consent_page(self, request: web.Request) -> web.StreamResponse:
        """What the telephone shows for a one-time subscription; who looks at it stands in `sim_openid`."""
        asked, openid = request.query, request.query.get("sim_openid", "")
        wanted = ("action", "appid", "scene", "template_id", "redirect_url", "reserved")
        scene, reserved = asked.get("scene", ""), asked.get("reserved", "")
        right = all(asked.get(name) for name in wanted) and asked["appid"] == self.app_id
        if not (right and scene.isdecimal() and int(scene) <= 10_000 and reserved.isalnum() and len(reserved) <= 128):
            self.violations.append("a wrong address for a subscription")
            raise web.HTTPBadRequest
        answer = asked.get("answer")
        if answer not in ("confirm", "cancel"):
            link = html.escape(str(request.url.update_query(answer="confirm")))
            no = html.escape(str(request.url.update_query(answer="cancel")))
            page = f'<meta charset="utf-8"><p>允许发送一次通知？</p><a href="{link}">同意</a> <a href="{no}">取消</a>'
            return web.Response(text=page, content_type="text/html")
        back = {"template_id": asked["template_id"], "action": answer, "scene": scene, "reserved": reserved}
        if answer == "confirm":
            self.grants.add((openid, scene))
            back["openid"] = openid
        raise web.HTTPFound(f"{asked['redirect_url']}/?{urlencode(back)}")

    async def _subscribe_send(self, request: web.Request) -> web.StreamResponse:
        body = await self._body(request)
        if (refused := await self._before(request, body)) is not None:
            return refused
        openid, scene, title = (str(body.get(name) or "") for name in ("touser", "scene", "title"))
        text = str(((body.get("data") or {}).get("content") or {}).get("value") or "")
        if not (title and len(title) <= 15 and text and len(text) <= 200):
            self.violations.append("a subscription message without title or text")
            return self._answer(47001)
        if (openid, scene) not in self.grants:
            return self._answer(43101)
        self.grants.remove((openid, scene))
        shown = json.dumps({"content": {"value": text}}, ensure_ascii=False)
        line = {"from": "template", "text": shown, "menu": [], "url": str(body.get("url") or "")}
        self.follower(openid).screen.append(line)
        return self._answer(0)

    async def _template_list(self, request: web.Request) -> web.StreamResponse:
        refused = await self._before(request)
        if refused is not None:
            return refused
        listed = [{"template_id": key, "title": "", "content": text} for key, text in self.listed.items()]
        return self._answer(0, template_list=listed)

    async def _media_get(self, request: web.Request) -> web.StreamResponse:
        if (refused := await self._before(request)) is not None:
            return refused
        found = self.media.get(request.query.get("media_id", ""))
        if found is None or found[2] < self.clock():
            return self._answer(40007)
        content, kind, _ = found
        if kind.startswith("video/"):
            where = f"{request.scheme}://{request.host}/video/{request.query['media_id']}"
            return self._answer(0, video_url=where)
        headers = {"Content-Disposition": 'attachment; filename="media.jpg"'}
        return web.Response(body=content, content_type=kind, headers=headers)

    async def _video(self, request: web.Request) -> web.StreamResponse:
        content, kind, _ = self.media[request.match_info["media_id"]]
        return web.Response(body=content, content_type=kind)

    async def _menu_create(self, request: web.Request) -> web.StreamResponse:
        body = await self._body(request)
        if (refused := await self._before(request, body)) is not None:
            return refused
        top = body.get("button") or []
        if not 1 <= len(top) <= MOST_MENU or any(len(one.get("sub_button") or []) > MOST_SUB for one in top):
            return self._answer(40016)
        for one in [*top, *(sub for group in top for sub in group.get("sub_button") or [])]:
            if len(str(one.get("name") or "").encode()) > (60 if "type" in one else 16):
                return self._answer(40018)
        self.menu = body
        return self._answer(0)

    async def _menu_get(self, request: web.Request) -> web.StreamResponse:
        refused = await self._before(request)
        if refused is not None:
            return refused
        return self._answer(0, menu=self.menu) if self.menu else self._answer(46003)

    async def _domain_ip(self, request: web.Request) -> web.StreamResponse:
        refused = await self._before(request)
        return refused if refused is not None else self._answer(0, ip_list=["127.0.0.1"])

    async def _before(self, request: web.Request, body: dict[str, Any] | None = None) -> web.StreamResponse | None:
        """Faults, then the token: what every address has in common."""
        self.calls.append(request.path)
        if self.faults.slow:
            await asyncio.sleep(self.faults.slow)
        if self.faults.html_at.get(request.path, 0) > 0 or self.faults.html > 0:
            if self.faults.html_at.get(request.path, 0) > 0:
                self.faults.html_at[request.path] -= 1
            else:
                self.faults.html -= 1
            return web.Response(text="<html>502 Bad Gateway</html>", content_type="text/html")
        if self.faults.busy > 0:
            self.faults.busy -= 1
            return self._answer(-1)
        if request.path in self.faults.code:
            return self._answer(self.faults.code[request.path])
        if request.path == "/cgi-bin/stable_token":
            return None
        until = self._tokens.get(request.query.get("access_token", ""))
        if until is None or until < self.clock():
            whose = (request.query.get("access_token", ""), request.path, str((body or {}).get("touser")))
            if whose in self._refused:
                self.violations.append(f"a token was used again after it had been refused: {request.path}")
            self._refused.add(whose)
            return self._answer(40001 if until is None else 42001)
        return None

    async def _body(self, request: web.Request) -> dict[str, Any]:
        try:
            found = json.loads(await request.read())
        except ValueError:
            self.violations.append(f"no JSON at {request.path}")
            return {}
        return found if isinstance(found, dict) else {}

    def _answer(self, code: int, **more: Any) -> web.Response:
        tail = f" hint: [{secrets.token_hex(4)}] rid: {secrets.token_hex(6)}"
        said = {0: "ok", 40164: f"invalid ip {CALLER} ipv6 ::ffff:{CALLER}, not in whitelist"}.get(code, "refused")
        known = {"errcode": code, "errmsg": said + tail}
        return web.json_response({**({} if more and not code else known), **more})

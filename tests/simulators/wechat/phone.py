"""A page that looks like a telephone, and behind it the simulated platform: for people who have never used WeChat's.

Everything the page shows went through the same push and the same interfaces as in the tests; only the clock of windows
and tokens can be moved. Served on this machine only; a request has to be made by the page itself.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.channels.wechat import menu
from tests.simulators.wechat import ledger
from tests.simulators.wechat.platform import Faults, Platform
from tests.simulators.wechat.wire import WatchedPusher, Wire
from xiaobao.settings import ROOT

PAGE = Path(__file__).resolve().parent / "page"
TOKENS = ROOT / "bot" / "channels" / "website" / "static" / "tokens.css"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
SEND = "/cgi-bin/message/custom/send"
NOWHERE = "http://127.0.0.1:9/"  # the discard port: nobody answers
VOICE = b"#!AMR\n" + b"\x3c" * 400  # what a telephone records, without a word in it
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'"
CODES = {
    "45015": (
        SEND,
        45015,
        "48 小时窗口已过",
        "平台说这位用户太久没说话：消息先存着，改发模板消息，下次他一说话就先给他看",
    ),
    "45047": (SEND, 45047, "客服消息条数用完", "平台说条数用完了：消息先存着，下次一起给"),
    "40001": (SEND, 40001, "令牌总被拒绝", "换一次新令牌再试一次，还不行就先存着，不会无限重试"),
    "43004": (SEND, 43004, "说用户没关注", "当作取消关注：忘掉这个微信号，不再打扰"),
}
STEPS = {  # what the page's member of staff does, in the order of the desk
    "accept": ("受理了", "材料齐全，我们先联系商家核实。"),
    "ask_supplement": ("请他补材料", "请补一张合同的照片。"),
}
FAULTS = {
    "slow": ("接口慢 6 秒", "平台的接口 6 秒才回，看机器人会不会重复发"),
    **{name: (title, about) for name, (_, _, title, about) in CODES.items()},
    "48001": ("没有客服消息权限", "未认证的号：只能在回应里说话，说不完就请用户再发一个字"),
    "busy": ("-1 系统繁忙（接下来 2 次）", "退一步再试，最多 3 次"),
    "html": ("网关返回网页（接下来 1 次）", "不知道发没发成：不重发，用户下次说话时再给他看一遍并说明"),
    "thinking": ("下一句想 8 秒", "超过平台等的 5 秒：先回 success，想好了用客服消息补上；没有权限时等平台重试"),
    "unreachable": ("服务器连不上", "平台试三次都连不上，用户看到平台自己的故障提示"),
}


@dataclass
class Addresses:
    """Where the product is, and what a member of staff needs to act there."""

    bot: str
    desk: str
    actions: str
    webhook: str
    staff_token: Callable[[], Awaitable[str]]


@dataclass
class Phone:
    """The page's server. `scenes`: value and title of codes to scan."""

    platform: Platform
    pusher: WatchedPusher
    where: Addresses
    scenes: list[dict[str, str]]
    wire: Wire = field(default_factory=Wire)

    def __post_init__(self) -> None:
        self.pusher.wire = self.wire
        self._thinking = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._entries = menu.read(ROOT / "data" / "reference")
        self._http: aiohttp.ClientSession | None = None

    def app(self) -> web.Application:
        """The platform's interface, the page and what the page asks for."""
        app = self.platform.app()
        app.middlewares.append(self.wire.calls)
        app.router.add_get("/", self._page)
        app.router.add_get("/page/{name}", self._page)
        app.router.add_get("/demo/state", self._state)
        app.router.add_get("/demo/media/{media_id}", self._picture)
        app.router.add_post("/demo/act", self._act)
        app.router.add_post("/demo/fault", self._fault)
        app.router.add_post("/demo/staff", self._staff)
        app.router.add_route("*", "/actions/{rest:.*}", self._actions)
        app.on_cleanup.append(self._close)
        return app

    async def _close(self, app: web.Application) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    async def _page(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info.get("name", "index.html")
        path = TOKENS if name == "tokens.css" else PAGE / name
        if path.name != name or path.suffix not in TYPES or not path.is_file():
            raise web.HTTPNotFound
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        return web.Response(text=path.read_text(encoding="utf-8"), content_type=TYPES[path.suffix], headers=headers)

    async def _state(self, request: web.Request) -> web.StreamResponse:
        """Everything on the page; of the wire only what is new."""
        openid = _openid(request.query.get("openid", ""))
        found = self.platform.followers.get(openid)
        try:
            version = int(request.query.get("version", "0"))
        except ValueError:
            version = 0
        return _json(
            {
                "follows": bool(found and found.follows),
                "screen": found.screen if found else [],
                "ledger": self._quota(openid),
                "wire": self.wire.after(version),
                "version": self.wire.version,
                "faults": self._switches(),
                "violations": self.platform.violations,
                "busy": bool(self._tasks),
                "menu": self._menu(),
                "scenes": self.scenes,
                "bot": self.where.bot,
                "desk": self.where.desk,
            }
        )

    def _quota(self, openid: str) -> dict[str, Any]:
        found = self.platform.followers.get(openid)
        if found is None or found.ledger.window is None:
            return {"window": "none", "most": 0, "sent": 0, "left": 0}
        most, lasts = ledger.RULES[found.ledger.window]
        left = max(0, int(found.ledger.opened + lasts - self.platform.clock()))
        return {"window": found.ledger.window, "most": most, "sent": found.ledger.sent, "left": left}

    def _menu(self) -> list[dict[str, Any]]:
        """The menu that was made at the platform, before that the one the product would make."""
        made = self.platform.menu or menu.as_platform(self._entries)
        groups: list[dict[str, Any]] = made["button"]
        return groups

    def _switches(self) -> list[dict[str, Any]]:
        faults = self.platform.faults
        on = {
            "slow": faults.slow > 0,
            "48001": faults.no_right,
            "busy": faults.busy > 0,
            "html": faults.html > 0,
            "thinking": self._thinking,
            "unreachable": self.pusher.console.url == NOWHERE,
            **{name: faults.code.get(path) == code for name, (path, code, _, _) in CODES.items()},
        }
        return [{"name": name, "title": title, "about": why, "on": on[name]} for name, (title, why) in FAULTS.items()]

    async def _fault(self, request: web.Request) -> web.StreamResponse:
        """Switch a fault, move the time, take tokens or files away."""
        body = await _body(request)
        name, on = str(body.get("name")), bool(body.get("on"))
        faults = self.platform.faults
        if name == "later":
            self.platform.elapse(48 * 3600.0)
        elif name == "revoke":
            self.platform.revoke()
        elif name == "media_gone":
            self.platform.media.clear()
        elif name == "none":
            self.platform.faults, self._thinking = Faults(), False
            self.pusher.console.url = self.where.webhook
        elif name in CODES:
            path, code, _, _ = CODES[name]
            faults.code.pop(path, None)
            if on:
                faults.code[path] = code
        elif name == "slow":
            faults.slow = 6.0 if on else 0.0
        elif name == "48001":
            faults.no_right = on
        elif name == "busy":
            faults.busy = 2 if on else 0
        elif name == "html":
            faults.html = 1 if on else 0
        elif name == "thinking":
            self._thinking = on
        elif name == "unreachable":
            self.pusher.console.url = NOWHERE if on else self.where.webhook
        else:
            raise web.HTTPBadRequest
        return _json({})

    async def _act(self, request: web.Request) -> web.StreamResponse:
        """What somebody does on the telephone; the answer appears on the screen when it comes."""
        body = await _body(request)
        openid, kind, text = _openid(body.get("openid")), str(body.get("kind")), str(body.get("text") or "")
        if kind == "text" and text.strip():
            tapped = {"bizmsgmenuid": str(body["menu_id"])} if body.get("menu_id") else {}
            self._run(self.pusher.say(openid, text, **tapped))
        elif kind in ("image", "video") and body.get("file"):
            content = base64.b64decode(str(body["file"]).partition(",")[2])
            fields = {"MsgType": kind, "MediaId": self.platform.keep_media(content, str(body.get("type") or ""))}
            self._run(self.pusher.send(openid, fields))
        elif kind == "voice":
            fields = {"MsgType": "voice", "Format": "amr", "MediaId": self.platform.keep_media(VOICE, "audio/amr")}
            self._run(self.pusher.send(openid, fields))
        elif kind == "location" and text.strip():
            place = {"MsgType": "location", "Location_X": "30.27", "Location_Y": "120.15", "Scale": "15", "Label": text}
            self._run(self.pusher.send(openid, place))
        elif kind == "sticker":
            self._run(self.pusher.say(openid, "[收到不支持的消息类型，暂无法显示]"))
        elif kind == "click":
            self._note(openid, f"点了菜单“{body.get('title')}”")
            self._run(self.pusher.event(openid, "CLICK", text))
        elif kind == "scan":
            known = self.platform.followers.get(openid)
            new = known is None or not known.follows
            self._note(openid, f"扫了二维码“{body.get('title') or text}”")
            self._run(self.pusher.event(openid, "subscribe" if new else "SCAN", f"qrscene_{text}" if new else text))
        elif kind in ("subscribe", "unsubscribe"):
            self._note(openid, "关注了公众号" if kind == "subscribe" else "取消了关注")
            self._run(self.pusher.event(openid, kind))
        else:
            raise web.HTTPBadRequest
        return _json({})

    def _note(self, openid: str, text: str) -> None:
        self.platform.follower(openid).screen.append({"from": "note", "text": text, "menu": []})

    async def _staff(self, request: web.Request) -> web.StreamResponse:
        """Somebody at the desk takes the next step on the newest complaint, through the desk's own interface."""
        await _body(request)
        headers = {"Authorization": f"Bearer {await self.where.staff_token()}"}
        api = f"{self.where.desk}/api/v1/tickets"
        async with self._client().get(api, headers=headers) as answer:
            items = (await answer.json())["items"]
        for number in sorted((item["number"] for item in items), reverse=True):
            async with self._client().get(f"{api}/{number}", headers=headers) as answer:
                ticket = await answer.json()
            step = next((one["step"] for one in ticket["steps"] if one["step"] in STEPS), None)
            if step is None:
                continue
            did, text = STEPS[step]
            headers["If-Match"] = str(ticket["version"])
            async with self._client().post(f"{api}/{number}/{step}", json={"text": text}, headers=headers) as answer:
                if answer.status == 200:
                    return _json({"said": f"{number}：工作人员{did}，通知几秒内就到"})
        return _json({"said": "还没有投诉：先在手机上提交一件"})

    async def _actions(self, request: web.Request) -> web.StreamResponse:
        """On the way to the action server; here a turn can be made slow."""
        rest = request.match_info["rest"]
        if rest == "webhook" and self._thinking:
            self._thinking = False
            await asyncio.sleep(8)
        url, data = f"{self.where.actions}/{rest}", await request.read()
        kind = {"Content-Type": request.headers.get("Content-Type", "application/json")}
        try:
            async with self._client().request(request.method, url, data=data, headers=kind) as answer:
                return web.Response(body=await answer.read(), status=answer.status, content_type=answer.content_type)
        except aiohttp.ClientError:
            raise web.HTTPBadGateway from None

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        """A picture that was sent, for the page's own screen."""
        found = self.platform.media.get(request.match_info["media_id"])
        if found is None or not found[1].startswith("image/"):
            raise web.HTTPNotFound
        return web.Response(body=found[0], content_type=found[1], headers={"X-Content-Type-Options": "nosniff"})

    def _run(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _client(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        return self._http


def _openid(given: object) -> str:
    """One of the users that the page makes up. Raises HTTPBadRequest."""
    openid = str(given or "")
    if not (openid.startswith("o") and openid.isascii() and openid.isalnum() and len(openid) <= 32):
        raise web.HTTPBadRequest
    return openid


async def _body(request: web.Request) -> dict[str, Any]:
    """The JSON of the page. Another site's form cannot send this type without being asked first."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        found = json.loads(await request.read())
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(found, dict):
        raise web.HTTPBadRequest
    return found


def _json(body: dict[str, Any]) -> web.Response:
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(text=text, content_type="application/json", headers={"Cache-Control": "no-store"})

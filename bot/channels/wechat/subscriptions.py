"""One reminder outside of the conversation: asked for at filing, agreed to on the platform's own page.

The platform brings the citizen back to /webhooks/wechat/subscribed with what we gave it; nothing else is believed.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from sanic.request import Request
from sanic.response import HTTPResponse, text
from sqlalchemy.orm import Session

from bot.channels.website.store import now
from bot.channels.website.website import Website
from bot.channels.wechat.account import PLATFORM, Account
from xiaobao.conversations import subscriptions

CONSENT_PAGE = "https://mp.weixin.qq.com"
CONFIRMED, CANCELLED = "confirm", "cancel"


class Subscriptions:
    """The question, and the way back."""

    def __init__(self, site: Website, account: Account) -> None:
        self.site, self._account = site, account

    def question(self, session: Session, openid: str) -> str:
        """The words with the address of the platform's page; "" where no template or no public address is set."""
        public = self.site.settings.public_url
        if not (self._account.subscribe_id and public):
            return ""
        scene, key = subscriptions.ask(session, openid, now())
        asked = {
            "action": "get_confirm",
            "appid": self._account.app_id,
            "scene": scene,
            "template_id": self._account.subscribe_id,
            "redirect_url": f"{public}/webhooks/wechat/subscribed",
            "reserved": key,
        }
        base = CONSENT_PAGE if self._account.api_base == PLATFORM else self._account.api_base  # a simulator has both
        link = f"{base}/mp/subscribemsg?{urlencode(asked)}#wechat_redirect"
        return self.site.words.say("wechat_subscribe", link=link)

    async def get(self, request: Request) -> HTTPResponse:
        """GET /webhooks/wechat/subscribed: what the citizen answered."""
        asked: dict[str, Any] = {name: values[0] for name, values in request.args.items() if values}
        if asked.get("action") == CANCELLED:
            return self._page("wechat_not_subscribed", 200)
        key, openid = str(asked.get("reserved", "")), str(asked.get("openid", ""))
        agreed = asked.get("action") == CONFIRMED and await self.site.store(subscriptions.grant, key, openid, now())
        return self._page("wechat_subscribed", 200) if agreed else self._page("wechat_subscribe_unknown", 410)

    def _page(self, name: str, status: int) -> HTTPResponse:
        headers = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return text(self.site.words.say(name), status=status, headers=headers)

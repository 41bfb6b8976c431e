"""The office's account as credentials.yml describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.wechat import crypto
from xiaobao.settings import SettingsError

SAFE, COMPATIBLE, PLAIN = "safe", "compatible", "plain"
PLATFORM = "https://api.weixin.qq.com"


@dataclass(frozen=True)
class Account:
    """`key` is None in plain mode only."""

    token: str
    app_id: str
    app_secret: str
    key: bytes | None
    mode: str = SAFE
    api_base: str = PLATFORM
    template_id: str = ""
    subscribe_id: str = ""  # the template of one-time subscriptions

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Account:
        """Read the channel's entry. Raises SettingsError with the variable and the remedy."""
        given = {name: str(value or "").strip() for name, value in options.items()}
        mode = given.get("mode") or SAFE
        if mode not in (SAFE, COMPATIBLE, PLAIN):
            raise SettingsError(f"WECHAT_MODE={mode!r}: use safe, compatible or plain, as in the platform's console.")
        token = given.get("token", "")
        if not (token.isascii() and token.isalnum() and 3 <= len(token) <= 32):
            raise SettingsError("WECHAT_TOKEN: 3 to 32 letters and digits, the same as in the platform's console.")
        for name in ("app_id", "app_secret"):
            if not given.get(name):
                raise SettingsError(f"WECHAT_{name.upper()} is not set. Copy it from the platform's console.")
        key = None
        if mode != PLAIN:
            try:
                key = crypto.read_key(given.get("aes_key", ""))
            except ValueError as error:
                raise SettingsError(f"WECHAT_AES_KEY: {error}. Copy it from the platform's console.") from None
        base = (given.get("api_base") or PLATFORM).rstrip("/")
        templates = (given.get("template_id", ""), given.get("subscribe_id", ""))
        return cls(token, given["app_id"], given["app_secret"], key, mode, base, *templates)

"""The one reader of the environment: typed, frozen, refuses placeholder secrets.

Every process builds its `Settings` once with `Settings.from_env()` and hands it on.
`.env.example` and docs/operations.md list the same names (a contract test compares them).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDERS = {"changeme", "change-me", "secret", "password", "placeholder", "xxx", "todo", "example", "default"}
SECRETS_FILE = "secrets.env"
MOST_DESK_PROCESSES = 16
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class SettingsError(ValueError):
    """A setting is missing or wrong; the message names the variable and the remedy."""


@dataclass(frozen=True)
class Sms:
    """The gateway that sends texts to telephones; see docs/notices.md. `auth` is header or hmac."""

    url: str
    key: str = field(repr=False)
    auth: str
    template: str
    sign: str
    report_key: str = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """Everything that may differ between two installations."""

    data_dir: Path
    database_url: str
    tracker_url: str
    bind_host: str
    bot_port: int
    actions_port: int
    desk_port: int
    office_id: str
    secret_key: str
    internal_secret: str
    public_url: str
    allowed_origins: tuple[str, ...]
    behind_tls: bool
    trusted_proxies: int
    semantic_search: bool
    conversation_days: int
    upload_max_mb: int
    video_max_mb: int
    conversation_max_mb: int
    ocr: bool = True
    desk_processes: int = 1
    sms: Sms | None = None
    bot_address: str = ""
    actions_address: str = ""
    reference_dir: Path = ROOT / "data" / "reference"
    knowledge_dir: Path = ROOT / "data" / "knowledge"
    dictionary_dir: Path = ROOT / "data" / "dictionary"

    @property
    def bot_url(self) -> str:
        """Where our own processes reach the bot (always this machine or the bot's container)."""
        return self.bot_address or f"http://127.0.0.1:{self.bot_port}"

    @property
    def actions_url(self) -> str:
        """Where the bot reaches the action server."""
        return self.actions_address or f"http://127.0.0.1:{self.actions_port}"

    @property
    def actions_host(self) -> str:
        """What the action server binds to: this machine, unless ACTIONS_URL says that the bot runs elsewhere."""
        return self.bind_host if self.actions_address else "127.0.0.1"

    @property
    def evidence_dir(self) -> Path:
        """Original bytes of uploads; never served by URL."""
        return self.data_dir / "evidence"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read and check `environ`, by default what `environment()` gives.

        Raises SettingsError with the name of the variable and what to do about it.
        """
        env = environment() if environ is None else environ
        data_dir = Path(env.get("XIAOBAO_DATA") or ROOT / "var").resolve()
        database_url = env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'xiaobao.db'}"
        default_tracker = (
            database_url if not database_url.startswith("sqlite") else f"sqlite:///{data_dir / 'tracker.db'}"
        )
        settings = cls(
            data_dir=data_dir,
            database_url=_postgres_driver(database_url),
            tracker_url=_postgres_driver(env.get("TRACKER_URL") or default_tracker),
            bind_host=env.get("BIND_HOST") or "127.0.0.1",
            bot_port=_port(env, "BOT_PORT", 5005),
            actions_port=_port(env, "ACTIONS_PORT", 5055),
            desk_port=_port(env, "DESK_PORT", 8000),
            office_id=env.get("OFFICE") or "demo",
            secret_key=_secret(env, "SECRET_KEY"),
            internal_secret=_secret(env, "INTERNAL_SECRET"),
            public_url=(env.get("PUBLIC_URL") or "").rstrip("/"),
            allowed_origins=tuple(o.rstrip("/") for o in (env.get("ALLOWED_ORIGINS") or "").split() if o),
            behind_tls=_flag(env, "BEHIND_TLS", False),
            trusted_proxies=_number(env, "TRUSTED_PROXIES", 0),
            semantic_search=_flag(env, "SEMANTIC_SEARCH", True),
            conversation_days=_number(env, "CONVERSATION_DAYS", 180),
            upload_max_mb=_number(env, "UPLOAD_MAX_MB", 20),
            video_max_mb=_number(env, "VIDEO_MAX_MB", 200),
            conversation_max_mb=_number(env, "CONVERSATION_MAX_MB", 1000),
            ocr=_flag(env, "OCR", True),
            desk_processes=_number(env, "DESK_PROCESSES", 1),
            sms=_sms(env),
            bot_address=(env.get("BOT_URL") or "").rstrip("/"),
            actions_address=(env.get("ACTIONS_URL") or "").rstrip("/"),
        )
        if not 1 <= settings.desk_processes <= MOST_DESK_PROCESSES:
            raise SettingsError(
                f"DESK_PROCESSES={settings.desk_processes}: use a number from 1 to {MOST_DESK_PROCESSES}."
            )
        if settings.office_id == "demo" and settings.bind_host not in LOOPBACK:
            raise SettingsError(
                "OFFICE=demo is an invented office and is only served on this machine. "
                "Set OFFICE to a row of data/reference/office.csv that describes your office, or BIND_HOST=127.0.0.1."
            )
        return settings


def environment(root: Path = ROOT) -> dict[str, str]:
    """The process's environment over `.env` over the secrets that `make run` wrote, so a process started by
    hand knows what its sisters know."""
    env = {**read_env_file(root / ".env"), **{name: value for name, value in os.environ.items() if value}}
    data_dir = Path(env.get("XIAOBAO_DATA") or root / "var")
    return {**read_env_file(data_dir / SECRETS_FILE), **env}


def read_env_file(path: Path) -> dict[str, str]:
    """`NAME=value` lines of a file; comments and unset names are left out. {} when there is no file."""
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    found = {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}
    return {name: value for name, value in found.items() if value}


def _postgres_driver(url: str) -> str:
    """Accept the short forms `postgres://` and `postgresql://`."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg2://" + url[len(short) :]
    return url


def _secret(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise SettingsError(
            f"{name} is not set. `make run` writes one into the data directory; elsewhere: openssl rand -hex 32."
        )
    if value.lower() in PLACEHOLDERS or len(value) < 32:
        raise SettingsError(
            f"{name} is a placeholder or shorter than 32 characters. Make one with: openssl rand -hex 32."
        )
    return value


def _sms(env: Mapping[str, str]) -> Sms | None:
    """The gateway, None when none is set. Raises SettingsError for one that is set in part or in the clear."""
    given = {
        "SMS_URL": env.get("SMS_URL", ""),
        "SMS_KEY": env.get("SMS_KEY", ""),
        "SMS_TEMPLATE": env.get("SMS_TEMPLATE", ""),
        "SMS_SIGN": env.get("SMS_SIGN", ""),
        "SMS_REPORT_KEY": env.get("SMS_REPORT_KEY", ""),
    }
    if not any(given.values()):
        return None
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise SettingsError(f"SMS is set in part: {', '.join(missing)} missing. Set all of them, or none.")
    url = urlsplit(given["SMS_URL"])
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
        raise SettingsError("SMS_URL must be an https:// address: telephone numbers go there.")
    for name in ("SMS_KEY", "SMS_REPORT_KEY"):
        if given[name].lower() in PLACEHOLDERS or len(given[name]) < 16:
            raise SettingsError(f"{name} is a placeholder or shorter than 16 characters. Take it from the gateway.")
    if given["SMS_KEY"] == given["SMS_REPORT_KEY"]:
        raise SettingsError("SMS_REPORT_KEY is the same as SMS_KEY: each opens a door of its own.")
    auth = env.get("SMS_AUTH", "") or "header"
    if auth not in ("header", "hmac"):
        raise SettingsError(f"SMS_AUTH={auth!r}: use header or hmac.")
    return Sms(
        given["SMS_URL"], given["SMS_KEY"], auth, given["SMS_TEMPLATE"], given["SMS_SIGN"], given["SMS_REPORT_KEY"]
    )


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    port = _number(env, name, default)
    if not 1 <= port <= 65535:
        raise SettingsError(f"{name}={port} is no port. Use a number from 1 to 65535.")
    return port


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    raw = env.get(name) or str(default)
    try:
        return int(raw)
    except ValueError:
        raise SettingsError(f"{name}={raw!r} is not a whole number.") from None


def _flag(env: Mapping[str, str], name: str, default: bool) -> bool:
    raw = (env.get(name) or ("1" if default else "0")).lower()
    if raw not in {"0", "1", "true", "false", "yes", "no"}:
        raise SettingsError(f"{name}={raw!r}: use 1 or 0.")
    return raw in {"1", "true", "yes"}

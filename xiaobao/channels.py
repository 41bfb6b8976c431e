"""The effective credentials: the channels of credentials.yml whose variables are set.

Rasa dies on a `${NAME}` that is not set, so a channel that is not wanted has to be left out before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from xiaobao.settings import SettingsError

VARIABLE = re.compile(r"\$\{(\w+)\}")
MAY_BE_UNSET = {"WECHAT_MODE", "WECHAT_API_BASE", "WECHAT_TEMPLATE_ID", "WECHAT_SUBSCRIBE_ID"}  # the channel has defaults
UNUSED_IN_PLAIN_MODE = {"WECHAT_AES_KEY"}  # nothing is encrypted then


@dataclass(frozen=True)
class Effective:
    """`text` for Rasa's --credentials; `left_out` names channels whose variables are all unset."""

    text: str
    left_out: tuple[str, ...]


def effective(credentials: Path, environ: Mapping[str, str]) -> Effective:
    """The channels to run. Secrets stay `${NAME}`: Rasa expands them, the file on disk holds none.

    Raises SettingsError for a channel that is set in part, naming what is missing.
    """
    optional = MAY_BE_UNSET | (UNUSED_IN_PLAIN_MODE if environ.get("WECHAT_MODE") == "plain" else set())
    channels: dict[str, Any] = YAML().load(credentials.read_text(encoding="utf-8")) or {}
    kept: dict[str, Any] = {}
    left_out: list[str] = []
    for channel, options in channels.items():
        wanted = _variables(options)
        unset = {name for name in wanted if not environ.get(name)}
        required = wanted - optional
        if required and required <= unset:
            left_out.append(channel.rpartition(".")[2])
            continue
        missing = sorted(required & unset)
        if missing:
            raise SettingsError(
                f"{channel.rpartition('.')[2]} is set in part: {', '.join(missing)} missing. "
                f"Set it, or unset {', '.join(sorted(required - unset))} to leave this channel out."
            )
        kept[channel] = {k: v for k, v in options.items() if not _variables(v) & unset} if options else options
    return Effective(_dump(kept), tuple(left_out))


def _variables(options: Any) -> set[str]:
    if isinstance(options, dict):
        return {name for value in options.values() for name in _variables(value)}
    # Where Rasa was imported before, it made `${NAME}` a YAML tag of its own; the text is then one level down.
    return set(VARIABLE.findall(str(getattr(options, "value", options))))


def _dump(channels: dict[str, Any]) -> str:
    out = StringIO()
    YAML().dump(channels, out)
    return out.getvalue()

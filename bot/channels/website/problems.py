"""Refusals: one exception that carries a code, an HTTP status and what to say."""

from __future__ import annotations

from typing import Any

STATUS = {
    "session_missing": 401,
    "session_expired": 401,
    "session_forged": 401,
    "session_unknown": 401,
    "link_used": 409,
    "link_over": 410,
    "secret_wrong": 401,
    "conversation_unknown": 404,
    "button_unknown": 404,
    "evidence_unknown": 404,
    "not_found": 404,
    "button_used": 409,
    "body_unreadable": 400,
    "text_empty": 422,
    "field_wrong": 422,
    "response_unknown": 422,
    "text_too_long": 413,
    "file_too_large": 413,
    "file_empty": 422,
    "file_missing": 422,
    "file_kind": 415,
    "file_broken": 422,
    "file_pixels": 413,
    "file_refused": 409,
    "files_too_many": 409,
    "files_too_heavy": 413,
    "upload_unknown": 404,
    "part_offset": 409,
    "part_too_large": 413,
    "disk_full": 507,
    "too_fast": 429,
    "broken": 500,
}


class Problem(Exception):
    """A request that is refused. The words are `utter_channel_error_<code>` with `params`."""

    def __init__(self, code: str, *, headers: dict[str, str] | None = None, **params: Any) -> None:
        """`code` is a key of STATUS."""
        super().__init__(code)
        self.code = code
        self.status = STATUS[code]
        self.params = params
        self.headers = headers or {}

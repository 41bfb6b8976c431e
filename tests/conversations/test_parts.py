"""Rows of files that come in parts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conversations.conftest import NOON
from xiaobao.conversations import parts, uploads
from xiaobao.conversations.parts import Announced


def test_announced_and_kept_bytes_count_together(session: Session, conversation_id: str) -> None:
    uploads.add(session, conversation_id, uploads.Received("a", "image/jpeg", 40, "0" * 64, "aa/a"), NOON)
    parts.begin(session, conversation_id, Announced("b.mp4", 50), NOON, most_bytes=100)
    with pytest.raises(parts.TooMuch):
        parts.begin(session, conversation_id, Announced("c.mp4", 11), NOON, most_bytes=100)
    assert parts.begin(session, conversation_id, Announced("c.mp4", 10), NOON, most_bytes=100)
    assert parts.count_unfinished(session, conversation_id) == 2


def test_an_upload_is_found_by_its_conversation_only(session: Session, conversation_id: str) -> None:
    row = parts.begin(session, conversation_id, Announced("b.mp4", 50), NOON, most_bytes=100)
    assert parts.find(session, conversation_id, row.upload_id) is row
    assert parts.find(session, "another", row.upload_id) is None


def test_old_ones_are_forgotten_and_name_the_files_that_never_became_whole(
    session: Session, conversation_id: str
) -> None:
    broken = parts.begin(session, conversation_id, Announced("a.mp4", 1), NOON, most_bytes=100)
    whole = parts.begin(session, conversation_id, Announced("b.mp4", 1), NOON, most_bytes=100)
    young = parts.begin(session, conversation_id, Announced("c.mp4", 1), NOON + timedelta(hours=2), most_bytes=100)
    parts.finished(session, whole.upload_id, "e")
    assert parts.forget_older_than(session, NOON + timedelta(hours=1)) == [broken.path]
    session.flush()
    assert parts.find(session, conversation_id, young.upload_id) is young
    assert parts.find(session, conversation_id, whole.upload_id) is None

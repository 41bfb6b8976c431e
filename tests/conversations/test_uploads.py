from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.conversations.conftest import NOON
from xiaobao.conversations import uploads
from xiaobao.conversations.uploads import Received, TooMany


def photo(n: int) -> Received:
    return Received(f"{n}.jpg", "image/jpeg", 10, f"{n:064d}", f"aa/{n}")


def test_the_same_bytes_are_one_file(session: Session, conversation_id: str) -> None:
    first, kept = uploads.add(session, conversation_id, photo(1), NOON)
    again, kept_again = uploads.add(session, conversation_id, photo(1), NOON)
    assert (kept, kept_again, again.evidence_id) == (True, False, first.evidence_id)


def test_a_draft_has_room_for_so_many_files_and_filing_makes_room(session: Session, conversation_id: str) -> None:
    for n in range(3):
        uploads.add(session, conversation_id, photo(n), NOON, limit=3)
    with pytest.raises(TooMany):
        uploads.add(session, conversation_id, photo(3), NOON, limit=3)
    uploads.mark_filed(session, [u.evidence_id for u in uploads.of_conversation(session, conversation_id)], "XB1")
    assert uploads.add(session, conversation_id, photo(3), NOON, limit=3)[1]
    assert len(uploads.of_conversation(session, conversation_id, not_filed=True)) == 1
    assert len(uploads.of_ticket(session, conversation_id, "XB1")) == 3


def test_a_filed_file_stays_with_its_ticket(session: Session, conversation_id: str) -> None:
    upload = uploads.add(session, conversation_id, photo(1), NOON)[0]
    uploads.mark_filed(session, [upload.evidence_id, "unknown"], "XB1")
    uploads.mark_filed(session, [upload.evidence_id], "XB2")
    assert upload.filed_as == "XB1"


def test_pictures_without_a_preview_are_listed_until_they_have_one(session: Session, conversation_id: str) -> None:
    upload = uploads.add(session, conversation_id, photo(1), NOON)[0]
    uploads.add(session, conversation_id, Received("a.pdf", "application/pdf", 1, "f" * 64, "aa/pdf"), NOON)
    assert uploads.without_preview(session) == [upload]
    uploads.set_preview(session, upload.evidence_id, "aa/1.preview.jpg")
    assert uploads.without_preview(session) == []


def test_a_file_is_taken_back_by_its_own_conversation_until_it_is_filed(session: Session, conversation_id: str) -> None:
    first, second = (uploads.add(session, conversation_id, photo(n), NOON)[0] for n in (1, 2))
    uploads.mark_filed(session, [second.evidence_id], "XB20261124-000001")
    assert uploads.take_back(session, "somebody else", first.evidence_id) == []
    assert uploads.take_back(session, conversation_id, second.evidence_id) == []
    assert uploads.take_back(session, conversation_id, "unknown") == []
    assert uploads.take_back(session, conversation_id, first.evidence_id) == [photo(1).path]
    assert [u.evidence_id for u in uploads.of_conversation(session, conversation_id)] == [second.evidence_id]

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conversations.conftest import NOON
from xiaobao.conversations import uploads
from xiaobao.conversations.tables import Upload
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


def of_kind(session: Session, conversation_id: str, n: int, kind: str = "identity") -> Upload:
    return uploads.add(session, conversation_id, photo(n), NOON, kind=kind)[0]


def test_a_sensitive_file_waits_and_is_ready_after_a_yes(session: Session, conversation_id: str) -> None:
    plain, paper = uploads.add(session, conversation_id, photo(1), NOON)[0], of_kind(session, conversation_id, 2)
    assert uploads.ready(session, conversation_id) == [plain]
    assert uploads.without_preview(session) == [plain]
    assert uploads.agree(session, conversation_id, "identity", "v1", NOON) == [paper]
    assert {one.evidence_id for one in uploads.ready(session, conversation_id)} == {
        plain.evidence_id,
        paper.evidence_id,
    }
    assert (paper.consent, paper.consent_at, paper.consent_version) == ("given", NOON, "v1")
    assert of_kind(session, conversation_id, 3).consent_version == "v1"


def test_a_no_leaves_a_row_without_bytes_and_takes_no_more_of_the_kind(session: Session, conversation_id: str) -> None:
    paper = of_kind(session, conversation_id, 1)
    uploads.set_preview(session, paper.evidence_id, "aa/1.preview.jpg")
    assert uploads.refuse(session, conversation_id, "identity", "v1", NOON) == (1, ["aa/1", "aa/1.preview.jpg"])
    assert (paper.path, paper.preview_path, paper.consent) == ("", "", "refused")
    assert uploads.of_conversation(session, conversation_id) == []
    assert (uploads.count_unfiled(session, conversation_id), uploads.bytes_of(session, conversation_id)) == (0, 0)
    for n in (1, 2):
        with pytest.raises(uploads.Unwanted):
            of_kind(session, conversation_id, n)
    assert of_kind(session, conversation_id, 4, kind="medical").consent == "asked"
    assert not uploads.set_preview(session, paper.evidence_id, "late.jpg")


def test_a_refusal_belongs_to_its_ticket_and_the_next_draft_may_ask_again(
    session: Session, conversation_id: str
) -> None:
    of_kind(session, conversation_id, 1)
    uploads.refuse(session, conversation_id, "identity", "v1", NOON)
    uploads.mark_refused(session, conversation_id, "XB1")
    assert uploads.refused_for(session, conversation_id, "XB1") == ["identity"]
    assert uploads.of_ticket(session, conversation_id, "XB1") == []
    assert of_kind(session, conversation_id, 2).consent == "asked"


def test_what_was_filed_is_not_taken_back_by_a_later_no(session: Session, conversation_id: str) -> None:
    paper = of_kind(session, conversation_id, 1)
    uploads.agree(session, conversation_id, "identity", "v1", NOON)
    uploads.mark_filed(session, [paper.evidence_id], "XB1")
    assert uploads.refuse(session, conversation_id, "identity", "v1", NOON) == (0, [])
    assert paper.path


def test_a_question_nobody_answers_lapses(session: Session, conversation_id: str) -> None:
    old = of_kind(session, conversation_id, 1)
    assert uploads.lapse(session, NOON, NOON) == []
    assert uploads.lapse(session, NOON + timedelta(days=7), NOON + timedelta(days=8)) == ["aa/1"]
    assert (old.consent, old.path) == ("lapsed", "")
    assert of_kind(session, conversation_id, 1).consent == "asked"  # the same file may come again


def test_what_only_looked_sensitive_is_ordinary_again(session: Session, conversation_id: str) -> None:
    paper = of_kind(session, conversation_id, 1)
    uploads.undeclare(session, paper)
    assert uploads.ready(session, conversation_id) == [paper]


def test_a_file_is_taken_back_by_its_own_conversation_until_it_is_filed(session: Session, conversation_id: str) -> None:
    first, second = (uploads.add(session, conversation_id, photo(n), NOON)[0] for n in (1, 2))
    uploads.mark_filed(session, [second.evidence_id], "XB20261124-000001")
    assert uploads.take_back(session, "somebody else", first.evidence_id) == []
    assert uploads.take_back(session, conversation_id, second.evidence_id) == []
    assert uploads.take_back(session, conversation_id, "unknown") == []
    assert uploads.take_back(session, conversation_id, first.evidence_id) == [photo(1).path]
    assert [u.evidence_id for u in uploads.of_conversation(session, conversation_id)] == [second.evidence_id]

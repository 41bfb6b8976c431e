"""Files of a ticket: the copy to look at, the original only by a deliberate act."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.desk.conftest import Browser, signed_in
from tests.factories import CLERK, CONVERSATION, NOW, an_office, file_ticket
from xiaobao.conversations import uploads
from xiaobao.conversations.uploads import Received
from xiaobao.desk.context import Desk
from xiaobao.tickets import service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.tables import Audit
from xiaobao.tickets.workflow import Role

HTML = b"<script>alert(document.cookie)</script>"


@pytest.fixture
def filed(desk: Desk) -> tuple[str, str]:
    """Number and evidence id of a ticket with a page of HTML that calls itself a photograph."""
    return _filed(desk, preview="p1.jpg")


def test_the_preview_is_the_reencoded_copy(clerk: Browser, filed: tuple[str, str]) -> None:
    number, evidence_id = filed
    assert f'src="/tickets/{number}/evidence/{evidence_id}"' in clerk.get(f"/tickets/{number}").text
    answer = clerk.client.get(f"/tickets/{number}/evidence/{evidence_id}")
    assert (answer.data, answer.mimetype) == (b"a re-encoded picture", "image/jpeg")
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "no-store"


def test_looking_at_the_preview_never_serves_the_original(clerk: Browser, desk: Desk) -> None:
    number, evidence_id = _filed(desk, preview=None)
    assert "预览在生成" in clerk.get(f"/tickets/{number}").text
    assert clerk.get(f"/tickets/{number}/evidence/{evidence_id}").status_code == 404


def test_the_original_is_a_download_and_each_one_is_written_down(
    clerk: Browser, desk: Desk, filed: tuple[str, str], staff: dict[str, AccountView]
) -> None:
    number, evidence_id = filed
    for _ in range(2):
        answer = clerk.post(f"/tickets/{number}/evidence/{evidence_id}")
        assert answer.status_code == 200 and answer.data == HTML
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    with desk.reading() as session:
        rows = session.scalars(select(Audit)).all()
    assert [(row.action, row.subject, row.account_id) for row in rows] == [
        ("open_evidence", number, staff["clerk"].id)
    ] * 2


def test_a_handler_may_not_open_files_of_a_colleagues_ticket(
    handler: Browser, desk: Desk, filed: tuple[str, str]
) -> None:
    from tests.factories import staff as new_account

    number, evidence_id = filed
    with desk.writing.begin() as session:
        other = new_account(session, login="other")
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        service.assign(session, number, actor=CLERK, now=NOW, department="二科", handler=other.account_id)
    assert handler.get(f"/tickets/{number}/evidence/{evidence_id}").status_code == 403
    assert handler.post(f"/tickets/{number}/evidence/{evidence_id}").status_code == 403
    with desk.reading() as session:
        assert session.scalars(select(Audit)).all() == []


def test_an_inspector_opens_no_files(app: Flask, staff: dict[str, AccountView], filed: tuple[str, str]) -> None:
    number, evidence_id = filed
    inspector = signed_in(app, Role.INSPECTOR)
    assert inspector.get(f"/tickets/{number}/evidence/{evidence_id}").status_code == 403
    assert evidence_id not in inspector.get(f"/tickets/{number}").text


def test_the_viewer_shows_the_copy_beside_the_story_and_each_look_is_written_down(
    clerk: Browser, desk: Desk, filed: tuple[str, str], staff: dict[str, AccountView]
) -> None:
    number, evidence_id = filed
    page = clerk.get(f"/tickets/{number}/evidence/{evidence_id}/view").text
    assert f'src="/tickets/{number}/evidence/{evidence_id}"' in page and "漏电" in page and "第1份，共1份" in page
    assert 'rel="next"' not in page and 'rel="prev"' not in page
    with desk.reading() as session:
        (row,) = session.scalars(select(Audit)).all()
    assert (row.action, row.subject, row.account_id) == ("view_evidence", number, staff["clerk"].id)
    assert row.payload["evidence_id"] == evidence_id


def test_the_viewer_leafs_through_the_files_of_its_ticket(clerk: Browser, desk: Desk) -> None:
    files = tuple(service.Evidence(f"f{n}", f"{n}.jpg", "image/jpeg", 9, "0" * 64, f"{n}.jpg") for n in range(3))
    number = file_ticket(desk.writing, evidence=files)
    page = clerk.get(f"/tickets/{number}/evidence/f1/view").text
    assert f'rel="prev" href="/tickets/{number}/evidence/f0/view"' in page
    assert f'rel="next" href="/tickets/{number}/evidence/f2/view"' in page
    assert "这份没有预览" in page


def test_a_handler_sees_originals_of_a_report_that_is_theirs_and_nobody_else_below_decides(
    app: Flask, desk: Desk, staff: dict[str, AccountView]
) -> None:
    number, evidence_id = _filed(desk, preview="p1.jpg", ticket_kind="report")
    with desk.writing.begin() as session:
        handler = staff["handler"].id
        service.assign(session, number, actor=CLERK, now=NOW, department="一科", handler=handler)
    for role in sorted(staff):
        browser = signed_in(app, role)
        may = role in ("clerk", "handler", "supervisor")
        paths = (f"/tickets/{number}/evidence/{evidence_id}", f"/tickets/{number}/evidence/{evidence_id}/view")
        assert [browser.get(path).status_code for path in paths] == [200 if may else 403] * 2, role
        assert browser.post(paths[0]).status_code == (200 if may else 403), role
    with desk.reading() as session:
        rows = session.scalars(select(Audit)).all()
    looks = [(row.role, row.action) for row in rows if row.payload.get("evidence_id") == evidence_id]
    both = [("view_evidence",), ("open_evidence",)]
    assert sorted(looks) == sorted((role, *one) for role in ("clerk", "handler", "supervisor") for one in both)


def test_an_inspector_learns_not_even_the_names_of_a_reports_files(
    app: Flask, desk: Desk, staff: dict[str, AccountView]
) -> None:
    number, _ = _filed(desk, preview="p1.jpg", ticket_kind="report")
    answer = signed_in(app, Role.INSPECTOR).get(f"/tickets/{number}")
    assert answer.status_code == 404 and "水壶.jpg" not in answer.text


def test_a_file_of_another_ticket_is_not_found_under_this_one(
    clerk: Browser, desk: Desk, filed: tuple[str, str]
) -> None:
    other = file_ticket(desk.writing)
    assert clerk.get(f"/tickets/{other}/evidence/{filed[1]}").status_code == 404
    assert clerk.post(f"/tickets/{other}/evidence/{filed[1]}").status_code == 404


@pytest.mark.parametrize("path", ["../xiaobao.db", "/etc/hostname", "missing.jpg", ""])
def test_a_path_that_leads_out_of_the_folder_opens_nothing(clerk: Browser, desk: Desk, path: str) -> None:
    number, evidence_id = _filed(desk, path=path, preview=path)
    assert clerk.get(f"/tickets/{number}/evidence/{evidence_id}").status_code == 404
    assert clerk.post(f"/tickets/{number}/evidence/{evidence_id}").status_code == 404


def test_a_video_is_played_in_ranges_after_a_press_that_is_written_down(clerk: Browser, desk: Desk) -> None:
    number, evidence_id = _filed(desk, path="v1.mp4", media_type="video/mp4")
    (desk.settings.evidence_dir / "v1.mp4").write_bytes(bytes(range(256)) * 40)
    where = f"/tickets/{number}/evidence/{evidence_id}"
    assert "播放" in clerk.get(f"/tickets/{number}").text
    assert clerk.get(f"{where}/film").status_code == 404  # nobody pressed
    page = clerk.post(f"{where}/play")
    assert f'src="{where}/film"' in page.text and "media-src 'self'" in page.headers["Content-Security-Policy"]
    part = clerk.client.get(f"{where}/film", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data, part.mimetype) == (206, bytes(range(10, 20)), "video/mp4")
    assert part.headers["Content-Range"] == "bytes 10-19/10240"
    with desk.reading() as session:
        assert [row.action for row in session.scalars(select(Audit))] == ["play_evidence"]


def test_what_is_no_video_is_not_played(clerk: Browser, filed: tuple[str, str]) -> None:
    assert clerk.post(f"/tickets/{filed[0]}/evidence/{filed[1]}/play").status_code == 404
    assert "播放" not in clerk.get(f"/tickets/{filed[0]}").text


def test_an_inspector_plays_nothing(app: Flask, desk: Desk, staff: dict[str, AccountView]) -> None:
    number, evidence_id = _filed(desk, media_type="video/mp4")
    inspector = signed_in(app, Role.INSPECTOR)
    assert inspector.post(f"/tickets/{number}/evidence/{evidence_id}/play").status_code == 403
    assert inspector.get(f"/tickets/{number}/evidence/{evidence_id}/film").status_code == 403


def test_the_ticket_says_what_its_citizen_did_not_agree_to(clerk: Browser, desk: Desk) -> None:
    number, _ = _filed(desk)
    assert "未同意提供" not in clerk.get(f"/tickets/{number}").text
    with desk.writing.begin() as session:
        uploads.add(session, CONVERSATION, Received("身份证.jpg", "image/jpeg", 1, "1" * 64, "x"), NOW, kind="identity")
        uploads.refuse(session, CONVERSATION, "identity", "v1", NOW)
        uploads.mark_refused(session, CONVERSATION, number)
    assert "身份证件：未同意提供" in clerk.get(f"/tickets/{number}").text


READ = [
    {"text": "实付款 ¥1299.00 卡号 6222021234567890128", "score": 0.9, "box": []},
    {"text": "<b>艾美</b>", "score": 0.9, "box": []},
]
PAID = {"slot": "amount", "text": "¥1299.00", "normalised": 129900, "line": 0, "confidence": 0.95}


def test_the_text_of_a_picture_stands_beside_it_masked_and_escaped(clerk: Browser, desk: Desk) -> None:
    number, evidence_id = _filed(desk, preview="p1.jpg")
    with desk.writing.begin() as session:
        uploads.set_text(session, evidence_id, READ, {"amount": PAID})
        uploads.mark_filed(session, [evidence_id], number)
    page = clerk.get(f"/tickets/{number}").text
    assert "图上的字（机器认的，以图为准）" in page and "1,299.00元" in page and "实付款 ¥1299.00" in page
    assert "6222021234567890128" not in page and "6222***********0128" in page
    assert "&lt;b&gt;艾美" in page and "<b>艾美" not in page


def test_a_picture_that_could_not_be_read_says_so(clerk: Browser, desk: Desk) -> None:
    number, evidence_id = _filed(desk, preview="p1.jpg")
    assert "图上的字" not in clerk.get(f"/tickets/{number}").text
    with desk.writing.begin() as session:
        upload = uploads.get(session, evidence_id)
        upload.text_state = "failed"
    assert "图上的字没能认出来" in clerk.get(f"/tickets/{number}").text


def test_who_may_not_see_the_evidence_does_not_see_its_text(
    app: Flask, desk: Desk, staff: dict[str, AccountView], filed: tuple[str, str]
) -> None:
    number, evidence_id = filed
    with desk.writing.begin() as session:
        uploads.set_text(session, evidence_id, READ, {"amount": PAID})
    page = signed_in(app, Role.INSPECTOR).get(f"/tickets/{number}").text
    assert "图上的字" not in page and "实付款" not in page


def _filed(
    desk: Desk,
    path: str = "o1.bin",
    preview: str | None = None,
    media_type: str = "image/jpeg",
    ticket_kind: str = "complaint",
) -> tuple[str, str]:
    folder = desk.settings.evidence_dir
    folder.mkdir(exist_ok=True)
    Path(folder / "o1.bin").write_bytes(HTML)
    Path(folder / "p1.jpg").write_bytes(b"a re-encoded picture")
    with desk.writing.begin() as session:
        received = Received("水壶.jpg", media_type, len(HTML), "0" * 64, path)
        upload, _ = uploads.add(session, CONVERSATION, received, NOW)
        if preview is not None:
            uploads.set_preview(session, upload.evidence_id, preview)
        evidence_id = upload.evidence_id
    file = service.Evidence(evidence_id, "水壶.jpg", media_type, len(HTML), "0" * 64, path)
    return file_ticket(desk.writing, evidence=(file,), ticket_kind=ticket_kind), evidence_id

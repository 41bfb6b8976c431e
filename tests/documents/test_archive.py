"""The package of an archived ticket: whole, provable, made once, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import threading
import zipfile

import pytest
from sqlalchemy import select

from tests.documents.test_store import written
from tests.factories import CLERK, HANDLER, NOW, an_office, file_ticket, some_evidence
from xiaobao.conversations.papers import Document
from xiaobao.documents import archive, store
from xiaobao.documents.store import Damaged
from xiaobao.tickets import contacts, service, stepping
from xiaobao.tickets.errors import NotFound, StepNotOpen
from xiaobao.tickets.workflow import Step

OFFICE = an_office("regulator")
PHOTO, FILM = b"\xff\xd8 a photograph", b"a film"


@pytest.fixture
def archived(sessions, catalogue, shipped, sending, tmp_path):
    """A ticket with three files (one gone, one changed since), two documents, a call, and cells that would calculate."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(PHOTO)
    (folder / "b.mp4").write_bytes(FILM + b" cut")
    evidence = (
        some_evidence("e1", filename="../../=水壶/1.jpg", path="a.jpg", sha256=hashlib.sha256(PHOTO).hexdigest()),
        some_evidence("e2", filename="录像.mp4", path="b.mp4", sha256=hashlib.sha256(FILM).hexdigest()),
        some_evidence("e3", filename="没有了.jpg", path="../outside.jpg"),
    )
    (tmp_path / "outside.jpg").write_bytes(b"somebody else's")
    number = file_ticket(
        sessions, "regulator", channel="website", evidence=evidence, item="=HYPERLINK(1)", claim="+1", merchant="@店"
    )
    with sessions.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=OFFICE)
        store.offer(session, written(session, catalogue, shipped, number, sending=sending), sending)
        written(session, catalogue, shipped, number, sending=sending)  # never sent
        call = contacts.Entry("citizen", "telephone", NOW, True, "-已告诉他")
        contacts.add(session, number, call, actor=CLERK, now=NOW, office=OFFICE)
        service.reply(session, number, actor=HANDLER, now=NOW, office=OFFICE, text="退了")
        service.close(session, number, actor=HANDLER, now=NOW, office=OFFICE, result="退了129元")
        service.look(session, number, CLERK, NOW, "contact_phone")
        service.step(session, number, step=Step.ARCHIVE, actor=CLERK, now=NOW, office=OFFICE)
    return number


def pack(sessions, catalogue, tmp_path, number):
    archive.pack(
        sessions, sessions, number, catalogue=catalogue, evidence_dir=tmp_path / "evidence", data_dir=tmp_path,
        now=NOW, by="周督办",
    )  # fmt: skip
    with sessions() as session:
        return archive.of_ticket(session, number)


def test_everything_is_in_it_and_proves_itself(sessions, catalogue, tmp_path, archived):
    row = pack(sessions, catalogue, tmp_path, archived)
    path = archive.intact(row, tmp_path)
    assert (row.size, row.made_by_name) == (path.stat().st_size, "周督办")
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        manifest = json.loads(packed.read("manifest.json"))
        for one in manifest["files"]:
            assert hashlib.sha256(packed.read(one["path"])).hexdigest() == one["sha256"]
        assert {one["path"] for one in manifest["files"]} == set(names) - {"manifest.json", "SHA256SUMS"}
        assert packed.read("SHA256SUMS").decode().count("\n") == len(manifest["files"])
        whole = {name: packed.read(name) for name in names}
    assert names == [
        "单子.csv", "经过.csv", "时限.csv", "查看记录.csv", "联系记录.csv", "文书/受理告知书消受告〔2026〕1号.docx", "文书.csv",
        "证据/01-_.._=水壶_1.jpg", "证据/02-录像.mp4", "证据.csv", "manifest.json", "SHA256SUMS",
    ]  # fmt: skip
    assert whole["证据/01-_.._=水壶_1.jpg"] == PHOTO
    assert [one["filename"] for one in manifest["missing"]] == ["没有了.jpg"]
    assert b"somebody else" not in b"".join(whole.values())
    evidence = whole["证据.csv"].decode("utf-8-sig")
    assert "和提交时不一样" in evidence and "文件不在" in evidence
    sheet = whole["单子.csv"].decode("utf-8-sig")
    assert "欧阳娜娜" in sheet and "13800001234" in sheet and archived in sheet
    assert "look" in whole["查看记录.csv"].decode() and "消受告〔2026〕2号" in whole["文书.csv"].decode()
    assert "归档" in whole["经过.csv"].decode() and "已告诉他" in whole["联系记录.csv"].decode()


def test_the_query_code_stays_out(sessions, catalogue, tmp_path, archived):
    with sessions() as session:
        code = stepping.locked(session, archived).query_code
    path = archive.intact(pack(sessions, catalogue, tmp_path, archived), tmp_path)
    with zipfile.ZipFile(path) as packed:
        sheets = "".join(packed.read(name).decode() for name in packed.namelist() if name.endswith((".csv", ".json")))
    assert len(code) == 6 and f'"{code}"' not in sheets and f",{code}" not in sheets and "conversation-1" not in sheets


def test_no_cell_is_taken_for_a_formula(sessions, catalogue, tmp_path, archived):
    path = archive.intact(pack(sessions, catalogue, tmp_path, archived), tmp_path)
    cells = []
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if name.endswith(".csv"):
                cells += [c for row in csv.reader(io.StringIO(packed.read(name).decode("utf-8-sig"))) for c in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert "'=HYPERLINK(1)" in cells and "'+1" in cells and "'@店" in cells and "'-已告诉他" in cells


def test_it_is_made_once_however_many_ask(sessions, catalogue, tmp_path, archived):
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            pack(sessions, catalogue, tmp_path, archived)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == [] and len(list((tmp_path / "archives").iterdir())) == 1
    first = pack(sessions, catalogue, tmp_path, archived)
    assert pack(sessions, catalogue, tmp_path, archived).sha256 == first.sha256


def test_one_that_changed_or_is_gone_is_not_handed_out(sessions, catalogue, tmp_path, archived):
    row = pack(sessions, catalogue, tmp_path, archived)
    path = archive.intact(row, tmp_path)
    assert path.stat().st_mode & 0o222 == 0
    path.chmod(0o640)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(Damaged):
        archive.intact(row, tmp_path)
    path.unlink()
    with pytest.raises(Damaged):
        archive.intact(row, tmp_path)


def test_a_damaged_document_makes_no_package(sessions, catalogue, tmp_path, archived):
    with sessions.begin() as session:
        session.scalars(select(Document).where(Document.sent_at.is_not(None))).one().data = b"other bytes"
    with pytest.raises(Damaged):
        pack(sessions, catalogue, tmp_path, archived)
    assert list((tmp_path / "archives").iterdir()) == []


def test_only_what_is_archived_is_packed(sessions, catalogue, tmp_path, online):
    with pytest.raises(StepNotOpen):
        pack(sessions, catalogue, tmp_path, online)
    with pytest.raises(NotFound):
        pack(sessions, catalogue, tmp_path, "XB20200101-000001")
    assert not (tmp_path / "archives").exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("水壶.jpg", "水壶.jpg"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\a\x00b<c>.pdf", "C_a_b_c_.pdf"),
        ("..", "file"),
        ("", "file"),
        ("长" * 300 + ".jpeg", "长" * 76 + ".jpeg"),
    ],
)
def test_names_inside_lead_nowhere(name, kept):
    assert archive._safe(name) == kept

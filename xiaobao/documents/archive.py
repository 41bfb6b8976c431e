"""The package of an archived ticket: one ZIP with everything that was decided, said to whom and handed in.

It is built beside the database (evidence may be large), recorded in one short transaction and never changes afterwards:
its SHA-256 stands in the database, that of each file in its manifest. The query code and the conversation stay out.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import secrets
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from xiaobao.conversations.papers import Document
from xiaobao.documents import store
from xiaobao.documents.kinds import Catalogue
from xiaobao.documents.store import Damaged
from xiaobao.documents.tables import Archive
from xiaobao.tickets import contacts, queries
from xiaobao.tickets.deadlines import TIMEZONE
from xiaobao.tickets.errors import StepNotOpen
from xiaobao.tickets.exports import harmless
from xiaobao.tickets.tables import Audit, Ticket
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import Kind, Labelled, Process, Role, Status, Step

FOLDER = "archives"  # in the data directory
PIECE = 1024 * 1024  # bytes
LONGEST_NAME = 80  # characters of a file's name inside
AT_ONCE = 5  # packages of one run of the worker
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


@dataclass(frozen=True)
class Built:
    """A package on the disk that no row knows yet."""

    number: str
    path: Path
    size: int
    sha256: str


@dataclass
class _Packing:
    """The open ZIP and what went into it so far."""

    file: zipfile.ZipFile
    at: datetime
    inside: list[dict[str, Any]] = field(default_factory=list)
    missing: list[dict[str, str]] = field(default_factory=list)

    def add(self, name: str, data: bytes) -> None:
        self.file.writestr(self._info(name), data)
        self.inside.append({"path": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})

    def add_file(self, name: str, path: Path) -> str:
        """Copy a file piece by piece; its SHA-256 as it lies there."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as source, self.file.open(self._info(name), "w", force_zip64=True) as target:
            while piece := source.read(PIECE):
                digest.update(piece)
                size += len(piece)
                target.write(piece)
        self.inside.append({"path": name, "size": size, "sha256": digest.hexdigest()})
        return digest.hexdigest()

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self.at.astimezone(TIMEZONE).timetuple()[:6])
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o444 << 16
        return info


def of_ticket(session: Session, number: str) -> Archive | None:
    """The package that was recorded for a ticket."""
    return session.scalar(select(Archive).where(Archive.ticket_number == number))


def waiting(session: Session, limit: int = AT_ONCE) -> list[str]:
    """Archived tickets without a package, the longest archived first."""
    packed = select(Archive.ticket_number)
    query = select(Ticket.number).where(Ticket.status == str(Status.ARCHIVED), Ticket.number.not_in(packed))
    return list(session.scalars(query.order_by(Ticket.updated_at).limit(limit)))


def pack(
    reading: sessionmaker[Session],
    writing: sessionmaker[Session],
    number: str,
    *,
    catalogue: Catalogue,
    evidence_dir: Path,
    data_dir: Path,
    now: datetime,
    by: str | None = None,
) -> None:
    """Build and record the package of an archived ticket, once: whoever comes second takes the one that is there.

    Raises NotFound, StepNotOpen for a ticket that is not archived, OSError when the disk is full.
    """
    with reading() as session:
        if of_ticket(session, number) is not None:
            return
        built = build(session, number, catalogue=catalogue, evidence_dir=evidence_dir, data_dir=data_dir, now=now)
    try:
        with writing.begin() as session:
            session.add(
                Archive(
                    ticket_number=number,
                    path=built.path.name,
                    size=built.size,
                    sha256=built.sha256,
                    made_at=now,
                    made_by_name=by,
                )
            )
    except IntegrityError:  # somebody else was faster
        built.path.unlink(missing_ok=True)
    except BaseException:
        built.path.unlink(missing_ok=True)
        raise


def build(
    session: Session, number: str, *, catalogue: Catalogue, evidence_dir: Path, data_dir: Path, now: datetime
) -> Built:
    """Write the ZIP and nothing into the database. Raises NotFound, StepNotOpen."""
    ticket = queries.ticket(session, number, unmasked=True)
    if ticket.status != Status.ARCHIVED:
        raise StepNotOpen(f"{number} is not archived")
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{number}-{secrets.token_hex(4)}.zip"
    try:
        with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as file:
            packing = _Packing(file, now)
            _add_sheets(packing, session, ticket, catalogue)
            _add_documents(packing, session, number)
            _add_evidence(packing, ticket, evidence_dir)
            _add_manifest(packing, ticket, now)
        path.chmod(0o440)
        return Built(number, path, path.stat().st_size, _digest(path))
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def intact(row: Archive, data_dir: Path) -> Path:
    """Where the package lies. Raises Damaged when it is gone or not as it was recorded."""
    path = data_dir / FOLDER / Path(row.path).name
    if not path.is_file() or _digest(path) != row.sha256:
        raise Damaged(f"package {row.path}")
    return path


def _add_sheets(packing: _Packing, session: Session, ticket: TicketView, catalogue: Catalogue) -> None:
    sheet = [(title, _value(ticket, name)) for name, title in catalogue.fields.items()]
    packing.add("单子.csv", _csv(("项目", "内容"), [row for row in sheet if row[1] not in ("", None)]))
    steps = [
        (
            _time(e.at),
            _label(Step, e.step),
            e.actor_name,
            _label(Role, e.role),
            _label(Status, e.status_to),
            _plain(e.payload),
        )
        for e in ticket.events
    ]
    packing.add("经过.csv", _csv(("时间", "步骤", "谁", "角色", "之后的状态", "内容"), steps))
    clocks = [(c.label, c.started_on, c.due, c.law, c.state, c.ended_on, c.how) for c in ticket.clocks]
    packing.add("时限.csv", _csv(("时限", "起算", "到期", "依据", "状态", "结束", "算法"), clocks))
    mine = or_(Audit.subject == ticket.number, Audit.subject.startswith(f"{ticket.number}/"))
    looks = [
        (_time(a.at), a.action, a.actor_name, _label(Role, a.role), _plain(a.payload))
        for a in session.scalars(select(Audit).where(mine).order_by(Audit.id))
    ]
    packing.add("查看记录.csv", _csv(("时间", "做了什么", "谁", "角色", "内容"), looks))
    calls = [
        (_time(c.at), _label(contacts.Side, c.side), _label(contacts.Means, c.means), "是" if c.reached else "否", c.said, c.actor_name, c.corrects)
        for c in reversed(contacts.of_ticket(session, ticket.number))
    ]  # fmt: skip
    packing.add("联系记录.csv", _csv(("时间", "联系谁", "方式", "联系上", "说了什么", "谁记的", "更正第几号"), calls))


def _add_documents(packing: _Packing, session: Session, number: str) -> None:
    rows = list(session.scalars(select(Document).where(Document.ticket_number == number).order_by(Document.made_at)))
    lines = []
    for row in rows:
        times = (row.made_at, row.sent_at, row.first_opened_at, row.voided_at)
        lines.append((row.title, row.number, *map(_time, times), row.means, row.tracking, row.void_reason, row.sha256))
        if row.sent_at:
            packing.add(f"文书/{_safe(f'{row.title}{row.number}')}.docx", store.intact(row))
    titles = ("文书", "编号", "写好", "发出", "第一次打开", "作废", "方式", "邮件单号", "作废原因", "SHA-256")
    packing.add("文书.csv", _csv(titles, lines))


def _add_evidence(packing: _Packing, ticket: TicketView, evidence_dir: Path) -> None:
    folder, lines = evidence_dir.resolve(), []
    for place, one in enumerate(ticket.evidence, start=1):
        path = (folder / one.path).resolve()
        state = "在"
        if not path.is_relative_to(folder) or not path.is_file():
            state = "文件不在"
            packing.missing.append({"evidence": one.evidence_id, "filename": one.filename, "sha256": one.sha256})
        elif packing.add_file(f"证据/{place:02d}-{_safe(one.filename)}", path) != one.sha256:
            state = "和提交时不一样"
        lines.append((place, one.filename, one.media_type, one.size, _time(one.added_at), one.sha256, state))
    titles = ("序号", "文件名", "类型", "字节", "提交", "提交时的SHA-256", "状态")
    packing.add("证据.csv", _csv(titles, lines))


def _add_manifest(packing: _Packing, ticket: TicketView, now: datetime) -> None:
    manifest = {
        "ticket": ticket.number,
        "office": ticket.office_id,
        "packed_at": now.isoformat(timespec="seconds"),
        "files": packing.inside,
        "missing": packing.missing,
    }
    sums = "".join(f"{one['sha256']}  {one['path']}\n" for one in packing.inside)
    packing.file.writestr(packing._info("manifest.json"), json.dumps(manifest, ensure_ascii=False, indent=1))
    packing.file.writestr(packing._info("SHA256SUMS"), sums)


def _csv(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """With the mark by which Excel sees UTF-8; no cell is taken for a formula."""
    kept = io.StringIO()
    writer = csv.writer(kept)
    writer.writerow(titles)
    for row in rows:
        writer.writerow(["" if cell is None else harmless(cell) for cell in row])
    return ("\ufeff" + kept.getvalue()).encode("utf-8")


def _value(ticket: TicketView, name: str) -> Any:
    found = getattr(ticket, name)
    if name == "amount_cents":
        return found / 100 if found is not None else ""
    if isinstance(found, datetime):
        return _time(found)
    labels: dict[str, type[Labelled]] = {"kind": Kind, "status": Status, "process": Process}
    return _label(labels[name], found) if name in labels else found


def _label(kind: type[Labelled], value: str) -> str:
    return next((one.label for one in kind if one == value), value)


def _time(at: datetime | None) -> str:
    return f"{at.astimezone(TIMEZONE):%Y-%m-%d %H:%M:%S}" if at else ""


def _plain(payload: dict[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False, sort_keys=True) if payload else ""


def _safe(name: str) -> str:
    """A name for inside the ZIP: no folder, no sign that a system cannot keep, not too long, its ending kept."""
    plain = _UNSAFE.sub("_", name).strip(" .") or "file"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 8:
        return plain[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending)]}.{ending}"


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()

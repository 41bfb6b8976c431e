"""Old registers and lists of staff: handed in, looked through, told line by line, then imported."""

from __future__ import annotations

import csv
import hashlib
import io
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Redirect

from xiaobao.desk import passwords
from xiaobao.desk.access import WATCHERS, allow, me
from xiaobao.desk.context import here
from xiaobao.desk.export import KEPT_IN_MEMORY, XLSX
from xiaobao.imports import accounts, columns, jobs, report, run, sheets
from xiaobao.imports.accounts import Entry, Fresh
from xiaobao.imports.jobs import JobView
from xiaobao.imports.outcomes import OUTCOMES, WRONG, Outcome
from xiaobao.imports.sheets import FileProblem
from xiaobao.tickets import service
from xiaobao.tickets.errors import InvalidField, NotFound
from xiaobao.tickets.workflow import Role

screen = Blueprint("imports", __name__)
MOST_LINES = 200  # on the page; the report holds all
MOST_ACCOUNTS = 100  # each password takes a twentieth of a second to hash
ROOM_FOR_WORDS = 64 * 1024  # bytes of the form beside the file


def room() -> int:
    """Bytes that the form with a register may have."""
    return sheets.MOST_BYTES + ROOM_FOR_WORDS


@screen.get("/imports")
@allow(*WATCHERS)
def overview() -> str:
    """The last files, and the form for a new one."""
    return _overview()


@screen.post("/imports")
@allow(*WATCHERS)
def upload() -> Redirect | tuple[str, int]:
    """Keep the file; a register is looked through by the worker, a list of staff at once."""
    desk, sheet, file = here(), request.form.get("sheet", ""), request.files.get("file")
    if sheet not in _sheets() or file is None or not file.filename:
        return _overview(field="sheet" if sheet not in _sheets() else "file"), 422
    kept, digest = _keep(file, desk.settings.data_dir)
    try:
        with desk.writing.begin() as writing:
            job_id = jobs.hand_in(
                writing, sheet=sheet, filename=_name(file), digest=digest, actor=me().actor, now=desk.now()
            )
            kept.replace(jobs.path_of(desk.settings.data_dir, job_id))
            if sheet == "accounts":
                _look_through(writing, job_id)
    finally:
        kept.unlink(missing_ok=True)
    return redirect(url_for("imports.job", job_id=job_id), 303)


@screen.get("/imports/<int:job_id>")
@allow(*WATCHERS)
def job(job_id: int) -> str:
    """How far it is, and what becomes of each line; `?outcome=` wrong, known or good ones."""
    return _page(job_id)


@screen.post("/imports/<int:job_id>/start")
@allow(*WATCHERS)
def start(job_id: int) -> Redirect | str:
    """Import what was looked through. The passwords of new accounts stand on this answer only."""
    desk = here()
    with desk.reading() as reading:
        found = _job(reading, job_id)
    if found.sheet == "accounts" and found.state == jobs.CHECKED:
        return _page(job_id, fresh=_make_accounts(job_id))
    with desk.writing.begin() as writing:
        jobs.start(writing, job_id)
    return redirect(url_for("imports.job", job_id=job_id), 303)


@screen.get("/imports/<int:job_id>/report")
@allow(*WATCHERS)
def download(job_id: int) -> Response:
    """Every line, as CSV or xlsx."""
    desk, kind = here(), request.args.get("format", "csv")
    if kind not in ("csv", "xlsx"):
        raise InvalidField("format", "csv or xlsx")
    with desk.reading() as reading:
        found = _job(reading, job_id)
    rows = report.rows(jobs.every_line(desk.reading, job_id), found.dry)
    name = f"import-{job_id}.{kind}"
    if kind == "xlsx":
        return send_file(_workbook(rows), mimetype=XLSX, as_attachment=True, download_name=name)
    answer = Response(_csv(rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _sheets() -> tuple[str, ...]:
    """What this person may import: accounts are the admin's."""
    return columns.SHEETS if me().role == Role.ADMIN else ("tickets",)


def _job(reading: Session, job_id: int) -> JobView:
    """Raises NotFound, also for a list of staff that is not this person's to see."""
    found = jobs.get(reading, job_id)
    if found.sheet not in _sheets():
        raise NotFound(f"import {job_id}")
    return found


def _keep(file: FileStorage, data_dir: Path) -> tuple[Path, str]:
    """Write the file where only this installation reads it; its path and SHA-256."""
    folder = data_dir / jobs.FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, digest = folder / f"{secrets.token_hex(16)}.part", hashlib.sha256()
    with path.open("xb") as kept:
        path.chmod(0o600)
        while chunk := file.stream.read(1024 * 1024):
            digest.update(chunk)
            kept.write(chunk)
    return path, digest.hexdigest()


def _name(file: FileStorage) -> str:
    return Path((file.filename or "").replace("\\", "/")).name.replace("\0", "") or "file"


def _accounts(job_id: int) -> list[Entry | Outcome]:
    """The rows of a list of staff. Raises FileProblem."""
    path = jobs.path_of(here().settings.data_dir, job_id)
    if not path.is_file():
        raise FileProblem("gone")
    names = columns.load(here().settings.reference_dir)
    sheet: run.Sheet[Entry] = run.Sheet(path, names, "accounts")
    found: list[Entry | Outcome] = []
    for batch in sheet.batches(lambda line, header: accounts.read(line, header, names)):
        found += batch
        if len(found) > MOST_ACCOUNTS:
            raise FileProblem("too_many_rows", str(MOST_ACCOUNTS))
    return found


def _look_through(writing: Session, job_id: int) -> None:
    now = here().now()
    try:
        rows = _accounts(job_id)
        entries = [one for one in rows if not isinstance(one, Outcome)]
        done = run.in_order(rows, accounts.check(writing, entries))
        jobs.write(writing, job_id, done, jobs.CHECKED, now)
    except FileProblem as problem:
        jobs.fail(writing, job_id, problem, now)


def _make_accounts(job_id: int) -> list[Fresh]:
    """Hashed before the transaction, so that nobody waits for it; made once, however often the button is pressed."""
    desk = here()
    try:
        rows = _accounts(job_id)
    except FileProblem as problem:
        with desk.writing.begin() as writing:
            jobs.fail(writing, job_id, problem, desk.now())
        return []
    entries = [one for one in rows if not isinstance(one, Outcome)]
    hashed = accounts.secrets_for(entries, passwords.one_time, passwords.hash_password)
    with desk.writing.begin() as writing:
        if not jobs.start(writing, job_id):
            return []
        done, fresh = accounts.create(writing, entries, hashed, desk.now())
        jobs.write(writing, job_id, run.in_order(rows, done), jobs.DONE, desk.now())
        for one in fresh:
            service.audit(writing, actor=me().actor, action="create_account", subject=one.login, now=desk.now())
    jobs.path_of(desk.settings.data_dir, job_id).unlink(missing_ok=True)
    return fresh


def _overview(field: str | None = None) -> str:
    desk = here()
    with desk.reading() as reading:
        found = jobs.newest(reading, _sheets())
    names = columns.load(desk.settings.reference_dir)
    values = {name: sorted(word for word in words if not word.isascii()) for name, words in names.values.items()}
    return render_template(
        "imports.html", jobs=found, sheets=_sheets(), columns=names.columns, values=values, field=field
    )


def _page(job_id: int, fresh: list[Fresh] | None = None) -> str:
    asked = request.args.get("outcome", WRONG)
    if asked not in OUTCOMES:
        raise InvalidField("outcome", "none of them")
    with here().reading() as reading:
        found = _job(reading, job_id)
        rows = jobs.lines(reading, job_id, outcome=asked, limit=MOST_LINES)
    return render_template(
        "import.html",
        job=found,
        shown=asked,
        rows=[report.row(one, found.dry) for one in rows],
        titles=report.TITLES,
        results=report.CHECKED if found.dry else report.RESULTS,
        problem=report.problem(found.problem) if found.problem else None,
        fresh=fresh,
        most=MOST_LINES,
    )


def _csv(rows: Iterator[list[str]]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"  # so that Excel sees that it is UTF-8
    for row in rows:
        buffer = io.StringIO()
        csv.writer(buffer).writerow(row)
        yield buffer.getvalue().encode()


def _workbook(rows: Iterator[list[str]]) -> tempfile.SpooledTemporaryFile[bytes]:
    """Written row by row: openpyxl keeps none of them."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("逐行结果")
    for row in rows:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row])
    file = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115 - Flask closes it when it is sent
    book.save(file)
    file.seek(0)
    return file

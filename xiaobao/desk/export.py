"""The list as a file: CSV or xlsx, row by row, masked unless a supervisor gives a reason; every export is written down."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, request, send_file
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from werkzeug.wrappers import Response

from xiaobao.desk import listing
from xiaobao.desk.access import READERS, allow, me
from xiaobao.desk.context import here
from xiaobao.tickets import exports, service
from xiaobao.tickets.errors import InvalidField, RoleForbidden
from xiaobao.tickets.workflow import Role

screen = Blueprint("export", __name__)
ACTION = "export_tickets"
SHORTEST_REASON = 4  # characters
KEPT_IN_MEMORY = 4 * 1024 * 1024  # bytes of a workbook; the rest goes to a file
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLES = {
    "number": "单号", "kind": "类型", "status": "状态", "submitted_at": "提交时间", "urgent": "紧急", "urged": "催办次数",
    "merchant": "商家", "shop_name": "店铺名", "platform": "平台", "institution": "机构", "item": "东西或服务",
    "amount_text": "金额原话", "amount_cents": "金额（元）", "event_date": "日期", "object": "类别", "problem": "问题",
    "region": "地区", "claim": "诉求", "narrative": "经过", "department": "承办部门", "assignee": "承办人", "next_due": "最近到期日",
    "result": "办理结果", "score": "评分", "contact_name": "姓名", "contact_phone": "电话", "contact_address": "地址",
    "contact_email": "邮箱", "on_behalf_of": "替谁投诉",
}  # fmt: skip


@screen.post("/export")
@allow(*READERS)
def download() -> Response:
    """The tickets of the list's filter. Raises RoleForbidden, InvalidField for a reason that says nothing."""
    asked, kind = listing.asked(request.form), request.form.get("format", "csv")
    unmasked, reason = request.form.get("unmasked") == "1", request.form.get("reason", "").strip()[:500]
    if kind not in ("csv", "xlsx"):
        raise InvalidField("format", "csv or xlsx")
    if unmasked and me().role != Role.SUPERVISOR:
        raise RoleForbidden("contact data in full is for the supervisor")
    if unmasked and len(reason) < SHORTEST_REASON:
        raise InvalidField("reason", "why contact data is needed in full")
    desk, filters = here(), {name: value for name, value in asked.items() if value}
    told = {"format": kind, "filters": filters, "unmasked": unmasked, "reason": reason}
    with desk.writing.begin() as writing:
        service.audit(writing, actor=me().actor, action=ACTION, subject="tickets", now=desk.now(), payload=told)
    rows = exports.rows(desk.reading, listing.where(asked), asked["q"], unmasked)
    name = f"tickets-{desk.now():%Y%m%d-%H%M}.{kind}"
    if kind == "xlsx":
        return send_file(_workbook(rows), mimetype=XLSX, as_attachment=True, download_name=name)
    answer = Response(_csv(rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _titles() -> list[str]:
    return [TITLES[name] for name in exports.COLUMNS]


def _csv(rows: Iterator[list[Any]]) -> Iterator[bytes]:
    """Lines as they are read; the mark at the beginning lets Excel see that it is UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(_titles())
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > 64 * 1024:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    told = buffer.getvalue().encode("utf-8")
    buffer.seek(0)
    buffer.truncate()
    return told


def _workbook(rows: Iterator[list[Any]]) -> Any:
    """A workbook that is written row by row: openpyxl keeps none of them."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("单子")
    sheet.append(_titles())
    for row in rows:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value for value in row])
    file = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115 - Flask closes it when it is sent
    book.save(file)
    file.seek(0)
    return file

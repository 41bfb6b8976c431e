"""The search finds what is planted, in each form; else the tests beside it would prove nothing."""

from __future__ import annotations

import base64
import gzip
import io
import json
import sqlite3
import urllib.parse
import zipfile

import openpyxl
import pytest
import sqlalchemy as sa
from docx import Document

from tests.privacy import search

NAME, PHONE, TEXT = "欧阳娜娜", "13800001234", "店里的电水壶漏电，老板不肯退钱"
ALL = {NAME, PHONE, TEXT}
WHOLE = f"{NAME}，{PHONE}，{TEXT}"


def a_docx(text: str) -> bytes:
    document, kept = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(kept)
    return kept.getvalue()


def an_xlsx(text: str) -> bytes:
    book, kept = openpyxl.Workbook(), io.BytesIO()
    book.active.append([text])
    book.save(kept)
    return kept.getvalue()


def a_zip(data: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("inside.docx", data)
    return kept.getvalue()


FORMS = {
    "plain": WHOLE.encode(),
    "utf-16": WHOLE.encode("utf-16"),
    "escaped": json.dumps({"text": WHOLE}).encode(),
    "escaped twice": json.dumps(json.dumps({"text": WHOLE})).encode(),
    "url": urllib.parse.quote(WHOLE).encode(),
    "base64": b"key=" + base64.b64encode(WHOLE.encode()) + b";",
    "url-safe base64 in the middle of a word": b"ab" + base64.urlsafe_b64encode(WHOLE.encode()),
    "base64 of escaped": base64.b64encode(json.dumps(WHOLE).encode()),
    "hexadecimal": b"\\\\x" + WHOLE.encode().hex().encode(),
    "docx": a_docx(WHOLE),
    "xlsx": an_xlsx(WHOLE),
    "docx in a zip": a_zip(a_docx(WHOLE)),
    "docx in hexadecimal": b"\\x" + a_docx(WHOLE).hex().encode(),
    "gzip": gzip.compress(WHOLE.encode()),
    "spaced and wide": f"{NAME} １３８ ００００-１２３４ {TEXT}".encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_planted_form_is_found(form, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "planted").write_bytes(
        b"\x00\xff something else \n" + FORMS[form] if form == "plain" else FORMS[form]
    )
    assert search.in_folder(ALL, tmp_path) == {needle: {"deep/planted"} for needle in ALL}


def test_nothing_is_found_where_nothing_is(tmp_path):
    (tmp_path / "other").write_bytes(a_docx("张三，13900005678，别的事"))
    assert search.in_folder(ALL, tmp_path) == {}


@pytest.mark.parametrize("length", [1, 3000], ids=["in one page", "over many pages"])
def test_rows_the_log_and_free_pages_of_sqlite_are_read(tmp_path, length):
    path = tmp_path / "x.db"
    holder = sqlite3.connect(path)
    holder.execute("PRAGMA journal_mode = WAL")
    holder.execute("CREATE TABLE t (v TEXT)")
    holder.commit()
    holder.execute("INSERT INTO t VALUES (?)", (WHOLE + "啊" * length,))
    holder.commit()
    assert set(search.in_folder(ALL, tmp_path)) == ALL  # the log, and through it the row
    if length > 1:
        holder.close()
        return
    holder.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    holder.execute("PRAGMA secure_delete = OFF")
    holder.execute("DELETE FROM t")
    holder.commit()
    holder.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    holder.close()
    assert set(search.in_folder(ALL, tmp_path)) == ALL  # no row any more, but the bytes


@pytest.mark.postgres
def test_a_dump_of_postgresql_is_read(postgres):
    engine = sa.create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE planted (a JSON, b BYTEA)"))
        values = {"a": json.dumps({"name": NAME}), "b": a_docx(f"{PHONE} {TEXT}")}
        connection.execute(sa.text("INSERT INTO planted VALUES (:a, :b)"), values)
    try:
        assert search.in_postgres(ALL, postgres) == ALL
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE planted"))
        engine.dispose()

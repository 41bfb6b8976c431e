"""The index of words of tickets: written in the transaction of the ticket, read newest first without ranking.

SQLite: an FTS5 table without content, its rows in the order of the tickets. PostgreSQL: a tsvector with GIN; GIN knows
no order, so the newest thousands of tickets are asked first (each tsvector carries the mark of its bucket of ids) and
older ones only while the page is not full.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, cast, column, func, literal, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from xiaobao.tickets import grams
from xiaobao.tickets.grams import Phrase
from xiaobao.tickets.tables import Ticket

TEXTS = ("number", "merchant", "shop_name", "institution", "platform", "item", "narrative")
NUMBERS = ("order_number", "policy_number")
SEARCHED = (*TEXTS, *NUMBERS)
BUCKET = 4096  # tickets
MOST_BUCKETS = 64  # named in one question
_LAST_PLACE, _MOST_PLACES = 16_383, 255  # of a tsvector
_FTS = table("ticket_search", column("rowid"))
_VECTORS = table("ticket_search", column("ticket_id"), column("tokens"))


def words_of(values: Mapping[str, Any]) -> list[str]:
    """The words under which a ticket with these fields is found."""
    return grams.document((values.get(name) for name in TEXTS), (values.get(name) for name in NUMBERS))


def write(connection: Connection, rows: Iterable[tuple[int, list[str]]]) -> None:
    """Add tickets (id, words) that are not in the index."""
    if connection.dialect.name == "sqlite":
        statement = text("INSERT INTO ticket_search (rowid, tokens) VALUES (:id, :tokens)")
        values = [{"id": id_, "tokens": " ".join(words)} for id_, words in rows]
    else:
        statement = text("INSERT INTO ticket_search (ticket_id, tokens) VALUES (:id, CAST(:tokens AS tsvector))")
        values = [{"id": id_, "tokens": _vector(id_, words)} for id_, words in rows]
    if values:
        connection.execute(statement, values)


def erase(connection: Connection, id_: int, words: list[str]) -> None:
    """Take a ticket out; FTS5 without content wants the very words that were written."""
    if connection.dialect.name == "sqlite":
        statement = "INSERT INTO ticket_search (ticket_search, rowid, tokens) VALUES ('delete', :id, :tokens)"
        connection.execute(text(statement), {"id": id_, "tokens": " ".join(words)})
    else:
        connection.execute(text("DELETE FROM ticket_search WHERE ticket_id = :id"), {"id": id_})


def ids(
    session: Session, phrases: Sequence[Phrase], where: Sequence[ColumnElement[bool]], most: int, below: int | None
) -> list[int]:
    """Ids of at most `most` tickets with all phrases, newest first, of those that meet `where` and lie under `below`."""
    if not phrases:
        return []
    if session.get_bind().dialect.name == "sqlite":
        return _ids_sqlite(session, phrases, where, most, below)
    return _ids_postgres(session, phrases, where, most, below)


def _ids_sqlite(
    session: Session, phrases: Sequence[Phrase], where: Sequence[ColumnElement[bool]], most: int, below: int | None
) -> list[int]:
    rowid = _FTS.c.rowid
    statement = select(rowid).join(Ticket, Ticket.id == rowid)
    statement = statement.where(literal_column("ticket_search").op("MATCH")(fts5(phrases)), *where)
    if below is not None:
        statement = statement.where(rowid < below)
    return list(session.scalars(statement.order_by(rowid.desc()).limit(most)))


def _ids_postgres(
    session: Session, phrases: Sequence[Phrase], where: Sequence[ColumnElement[bool]], most: int, below: int | None
) -> list[int]:
    id_, query = _VECTORS.c.ticket_id, tsquery(phrases)
    found: list[int] = []
    high = below or (session.scalar(select(func.max(Ticket.id))) or 0) + 1
    size = 2
    while high > 1 and len(found) < most:
        low = max((high - 1) // BUCKET - size + 1, 0)  # a bucket
        buckets = range(low, (high - 1) // BUCKET + 1)
        marks = f" & ( {' | '.join(map(_mark, buckets))} )" if low and len(buckets) <= MOST_BUCKETS else ""
        matches = _VECTORS.c.tokens.op("@@")(cast(literal(f"( {query} ){marks}"), TSQUERY))
        statement = select(id_).join(Ticket, Ticket.id == id_)
        statement = statement.where(matches, id_ < high, id_ >= low * BUCKET, *where)
        # The sum keeps PostgreSQL from reading tickets one by one from the end in the hope of a match.
        found += session.scalars(statement.order_by((id_ + 0).desc()).limit(most - len(found)))
        high, size = low * BUCKET, size * 2
    return found


def fts5(phrases: Sequence[Phrase]) -> str:
    """The question as FTS5 reads it; words hold letters, digits and characters only, so nothing can break out."""
    return " AND ".join(f'"{" ".join(one.words)}"{" *" if one.open_end else ""}' for one in phrases)


def tsquery(phrases: Sequence[Phrase]) -> str:
    """The question as PostgreSQL reads it."""
    return " & ".join(f"( {_after_another(one)} )" for one in phrases)


def _after_another(phrase: Phrase) -> str:
    quoted = [f"'{word}'" for word in phrase.words]
    if phrase.open_end:
        quoted[-1] += ":*"
    return " <-> ".join(quoted)


def _vector(id_: int, words: list[str]) -> str:
    """The words with their places, as the text of a tsvector: no parser of the server is asked what a word is."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words[:_LAST_PLACE], 1):
        found = places.setdefault(word, [])
        if len(found) < _MOST_PLACES:
            found.append(place)
    told = (f"'{word}':{','.join(map(str, found))}" for word, found in places.items())
    return " ".join((_mark(id_ // BUCKET), *told))


def _mark(bucket: int) -> str:
    return f"'#{bucket}'"

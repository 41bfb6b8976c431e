"""`make import FILE=register.xlsx KIND=tickets [DRY=1]`: from the command line what 导入 does at the desk, for large files.

A report stands beside the file afterwards (`register.xlsx.report.csv`). The same file again doubles nothing, so a run
that broke off is simply run again.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from xiaobao import database
from xiaobao.desk import passwords
from xiaobao.imports import accounts, columns, report, run
from xiaobao.imports.outcomes import GOOD, KNOWN, WRONG, Outcome
from xiaobao.imports.sheets import FileProblem
from xiaobao.settings import Settings
from xiaobao.tickets import deadlines, office, office_settings, service
from xiaobao.tickets.filing import Actor
from xiaobao.tickets.workflow import Role

OPERATOR = Actor(Role.SYSTEM, None, "make import")


def main(arguments: list[str] | None = None) -> int:
    """0 when the file could be read, whatever its rows; 2 when not."""
    parser = argparse.ArgumentParser(prog="make import")
    parser.add_argument("kind", choices=columns.SHEETS)
    parser.add_argument("file", type=Path)
    parser.add_argument("--dry", action="store_true", help="look, file nothing")
    asked = parser.parse_args(arguments)
    if not asked.file.is_file():
        print(f"{asked.file}: no such file", file=sys.stderr)
        return 2
    settings = Settings.from_env()
    database.upgrade(settings.database_url)
    engine = database.make_engine(settings.database_url)
    sessions, now, begun = database.make_sessions(engine), deadlines.now(), time.monotonic()
    told, counts = asked.file.with_name(asked.file.name + ".report.csv"), Counter[str]()
    file = report.File(told, asked.dry)
    worked = (_tickets if asked.kind == "tickets" else _accounts)(settings, sessions, asked.file, asked.dry, now)
    try:
        for outcomes in worked:
            file.add(outcomes)
            counts.update(one.outcome for one in outcomes)
            print(f"\r第{outcomes[-1].line}行", end="", flush=True)
    except FileProblem as found:
        print(f"\n{report.problem(found)}", file=sys.stderr)
        return 2
    finally:
        file.close()
        if not asked.dry and counts:
            _audit(sessions, asked.kind, counts, now)
        engine.dispose()
    words = report.CHECKED if asked.dry else report.RESULTS
    print("\r" + "，".join(f"{words[one]}{counts[one]}行" for one in (GOOD, KNOWN, WRONG)) + f"。逐行结果：{told}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{time.monotonic() - begun:.0f} s, peak memory {peak} MB")
    return 0


def _tickets(
    settings: Settings, sessions: sessionmaker[Session], path: Path, dry: bool, now: datetime
) -> Iterator[list[Outcome]]:
    names = columns.load(settings.reference_dir)
    with sessions() as session:
        where = office_settings.layered(office.load(settings.reference_dir, settings.office_id), session)
    seen: run.Seen = {}
    for batch in run.ticket_batches(path, names, where, now):
        yield run.work(sessions, batch, where, seen if dry else None)
        if not dry:
            time.sleep(run.PAUSE_SECONDS)


def _accounts(
    settings: Settings, sessions: sessionmaker[Session], path: Path, dry: bool, now: datetime
) -> Iterator[list[Outcome]]:
    """Passwords are printed, once."""
    names = columns.load(settings.reference_dir)
    sheet: run.Sheet[accounts.Entry] = run.Sheet(path, names, "accounts")
    for batch in sheet.batches(lambda line, header: accounts.read(line, header, names)):
        entries = [one for one in batch if not isinstance(one, Outcome)]
        if dry:
            with sessions() as session:
                yield run.in_order(batch, accounts.check(session, entries))
            continue
        secrets = accounts.secrets_for(entries, passwords.one_time, passwords.hash_password)
        with sessions.begin() as session:
            done, fresh = accounts.create(session, entries, secrets, now)
        for one in fresh:
            print(f"\r{one.login}\t{one.name}\t{one.password}")
        yield run.in_order(batch, done)


def _audit(sessions: sessionmaker[Session], kind: str, counts: Counter[str], now: datetime) -> None:
    with sessions.begin() as session:
        service.audit(
            session, actor=OPERATOR, action=f"import_{kind}", subject="make import", now=now, payload=dict(counts)
        )


if __name__ == "__main__":
    sys.exit(main())

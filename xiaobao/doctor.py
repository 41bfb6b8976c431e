"""`make doctor`: what would go wrong in production, each line with its remedy. Ends with 1 when something is bad."""

from __future__ import annotations

import csv
import importlib.util
import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from xiaobao import channels, checks, database, training
from xiaobao.conversations.tables import Conversation
from xiaobao.documents import kinds, pdf, templates
from xiaobao.documents.containers import Unfit
from xiaobao.documents.rendering import BrokenTemplate
from xiaobao.settings import LOOPBACK, ROOT, SECRETS_FILE, Settings, SettingsError, environment
from xiaobao.tickets import deadlines
from xiaobao.tickets.reference import ReferenceFileError
from xiaobao.worker import sms

OK, WARN, BAD = "ok", "warn", "bad"
DEMO_OFFICES = {"demo", "any", "regulator", "council", "bank", "pbc"}
LITTLE_MB = 5_000
MANY_CONVERSATIONS = 20_000  # in the time they are kept; SQLite has one writer at a time
CALENDAR_KNOWN_BY = 11  # November: the State Council announces the next year's holidays around then


@dataclass(frozen=True)
class Finding:
    """One line: `state` is ok, warn or bad."""

    state: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        line = f"{self.state:<5} {self.what}"
        return f"{line}\n      -> {self.remedy}" if self.remedy else line


def examine(environ: Mapping[str, str], root: Path = ROOT, today: date | None = None) -> Iterator[Finding]:
    """Every finding, in the order of how early it would hurt."""
    try:
        checks.python_version()
        settings = Settings.from_env(environ)
        channels.effective(root / "credentials.yml", environ)
        checks.office_known(settings)
    except (SettingsError, checks.NotReady) as error:
        yield Finding(BAD, "Settings", str(error))
        return
    yield Finding(OK, "Settings are complete, secrets are no placeholders.")
    for check in CHECKS:
        yield from check(settings)
    yield from telemetry(environ)
    yield from model(root)
    yield from holidays(settings.reference_dir, today or deadlines.local_date(deadlines.now()))


def office(settings: Settings) -> Iterator[Finding]:
    """An invented office must not take real complaints."""
    if settings.office_id in DEMO_OFFICES:
        remedy = "Describe your office in a row of data/reference/office.csv and set OFFICE to its id."
        state = BAD if settings.behind_tls else WARN  # behind a proxy, real people write to it
        yield Finding(state, f"OFFICE={settings.office_id} is an invented office.", remedy)
    else:
        yield Finding(OK, f"The office is {settings.office_id}.")


def exposure(settings: Settings) -> Iterator[Finding]:
    """Contact data must not travel in the clear, and Rasa's server must not stand in the open."""
    bare = settings.bind_host not in LOOPBACK
    proxy = "Put the proxy of deploy/Caddyfile in front, set BEHIND_TLS=1 and TRUSTED_PROXIES=1."
    if bare and not settings.behind_tls:
        yield Finding(BAD, f"BIND_HOST={settings.bind_host}: reachable from outside without TLS.", proxy)
    elif not settings.behind_tls:
        yield Finding(WARN, "No TLS (BEHIND_TLS=0); fine on this machine alone.", proxy)
    else:
        yield Finding(OK, "TLS ends in front of us.")
    if settings.behind_tls and settings.trusted_proxies == 0:
        remedy = "Set TRUSTED_PROXIES to how many proxies stand in front, usually 1."
        yield Finding(BAD, "TRUSTED_PROXIES=0 behind a proxy: all citizens share one address and its limits.", remedy)
    if settings.behind_tls and not settings.public_url.startswith("https://"):
        yield Finding(WARN, "PUBLIC_URL is no https:// address.", "Set it to the address that citizens type.")


def storage(settings: Settings) -> Iterator[Finding]:
    """Room, rights and who may read."""
    try:
        checks.data_directory(settings.data_dir)
    except checks.NotReady as error:
        yield Finding(BAD, "Data directory", str(error))
        return
    free = checks.free_mb(settings.data_dir)
    state = BAD if free < checks.LEAST_FREE_MB else WARN if free < LITTLE_MB else OK
    remedy = "" if state == OK else "Uploads and backups need room: a larger disk, or XIAOBAO_DATA on another one."
    yield Finding(state, f"{free} MB are free in {settings.data_dir}.", remedy)
    for path in (settings.data_dir, settings.data_dir / SECRETS_FILE):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o007:
            yield Finding(BAD, f"{path} is open to every account of this machine.", f"chmod o= {path}")


def storage_engine(settings: Settings) -> Iterator[Finding]:
    """Whether the database works, and whether it is the right one for so many citizens."""
    engine = database.make_engine(settings.database_url)
    try:
        database.check_writable(engine)
        with engine.connect() as connection:
            count = connection.scalar(sa.select(sa.func.count()).select_from(Conversation)) or 0
    except SQLAlchemyError as error:
        remedy = "Is it running, is DATABASE_URL right? `python -m xiaobao.start migrate` makes the tables."
        yield Finding(BAD, f"The database does not take a row ({type(error).__name__}).", remedy)
        return
    finally:
        engine.dispose()
    if engine.dialect.name == "sqlite" and count > MANY_CONVERSATIONS:
        remedy = "Set DATABASE_URL to a PostgreSQL (docs/operations.md shows the move)."
        yield Finding(WARN, f"SQLite holds {count} conversations; writers wait for each other.", remedy)
    else:
        yield Finding(OK, f"The database ({engine.dialect.name}) is writable, {count} conversations.")


def pictures(settings: Settings) -> Iterator[Finding]:
    """Whether the text of citizens' pictures is read."""
    if not settings.ocr:
        yield Finding(OK, "Pictures are not read (OCR=0).")
    elif importlib.util.find_spec("rapidocr_onnxruntime") is None:
        remedy = "Install requirements.lock whole (make install), or set OCR=0 if that is what you want."
        yield Finding(WARN, "Pictures are not read: rapidocr-onnxruntime is not installed.", remedy)
    else:
        yield Finding(OK, "Pictures are read by the worker.")


def documents(settings: Settings) -> Iterator[Finding]:
    """Whether documents can be written, and as PDF, too."""
    catalogue = kinds.load(settings.reference_dir)
    for kind in catalogue.kinds.values():
        try:
            templates.trial(catalogue, kind.code, templates.of(catalogue, settings.data_dir, kind.code).data)
        except (Unfit, BrokenTemplate, OSError) as error:
            remedy = f"Put it right in 设置, 文书模板, or remove {templates.own_path(settings.data_dir, kind.code)}."
            yield Finding(BAD, f"The template of {kind.title} does not work ({error}).", remedy)
    if pdf.program() is None:
        remedy = "apt-get install --no-install-recommends libreoffice-writer fonts-noto-cjk, if PDF is wanted."
        yield Finding(OK, "Documents are Word files only: LibreOffice is not installed, no PDF is offered.", remedy)
    else:
        yield Finding(OK, "Documents are Word files, and PDF by LibreOffice.")


def texts(settings: Settings) -> Iterator[Finding]:
    """Whether those whom neither website nor WeChat reaches hear of it by a text."""
    try:
        sms.codes(settings.reference_dir)
    except (ReferenceFileError, OSError) as error:
        yield Finding(BAD, "data/reference/sms_codes.csv", str(error))
        return
    if settings.sms is None:
        yield Finding(OK, "No texts to telephones (SMS_URL is unset): whom nothing reaches is called.")
    elif not settings.public_url.startswith("https://"):
        remedy = "Set PUBLIC_URL, and give the gateway PUBLIC_URL/webhooks/sms/reports."
        yield Finding(WARN, "Delivery reports of texts find no way in: each text becomes a call after a day.", remedy)
    else:
        yield Finding(OK, f"Texts go out; their reports come to {settings.public_url}/webhooks/sms/reports.")


def telemetry(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Rasa reports to an outside server unless told not to."""
    if environ.get("RASA_TELEMETRY_ENABLED", "false").lower() in {"false", "0"}:
        yield Finding(OK, "Rasa's telemetry is off.")
    else:
        remedy = "Unset RASA_TELEMETRY_ENABLED; `make run` and the containers turn it off."
        yield Finding(BAD, "RASA_TELEMETRY_ENABLED is on: Rasa reports to an outside server.", remedy)


def model(root: Path) -> Iterator[Finding]:
    """A model of older data answers by older rules."""
    if training.fitting_model(root) is not None:
        yield Finding(OK, "The model fits the data.")
        return
    found = any((root / "models").glob("*.tar.gz"))
    yield Finding(WARN if found else BAD, "The model is older than the data." if found else "No model.", "make train")


def holidays(reference_dir: Path, today: date) -> Iterator[Finding]:
    """Without next year's calendar, deadlines that reach into it are provisional."""
    wanted = [today.year] + ([today.year + 1] if today.month >= CALENDAR_KNOWN_BY else [])
    for year in wanted:
        if _calendar_knows(year) or _table_knows(reference_dir / "holidays.csv", year):
            yield Finding(OK, f"The holidays of {year} are known.")
        else:
            remedy = (
                f"When the State Council has announced them: upgrade chinesecalendar (make lock), or add the days off and "
                f"the working weekends (调休) of {year} to data/reference/holidays.csv."
            )
            yield Finding(WARN, f"The holidays of {year} are not complete; deadlines in it are provisional.", remedy)


def _calendar_knows(year: int) -> bool:
    import chinese_calendar

    try:
        chinese_calendar.is_workday(date(year, 6, 1))
    except NotImplementedError:
        return False
    return True


def _table_knows(path: Path, year: int) -> bool:
    """Announced years have working weekends; the statutory days alone are known long before."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        kinds = {row["kind"] for row in csv.DictReader(file) if row["date"].startswith(f"{year}-")}
    return bool(kinds - {"statutory"})


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    office,
    exposure,
    storage,
    storage_engine,
    pictures,
    documents,
    texts,
)


def main() -> int:
    """Print the findings."""
    environ = environment()
    worst = OK
    for finding in examine(environ):
        print(finding)
        if finding.state == BAD or (finding.state == WARN and worst == OK):
            worst = finding.state
    print({OK: "All is well.", WARN: "It runs; see the warnings.", BAD: "Not fit for production."}[worst])
    return 1 if worst == BAD else 0


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main())

"""`python -m xiaobao.worker`: outbox, humans and back, clocks, follow-ups, retention, erasure, previews and texts of pictures, packages of archived tickets by the clock. Safe to run twice."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from apscheduler.schedulers.background import BackgroundScheduler

from xiaobao.conversations import quiet
from xiaobao.database import make_engine, make_sessions
from xiaobao.imports import columns
from xiaobao.imports import jobs as imports
from xiaobao.settings import Settings
from xiaobao.tickets import deadlines, office, office_settings
from xiaobao.tickets import reference as references
from xiaobao.worker import archives, clocks, erasure, follow_ups, ocr, outbox, previews, retention, sms, takeovers

logger = logging.getLogger("xiaobao.worker")

OUTBOX_SECONDS = 1
TAKEOVER_SECONDS = 1
PREVIEW_SECONDS = 2
TEXT_SECONDS = 2
IMPORT_SECONDS = 2
CLOCK_SECONDS = 300
HOLIDAY_SECONDS = 3600
ERASURE_SECONDS = 5
FOLLOW_UP_SECONDS = 300
ARCHIVE_SECONDS = 60
SEEN_SECONDS = 3600
SMS_SECONDS = 5
RETENTION_HOUR = 3  # at night


def jobs(
    settings: Settings,
    engine: sa.Engine,
    tracker: sa.Engine,
    reader: ocr.Reader | None,
    over: threading.Event | None = None,
) -> dict[str, Callable[[], object]]:
    """What the worker does, by name; each may be called at any time. A long one stops when it is `over`."""
    sessions = make_sessions(engine)
    bot = outbox.Bot(settings.bot_url, settings.internal_secret)
    reference = references.load(settings.reference_dir)
    filed = office.load(settings.reference_dir, settings.office_id)
    hours, words = quiet.read(filed.quiet), sms.codes(settings.reference_dir)
    layered = partial(office_settings.layered, filed)
    stopped = over.is_set if over else (lambda: False)

    places = erasure.Places(sessions, engine, tracker, settings.evidence_dir, settings.data_dir)

    def at_night() -> None:
        now = deadlines.now()
        erasure.erase_run_out(places, layered, deadlines.now)
        erasure.erase_waiting(places, layered, deadlines.now, at_night=True)
        retention.forget(sessions, tracker, settings.evidence_dir, settings.conversation_days, now)
        imports.forget(sessions, settings.data_dir, now)

    return {
        "outbox": partial(outbox.deliver, sessions, bot, deadlines.now, hours),
        "takeovers": partial(
            takeovers.tend, sessions, make_sessions(engine, read_only=True), bot, layered, deadlines.now
        ),
        "sms": partial(sms.work, sessions, settings.sms, words, deadlines.now, hours),
        "seen": partial(outbox.look_who_saw, sessions, deadlines.now),
        "previews": partial(previews.make_waiting, sessions, settings.evidence_dir),
        "texts": partial(ocr.read_waiting, sessions, reader, settings.evidence_dir, deadlines.now),
        "clocks": partial(clocks.remind, sessions, reference, deadlines.now),
        "holidays": partial(clocks.recompute, sessions, reference, deadlines.now),
        "erasures": partial(erasure.erase_waiting, places, layered, deadlines.now),
        "follow_ups": partial(follow_ups.ask, sessions, deadlines.now),
        "archives": partial(archives.pack_waiting, sessions, settings, deadlines.now),
        "imports": partial(
            imports.work,
            sessions,
            layered,
            columns.load(settings.reference_dir),
            settings.data_dir,
            deadlines.now,
            stopped,
        ),
        "retention": at_night,
    }


def schedule(scheduler: BackgroundScheduler, found: dict[str, Callable[[], object]], start: datetime) -> None:
    """Put every job on the scheduler; a late one is run once, not as often as it was missed."""
    every = {"outbox": OUTBOX_SECONDS, "previews": PREVIEW_SECONDS, "texts": TEXT_SECONDS, "clocks": CLOCK_SECONDS}
    every |= {"holidays": HOLIDAY_SECONDS, "archives": ARCHIVE_SECONDS, "imports": IMPORT_SECONDS}
    every |= {"seen": SEEN_SECONDS, "takeovers": TAKEOVER_SECONDS, "sms": SMS_SECONDS, "erasures": ERASURE_SECONDS}
    every |= {"follow_ups": FOLLOW_UP_SECONDS}
    kept = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    for name, seconds in every.items():
        scheduler.add_job(guarded(name, found[name]), "interval", seconds=seconds, next_run_time=start, **kept)
    night = guarded("retention", found["retention"])
    scheduler.add_job(night, "cron", hour=RETENTION_HOUR, minute=30, **kept)
    # A machine that is off at night forgets too.
    scheduler.add_job(night, "date", run_date=start + timedelta(minutes=10), **kept)


def guarded(name: str, work: Callable[[], object]) -> Callable[[], None]:
    """A job that logs what breaks it, and does not stop the others. Once per outage, not once a second."""
    broken = threading.Event()

    def run() -> None:
        try:
            work()
        except Exception as error:  # the next run may succeed
            if not broken.is_set():
                logger.error("%s broke (%s), trying on.", name, type(error).__name__)
            broken.set()
        else:
            if broken.is_set():
                logger.warning("%s works again.", name)
            broken.clear()

    return run


def main() -> int:
    """Run until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    settings = Settings.from_env()
    engine, tracker = make_engine(settings.database_url), make_engine(settings.tracker_url)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    scheduler = BackgroundScheduler(timezone=deadlines.TIMEZONE)
    reader = ocr.reader(settings.ocr)
    schedule(scheduler, jobs(settings, engine, tracker, reader, over), deadlines.now())
    scheduler.start()
    logger.info("The worker runs; notices go to %s.", settings.bot_url)
    over.wait()
    if reader is not None:
        reader.close()  # the picture in hand is read again after the next start
    scheduler.shutdown(wait=True)
    for each in (engine, tracker):
        each.dispose()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

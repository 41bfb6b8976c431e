"""What every action stands on: the shared context, one turn of a conversation, and the one error boundary.

rasa-sdk answers a crash with the whole tracker and Rasa then stays silent (pitfalls 6 and
docs/architecture.md). So no action implements `run`: it implements `act`, and `run` below makes
sure that the citizen gets an answer whatever breaks.
"""

from __future__ import annotations

import functools
import json
import logging
import sys
import threading
import time
import weakref
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.words import Words
from xiaobao.database import is_outage, make_engine, make_sessions
from xiaobao.knowledge import check, library, search
from xiaobao.knowledge.library import Library
from xiaobao.knowledge.sheet import KnowledgeError
from xiaobao.reading import reference as reading_reference
from xiaobao.settings import ROOT, Settings
from xiaobao.tickets import deadlines, lessons, office, office_settings, reference
from xiaobao.tickets.errors import TicketError

logger = logging.getLogger(__name__)
Events = list[dict[str, Any]]
RECENT = 4  # messages: what was said longer ago is not what 帮我投诉 or 能要回来吗 means
RANKED = 16  # questions whose ranking is kept in memory
LOOK_EVERY = 10.0  # seconds between looks at the files of data/knowledge


@dataclass(frozen=True)
class Context:
    """What actions need from outside; built once per process, at the first message."""

    settings: Settings
    sessions: Any
    live: office_settings.Live
    authorities: Any
    searcher: Search
    reading: Any
    words: Words

    @property
    def office(self) -> office.Office:
        """The office as its admin has it now."""
        return self.live.office()

    @property
    def tickets(self) -> reference.Reference:
        """Reference data of tickets, numbers that an admin confirmed included."""
        return self.office.reference

    @property
    def library(self) -> Library:
        """The knowledge in use; it changes when its files do."""
        return self.searcher.library


class Search:
    """Ranks with words alone from the first second; the semantic signal joins when its index is ready.

    Embedding all wordings takes minutes of one core the first time and is kept in the data directory. Whoever edits
    data/knowledge need not restart: changed files are read again once they pass `make check-knowledge`.
    """

    def __init__(self, words_alone: search.Searcher, settings: Settings) -> None:
        self._settings = settings
        self._use(words_alone)
        self._stamp = _stamp(words_alone.library.directory)
        self._ready = threading.Event()
        threading.Thread(target=_keep_up, args=(weakref.ref(self), self._ready), daemon=True).start()

    def _use(self, searcher: search.Searcher) -> None:
        """Several steps of one turn ask for the same question; it is ranked once."""
        self._searcher = searcher
        self._ranked = functools.lru_cache(maxsize=RANKED)(searcher.rank)

    @property
    def library(self) -> Library:
        """What is being searched."""
        return self._searcher.library

    def wait(self) -> None:
        """Until the semantic index is in use; for measuring."""
        self._ready.wait()

    def rank(self, question: str) -> search.Ranking:
        return self._ranked(question)

    def read_again(self) -> bool:
        """Take over changed files if nothing is wrong with them; True when others are now in use."""
        stamp = _stamp(self.library.directory)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            known = library.load(self.library.directory)
            problems = check.problems(known)
        except KnowledgeError as error:
            problems = list(error.problems)
        if problems:
            logger.error("changed knowledge is not used, %d to mend, the first: %s", len(problems), problems[0])
            return False
        semantic, cache_dir = self._settings.semantic_search, self._settings.data_dir / "cache"
        self._use(search.Searcher(known, semantic=semantic, cache_dir=cache_dir))
        logger.info("changed knowledge is in use: %d topics", len(known.topics))
        return True

    def add_meaning(self) -> None:
        """Index by meaning, too, if that is wanted."""
        if self._settings.semantic_search:
            self._use(self._searcher.with_meaning(self._settings.data_dir / "cache"))


def _keep_up(reference: weakref.ref[Search], ready: threading.Event) -> None:
    """The thread behind a Search, for as long as that is in use."""
    try:
        if found := reference():
            found.add_meaning()
    except Exception:
        logger.exception("the semantic index could not be made; search goes on with words alone")
    ready.set()
    while True:
        found = None
        time.sleep(LOOK_EVERY)
        if (found := reference()) is None:
            return
        try:
            found.read_again()
        except Exception:  # half a file, a folder being moved: the next look sees the whole
            logger.exception("changed knowledge could not be read; what was in use stays")


def _stamp(folder: Path) -> tuple[int, int]:
    """Changes with every file added, removed or written below `folder`."""
    times = [path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()]
    return len(times), max(times, default=0)


@functools.lru_cache(maxsize=2)
def _content(reference_dir: Path, knowledge_dir: Path, cache_dir: Path) -> tuple[search.Searcher, Any, Words]:
    """What is read from data/ and the same for every office; some seconds the first time."""
    known = library.load(knowledge_dir)
    words = Words.load(ROOT / "data" / "responses")
    return search.Searcher(known, semantic=False, cache_dir=cache_dir), reading_reference.load(reference_dir), words


@functools.lru_cache(maxsize=1)
def context() -> Context:
    """Read settings and data; the database is only opened when a session is used."""
    settings = Settings.from_env()
    words_alone, reading, words = _content(
        settings.reference_dir, settings.knowledge_dir, (settings.data_dir / "cache").resolve()
    )
    engine = make_engine(settings.database_url)
    filed = office.load(settings.reference_dir, settings.office_id)
    return Context(
        settings=settings,
        sessions=make_sessions(engine),
        live=office_settings.Live(filed, make_sessions(engine, read_only=True)),
        authorities=reference.load_authorities(settings.reference_dir),
        searcher=Search(words_alone, settings),
        reading=reading,
        words=words,
    )


@dataclass
class Turn:
    """One message of a citizen and the means to answer it."""

    tracker: Tracker
    dispatcher: CollectingDispatcher
    context: Context
    now: datetime
    also: Events = field(default_factory=list)  # events besides those of the answer

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def conversation_id(self) -> str:
        return self.tracker.sender_id

    @property
    def text(self) -> str:
        """What was typed; empty when a button or a card was used."""
        text = self.tracker.latest_message.get("text") or ""
        return "" if text.startswith("/") else text.strip()

    @property
    def pressed(self) -> bool:
        """A button or card, not typed words."""
        return (self.tracker.latest_message.get("text") or "").startswith("/")

    def said_before(self, count: int) -> list[str]:
        """The citizen's last `count` messages before this one, newest first."""
        said = [event.get("text") or "" for event in self.tracker.events if event.get("event") == "user"]
        return said[-2 : -2 - count : -1]

    @property
    def intent(self) -> str:
        return self.tracker.latest_message.get("intent", {}).get("name") or "unsure"

    @property
    def confidence(self) -> float:
        return float(self.tracker.latest_message.get("intent", {}).get("confidence") or 0.0)

    @property
    def ranking(self) -> list[dict[str, Any]]:
        return self.tracker.latest_message.get("intent_ranking") or []

    @property
    def channel(self) -> str:
        return self.tracker.get_latest_input_channel() or "website"

    def entity(self, name: str) -> str | None:
        """The first value of an entity, from a pattern or a button's payload."""
        return next((e["value"] for e in self.tracker.latest_message.get("entities", []) if e["entity"] == name), None)

    def slot(self, name: str) -> Any:
        return self.tracker.get_slot(name)

    def say(
        self,
        response: str,
        buttons: list[dict[str, str]] | None = None,
        card: dict[str, Any] | None = None,
        **values: Any,
    ) -> None:
        """Send one message: a response by name, with buttons and a card if given.

        Who asked for large type gets its short form where there is one.
        """
        short = f"utter_short_{response.removeprefix('utter_')}"
        if self.slot("plain") and self.context.words.has(short):
            response = short
        self.dispatcher.utter_message(
            response=response, buttons=buttons, json_message={"card": card} if card else None, **values
        )

    def button(self, name: str, intent: str, title: str | None = None, **entities: str) -> dict[str, str]:
        """A button: its label from the responses (or given by data), its payload an intent with entities."""
        payload = f"/{intent}" + (json.dumps(entities, ensure_ascii=False) if entities else "")
        return {"title": title or self.context.words.button(name), "payload": payload}

    def show_form(self, strip: dict[str, Any] | None) -> None:
        """Tell the page how far the form is; None when no form is open."""
        self.dispatcher.utter_message(json_message={"form": strip})

    def learn(self, kind: lessons.Kind, question: str, topic_id: str | None = None, field: str | None = None) -> None:
        """Keep a question that was not answered or not well; a citizen's answer never waits for it to succeed."""
        try:
            with self.session() as session:
                lessons.add(session, kind=kind, question=question, now=self.now, topic_id=topic_id, field=field)
        except Exception as error:
            logger.warning("a question could not be kept: %s", type(error).__name__)

    def session(self) -> Any:
        """A database session that commits when left without an error."""
        return self.context.sessions.begin()


class XiaobaoAction(Action, ABC):
    """Base of every action: implement `name` and `act`; whatever `act` raises, the citizen is answered."""

    @abstractmethod
    def name(self) -> str:
        """The name in domain.yml."""

    @abstractmethod
    def act(self, turn: Turn) -> Events:
        """Answer the turn and return events."""

    def rules(self, turn: Turn) -> Events | None:
        """What decides about typed words before `act` does; None: nothing. See Door."""
        from actions import devices, follow_ups, grievances, letters, referral  # which need this module themselves

        if not self.name().startswith("action_") or self.name().startswith("action_ask_"):
            return None  # a form is being opened
        if (turn.tracker.active_loop or {}).get("name"):
            return None  # an open form hears its own answers
        for one in (devices, follow_ups, letters, referral, grievances):
            if (events := one.heard(turn)) is not None:
                return events
        return None

    def _acted(self, turn: Turn) -> Events:
        ruled = self.rules(turn) if turn.text else None
        return self.act(turn) if ruled is None else ruled

    def on_failure(self, turn: Turn) -> Events:
        """Events after an error; nothing already said may be lost."""
        return []

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Called by rasa-sdk."""
        attempt = CollectingDispatcher()
        turn = None
        try:
            turn = Turn(tracker, attempt, context(), deadlines.now())
            events = [*_after_all(turn, self._acted(turn)), *turn.also]
        except TicketError as error:
            logger.warning("%s refused: %s", self.name(), error.code)
            attempt.messages.clear()
            attempt.utter_message(response=f"utter_error_{error.code}")
            events = self.on_failure(turn) if turn else []
        except Exception as error:
            # The text of the exception may hold what the citizen said: log the place, not the message.
            logger.error("%s failed", self.name(), exc_info=_without_values())
            attempt.messages.clear()
            attempt.utter_message(
                response=self.failure_response(turn), json_message={"retry": self.retries and is_outage(error)}
            )
            events = self.on_failure(turn) if turn else []
        dispatcher.messages.extend(attempt.messages)
        return events

    # Whether the channel may run the same turn again by itself after a failure (only where that is safe and useful).
    retries: bool = False

    def failure_response(self, turn: Turn | None) -> str:
        """Which words tell of a failure."""
        return "utter_error_failed"


class Door(XiaobaoAction):
    """An action that an intent alone leads to: red lines and statutes come first, the model may have been wrong."""

    def rules(self, turn: Turn) -> Events | None:
        from actions import guidance  # which needs this module itself

        first = guidance.before_all(turn, turn.text)
        return super().rules(turn) if first is None else first


def _after_all(turn: Turn, events: Events) -> Events:
    from actions import people  # which needs this module itself

    return people.after_all(turn, events)


def _without_values() -> Any:
    """The current exception's type and traceback with an empty message."""
    kind, _, trace = sys.exc_info()
    return (RuntimeError, RuntimeError(kind.__name__ if kind else "error"), trace)

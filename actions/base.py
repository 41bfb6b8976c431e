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
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.words import Words
from xiaobao.database import is_outage, make_engine, make_sessions
from xiaobao.knowledge import library, search
from xiaobao.reading import reference as reading_reference
from xiaobao.settings import ROOT, Settings
from xiaobao.tickets import deadlines, office, reference
from xiaobao.tickets.errors import TicketError

logger = logging.getLogger(__name__)
Events = list[dict[str, Any]]


@dataclass(frozen=True)
class Context:
    """What actions need from outside; built once per process, at the first message."""

    settings: Settings
    sessions: Any
    office: office.Office
    authorities: Any
    library: library.Library
    searcher: Search
    reading: Any
    tickets: reference.Reference
    words: Words


class Search:
    """Ranks with words alone from the first second; the semantic signal joins when its index is ready.

    Embedding all wordings takes a minute of one core the first time and is kept in the data directory.
    """

    def __init__(self, known: library.Library, words_alone: search.Searcher, settings: Settings) -> None:
        self._searcher = words_alone
        self._thread: threading.Thread | None = None
        if settings.semantic_search:
            self._thread = threading.Thread(target=self._improve, args=(known, settings), daemon=True)
            self._thread.start()

    def _improve(self, known: library.Library, settings: Settings) -> None:
        try:
            self._searcher = search.Searcher(known, semantic=True, cache_dir=settings.data_dir / "cache")
        except Exception:
            logger.exception("the semantic index could not be made; search goes on with words alone")

    def wait(self) -> None:
        """Until the semantic index is in use; for measuring."""
        if self._thread:
            self._thread.join()

    def rank(self, question: str) -> search.Ranking:
        return self._searcher.rank(question)


@functools.lru_cache(maxsize=2)
def _content(reference_dir: Path, knowledge_dir: Path) -> tuple[library.Library, search.Searcher, Any, Words]:
    """What is read from data/ and the same for every office; some seconds the first time."""
    known = library.load(knowledge_dir)
    words = Words.load(ROOT / "data" / "responses")
    return known, search.Searcher(known, semantic=False), reading_reference.load(reference_dir), words


@functools.lru_cache(maxsize=1)
def context() -> Context:
    """Read settings and data; the database is only opened when a session is used."""
    settings = Settings.from_env()
    known, words_alone, reading, words = _content(settings.reference_dir, settings.knowledge_dir)
    return Context(
        settings=settings,
        sessions=make_sessions(make_engine(settings.database_url)),
        office=office.load(settings.reference_dir, settings.office_id),
        authorities=reference.load_authorities(settings.reference_dir),
        library=known,
        searcher=Search(known, words_alone, settings),
        reading=reading,
        tickets=reference.load(settings.reference_dir),
        words=words,
    )


@dataclass
class Turn:
    """One message of a citizen and the means to answer it."""

    tracker: Tracker
    dispatcher: CollectingDispatcher
    context: Context
    now: datetime

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
        """Send one message: a response by name, with buttons and a card if given."""
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

    def on_failure(self, turn: Turn) -> Events:
        """Events after an error; nothing already said may be lost."""
        return []

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Called by rasa-sdk."""
        attempt = CollectingDispatcher()
        turn = None
        try:
            turn = Turn(tracker, attempt, context(), deadlines.now())
            events = self.act(turn)
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


def _without_values() -> Any:
    """The current exception's type and traceback with an empty message."""
    kind, _, trace = sys.exc_info()
    return (RuntimeError, RuntimeError(kind.__name__ if kind else "error"), trace)

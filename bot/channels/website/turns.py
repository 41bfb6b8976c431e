"""One line of turns a conversation: run, join bursts, retry until answered, never twice.

Rasa makes turns of one conversation wait by polling once a second, swallows failed actions and forgets a
message when the process dies. Here a conversation has at most one runner, everything owed lies in the
database, and a turn is over only when its replies are stored.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from rasa.core.channels.channel import UserMessage

from bot.channels.website import bell as bells
from bot.channels.website.bell import Bell
from bot.channels.website.failures import watched
from bot.channels.website.output import WebsiteOutput
from bot.channels.website.output import of_channel as output_of_channel
from bot.channels.website.store import Store, now
from bot.channels.website.words import Words
from xiaobao.conversations import turns as owed_turns
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import SYSTEM, Message
from xiaobao.conversations.turns import Owed, Runner

logger = logging.getLogger(__name__)

GREETING = "/greet"


@dataclass(frozen=True)
class Patience:
    """How long to wait for what; all in seconds except `keep` and `stuck_after`."""

    answer: float = 6.0  # before a waiting citizen is told that all is kept
    first_pause: float = 0.5
    longest_pause: float = 5.0
    attempt: float = 50.0  # below the 60 s that Rasa's lock lives
    blind: float = 15.0  # an action server that seems down is tried all the same this often
    keep: timedelta = timedelta(hours=24)
    stuck_after: int = 12  # failures in a row with a healthy action server: the fault lies in the message


class Turns:
    """Runs what is owed. `metadata_of` adds what actions may know about the caller."""

    def __init__(
        self,
        store: Store,
        reading: Store,
        bell: Bell,
        words: Words,
        on_new_message: Callable[[UserMessage], Awaitable[object]],
        actions_answer: Callable[[], Awaitable[bool]],
        patience: Patience,
        at_once: int = 12,
        channel: str = "website",
        finished: Callable[[str], None] = lambda conversation_id: None,
    ) -> None:
        """`at_once` bounds the turns that run side by side: each computes, so that more of them only end later, and
        what comes in has to wait for the loop behind all of them.

        `channel`: whose conversations are taken up after a restart. `finished` is called with the conversation after
        each turn that was answered or given up.
        """
        self._store, self._reading, self._bell, self._words = store, reading, bell, words
        self._on_new_message, self._actions_answer = on_new_message, actions_answer
        self._patience, self._at_once = patience, at_once
        self._channel, self._finished = channel, finished
        self._me = Runner(f"{socket.gethostname()}:{os.getpid()}"[:80], _is_dead)
        self._runners: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()
        self._excuses: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        self._slots: asyncio.Semaphore | None = None

    def wake(self, conversation_id: str, address_key: str | None = None) -> None:
        """Something is owed to this conversation: see to it that somebody runs it."""
        if address_key:
            self._addresses[conversation_id] = address_key
        self._woken.add(conversation_id)
        if conversation_id not in self._runners:
            self._runners[conversation_id] = asyncio.create_task(self._run(conversation_id))

    async def recover(self) -> int:
        """Take up everything that a former process left owed; returns for how many conversations."""
        conversations = await self._store(owed_turns.unfinished, self._channel)
        for conversation_id in conversations:
            self.wake(conversation_id)
        return len(conversations)

    async def stop(self) -> None:
        """End all runners; what they were at stays owed."""
        runners = list(self._runners.values())
        for runner in runners:
            runner.cancel()
        await asyncio.gather(*runners, return_exceptions=True)

    async def answer(self, conversation_id: str, seq: int) -> list[Message]:
        """The replies to the citizen's message `seq`, or after six seconds the word that all is kept."""
        deadline = time.monotonic() + self._patience.answer
        with self._bell.listen(conversation_id) as heard:
            while True:
                replies = await self._reading(owed_turns.replies_to, conversation_id, seq)
                if replies is not None:
                    return replies
                left = deadline - time.monotonic()
                if left <= 0:
                    return await self._tell(conversation_id, seq)
                await bells.wait(heard, left)
                heard.clear()

    async def _tell(self, conversation_id: str, seq: int) -> list[Message]:
        text = self._excuses.get(conversation_id) or self._words.say("saved")
        told = await self._store(owed_turns.tell_once, conversation_id, text, now())
        self._bell.ring(conversation_id)
        if told is not None:
            return [told]
        return await self._reading(owed_turns.replies_to, conversation_id, seq) or []

    async def _run(self, conversation_id: str) -> None:
        """Run turns until nothing is owed. `_woken` closes the gap between the last look and the end."""
        try:
            while conversation_id in self._woken:
                self._woken.discard(conversation_id)
                try:
                    while (owed := await self._next(conversation_id)) is not None:
                        await self._finish(owed)
                except Exception as error:  # mostly the database; whatever it is, the turn stays owed
                    logger.error("A turn could not be kept (%s); trying again.", type(error).__name__)
                    self._woken.add(conversation_id)
                    await asyncio.sleep(self._patience.first_pause)
        finally:
            self._runners.pop(conversation_id, None)
            self._excuses.pop(conversation_id, None)
            self._addresses.pop(conversation_id, None)

    async def _next(self, conversation_id: str) -> Owed | None:
        owed: Owed | None = await self._store(owed_turns.next_turn, conversation_id, self._me, now())
        return owed

    async def _finish(self, owed: Owed) -> None:
        """Run one turn until it is answered, given up for its age, or proven to be stuck."""
        pause, stuck = self._patience.first_pause, 0
        hopeless = 2 if owed.payload == GREETING else self._patience.stuck_after
        while True:
            output, failed = await self._attempt(owed)
            if not failed:
                await self._store(owed_turns.answer, owed.turn_id, output.replies, now(), form=output.form)
                break
            healthy = await self._actions_answer()
            stuck = stuck + 1 if healthy and not output.wants_retry else 0
            if stuck >= hopeless:
                await self._give_up(owed, output, "stuck")
                break
            if now() - owed.received_at > self._patience.keep:
                await self._give_up(owed, WebsiteOutput(), "too_old")
                break
            await self._pause(pause, healthy)
            pause = min(pause * 2, self._patience.longest_pause)
            if not await self._store(owed_turns.renew, owed.turn_id, self._me, now()):
                return  # another process has taken it over
        self._finished(owed.conversation_id)
        self._excuses.pop(owed.conversation_id, None)
        self._bell.ring(owed.conversation_id)

    async def _attempt(self, owed: Owed) -> tuple[WebsiteOutput, bool]:
        """Run the bot once; (what it said, whether that was a failure)."""
        output = output_of_channel(owed.channel)
        message = UserMessage(
            owed.payload,
            output,
            owed.conversation_id,
            input_channel=owed.channel,
            metadata={"turn_id": owed.turn_id, "address_key": self._addresses.get(owed.conversation_id)},
        )
        if self._slots is None:
            self._slots = asyncio.Semaphore(self._at_once)
        async with self._slots:
            with watched() as failures:
                try:
                    await asyncio.wait_for(self._on_new_message(message), self._patience.attempt)
                except asyncio.TimeoutError:
                    failures.append("timeout")
                except Exception as error:  # whatever breaks in there, the message stays owed
                    failures.append(type(error).__name__)
        if output.wants_retry and output.replies:
            self._excuses[owed.conversation_id] = output.replies[-1].text
        failed = bool(failures) or output.wants_retry or not output.replies
        if failed:
            logger.warning("Turn %s gave no answer (%s).", owed.turn_id, ", ".join(failures) or "silence")
        return output, failed

    async def _give_up(self, owed: Owed, output: WebsiteOutput, why: str) -> None:
        """Show what there is, else say plainly that this message could not be handled. A greeting ends silently."""
        replies = output.replies
        if not replies and owed.payload != GREETING:
            replies = [Draft(speaker=SYSTEM, text=self._words.say(why))]
        logger.error("Turn %s was given up: %s.", owed.turn_id, why)
        await self._store(owed_turns.abandon, owed.turn_id, replies, now())

    async def _pause(self, seconds: float, healthy: bool) -> None:
        """Wait before the next attempt; while the action server is down, wait for it instead of burdening Rasa."""
        await asyncio.sleep(seconds)
        if healthy:
            return
        until = time.monotonic() + self._patience.blind
        while time.monotonic() < until and not await self._actions_answer():
            await asyncio.sleep(self._patience.first_pause)


def _is_dead(runner: str) -> bool:
    """Whether a process of this machine that ran turns is gone; of other machines nothing is known."""
    host, _, process = runner.rpartition(":")
    if host != socket.gethostname()[: len(host)] or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False

"""From messages that wait in the database to what the citizen sees: in the response, by a message of our own, or later.

What is handed over is marked in the same transaction, so that nothing is shown twice by us. A message of our own is
noted before it is sent: when the platform's answer never comes, it is not repeated; the citizen's next visit shows it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.channels.website.store import Store, now
from bot.channels.website.words import Words
from bot.channels.wechat import rendering
from bot.channels.wechat.client import Client, Outcome
from bot.channels.wechat.rendering import Shown
from xiaobao.conversations import wechat
from xiaobao.conversations.quiet import NEVER, WRITES, Quiet

logger = logging.getLogger(__name__)

SENDING_LASTS = timedelta(seconds=60)  # longer than all tries of one call
LINE_OPEN = timedelta(seconds=6)  # the platform hangs up after five
LOOK = 0.5


@dataclass(frozen=True)
class Leave:
    """What is to be sent now, with what each text is paid for."""

    texts: tuple[str, ...]
    choices: tuple[dict[str, Any], ...]
    lines: str = ""  # the choices in words, for the case that the menu message does not arrive


class Delivery:
    """Shows what waits. One per process."""

    def __init__(
        self,
        store: Store,
        reading: Store,
        client: Client,
        words: Words,
        link: Callable[[Session, str], str],
        ask: Callable[[Session, str], str],
        site: str = "",
        quiet: Quiet = NEVER,
    ) -> None:
        """`site` is the address of the website, "" where there is none. `quiet`: when nobody is woken. `link` makes a fresh address for a conversation; it stands in no stored message. `ask` words the question for
        one reminder, "" where there is nothing to ask."""
        self._store, self._reading, self._client, self._words, self._link = store, reading, client, words, link
        self._ask, self._site, self._quiet = ask, site, quiet
        self._tasks: set[asyncio.Task[None]] = set()

    async def passive(self, openid: str, key: str) -> str | None:
        """The text for the response to the push `key`; None when nothing waits. What does not fit is parked."""
        text: str | None = await self._store(self._take_passive, openid, key)
        return text

    def _take_passive(self, session: Session, openid: str, key: str) -> str | None:
        settled, answer = wechat.settled(session, key)
        if settled:  # by another push of the same message; what waits now (the answer's second part, say) is not its
            return answer
        shown = self._shown(session, openid, visited=True)
        if not shown.texts:
            return None
        wechat.park(session, openid, shown.texts[1:])
        wechat.replied(session, key, shown.texts[0])
        return shown.texts[0]

    async def send(self, openid: str) -> Outcome | None:
        """Send what waits by messages of our own; the last outcome, None when nothing waited.

        Outcome.NO_WINDOW or NOT_GRANTED: it still waits, for the citizen's next message.
        """
        leave: Leave | Outcome | None = await self._store(self._begin, openid)
        if leave is None or isinstance(leave, Outcome):
            return leave
        outcome, hint = Outcome.SENT, self._words.say("wechat_choose")
        for n, text in enumerate(leave.texts):
            last = n + 1 == len(leave.texts)
            if outcome in (Outcome.SENT, Outcome.UNKNOWN):
                outcome = await self._client.send_text(openid, text, leave.choices if last else (), hint)
            await self._store(self._settle, openid, text, outcome, leave.lines if last else "")
        return outcome

    def _begin(self, session: Session, openid: str) -> Leave | Outcome | None:
        row = wechat.known(session, openid)
        if row is None:
            return Outcome.GONE
        if not wechat.waits(session, row):
            return None
        if wechat.account(session, self._client.account.app_id).may_send is False:
            return Outcome.NOT_GRANTED
        left = wechat.left_to_send(row, now())
        if left < 1:
            return Outcome.NO_WINDOW
        shown = self._shown(session, openid, visited=False)
        # As a menu message only when all of it may go: what is left for later keeps its numbered lines.
        as_menu = bool(shown.choices) and len(shown.bare) <= left
        texts = shown.bare if as_menu else shown.texts
        wechat.spend(session, openid, len(texts[:left]))
        wechat.park(session, openid, texts[left:])
        wechat.begin_sending(session, openid, texts[:left], now() + SENDING_LASTS)
        return Leave(texts, shown.choices, shown.lines) if as_menu else Leave(texts[:left], ())

    def _settle(self, session: Session, openid: str, text: str, outcome: Outcome, lines: str = "") -> None:
        if outcome == Outcome.GONE:
            wechat.gone(session, openid)
            return
        whole = f"{text}\n\n{lines}" if lines else text
        wechat.end_sending(session, openid, text, unsure=whole if outcome == Outcome.UNKNOWN else None)
        if outcome == Outcome.UNKNOWN:
            logger.warning("A message was sent and the platform's answer never came; it is not repeated.")
        if outcome == Outcome.NO_WINDOW:
            wechat.used_up(session, openid)
        if outcome == Outcome.NOT_GRANTED:
            wechat.account(session, self._client.account.app_id, lock=True).may_send = False
        if outcome in (Outcome.NOT_SENT, Outcome.NOT_GRANTED):
            wechat.refund(session, openid)
        if outcome in (Outcome.NO_WINDOW, Outcome.NOT_GRANTED, Outcome.NOT_SENT, Outcome.REFUSED):
            wechat.park(session, openid, (whole,), behind=True)
        if outcome == Outcome.SENT:
            wechat.account(session, self._client.account.app_id).may_send = True

    def _shown(self, session: Session, openid: str, visited: bool) -> Shown:
        taken = wechat.take(session, openid, visited)
        filed = any((message.card or {}).get("type") == "receipt" for message in taken.messages)
        more = self._ask(session, openid) if filed else ""
        shown = rendering.render(taken, self._words.label, self._words.say, more)
        # What comes between two turns (收到 for a photo) asks nothing, and of texts that come late the choices count:
        # what was offered last stays good.
        asked = any(message.turn_id is not None for message in taken.messages)
        if shown.choices or (asked and not (taken.parked or taken.unsure)):
            wechat.offer(session, openid, shown.choices)
        site = self._site
        texts, bare = (tuple(rendering.with_address(text, site) for text in part) for part in (shown.texts, shown.bare))
        return self._with_link(session, openid, Shown(texts, bare, shown.choices, shown.lines))

    def _with_link(self, session: Session, openid: str, shown: Shown) -> Shown:
        """Where a message says 〔网页链接〕 the citizen gets one; desk and website keep those words."""
        here = self._words.say("wechat_link_here")
        row = wechat.known(session, openid)
        if row is None or not any(here in text for text in shown.texts):
            return shown
        address = self._link(session, row.conversation_id)
        texts, bare = (tuple(text.replace(here, address) for text in part) for part in (shown.texts, shown.bare))
        return Shown(texts, bare, shown.choices, shown.lines)

    def after_turn(self, conversation_id: str) -> None:
        """A turn is over: when no line is open on which its answer goes back, send it."""
        task = asyncio.get_running_loop().create_task(self._after_turn(conversation_id))
        self._tasks.add(task)  # a task without a reference may vanish
        task.add_done_callback(self._tasks.discard)

    async def _after_turn(self, conversation_id: str) -> None:
        openid = await self._reading(_openid, conversation_id)
        if openid is None:
            return
        while await self._reading(wechat.awaited, conversation_id, now() - LINE_OPEN):
            await asyncio.sleep(LOOK)
        try:
            await self.send(openid)
        except Exception as error:  # the message waits in the database; the next look takes it up
            logger.error("What waits could not be sent (%s).", type(error).__name__)

    async def recover(self) -> None:
        """After a start and now and then: what a dead process left, and what nobody was told.

        In quiet hours only those who just wrote.
        """
        await self._store(wechat.orphaned, now())
        await self._store(wechat.forget_pushes, now())
        awake = now() - WRITES if self._quiet.until(now()) else None
        for conversation_id in await self._reading(wechat.unanswered, now(), awake):
            self.after_turn(conversation_id)

    async def stop(self) -> None:
        """End what is being sent; it is noted as unsure by the next start."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _openid(session: Session, conversation_id: str) -> str | None:
    row = wechat.of_conversation(session, conversation_id)
    return row.openid if row is not None else None

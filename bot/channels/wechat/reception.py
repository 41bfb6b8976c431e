"""What is made of each push: stored first, then answered within five seconds or afterwards, once.

The platform hangs up after five seconds, sends the same push up to three times and shows its own fault text when none
is answered. So the turn runs on its own, the answer goes back with the push when it is ready in time, and every
repetition gets the same answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.channels.website import bell as bells
from bot.channels.website import consents, limits, typed
from bot.channels.website.problems import Problem
from bot.channels.website.store import Store, now
from bot.channels.website.turns import GREETING
from bot.channels.website.website import Website
from bot.channels.wechat.client import Client
from bot.channels.wechat.delivery import Delivery
from bot.channels.wechat.incoming import Push
from bot.channels.wechat.media import Media
from xiaobao.conversations import messages, takeovers, turns, wechat
from xiaobao.conversations.messages import Draft, UnknownButton, UsedButton
from xiaobao.conversations.scenes import Scene
from xiaobao.conversations.tables import CITIZEN, SYSTEM, WechatAccount, WechatCitizen
from xiaobao.conversations.wechat import ACTION, LATE, MESSAGE, QUIET, REPLIED
from xiaobao.database import is_outage

logger = logging.getLogger(__name__)

IN_TIME = 4.2  # seconds: the platform waits for five
LAST_TRY = 3
LOOK = 0.5  # seconds between two looks for what another process answered
FIRST_PAUSE, LONGEST_PAUSE, KEEP_TRYING = 0.1, 1.0, 20.0  # seconds; three tries of the platform last fifteen
HOLD = 10.0  # longer than the platform waits: it hangs up and tries again
MEDIA_KINDS = ("image", "voice", "video", "shortvideo")
UNSUPPORTED = "[收到不支持的消息类型，暂无法显示]"  # the platform's own words for a sticker
DISTRICT = re.compile(
    r"(?:[一-鿿]{2,8}?(?:省|自治区))?[一-鿿]{2,8}?(?:市|自治州|地区|盟)(?:[一-鿿]{1,8}?(?:区|县|市|旗))?"
)
WEBSITE = re.compile(r"[“\"]?(?:去|到|用|打开)?网页(?:版|链接|上传)?[”\"]?[。！]?")  # 网站 alone may be an answer
SCENE_PREFIX = "qrscene_"


@dataclass(frozen=True)
class Taken:
    """What a push became. `seq`: the citizen's message whose turn answers it, None when the answer is there already."""

    openid: str
    conversation_id: str
    seq: int | None
    media: tuple[str, str] | None = None  # key and media id of a file to fetch
    quiet: bool = False


class NotKept(Exception):
    """What a citizen sent is not stored, and they have to be told."""


@dataclass
class Storing:
    """A push that is being stored, how many tries of the platform waited for that, and whether the citizen was told
    that it will not be: then it must not be, or they would have it twice."""

    task: asyncio.Task[Taken | None] | None = None
    tries: int = 0
    given_up: bool = False


class Reception:
    """Takes pushes in. `menu` gives the command of a menu key, `scenes` what the office's printed codes stand for."""

    def __init__(
        self,
        site: Website,
        client: Client,
        delivery: Delivery,
        media: Media,
        menu: Callable[[str], tuple[str, str] | None],
        scenes: Mapping[str, Scene],
    ) -> None:
        self.site, self._client, self._delivery, self._media, self._menu = site, client, delivery, media, menu
        self._scenes = scenes
        self._pushes = Store(site.sessions_made, threads=2)  # never behind what the turns read and write
        self._storing: dict[str, Storing] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def answer(self, push: Push) -> str | None:
        """The text that goes back with this push, None for `success`."""
        begun = time.monotonic()
        known = await self.site.reading(_known, push.key)
        if known is None:
            try:
                taken = await self._first(push, begun)
            except NotKept:
                return self.site.words.say("wechat_not_kept")
            if taken is not None:
                return await self._reply(push, taken, begun, tries=1)
            known = await self.site.reading(_known, push.key)  # another try or process was first
        if known is None or known.state in (LATE, QUIET):
            return None
        if known.state == REPLIED:
            return known.reply
        await self._pushes(wechat.again, push.key, now())
        media = (wechat.digest(push.key), known.media_id) if known.media_id else None
        taken = Taken(push.sender, known.conversation_id, known.seq, media)
        return await self._reply(push, taken, begun, tries=known.tries + 1)

    async def _first(self, push: Push, begun: float) -> Taken | None:
        """Store the push; None when it is stored already. A try that finds the storing under way waits for it.

        Nothing is answered before it is stored: the platform tries again. Raises NotKept when there will be no other
        try, or when trying again is of no use: then the citizen is told.
        """
        storing = self._storing.get(push.key)
        mine = storing is None
        if storing is None:
            storing = self._storing[push.key] = Storing()
            storing.task = self._run(self._keep(push, storing))
            storing.task.add_done_callback(partial(self._stored, push.key))
        assert storing.task is not None
        storing.tries += 1
        last = storing.tries >= LAST_TRY
        await asyncio.wait({storing.task}, timeout=begun + (IN_TIME if last else HOLD) - time.monotonic())
        if not storing.task.done():
            if not last:
                return None  # the platform has hung up
            storing.given_up = True
            logger.error("A push could not be stored in three tries; the citizen is asked to send it again.")
            raise NotKept
        if storing.task.exception() is not None:
            raise NotKept
        return storing.task.result() if mine else None

    def _stored(self, key: str, task: asyncio.Task[Taken | None]) -> None:
        self._storing.pop(key, None)
        if not task.cancelled():
            task.exception()  # looked at: the citizen was told, and it stands in the log

    async def _keep(self, push: Push, storing: Storing) -> Taken | None:
        """Store the push, however long the database is away within reason; None when another process was first."""
        pause, until = FIRST_PAUSE, time.monotonic() + KEEP_TRYING
        while True:
            try:
                taken: Taken = await self._pushes(self._store_wanted, push, storing)
            except IntegrityError:
                return None
            except Exception as error:
                logger.error("A push could not be stored (%s).", type(error).__name__)
                if not is_outage(error) or time.monotonic() > until:
                    raise
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                if taken.seq is not None:  # whether or not anybody still holds the line
                    self.site.turns.wake(taken.conversation_id)
                return taken

    def _store_wanted(self, session: Session, push: Push, storing: Storing) -> Taken:
        taken = self._store_push(session, push)
        session.flush()
        if storing.given_up:
            raise NotKept
        return taken

    async def _reply(self, push: Push, taken: Taken, begun: float, tries: int) -> str | None:
        if taken.quiet:
            return None
        if taken.media is not None:
            await self._fetched(taken, begun)
        elif taken.seq is not None:
            self.site.turns.wake(taken.conversation_id)  # after a restart nobody else does
            if not await self._answered(taken, begun, tries):
                return await self._late(push, taken, tries)
        text = await self._delivery.passive(taken.openid, push.key)
        if text is None and not await self.site.store(wechat.late, push.key):
            known = await self.site.reading(_known, push.key)  # the same push came twice at once: both get its answer
            return known.reply if known else None
        return text

    async def _answered(self, taken: Taken, begun: float, tries: int) -> bool:
        """Whether the turn ended in time. An account that may not send by itself lets the platform try again."""
        assert taken.seq is not None
        patience = IN_TIME if tries >= LAST_TRY or await self._may_send(taken.openid) else HOLD
        with self.site.bell.listen(taken.conversation_id) as heard:
            while True:
                if await self.site.reading(turns.replies_to, taken.conversation_id, taken.seq) is not None:
                    return True
                left = begun + patience - time.monotonic()
                if left <= 0:
                    return False
                await bells.wait(heard, min(left, LOOK))  # another process may have answered: its bell is not heard
                heard.clear()

    async def _may_send(self, openid: str) -> bool:
        allowed: bool = await self.site.reading(_may_send, self._client.account.app_id, openid)
        return allowed

    async def _late(self, push: Push, taken: Taken, tries: int) -> str | None:
        """The time is up: by a message of our own when there is a right to it, else the citizen is told to come back."""
        if await self._may_send(taken.openid):
            if not await self.site.store(wechat.late, push.key):
                known = await self.site.reading(_known, push.key)  # the same push, come twice, was answered just now
                return known.reply if known else None
            self._run(self._client.typing(taken.openid))
            self._delivery.after_turn(taken.conversation_id)  # the turn may have ended a moment ago
            return None
        told: str | None = await self.site.store(wechat.replied, push.key, self.site.words.say("wechat_wait"))
        return told

    async def _fetched(self, taken: Taken, begun: float) -> None:
        """Fetch a file; when it takes too long, what is said of it comes by a message of our own."""
        assert taken.media is not None
        task = self._run(self._media.fetch(taken.conversation_id, *taken.media))
        left = max(0.0, begun + IN_TIME - time.monotonic())
        done, _ = await asyncio.wait({task}, timeout=left)
        if not done:
            task.add_done_callback(lambda _: self._delivery.after_turn(taken.conversation_id))

    def _run(self, work: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _store_push(self, session: Session, push: Push) -> Taken:
        """One transaction: the push is remembered together with what it became."""
        at = now()
        if push.kind == "event.unsubscribe":
            wechat.gone(session, push.sender)
            wechat.note_push(session, push.key, at, awaits=False)
            return Taken(push.sender, "", None, quiet=True)
        quiet = push.is_event and push.kind not in ("event.subscribe", "event.scan", "event.click")
        if quiet and wechat.known(session, push.sender) is None:
            wechat.note_push(session, push.key, at, awaits=False)
            return Taken(push.sender, "", None, quiet=True)
        row = wechat.citizen(session, push.sender, at)
        seq, media_id = None, None
        if quiet:
            pass
        elif push.is_event:
            wechat.opened(row, ACTION, at)
            seq, quiet = self._acted(session, row, push)
        else:
            wechat.opened(row, MESSAGE, at)
            messages.seen(session, row.conversation_id, at)
            media_id = push.fields.get("MediaId") if push.kind in MEDIA_KINDS else None
            if media_id is None:
                seq = self._said(session, row, push)
        wechat.note_push(
            session,
            push.key,
            at,
            conversation_id=row.conversation_id,
            seq=seq,
            media_id=media_id[:200] if media_id else None,
            awaits=not quiet,
        )
        media = (wechat.digest(push.key), media_id) if media_id else None
        return Taken(push.sender, row.conversation_id, seq, media, quiet)

    def _acted(self, session: Session, row: WechatCitizen, push: Push) -> tuple[int | None, bool]:
        """(the message that a menu click, a follow or a scan became, whether nothing is to be said)."""
        key = push.fields.get("EventKey", "")
        if push.kind == "event.click":
            found = self._menu(key)
            if found is None:
                return None, True
            return self._append(session, row, push, *found), False
        if key:
            row.scene = key.removeprefix(SCENE_PREFIX)[:64]
        scene = self._scenes.get(row.scene or "") if key else None
        if scene is not None:
            about = json.dumps({"slot_name": "scene", "value": scene.scene})
            said = self.site.words.say("wechat_scanned", title=scene.title)
            return self._append(session, row, push, said, f"{GREETING}{about}"), False
        if push.kind == "event.scan" and row.shown_seq:
            return None, True  # somebody who is here already scans a poster again
        return self._append(session, row, push, self.site.words.say("wechat_followed"), GREETING), False

    def _said(self, session: Session, row: WechatCitizen, push: Push) -> int | None:
        """The message that words, a link or a place became; None when it was answered at once."""
        try:
            self.site.limits.spend("message", row.conversation_id, limits.MESSAGES)
            return self._words(session, row, push)
        except Problem as problem:
            self._tell(session, row, self.site.words.say(f"error_{problem.code}", **problem.params))
            if problem.code == "text_too_long":
                self._tell(session, row, self._way_to_the_website())
            return None

    def _words(self, session: Session, row: WechatCitizen, push: Push) -> int | None:
        if push.kind == "text" and push.text.strip() != UNSUPPORTED:
            choice = wechat.chosen(row, push.text, push.menu_id)
            # To a human a number is a number; only a tap is certainly meant for the bot.
            to_human = push.menu_id is None and takeovers.with_human(session, row.conversation_id)
            if choice is not None and not to_human:
                return self._pressed(session, row, push, choice["button"])
            if WEBSITE.fullmatch(push.text.strip()):
                self._tell(session, row, self._way_to_the_website())
                return None
            return self._typed(session, row, push, push.text)
        if push.kind == "link":
            told = (push.fields.get(name, "") for name in ("Title", "Description", "Url"))
            return self._typed(session, row, push, " ".join(part for part in told if part))
        if push.kind == "location":
            return self._place(session, row, push.fields.get("Label", ""))
        self._tell(session, row, self.site.words.say("wechat_file" if push.kind == "file" else "wechat_unreadable"))
        if push.kind == "file" and self.site.settings.public_url:
            self._tell(session, row, self._way_to_the_website())
        return None

    def _way_to_the_website(self) -> str:
        """The words in which the delivery puts a fresh link."""
        if not self.site.settings.public_url:
            return self.site.words.say("wechat_no_link")
        return self.site.words.say("wechat_link", here=self.site.words.say("wechat_link_here"))

    def _typed(self, session: Session, row: WechatCitizen, push: Push, text: str) -> int | None:
        key = wechat.digest(push.key)
        if consents.typed(text):
            button = self.site.consents.button_for(session, row.conversation_id, text)
            if button is not None:
                self.site.consents.answer(session, row.conversation_id, button, key, now())
                return None
        stored, told = typed.message(text)
        said = Draft(speaker=CITIZEN, text=stored, payload=told, client_message_id=key)
        message, new = messages.append(session, row.conversation_id, said, now())
        if new:
            self.site.consents.told(session, row.conversation_id, said.text, now())
        return message.seq

    def _pressed(self, session: Session, row: WechatCitizen, push: Push, button: str) -> int | None:
        key = wechat.digest(push.key)
        payload = messages.payload_of(session, row.conversation_id, button)
        if payload is not None and payload.startswith(consents.PREFIX):
            self.site.consents.answer(session, row.conversation_id, button, key, now())
            return None
        try:
            return messages.press(session, row.conversation_id, button, key, now()).seq
        except (UnknownButton, UsedButton):  # an old menu message, tapped again: its words still say what is meant
            return self._typed(session, row, push, push.text)

    def _place(self, session: Session, row: WechatCitizen, label: str) -> int | None:
        """The district of a place, to be confirmed; coordinates and the rest of the address are not kept."""
        found = DISTRICT.search(label)
        if found is None:
            self._tell(session, row, self.site.words.say("wechat_no_place"))
            return None
        asked = self.site.words.response("utter_channel_wechat_place", {"district": found.group()})
        said = Draft(speaker=SYSTEM, text=asked["text"], buttons=asked["buttons"])
        messages.append(session, row.conversation_id, said, now())
        return None

    def _append(self, session: Session, row: WechatCitizen, push: Push, text: str, payload: str) -> int:
        said = Draft(speaker=CITIZEN, text=text, payload=payload, client_message_id=wechat.digest(push.key))
        return messages.append(session, row.conversation_id, said, now())[0].seq

    def _tell(self, session: Session, row: WechatCitizen, text: str) -> None:
        messages.append(session, row.conversation_id, Draft(speaker=SYSTEM, text=text), now())


@dataclass(frozen=True)
class Known:
    """A push that was here before."""

    state: str
    reply: str | None
    conversation_id: str
    seq: int | None
    media_id: str | None
    tries: int


def _known(session: Session, key: str) -> Known | None:
    row = wechat.push(session, key)
    if row is None:
        return None
    return Known(row.state, row.reply, row.conversation_id or "", row.seq, row.media_id, row.tries)


def _may_send(session: Session, app_id: str, openid: str) -> bool:
    row = session.get(WechatCitizen, openid)
    account = session.get(WechatAccount, app_id)
    if row is None or (account is not None and account.may_send is False):
        return False
    return wechat.left_to_send(row, now()) > 0

"""Photos, voice and video that a citizen sent: fetched at once (the platform keeps them for three days) into evidence."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from collections.abc import Callable
from pathlib import Path

import aiohttp
from sqlalchemy.orm import Session

from bot.channels.website import contents
from bot.channels.website.evidence import Evidence
from bot.channels.website.problems import Problem
from bot.channels.website.store import now
from bot.channels.website.uploads import Target, judged
from bot.channels.website.website import Website
from bot.channels.wechat.client import UNREADABLE, Client, Refused
from xiaobao.conversations import messages, uploads, wechat
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import SYSTEM
from xiaobao.conversations.uploads import Received

logger = logging.getLogger(__name__)

CHUNK = 64 * 1024
PAUSES = (0.5, 1.0, 5.0, 30.0)  # seconds between attempts, the last one again and again
TOLD_AFTER = 2  # attempts, before the citizen is told that it takes longer
MOST_ATTEMPTS = 9000  # three days: longer the platform keeps no file


class Media:
    """Fetches files; the same one is fetched once at a time."""

    def __init__(self, site: Website, client: Client) -> None:
        self.site, self._client = site, client
        self._evidence = Evidence(site)
        self._busy: dict[str, asyncio.Task[None]] = {}

    async def fetch(self, conversation_id: str, key: str, media_id: str) -> None:
        """Make evidence of a file, or say that it could not be fetched. `key` is the digest of its push."""
        await asyncio.shield(self._busy.get(key) or self._begin(conversation_id, key, media_id))

    def _begin(self, conversation_id: str, key: str, media_id: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(self._fetch(conversation_id, key, media_id))
        self._busy[key] = task
        task.add_done_callback(lambda _: self._busy.pop(key, None))
        return task

    async def _fetch(self, conversation_id: str, key: str, media_id: str) -> None:
        for attempt in itertools.count(1):
            await self.site.store(wechat.fetching, key, now())
            try:
                await self._take(conversation_id, media_id)
                break
            except Problem as problem:
                await self._say(conversation_id, self.site.words.say(f"error_{problem.code}", **problem.params))
                break
            except (Refused, aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
                logger.warning("A file could not be fetched (%s).", type(error).__name__)
                gone = isinstance(error, Refused) and not (error.passes or error.code == UNREADABLE)
                if gone or attempt == MOST_ATTEMPTS:
                    await self._say(conversation_id, self.site.words.say("wechat_media_lost"))
                    break
            if attempt == TOLD_AFTER:
                await self._say(conversation_id, self.site.words.say("wechat_media_later"))
            await asyncio.sleep(PAUSES[min(attempt, len(PAUSES)) - 1])
        await self.site.store(wechat.fetched, key)

    async def _take(self, conversation_id: str, media_id: str) -> None:
        """Raises Problem for what is no evidence, Refused or an error of the network."""
        file = await self._download(media_id)
        before = await self.site.reading(_last_seq, conversation_id)
        shown = await self._evidence.take(conversation_id, file, {})
        if await self.site.reading(_last_seq, conversation_id) <= max(before, shown.get("seq", 0)):
            count = await self.site.reading(uploads.count_unfiled, conversation_id)
            await self._say(conversation_id, self.site.words.say("wechat_received", count=count))

    async def _download(self, media_id: str) -> Received:
        """Raises Problem for what is no evidence, Refused or an error of the network."""
        folder: Path = self.site.settings.evidence_dir
        most = self.site.settings.video_max_mb * 1024 * 1024
        contents.room_for(folder, 0)
        answer = await self._client.media(media_id)
        target = Target(folder, _name_of(answer), secrets.token_hex(16))
        try:
            async for data in answer.content.iter_chunked(CHUNK):
                await self.site.store.in_thread(lambda d=data: target.write(d))  # type: ignore[misc]
                if target.size > most:
                    raise Problem("file_too_large", most=self.site.settings.video_max_mb)
            return await self.site.store.in_thread(lambda: judged(target))
        except BaseException:
            target.discard()
            raise
        finally:
            answer.close()

    async def _say(self, conversation_id: str, text: str) -> None:
        await self.site.store(messages.append, conversation_id, Draft(speaker=SYSTEM, text=text), now())

    async def recover(self, told: Callable[[str], None]) -> None:
        """Begin to fetch what a dead process left; `told` is called with each conversation that was told something."""
        for key, conversation_id, media_id in await self.site.reading(wechat.unfetched, now()):
            if key not in self._busy:
                task = self._begin(conversation_id, key, media_id)
                task.add_done_callback(lambda _, c=conversation_id: told(c))  # type: ignore[misc]

    async def stop(self) -> None:
        """End what is being fetched; the next start takes it up."""
        busy = list(self._busy.values())
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)


def _last_seq(session: Session, conversation_id: str) -> int:
    return messages.conversation(session, conversation_id).last_seq


def _name_of(answer: aiohttp.ClientResponse) -> str:
    found = answer.content_disposition
    return (found.filename if found and found.filename else None) or "wechat"

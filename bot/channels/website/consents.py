"""The consent that a sensitive file needs: asked once a kind, answered by button or by the word, without a turn of the bot.

The words of the question are stored with the conversation, their version with the file (《个人信息保护法》 art. 29, 30).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from bot.channels.website.words import Words
from xiaobao.conversations import messages, sensitive, uploads
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.sensitive import Kind, Kinds
from xiaobao.conversations.tables import BOT, CITIZEN, Message, Upload

PREFIX = "channel:consent:"  # payloads that the channel answers itself; Rasa is never told
AGREE, REFUSE = "agree", "refuse"
TYPED = {AGREE: re.compile(r"(?:我)?同意(?:保存)?(?:吧|的)?"), REFUSE: re.compile(r"(?:我)?不同意(?:保存)?")}
BEFORE, AFTER = timedelta(minutes=3), timedelta(minutes=10)  # how far words and file may be apart to belong together


@dataclass(frozen=True)
class Consents:
    """Knows the kinds, the words and where the files lie."""

    kinds: Kinds
    words: Words
    folder: Path

    def of_file(self, session: Session, conversation_id: str, names: Sequence[str], now: datetime) -> Kind | None:
        """What a file is by its name or caption, or by what was just typed about it."""
        for name in names:
            if found := sensitive.named(name, self.kinds):
                return found
        said = _last_typed(session, conversation_id)
        return sensitive.told(said.text, self.kinds) if said and said.at > now - BEFORE else None

    def ask(self, session: Session, conversation_id: str, kind: Kind, now: datetime) -> Message:
        """Put the question into the conversation."""
        question = self.words.say("consent_ask", title=kind.title, why=kind.why, risk=kind.risk)
        buttons = [self._button(answer, answer, kind, sensitive.version(question)) for answer in (AGREE, REFUSE)]
        draft = Draft(speaker=BOT, text=question, buttons=buttons)
        return messages.append(session, conversation_id, draft, now)[0]

    def _button(self, title: str, answer: str, kind: Kind, version: str) -> dict[str, str]:
        return {"title": self.words.say(f"consent_{title}"), "payload": f"{PREFIX}{answer}:{kind.id}:{version}"}

    def declare(self, session: Session, upload: Upload, kind: Kind, now: datetime) -> None:
        """The citizen says what a file is: ask for consent, or take it away when files of its kind were refused."""
        if upload.filed_as or upload.consent in uploads.GONE or upload.kind == kind.id:
            return
        try:
            if uploads.declare(session, upload, kind.id):
                self.ask(session, upload.conversation_id, kind, now)
        except uploads.Unwanted:
            self._remove(uploads.drop(upload, kind.id, uploads.REFUSED, None, now))
            said = Draft(speaker=BOT, text=self.words.say("error_file_refused", title=kind.title))
            messages.append(session, upload.conversation_id, said, now)

    def told(self, session: Session, conversation_id: str, text: str, now: datetime) -> bool:
        """Somebody typed what the file just sent is; true when that is noted now."""
        kind = sensitive.told(text, self.kinds)
        upload = uploads.newest_unnamed(session, conversation_id, now - AFTER) if kind else None
        if kind is None or upload is None:
            return False
        self.declare(session, upload, kind, now)
        return True

    def button_for(self, session: Session, conversation_id: str, text: str) -> str | None:
        """The button that a typed 同意 or 不同意 means: only when the question was the last thing said."""
        answer = typed(text)
        last = messages.last_of_others(session, conversation_id) if answer else None
        unused = [b for b in (last.buttons if last else []) if not b["used"]]
        return next((b["id"] for b in unused if b["payload"].startswith(f"{PREFIX}{answer}:")), None)

    def answer(
        self, session: Session, conversation_id: str, button_id: str, key: str | None, now: datetime
    ) -> tuple[Message, list[Message]]:
        """Act on a pressed button: (the citizen's message, what is said to it). The same key again changes nothing.

        Raises UnknownButton, UsedButton, and OSError when the file could not be taken from the disk: nothing is noted then.
        """
        payload = messages.payload_of(session, conversation_id, button_id) or ""
        sent = messages.press(session, conversation_id, button_id, key, now, owed=False)
        name, kind_id, version = payload.removeprefix(PREFIX).split(":")
        act = self._agreed if name == AGREE else self._refused
        reply = act(session, conversation_id, self.kinds[kind_id], version, now)
        # The key of a notice makes one answer of a press that is sent twice.
        said, _ = messages.append(session, conversation_id, _keyed(reply, sent), now)
        return sent, [said]

    def _agreed(self, session: Session, conversation_id: str, kind: Kind, version: str, now: datetime) -> Draft:
        count = len(uploads.agree(session, conversation_id, kind.id, version, now))
        if not count:
            return Draft(speaker=BOT, text=self.words.say("consent_too_late", title=kind.title))
        withdraw = self._button("withdraw", REFUSE, kind, version)
        return Draft(speaker=BOT, text=self.words.say("consent_given", title=kind.title), buttons=[withdraw])

    def _refused(self, session: Session, conversation_id: str, kind: Kind, version: str, now: datetime) -> Draft:
        count, paths = uploads.refuse(session, conversation_id, kind.id, version, now)
        self._remove(paths)
        name = "consent_refused" if count else "consent_too_late"
        return Draft(speaker=BOT, text=self.words.say(name, title=kind.title))

    def _remove(self, paths: Sequence[str]) -> None:
        """Before the commit: a crash in between leaves a row to be answered again, never bytes without consent."""
        for path in paths:
            (self.folder / path).unlink(missing_ok=True)


def typed(text: str) -> str | None:
    """The answer that a typed word would be, if a question is open."""
    return next((answer for answer, words in TYPED.items() if words.fullmatch(text.strip("。.，, "))), None)


def _keyed(draft: Draft, sent: Message) -> Draft:
    return Draft(draft.speaker, draft.text, draft.buttons, notice_id=f"consent-{sent.conversation_id[:16]}-{sent.seq}")


def _last_typed(session: Session, conversation_id: str) -> Message | None:
    """The citizen's last typed words, when no more than their own files came after them."""
    newest = messages.conversation(session, conversation_id).last_seq
    for message in reversed(messages.after(session, conversation_id, newest - 6)):
        if message.speaker == CITIZEN and not message.card:
            return message if message.payload and not message.payload.startswith("/") else None
    return None

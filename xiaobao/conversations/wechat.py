"""The WeChat side of a conversation: who follows, what was pushed, what may be sent, what was handed over.

Messages live in the same tables as those of the website. Here stand the facts that only WeChat needs. Every function
takes an open session and leaves the commit to its caller.

Quotas (developers.weixin.qq.com, customer service messages): five within 48 hours of a citizen's message, three within
one minute of a menu click, a follow or a scan. A new act of the citizen opens its own window.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from xiaobao.conversations import messages
from xiaobao.conversations.tables import (
    CITIZEN,
    Message,
    WechatAccount,
    WechatCitizen,
    WechatPush,
)

CHANNEL = "wechat"
MESSAGE, ACTION = "message", "action"
WINDOWS = {MESSAGE: (5, timedelta(hours=48)), ACTION: (3, timedelta(minutes=1))}
WAITING, REPLIED, LATE, QUIET = "waiting", "replied", "late", "quiet"
MEDIA_LIVES = timedelta(days=3)
KEEP_PUSHES = MEDIA_LIVES  # the platform repeats within 15 seconds; recordings are refused by their age before that
MOST_TAKEN = 50  # messages of one handover
FETCH_LASTS = timedelta(minutes=2)  # longer than one attempt to fetch a file
TOKEN_RESERVE = timedelta(minutes=5)
REFRESH_PATIENCE = timedelta(seconds=20)


@dataclass(frozen=True)
class Handover:
    """What is to be shown now: the messages, and texts that found no place before."""

    messages: tuple[Message, ...] = ()
    parked: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()  # sent before, but nobody knows whether they arrived

    def __bool__(self) -> bool:
        return bool(self.messages or self.parked or self.unsure)


def citizen(session: Session, openid: str, now: datetime) -> WechatCitizen:
    """The follower, with a conversation; both are made at the first sight of the openid."""
    found = session.get(WechatCitizen, openid, with_for_update=True, populate_existing=True)
    if found is not None:
        return found
    conversation_id = messages.open_conversation(session, channel=CHANNEL, now=now)
    found = WechatCitizen(openid=openid, conversation_id=conversation_id)
    try:
        with session.begin_nested():
            session.add(found)
    except IntegrityError:  # another process was first
        session.delete(messages.conversation(session, conversation_id))
        known = session.get(WechatCitizen, openid, with_for_update=True, populate_existing=True)
        if known is None:
            raise
        return known
    return found


def of_conversation(session: Session, conversation_id: str) -> WechatCitizen | None:
    """The follower of a conversation, None when it is not one of WeChat or they have left."""
    return session.scalar(select(WechatCitizen).where(WechatCitizen.conversation_id == conversation_id))


def digest(key: str) -> str:
    """What a push is known by in the database."""
    return hashlib.sha256(key.encode()).hexdigest()


def push(session: Session, key: str) -> WechatPush | None:
    """The push of this key, None when it has not been here."""
    return session.get(WechatPush, digest(key), populate_existing=True)


def note_push(
    session: Session,
    key: str,
    now: datetime,
    *,
    conversation_id: str | None = None,
    seq: int | None = None,
    media_id: str | None = None,
    awaits: bool = True,
) -> WechatPush:
    """Remember a push together with what it became. Raises IntegrityError when another process was first.

    `awaits`: the platform's line is open for an answer; else nothing is to be said.
    """
    row = WechatPush(
        key=digest(key),
        conversation_id=conversation_id,
        seq=seq,
        media_id=media_id,
        state=WAITING if awaits else QUIET,
        at=now,
    )
    session.add(row)
    session.flush()
    return row


def fetched(session: Session, key_digest: str) -> None:
    """The file of a push is here, or will never be."""
    row = session.get(WechatPush, key_digest, with_for_update=True, populate_existing=True)
    if row is not None:
        row.media_id = None


def fetching(session: Session, key_digest: str, now: datetime) -> None:
    """Somebody tries to fetch the file of a push: for a while nobody else needs to."""
    row = session.get(WechatPush, key_digest, with_for_update=True, populate_existing=True)
    if row is not None:
        row.at = now


def unfetched(session: Session, now: datetime) -> list[tuple[str, str, str]]:
    """(key, conversation, media id) of files that are still to be fetched and that no process is at."""
    query = select(WechatPush).where(
        WechatPush.media_id.is_not(None), WechatPush.at > now - MEDIA_LIVES, WechatPush.at < now - FETCH_LASTS
    )
    return [(row.key, row.conversation_id or "", row.media_id or "") for row in session.scalars(query)]


def opened(row: WechatCitizen, window: str, now: datetime) -> None:
    """The citizen did something: a window opens with its full quota."""
    row.window, row.window_at, row.window_sent, row.followed = window, now, 0, True


def left_to_send(row: WechatCitizen, now: datetime) -> int:
    """How many customer service messages still fit into the open window."""
    if not row.followed or row.window is None or row.window_at is None:
        return 0
    most, lasts = WINDOWS[row.window]
    return max(0, most - row.window_sent) if now - row.window_at < lasts else 0


def spend(session: Session, openid: str, count: int) -> None:
    """Take `count` messages from the quota, before they are sent."""
    row = session.get(WechatCitizen, openid, with_for_update=True, populate_existing=True)
    if row is not None:
        row.window_sent += count


def refund(session: Session, openid: str) -> None:
    """A message that was paid for certainly never left."""
    row = session.get(WechatCitizen, openid, with_for_update=True, populate_existing=True)
    if row is not None:
        row.window_sent = max(0, row.window_sent - 1)


def known(session: Session, openid: str) -> WechatCitizen | None:
    """The follower, locked; None when they are unknown or have left."""
    return session.get(WechatCitizen, openid, with_for_update=True, populate_existing=True)


def waits(session: Session, row: WechatCitizen) -> bool:
    """Whether there is something that the citizen has not been shown."""
    if row.parked:
        return True
    query = select(Message.id).where(
        Message.conversation_id == row.conversation_id, Message.seq > row.shown_seq, Message.speaker != CITIZEN
    )
    return session.scalars(query.limit(1)).first() is not None


def held_back(session: Session, conversation_id: str, now: datetime) -> bool:
    """Whether something waits that WeChat lets us say only after the citizen's next words."""
    row = of_conversation(session, conversation_id)
    return row is not None and waits(session, row) and left_to_send(row, now) == 0


def used_up(session: Session, openid: str) -> None:
    """The platform says that the window is closed or its quota used up, whatever we counted."""
    row = session.get(WechatCitizen, openid, with_for_update=True, populate_existing=True)
    if row is not None:
        row.window = None


def take(session: Session, openid: str, visited: bool = True) -> Handover:
    """Everything that this citizen has not been shown yet, counted as shown from now on.

    Two that take at once get it once: the row is locked. Texts whose fate is unknown come again only when the
    citizen wrote (`visited`), never by themselves.
    """
    row = session.get(WechatCitizen, openid, with_for_update=True, populate_existing=True)
    if row is None:
        return Handover()
    query = select(Message).where(
        Message.conversation_id == row.conversation_id, Message.seq > row.shown_seq, Message.speaker != CITIZEN
    )
    # Oldest first, and the rest with the next look: a citizen who stayed away for months does not hold up the others.
    waiting = tuple(session.scalars(query.order_by(Message.seq).limit(MOST_TAKEN)))
    unsure = tuple(row.unsure or ()) if visited else ()
    taken = Handover(waiting, tuple(row.parked or ()), unsure)
    row.parked = []
    if visited:
        row.unsure = []
    if waiting:
        row.shown_seq = waiting[-1].seq
    return taken


def shown_elsewhere(session: Session, conversation_id: str, seq: int) -> None:
    """The citizen read up to `seq` on the website: WeChat need not say it again. What is not there yet counts not."""
    row = session.scalar(
        select(WechatCitizen).where(WechatCitizen.conversation_id == conversation_id).with_for_update()
    )
    if row is not None:
        row.shown_seq = max(row.shown_seq, min(seq, messages.conversation(session, conversation_id).last_seq))


def behind(session: Session, conversation_id: str, seq: int) -> bool:
    """Whether WeChat has not shown yet what the website has, up to `seq`."""
    query = select(WechatCitizen.openid).where(
        WechatCitizen.conversation_id == conversation_id, WechatCitizen.shown_seq < seq
    )
    return session.scalars(query).first() is not None


def has_shown() -> ColumnElement[bool]:
    """Whether WeChat has handed over a message for good: nothing of its conversation waits or is unsure. A condition."""
    mine = (WechatCitizen.conversation_id == Message.conversation_id, WechatCitizen.shown_seq >= Message.seq)
    rest = or_(*(_filled(column) for column in (WechatCitizen.parked, WechatCitizen.sending, WechatCitizen.unsure)))
    return select(WechatCitizen.openid).where(*mine, ~rest).exists()


def awaited(session: Session, conversation_id: str, since: datetime) -> bool:
    """Whether the platform still holds a line open on which the answer may go back (pushes since `since`)."""
    query = select(WechatPush.key).where(
        WechatPush.conversation_id == conversation_id, WechatPush.state == WAITING, WechatPush.at >= since
    )
    return session.scalars(query.limit(1)).first() is not None


def begin_sending(session: Session, openid: str, texts: Sequence[str], until: datetime) -> None:
    """These texts are about to go to the platform; whoever finds them after `until` knows that nobody knows."""
    row = session.get(WechatCitizen, openid, with_for_update=True, populate_existing=True)
    if row is not None:
        row.sending = [*(row.sending or ()), *({"text": text, "until": until.isoformat()} for text in texts)]


def end_sending(session: Session, openid: str, text: str, *, unsure: str | None = None) -> None:
    """The fate of a text is known, or known to be unknown: then `unsure` is what the next visit shows again."""
    row = session.get(WechatCitizen, openid, with_for_update=True, populate_existing=True)
    if row is None:
        return
    rest = list(row.sending or ())
    for n, one in enumerate(rest):
        if one["text"] == text:
            del rest[n]
            break
    row.sending = rest
    if unsure is not None:
        row.unsure = [*(row.unsure or ()), unsure]


def orphaned(session: Session, now: datetime) -> None:
    """Texts that a dead process was sending: their fate is unknown."""
    for row in session.scalars(select(WechatCitizen).where(_filled(WechatCitizen.sending)).with_for_update()):
        over = [one for one in row.sending or () if datetime.fromisoformat(one["until"]) < now]
        if over:
            row.unsure = [*(row.unsure or ()), *(one["text"] for one in over)]
            row.sending = [one for one in row.sending if one not in over]


def park(session: Session, openid: str, texts: Sequence[str], behind: bool = False) -> None:
    """These could not be sent: they come first next time, `behind` what is parked already."""
    row = session.get(WechatCitizen, openid, with_for_update=True, populate_existing=True)
    if row is not None and texts:
        kept = list(row.parked or ())
        row.parked = [*kept, *texts] if behind else [*texts, *kept]


def offer(session: Session, openid: str, choices: Sequence[dict[str, Any]]) -> None:
    """What a number or the id of a menu message stands for from now on: `n`, `menu_id`, `title`, `button`."""
    row = session.get(WechatCitizen, openid, with_for_update=True, populate_existing=True)
    if row is not None:
        row.choices = list(choices)


def chosen(row: WechatCitizen, text: str, menu_id: str | None) -> dict[str, Any] | None:
    """The choice that was tapped or whose number was typed; None for anything that was not offered."""
    for choice in row.choices or ():
        if menu_id is not None and choice["menu_id"] == menu_id:
            return choice
        if menu_id is None and text.strip().rstrip(".。、") == str(choice["n"]):
            return choice
    return None


def replied(session: Session, key: str, text: str) -> str | None:
    """Keep the answer that goes back with the push; what goes back now: the first answer counts, for every repetition.

    None when the platform was told to wait no longer.
    """
    row = session.get(WechatPush, digest(key), with_for_update=True, populate_existing=True)
    if row is None:
        return text
    if row.state == WAITING:
        row.state, row.reply = REPLIED, text
    return row.reply


def late(session: Session, key: str) -> bool:
    """The platform was told to wait no longer; False when the push was answered after all."""
    row = session.get(WechatPush, digest(key), with_for_update=True, populate_existing=True)
    if row is None or row.state != WAITING:
        return False
    row.state = LATE
    return True


def settled(session: Session, key: str) -> tuple[bool, str | None]:
    """Whether another push of the same message was answered already, and with what (None: it was told to wait)."""
    row = session.get(WechatPush, digest(key), with_for_update=True, populate_existing=True)
    return (row is not None and row.state != WAITING), (row.reply if row is not None else None)


def again(session: Session, key: str, now: datetime) -> None:
    """The platform repeats a push: its line is open once more."""
    row = session.get(WechatPush, digest(key), with_for_update=True, populate_existing=True)
    if row is not None:
        row.at, row.tries = now, row.tries + 1


def gone(session: Session, openid: str) -> str | None:
    """The citizen unfollowed: nothing is sent any more and the openid is forgotten. Returns the conversation."""
    row = session.get(WechatCitizen, openid, with_for_update=True, populate_existing=True)
    if row is None:
        return None
    conversation_id = row.conversation_id
    session.delete(row)
    session.flush()
    return conversation_id


def unanswered(session: Session, now: datetime, awake: datetime | None = None) -> list[str]:
    """Conversations with something that nobody handed over and that may be sent now: after a crash they are told once.

    Where the window is closed or its quota used up, it waits for the citizen's next visit. `awake`: only those who
    wrote since then.
    """
    open_windows = or_(
        *(
            and_(WechatCitizen.window == name, WechatCitizen.window_at > now - lasts, WechatCitizen.window_sent < most)
            for name, (most, lasts) in WINDOWS.items()
        )
    )
    waiting = select(Message.id).where(
        Message.conversation_id == WechatCitizen.conversation_id,
        Message.seq > WechatCitizen.shown_seq,
        Message.speaker != CITIZEN,
    )
    query = select(WechatCitizen.conversation_id).where(
        WechatCitizen.followed, open_windows, or_(waiting.exists(), _filled(WechatCitizen.parked))
    )
    if awake is not None:
        query = query.where(messages.wrote_since(WechatCitizen.conversation_id, awake))
    return list(session.scalars(query))


def _filled(column: Any) -> ColumnElement[bool]:
    """Whether a JSON list holds anything, said so that both databases understand it."""
    return cast(column, String).not_in(("[]", "null"))


def forget_pushes(session: Session, now: datetime) -> None:
    """Pushes that the platform will not repeat any more."""
    session.execute(delete(WechatPush).where(WechatPush.at < now - KEEP_PUSHES))


def account(session: Session, app_id: str, lock: bool = False) -> WechatAccount:
    """The office's account, made at the first use."""
    found = session.get(WechatAccount, app_id, with_for_update=lock, populate_existing=True)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            session.add(WechatAccount(app_id=app_id))
    except IntegrityError:
        pass
    made = session.get(WechatAccount, app_id, with_for_update=lock, populate_existing=True)
    assert made is not None
    return made


def token(session: Session, app_id: str, now: datetime, refused: str | None = None) -> tuple[str | None, bool]:
    """(a token that is good now or None, whether the caller has to fetch a new one).

    `refused` is a token that the platform did not take: it is not handed out again. One process fetches at a time;
    the others get (None, False) and ask again a moment later.
    """
    row = account(session, app_id, lock=True)
    good = row.token and row.token != refused and row.token_until and now < row.token_until - TOKEN_RESERVE
    if good:
        return row.token, False
    if row.refreshing_until and now < row.refreshing_until:
        return None, False
    row.refreshing_until = now + REFRESH_PATIENCE
    return None, True


def forget_token(session: Session, app_id: str, refused: str) -> None:
    """The platform did not take a token: nobody gets it again, whether or not a new one can be fetched now."""
    row = account(session, app_id, lock=True)
    if row.token == refused:
        row.token = None


def keep_token(session: Session, app_id: str, value: str | None, seconds: int, now: datetime) -> None:
    """Store a fetched token, valid for `seconds`; None: the fetch failed and somebody else may try."""
    row = account(session, app_id, lock=True)
    row.refreshing_until = None
    if value:
        row.token, row.token_until = value, now + timedelta(seconds=seconds)

"""The flat store against Rasa's own: same replies, same archive, but short."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog

from bot import tracker_store
from bot.tracker_store import COMPACT_AFTER, FlatTrackerStore, StaleTracker, compact
from tests.bot import mini_bot

SENDER = "conversation-1"


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_yaml(mini_bot.DOMAIN)


@pytest.fixture
def store(database_url: str, domain: Domain) -> Iterator[FlatTrackerStore]:
    opened = FlatTrackerStore(domain, host=database_url)
    yield opened
    opened.engine.dispose()


def a_turn(text: str = "hello", *more: Event, intent: str = "greet", action: str = "utter_greet") -> list[Event]:
    """What Rasa writes for one message: the words, an action with its events, listening again."""
    said = UserUttered(text, {"name": intent, "confidence": 0.9}, input_channel="website")
    return [said, ActionExecuted(action), *more, BotUttered("answer to " + text), ActionExecuted("action_listen")]


async def talk(store: TrackerStore, turns: list[list[Event]], sender_id: str = SENDER) -> None:
    """Each turn as the message processor does it: read, append, save."""
    for events in turns:
        tracker = await store.get_or_create_tracker(sender_id)
        for event in events:
            tracker.update(event, store.domain)
        await store.save(tracker)


def rows(store: SQLTrackerStore, sender_id: str = SENDER) -> list[dict[str, Any]]:
    """The archive."""
    with store.engine.connect() as connection:
        table = store.SQLEvent.__table__
        query = sa.select(table.c.data).where(table.c.sender_id == sender_id).order_by(table.c.id)
        return [json.loads(data) for data in connection.scalars(query)]


async def reread(store: TrackerStore, sender_id: str = SENDER) -> DialogueStateTracker:
    tracker = await store.retrieve(sender_id)
    assert tracker is not None
    return tracker


# What is kept -----------------------------------------------------------------------------------


async def test_rasa_itself_builds_the_store_from_our_endpoints(tmp_path: Path, domain: Domain) -> None:
    url = f"sqlite:///{tmp_path / 'tracker.db'}"
    config = EndpointConfig(url, type="bot.tracker_store.FlatTrackerStore")
    built = TrackerStore.create(config, domain)
    assert isinstance(built, FlatTrackerStore)
    await talk(built, [a_turn()])
    assert (await reread(built)).latest_message.text == "hello"


async def test_an_unknown_conversation_is_none(store: FlatTrackerStore) -> None:
    assert await store.retrieve("nobody") is None


async def test_after_many_turns_little_is_read_and_everything_is_archived(store: FlatTrackerStore) -> None:
    turns = [a_turn(f"message {i}", SlotSet("seen", {"n": i}), SlotSet("first", f"v{i // 7}")) for i in range(120)]
    await talk(store, turns)
    tracker = await reread(store)
    assert len(tracker.events) < 2 * COMPACT_AFTER
    assert (tracker.get_slot("seen"), tracker.get_slot("first")) == ({"n": 119}, "v17")
    said = [event["text"] for event in rows(store) if event["event"] == "user"]
    assert said == [f"message {i}" for i in range(120)]
    assert len(rows(store)) == 1 + 6 * 120


async def test_after_every_turn_the_last_events_are_those_of_the_archive(store: FlatTrackerStore) -> None:
    for i in range(35):
        await talk(store, [a_turn(f"m{i}", SlotSet("seen", i))])
        last = [event.as_dict() for event in (await reread(store)).events][-9:]
        assert last == rows(store)[-len(last) :]


async def test_a_form_with_a_hundred_questions_stays_short_and_open(store: FlatTrackerStore) -> None:
    opening = a_turn("open", ActiveLoop("order_form"), SlotSet("requested_slot", "first"), action="order_form")
    inside = [
        a_turn(f"q{i}", SlotSet("seen", i), SlotSet("requested_slot", "first"), action="order_form") for i in range(100)
    ]
    await talk(store, [opening, *inside])
    tracker = await reread(store)
    assert len(tracker.events) < 2 * COMPACT_AFTER
    assert tracker.active_loop_name == "order_form"
    assert (tracker.get_slot("requested_slot"), tracker.get_slot("seen")) == ("first", 99)
    assert tracker.get_latest_input_channel() == "website"


async def test_the_last_message_survives_with_its_entities(store: FlatTrackerStore) -> None:
    entities = [{"entity": "value", "value": "电水壶", "start": 0, "end": 3}]
    said = UserUttered("电水壶", {"name": "fill", "confidence": 1.0}, entities, message_id="m-last")
    await talk(store, [a_turn() for _ in range(30)])
    await talk(store, [[said, ActionExecuted("utter_greet"), ActionExecuted("action_listen")]])
    message = (await reread(store)).latest_message
    assert message is not None
    assert (message.text, message.intent["name"], message.entities[0]["value"]) == ("电水壶", "fill", "电水壶")


async def test_a_restart_forgets_slots_but_not_the_archive(store: FlatTrackerStore) -> None:
    await talk(store, [a_turn(f"m{i}", SlotSet("first", "old")) for i in range(40)])
    await talk(store, [[UserUttered("/restart"), ActionExecuted("action_restart"), Restarted()]])
    assert (await reread(store)).get_slot("first") is None
    await talk(store, [[ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]])
    await talk(store, [a_turn(f"n{i}") for i in range(40)])
    tracker = await reread(store)
    assert tracker.get_slot("first") is None
    assert len(tracker.events) < 2 * COMPACT_AFTER
    assert sum(event["event"] == "user" for event in rows(store)) == 81


async def test_nothing_is_shortened_while_an_action_is_still_to_follow(store: FlatTrackerStore) -> None:
    unfinished: list[Event] = [UserUttered("x", {"name": "resume"}), ActionExecuted("action_resume")]
    await talk(store, [a_turn() for _ in range(12)])
    await talk(store, [[*unfinished, *(SlotSet("seen", i) for i in range(60)), FollowupAction("order_form")]])
    tracker = await reread(store)
    assert tracker.followup_action == "order_form"
    assert tracker.latest_message is not None
    assert tracker.latest_message.text == "x"


async def test_a_conversation_that_ends_by_taking_something_back_goes_on(store: FlatTrackerStore) -> None:
    await talk(store, [a_turn() for _ in range(9)])
    taken_back = [ActionExecuted("action_count"), SlotSet("first", "0"), BotUttered("x"), ActionReverted()]
    await talk(store, [taken_back])  # the forty-first event
    await talk(store, [a_turn("after", SlotSet("first", "1")) for _ in range(3)])
    tracker = await reread(store)
    assert tracker.latest_message is not None
    assert (tracker.latest_message.text, tracker.get_slot("first")) == ("after", "1")


async def test_two_conversations_side_by_side_do_not_mix(store: FlatTrackerStore) -> None:
    for i in range(30):
        await talk(store, [a_turn(f"a{i}", SlotSet("first", f"a{i}"))], "a")
        await talk(store, [a_turn(f"b{i}", SlotSet("first", f"b{i}"))], "b")
    for name in ("a", "b"):
        assert (await reread(store, name)).get_slot("first") == f"{name}29"
        assert [e["text"] for e in rows(store, name) if e["event"] == "user"] == [f"{name}{i}" for i in range(30)]
    assert sorted(await store.keys()) == ["a", "b"]


async def test_half_of_a_pair_of_surrogates_can_be_stored(store: FlatTrackerStore) -> None:
    await talk(store, [a_turn("\ud83d", SlotSet("first", "\ud83d")) for _ in range(40)])
    assert (await reread(store)).get_slot("first") == "\ud83d"


async def test_the_full_tracker_has_every_event(store: FlatTrackerStore) -> None:
    await talk(store, [a_turn(f"m{i}") for i in range(50)])
    full = await store.retrieve_full_tracker(SENDER)
    assert full is not None
    assert len(full.events) == 1 + 4 * 50


async def test_a_slot_that_the_new_model_lacks_is_no_obstacle(store: FlatTrackerStore, domain: Domain) -> None:
    await talk(store, [a_turn("m", SlotSet("first", "1"), SlotSet("second", "2")) for _ in range(30)])
    store.domain = Domain.from_yaml(mini_bot.DOMAIN.replace("  first: {type: text", "  renamed: {type: text"))
    tracker = await reread(store)
    assert (tracker.get_slot("second"), "first" in tracker.slots) == ("2", False)
    await talk(store, [a_turn() for _ in range(30)])


# Forgetting, and others who write -------------------------------------------------------------------


async def test_forget_leaves_nothing_of_one_conversation_and_all_of_another(store: FlatTrackerStore) -> None:
    await talk(store, [a_turn() for _ in range(40)], "a")
    await talk(store, [a_turn() for _ in range(40)], "b")
    assert await store.forget("a") == 161
    assert await store.retrieve("a") is None
    assert rows(store, "a") == []
    assert len(rows(store, "b")) == 161
    assert await store.forget("a") == 0


async def test_a_conversation_that_retention_deleted_meanwhile_goes_on(store: FlatTrackerStore) -> None:
    await talk(store, [a_turn("old", SlotSet("first", "kept")) for _ in range(40)])
    in_the_middle = await reread(store)
    with store.engine.begin() as connection:
        for name in ("events", "heads"):
            connection.execute(sa.text(f"DELETE FROM {name}"))
    for event in a_turn("new"):
        in_the_middle.update(event)
    await store.save(in_the_middle)
    assert (await reread(store)).latest_message.text == "new"
    assert (await reread(store)).get_slot("first") == "kept"
    await talk(store, [a_turn(f"n{i}") for i in range(40)])
    assert [e["text"] for e in rows(store) if e["event"] == "user"][-41:] == ["new", *(f"n{i}" for i in range(40))]


@pytest.mark.parametrize("turns_before", [1, 40])
async def test_a_tracker_made_without_what_is_stored_is_refused(store: FlatTrackerStore, turns_before: int) -> None:
    await talk(store, [a_turn(f"m{i}", SlotSet("first", "kept")) for i in range(turns_before)])
    archive = rows(store)
    blank = store.init_tracker(SENDER)
    for event in [ActionExecuted("action_listen"), *(e for _ in range(60) for e in a_turn("amnesia"))]:
        blank.update(event)
    with pytest.raises(StaleTracker):
        await store.save(blank)
    assert rows(store) == archive
    assert (await reread(store)).get_slot("first") == "kept"


async def test_saving_the_same_tracker_twice_archives_it_once(store: FlatTrackerStore) -> None:
    await talk(store, [a_turn() for _ in range(9)])
    tracker = await reread(store)
    for event in a_turn():
        tracker.update(event)
    await store.save(tracker)
    await store.save(tracker)
    tracker.update(UserUttered("more"))
    await store.save(tracker)
    assert len(rows(store)) == 1 + 4 * 10 + 1


async def test_what_was_said_is_not_in_the_log_when_it_cannot_be_saved(
    store: FlatTrackerStore, caplog: pytest.LogCaptureFixture
) -> None:
    tracker = store.init_tracker(SENDER)
    for _ in range(2):
        tracker.update(SlotSet("first", "13800138000"))
    with store.engine.begin() as connection:
        connection.execute(sa.text("CREATE UNIQUE INDEX only_one ON events (sender_id)"))
    try:
        await FailSafeTrackerStore(store).save(tracker)
    finally:
        with store.engine.begin() as connection:
            connection.execute(sa.text("DROP INDEX only_one"))
    assert "unique" in caplog.text.lower()
    assert "13800138000" not in caplog.text


async def test_readers_do_not_wait_for_a_writer_and_writers_wait_five_seconds(tmp_path: Path, domain: Domain) -> None:
    url = f"sqlite:///{tmp_path / 'tracker.db'}"
    store = FlatTrackerStore(domain, host=url)
    await talk(store, [a_turn()])
    other = sa.create_engine(url, connect_args={"isolation_level": None}).connect()
    other.exec_driver_sql("BEGIN IMMEDIATE")
    assert await store.retrieve(SENDER) is not None  # readers wait for nobody, or this would break after 5 s
    other.exec_driver_sql("ROLLBACK")
    other.close()
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5000
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


async def test_postgresql_finds_the_live_rows_by_index(store: FlatTrackerStore) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite's index on sender_id holds the row id")
    names = [index["name"] for index in sa.inspect(store.engine).get_indexes("events")]
    assert "ix_events_turns" in names


# A shorter list stands for the same conversation --------------------------------------------------

slot_changes = st.lists(
    st.builds(SlotSet, st.sampled_from(["first", "second", "third"]), st.sampled_from(["a", "b", None])), max_size=3
)


@st.composite
def turns(draw: st.DrawFn) -> list[Event]:
    """Any turn that Rasa could write, with a form open or not."""
    kind = draw(st.sampled_from(["rule", "rule", "form", "form", "refused", "close", "rewound", "reset", "empty"]))
    said = UserUttered(draw(st.sampled_from("abc")), {"name": draw(st.sampled_from(["greet", "chat", "fill"]))})
    listen, changes = ActionExecuted("action_listen"), draw(slot_changes)
    return {
        "rule": [said, ActionExecuted("utter_chat"), *changes, BotUttered("x"), listen],
        "form": [said, ActionExecuted("order_form"), ActiveLoop("order_form"), *changes, BotUttered("y"), listen],
        "refused": [said, ActionExecutionRejected("order_form"), ActionExecuted("utter_chat"), BotUttered("z"), listen],
        "close": [
            said,
            ActionExecuted("order_form"),
            *changes,
            ActiveLoop(None),
            ActionExecuted("action_recap"),
            listen,
        ],
        "rewound": [said, ActionExecuted("action_default_fallback"), UserUtteranceReverted(), listen],
        "reset": [said, ActionExecuted("action_count"), *changes, AllSlotsReset(), SlotSet("third", "t"), listen],
        "empty": [said, listen],
    }[kind]


def state(tracker: DialogueStateTracker, domain: Domain, back: int) -> dict[str, Any]:
    """All that the next turn may depend on."""
    loop = tracker.active_loop
    return {
        "slots": tracker.current_slot_values(),
        "set": {name for name, slot in tracker.slots.items() if slot.has_been_set},
        "loop": (loop.name, loop.rejected, loop.is_interrupted) if loop else None,
        "followup": tracker.followup_action,
        "paused": tracker.is_paused(),
        "latest action": tracker.latest_action_name,
        "states": tracker.past_states(domain)[-back:],
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(turns(), min_size=1, max_size=25), st.integers(2, 5))
def test_a_snapshot_stands_for_the_conversation(conversation: list[list[Event]], every: int) -> None:
    """Shortening again and again never changes what the next turn sees."""
    domain = Domain.from_yaml(mini_bot.DOMAIN)
    whole = DialogueStateTracker(SENDER, domain.slots)
    short = DialogueStateTracker(SENDER, domain.slots)
    for tracker in (whole, short):
        tracker.update(ActionExecuted("action_listen"))
    for number, events in enumerate(conversation):
        for event in events:
            whole.update(event)
            short.update(event)
        if number % every == 0:
            snapshot = compact(short, domain.slots)
            if snapshot is not None:
                short = DialogueStateTracker.from_dict(SENDER, [e.as_dict() for e in snapshot], domain.slots)
        assert state(short, domain, 4) == state(whole, domain, 4)


# Against Rasa's own store, with a trained model ---------------------------------------------------


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    configure_structlog(logging.WARNING)  # else Rasa renders every state at every turn for its debug log
    return mini_bot.train(tmp_path_factory.mktemp("mini"))


def comparable(event: dict[str, Any]) -> dict[str, Any]:
    """Without what differs between two runs of the same code."""
    metadata = {k: v for k, v in (event.get("metadata") or {}).items() if k not in ("model_id", "assistant_id")}
    return {k: v for k, v in event.items() if k not in ("timestamp", "metadata")} | {"metadata": metadata}


async def both(model: str, folder: Path, payloads: list[str], kind: type[FlatTrackerStore]) -> str | None:
    """Run a conversation on both stores; what differs first, or None."""
    folder.mkdir()
    stock = SQLTrackerStore(host=f"sqlite:///{folder / 'stock.db'}")
    flat = kind(host=f"sqlite:///{folder / 'flat.db'}")
    agents = [mini_bot.load(model, store) for store in (stock, flat)]
    for number, payload in enumerate(payloads):
        expected, got = [await mini_bot.say(agent, SENDER, payload, number) for agent in agents]
        if expected != got:
            return f"turn {number} {payload}: {expected} became {got}"
    if len((await reread(flat)).events) > 3 * COMPACT_AFTER:
        return "not short"
    if list(map(comparable, rows(stock))) != list(map(comparable, rows(flat))):
        return "the archives differ"
    return None


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_replies_and_archive_are_those_of_rasas_own_store(model: str, tmp_path: Path, seed: int) -> None:
    payloads = mini_bot.random_turns(seed, 70)
    assert await both(model, tmp_path / "run", payloads, FlatTrackerStore) is None


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.parametrize("broken", ["_values", "_opening"])
async def test_the_comparison_notices_a_broken_snapshot(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setattr(tracker_store, broken, lambda past: [])
    found = [
        await both(model, tmp_path / str(seed), mini_bot.random_turns(seed, 70), FlatTrackerStore) for seed in (0, 1)
    ]
    assert any(found)


# Contact data ----------------------------------------------------------------------------------

NAME, PHONE, HOME = "欧阳娜娜", "13800001234", "云泽市西城区幸福里3号楼"
CONTACT_SLOTS = ("contact_name", "contact_phone", "contact_address", "draft_saved_at", "seen", "requested_slot")
FORM_DOMAIN = (
    "version: '3.1'\nintents: [greet]\nactions: [action_say]\nforms:\n  complaint_form:\n    required_slots: []\nslots:\n"
    + "".join(
        f"  {name}:\n    type: any\n    influence_conversation: false\n    mappings: [{{type: custom}}]\n"
        for name in (*CONTACT_SLOTS, "details", "held_contact")
        if name != "requested_slot"
    )
)


@pytest.fixture
def holding(database_url: str) -> Iterator[FlatTrackerStore]:
    """A store of a bot whose form asks for contact data."""
    opened = FlatTrackerStore(Domain.from_yaml(FORM_DOMAIN), host=database_url)
    yield opened
    opened.engine.dispose()


def stored(store: FlatTrackerStore) -> str:
    """Everything the tables hold, decoded."""
    with store.engine.connect() as connection:
        heads = list(connection.scalars(sa.select(store.Head.__table__.c.snapshot)))
    whole = [*rows(store), *(event for head in heads for event in json.loads(head))]
    return json.dumps(whole, ensure_ascii=False)


def form_turns(fillers: int) -> list[list[Event]]:
    """A form that is told a story with a name in it, asks `fillers` things, takes contact data and shows them."""
    given = f'/give_contact{{"contact_name": "{NAME}", "contact_phone": "{PHONE}"}}'
    slots = [SlotSet("contact_name", NAME), SlotSet("contact_phone", PHONE), SlotSet("contact_address", HOME)]
    return [
        a_turn(f"{NAME}被骗了", ActiveLoop("complaint_form"), SlotSet("requested_slot", "seen")),
        *(a_turn(f"{NAME}说{i}", SlotSet("seen", i), SlotSet("requested_slot", "seen")) for i in range(fillers)),
        a_turn(
            given, *slots, SlotSet("details", {"contact_name": {"normalised": NAME}}), BotUttered(f"{NAME}，{HOME}")
        ),
    ]


END = [SlotSet(name, None) for name in ("contact_name", "contact_phone", "contact_address", "details")]


@pytest.mark.parametrize("fillers", [0, 30], ids=["short", "over several snapshots"])
async def test_contact_data_is_there_for_the_form_and_gone_when_it_ends(
    holding: FlatTrackerStore, fillers: int
) -> None:
    await talk(holding, form_turns(fillers))
    inside = await reread(holding)
    assert (inside.get_slot("contact_phone"), inside.get_slot("contact_address")) == (PHONE, HOME)
    await talk(holding, [a_turn("/affirm", *END, ActiveLoop(None), BotUttered(f"{NAME}，已提交"))])
    left = stored(holding)
    assert not [part for part in (NAME, PHONE, HOME) if part in left]
    # The conversation goes on as before.
    await talk(holding, [a_turn(f"m{i}", SlotSet("seen", f"s{i}")) for i in range(20)])
    tracker = await reread(holding)
    assert (tracker.get_slot("seen"), tracker.active_loop_name, tracker.get_slot("contact_phone")) == (
        "s19",
        None,
        None,
    )
    assert len([event for event in rows(holding) if event["event"] == "user"]) == fillers + 23


async def test_a_draft_that_waits_keeps_them_and_words_outside_of_a_form_never_do(holding: FlatTrackerStore) -> None:
    aside = [SlotSet("draft_saved_at", "2026-11-26"), ActiveLoop(None), SlotSet("requested_slot", None)]
    await talk(holding, [*form_turns(0), a_turn("等会儿", *aside), a_turn("你好")])
    assert (await reread(holding)).get_slot("contact_phone") == PHONE
    await talk(holding, [a_turn("算了", *END, SlotSet("draft_saved_at", None))])
    assert PHONE not in stored(holding) and NAME not in stored(holding)
    await talk(holding, [a_turn(f"我叫{NAME}，电话{PHONE}")])
    assert PHONE not in stored(holding) and NAME not in stored(holding)
    latest = (await reread(holding)).latest_message
    assert latest is not None and latest.intent["name"] == "greet"

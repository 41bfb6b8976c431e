"""`make eval-filing [SET=in.jsonl] [WHO=halting] OUT=out.jsonl [OFFICE=any] [SEED=n] [PEER=1] [DODGE=r]`: from story to ticket.

SET: the honest citizen with each labelled story. WHO=halting: the 24 of tests/eval/halting, who dodge, ask back and
correct themselves; DODGE=1: at every question and card, once. PEER=1: the same citizens
with a plain Rasa form (benchmarks/plain_form) as well. Turns are messages of the citizen, the first and the last
included; after MOST the citizen gives up.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from tests.eval.filing_score import REQUIRED, SLOTS, Fact, Filed, score
from tests.eval.halting.halting import BOX, DODGE_RATE, SUBMIT, Halting, Reply, load_people
from tests.simulators.citizen import PERSONA, Citizen, honest_fill, honest_words, question
from tests.simulators.product import Product

MOST = 30
COLUMNS = {
    "merchant": "merchant",
    "item": "item",
    "amount": "amount_text",
    "date": "event_date_text",
    "claim": "claim",
    "name": "contact_name",
    "phone": "contact_phone",
    "address": "merchant_address",
    "home": "contact_address",
}
SPANS = {**COLUMNS, "amount": "amount", "date": "event_date"}
SLOT_OF = {  # field of a card -> slot
    **{column: name for name, column in COLUMNS.items()},
    **{"amount": "amount", "event_date": "date", "institution": "merchant"},
}
LABELLED = ("merchant", "item", "amount", "date", "name", "phone")  # how a row words its claim is not comparable
NOT_KNOWN = ("不知道", "不清楚", "不记得", "跳过", "没有这个", "找不到", "不想填", "我哪晓得")
# The people were written for 25 November 2026; these days follow the clock, the others stand.
LIST = "止付与报警清单"  # what to do first in a fraud: no referral, the talk goes on
RELATIVE = {"昨天": 1, "前天": 2}
DODGES = ("not_known", "ask_back")


@dataclass(frozen=True)
class Shown:
    """What the citizen sees after a turn; `number` or `referred_to` once it is over."""

    text: str
    buttons: list[str] = field(default_factory=list)
    card: list[str] | None = None
    number: str | None = None
    referred_to: str | None = None


class Chat(Protocol):
    """One conversation with a bot."""

    def turn(self, reply: Reply) -> Shown:
        """Say, press or fill; what the bot shows then."""

    def filed(self, number: str) -> Filed:
        """What the bot has stored under the number."""


class Person(Protocol):
    """Somebody who files."""

    def opening(self) -> str: ...

    def reply(self, shown: str, buttons: list[str], card: list[str] | None) -> Reply: ...


class Honest:
    """Tells the labels of a row (tests/simulators/citizen.py) without dodging."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row

    def opening(self) -> str:
        return str(self.row["text"])

    def reply(self, shown: str, buttons: list[str], card: list[str] | None) -> Reply:
        """Card, button or words."""
        if card:
            return Reply(fill=honest_fill(self.row, card))
        if SUBMIT in buttons:
            return Reply(press=SUBMIT)
        return Reply(text=honest_words(self.row, shown))


class ProductChat:
    """The product over HTTP, its ticket read from the database."""

    def __init__(self, bot: str, database: Path) -> None:
        self.citizen, self.database = Citizen(bot), database
        self.citizen.open()

    def turn(self, reply: Reply) -> Shown:
        if reply.press:
            return self._shown(self.citizen.press(reply.press))
        return self._shown(self.citizen.send(**({"card": reply.fill} if reply.fill else {"text": reply.text})))

    def _shown(self, replies: list[dict[str, Any]]) -> Shown:
        cards = {card["type"]: card for message in replies if (card := message.get("card"))}
        contact, letter = cards.get("contact") or cards.get("facts"), cards.get("letter")
        over = not self.citizen.form and not question(replies[-1]["text"])
        return Shown(
            "\n".join(message["text"] for message in replies if message.get("text")),
            [one["title"] for message in replies for one in message.get("buttons") or [] if not one.get("used")],
            [one["name"] for one in contact["fields"]] if contact else None,
            cards["receipt"]["number"] if "receipt" in cards else None,
            letter["title"] if letter and over and letter["title"] != LIST else None,
        )

    def filed(self, number: str) -> Filed:
        """The ticket of that number, by a reader that shares no code with the product."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            connection.row_factory = sqlite3.Row
            row = dict(connection.execute("SELECT * FROM tickets WHERE number = ?", (number,)).fetchone())
        values = {name: row.get(column) for name, column in COLUMNS.items()}
        values["merchant"] = values["merchant"] or row.get("institution")
        spans = json.loads(row["as_filed"]).get("spans") or {}
        sources = {name: spans[slot]["source"] for name, slot in SPANS.items() if "source" in spans.get(slot, {})}
        if "institution" in spans:
            sources.setdefault("merchant", spans["institution"]["source"])
        cents = row["amount_cents"]
        counted = {"amount": None if cents is None else f"{cents / 100:g}", "date": row["event_date"]}
        placeless = bool(
            row.get("institution") or row.get("complained_to_institution") or row.get("platform")
        )  # banks and platforms are found by their name
        return Filed(values, sources, counted, tuple(s for s in REQUIRED if s != "address" or not placeless))


@dataclass
class Outcome:
    """How one person fared with one bot."""

    who: str
    turns: int = 0
    number: str | None = None
    referred_to: str | None = None
    filed: Filed | None = None
    dodged: set[str] = field(default_factory=set)  # required slots to whose question 不知道 was said
    dodges: int = 0
    talk: list[str] = field(default_factory=list)


def drive(person: Person, chat: Chat, who: str) -> Outcome:
    """Talk until a number, a referral or the end of patience."""
    outcome = Outcome(who)
    reply = Reply(text=person.opening())
    while outcome.turns < MOST:
        shown = chat.turn(reply)
        outcome.turns += 1
        outcome.talk += [
            "C " + (reply.text or (f"[{reply.press}]" if reply.press else str(reply.fill))),
            f"B {shown.text}" + (f" {shown.buttons}" if shown.buttons else ""),
        ]
        if shown.number or shown.referred_to:
            outcome.number, outcome.referred_to = shown.number, shown.referred_to
            break
        reply = person.reply(shown.text, shown.buttons, shown.card)
        _note(outcome, person, shown, reply)
    if outcome.number:
        outcome.filed = chat.filed(outcome.number)
    return outcome


def _note(outcome: Outcome, person: Person, shown: Shown, reply: Reply) -> None:
    """Keep which question was answered with 不知道, and count the dodges of the halting."""
    topic = question(shown.text.rsplit("\n", 1)[-1])
    if isinstance(person, Halting):
        turn = person.turns[-1]
        outcome.dodges += turn["kind"] in DODGES
        topic = turn["topic"]
    said = reply.text or reply.press or ""
    if any(word in said for word in NOT_KNOWN):
        outcome.dodged.add("merchant" if topic == "institution" else topic or "")
    outcome.dodged |= {SLOT_OF[name] for name, value in (reply.fill or {}).items() if value == BOX and name in SLOT_OF}
    if isinstance(person, Halting) and reply.fill and "home" not in person.facts:
        outcome.dodged.add("home")


def honest_facts(row: dict[str, Any]) -> dict[str, Fact]:
    """The labels of a row; `accept` lists what is right as well, None there allows an empty slot."""
    facts = {"name": Fact((PERSONA["contact_name"],), True), "phone": Fact((PERSONA["contact_phone"],), True)}
    for slot in ("merchant", "item", "amount", "date"):
        also = (row.get("accept") or {}).get(slot, [])
        ways = tuple(way for way in (row["slots"].get(slot), *also) if way)
        if ways:
            facts[slot] = Fact(ways, bool(row["slots"].get(slot)) and None not in also)
    return facts


def halting_facts(person: Halting, today: date) -> dict[str, Fact]:
    """What the halting person knows and has told, a correction in force."""
    told, facts = person.truth(), {}
    for key, fact in person.facts.items():
        norm = fact.get("norm")
        if key == "date" and fact["value"] in RELATIVE:
            norm = (today - timedelta(days=RELATIVE[fact["value"]])).isoformat()
        ways = (
            fact["value"],
            *fact["say"],
            *([person.fix_said] if key in person.corrected and person.fix_said else []),
        )
        facts["merchant" if key == "institution" else key] = Fact(tuple(ways), key in told, norm)
    return facts


@dataclass
class Round:
    """One kind of citizen with one bot."""

    name: str
    rows: list[tuple[Outcome, dict[str, list[str]], int]] = field(
        default_factory=list
    )  # with the number of known facts

    def add(self, outcome: Outcome, scored: dict[str, list[str]], known: int) -> dict[str, Any]:
        """Print a line, give what goes to the file."""
        self.rows.append((outcome, scored, known))
        slots = len(scored["right"]) + len(scored["wrong"])
        result = outcome.number or outcome.referred_to or "not filed"
        wrong = f"; wrong {', '.join(scored['wrong'])}" if scored["wrong"] and outcome.number else ""
        left = f"; open {', '.join(scored['open'])}" if scored["open"] and outcome.number else ""
        print(
            f"{self.name} {outcome.who}: {result} in {outcome.turns} turns, {outcome.dodges} dodges, "
            f"{len(scored['right'])} of {slots} slots right{wrong}{left}",
            flush=True,
        )
        return {
            "id": outcome.who,
            "bot": self.name,
            "number": outcome.number,
            "turns": outcome.turns,
            "referred_to": outcome.referred_to,
            "slots": {slot: outcome.filed.values.get(slot) for slot in COLUMNS} if outcome.filed else {},
            "sources": outcome.filed.sources if outcome.filed else {},
            **scored,
            "talk": outcome.talk,
        }

    def summary(self) -> str:
        """The figures in one line: turns of those who got a number, slots of all who were not referred."""
        done = [outcome.turns for outcome, _, _ in self.rows if outcome.number]
        own = [row for row in self.rows if not row[0].referred_to]
        turns = sum(outcome.turns for outcome, _, _ in self.rows)
        dodges = sum(outcome.dodges for outcome, _, _ in self.rows)
        right = sum(len(scored["right"]) for _, scored, _ in own)
        every = right + sum(len(scored["wrong"]) for _, scored, _ in own)
        kept, known = sum(len(scored["kept"]) for _, scored, _ in own), sum(count for *_, count in own)
        open_ = sum(len(scored["open"]) for outcome, scored, _ in own if outcome.number)
        median = f"{statistics.median(done):g}, worst {max(done)}" if done else "-"
        return (
            f"{self.name}: filed {len(done)} of {len(self.rows)}, referred {len(self.rows) - len(own)}; turns median "
            f"{median}; slots right {right} of {every}; known facts on the ticket {kept} of {known}; "
            f"required slots without value or 不知道 {open_}; dodges {dodges} of {turns} turns ({dodges / turns:.0%})"
        )


def run(
    name: str,
    new_chat: Callable[[], Chat],
    rows: list[dict[str, Any]],
    people: list[dict[str, Any]],
    seed: int,
    dodge_rate: float = DODGE_RATE,
) -> Iterator[tuple[Round, dict[str, Any]]]:
    """Every citizen with one bot, one after the other."""
    honest, halting = Round(f"{name}, honest"), Round(f"{name}, halting")
    for row in rows:
        facts = honest_facts(row)
        outcome = drive(Honest(row), new_chat(), row["id"])
        known = sum(slot in facts for slot in LABELLED)
        yield honest, honest.add(outcome, score(facts, outcome.filed, outcome.dodged, LABELLED), known)
    for one in people:
        person = Halting(one, seed, dodge_rate)
        outcome = drive(person, new_chat(), one["id"])
        facts = halting_facts(person, datetime.now(ZoneInfo("Asia/Shanghai")).date())
        known = sum(slot in facts for slot in SLOTS)
        yield halting, halting.add(outcome, score(facts, outcome.filed, outcome.dodged), known)


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--set", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--who", choices=("honest", "halting"), default="honest")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--office", default="any")
    parser.add_argument("--dodge", type=float, default=DODGE_RATE)
    parser.add_argument("--peer", action="store_true")
    given = parser.parse_args()
    if given.who == "honest" and not given.set:
        parser.error("the honest citizen needs SET")
    lines = given.set.read_text(encoding="utf-8").splitlines() if given.set else []
    rows = [row for row in map(json.loads, filter(str.strip, lines)) if row.get("slots")]
    people = load_people() if given.who == "halting" else []
    rounds: dict[str, Round] = {}
    with ExitStack() as stack, given.out.open("w", encoding="utf-8") as out:
        product = stack.enter_context(Product(office=given.office, SEMANTIC_SEARCH="1"))
        bots: dict[str, Callable[[], Chat]] = {
            "ours": lambda: ProductChat(product.bot, product.data / "xiaobao.db"),
        }
        if given.peer:
            from benchmarks.plain_form.server import PlainForm

            bots["plain form"] = stack.enter_context(PlainForm()).chat
        for name, new_chat in bots.items():
            for one, result in run(name, new_chat, rows, people, given.seed, given.dodge):
                rounds[one.name] = one
                out.write(json.dumps(result, ensure_ascii=False) + "\n")
                out.flush()
    print("", *(one.summary() for one in rounds.values()), sep="\n")


if __name__ == "__main__":
    main()

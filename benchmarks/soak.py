"""`make soak`: kill -9 the action server and the bot while citizens submit, and see whether anything is lost.

    python -m benchmarks.soak [--rounds 5]

A round kills each of the two processes once in each of four windows: before the commit of the ticket, between commit
and answer, between answer and tracker save, while the answer is written into the conversation. The database is judged
by plain sqlite3. Exits 1 when a ticket is lost or filed twice, a number is told that is not in the database, or a
citizen has to wait longer than told.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sqlite3
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from benchmarks.conversation import SHOPS, STORY
from tests.simulators.citizen import Honest
from tests.simulators.product import Product
from xiaobao.settings import ROOT

WINDOWS = ("before_commit", "before_answer", "before_save", "during_delivery")
VICTIMS = ("actions", "bot")
PAUSES = ROOT / "benchmarks" / "pauses"
TOLD_WITHIN_SECONDS = 10
REACHED_WITHIN_SECONDS = 60
BACK_WITHIN_SECONDS = 180
NUMBER = re.compile(r"XB\d{8}-\d{6}")
SLOTS = {"item": "电水壶", "amount": "129元", "date": "11月2日", "claim": "退货退款"}


@dataclass
class Kill:
    """One kill and what became of the complaint."""

    victim: str
    window: str
    back_after: float = 0.0  # seconds from the kill until the product was healthy again
    told_after: float = 0.0  # seconds from then until the citizen had the number; negative: before
    number: str | None = None
    receipt: bool = False
    faults: list[str] = field(default_factory=list)


class Soak:
    """The product with pauses built in from outside, and its databases."""

    def __init__(self, data: Path, **environ: str) -> None:
        self.folder = data / "soak"
        self.folder.mkdir(parents=True)
        self.database = data / "xiaobao.db"
        path = f"{PAUSES}{os.pathsep}{ROOT}"
        self.product = Product(data=data, PYTHONPATH=path, SOAK_DIR=str(self.folder), **environ)
        self.kills = 0

    def kill(self, victim: str, window: str) -> Kill:
        """A citizen submits, the process dies in the window, the citizen waits for the number."""
        result = Kill(victim, window)
        shop = SHOPS[self.kills % len(SHOPS)]
        self.kills += 1
        row = {"text": STORY.format(shop=shop), "slots": {"merchant": shop, **SLOTS}}
        citizen = Honest(self.product.bot, row=row)
        to_summary(citizen)
        self.clear()
        (self.folder / f"{window}.armed").touch()
        pressing = threading.Thread(target=press, args=(citizen,), daemon=True)
        pressing.start()
        if not appears(self.folder / f"{window}.reached", REACHED_WITHIN_SECONDS):
            result.faults.append("the window was never reached")
            return result
        conversation_id = self.newest_conversation()
        pid = int((self.folder / f"{victim}.pid").read_text(encoding="utf-8"))
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        self.judge_at_kill(result, conversation_id)
        (self.folder / f"{window}.release").touch()
        healthy = self.wait_until_back(victim, pid)
        result.back_after = healthy - killed
        pressing.join(90)
        self.wait_for_number(result, citizen, healthy)
        self.judge(result, conversation_id)
        return result

    def clear(self) -> None:
        """Take away what the last kill left."""
        for path in self.folder.glob("*.*"):
            if path.suffix != ".pid":
                path.unlink(missing_ok=True)

    def wait_until_back(self, victim: str, old: int) -> float:
        """When the victim's successor answered. Raises RuntimeError when it does not."""
        end = time.monotonic() + BACK_WITHIN_SECONDS
        while time.monotonic() < end:
            if int((self.folder / f"{victim}.pid").read_text(encoding="utf-8") or old) != old and self.healthy():
                return time.monotonic()
            time.sleep(0.1)
        raise RuntimeError(f"{victim} did not come back:\n{self.product.log[-2000:]}")

    def healthy(self) -> bool:
        try:
            return requests.get(f"{self.product.bot}/chat/health", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def wait_for_number(self, result: Kill, citizen: Honest, healthy: float) -> None:
        """The number comes by itself, or else at the next message."""
        while not (told := numbers(citizen)) and time.monotonic() - healthy < TOLD_WITHIN_SECONDS:
            citizen.poll(wait=1)
        if not told:
            citizen.say("提交成功了吗")
            told = numbers(citizen)
            result.faults.append(f"no number within {TOLD_WITHIN_SECONDS} s of recovery")
            if not told:
                result.faults.append("no number at the next message either")
        result.told_after = time.monotonic() - healthy
        result.number, result.receipt = told[0] if told else None, receipt(citizen)
        if len(set(told)) > 1:
            result.faults.append(f"several numbers: {told}")

    # The independent reader: plain SQL, nothing of the product ------------------------------------

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Rows of the product's database, read as anybody may."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def newest_conversation(self) -> str:
        return str(self.rows("SELECT id FROM conversation ORDER BY created_at DESC LIMIT 1")[0][0])

    def judge_at_kill(self, result: Kill, conversation_id: str) -> None:
        """What must be true at the moment of death, before anything is made good."""
        tickets = len(self.rows("SELECT number FROM tickets WHERE conversation_id = ?", conversation_id))
        if tickets != (0 if result.window == "before_commit" else 1):
            result.faults.append(f"{tickets} tickets at the kill")
        if not self.rows("SELECT id FROM turn WHERE conversation_id = ? AND state = 'received'", conversation_id):
            result.faults.append("no turn was owed at the kill")

    def judge(self, result: Kill, conversation_id: str) -> None:
        """One ticket, the one that was told; nothing owed; no number told that does not exist."""
        tickets = [n for (n,) in self.rows("SELECT number FROM tickets WHERE conversation_id = ?", conversation_id)]
        if tickets != [result.number]:
            result.faults.append(f"tickets {tickets}, told {result.number}")
        if self.rows("SELECT id FROM turn WHERE conversation_id = ? AND state = 'received'", conversation_id):
            result.faults.append("a turn is still owed")
        known = {number for (number,) in self.rows("SELECT number FROM tickets")}
        shown = self.rows("SELECT text || COALESCE(card, '') FROM message WHERE speaker <> 'citizen'")
        unknown = {number for (text,) in shown for number in NUMBER.findall(text)} - known
        if unknown:
            result.faults.append(f"told, but not filed: {sorted(unknown)}")
        twice = self.rows("SELECT draft_id FROM tickets GROUP BY draft_id HAVING COUNT(*) > 1")
        if twice:
            result.faults.append("a draft was filed twice")


def to_summary(citizen: Honest) -> None:
    """From the story to the summary with its button. Raises RuntimeError when there is no end to it."""
    citizen.open()
    replies = citizen.say(citizen.row["text"])
    for _ in range(citizen.most_turns):
        if any((message.get("card") or {}).get("type") == "summary" for message in replies):
            return
        replies = citizen.answer(replies)
    raise RuntimeError(f"no summary: {[message['text'] for message in citizen.seen[-6:]]}")


def press(citizen: Honest) -> None:
    """确认提交; the answer may never come."""
    try:
        citizen.press("确认提交")
    except requests.RequestException:
        return


def appears(path: Path, seconds: float) -> bool:
    """Whether a file comes into being in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not path.exists():
        time.sleep(0.01)
    return path.exists()


def numbers(citizen: Honest) -> list[str]:
    """Every ticket number that the citizen was told, in a receipt or in words."""
    return [number for message in citizen.seen for number in NUMBER.findall(f"{message['text']} {message.get('card')}")]


def receipt(citizen: Honest) -> bool:
    """Whether the receipt was shown, which also holds the query code."""
    return any((message.get("card") or {}).get("type") == "receipt" for message in citizen.seen)


def run(soak: Soak, rounds: int) -> list[Kill]:
    """All kills, one after the other."""
    kills = []
    for number in range(rounds):
        for window in WINDOWS:
            for victim in VICTIMS:
                kills.append(soak.kill(victim, window))
                print(f"{number + 1}/{rounds} {kills[-1]}", file=sys.stderr, flush=True)
    return kills


def report(kills: list[Kill]) -> list[str]:
    """Lines of Markdown."""
    lines = ["| killed | window | kills | healthy again after, s | number told after that, s | with receipt | faults |"]
    lines.append("|---|---|---|---|---|---|---|")
    for victim in VICTIMS:
        for window in WINDOWS:
            own = [kill for kill in kills if (kill.victim, kill.window) == (victim, window)]
            if own:
                back = statistics.median(kill.back_after for kill in own)
                told = max(kill.told_after for kill in own)
                faults = sum(bool(kill.faults) for kill in own)
                full, words = sum(kill.receipt for kill in own), window.replace("_", " ")
                lines.append(
                    f"| {victim} | {words} | {len(own)} | {back:.1f} | at most {told:.1f} | {full} | {faults} |"
                )
    return lines


def main(rounds: int) -> int:
    """0 when there is no fault."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="xiaobao-soak-") as folder:
        soak = Soak(Path(folder))
        with soak.product:
            kills = run(soak, rounds)
    print(
        "\n".join([f"{time.strftime('%Y-%m-%d')}, `python -m benchmarks.soak --rounds {rounds}`", "", *report(kills)])
    )
    return int(any(kill.faults for kill in kills))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="kills of each process in each window")
    raise SystemExit(main(parser.parse_args().rounds))

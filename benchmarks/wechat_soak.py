"""`make soak-wechat`: a hundred simulated citizens talk to the running product over WeChat, with faults on the way.

    python -m benchmarks.wechat_soak [--citizens 100] [--turns 3000] [--seed 1] [--faults 0.05] [--out summary.json]

The product is started as a newcomer starts it: trained model, action server, one bot process. Each citizen writes every
10 to 20 seconds, a third of them while they file a complaint. One message in twenty meets a fault: its line breaks, it
is pushed twice at once, the platform is busy, slow, answers a page of a proxy or revokes the token, somebody forges, or
the action server stands still for six seconds.
The judge is the simulated platform together with plain SQL: every message stored once, answered by one turn, and shown;
nothing shown twice; no violation; no openid, token or key in a log. Exits 1 otherwise.

Then, with an idle agent and an interface that takes 3 s, the longest stall of the event loop is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.bot.channels.wechat.world import AES_KEY, APP_ID, APP_SECRET, TOKEN, World, until
from tests.simulators.citizen import PERSONA, honest_words
from tests.simulators.product import Product, at_any_hour, free_port
from tests.simulators.wechat.ledger import screen_faults
from tests.simulators.wechat.platform import Faults, Platform
from tests.simulators.wechat.push import Console, Pusher

PACE = (10.0, 20.0)  # seconds from one message of a citizen to the next
PATIENCE = 90.0  # seconds until a citizen gives an answer up
FAULTS = ("broken line", "twice at once", "busy", "slow", "proxy page", "revoked", "forged", "late")
LATE_SECONDS = 6.0  # the action server stands still: every turn of that time is too late for the response
SEND = "/cgi-bin/message/custom/send"
QUESTIONS = (
    "网购七天内能退货吗", "健身房关门了卡里的钱怎么退", "买到过期的牛奶能赔多少", "定金能退吗", "快递弄丢了谁赔", "你好",
    "手机坏了保修期多久", "饭店不让自带酒水合理吗", "预付卡老板跑了怎么办", "提前还贷款要收违约金吗", "谢谢", "转人工",
    "保险退保能退多少钱", "商家不给开发票怎么办", "我的投诉到哪一步了", "二手车隐瞒事故怎么赔", "今天天气怎么样", "孩子打游戏充值能退吗",
)  # fmt: skip
MERCHANTS = ("好物电器店", "乐动健身", "鲜果多超市", "云上书店", "小满家具城", "晴天摄影")
ITEMS = ("电水壶", "健身卡", "榨汁机", "台灯", "沙发", "写真套餐")
EMPTY = ("[]", "null", None)  # what a list that waits may hold
CHOICE = re.compile(r"^(\d)\. (.+)$", re.MULTILINE)


@dataclass
class Result:
    """What came out."""

    seconds: list[float] = field(default_factory=list)  # from each message to its answer
    faults: Counter[str] = field(default_factory=Counter)
    gave_up: int = 0  # answers that had not come after PATIENCE
    sent: int = 0
    filed: set[str] = field(default_factory=set)


class Citizen:
    """One user of the account; `files` says whether they file complaints or ask."""

    def __init__(
        self,
        number: int,
        files: bool,
        chance: random.Random,
        pusher: Pusher,
        result: Result,
        share: float,
        actions: int,
    ) -> None:
        """`share` of the messages meets a fault; `actions` is the id of the action server's process."""
        self.share, self.actions = share, actions
        self.openid = f"oSoakCitizen{number:04d}_{chance.randrange(10**9):09d}"
        self.files, self.chance, self.pusher, self.result = files, chance, pusher, result
        self.follower = pusher.platform.follower(self.openid)
        self.row: dict[str, Any] = {}

    async def live(self, enough: asyncio.Event) -> None:
        """Follow, then write until it is enough."""
        await asyncio.sleep(self.chance.uniform(0, PACE[1]))
        await self.pusher.event(self.openid, "subscribe")
        while not enough.is_set():
            await asyncio.sleep(self.chance.uniform(1, 2))
            begun = time.monotonic()
            await self.turn(self.words())
            await asyncio.sleep(max(0.0, self.chance.uniform(*PACE) - (time.monotonic() - begun) - 1.5))

    def words(self) -> str:
        """What to write next, by what stands on the screen."""
        if not self.files:
            return self.chance.choice(QUESTIONS)
        last = self.follower.seen()[-1] if self.follower.seen() else ""
        choices = {title: n for n, title in CHOICE.findall(last)}
        found = re.search(r"XB\d{8}-\d{6}", last)
        if found and found.group() not in self.result.filed:
            self.result.filed.add(found.group())
            self.row = {}
            return "我的投诉到哪一步了"
        if not self.row:
            merchant, item = self.chance.choice(MERCHANTS), self.chance.choice(ITEMS)
            merchant = f"{merchant}{self.chance.randrange(10, 99)}分店"
            day, amount = f"11月{self.chance.randrange(1, 20)}日", f"{self.chance.randrange(60, 4000)}元"
            slots = {"merchant": merchant, "item": item, "amount": amount, "date": day, "claim": "退货退款"}
            text = f"我{day}在{merchant}买了{item}，花了{amount}，用了两天就坏了，店里不给退，我要投诉，要求退货退款"
            self.row = {"text": text, "slots": slots}
            return text
        if "确认提交" in choices:
            return choices["确认提交"]
        for title in ("另外提交一件", "用这个"):
            if title in choices:
                return choices[title]
        if "姓名 电话 地址" in last:
            return " ".join(PERSONA.values())
        return honest_words(self.row, last)

    async def turn(self, text: str) -> None:
        """Write, meet a fault now and then, and wait for the answer."""
        fault = self.chance.choice(FAULTS) if self.chance.random() < self.share else ""
        before, begun = len(self.follower.screen), time.monotonic()
        self.result.sent += 1
        if fault:
            self.result.faults[fault] += 1
        await self.write(text, fault)
        while not any(line["from"] == "account" for line in self.follower.screen[before:]):
            if time.monotonic() - begun > PATIENCE:
                self.result.gave_up += 1
                return
            await asyncio.sleep(0.1)
        self.result.seconds.append(time.monotonic() - begun)

    async def write(self, text: str, fault: str) -> None:
        platform, fields = self.pusher.platform, {"MsgType": "text", "Content": text}
        if fault == "broken line":
            await self.pusher.broken(self.openid, fields, after=self.chance.uniform(0.02, 1.0))
            return
        if fault == "twice at once":
            await self.pusher.repeat(self.openid, fields, times=2, at_once=True)
            return
        if fault == "busy":
            platform.faults.busy = 2
        elif fault == "proxy page":
            platform.faults.html_at = {SEND: 1}
        elif fault == "slow":
            platform.faults.slow = 3.0
            asyncio.get_running_loop().call_later(10, lambda: setattr(platform.faults, "slow", 0.0))
        elif fault == "late":
            os.kill(self.actions, signal.SIGSTOP)
            asyncio.get_running_loop().call_later(LATE_SECONDS, os.kill, self.actions, signal.SIGCONT)
        elif fault == "revoked":
            platform.revoke()
        elif fault == "forged":
            await self.pusher.forged(self.openid)
        await self.pusher.say(self.openid, text)


async def soak(citizens: int, turns: int, seed: int, share: float, data: Path) -> dict[str, Any]:
    """Run it; the summary with everything that was wrong."""
    platform, port = Platform(APP_ID, APP_SECRET, time.time), free_port()
    runner = web.AppRunner(platform.app(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    names = {"TOKEN": TOKEN, "APP_ID": APP_ID, "APP_SECRET": APP_SECRET, "AES_KEY": AES_KEY}
    names["API_BASE"] = f"http://127.0.0.1:{port}"
    # 转人工 is among the questions: nobody would ever come out of a queue to these citizens.
    product = Product(data=at_any_hour(data), **{f"WECHAT_{name}": value for name, value in names.items()})
    await asyncio.to_thread(product.start)
    result, begun = Result(), time.monotonic()
    try:
        pusher = Pusher(platform, Console(f"{product.bot}/webhooks/wechat/webhook", TOKEN, AES_KEY))
        actions = process_of(product, "actions")
        people = [
            Citizen(n, n % 3 == 0, random.Random(f"{seed}.{n}"), pusher, result, share, actions)
            for n in range(citizens)
        ]
        enough = asyncio.Event()
        lives = [asyncio.create_task(one.live(enough)) for one in people]
        while result.sent < turns:
            await asyncio.sleep(10)
            show(result, platform, turns, begun)
            if (broken := [life for life in lives if life.done() and life.exception()]) and not enough.is_set():
                raise RuntimeError("a citizen broke off") from broken[0].exception()
        enough.set()
        await asyncio.gather(*lives)
        # What could not be sent, or nobody knows of, comes with the next visit.
        platform.faults = Faults()
        for one in people:
            one.share = 0.0
        await asyncio.sleep(LATE_SECONDS)
        await asyncio.gather(*(one.turn("好的谢谢") for one in people))
        for _ in range(12):  # what could not be sent is tried again every half minute
            await asyncio.sleep(5)
            wrong = judge(data / "xiaobao.db", platform, people, result)
            if not wrong["lost"]:
                break
        # A message whose outcome became unknown only after that visit is shown with the one after it.
        late = kept(data / "xiaobao.db", people)
        await asyncio.gather(*(one.turn("好的谢谢") for one in late))
        if late:
            await asyncio.sleep(LATE_SECONDS)
            wrong = judge(data / "xiaobao.db", platform, people, result)
        spent = time.monotonic() - begun
    finally:
        await asyncio.to_thread(product.stop)
        await runner.cleanup()
    leaked = leaks(data, [TOKEN, APP_SECRET, AES_KEY, *platform.issued, *(one.openid for one in people)])
    told = {"citizens": citizens, "seed": seed, "fault share": share, "came once more": len(late)}
    return summary(result, platform, wrong, leaked, spent) | told


def process_of(product: Product, name: str) -> int:
    """The process id of one of the product's own programs (`python -m <name>`). Raises RuntimeError."""
    assert product.process is not None
    parents, commands = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int(entry.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            commands[int(entry.name)] = entry.joinpath("cmdline").read_bytes().decode().split("\0")
        except (OSError, ValueError):  # it ended meanwhile
            continue
    for process, command in commands.items():
        above = process
        while above > 1 and above != product.process.pid:
            above = parents.get(above, 0)
        if above == product.process.pid and command[1:3] == ["-m", name]:
            return process
    raise RuntimeError(f"no process {name}")


def kept(database: Path, people: list[Citizen]) -> list[Citizen]:
    """Of whom something waits for the next visit."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    rows = connection.execute("SELECT openid, parked, unsure, sending FROM wechat_citizen").fetchall()
    connection.close()
    waiting = {openid for openid, *lists in rows if any(one not in EMPTY for one in lists)}
    return [one for one in people if one.openid in waiting]


def judge(database: Path, platform: Platform, people: list[Citizen], result: Result) -> dict[str, list[str]]:
    """Lost, doubled, violations: read by plain SQL and from the users' screens."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    lost, doubled = [], []
    for one in people:
        found = connection.execute(
            "SELECT conversation_id, shown_seq, parked, unsure, sending FROM wechat_citizen WHERE openid = ?",
            (one.openid,),
        ).fetchone()
        if found is None:
            lost.append("a citizen is unknown")
            continue
        conversation_id, shown, *lists = found
        texts = [line["text"] for line in one.follower.screen if line["from"] == "user"]
        query = (
            "SELECT COUNT(*) FROM message WHERE conversation_id = ? AND speaker = 'citizen' AND text <> '关注了公众号'"
        )
        stored = connection.execute(query, (conversation_id,)).fetchone()[0]
        if stored < len(texts):
            lost.append(f"{len(texts) - stored} messages were not stored")
        if stored > len(texts):
            doubled.append(f"{stored - len(texts)} messages were stored twice")
        query = "SELECT COUNT(*) FROM turn WHERE conversation_id = ? AND state <> 'answered'"
        if open_turns := connection.execute(query, (conversation_id,)).fetchone()[0]:
            lost.append(f"{open_turns} turns without an answer")
        query = "SELECT COUNT(*) FROM message WHERE conversation_id = ? AND speaker <> 'citizen' AND seq > ?"
        if hidden := connection.execute(query, (conversation_id, shown)).fetchone()[0]:
            lost.append(f"{hidden} answers were not shown")
        names = ("parked", "unsure", "sending")
        lost += [f"something waits still: {name}" for name, one in zip(names, lists, strict=True) if one not in EMPTY]
        for fault in screen_faults(one.follower.screen):
            (doubled if "twice" in fault else lost).append(f"{one.openid[:16]}: {fault}")
    twice = connection.execute("SELECT COUNT(*) FROM (SELECT 1 FROM tickets GROUP BY draft_id HAVING COUNT(*) > 1)")
    doubled += ["a draft was filed twice"] * int(twice.fetchone()[0])
    connection.close()
    return {"lost": lost, "doubled": doubled, "violations": platform.violations}


def leaks(data: Path, secrets: list[str]) -> int:
    """How many secrets and openids stand in any log."""
    logs = [
        path.read_text(encoding="utf-8", errors="replace")
        for path in data.rglob("*")
        if path.suffix in (".log", ".out")
    ]
    return sum(any(secret in log for log in logs) for secret in secrets)


def summary(
    result: Result, platform: Platform, wrong: dict[str, list[str]], leaked: int, spent: float
) -> dict[str, Any]:
    """Figures for people and machines."""
    times = sorted(result.seconds)
    return {
        "messages": result.sent,
        "minutes": round(spent / 60, 1),
        "answered after, s": {
            "median": round(statistics.median(times), 2),
            "95 %": round(times[int(len(times) * 0.95)], 2),
            "longest": round(times[-1], 2),
        },
        "shown only at the next visit": result.gave_up,
        "customer service messages": platform.calls.count(SEND),
        "tokens fetched": platform.calls.count("/cgi-bin/stable_token"),
        "tickets": len(result.filed),
        "faults": dict(sorted(result.faults.items())),
        **{name: len(found) for name, found in wrong.items()},
        "secrets in logs": leaked,
        "what": {name: sorted(set(found))[:20] for name, found in wrong.items() if found},
    }


def show(result: Result, platform: Platform, turns: int, begun: float) -> None:
    """A line of progress."""
    recent = sorted(result.seconds[-200:]) or [0.0]
    print(
        f"{time.monotonic() - begun:5.0f} s  {result.sent}/{turns} messages, 95 % answered within "
        f"{recent[int(len(recent) * 0.95)]:.1f} s, {sum(result.faults.values())} faults, {len(result.filed)} tickets, "
        f"{len(platform.violations)} violations",
        file=sys.stderr,
        flush=True,
    )


async def stall(folder: Path, citizens: int = 20) -> float:
    """The longest stall of the event loop, in milliseconds: idle agent, late turns, an interface that takes 3 s."""
    world = World(folder, MEASURE_STALLS="1")
    async with world:
        await world.pusher.say("oWarmUp_citizen_of_the_stall", "慢5")
        await until(lambda: bool(world.seen("oWarmUp_citizen_of_the_stall")), 20)
        world.platform.faults.slow = 3.0
        begun = time.time()
        people = [f"oStallCitizen{n:03d}_simulated" for n in range(citizens)]
        await asyncio.gather(*(world.pusher.say(openid, "慢5") for openid in people))
        await until(lambda: all(world.seen(openid) for openid in people), 60)
        return max((gap["ms"] for gap in world.stalls() if gap["at"] > begun), default=0.0)


def main(citizens: int, turns: int, seed: int, share: float, out: Path | None) -> int:
    """0 when nothing was lost, doubled, violated or leaked."""
    print(f"seed {seed}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="xiaobao-wechat-soak-") as folder:
        longest = asyncio.run(stall(Path(folder) / "stall"))
        found = asyncio.run(soak(citizens, turns, seed, share, Path(folder) / "soak"))
    found["longest stall of the event loop, ms"] = round(longest, 1)
    text = json.dumps(found, ensure_ascii=False, indent=1)
    print(text)
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
    return int(any(found[name] for name in ("lost", "doubled", "violations", "secrets in logs")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--citizens", type=int, default=100)
    parser.add_argument("--turns", type=int, default=3000, help="messages of citizens in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=0.05, help="share of messages that meet a fault")
    parser.add_argument("--out", type=Path, help="a file for the summary")
    told = parser.parse_args()
    raise SystemExit(main(told.citizens, told.turns, told.seed, told.faults, told.out))

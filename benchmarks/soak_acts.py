"""Part of `make soak`: kill -9 the action server while citizens act on tickets they filed, on the website and on WeChat.

    python -m benchmarks.soak_acts [--runs 50] [--seed N] [--screens file]

Each run has a fresh ticket in the state that its act needs. Act, channel, which message of the act is hit and at which
moment are drawn by a seed, which is printed: before the turn's first action begins, between its actions, before the
commit, between commit and answer, between answer and tracker save, while the answer is written into the conversation.
The action server dies there (benchmarks/pauses), the supervisor starts it anew, the citizen waits, and says it again
only when told that it was not done. benchmarks/acts_judge.py judges by plain SQL and by what was on the screen.
Exits 1 when anything was lost, doubled, or told that did not happen.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import requests
from aiohttp import web
from PIL import Image, ImageDraw

from benchmarks import acts_judge
from benchmarks.acts_judge import Case, Line
from benchmarks.conversation import CONTACT, SHOPS, STORY
from benchmarks.soak import REACHED_WITHIN_SECONDS, Soak, appears
from tests.bot.channels.wechat.world import AES_KEY, APP_ID, APP_SECRET, TOKEN
from tests.simulators.citizen import Citizen
from tests.simulators.product import at_any_hour, free_port
from tests.simulators.wechat.platform import Platform
from tests.simulators.wechat.push import Console, Pusher
from xiaobao import database
from xiaobao.settings import ROOT
from xiaobao.tickets import accounts, deadlines, office, service
from xiaobao.tickets.workflow import Role, Step

BEGIN, BETWEEN, COMMIT = "before_action_1", "before_action_2", "step_before_commit"
ANSWER, SAVE, DELIVERY = "after_action", "before_save", "during_delivery"
ASKS = (BEGIN, BETWEEN, ANSWER, SAVE, DELIVERY)  # the bot asks back: two actions
READS = (BEGIN, ANSWER, SAVE, DELIVERY)
ACTS = (BEGIN, COMMIT, ANSWER, SAVE, DELIVERY)
ACTS_LATER = (BEGIN, BETWEEN, COMMIT, ANSWER, SAVE, DELIVERY)  # a button inside a question: the second action acts
NAMES = {
    BEGIN: "before the turn", BETWEEN: "between its actions", COMMIT: "before the commit",
    ANSWER: "before the answer", SAVE: "before the tracker is saved", DELIVERY: "while the answer is written",
}  # fmt: skip
CHANNELS = ("website", "wechat")
OPEN = ((), ("accept",), ("accept", "assign"))
CLOSED = (("accept", "assign", "close"),)
ANSWERED_WITHIN_SECONDS = 60
CHOICE = re.compile(r"^(\d)\. (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Said:
    """A message of the citizen: words, or the title of a button; what is asked or told then; where it can be hit."""

    words: str
    then: str
    moments: tuple[str, ...]
    button: bool = False
    photo: bool = False


@dataclass(frozen=True)
class Act:
    """What a citizen does with a filed ticket, and what has to come of it. The last message decides."""

    name: str
    states: tuple[tuple[str, ...], ...]
    says: tuple[Said, ...]
    step: Step | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    matters: Callable[[], dict[str, Any]] = dict
    payload: dict[str, Any] = field(default_factory=dict)
    alert: str | None = None
    files: int = 0


MORE = "老板昨天又换了电话号码，店门上贴了转让"
AGAIN = "约好上周退钱，到今天一分没退"


def promise() -> dict[str, Any]:
    """三天内, said today."""
    return {"promise": {"on": (deadlines.local_date(deadlines.now()) + timedelta(days=3)).isoformat()}}


def wish(answer: str) -> Callable[[], dict[str, Any]]:
    """The wish as it stands beside the status."""
    return lambda: {"wish": answer}


TEN_ACTS: tuple[tuple[Act, ...], ...] = (
    (Act("list", OPEN, (Said("我的投诉都列出来", "一共1件", READS),)),),
    (Act("progress", (*OPEN, *CLOSED), (Said("查进度", "提交）：", READS),)),),
    (Act("supplement", OPEN, (Said("我要补充材料", "要补充什么", ASKS), Said(MORE, "补上了", ACTS)),
         Step.SUPPLEMENT, payload={"text": MORE}),
     Act("supplement with a photo", OPEN,
         (Said("我要补充材料", "要补充什么", ASKS), Said("[image]", "收到", (), photo=True), Said(MORE, "补上了", ACTS)),
         Step.SUPPLEMENT, payload={"text": MORE}, files=1)),
    (Act("amend", OPEN, (Said("单子里的金额写错了，应该是2860元", "2860元", ACTS),),
         Step.AMEND, {"amount_text": "2860元", "amount_cents": 286000}, payload={"field": "amount"}),),
    (Act("urge", OPEN, (Said("催一下", "替您催", ACTS),), Step.URGE, {"urged": 1}, alert="urged"),),
    (Act("withdraw", OPEN, (Said("我要撤回投诉", "确认三件事", ASKS), Said("确定撤回", "撤回", ACTS)),
         Step.WITHDRAW, {"status": "withdrawn"}),),
    (Act("settle in full", OPEN, (Said("老板已经把钱全部退给我了", "记在", ACTS),),
         Step.SETTLE, {"fulfilled": "yes"}, payload={"how": "full"}),
     Act("settle with a promise", OPEN, (Said("老板答应退钱给我", "哪天", ASKS), Said("三天内", "记在", ACTS)),
         Step.SETTLE, matters=promise, payload={"how": "promise"})),
    (Act("agree to mediation", OPEN[1:], (Said("我愿意调解", "您愿意调解", ACTS),),
         Step.ANSWER_MEDIATION, matters=wish("yes"), payload={"wish": "yes"}),
     Act("decline mediation", OPEN[1:], (Said("我不愿意调解", "您不愿意调解", ACTS),),
         Step.ANSWER_MEDIATION, matters=wish("no"), payload={"wish": "no"})),
    (Act("rate", CLOSED, (Said("我要评价", "兑现了没有", ASKS), Said("都兑现了", "办得怎么样", ASKS, button=True),
                          Said("满意", "评价", ACTS_LATER, button=True)),
         Step.RATE, {"score": 5, "fulfilled": "yes"}),),
    (Act("reopen", CLOSED, (Said("我要重开", "为什么要重开", ASKS), Said("说好的没兑现", "具体说说", ASKS, button=True),
                            Said(AGAIN, "重开了", ACTS)),
         Step.REOPEN, alert="reopened"),),
)  # fmt: skip


@dataclass(frozen=True)
class Draw:
    """What happens in a run."""

    act: Act
    state: tuple[str, ...]
    channel: str
    hit: int  # which message of the act
    moment: str

    def __str__(self) -> str:
        return f"{self.act.name} on {self.channel}, message {self.hit + 1}, {NAMES[self.moment]}"


def draws(seed: int, runs: int) -> list[Draw]:
    """The runs of a seed; each of the ten acts as often as any other, give or take one."""
    chance = random.Random(seed)
    bag: list[tuple[Act, ...]] = []
    found = []
    for _ in range(runs):
        bag = bag or chance.sample(TEN_ACTS, len(TEN_ACTS))
        act = chance.choice(bag.pop())
        last = len(act.says) - 1  # what decides is hit as often as all that leads there
        before = [place for place in range(last) if act.says[place].moments]
        hit = chance.choice(before) if before and chance.random() < 0.5 else last
        moment = chance.choice(act.says[hit].moments)
        found.append(Draw(act, chance.choice(act.states), chance.choice(CHANNELS), hit, moment))
    return found


def photo() -> bytes:
    """A picture that is like no other."""
    picture, out = Image.new("RGB", (320, 240), (random.randrange(256), 180, 150)), BytesIO()
    ImageDraw.Draw(picture).rectangle((40, 40, random.randrange(100, 300), 160), fill=(20, 60, random.randrange(256)))
    picture.save(out, "JPEG")
    return out.getvalue()


# The two channels ----------------------------------------------------------------------------------


class Website:
    """A citizen on the chat page."""

    def __init__(self, soak: SoakActs) -> None:
        self.citizen = Citizen(soak.product.bot)
        self.lines: list[Line] = []
        self._kept = 0
        self.citizen.open()
        self.conversation_id = soak.newest_conversation()

    def say(self, said: Said) -> None:
        """Type or press; what was answered at once stands on the screen then."""
        self.lines.append(Line("citizen", said.words))
        if said.photo:
            files = {"file": ("zhaopian.jpg", photo(), "image/jpeg")}
            where = f"{self.citizen.base}/chat/evidence"
            requests.post(where, files=files, headers=self.citizen.headers, timeout=60).raise_for_status()
            return
        _ = self.citizen.press(said.words) if said.button else self.citizen.say(said.words)

    def look(self) -> None:
        """What came since."""
        self.citizen.poll()
        for message in sorted(self.citizen.seen[self._kept :], key=lambda one: int(one["seq"])):
            if message["speaker"] != "citizen":
                self.lines.append(Line("account", message["text"], int(message["seq"])))
        self._kept = len(self.citizen.seen)


class Wechat:
    """A follower of the account."""

    def __init__(self, soak: SoakActs) -> None:
        self.openid = f"oSoakActs{uuid.uuid4().hex[:18]}"
        self.account = soak.account
        self.follower = self.account.platform.follower(self.openid)
        self.account.do(lambda: self.account.pusher.event(self.openid, "subscribe"))
        found = soak.rows("SELECT conversation_id FROM wechat_citizen WHERE openid = ?", self.openid)
        self.conversation_id = str(found[0][0])

    @property
    def lines(self) -> list[Line]:
        """The screen; what was sent beside the conversation stands there, too."""
        who = {"user": "citizen"}
        return [
            Line(who.get(one["from"], "account"), one["text"]) for one in self.follower.screen if one["from"] != "act"
        ]

    def say(self, said: Said) -> None:
        """Type, or answer with the number of a choice."""
        words = said.words
        if said.photo:
            media_id = self.account.platform.keep_media(photo())
            fields = {"MsgType": "image", "MediaId": media_id, "PicUrl": "http://example.com/p"}
            self.account.do(lambda: self.account.pusher.send(self.openid, fields))
            return
        if said.button:
            shown = [choices for text in self.follower.seen() if (choices := CHOICE.findall(text))]
            words = next(n for n, title in shown[-1] if title == said.words)
        self.account.do(lambda: self.account.pusher.say(self.openid, words))

    def look(self) -> None:
        """The screen is always as it is."""


class Account:
    """The simulated platform, on a thread of its own."""

    def __init__(self) -> None:
        self.platform, self.port = Platform(APP_ID, APP_SECRET, time.time), free_port()
        self.pusher: Any = None
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.do(self._start)

    async def _start(self) -> None:
        runner = web.AppRunner(self.platform.app(), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()

    @property
    def environ(self) -> dict[str, str]:
        """What the product is told of the account."""
        names = {"TOKEN": TOKEN, "APP_ID": APP_ID, "APP_SECRET": APP_SECRET, "AES_KEY": AES_KEY}
        names["API_BASE"] = f"http://127.0.0.1:{self.port}"
        return {f"WECHAT_{name}": value for name, value in names.items()}

    def reach(self, bot: str) -> None:
        """Push to this bot."""
        self.pusher = Pusher(self.platform, Console(f"{bot}/webhooks/wechat/webhook", TOKEN, AES_KEY))

    def do(self, work: Callable[[], Any]) -> Any:
        """Run a coroutine on the thread of the platform."""
        return asyncio.run_coroutine_threadsafe(work(), self.loop).result(120)


# The runs ------------------------------------------------------------------------------------------


@dataclass
class Run:
    """One kill and what became of the act."""

    draw: Draw
    back_after: float = 0.0  # seconds from the kill until the product was healthy again
    answered_after: float = 0.0  # seconds from then until everything was answered and shown; negative: before
    said_again: int = 0  # because the citizen was told that it was not done, or was not asked what was expected
    faults: list[str] = field(default_factory=list)
    screen: list[Line] = field(default_factory=list)


class SoakActs(Soak):
    """The product with both channels and pauses built in from outside."""

    def __init__(self, data: Path) -> None:
        self.account = Account()
        super().__init__(at_any_hour(data), **self.account.environ)
        self.account.reach(self.product.bot)
        self.office = office.load(ROOT / "data" / "reference", "demo")
        self.engine = database.make_engine(f"sqlite:///{self.database}")
        self.sessions = database.make_sessions(self.engine)
        self.pool = ThreadPoolExecutor(1)

    def ticket(self, conversation_id: str, channel: str, steps: tuple[str, ...]) -> Case:
        """File a ticket in this conversation and let staff bring it where the act needs it."""
        shop = random.Random(conversation_id).choice(SHOPS)
        submission = service.Submission(
            ticket_kind="complaint", draft_id=uuid.uuid4().hex, conversation_id=conversation_id, channel=channel,
            merchant=shop, item="电水壶", amount_text="129元", amount_cents=12900, claim="退货退款",
            narrative=STORY.format(shop=shop), pass_on_to_merchant="yes", **CONTACT,
        )  # fmt: skip
        with self.sessions.begin() as session:
            now = deadlines.now()
            number = service.submit(session, submission, office=self.office, now=now).number
            if (found := accounts.find(session, "soak")) is None:
                found = accounts.create(
                    session, login="soak", name="王工", role=Role.SUPERVISOR, password_hash="-", now=now
                )
            actor = service.Actor(Role.SUPERVISOR, found.id, found.name)
        fields = {"assign": {"department": "市场监管一科"}, "close": {"result": "双方谈好，退款129元"}}
        for step in steps:
            with self.sessions.begin() as session:
                taken = getattr(service, step)
                taken(session, number, actor=actor, now=deadlines.now(), office=self.office, **fields.get(step, {}))
        self.wait(lambda: not self.rows("SELECT 1 FROM outbox WHERE state = 'waiting'"), 30)
        return Case(number, conversation_id, ("submit", *steps))

    @staticmethod
    def wait(true: Callable[[], bool], seconds: float) -> bool:
        """Whether it came true in time."""
        end = time.monotonic() + seconds
        while not (found := true()) and time.monotonic() < end:
            time.sleep(0.2)
        return found

    def settled(self, citizen: Website | Wechat) -> bool:
        """Everything is answered and stands on the screen."""
        citizen.look()
        waits = acts_judge.owed(self.database, citizen.conversation_id)
        return not waits and not acts_judge.unshown(self.database, citizen.conversation_id, citizen.lines)

    def run(self, draw: Draw) -> Run:
        """One citizen, one ticket, one act, one kill."""
        result, act = Run(draw), draw.act
        citizen: Website | Wechat = Website(self) if draw.channel == "website" else Wechat(self)
        self.wait(lambda: self.settled(citizen), ANSWERED_WITHIN_SECONDS)
        filed = self.ticket(citizen.conversation_id, draw.channel, draw.state)
        case = Case(
            filed.number, filed.conversation_id, filed.before, str(act.step) if act.step else None,
            act.columns, act.matters(), act.payload, act.alert, act.files,
        )  # fmt: skip
        self.wait(lambda: self.settled(citizen), ANSWERED_WITHIN_SECONDS)
        times_said = 0
        for place, said in enumerate(act.says):
            last = place == len(act.says) - 1
            for again in range(2):
                begun = len(citizen.lines)
                if place == draw.hit and not again:
                    self.hit(result, citizen, said, case, last)
                else:
                    citizen.say(said)
                times_said += last
                self.wait(lambda: self.settled(citizen), ANSWERED_WITHIN_SECONDS)
                told = "\n".join(line.text for line in citizen.lines[begun:] if line.who == "account")
                if said.then in told and not acts_judge.FAILED.search(told):
                    break
                # As a real one would: once more, when told that it was not done or not asked what was expected.
                result.faults += acts_judge.untrue(self.database, case, citizen.lines)
                result.said_again += 1
            else:
                result.faults.append(f"after {said.words!r} twice: {told[-80:]!r}")
            if not last:
                result.faults += [f"early: {one}" for one in acts_judge.misdone(self.database, case, done=False)]
        result.faults += acts_judge.judge(self.database, case, citizen.lines, times_said)
        result.faults = list(dict.fromkeys(result.faults))
        result.screen = citizen.lines
        return result

    def hit(self, result: Run, citizen: Website | Wechat, said: Said, case: Case, last: bool) -> None:
        """The citizen says it, the action server dies at the moment and comes back."""
        moment = result.draw.moment
        self.clear()
        (self.folder / f"{moment}.armed").touch()
        saying: Future[None] = self.pool.submit(citizen.say, said)
        if not appears(self.folder / f"{moment}.reached", REACHED_WITHIN_SECONDS):
            result.faults.append("the moment was never reached")
            (self.folder / f"{moment}.armed").unlink(missing_ok=True)
            saying.result(120)
            return
        pid = int((self.folder / "actions.pid").read_text(encoding="utf-8"))
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        done = last and moment in (ANSWER, SAVE, DELIVERY)
        result.faults += [f"at the kill: {one}" for one in acts_judge.misdone(self.database, case, done=done)]
        shown = list(
            citizen.lines
        )  # nothing is told before it is answered: what stands here is judged as it stands now
        result.faults += [f"at the kill: {one}" for one in acts_judge.untrue(self.database, case, shown)]
        if not acts_judge.owed(self.database, case.conversation_id):
            result.faults.append("no turn was owed at the kill")
        (self.folder / f"{moment}.release").touch()
        healthy = self.wait_until_back("actions", pid)
        result.back_after = healthy - killed
        try:
            saying.result(120)
        except (requests.RequestException, OSError) as error:
            result.faults.append(f"the channel broke: {type(error).__name__}")
        if not self.wait(lambda: self.settled(citizen), ANSWERED_WITHIN_SECONDS):
            result.faults.append(f"not answered and shown within {ANSWERED_WITHIN_SECONDS} s of recovery")
        result.answered_after = time.monotonic() - healthy


def report(results: list[Run]) -> list[str]:
    """Lines of Markdown."""
    lines = [
        "| killed | kills | healthy again after, s | answered after that, s | said again | faults |",
        "|---|---|---|---|---|---|",
    ]
    for moment in NAMES:
        if own := [one for one in results if one.draw.moment == moment]:
            back = statistics.median(one.back_after for one in own)
            answered = max(one.answered_after for one in own)
            again, faults = sum(one.said_again for one in own), sum(bool(one.faults) for one in own)
            lines.append(f"| {NAMES[moment]} | {len(own)} | {back:.1f} | at most {answered:.1f} | {again} | {faults} |")
    names = sorted({one.draw.act.name for one in results})
    counted = {name: [one.draw.channel for one in results if one.draw.act.name == name] for name in names}
    told = "; ".join(f"{name} {own.count('website')} + {own.count('wechat')}" for name, own in counted.items())
    return [*lines, "", f"Acts, website + WeChat: {told}."]


def main(runs: int, seed: int, screens: Path | None) -> int:
    """0 when there is no fault. `screens`: a file for what each citizen had on the screen."""
    print(f"seed {seed}", flush=True)
    results = []
    with tempfile.TemporaryDirectory(prefix="xiaobao-soak-acts-") as folder:
        soak = SoakActs(Path(folder) / "data")
        with soak.product:
            for number, draw in enumerate(draws(seed, runs), start=1):
                results.append(soak.run(draw))
                last = results[-1]
                print(f"{number}/{runs} {draw}: {last.faults or 'right'}", file=sys.stderr, flush=True)
                shown = "".join(f"    {line.who}: {line.text}\n" for line in last.screen)
                print(shown if last.faults else "", end="", file=sys.stderr, flush=True)
                if screens is not None:
                    with screens.open("a", encoding="utf-8") as file:
                        file.write(f"{number} {draw}: {last.faults or 'right'}\n{shown}")
        violations = soak.account.platform.violations
    command = f"python -m benchmarks.soak_acts --runs {runs} --seed {seed}"
    print("\n".join([f"{time.strftime('%Y-%m-%d')}, `{command}`", "", *report(results)]))
    print(f"Violations of the platform's rules: {violations or 'none'}.")
    return int(any(one.faults for one in results) or bool(violations))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--seed", type=int, help="draws the same runs again; another one each time without it")
    parser.add_argument("--screens", type=Path, help="a file for what each citizen had on the screen")
    told = parser.parse_args()
    drawn = random.randrange(10**6) if told.seed is None else told.seed
    raise SystemExit(main(told.runs, drawn, told.screens))

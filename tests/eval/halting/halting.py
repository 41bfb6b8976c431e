"""A simulated citizen who talks to a complaint chatbot haltingly: dodges, asks back, mumbles, corrects."""

from __future__ import annotations

import copy
import json
import random
import re
from dataclasses import dataclass
from pathlib import Path

from tests.eval.halting.topics import CONFIRM, last_question, topic_of

# 0.5 makes about 30 % of all turns 不知道 or a question back (0.3 made 21 % with the author's own fake bot).
DODGE_RATE = 0.5
# The patterns of this folder came with half-width marks only; bots write full-width ones.
HALF_WIDTH = str.maketrans("？！，；：（）", "?!,;:()")
SUBMIT = "确认提交"
CONTACT_FACTS = {"contact_name": "name", "contact_phone": "phone", "contact_address": "home"}
# A card of facts is filled with the words in which this person would say them; what is not known gets the box 不知道.
STORY_FACTS = {
    "merchant": "merchant",
    "institution": "institution",
    "item": "item",
    "amount": "amount",
    "event_date": "date",
    "claim": "claim",
    "merchant_address": "address",
    "complained_to_institution": "tried",
    "on_behalf_of": "on_behalf_of",
}
CARD_FACTS = {**CONTACT_FACTS, **STORY_FACTS}
BOX = "不知道"
TRIED = {True: "找过", False: "还没有"}
SCANNED = ("merchant", "institution", "address", "item", "amount", "date", "order_number", "name", "phone", "home")

NOT_KNOWN = ["不知道", "不记得了", "不清楚"]
UNSURE_SAY = ["这个我不知道", "不记得了呀", "不清楚 真不清楚", "没有这个", "找不到了", "这我哪晓得"]
PUZZLED = ["什么意思啊", "我不懂", "啥意思", "没听懂", "不太明白你说的"]
IDLE = ["嗯", "哦", "好的", "然后呢", "嗯嗯"]
YES_SAY = ["对", "嗯 对的", "是的", "嗯"]
ASK_BACK = [
    "问这个干嘛",
    "这个必须要填吗",
    "你们管不管这种事",
    "一般几天有结果",
    "会不会告诉商家是我投诉的",
    "我能退多少钱啊",
    "你是真人还是机器人啊",
    "要不要收费的",
    "他们不理你们怎么办",
    "我没有发票能投诉吗",
    "这个算不算欺诈",
    "是不是可以退一赔三",
    "过了七天还能退吗",
    "法律上是怎么规定的",
    "消费者权益保护法管这个吗",
    "能不能直接去法院告他",
    "要请律师吗",
    "时间久了还能投诉吗 有没有期限",
    "你们会罚他吗",
    "要我自己跑一趟吗",
    "能不能找个人工",
    "我的信息会不会泄露",
    "投诉了之后怎么查进度",
    "没有合同算不算数",
    "还要问多少啊",
    "他说概不退换合法吗",
    "如果他关门跑了钱还拿得回来吗",
    "三包期是多久啊",
    "微信聊天记录能当证据吗",
    "可以叫我女儿来填吗",
    "他要是报复我怎么办",
    "预付卡的钱谁来管",
    "我刚说的你记下来了吗",
    "这个电话里说行不行",
    "霸王条款有没有用啊",
]

# What anybody answers to questions that are not about the facts.
COMMON_SAY: dict[str, list[str]] = {
    "pass_on": ["可以", "行吧", "可以给他们"],
    "consent": ["同意", "好 同意", "可以的"],
    "more": ["没了", "没有了", "就这些"],
    "intent": ["要投诉", "嗯 要", "好"],
    "fix": ["没有要改的", "都对的"],
    "evidence": ["手上没有", "没留", "暂时没有"],
    "payment": ["微信付的", "微信", "扫码付的"],
    "found": ["没过多久就发现了", "后来才发现 哪天说不上"],
    "merchant_phone": ["他们电话我没有", "不知道他电话"],
    "id_number": ["身份证不想给", "身份证就不写了"],
    "email": ["没有邮箱", "没那个"],
}
# Groups of words that mean the same choice; a button is clear when it hits exactly the groups of the fact.
CHOICES: dict[str, dict[str, str]] = {
    "manner": {
        "live": "直播",
        "online": "网购|网上|网络|线上|电商|APP|平台|网店|手机|互联网",
        "phone": "电话",
        "door": "上门",
        "shop": "到店|实体|线下|门店|店里|现场|柜台|当面|网点",
    },
    "claim": {
        "refund": "退款|退钱|退费|退还|退保|退货|退多|退服|退加|退剩|退票",
        "swap": "换|重新",
        "repair": "修",
        "pay": "赔",
        "sorry": "道歉",
        "cancel": "取消|解除",
    },
    "own_use": {
        "own": "自己|个人|自用|生活|家用|家庭|给孩子|父亲|家里|消费使用",
        "trade": "经营|商用|转卖|生产|单位|公司|运输",
    },
}
YES_BUTTON = re.compile(r"^(?:是|是的|对|对的|有|有的|同意|可以|愿意|好|好的|没错|正确|嗯|确认|确定|我同意.*|同意.*)$")
NO_BUTTON = re.compile(
    r"^(?:否|不是|没有|没有过|无|不|不对|不同意|不可以|不愿意|未|没|没有了|没了|暂无|拒绝|不用|不需要|未投诉.*|没投.*)$"
)
SKIP_BUTTON = re.compile(r"不知道|不清楚|不记得|记不清|跳过|说不清|不确定|没有|暂无|忘")
GO_BUTTON = re.compile(r"继续|开始|投诉|知道了|好的|下一步|同意|确认")
STOP_BUTTON = re.compile(r"重新|取消|退出|放弃|结束|返回|修改|不同意|咨询|查询|转人工|确认提交")


@dataclass(frozen=True)
class Reply:
    """One turn of the citizen: exactly one of words, a pressed button, a filled card."""

    text: str | None = None
    press: str | None = None
    fill: dict[str, str] | None = None

    def __post_init__(self) -> None:
        """Refuse a turn that is none or several of the three."""
        if sum(part is not None for part in (self.text, self.press, self.fill)) != 1:
            raise ValueError("exactly one of text, press, fill")


def load_people(path: Path | None = None) -> list[dict]:
    """All persons of people.jsonl."""
    path = path or Path(__file__).with_name("people.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def squeeze(text: str) -> str:
    """Text without blanks and the marks people scatter."""
    return re.sub(r"[\s…·,,]", "", text)


def date_forms(norm: str) -> list[str]:
    """Ways a bot may write a date given as 2026-10-18 or 2026-10."""
    numbers = [int(part) for part in norm.split("-")]
    if len(numbers) < 3:
        return [norm, f"{numbers[0]}年{numbers[1]}月"]
    year, month, day = numbers
    return [norm, f"{month}月{day}日", f"{month}月{day}号", f"{year}/{month}/{day}", f"{month:02d}月{day:02d}日"]


def mentions(key: str, fact: dict, text: str) -> bool:
    """Whether the text holds the value of the fact."""
    flat = squeeze(text)
    if key == "amount":
        return bool(re.search(rf"(?<!\d){fact['norm']}(?:\.00?)?(?!\d)", flat.replace(",", "")))
    if key == "date" and any(form in flat for form in date_forms(fact.get("norm", fact["value"]))):
        return True
    value = squeeze(fact["value"])
    return len(value) >= 2 and value in flat


class Halting:
    """A person of people.jsonl who talks; give it what the bot shows, it gives one Reply a turn."""

    def __init__(self, person: dict, seed: int, dodge_rate: float = DODGE_RATE) -> None:
        """Make the person; the same person and seed always talk the same way."""
        self.dodge_rate = dodge_rate
        self.person = person
        self.rng = random.Random(f"{seed}:{person['id']}")
        self.facts: dict[str, dict] = copy.deepcopy(person["facts"])
        self.extra: dict[str, dict] = copy.deepcopy(person.get("extra", {}))
        self.fixes: list[dict] = list(person.get("fixes", []))
        self.corrected: dict[str, str] = {}
        self.fix_said: str | None = None
        self.submitted = False
        self.turns: list[dict] = []
        self._told: set[str] = set()
        self._dodged: set[str] = set()
        self._asked: dict[str, int] = {}
        self._filled: set[str] = set()
        self._backs = self.rng.sample(ASK_BACK, len(ASK_BACK))

    # -- what the driver calls -----------------------------------------------------------------------------------

    def opening(self) -> str:
        """The first message."""
        self._told.update(self.person.get("opening_tells", []))
        self._hear_self(self.person["opening"])
        return self.person["opening"]

    def reply(self, shown: str, buttons: list[str], card: list[str] | None) -> Reply:
        """Answer the last question, the card or the summary; log why in `turns`."""
        question, before = last_question(shown.translate(HALF_WIDTH))
        topic = self._alias(topic_of(self._plain(question), self._plain(before), self._told)) if question else None
        topic = topic or self._topic_from_buttons(buttons)
        want_dodge = self.rng.random() < self.dodge_rate
        kind, answer = self._act(question, topic, buttons, card or [], want_dodge)
        if answer.text is not None:
            self._hear_self(answer.text)
        self.turns.append({"question": question, "topic": topic, "kind": kind, "reply": answer})
        return answer

    def truth(self) -> dict[str, str]:
        """Fact -> plain value in force, only for facts it has really told."""
        return {key: fact["value"] for key, fact in self.facts.items() if key in self._told}

    def truth_norm(self) -> dict[str, str]:
        """Like truth, with amounts as bare numbers and dates as 2026-10-18 where known."""
        return {key: fact.get("norm", fact["value"]) for key, fact in self.facts.items() if key in self._told}

    # -- the turn ------------------------------------------------------------------------------------------------

    def _act(
        self, question: str, topic: str | None, buttons: list[str], card: list[str], want_dodge: bool
    ) -> tuple[str, Reply]:
        """Choose what kind of turn this is."""
        fields = self._open_fields(card, topic, buttons)
        what = "facts" if set(fields) & set(STORY_FACTS) else "card"
        submit = next((title for title in buttons if SUBMIT in title), None)
        if submit and not fields:
            return self._at_summary(submit)
        thing = what if fields else topic or question
        if want_dodge and thing and thing not in self._dodged:
            self._dodged.add(thing)
            return self._dodge()
        if fields:
            return self._fill(fields)
        if not question and not topic:
            return self._idle(buttons)
        self._asked[thing] = self._asked.get(thing, 0) + 1
        return self._answer(question, topic, buttons)

    def _open_fields(self, card: list[str], topic: str | None, buttons: list[str]) -> list[str]:
        """Fields of the card that wait for this person, none when it is filled and the talk has moved on."""
        known = [field for field in card if field in CARD_FACTS]
        if not set(known) <= self._filled:
            return known
        if set(known) & set(STORY_FACTS):
            return []
        moved_on = any(SUBMIT in title for title in buttons) or topic not in (None, "name", "phone", "home")
        return [] if moved_on else known

    def _at_summary(self, submit: str) -> tuple[str, Reply]:
        """Correct one fact by words if this person does, else press."""
        if self.fixes and not self.corrected:
            return "correct", Reply(text=self._correct())
        self.submitted = True
        return "submit", Reply(press=submit)

    def _correct(self) -> str:
        """Change one told fact (the first listed if none was told) and say so."""
        fix = next((item for item in self.fixes if item["fact"] in self._told), self.fixes[0])
        key = fix["fact"]
        self.facts[key] = {name: fix[name] for name in ("value", "say", "norm") if name in fix}
        self.fix_said = fix["say"][0]
        self.facts[key]["say"] = fix["say"][1:]
        self.corrected[key] = fix["value"]
        self._told.add(key)
        return self.fix_said

    def _dodge(self) -> tuple[str, Reply]:
        """Say it is not known, or ask back."""
        if self.rng.random() < 0.5:
            return "not_known", Reply(text=self.rng.choice(NOT_KNOWN))
        if not self._backs:
            self._backs = self.rng.sample(ASK_BACK, len(ASK_BACK))
        return "ask_back", Reply(text=self._backs.pop())

    def _fill(self, fields: list[str]) -> tuple[str, Reply]:
        """Fill the card with what this person has."""
        values = {field: said for field in fields if (said := self._in_field(field))}
        self._filled.update(fields)
        if not values:
            return "no_fill", Reply(text="这个不想填")
        self._told.update(self._alias(CARD_FACTS[field]) for field, said in values.items() if said != BOX)
        return "fill", Reply(fill=values)

    def _in_field(self, field: str) -> str:
        """What this person writes into one field: contact data plainly, facts in the words of speech."""
        if field in CONTACT_FACTS:
            return self.facts[CONTACT_FACTS[field]]["value"] if CONTACT_FACTS[field] in self.facts else ""
        fact = self.facts.get(self._alias(STORY_FACTS[field]) or "")
        if field == "complained_to_institution":
            return TRIED[fact is not None and not fact["value"].startswith("没")]
        return self.rng.choice(fact["say"]) if fact else BOX

    def _idle(self, buttons: list[str]) -> tuple[str, Reply]:
        """Nothing was asked: go on by a button, or hum."""
        go = self._find(buttons, GO_BUTTON)
        if go:
            return "go", Reply(press=go)
        return "idle", Reply(text="好的 谢谢" if self.submitted else self.rng.choice(IDLE))

    # -- answering -----------------------------------------------------------------------------------------------

    def _answer(self, question: str, topic: str | None, buttons: list[str]) -> tuple[str, Reply]:
        """Answer a question whose topic is known or not."""
        echo = self._confirm(question, topic, buttons)
        if echo:
            return "confirm", echo
        if topic is None:
            return self._puzzled(question, buttons)
        if topic == "fix" and self.fix_said:
            return "fix", Reply(text=self.fix_said)
        fact = self.facts.get(topic) or self.extra.get(topic)
        if fact is None and topic not in COMMON_SAY:
            return self._unsure(buttons)
        title = self._clear_button(topic, fact, question, buttons)
        if title and self.rng.random() < 0.5:
            self._told.add(topic)
            return "press", Reply(press=title)
        return "answer", Reply(text=self._say(topic, fact))

    def _say(self, topic: str, fact: dict | None) -> str:
        """One of the ways of saying, another one when asked again."""
        ways = fact["say"] if fact else COMMON_SAY[topic]
        times = self._asked[topic]
        self._told.add(topic)
        if times == 1:
            self._asked[topic + ":first"] = self.rng.randrange(len(ways))
        text = ways[(self._asked.get(topic + ":first", 0) + times - 1) % len(ways)]
        return f"说过了呀 {text}" if times > 2 and fact else text

    def _confirm(self, question: str, topic: str | None, buttons: list[str]) -> Reply | None:
        """Answer `X, right?` with yes when X is so; None when it is no such question or X is not so."""
        if not CONFIRM.search(question):
            return None
        named = [key for key in SCANNED if key in self.facts and mentions(key, self.facts[key], question)]
        if topic in self.facts and topic not in named:
            return None
        if not named and topic not in (None, "fix", "intent"):
            return None
        self._told.update(named)
        title = self._find(buttons, YES_BUTTON)
        if title and self.rng.random() < 0.5:
            return Reply(press=title)
        return Reply(text=self.rng.choice(YES_SAY))

    def _unsure(self, buttons: list[str]) -> tuple[str, Reply]:
        """Say that this fact is not known, or press the button that says so."""
        title = self._find(buttons, SKIP_BUTTON)
        if title and self.rng.random() < 0.5:
            return "unsure", Reply(press=title)
        return "unsure", Reply(text=self.rng.choice(UNSURE_SAY))

    def _puzzled(self, question: str, buttons: list[str]) -> tuple[str, Reply]:
        """A question it cannot place: not understood at first, not known or a button afterwards."""
        if self._asked.get(question, 0) < 2:
            return "puzzled", Reply(text=self.rng.choice(PUZZLED))
        title = self._find(buttons, SKIP_BUTTON) or self._find(buttons, GO_BUTTON)
        return ("press", Reply(press=title)) if title else ("puzzled", Reply(text="不知道"))

    # -- buttons -------------------------------------------------------------------------------------------------

    def _find(self, buttons: list[str], pattern: re.Pattern[str]) -> str | None:
        """First button that fits and does not stop, go back or submit."""
        return next(
            (title for title in buttons if pattern.search(title.strip()) and not STOP_BUTTON.search(title)), None
        )

    def _clear_button(self, topic: str, fact: dict | None, question: str, buttons: list[str]) -> str | None:
        """The button that plainly says what this person would say."""
        value = fact["value"] if fact else COMMON_SAY[topic][0]
        for title in buttons:
            flat = squeeze(title)
            if flat == squeeze(value) or (topic in SCANNED and fact and mentions(topic, fact, title)):
                return title
        if topic in CHOICES:
            chosen = self._by_choice(CHOICES[topic], value, buttons)
            if chosen or topic != "own_use":
                return chosen
        return self._by_polarity(topic, value, question, buttons)

    @staticmethod
    def _by_choice(groups: dict[str, str], value: str, buttons: list[str]) -> str | None:
        """The only button of the same meaning groups as the value."""

        def hit(text: str) -> set[str]:
            return {name for name, pattern in groups.items() if re.search(pattern, text)}

        wanted = hit(value)
        same = [title for title in buttons if wanted and hit(title) == wanted]
        return same[0] if len(same) == 1 else None

    def _by_polarity(self, topic: str, value: str, question: str, buttons: list[str]) -> str | None:
        """A yes or no button where yes or no is the whole answer."""
        if topic not in ("own_use", "elsewhere", "pass_on", "consent", "more", "fix", "intent"):
            return None
        negative = bool(re.match(r"没|不|否|未|无|冇", value))
        if topic == "own_use":
            trade = bool(re.search(CHOICES["own_use"]["trade"], value))
            asks_trade = bool(re.search("经营|商用|转卖|单位|公司", question))
            asks_own = bool(re.search("自己|自用|个人|生活|家用|家庭", question))
            if asks_trade and asks_own:
                return None
            negative = trade != asks_trade
        if topic == "elsewhere" and not negative:
            return None
        return self._find_plain(buttons, NO_BUTTON if negative else YES_BUTTON, topic)

    @staticmethod
    def _find_plain(buttons: list[str], pattern: re.Pattern[str], topic: str) -> str | None:
        """First button that fits; for starting a complaint also one that names it."""
        found = next((title for title in buttons if pattern.match(title.strip())), None)
        if found or topic != "intent":
            return found
        return next((title for title in buttons if GO_BUTTON.search(title) and not STOP_BUTTON.search(title)), None)

    def _topic_from_buttons(self, buttons: list[str]) -> str | None:
        """Guess the topic from two or more buttons of one choice family."""
        for topic, groups in CHOICES.items():
            names = {name for name, pattern in groups.items() for title in buttons if re.search(pattern, title)}
            if len(names) >= 2:
                return topic
        return None

    # -- bookkeeping ---------------------------------------------------------------------------------------------

    def _plain(self, text: str) -> str:
        """The text with the names of this person's shop and goods made general, for the key words."""
        for key, word in (("merchant", "商家"), ("institution", "银行"), ("item", "商品")):
            if key in self.facts:
                text = text.replace(self.facts[key]["value"], word)
        return text

    def _alias(self, topic: str | None) -> str | None:
        """A bank customer hears `merchant` as institution and the other way round."""
        if topic in ("merchant", "institution"):
            return "institution" if "institution" in self.facts else "merchant"
        return topic

    def _hear_self(self, text: str) -> None:
        """Mark as told every fact whose value the person has just uttered in passing."""
        for key in SCANNED:
            if key in self.facts and mentions(key, self.facts[key], text):
                self._told.add(key)

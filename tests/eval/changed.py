"""`make eval-changed SET=rows.jsonl [SEED=n]`: stories told with other facts; do the slots follow?

Each labelled story is told again with another merchant, amount or date in the same manner, with its sentences in
another order, with an amount that has nothing to do with it, and without its amount or date. A slot counts that was
right in the story as it stood: it follows when the new value is read, a removed fact must leave the slot empty.
The seed is drawn at run time unless given, and printed.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from tests.eval.narratives import slots_of
from xiaobao.reading import reference, story
from xiaobao.reading.reference import Reference
from xiaobao.settings import ROOT

Row = dict[str, Any]
Change = tuple[str, str, dict[str, str | None]]  # name, new story, what its slots must be
SLOTS = ("merchant", "item", "amount", "date")
SYLLABLES = "安宝长春达德丰福广海和恒华嘉金景康乐利美明宁鹏奇荣瑞盛泰天旺祥欣兴雅阳亿永裕悦云泽真正中"
CHINESE_SUMS = "三百八 五百六 一千二 两千四 三千五 四千八 六千 七千六 八千八 一万二 一万五 两万三".split()
RELATIVE = "昨天 前天 上周一 上周二 上周四 上周五 上个月 上上周 大前天 半个月前 三天前 去年双十一".split()
ASIDES = (
    "对了，我手机套餐一个月{n}元，跟这事没关系。",
    "我邻居在别处花{n}块就没出过这种事。",
    "来回打车花了{n}元我就不提了。",
)


def read(text: str, today: date, known: Reference) -> dict[str, str | None]:
    """The four slots as `make eval-narratives` takes them."""
    slots = slots_of(story.read(text, today, known))
    return {slot: slots.get(slot) for slot in SLOTS}


def same(label: str | None, found: str | None, slack: int) -> bool:
    """One inside the other and hardly longer; two empty ones are the same."""
    a, b = (re.sub(r"\s", "", value or "") for value in (label, found))
    if not a or not b:
        return a == b
    return (a in b or b in a) and abs(len(a) - len(b)) <= slack


def slack(slot: str, label: str | None) -> int:
    return max(len(label or ""), 6) if slot in ("merchant", "item") else 2


def another_merchant(name: str, draw: random.Random) -> str | None:
    """Other first characters before the same ending; names of platforms and places stay."""
    if not re.fullmatch(r"[一-鿿]{4,12}", name) or re.search(r"[的那家门口楼下附近旁市区县路]", name):
        return None
    return "".join(draw.sample(SYLLABLES, 2)) + name[2:]


def another_amount(amount: str, draw: random.Random) -> str | None:
    """Other figures of the same length, or another sum in characters; the unit stays."""
    if digits := re.search(r"\d[\d,]*(?:\.\d+)?", amount):
        new = str(draw.randint(2, 9)) + "".join(str(draw.randint(0, 9)) for c in digits.group()[1:] if c.isdigit())
        if "." in digits.group():
            new = f"{draw.randint(1, 9)}.{draw.randint(1, 9)}"
        return amount.replace(digits.group(), new)
    found = re.match(r"[一二两三四五六七八九十百千万]+", amount)
    return draw.choice(CHINESE_SUMS) + amount[found.end() :] if found else None


def another_date(day: str, draw: random.Random) -> str | None:
    if day in RELATIVE:
        return draw.choice([other for other in RELATIVE if other != day])
    if re.search(r"\d+月\d+[日号]", day):
        return re.sub(r"\d+月\d+", lambda _: f"{draw.randint(1, 9)}月{draw.randint(1, 28)}", day, count=1)
    return None


def changes(row: Row, draw: random.Random) -> Iterator[Change]:
    """All tellings of one story that make sense for it; a brand that is known stays, its ending means nothing alone."""
    text, slots = row["text"], {slot: row["slots"].get(slot) for slot in SLOTS}
    makers: dict[str, Callable[[str, random.Random], str | None]] = {
        "merchant": another_merchant, "amount": another_amount, "date": another_date,
    }  # fmt: skip
    for slot, make in makers.items():
        old = slots[slot]
        if slot == "merchant" and old and re.search(r"自营|移动|联通|电信|易购|荣耀", old):
            continue
        if old and (new := make(old, draw)) and old in text:
            other = {s: v.replace(old, new) if v else v for s, v in slots.items()}
            yield f"other {slot}", text.replace(old, new), other
    sentences = re.findall(r"[^。！？!?]+[。！？!?]?", text)
    if len(sentences) > 2:
        mixed = sentences[:1] + draw.sample(sentences[1:], len(sentences) - 1)
        yield "other order", "".join(s if s[-1] in "。！？!?" else s + "。" for s in mixed), slots
    if slots["amount"]:
        aside = draw.choice(ASIDES).format(n=draw.randint(3, 9) * 10 + 9)
        yield "an amount beside it", text + ("" if text[-1] in "。！？!?" else "。") + aside, slots
    for slot, kind in (
        ("amount", r"\d{2}|[\d一二两三四五六七八九十百千万]+(?:多)?[元块万千]|[￥¥]"),
        ("date", r"[月日号天年周]"),
    ):
        old = slots[slot]
        if old and text.count(old) == 1 and not re.search(kind, text.replace(old, "")):
            yield f"without {slot}", text.replace(old, "一笔钱" if slot == "amount" else ""), {**slots, slot: None}


def main(source: Path, seed: int) -> None:
    draw, today, known = random.Random(seed), date.today(), reference.load(ROOT / "data" / "reference")
    rows = [row for line in source.read_text(encoding="utf-8").splitlines() if (row := json.loads(line)).get("slots")]
    followed, asked = Counter[str](), Counter[str]()
    for row in rows:
        before = read(row["text"], today, known)
        right = [s for s in SLOTS if same(row["slots"].get(s), before[s], slack(s, row["slots"].get(s)))]
        for name, text, expected in changes(row, draw):
            after = read(text, today, known)
            removed = name.removeprefix("without ") if name.startswith("without") else None
            for slot in [removed] if removed else right:
                asked[name] += 1
                if same(expected[slot], after[slot], slack(slot, expected[slot])):
                    followed[name] += 1
                else:
                    print(f"{row['id']} {name}: {slot} {after[slot]!r}, told {expected[slot]!r}")
    for name in sorted(asked):
        print(f"{name}: {followed[name]} of {asked[name]} ({followed[name] / asked[name]:.3f})")
    kept = [name for name in asked if not name.startswith("without")]
    share = sum(followed[name] for name in kept) / max(sum(asked[name] for name in kept), 1)
    print(f"seed {seed}, {len(rows)} stories: slots follow in {share:.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    given = parser.parse_args()
    main(given.source, given.seed)

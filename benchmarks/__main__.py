"""`make bench`: every figure of docs/benchmarks.md beside its peer, as a Markdown table.

    python -m benchmarks [--peer ARCHIVE] [--json FILE] [--turns 5000] [--only-turns]

Bots run one after the other, each in a process of its own: ours on SQLite and on PostgreSQL, the stock pipeline on
Rasa's own tracker store, and our model on Rasa's own tracker store (what our store alone is worth). `--only-turns`: how
flat our turns are and nothing else, without the peers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import conversation, peer
from xiaobao.settings import ROOT
from xiaobao.training import newest_model, quiet_environ

OUR_TURNS, PEER_TURNS, STOCK_STORE_TURNS = 5000, 200, 300
FLAT = 1.3  # the last hundred turns against the first, at most
ENGINES = ("sqlite", "postgresql")
LONGEST_RUN_SECONDS = 3600


def main(peer_archive: Path | None, keep: Path | None, turns: int = OUR_TURNS, only_turns: bool = False) -> int:
    """0 when every target is met."""
    by_engine = {engine: run(newest_model(), "flat", turns, engine) for engine in ENGINES}
    if only_turns:
        print("\n".join(turns_table(by_engine)))
        return 0 if all(flat(figures) <= FLAT for figures in by_engine.values()) else 1
    store = run(newest_model(), "stock", STOCK_STORE_TURNS)
    stock = run(peer_archive or peer.archive(), "stock", PEER_TURNS)
    if keep:
        keep.write_text(json.dumps({**by_engine, "store": store, "stock": stock}), encoding="utf-8")
    lines, met = report(by_engine, stock, store)
    print("\n".join(lines))
    return 0 if met else 1


def run(model: Path, kind: str, turns: int, engine: str = "sqlite") -> dict[str, Any]:
    """Figures of one bot. Raises RuntimeError with its last words."""
    print(f"{model.name} on the {kind} store, {engine}, {turns} turns ...", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benchmarks.bot", str(model), kind, str(turns), engine]
    done = subprocess.run(
        command, cwd=ROOT, env=quiet_environ(), capture_output=True, text=True, timeout=LONGEST_RUN_SECONDS, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def report(
    by_engine: dict[str, dict[str, Any]], stock: dict[str, Any], store: dict[str, Any]
) -> tuple[list[str], bool]:
    """Lines of Markdown, and whether every target is met."""
    ours = by_engine["sqlite"]
    parse = [statistics.median(figures["parse_ms"]) for figures in (ours, stock)]
    store_old, store_young, store_ratio = flatness(store)
    held = [
        (parse[0] / parse[1], 1 / 5),
        (ours["load_s"] / stock["load_s"], 1 / 4),
        (ours["resident_mb"], 700),
        *((flat(figures), FLAT) for figures in by_engine.values()),
    ]
    lines = [
        f"{time.strftime('%Y-%m-%d')}, `python -m benchmarks`, {cpu_name()}, {os.cpu_count()} cores, "
        f"load average {os.getloadavg()[1]:.0f}.",
        "",
        "| figure | Xiaobao | stock Rasa | ratio | target |",
        "|---|---|---|---|---|",
        f"| understand one message, median, ms | {parse[0]:.1f} | {parse[1]:.1f} | 1/{parse[1] / parse[0]:.1f} | 1/5 |",
        f"| load the model, s | {ours['load_s']:.1f} | {stock['load_s']:.1f} "
        f"| 1/{stock['load_s'] / ours['load_s']:.1f} | 1/4 |",
        f"| resident memory after 200 turns, MB | {ours['resident_mb']:.0f} | {stock['resident_mb']:.0f} "
        f"| 1/{stock['resident_mb'] / ours['resident_mb']:.1f} | at most 700 MB |",
        *(turns_line(engine, figures) for engine, figures in by_engine.items()),
        f"| the same on Rasa's own tracker store, turns 201-300 against turns 1-100, ms | - | "
        f"{store_old:.0f} against {store_young:.0f} | {store_ratio:.2f} | - |",
        "",
        f"On Rasa's own tracker store each turn costs {slope(store):.1f} ms more than the one before. "
        f"Tickets filed on the way: {ours['filed']} in {len(ours['turn_ms'])} turns.",
    ]
    return lines, all(value <= target for value, target in held)


def turns_table(by_engine: dict[str, dict[str, Any]]) -> list[str]:
    """Lines of Markdown about the turns alone."""
    lines = ["| figure | Xiaobao | stock Rasa | ratio | target |", "|---|---|---|---|---|"]
    return [*lines, *(turns_line(engine, figures) for engine, figures in by_engine.items())]


def turns_line(engine: str, figures: dict[str, Any]) -> str:
    """One row: the last hundred turns, the first of the same conversation, the first of one beside it."""
    times, (old, young, _) = figures["turn_ms"], flatness(figures)
    first = statistics.fmean(times[: conversation.ROUND])
    span = f"{len(times) - conversation.ROUND + 1:,}-{len(times):,}"
    return (
        f"| {engine}: turns {span} against 1-{conversation.ROUND}, and of a new conversation beside it, ms "
        f"| {old:.1f} against {first:.1f}, {young:.1f} | - | {flat(figures):.2f} | {FLAT} |"
    )


def flat(figures: dict[str, Any]) -> float:
    """The worse of two ratios: to the conversation's own first hundred turns (which also warm up), to those beside it."""
    first = statistics.fmean(figures["turn_ms"][: conversation.ROUND])
    old, _, beside = flatness(figures)
    return max(old / first, beside)


def flatness(figures: dict[str, Any]) -> tuple[float, float, float]:
    """Mean milliseconds of the last hundred turns, of the first hundred of a conversation beside it, and the ratio."""
    young = figures["young_ms"]
    means = statistics.fmean(figures["turn_ms"][-len(young) :]), statistics.fmean(young)
    return *means, means[0] / means[1]


def slope(figures: dict[str, Any]) -> float:
    """Milliseconds by which a turn is dearer than the one before (least squares)."""
    times = figures["turn_ms"]
    return float(statistics.linear_regression(range(len(times)), times).slope)


def cpu_name() -> str:
    """The processor's name, on Linux."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", type=Path, help="a peer that is trained already")
    parser.add_argument("--json", type=Path, help="keep the raw figures here")
    parser.add_argument("--turns", type=int, default=OUR_TURNS, help="of our conversation, whole hundreds")
    parser.add_argument("--only-turns", action="store_true", help="how flat our turns are, without the peers")
    given = parser.parse_args()
    raise SystemExit(main(given.peer, given.json, given.turns, given.only_turns))

"""Train a pipeline on our wordings and measure it on wordings that somebody else wrote.

    python -m benchmarks.nlu_peers.measure xiaobao|logistic|diet [--cross-validate] [--keep FOLDER]

Prints one line of JSON: accuracy and macro-F1 (of the best guess, so that being unsure hides nothing), seconds to
train and to load, milliseconds to parse, resident megabytes of a process that only parses. `diet` also learns the
questions of data/knowledge for its ResponseSelector, as a stock bot must; its `faq` counts as `ask`.
With --cross-validate also 5-fold figures on our own wordings (five more trainings).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = {
    "xiaobao": ROOT / "config.yml",
    "logistic": Path(__file__).with_name("logistic.yml"),
    "diet": Path(__file__).with_name("diet.yml"),
}
HELD_OUT = ROOT / "tests" / "eval" / "nlu_heldout.yml"
FOLDS = 5
Rows = list[tuple[str, str]]


def read(path: Path) -> Rows:
    """(wording, intent) of a Rasa NLU file."""
    items = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]
    return [
        (line[2:].strip(), item["intent"])
        for item in items
        for line in item["examples"].splitlines()
        if line[:2] == "- "
    ]


def own_wordings() -> Rows:
    """Everything under data/nlu."""
    return [row for path in sorted((ROOT / "data" / "nlu").glob("*.yml")) for row in read(path)]


def write_project(folder: Path, rows: Rows, faq: bool) -> None:
    """A project to train in: the wordings, the domain's intents, for the peer the questions with an answer each."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, intent in rows:
        by_intent[intent].append(text)
    responses = {}
    if faq:
        from xiaobao.knowledge import library

        for topic in library.load(ROOT / "data" / "knowledge").topics.values():
            by_intent[f"faq/{topic.id}"] = [topic.question, *topic.wordings]
            responses[f"utter_faq/{topic.id}"] = [{"text": topic.question}]
    nlu = [{"intent": name, "examples": "".join(f"- {text}\n" for text in texts)} for name, texts in by_intent.items()]
    intents = sorted({name.split("/")[0] for name in by_intent} | {"unsure"})
    writer = YAML()
    (folder / "nlu").mkdir(parents=True, exist_ok=True)
    writer.dump({"version": "3.1", "nlu": nlu}, folder / "nlu" / "nlu.yml")
    writer.dump({"version": "3.1", "intents": intents, "responses": responses}, folder / "domain.yml")


def train(name: str, folder: Path) -> float:
    """Seconds to train into `folder`, in a process of its own."""
    started = time.perf_counter()
    _run("train", name, folder)
    return time.perf_counter() - started


def _run(stage: str, name: str, folder: Path) -> str:
    environment = os.environ | {
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONPATH": str(ROOT),
        "RASA_CACHE_DIRECTORY": str(folder / "cache"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    command = [sys.executable, "-m", "benchmarks.nlu_peers.measure", name, "--stage", stage, "--keep", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=3600)
    if done.returncode:
        raise RuntimeError(f"{name} {stage} failed:\n{done.stderr[-3000:]}")
    return done.stdout.strip().splitlines()[-1] if stage == "parse" else ""


def train_stage(name: str, folder: Path) -> None:
    """Runs inside the training process."""
    from rasa.model_training import train_nlu

    train_nlu(
        str(CONFIGS[name]),
        str(folder / "nlu"),
        str(folder),
        fixed_model_name="model",
        domain=str(folder / "domain.yml"),
    )


def parse_stage(folder: Path) -> None:
    """Runs inside the parsing process: load, parse every row of rows.json, print what came out."""
    from rasa.core.agent import Agent

    rows = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
    started = time.perf_counter()
    agent = Agent.load(str(folder / "model.tar.gz"))
    loaded = time.perf_counter() - started

    rankings: list[list[tuple[str, float]]] = []

    async def parse_all() -> tuple[list[str], list[float]]:
        await agent.parse_message("您好")
        guesses, times = [], []
        for text in rows:
            begun = time.perf_counter()
            parsed = await agent.parse_message(text)
            times.append((time.perf_counter() - begun) * 1000)
            best = (parsed.get("intent_ranking") or [parsed["intent"]])[0]["name"]
            guesses.append("ask" if best == "faq" else best)
            rankings.append([(one["name"], one["confidence"]) for one in parsed.get("intent_ranking", [])])
        return guesses, times

    guesses, times = asyncio.run(parse_all())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    now = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    figures = {"times": times, "load_s": loaded, "resident_mb": now, "peak_mb": peak}
    print(json.dumps({"guesses": guesses, "rankings": rankings, **figures}))


def scores(right: list[str], guessed: list[str]) -> dict[str, float]:
    """Accuracy and macro-F1 over the intents that occur."""
    f1 = []
    for intent in set(right):
        hit = sum(r == g == intent for r, g in zip(right, guessed, strict=True))
        f1.append(2 * hit / (right.count(intent) + guessed.count(intent)))
    accuracy = sum(r == g for r, g in zip(right, guessed, strict=True)) / len(right)
    return {"accuracy": round(accuracy, 4), "macro_f1": round(statistics.fmean(f1), 4)}


def guess(folder: Path, name: str, rows: Rows) -> dict[str, Any]:
    """What the trained pipeline makes of the rows."""
    (folder / "rows.json").write_text(json.dumps([text for text, _ in rows], ensure_ascii=False), encoding="utf-8")
    return json.loads(_run("parse", name, folder))


def cross_validate(name: str, folder: Path) -> dict[str, float]:
    """Five times: train on four fifths of our wordings, guess the last fifth."""
    rows = own_wordings()
    random.Random(1).shuffle(rows)
    rows.sort(key=lambda row: row[1])  # stable: shuffled within an intent, so that each fold has its share of all
    right, guessed = [], []
    for fold in range(FOLDS):
        part = folder / f"fold{fold}"
        rest = rows[fold::FOLDS]
        write_project(part, [row for index, row in enumerate(rows) if index % FOLDS != fold], faq=False)
        train(name, part)
        right += [intent for _, intent in rest]
        guessed += guess(part, name, rest)["guesses"]
    return scores(right, guessed)


def measure(name: str, folder: Path, folds: bool) -> dict[str, Any]:
    """All figures of one pipeline."""
    rows = own_wordings()
    write_project(folder, rows, faq=name == "diet")
    train_s = train(name, folder)
    held_out = read(HELD_OUT)
    result = guess(folder, name, held_out)
    right, guessed = [intent for _, intent in held_out], result["guesses"]
    known = {text for text, _ in rows}
    fresh = [index for index, (text, _) in enumerate(held_out) if text not in known]
    times = sorted(result["times"])
    return {
        "pipeline": name,
        "wordings": len(rows),
        "held_out": len(held_out),
        **scores(right, guessed),
        "fresh": len(fresh),
        "fresh_accuracy": scores([right[i] for i in fresh], [guessed[i] for i in fresh])["accuracy"],
        "train_s": round(train_s, 1),
        "load_s": round(result["load_s"], 1),
        "parse_ms": round(statistics.median(times), 2),
        "parse_p95_ms": round(times[int(len(times) * 0.95)], 2),
        "resident_mb": round(result["resident_mb"]),
        "cross_validated": cross_validate(name, folder) if folds else None,
    }


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pipeline", choices=sorted(CONFIGS))
    parser.add_argument("--cross-validate", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder for project and model, else a temporary one")
    parser.add_argument("--stage", choices=("train", "parse"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage == "train":
        train_stage(given.pipeline, given.keep)
    elif given.stage == "parse":
        parse_stage(given.keep)
    else:
        with tempfile.TemporaryDirectory() as temporary:
            folder = given.keep or Path(temporary)
            print(json.dumps(measure(given.pipeline, folder, given.cross_validate), ensure_ascii=False))


if __name__ == "__main__":
    main()

"""The stock bot that every figure is held against: Rasa's own pipeline for Chinese on our wordings, domain and rules.

Its pipeline is nlu_peers/diet.yml, trained for two epochs instead of a hundred: what it takes to load, to parse and
to hold in memory does not depend on how long it learnt, and how well it understands is measured in nlu_peers. It is
trained once and kept in the data directory.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.nlu_peers import measure
from xiaobao import training
from xiaobao.settings import ROOT, environment

PIPELINE = measure.CONFIGS["diet"]
EPOCHS = re.compile(r"epochs: \d+")
FAQ_RULE = """version: "3.1"
rules:
- rule: a question that the selector knows
  steps: [{intent: faq}, {action: action_answer}]
"""


def archive() -> Path:
    """The peer's model, trained when there is none for the wordings of today."""
    digest = training.digest(ROOT, (*training.LEARNT, "data/knowledge", str(PIPELINE.relative_to(ROOT))))
    folder = Path(environment().get("XIAOBAO_DATA") or ROOT / "var") / "bench"
    made = folder / f"peer-{digest}.tar.gz"
    if not made.is_file():
        print("Training the stock peer, once: some minutes ...", file=sys.stderr, flush=True)
        _train(folder / "peer", made)
    return made


def _train(folder: Path, made: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    measure.write_project(folder, measure.own_wordings(), faq=True)
    domain = folder / "domain"
    domain.mkdir()
    (folder / "domain.yml").rename(domain / "questions.yml")
    for path in (ROOT / "domain.yml", *sorted((ROOT / "data" / "responses").glob("*.yml"))):
        shutil.copy(path, domain / f"own-{path.name}")
    shutil.copytree(ROOT / "data" / "rules", folder / "rules")
    (folder / "rules" / "faq.yml").write_text(FAQ_RULE, encoding="utf-8")
    config = folder / "config.yml"
    config.write_text(EPOCHS.sub("epochs: 2", PIPELINE.read_text(encoding="utf-8")), encoding="utf-8")
    command = [sys.executable, "-m", "rasa", "train", "--config", str(config), "--domain", str(domain)]
    command += ["--data", str(folder / "nlu"), str(folder / "rules"), "--out", str(folder)]
    command += ["--fixed-model-name", "peer", "--augmentation", "0"]
    environ = training.quiet_environ(dict(os.environ)) | {"RASA_CACHE_DIRECTORY": str(folder / "cache")}
    with (folder / "train.log").open("wb") as log:
        done = subprocess.run(command, cwd=ROOT, env=environ, stdout=log, stderr=log, check=False)
    if done.returncode != 0:
        raise training.TrainingFailed(f"The peer was not trained:\n{training.tail(folder / 'train.log')}")
    (folder / "peer.tar.gz").replace(made)


if __name__ == "__main__":
    print(archive())

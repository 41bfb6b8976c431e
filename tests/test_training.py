"""Which archive fits the data: what is learnt counts, wording counts apart, nothing else does."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from xiaobao import training


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one file in each place that counts."""
    for place in ("data/nlu", "data/rules", "data/stories", "data/dictionary", "data/responses", "data/knowledge",
                  "bot/components", "models"):  # fmt: skip
        (tmp_path / place).mkdir(parents=True)
    for file in ("config.yml", "domain.yml", "data/nlu/a.yml", "data/rules/a.yml", "data/stories/a.yml", "bot/importer.py",
                 "data/dictionary/a.txt", "data/responses/a.yml", "data/knowledge/a.md", "bot/components/a.py"):  # fmt: skip
        (tmp_path / file).write_text("first")
    return tmp_path


@pytest.fixture
def rasa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for `python -m rasa train`, which takes half a minute: it writes what it was asked for."""
    calls = tmp_path / "calls"
    program = tmp_path / "python"
    program.write_text(
        f'#!/bin/sh\necho "$RASA_TELEMETRY_ENABLED $@" >> {calls}\nsleep 0.2\n'
        "while [ $# -gt 0 ]; do case $1 in --out) out=$2;; --fixed-model-name) name=$2;; esac; shift; done\n"
        '[ -z "$FAIL" ] || { echo "InvalidDomain: no such slot"; exit 1; }\ntouch "$out/$name.tar.gz"\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(training.sys, "executable", str(program))
    calls.touch()
    return calls


LEARNT = ["config.yml", "domain.yml", "data/nlu/a.yml", "data/rules/a.yml", "data/stories/a.yml", "bot/importer.py",
          "data/dictionary/a.txt", "bot/components/a.py"]  # fmt: skip


@pytest.mark.parametrize("file", LEARNT)
def test_a_change_of_what_is_learnt_changes_the_first_digest(root, file):
    before = training.archive_name(root).split("-")
    (root / file).write_text("second")
    after = training.archive_name(root).split("-")
    assert after[1] != before[1]
    assert after[2] == before[2]


def test_a_reworded_response_changes_the_second_digest_only(root):
    before = training.archive_name(root).split("-")
    (root / "data/responses/a.yml").write_text("second")
    after = training.archive_name(root).split("-")
    assert (after[1] == before[1], after[2] == before[2]) == (True, False)


def test_laws_times_and_compiled_files_change_nothing(root):
    before = training.archive_name(root)
    (root / "data/knowledge/a.md").write_text("second")
    (root / "bot/components/__pycache__").mkdir()
    (root / "bot/components/__pycache__/a.cpython-310.pyc").write_bytes(b"x")
    os.utime(root / "config.yml", (1, 1))
    assert training.archive_name(root) == before


def test_renaming_a_file_counts(root):
    before = training.archive_name(root)
    (root / "data/nlu/a.yml").rename(root / "data/nlu/b.yml")
    assert training.archive_name(root) != before


def test_a_second_start_trains_nothing(root, rasa, tmp_path):
    said: list[str] = []
    first = training.train(tmp_path / "log", root, say=said.append)
    assert training.train(tmp_path / "log", root, say=said.append) == first
    assert len(rasa.read_text().splitlines()) == 1
    assert said == ["Training the model, one to three minutes ..."]
    assert training.fitting_model(root) == first


def test_rewording_is_said_to_train_nothing(root, rasa, tmp_path):
    training.train(tmp_path / "log", root, say=lambda _: None)
    (root / "data/responses/a.yml").write_text("second")
    said: list[str] = []
    training.train(tmp_path / "log", root, say=said.append)
    assert said == ["Wording changed: packing the model again."]


def test_two_starts_at_once_train_once(root, rasa, tmp_path):
    starts = [threading.Thread(target=training.train, args=(tmp_path / f"log{n}", root)) for n in range(2)]
    for start in starts:
        start.start()
    for start in starts:
        start.join(10)
    assert len(rasa.read_text().splitlines()) == 1


def test_training_never_speaks_to_the_outside(root, rasa, tmp_path):
    environ = {**os.environ, "RASA_TELEMETRY_ENABLED": "true"}
    training.train(tmp_path / "log", root, environ)
    assert rasa.read_text().startswith("false -m rasa train --augmentation 0")


def test_a_failed_training_says_rasas_last_words_and_leaves_no_archive(root, rasa, tmp_path):
    with pytest.raises(training.TrainingFailed, match="InvalidDomain: no such slot"):
        training.train(tmp_path / "log", root, {**os.environ, "FAIL": "1"})
    assert training.fitting_model(root) is None
    assert not list((root / "models").glob(".training-*"))


def test_old_archives_of_ours_go_and_foreign_ones_stay(root, rasa, tmp_path):
    (root / "models" / "mine.tar.gz").touch()
    for n in range(5):
        old = root / "models" / f"xiaobao-{n}-{n}.tar.gz"
        old.touch()
        os.utime(old, (time.time() - 100 + n,) * 2)
    made = training.train(tmp_path / "log", root)
    left = {path.name for path in (root / "models").glob("*.tar.gz")}
    assert left == {"mine.tar.gz", "xiaobao-3-3.tar.gz", "xiaobao-4-4.tar.gz", made.name}


def test_the_newest_archive_serves_when_none_fits_and_none_at_all_is_an_error(root):
    with pytest.raises(FileNotFoundError, match="make train"):
        training.newest_model(root)
    (root / "models" / "mine.tar.gz").touch()
    assert training.newest_model(root).name == "mine.tar.gz"
    fitting = root / "models" / training.archive_name(root)
    fitting.touch()
    os.utime(fitting, (1, 1))
    assert training.newest_model(root) == fitting

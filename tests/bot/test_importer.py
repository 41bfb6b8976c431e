"""Rewording a response trains nothing; proven with Rasa's own fingerprints in a small project."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from rasa.model_training import train
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.utils.io import read_yaml_file

from bot.importer import ContentImporter

ROOT = Path(__file__).resolve().parents[2]

CONFIG = """
recipe: default.v1
assistant_id: test
language: zh
importers:
- name: {importer}
pipeline:
- name: bot.components.normaliser.Normaliser
- name: bot.components.words.Words
- name: bot.components.intent_classifier.IntentClassifier
policies:
- name: RulePolicy
  enable_fallback_prediction: false
"""
DOMAIN = """
version: "3.1"
intents: [greet, goodbye]
actions: []
"""
NLU = """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - 你好
    - 您好呀
    - 早上好
- intent: goodbye
  examples: |
    - 再见
    - 拜拜
    - 下次见
"""
RULES = """
version: "3.1"
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
"""
RESPONSES = """
version: "3.1"
responses:
  utter_greet:
  - text: {words}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RASA_TELEMETRY_ENABLED", "false")
    for folder in ("nlu", "rules", "responses"):
        (tmp_path / "data" / folder).mkdir(parents=True)
    (tmp_path / "config.yml").write_text(CONFIG.format(importer="bot.importer.ContentImporter"), encoding="utf-8")
    (tmp_path / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    (tmp_path / "data" / "nlu" / "nlu.yml").write_text(NLU, encoding="utf-8")
    (tmp_path / "data" / "rules" / "rules.yml").write_text(RULES, encoding="utf-8")
    reword(tmp_path, "您好")
    return tmp_path


def reword(project: Path, words: str) -> None:
    path = project / "data" / "responses" / "session.yml"
    path.write_text(RESPONSES.format(words=words), encoding="utf-8")


def run(project: Path, dry: bool = False) -> Any:
    return train("domain.yml", "config.yml", ["data"], output=str(project / "models"), dry_run=dry)


def retrained(result: Any) -> set[str]:
    return {name for name, value in result.dry_run_results.items() if not getattr(value, "is_hit", True)}


def importer(project: Path) -> TrainingDataImporter:
    return TrainingDataImporter.load_from_config("config.yml", "domain.yml", ["data"])


def test_responses_are_part_of_the_domain_and_not_of_the_training_data(project: Path) -> None:
    assert importer(project).get_domain().responses["utter_greet"][0]["text"] == "您好"
    assert importer(project).get_nlu_data().responses == {}
    assert importer(project).get_nlu_data().intents == {"greet", "goodbye"}


@pytest.mark.slow
@pytest.mark.model
def test_rewording_a_response_trains_nothing_and_the_new_words_are_in_the_model(project: Path) -> None:
    assert run(project).code == 0
    reword(project, "您好，我是小宝")
    assert run(project, dry=True).code == 0

    archive = run(project).model
    shutil.unpack_archive(archive, project / "unpacked")
    (domain,) = (project / "unpacked").rglob("domain.yml")
    assert "您好，我是小宝" in domain.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.model
def test_a_new_wording_of_an_intent_trains_again(project: Path) -> None:
    run(project)
    path = project / "data" / "nlu" / "nlu.yml"
    path.write_text(NLU.replace("    - 拜拜\n", "    - 拜拜\n    - 我走了\n"), encoding="utf-8")
    result = run(project, dry=True)
    assert result.code == 1
    assert any("IntentClassifier" in name for name in retrained(result))


@pytest.mark.slow
@pytest.mark.model
def test_with_the_stock_importer_rewording_does_train_again(project: Path) -> None:
    """If this fails, Rasa has learned it and our importer can go."""
    (project / "config.yml").write_text(CONFIG.format(importer="RasaFileImporter"), encoding="utf-8")
    run(project)
    reword(project, "您好，我是小宝")
    assert run(project, dry=True).code == 1


def test_the_importer_named_in_the_config_is_really_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt name is only a warning of Rasa's, and then the responses are missing."""
    monkeypatch.chdir(ROOT)
    named = [entry["name"] for entry in read_yaml_file("config.yml")["importers"]]
    assert named == [f"{ContentImporter.__module__}.{ContentImporter.__qualname__}"]
    loaded = TrainingDataImporter.load_from_config(
        "config.yml", "domain.yml", ["data/nlu", "data/rules", "data/responses"]
    )
    assert [type(one) for one in loaded.importer._importer._importers] == [ContentImporter]  # type: ignore[attr-defined]
    assert "utter_thanks" in loaded.get_domain().responses

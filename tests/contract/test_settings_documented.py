"""settings.py, .env.example, compose.yml and docs/operations.md name the same variables."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = set(
    re.findall(r'env(?:\.get\(|, )"([A-Z][A-Z_0-9]+)"', (ROOT / "xiaobao" / "settings.py").read_text(encoding="utf-8"))
)
COMPOSE_OWN = {"POSTGRES_PASSWORD", "CHAT_DOMAIN", "DESK_DOMAIN"}


def test_settings_reads_what_we_think_it_reads():
    assert {"XIAOBAO_DATA", "OFFICE", "BOT_PORT", "SECRET_KEY", "BEHIND_TLS", "ACTIONS_URL"} <= READ


def test_the_example_names_every_setting_and_no_other():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?([A-Z][A-Z_0-9]+)=", example, re.MULTILINE))
    assert {name for name in named if not name.startswith("WECHAT_")} == READ


def test_the_operations_guide_explains_every_setting_and_no_other():
    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([A-Z][A-Z_0-9]+)` \|", guide, re.MULTILINE))
    assert {name for name in named if not name.startswith("WECHAT_")} == READ


def test_the_containers_get_only_variables_that_exist():
    compose = (ROOT / "compose.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"\$\{([A-Z][A-Z_0-9]+)", compose))
    assert {name for name in named if not name.startswith("WECHAT_")} <= READ | COMPOSE_OWN


def test_an_example_that_is_used_as_it_is_changes_nothing():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert re.findall(r"^[A-Z]", example, re.MULTILINE) == []

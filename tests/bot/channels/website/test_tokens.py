"""Contrast of every pair of colours that carries text, in each scheme."""

from __future__ import annotations

import re

import pytest

from xiaobao.settings import ROOT

TOKENS = ROOT / "bot" / "channels" / "website" / "static" / "tokens.css"
TEXT = [
    ("ink", "ground"), ("ink", "paper"), ("soft-ink", "ground"), ("soft-ink", "paper"), ("brand", "paper"),
    ("brand-dark", "brand-tint"), ("on-brand", "brand"), ("good", "paper"), ("warn", "paper"), ("bad", "paper"),
    ("on-dead", "dead"), ("ink", "brand-tint"),
]  # fmt: skip


def schemes() -> dict[str, dict[str, str]]:
    text = re.sub(r"/\*.*?\*/", "", TOKENS.read_text(encoding="utf-8"), flags=re.S)
    light, dark = text.split("@media (prefers-color-scheme: dark)", 1)
    found: dict[str, dict[str, str]] = {}

    def colours(block: str) -> dict[str, str]:
        return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{6})", block))

    for name, part in (("light", light), ("dark", dark.split("@media", 1)[0])):
        plain, large = part.split(':root[data-large="true"]', 1)
        found[name] = {**found.get("light", {}), **colours(plain)}
        found[f"{name} large"] = {**found[name], **colours(large)}
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "light large", "dark large"])
def test_text_can_be_read_in_every_scheme(scheme: str) -> None:
    colours = schemes()[scheme]
    least = 7.0 if "large" in scheme else 4.5
    poor = {
        f"{a} on {b}": round(contrast(colours[a], colours[b]), 2)
        for a, b in TEXT
        if contrast(colours[a], colours[b]) < least
    }
    assert poor == {}


@pytest.mark.parametrize("scheme", ["light", "dark", "light large", "dark large"])
def test_borders_of_inputs_and_the_focus_ring_can_be_seen(scheme: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours["input-line"], colours["paper"]) >= 3
    assert contrast(colours["focus"], colours["focus-edge"]) >= 3

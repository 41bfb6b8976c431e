"""Accessibility faults of a page as axe-core (tests/vendor/axe.min.js, MPL-2.0) finds them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js"
GRAVE = ("serious", "critical")
RUN = """() => axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.map((rule) => ({
    id: rule.id, impact: rule.impact, help: rule.help,
    nodes: rule.nodes.map((node) => node.target.join(" ") + " | " + node.html.slice(0, 160)),
})))"""


@cache
def _source() -> str:
    return AXE.read_text(encoding="utf-8")


def faults(page: Any) -> list[str]:
    """Serious and critical faults of what the playwright page shows now, one line for each element."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(_source())  # by the debugger's door: a script tag is against the page's own policy
    return [
        f"{rule['impact']} {rule['id']}: {rule['help']}: {node}"
        for rule in page.evaluate(RUN)
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]

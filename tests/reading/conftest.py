"""The reference lists, loaded once: they are frozen, so tests may share them."""

from __future__ import annotations

from datetime import date

import pytest

from xiaobao.reading import reference as reference_module
from xiaobao.reading.reference import Reference
from xiaobao.settings import ROOT

TODAY = date(2026, 11, 25)  # a Wednesday


@pytest.fixture(scope="session")
def reference() -> Reference:
    return reference_module.load(ROOT / "data" / "reference")


@pytest.fixture(scope="session")
def today() -> date:
    return TODAY

"""The running product, started once for all journeys as a newcomer starts it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.browser import ARGUMENTS, CHROMIUM, Chat
from tests.simulators import staff
from tests.simulators.product import Product, at_any_hour


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(data=at_any_hour(tmp_path_factory.mktemp("product"))) as running:
        yield running


@pytest.fixture(scope="session")
def admin(product: Product) -> staff.Staff:
    return staff.admin(product.desk, product.log)


@pytest.fixture(scope="session")
def supervisor(admin: staff.Staff) -> staff.Staff:
    return staff.colleague(admin, "wang", "supervisor", "王工")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's browser; without it the tests are skipped, or fail where XIAOBAO_REQUIRE names `browser`."""
    if not Path(CHROMIUM).exists():
        if "browser" in os.environ.get("XIAOBAO_REQUIRE", ""):
            pytest.fail(f"{CHROMIUM} is missing")
        pytest.skip(f"{CHROMIUM} is missing")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def chat(product: Product, chromium: Any) -> Iterator[Chat]:
    """The chat page of a new citizen on a phone; whatever happens on it, nothing leaves and nothing complains."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(15_000)
    opened = Chat(context.new_page(), product.bot).open()
    yield opened
    context.close()
    assert opened.watch.elsewhere == [], "asked of another origin"
    assert opened.watch.complaints == [], "said on the console"

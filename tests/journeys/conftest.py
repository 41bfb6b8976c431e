"""The running product, started once for all journeys as a newcomer starts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulators import staff
from tests.simulators.product import Product


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    data: Path = tmp_path_factory.mktemp("product")
    with Product(data=data) as running:
        yield running


@pytest.fixture(scope="session")
def admin(product: Product) -> staff.Staff:
    return staff.admin(product.desk, product.log)


@pytest.fixture(scope="session")
def supervisor(admin: staff.Staff) -> staff.Staff:
    return staff.colleague(admin, "wang", "supervisor", "王工")

"""The same fresh product as the tests of the actions."""

from tests.actions.conftest import environment, office_id, talk

__all__ = ["environment", "office_id", "talk"]

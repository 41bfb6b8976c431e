"""The same fresh product as the tests of the actions, and the same desk as those of the desk."""

from tests.actions.conftest import environment, office_id, talk
from tests.desk.conftest import app, built, clock, compiled, desk, settings, staff

__all__ = ["app", "built", "clock", "compiled", "desk", "environment", "office_id", "settings", "staff", "talk"]

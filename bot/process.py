"""What the bot's process needs to stay quick while many write at once. Called when the server starts, never at import.

Rasa checks each answer of the action server by `jsonschema.validate`, which checks the schema itself every time: with
jsonschema 4 seven eighths of the work, several times in each turn (measured: 37 ms of 42, docs/benchmarks.md).
"""

from __future__ import annotations

import sys
from typing import Any

import jsonschema
from rasa.core.actions.action import RemoteAction

# Seconds; Python's own 5 ms let a thread that talks to the database wait for the interpreter at each of its calls.
SWITCH_SECONDS = 0.0005


def prepare() -> None:
    """Check answers of the action server with a schema that was checked once; let threads take turns sooner."""
    RemoteAction._validate_action_result = checker()  # type: ignore[method-assign]
    sys.setswitchinterval(SWITCH_SECONDS)


def checker() -> Any:
    """A method for RemoteAction: True for an answer of the right form, else ValidationError, as Rasa's own."""
    schema = RemoteAction.action_response_format_spec()
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    def _validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
        fault = jsonschema.exceptions.best_match(validator.iter_errors(result))
        if fault is not None:
            fault.message += f". The action server's answer to {self.name()} has not the form that Rasa expects."
            raise fault
        return True

    return _validate_action_result

"""`python -m actions`: the action server, ready to answer before it listens.

rasa-sdk alone would build the context at the first message, and the first citizen would wait for it.
"""

from __future__ import annotations

from rasa_sdk import endpoint, utils

from actions.base import context
from xiaobao.settings import Settings


def main() -> None:
    utils.configure_colored_logging("INFO")
    settings = Settings.from_env()
    context()
    endpoint.run("actions", port=settings.actions_port)


if __name__ == "__main__":
    main()

"""A server with the real WeChat channel and a stand-in for Rasa's agent; run as a process, killed like one.

`慢3.5` in a text makes the turn take 3.5 seconds, `数一数` counts how often that was heard. Usage: python -m tests.bot.channels.wechat.stand_in FOLDER PORT
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage, register
from rasa.shared.utils.io import read_yaml_file
from sanic import Sanic

from bot.channels.website.channel import WebsiteInput
from bot.channels.website.turns import Patience
from bot.channels.wechat.account import Account
from bot.channels.wechat.channel import WechatInput
from tests.bot.channels.website.stand_in import Agent
from xiaobao.settings import ROOT, Settings

SLOW = re.compile(r"慢(\d+(?:\.\d+)?)")


class SlowAgent(Agent):
    """Takes the time that a text names."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.counted = 0
        responses = read_yaml_file(ROOT / "data" / "responses" / "notices.yml")["responses"]
        self.domain.responses.update(
            {name: text for name, text in responses.items() if name != "utter_notice_accepted"}
        )

    async def handle_message(self, message: UserMessage) -> None:
        """As long as the text says, then as always."""
        with (self.folder / "begun.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({"text": message.text, "pid": os.getpid()}) + "\n")
        if (found := SLOW.search(message.text or "")) is not None:
            await asyncio.sleep(float(found.group(1)))
        if "数一数" in (message.text or ""):
            self.counted += 1
            await message.output_channel.send_response(message.sender_id, {"text": f"第{self.counted}次听到了"})
            return
        await super().handle_message(message)


async def watch_stalls(folder: Path) -> None:
    """Note each time at which the event loop could not be had for 5 ms or more."""
    tick = 0.002
    with (folder / "stalls.jsonl").open("a", encoding="utf-8", buffering=1) as log:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(tick)
            late = time.perf_counter() - begun - tick
            if late >= 0.005:
                log.write(json.dumps({"at": time.time(), "ms": late * 1000}) + "\n")


def build(folder: Path) -> Sanic:
    """The app as Rasa would build it, without Rasa's own routes."""
    app = Sanic("stand_in", configure_logging=False)
    patience = Patience(**json.loads((folder / "patience.json").read_text(encoding="utf-8")))
    options = {name.removeprefix("WECHAT_").lower(): value for name, value in os.environ.items()}
    settings = Settings.from_env()
    if os.environ.get("REFERENCE"):  # an office with quiet hours, say
        settings = replace(settings, reference_dir=Path(os.environ["REFERENCE"]))
    look_again = float(os.environ.get("LOOK_AGAIN", "30"))
    register(
        [WebsiteInput(settings, patience), WechatInput(settings, Account.from_options(options), patience, look_again)],
        app,
        route="/webhooks/",
    )

    async def load(app: Sanic, loop: Any) -> None:
        app.ctx.agent = SlowAgent(folder)
        if os.environ.get("MEASURE_STALLS"):
            app.ctx.watch = loop.create_task(watch_stalls(folder))

    app.register_listener(load, "before_server_start")
    return app


if __name__ == "__main__":
    logging.basicConfig(level=os.environ.get("STAND_IN_LOG", "INFO"))
    build(Path(sys.argv[1])).run(host="127.0.0.1", port=int(sys.argv[2]), access_log=False)

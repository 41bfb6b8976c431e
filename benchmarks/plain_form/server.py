"""Train the plain form on the spot and run it as its documentation says: `rasa run --enable-api`, the REST webhook."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from benchmarks.bot import wait_for
from tests.eval.filing import Shown
from tests.eval.filing_score import Filed
from tests.eval.halting.halting import Reply
from tests.simulators.product import free_port
from xiaobao import training

PROJECT = Path(__file__).parent
DONE = "您的投诉已经登记好了"
SLOTS = {
    "merchant": "merchant",
    "item": "item",
    "amount": "amount",
    "date": "event_date",
    "claim": "claim",
    "name": "contact_name",
    "phone": "contact_phone",
    "address": "merchant_address",
    "home": "contact_address",
}


class PlainForm:
    """`with PlainForm() as peer: peer.chat()`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="plain-form-"))
        self.url = f"http://127.0.0.1:{free_port()}"
        self.process: subprocess.Popen[bytes] | None = None

    def chat(self) -> PlainChat:
        """A new conversation."""
        return PlainChat(self.url)

    def __enter__(self) -> PlainForm:
        """Some minutes. Raises TrainingFailed or RuntimeError with the last words of Rasa."""
        for name in ("config.yml", "domain.yml", "data"):
            whole = PROJECT / name
            (shutil.copytree if whole.is_dir() else shutil.copy)(whole, self.folder / name)
        (self.folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")
        log = self.folder / "rasa.log"
        environ = training.quiet_environ() | {"RASA_CACHE_DIRECTORY": str(self.folder / "cache")}
        rasa = [sys.executable, "-m", "rasa"]
        with log.open("wb") as out:
            done = subprocess.run([*rasa, "train"], cwd=self.folder, env=environ, stdout=out, stderr=out, check=False)
            if done.returncode:
                raise training.TrainingFailed(training.tail(log))
            command = [*rasa, "run", "--enable-api", "-i", "127.0.0.1", "-p", self.url.rpartition(":")[2]]
            self.process = subprocess.Popen(command, cwd=self.folder, env=environ, stdout=out, stderr=out)
        wait_for(f"{self.url}/status", self.process, log)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


class PlainChat:
    """One conversation with the plain form; there are no cards, no summary and no number: done is done."""

    def __init__(self, url: str) -> None:
        self.url, self.sender = url, uuid.uuid4().hex
        self.payloads: dict[str, str] = {}

    def turn(self, reply: Reply) -> Shown:
        said = self.payloads[reply.press] if reply.press else reply.text
        body = {"sender": self.sender, "message": said}
        answer = requests.post(f"{self.url}/webhooks/rest/webhook", json=body, timeout=60)
        answer.raise_for_status()
        messages: list[dict[str, Any]] = answer.json()
        buttons = [one for message in messages for one in message.get("buttons") or []]
        self.payloads |= {one["title"]: one["payload"] for one in buttons}
        text = "\n".join(message["text"] for message in messages if message.get("text"))
        return Shown(text, [one["title"] for one in buttons], None, self.sender if DONE in text else None)

    def filed(self, number: str) -> Filed:
        """The slots when the form was complete; words only, no sources."""
        answer = requests.get(f"{self.url}/conversations/{number}/tracker", timeout=30)
        answer.raise_for_status()
        slots = answer.json()["slots"]
        return Filed({name: slots.get(slot) for name, slot in SLOTS.items()})

"""`make eval-questions SET=in.jsonl OUT=out.jsonl`: the trained model and the real answering code, no shortcut."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


async def answer(agent: Any, text: str) -> dict[str, Any]:
    """One question as the bot would treat it."""
    return await judged(await agent.parse_message(text), text)


async def judged(parsed: dict[str, Any], text: str) -> dict[str, Any]:
    """What the answering code makes of `text`, heard by the model as `parsed`."""
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.base import context
    from actions.guidance import Answer, OutOfScope
    from xiaobao.knowledge import acts, render, routes

    intent = parsed["intent"]["name"]
    ranking = context().searcher.rank(text)
    dispatcher = CollectingDispatcher()
    tracker = Tracker("eval", {}, parsed, [], False, None, {}, None)
    events = await (OutOfScope() if intent == "out_of_scope" else Answer()).run(dispatcher, tracker, {})
    opens_form = any(event.get("event") == "followup" for event in events)
    # How sure the search is that the question is ours, shared out by how well the others fit.
    answers = [
        {
            "faq": a.topic.id,
            "refines": a.topic.refines,
            "score": ranking.confidence * a.score / ranking.answers[0].score,
        }
        for a in ranking.answers[:5]
    ]
    cited = render.answer(ranking.answers[0].topic, context().library).citations if answers else ()
    return {
        "intent": intent,
        "confidence": parsed["intent"]["confidence"],
        "route": routes.route_of(ranking),
        "act": "complain" if opens_form else acts.act_of(text, ranking),
        "answers": answers,
        "citations": [{"law": c.law, "article": c.article} for c in cited],
        "reply": "\n".join(_words(m) for m in dispatcher.messages if m.get("response")),
    }


def _words(message: dict[str, Any]) -> str:
    from actions.base import context

    values = {k: v for k, v in message.items() if isinstance(v, str)}
    name = values.pop("response")
    return context().words.text(name, **values)


async def run(source: str, target: str) -> None:
    from rasa.core.agent import Agent

    from actions.base import context
    from xiaobao.start import newest_model

    agent = Agent.load(str(newest_model()))
    context().searcher.wait()
    lines = [line for line in Path(source).read_text(encoding="utf-8").splitlines() if line.strip()]
    with Path(target).open("w", encoding="utf-8") as out:
        for n, line in enumerate(lines, 1):
            row = json.loads(line)
            out.write(json.dumps({"id": row["id"], **await answer(agent, row["text"])}, ensure_ascii=False) + "\n")
            if n % 50 == 0:
                print(f"{n}/{len(lines)}")


@contextlib.contextmanager
def on_a_fresh_database() -> Iterator[None]:
    """Settings with an empty, migrated database of its own: what is asked here is nobody's question."""
    from xiaobao import database

    with tempfile.TemporaryDirectory(prefix="xiaobao-eval-") as folder:
        (ROOT / "var" / "cache").mkdir(parents=True, exist_ok=True)
        Path(folder, "cache").symlink_to(ROOT / "var" / "cache")
        os.environ.update(XIAOBAO_DATA=folder, DATABASE_URL=f"sqlite:///{folder}/xiaobao.db")
        for secret in ("SECRET_KEY", "INTERNAL_SECRET"):
            os.environ.setdefault(secret, secrets.token_hex(32))
        database.upgrade(os.environ["DATABASE_URL"])
        yield


if __name__ == "__main__":
    with on_a_fresh_database():
        asyncio.run(run(*sys.argv[1:3]))

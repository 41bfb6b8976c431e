"""What helps to prove a matter: the list, shown once and without a turn of its own; what waits for a consent.

The list is a help: nothing of it is demanded, and a bank is never given as a reason to bring what the bank holds
(银行业保险业消费投诉处理管理办法 art. 13). Consents are asked by the channel (bot/channels/website/consents.py).
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

from actions import filing
from actions.base import Turn
from actions.draft import Draft
from xiaobao.conversations import sensitive, uploads
from xiaobao.conversations.sensitive import Kinds
from xiaobao.tickets import evidence_list

NEAR_THE_END = ("contact_name", "confirmed")
MOST_NOTES = 2
SHOWN = "evidence_shown"  # a flag of the draft
# 要准备什么证据, 需要哪些材料, 证据清单
ASKS = re.compile(
    r"(?:准备|提供|要|带|交|传|补)[^，。]{0,6}(?:什么|哪些|啥|哪几样)[^，。]{0,3}(?:证据|材料|凭证|资料)(?![费款商])|"
    r"(?:什么|哪些|啥)(?:证据|材料|凭证|资料)(?![费款商])|(?:证据|材料)(?:清单|有哪些|要哪些|怎么准备)"
)


def once(turn: Turn, draft: Draft, slot: str) -> None:
    """Before the question for the contact data or the summary, whichever comes first; it asks for no answer."""
    if slot in NEAR_THE_END and draft.kind != "suggestion" and not draft.flags.get(SHOWN):
        show(turn, draft)


def show(turn: Turn, draft: Draft) -> None:
    """Say the list that fits what is known so far."""
    draft.flags[SHOWN] = True
    words, found = turn.context.words, of(turn, draft)
    lines = [words.text(f"utter_evidence_{'there' if one.there else 'line'}", text=one.text) for one in found.lines]
    for scene in found.notes[:MOST_NOTES]:
        lines.append(words.text("utter_evidence_note", note=scene.note, law=scene.law, article=scene.article))
    if found.sensitive:
        titles = kind_titles(turn, list(found.sensitive))
        lines.append(words.text("utter_evidence_sensitive", titles=titles))
    turn.say("utter_evidence_list", lines="\n".join(lines))


def of(turn: Turn, draft: Draft) -> evidence_list.EvidenceList:
    """The list for a draft, with what was handed in or named ticked."""
    route = filing.route_of(turn, draft)
    told = [draft.get(slot) or "" for slot in ("narrative", "item", "merchant", "institution", "platform", "shop_name")]
    facts = evidence_list.Facts(
        text="\n".join(told),
        object=str(draft.normalised("object") or draft.get("object") or ""),
        problem=str(draft.normalised("problem") or draft.get("problem") or ""),
        purchase_mode=str(draft.normalised("purchase_mode") or draft.get("purchase_mode") or ""),
        routes=frozenset((route.code, *route.also)),
    )
    with turn.session() as session:
        names = [one.filename for one in uploads.of_conversation(session, turn.conversation_id, not_filed=True)]
    return evidence_list.choose(turn.context.tickets.evidence, facts, names)


def consent_lines(turn: Turn) -> list[str]:
    """What the summary says of sensitive files: which still wait for an answer, which were deleted."""
    with turn.session() as session:
        waiting = uploads.kinds_in(session, turn.conversation_id, uploads.ASKED)
        refused = uploads.kinds_in(session, turn.conversation_id, uploads.REFUSED)
    named = (("utter_summary_evidence_waiting", waiting), ("utter_summary_evidence_refused", refused))
    return [turn.context.words.text(name, titles=kind_titles(turn, kinds)) for name, kinds in named if kinds]


def kind_titles(turn: Turn, kinds: list[str]) -> str:
    """Kinds of sensitive files as people call them."""
    known = _kinds(turn.context.settings.reference_dir)
    return "、".join(known[kind].title for kind in kinds if kind in known)


@functools.lru_cache(maxsize=2)
def _kinds(reference_dir: Path) -> Kinds:
    return sensitive.load(reference_dir)

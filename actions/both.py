"""One story that wants money and punishment: a complaint and, beside it, a report of its own.

Sources: 市场监督管理投诉举报处理办法 art. 3 (complaint and report are two things), art. 37 (who reports is kept secret).
The report has its own number, its own (or no) contact data and no photograph unless the citizen says so; only the
report knows of the complaint, never the other way round.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from rasa_sdk.events import FollowupAction

from actions.base import Events, Turn
from actions.draft import Draft
from xiaobao.reading import claims, wishes
from xiaobao.tickets.office import OfficeKind
from xiaobao.tickets.service import Submission

FLAG, ANONYMOUS, PHOTOS = "report_too", "report_anonymous", "report_photos"
NO_CLAIM = "other"  # claims.csv: 查处, 处罚, 解释 ask for nothing that belongs to a dispute of one's own
LONGEST_CHANGE = 24  # characters: a longer message is more of the story
_NO_REPORT = re.compile(r"(?:不|别|不用|不要|不想|取消)再?(?:举报|查处|处罚)|(?:只|光|就)要?投诉|投诉就(?:行|够|好)")
_YES_REPORT = re.compile(r"(?:还|也|都|又|再)是?(?:要|想)?举报|举报(?:还是)?(?:要|留着)")
_NO_NAME = re.compile(r"匿名|不留名|不署名|(?:别|不要?)(?:写|留|用)我?的?(?:名|姓名|名字|真名)")
_WITH_PHOTOS = re.compile(r"(?:照片|图片|截图|证据|材料)[^，。]{0,6}(?:给|附|放|交|带|加)[^，。]{0,4}(?:举报|上|去)")


def look(turn: Turn, draft: Draft) -> None:
    """Say once that a report goes along, when the story asks for punishment, too."""
    if draft.kind != "complaint" or FLAG in draft.flags or not _possible(turn):
        return
    if wishes.punishment(draft.get("narrative") or "") is None:
        return
    _say_so(turn, draft)


def _say_so(turn: Turn, draft: Draft) -> None:
    draft.flags[FLAG] = True
    turn.say("utter_report_too", buttons=[turn.button("no_report", "answer_slot", slot_name=FLAG, value="no")])


def _possible(turn: Turn) -> bool:
    """An institution takes no reports about itself."""
    return turn.context.office.kind != OfficeKind.INSTITUTION


def switch(turn: Turn, draft: Draft, form: Any) -> Events | None:
    """A report whose story asks for money, too, goes on as a complaint with the report beside it; else None."""
    if draft.kind != "report" or FLAG in draft.flags:
        return None
    asked = claims.read(draft.get("narrative") or "", turn.context.reading)
    if all(claim.category.code == NO_CLAIM for claim in asked):
        return None
    draft.flags["resuming"] = True
    draft.values["ticket_kind"] = "complaint"
    _say_so(turn, draft)
    return [*form.leave(turn, draft), FollowupAction("complaint_form")]


def wanted(draft: Draft) -> bool:
    """Whether a report is filed with the complaint."""
    return draft.kind == "complaint" and bool(draft.flags.get(FLAG))


def change(turn: Turn, draft: Draft, text: str) -> bool:
    """不要举报 / 匿名举报 / 照片也附到举报: take it and say so; false when the words are about something else."""
    if draft.kind != "complaint" or not _possible(turn) or len(text) > LONGEST_CHANGE:
        return False
    if wanted(draft) and _NO_REPORT.search(text):
        return _set(turn, draft, FLAG, False, "utter_report_dropped")
    if not wanted(draft):
        return bool(_YES_REPORT.search(text)) and _set(turn, draft, FLAG, True, "utter_report_kept")
    if _NO_NAME.search(text):
        return _set(turn, draft, ANONYMOUS, True, "utter_report_without_name")
    return bool(_WITH_PHOTOS.search(text)) and _set(turn, draft, PHOTOS, True, "utter_report_with_photos")


def drop(turn: Turn, draft: Draft) -> None:
    """The button 不要举报."""
    _set(turn, draft, FLAG, False, "utter_report_dropped")


def _set(turn: Turn, draft: Draft, flag: str, value: bool, response: str) -> bool:
    draft.flags[flag] = value
    turn.say(response)
    return True


def line(turn: Turn, draft: Draft, photos: int) -> str:
    """One line of the summary: what is filed besides, with or without name and photographs."""
    words = turn.context.words
    told = [words.text("utter_summary_report_too")]
    if draft.flags.get(ANONYMOUS):
        told.append(words.text("utter_summary_report_without_name"))
    else:
        told.append(words.text("utter_summary_report_with_name"))
    if photos:
        given = bool(draft.flags.get(PHOTOS))
        told.append(words.text("utter_summary_report_with_photos" if given else "utter_summary_report_without_photos"))
    return "".join(told)


def draft_id(draft: Draft) -> str:
    """The key under which the report is filed once only."""
    return f"{draft.draft_id}-report"


def report(draft: Draft, complaint: Submission, number: str) -> Submission:
    """The report beside the complaint `number`: the same facts, none of its claims, and only what may travel.

    One without a name knows neither complaint nor conversation: both would lead to the name.
    """
    hidden = bool(draft.flags.get(ANONYMOUS))
    contact: dict[str, Any] = (
        dict.fromkeys(("contact_name", "contact_phone", "contact_address", "contact_email")) if hidden else {}
    )
    return replace(
        complaint,
        ticket_kind="report",
        draft_id=draft_id(draft),
        conversation_id=None if hidden else complaint.conversation_id,
        beside_complaint=None if hidden else number,
        evidence=complaint.evidence if draft.flags.get(PHOTOS) else (),
        anonymous="yes" if hidden else "no",
        claim=None,
        pass_on_to_merchant=None,
        own_use=None,
        elsewhere=None,
        **contact,
    )


def shows(draft: Draft, row: dict[str, Any]) -> bool:
    """Whether a row of the summary belongs on the report's receipt."""
    if row["slot"].startswith("contact_"):
        return not draft.flags.get(ANONYMOUS)
    return row["slot"] not in ("claim", "pass_on_to_merchant", "own_use", "elsewhere")

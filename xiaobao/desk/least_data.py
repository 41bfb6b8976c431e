"""A complaint as the institution it is about may read it (pure): no more than is needed to answer (个人信息保护法 art. 6).

Nothing may tell that a report exists or is thought of (市场监督管理投诉举报处理办法 art. 37): a sentence that speaks of
reporting, punishing or informing is left out whole, because what follows the word often tells more than the word.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from xiaobao import privacy
from xiaobao.reading import wishes
from xiaobao.tickets.views import TicketView

_REPORTING = re.compile(
    r"[举舉擧][报報]|[检檢][举舉]|揭[发發]|查处|查處|严查|彻查|处罚|處罰|惩处|惩罚|严惩|罚款|吊销|取缔|查封|立案|执法|稽查|"
    r"曝光|爆料|线索|線索|知情人|内部员工|内部人|匿名|不留名|保密|有奖|奖励|监督检查|行政处理|追究|违法行为|jubao|ju\s?bao",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^。！？!?；;\n]*(?:[。！？!?；;\n]+|$)")
_SPACE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_SIGNS = re.compile(r"[^\w]+|_+")
FACTS = ("item", "purchase_mode", "order_number", "policy_number", "complained_to_institution")


@dataclass(frozen=True)
class Shown:
    """What the institution reads. Contact data are empty unless the citizen agreed to pass them on."""

    merchant: str
    facts: dict[str, str]
    amount: str
    day: str
    claim: str
    story: str
    shortened: bool  # by rule or because nothing was told; the words for it are the same
    contact_name: str
    contact_phone: str


def speaks_of_report(text: str) -> bool:
    """Whether words tell of reporting or punishing, blanks and signs between the characters put aside."""
    plain = _SPACE.sub("", unicodedata.normalize("NFKC", text))
    return bool(_REPORTING.search(_SIGNS.sub("", plain)) or wishes.punishment(plain))


def without_report(text: str) -> str:
    """The text without every sentence that speaks of reporting; empty when none is left."""
    kept = [part[0] for part in _SENTENCE.finditer(text) if part[0] and not speaks_of_report(part[0])]
    left = "".join(kept).strip()
    # A word may be cut in two by a full stop or a line's end: then nothing of the text is safe.
    return "" if speaks_of_report(left) else left


def agreed(ticket: TicketView) -> bool:
    """Whether the citizen said that the own data may go to the merchant."""
    return ticket.pass_on_to_merchant == "yes"


def of(ticket: TicketView, contact: tuple[str | None, str | None] = (None, None)) -> Shown:
    """The least of a complaint; `contact` is the unmasked name and telephone, used only after consent."""
    passes = agreed(ticket)
    story = _plain(ticket.narrative, passes)
    named = ticket.merchant or ticket.institution or ticket.shop_name
    return Shown(
        merchant=_plain(named, passes),
        facts={name: said for name in FACTS if (said := _plain(getattr(ticket, name), passes))},
        amount=f"{ticket.amount_cents / 100:,.2f} 元"
        if ticket.amount_cents is not None
        else _plain(ticket.amount_text, passes),
        day=ticket.event_date.isoformat() if ticket.event_date else _plain(ticket.event_date_text, passes),
        claim=_plain(wishes.without_punishment(ticket.claim or ""), passes),
        story=story,
        shortened=story != (ticket.narrative or ""),
        contact_name=(contact[0] or "") if passes else "",
        contact_phone=(contact[1] or "") if passes else "",
    )


def _plain(text: str | None, passes: bool) -> str:
    kept = without_report(text or "")
    return privacy.mask_sensitive(kept) if passes else privacy.mask_person(kept)

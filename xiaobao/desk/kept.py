"""What somebody typed before a session ran out or a page grew old: shown again, so that nothing has to be written twice."""

from __future__ import annotations

from collections.abc import Mapping

LONG = ("text", "result", "narrative", "said", "notes")
# The other fields of the intake form, in its order; they come together in one piece.
SHORT = (
    *("merchant", "merchant_address", "shop_name", "platform", "institution", "item", "amount", "event_date", "claim"),
    *("order_number", "policy_number", "region", "contact_name", "contact_phone", "contact_address", "source_number"),
    *("name", "credit_code"),
)


def words_of(form: Mapping[str, str]) -> list[str]:
    """Long texts one by one, then the short fields as lines. A form without a long text has nothing to lose."""
    long = [value for name in LONG if (value := form.get(name, "").strip())]
    short = [value for name in SHORT if (value := form.get(name, "").strip())]
    return [*long, "\n".join(short)] if long and short else long

"""Masking of personal data (pure).

Sources: 个人信息保护法 art. 6 and 28 (least necessary; identity and account numbers are sensitive),
GB 11643 / ISO 7064 MOD 11-2 (check digit of identity numbers), ISO/IEC 7812 (Luhn check of card numbers).
"""

from __future__ import annotations

import re
import unicodedata

_GAP = r"[ \-－—–·.]?"
_IDENTITY = re.compile(rf"(?<!\d)[1-9１-９](?:{_GAP}\d){{16}}{_GAP}[\dXxＸｘ](?!\d)")
_CARD = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{12,18}}(?!\d)")
_ORDER_BEFORE = re.compile(
    r"(订单|单号|运单|保单|快递|物流|流水|编号|序列号|IMEI|imei|条码|统一社会信用代码|合同号)[^\n，。；,;]{0,8}$"
)
_TICKET_BEFORE = re.compile(r"x\s?b[\s\-_—–:#]*$", re.IGNORECASE)
_SECRET = re.compile(
    r"((?:验证码|动态码|校验码|安全码|CVV2?|CVC2?|cvv2?|cvc2?|密码|口令|支付码|PIN码?)(?:后三位)?(?:都?是|为|：|:|=|\s){0,3})"
    r"([A-Za-z0-9@#$%^&*!_.\-]{3,32})"
)
_PHONE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?(1[3-9]\d)([ -]?)(\d{4})([ -]?)(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}[ -]?)(\d{3,4})(\d{4})(?!\d)")
_CALLED = re.compile(
    r"((?:我叫|叫我|我名叫|我的名字[是叫]?|我名字[是叫]|姓名[：:是为]?|(?:联系人|投诉人)[：:是]?)\s?)(?!什么|他|她|去|来|别|不)"
    r"([一-鿿·]{2,4}?)(?=[，,。！!？?；;\s、]|今年|电话|手机|就|吧|住|$)"
)
_LIVES = re.compile(
    r"((?:我家?|家)?(?:住在|住址[是：:]?|家住)|我家在|我住|(?:我的|通讯|家庭)地址[是：:为]?)[^，,。；;！!？?\n]{2,40}"
)
_OWN_BEFORE = re.compile(r"(?:我|本人)(?:的)?(?:联系)?(?:电话|手机|号码|手机号)?(?:是|为|：|:|，|,|\s)*$")
_EMAIL = re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+-]*@([A-Za-z0-9.-]+\.[A-Za-z]{2,})")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def mask_sensitive(text: str) -> str:
    """Mask what must never be stored from a chat: identity numbers, bank cards, codes and passwords.

    Order, parcel, policy and our own ticket numbers stay, even when they would pass for a card number.
    """
    text = _SECRET.sub(lambda match: match[1] + "*" * 6, text)
    text = _IDENTITY.sub(_mask_identity, text)
    return _CARD.sub(_mask_card, text)


def mask_pii(text: str) -> str:
    """Mask for logs and lists: `mask_sensitive`, telephone numbers and e-mail addresses."""
    text = mask_sensitive(text)
    text = _PHONE.sub(lambda match: f"{match[1]}****{match[5]}", text)
    text = _LANDLINE.sub(lambda match: f"{match[1]}****{match[3]}", text)
    return _EMAIL.sub(r"\1***@\2", text)


def mask_person(text: str) -> str:
    """Mask what tells who a writer is: name, home, telephone, mail; for children (个人信息保护法 art. 28, 31)."""
    text = _CALLED.sub(lambda match: match[1] + mask_name(match[2]), mask_pii(text))
    return _LIVES.sub(lambda match: match[1] + "****", text)


def mask_others(text: str) -> str:
    """Mask identity and telephone numbers in a story, except those that the writer calls their own."""

    def masked(match: re.Match[str]) -> str:
        before = text[max(0, match.start() - 10) : match.start()]
        return match[0] if _OWN_BEFORE.search(before) else mask_phone(match[0])

    return _LANDLINE.sub(masked, _PHONE.sub(masked, mask_sensitive(text)))


def mask_phone(phone: str) -> str:
    """13800001234 -> 138****1234; shorter numbers keep their last four digits at most."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return "****" + digits[-4:] if len(digits) > 4 else "****"


def mask_name(name: str) -> str:
    """欧阳娜娜 -> 欧**: the first character; always two stars, so that the length tells nothing."""
    name = name.strip()
    return f"{name[:1]}**" if name else ""


def mask_address(address: str) -> str:
    """Keep down to the district or street, mask the rest: 云泽市东城区和平路8号3单元 -> 云泽市东城区****."""
    address = address.strip()
    if not address:
        return ""
    found = re.match(r".{1,24}?(?:区|县|旗)(?!域)|.{1,12}?市|.{1,12}?(?:省|自治区)", address)
    return (found[0] if found else address[:2]) + "****"


def mask_email(email: str) -> str:
    """lisi@example.com -> l***@example.com."""
    return _EMAIL.sub(r"\1***@\2", email)


def is_identity_number(text: str) -> bool:
    """Whether 18 characters are an identity number with a right check digit and a possible birth date."""
    if not re.fullmatch(r"[1-9]\d{16}[\dXx]", text):
        return False
    if not (1850 <= int(text[6:10]) <= 2100 and 1 <= int(text[10:12]) <= 12 and 1 <= int(text[12:14]) <= 31):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == text[17].upper()


def passes_luhn(digits: str) -> bool:
    """Whether a string of digits passes the check of bank card numbers."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _mask_identity(match: re.Match[str]) -> str:
    bare = re.sub(r"[ \-－—–·.]", "", unicodedata.normalize("NFKC", match[0]))
    if not is_identity_number(bare):
        return match[0]
    return f"{bare[:3]}{'*' * 11}{bare[-4:]}"


def _mask_card(match: re.Match[str]) -> str:
    bare = re.sub(r"\D", "", unicodedata.normalize("NFKC", match[0]))
    before = match.string[max(0, match.start() - 16) : match.start()]
    if not passes_luhn(bare) or _ORDER_BEFORE.search(before):
        return match[0]
    # One ticket number in ten has a right check digit by chance, with its query code or without.
    if bare.startswith("20") and _TICKET_BEFORE.search(unicodedata.normalize("NFKC", before)):
        return match[0]
    return f"{bare[:4]}{'*' * (len(bare) - 8)}{bare[-4:]}"

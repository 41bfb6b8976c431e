"""How a complaint came to the office (pure)."""

from __future__ import annotations

from xiaobao.tickets.workflow import Labelled

LONGEST_NUMBER = 64  # characters of a number given elsewhere (12345, a letter's register)


class Source(Labelled):
    PHONE = ("phone", "来电")
    VISIT = ("visit", "来访")
    LETTER = ("letter", "来信")
    TRANSFER_12345 = ("transfer_12345", "12345转办")
    TRANSFER_12363 = ("transfer_12363", "12363转办")  # 人民银行; binds a bank (deadlines.csv, pbc.reply)
    STALL = ("stall", "3·15现场")
    WEB = ("web", "网站")
    WECHAT = ("wechat", "微信")
    IMPORT = ("import", "历史导入")  # of an old register that does not tell


BY_STAFF = (Source.PHONE, Source.VISIT, Source.LETTER, Source.TRANSFER_12345, Source.TRANSFER_12363, Source.STALL)


def by_staff(office_kind: str) -> tuple[Source, ...]:
    """What staff of such an office may choose from: only institutions get complaints from 人民银行."""
    return tuple(one for one in BY_STAFF if one != Source.TRANSFER_12363 or office_kind == "institution")

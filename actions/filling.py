"""What the citizen's words put into the draft: a story, one answer, a correction."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

from actions import doubts, people, which
from actions.base import Turn
from actions.draft import CONTACT, PERSON, Draft
from actions.questions import ASKS_CONSENT
from xiaobao.privacy import mask_address, mask_name, mask_others, mask_person, mask_phone, mask_sensitive
from xiaobao.reading import answers, lists, objects, story

MERCHANT_LIKE = ("merchant", "institution", "item", "claim", "merchant_address", "shop_name", "platform", "region")
YES_NO = (
    "no_calls",
    "complained_to_institution",
    "pass_on_to_merchant",
    "consent",
    "anonymous",
    "own_use",
    "elsewhere",
)
MASKS = {"contact_phone": mask_phone, "contact_name": mask_name, "contact_address": mask_address}
# What people say in place of yes and no; the first that fits decides.
CHOICES = {
    "anonymous": ((r"不留|匿名|不想留|不愿", "yes"), (r"留名|实名|可以留|留下", "no")),
    "own_use": ((r"做生意|经营|转卖|公司用|店里用", "no"), (r"自己|自用|家里|送人", "yes")),
    "elsewhere": ((r"没有|没在|没", "no"), (r"法院|仲裁|起诉|消协|别的部门|12345", "yes")),
    "complained_to_institution": (
        (r"没找|还没|没有|没反映", "no"),
        (r"找过|打过|反映过|投诉过|问过|说过|找了|打了|问了|说了|去了|(?:客服|经理|他们|柜台)\S{0,3}[说讲]", "yes"),
    ),
    "pass_on_to_merchant": ((r"不要|不可以|不转|不能|不行|别转|不愿", "no"), (r"可以|转吧|能转|同意|行", "yes")),
}
# Said to show that one listens: no name, no ware, no wish.
FILLER = re.compile(
    r"(?:嗯+|哦+|噢|啊+|好|好的|好吧|行|行吧|对|对的|是|是的|知道了|明白了?|然后呢?|ok|OK)(?:[\s，,]*(?:嗯+|哦+|好的?|对的?))*"
)
OFFLINE = "线下"
STREET = r"[路街道巷弄村镇区县市楼层栋幢室]|商场|市场|广场|门口|对面|旁边"
LONGEST = {"narrative": 10_000, "merchant": 100, "institution": 100, "item": 100, "claim": 300, "merchant_address": 200}


def read_story(turn: Turn, draft: Draft, text: str, positions: bool, skip: str = "narrative", begins: int = 0) -> None:
    """Fill what the text tells and no earlier answer has filled.

    `positions` is true for the narrative itself: spans then point into it, where the text begins at `begins`.
    `skip` is left alone.
    """
    told = story.read(text, turn.today, turn.context.reading)
    for slot, value in told.values.items():
        if slot == skip or draft.answered(slot) or (slot in PERSON and draft.flags.get("no_person")):
            continue
        if slot in CONTACT and turn.context.office.kind in ASKS_CONSENT and draft.get("consent") != "yes":
            draft.held[slot] = value.text
            draft.values["narrative"] = (draft.get("narrative") or "").replace(value.text, MASKS[slot](value.text))
            continue
        if slot == "contact_phone":
            people.note_owner(draft, text)
        where: dict[str, Any] = {"start": begins + value.start, "end": begins + value.end} if positions else {}
        draft.put(slot, value.text, source="read", normalised=value.normalised, **where)
        if slot in told.unsure and positions:
            which.note(draft, slot, told.unsure[slot])
    if begins:
        which.look_back(draft, told)


def tell(turn: Turn, draft: Draft, text: str) -> None:
    """The narrative, or one more paragraph of it."""
    text = _of_others(turn, draft, mask_sensitive(text))[: LONGEST["narrative"]]
    known = draft.get("narrative")
    if known and text in known:
        return
    draft.put("narrative", f"{known}\n{text}" if known else text)
    read_story(turn, draft, text, positions=True, begins=len(known) + 1 if known else 0)
    doubts.take_over(turn, draft)


def _of_others(turn: Turn, draft: Draft, text: str) -> str:
    """The story without what would tell who a child is, or where somebody lives who is to be exposed."""
    if draft.flags.get("private_told"):
        text = mask_others(text)
    if not draft.flags.get("no_person"):
        return text
    for slot, value in story.read(text, turn.today, turn.context.reading).values.items():
        text = text.replace(value.text, MASKS[slot](value.text)) if slot in CONTACT and value.text else text
    return mask_person(text)


def answer(turn: Turn, draft: Draft, slot: str, text: str) -> str | None:
    """Take `text` as the answer to the question for `slot`.

    Returns the code of what is wrong with it (the words are `utter_error_<code>`), or None.
    """
    if slot == "narrative":
        return _narrative(turn, draft, text)
    if slot in which.SLOTS:
        none, text = which.settle(draft, slot, text)
        if none:
            return None
    if slot == "amount":
        return _typed(draft, slot, sum_of(text))
    if slot in ("event_date", "discovered_date"):
        return _typed(draft, slot, day_of(text, turn.today))
    if slot == "contact_name":
        return contact(turn, draft, {}, text)
    if slot in CONTACT:
        return contact(turn, draft, {slot: text}, "")
    if slot == "on_behalf_of":
        return people.name_of_another(draft, text)
    if slot in YES_NO:
        return _choice(draft, slot, text)
    return _words(turn, draft, slot, _own_part(turn, draft, slot, text))


def _own_part(turn: Turn, draft: Draft, slot: str, text: str) -> str:
    """比亚迪 海豹 15万 in answer to the question for a name: the sum and the day go where they belong."""
    if slot not in ("merchant", "institution", "item"):
        return text
    names = [slot] if slot == "item" or draft.answered("item") else [slot, "item"]
    found = lists.read(text, [*names, "amount", "event_date"], turn.today, turn.context.reading)
    others = {one: words for one, words in found.items() if one != slot and not answers.is_unknown(words)}
    figures = {"amount", "event_date"} & set(others)
    if slot not in found or not figures or any(text.strip().startswith(others[one]) for one in figures):
        return text  # 1919 酒类直供 is a name
    for one, words in others.items():
        if not draft.answered(one):
            answer(turn, draft, one, words)
    return found[slot]


def sum_of(text: str) -> answers.Answer:
    """A sum; of words that are no sum as a whole the one bare number in them (我爸说3980), or alone there (苹果14 4299)."""
    result = answers.amount(text)
    number = r"(?<![\d.])\d{2,7}(?:\.\d{1,2})?(?![\d.])(?!\s*[天个次号月年日盒节折%％点])"
    numbers = re.findall(number, text)
    if len(numbers) > 1:
        numbers = re.findall(rf"(?<![^\s，,。；;、]){number}(?![^\s，,。；;、！!])", text)
    return answers.amount(numbers[0]) if result.error == "amount_unclear" and len(numbers) == 1 else result


def day_of(text: str, today: date) -> answers.Answer:
    """A day, told in one piece or in several; the value stays in the citizen's own words."""
    words = _day_words(text)
    result = answers.date(words, today)
    return replace(result, value=text.strip()) if result.value and words != text.strip() else result


def _day_words(text: str) -> str:
    """上个月 18号 is one day, 9号 这个月 and 27号 10月的 are told from the end."""
    text = re.sub(r"(?<=月)\s+(?=\d)", "", text.strip())
    text = re.sub(r"(?<=月)(\d{1,2})(?=\s|$)", r"\1号", text)  # 10月30
    turned = re.match(r"(\d{1,2}[号日])[，,\s]*((?:这个?|本|上个?|\d{1,2})月)(?!\d)", text)
    if not turned:
        return text
    return re.sub(r"^(?:这个?|本)月", "本月", turned[2]) + turned[1]


def _manner_from_place(draft: Draft) -> None:
    """Who names a street bought in a shop, unless something else was said (the way of buying belongs to a complaint)."""
    place = draft.get("merchant_address") or ""
    if not draft.answered("purchase_mode") and not draft.get("platform") and re.search(STREET, place):
        draft.put("purchase_mode", OFFLINE, source="inferred")


def _narrative(turn: Turn, draft: Draft, text: str) -> str | None:
    if not re.search(r"[\w一-鿿]", text):
        return "empty"
    tell(turn, draft, text)
    return None


def _typed(draft: Draft, slot: str, result: Any) -> str | None:
    if result.error:
        return str(result.error)
    if result.unknown:
        draft.leave_open(slot)
    else:
        draft.put(slot, result.value or "", normalised=result.normalised)
    return None


def _choice(draft: Draft, slot: str, text: str) -> str | None:
    """Yes or no, or the words of the two buttons."""
    for pattern, value in CHOICES.get(slot, ()):
        if re.search(pattern, text):
            draft.put(slot, value)
            return None
    result = answers.yes_no(text)
    if result.error:
        return result.error
    if result.unknown:
        draft.leave_open(slot)
    else:
        draft.put(slot, "yes" if result.normalised else "no")
    return None


def _words(turn: Turn, draft: Draft, slot: str, text: str) -> str | None:
    """Names, places, things, claims: as said, without the little words before them."""
    value = re.sub(
        r"^(是|叫|在|就是|那个|名字是|名字叫|店名是|店名叫|商家是|我买的是|买的是|我想|我要|要求|希望)[：:，, ]*",
        "",
        text.strip(),
    )
    value = value.strip(" ，。,.;；!！")
    if FILLER.fullmatch(value):
        return "empty"
    if not re.search(r"[A-Za-z0-9一-鿿]", value):
        return "empty"
    if answers.is_rubbish(value) and turn.context.reading.known(value) is None:
        return "rubbish"
    if len(value) > LONGEST.get(slot, 200):
        return "too_long"
    value = mask_sensitive(value)
    if len(value) > 12 and slot not in ("claim", "merchant_address"):
        told = story.read(value, turn.today, turn.context.reading).values.get(slot)
        if told:
            value = told.text
    manner = objects.read_manner(value).get(slot) if slot == "purchase_mode" else None
    draft.put(slot, value, normalised=manner.normalised if manner else None)
    if slot == "merchant_address":
        _manner_from_place(draft)
    return None


def contact(turn: Turn, draft: Draft, card: dict[str, str], text: str) -> str | None:
    """The contact card, or the same in words: 张三 13800138000 某市某区某路1号."""
    given = {k: v.strip() for k, v in card.items() if v and v.strip()} or _contact_in_words(text)
    if not given:
        return "contact_unclear"
    error = None
    for slot, value in given.items():
        result = {"contact_phone": answers.phone, "contact_name": answers.name, "contact_address": answers.address}[
            slot
        ](value)
        if result.error:
            error = error or str(result.error)
        else:
            draft.put(slot, result.value or value, normalised=result.normalised)
    if "contact_phone" in given:
        people.note_owner(draft, text or given["contact_phone"])
    return error


def _contact_in_words(text: str) -> dict[str, str]:
    """Split by the telephone number: the short word is the name, the longest rest the address."""
    found: dict[str, str] = {}
    number = re.search(r"(?<!\d)(?:1[\d\- ]{9,13}\d|0\d{2,3}-?\d{7,8})(?!\d)", text) or re.search(r"\d{7,}", text)
    rest = text
    if number:
        found["contact_phone"] = re.sub(r"[\- ]", "", number.group())
        rest = text[: number.start()] + "，" + text[number.end() :]
    parts = [p for p in re.split(r"[，,。;；\s]+", rest) if p]
    for part in parts:
        part = re.sub(r"^(我叫|我是|姓名|名字|电话|手机|手机号|地址|住址|住在|联系电话|住)[是为：:]*", "", part)
        if re.search(r"[省市区县镇乡村路街道巷弄号楼室栋幢]", part) and len(part) > 4:
            found["contact_address"] = found.get("contact_address", "") + part
        elif 2 <= len(part) <= 6 and re.fullmatch(r"[一-鿿·]+", part) and "contact_name" not in found:
            found["contact_name"] = part
    return found

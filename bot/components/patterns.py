"""Entities that have a fixed form: ticket number, query code, telephone, the row of the summary to be changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

from bot.components import normaliser

TICKET_NUMBER = re.compile(r"x\s?b[\s\-_—–:#]*((?:\d\s?){8})[\s\-_—–]*((?:\d\s?){5}\d)(?!\d)")
QUERY_CODE_NAMED = re.compile(r"(?:查询码|查询号码?|查询密码|查询口令)[^\d\n]{0,4}(\d{6})(?!\d)")
QUERY_CODE_ALONE = re.compile(r"[\s,，。.、:;的码是]*(\d{6})[\s,，。.]*")
MOBILE = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?(1[3-9]\d[\s-]?\d{4}[\s-]?\d{4})(?!\d)")
LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}-?\d{7,8})(?!\d)")
CHANGE = "(?:改|修改|更正|更改|换|错|不对|有误|重填|重写)"
ROW = "([0-9]{1,2}|十[一二三]?|[一二两三四五六七八九])"
UNIT = "(?:项|条|个|行|号|点|栏)"
ROW_AFTER = re.compile(rf"^(?:我(?:要|想)|帮我|请|把)*{CHANGE}(?:一下|下)?第?{ROW}{UNIT}?[吧呗呀啊]?[.。,!]?$")
ROW_BEFORE = re.compile(rf"第{ROW}{UNIT}[^0-9]{{0,8}}?{CHANGE}|^{ROW}(?:项|条|号)?(?:要|得|需要)?{CHANGE}")
CHINESE_DIGITS = {char: number for number, char in enumerate("一二三四五六七八九", start=1)} | {"两": 2}


class Found(NamedTuple):
    """An entity in the plain spelling."""

    entity: str
    value: str
    start: int
    end: int


def find(text: str) -> list[Found]:
    """Entities of a plain spelling (see normaliser), ordered by place."""
    found = [*_ticket_numbers(text), *_phones(text)]
    # Their digits must not be taken for a code, and a code beside a ticket number stands alone.
    rest = _blanked(text, found)
    found += _query_codes(rest)
    found += _rows(rest)
    return sorted(found, key=lambda item: item.start)


def _ticket_numbers(text: str) -> Iterator[Found]:
    for match in TICKET_NUMBER.finditer(text):
        day, running = (re.sub(r"\s", "", part) for part in match.groups())
        yield Found("ticket_number", f"XB{day}-{running}", *match.span())


def _phones(text: str) -> list[Found]:
    matches = [*MOBILE.finditer(text), *LANDLINE.finditer(text)]
    return [Found("phone", re.sub(r"[\s-]", "", match.group(1)), *match.span(1)) for match in matches]


def _query_codes(text: str) -> Iterator[Found]:
    """Six digits that are named a code, or stand alone (beside a ticket number at most): else they may be an amount."""
    match = QUERY_CODE_NAMED.search(text) or QUERY_CODE_ALONE.fullmatch(text)
    if match:
        yield Found("query_code", match.group(1), *match.span(1))


def _rows(text: str) -> Iterator[Found]:
    match = ROW_AFTER.search(text) or ROW_BEFORE.search(text)
    if match:
        group = next(index for index, value in enumerate(match.groups(), start=1) if value)
        yield Found("row_number", str(_number(match.group(group))), *match.span(group))


def _number(row: str) -> int:
    if row.isdigit():
        return int(row)
    if row[0] == "十":
        return 10 + CHINESE_DIGITS.get(row[1:], 0)
    return CHINESE_DIGITS[row]


def _blanked(text: str, found: list[Found]) -> str:
    """The text with what was found made blank, lengths kept."""
    for item in found:
        text = text[: item.start] + " " * (item.end - item.start) + text[item.end :]
    return text


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EntityPatterns(GraphComponent):
    """Finds entities in the plain spelling; start and end point into the typed text."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityPatterns:
        """Without state (see parent class)."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what was found to the message's entities."""
        for message in messages:
            plain = normaliser.of_message(message)
            entities = list(message.get(ENTITIES) or [])
            for item in find(plain.text):
                start, end = plain.typed_span(item.start, item.end)
                entities.append(
                    {
                        "entity": item.entity,
                        "value": item.value,
                        "start": start,
                        "end": end,
                        "extractor": type(self).__name__,
                    }
                )
            message.set(ENTITIES, entities, add_to_output=True)
        return messages

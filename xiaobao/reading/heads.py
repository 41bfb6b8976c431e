"""The head that a 12315 clerk puts before a story: claims, problem and accused, parted by blanks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xiaobao.reading.reference import Reference

FIELD_END = re.compile(
    r"[，。！？；,;!?\n\s（(：:]|商户(?=名称|地址|及)|商家(?=名称|地址)|(?:事件|事情|纠纷)?发生(?:时间|日期)|(?:消费|购买|涉及|交易)(?:金额|时间|日期|商品)|"
    r"问题描述|主要诉求|来电内容|诉求内容|投诉内容|投诉问题|地址[：:]|联系电话|联系方式|电话[：:]|时间[：:]|日期[：:]"
)


@dataclass(frozen=True)
class Head:
    """Where the head ends and, when it names one, the span of the accused or its address."""

    end: int
    accused: tuple[int, int] | None


def read(text: str, reference: Reference) -> Head:
    """The head of a story; an empty one when it begins with the story itself."""
    words = {word for claim in reference.claims for word in claim.keywords} | {c.name for c in reference.claims}
    words |= {problem.name for problem in reference.problems}
    segments = [(m.start(), m.end()) for m in re.finditer(r"\S+", text[:160])][:5]
    seen, end = 0, 0
    for start, stop in segments:
        segment = text[start:stop]
        if re.search(r"[：:。！？]", segment) or len(segment) > 30:
            break
        if any(part in words for part in re.split(r"[,，、]", segment)) or re.search(
            r"(?:问题|行为|产品|损害|宣传|质量|服务|合同|安全|价格)$", segment
        ):
            seen, end = seen + 1, stop
            continue
        if seen and _looks_like_place(segment):
            return Head(stop, (start, stop))
        break
    return Head(end if seen else 0, None)


def _looks_like_place(segment: str) -> bool:
    return len(segment) <= 30 and not re.search(r"[，,]", segment)

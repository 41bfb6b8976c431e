"""The head that a 12315 clerk puts before a story: claims, problem and accused, parted by blanks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xiaobao.reading.reference import Reference

_BODY = re.compile(r"来电内容|问题描述|市民来电|诉求内容|投诉内容|商户名称|商户地址|小区名称|来电人|诉求人|反映内容|商家名称|被投诉")


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
        if any(part in words for part in re.split(r"[,，、]", segment)) or re.search(r"(?:问题|行为|产品|损害|宣传|质量|服务|合同|安全|价格)$", segment):
            seen, end = seen + 1, stop
            continue
        if seen and _looks_like_place(segment):
            return Head(stop, (start, stop))
        break
    return Head(end if seen else 0, None)


def _looks_like_place(segment: str) -> bool:
    return len(segment) <= 30 and not re.search(r"[，,]", segment)

"""Make data/knowledge/pinyin.csv: for each pinyin the commonest word of our wordings and examples that is so spelt.

    pip install pypinyin && python -m xiaobao.knowledge.teach_pinyin

The package is needed for this alone and is not part of the environment. Words of one character count from 150
occurrences on, others from 8.
"""

from __future__ import annotations

import csv
import importlib
import re
from collections import Counter

import jieba

from xiaobao import spelling
from xiaobao.knowledge import fit, library, search

HAN = re.compile(r"[\u4e00-\u9fff]{1,5}")
LEAST, LEAST_SINGLE = 8, 150


def main() -> None:
    """Write the table. Raises ImportError without pypinyin."""
    pypinyin = importlib.import_module("pypinyin")
    folder = fit.ROOT / "data" / "knowledge"
    texts = search.as_written(library.load(folder))
    for path in sorted((fit.ROOT / "data" / "nlu").rglob("*.yml")):
        texts += re.findall(r"^\s*- (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    counts = Counter(word for text in texts for word in jieba.cut(text) if HAN.fullmatch(word))
    rows: dict[str, tuple[str, int]] = {}
    for word, count in counts.most_common():
        spelt = " ".join(pypinyin.lazy_pinyin(word, v_to_u=False))
        if count >= (LEAST_SINGLE if len(word) == 1 else LEAST) and re.fullmatch("[a-z ]+", spelt):
            rows.setdefault(spelt, (word, count))
    with (folder / spelling.PINYIN).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("pinyin", "word", "count"))
        table.writerows((spelt, *row) for spelt, row in sorted(rows.items()))
    print(f"{len(rows)} pinyin in {spelling.PINYIN}")


if __name__ == "__main__":
    main()

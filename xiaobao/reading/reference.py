"""The word lists that reading stands on, loaded once from data/reference and data/dictionary.

`load` builds everything and hands it over in one frozen value; nothing is kept in the module.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from xiaobao.reading.learned import Learned
from xiaobao.reading.learned import load as load_learned
from xiaobao.reading.tagger import Tagger
from xiaobao.reading.wordlist import WordList


@dataclass(frozen=True)
class Category:
    """One row of the taxonomy with the words that give it away. `group` is goods/service or complaint/report."""

    code: str
    name: str
    keywords: tuple[str, ...]
    group: str = ""


@dataclass(frozen=True)
class KnownMerchant:
    """A merchant that everybody knows under several names. `kind` as in merchants_alias.csv."""

    name: str
    kind: str
    aliases: tuple[str, ...]


FINANCIAL_KINDS = frozenset({"bank", "insurer", "lender", "payment", "securities"})


_ANY_WARE = frozenset("商品 货物 产品 服务 兼职 招聘 律师 购物".split())


@dataclass(frozen=True)
class Reference:
    """Claims, objects and problems of the taxonomy, known merchants, and the tagger for Chinese words."""

    claims: tuple[Category, ...]
    objects: tuple[Category, ...]
    problems: tuple[Category, ...]
    merchants: dict[str, KnownMerchant]
    merchant_words: WordList
    product_words: WordList
    tagger: Tagger
    learned: Learned | None = None

    def known(self, alias: str) -> KnownMerchant | None:
        """The merchant behind a name as written, whatever its case."""
        return self.merchants.get(alias.lower())


def load(reference_dir: Path | str, dictionary_dir: Path | str | None = None) -> Reference:
    """Read the lists. Without `dictionary_dir` the folder `dictionary` beside the reference is taken.

    Raises FileNotFoundError naming the missing file, KeyError naming a missing column.
    """
    folder = Path(reference_dir)
    words = Path(dictionary_dir) if dictionary_dir is not None else folder.parent / "dictionary"
    known = [
        KnownMerchant(row["name"], row["kind"], tuple(row["aliases"].split()))
        for row in _rows(folder / "merchants_alias.csv")
    ]
    merchants = {alias.lower(): merchant for merchant in known for alias in (merchant.name, *merchant.aliases)}
    objects = _categories(folder / "objects.csv", "sector")
    products = {word for category in objects for word in category.keywords if word not in _ANY_WARE}
    return Reference(
        claims=_categories(folder / "claims.csv"),
        objects=objects,
        problems=_categories(folder / "problems.csv", "scope"),
        merchants=merchants,
        merchant_words=WordList(merchants),
        product_words=WordList(products),
        tagger=Tagger(sorted(words.glob("*.txt"))),
        learned=load_learned(folder.parent / "reading"),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _categories(path: Path, group: str | None = None) -> tuple[Category, ...]:
    return tuple(
        Category(row["code"], row["name"], tuple(row["keywords"].split()), row[group] if group else "")
        for row in _rows(path)
    )

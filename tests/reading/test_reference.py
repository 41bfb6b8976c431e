from __future__ import annotations

from pathlib import Path

import pytest

from xiaobao.reading import reference as reference_module
from xiaobao.reading.reference import Reference
from xiaobao.settings import ROOT


def test_the_taxonomy_is_complete(reference: Reference) -> None:
    assert len(reference.claims) == 22
    assert len(reference.objects) == 49
    assert sum(c.group == "goods" for c in reference.objects) == 21
    assert len([p for p in reference.problems if p.group == "complaint"]) == 17


def test_codes_and_names_are_unique(reference: Reference) -> None:
    for rows in (reference.claims, reference.objects, reference.problems):
        assert len({row.code for row in rows}) == len(rows)
    assert len({row.name for row in reference.objects}) == 49


def test_each_alias_means_one_merchant(reference: Reference) -> None:
    names: dict[str, str] = {}
    for merchant in set(reference.merchants.values()):
        for alias in (merchant.name, *merchant.aliases):
            assert names.setdefault(alias.lower(), merchant.name) == merchant.name


@pytest.mark.parametrize(
    ("alias", "name", "kind"),
    [
        ("PDD", "拼多多", "platform"),
        ("工行", "中国工商银行", "bank"),
        ("狗东", "京东", "platform"),
        ("借呗", "支付宝", "payment"),
    ],
)
def test_nicknames_lead_to_the_merchant(reference: Reference, alias: str, name: str, kind: str) -> None:
    merchant = reference.known(alias)
    assert merchant is not None and (merchant.name, merchant.kind) == (name, kind)


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="merchants_alias"):
        reference_module.load(tmp_path)


@pytest.mark.parametrize("path", sorted((ROOT / "data" / "dictionary").glob("*.txt")), ids=lambda path: path.name)
def test_dictionaries_are_what_jieba_reads(path: Path) -> None:
    raw = path.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    for line in raw.decode("utf-8").splitlines():
        word, frequency, flag = line.split(" ")
        assert word and int(frequency) > 0 and flag


def test_every_chinese_keyword_of_a_ware_is_in_the_dictionary(reference: Reference) -> None:
    words = {
        line.split(" ")[0] for line in (ROOT / "data" / "dictionary" / "products.txt").read_text("utf-8").splitlines()
    }
    wares = {word for row in reference.objects for word in row.keywords if len(word) > 1 and not word.isascii()}
    assert wares <= words

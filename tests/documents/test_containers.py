"""What may be opened as a template: by content, with its bombs."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from tests.documents.test_rendering import template
from xiaobao.documents import containers
from xiaobao.documents.containers import Unfit

GOOD = template("{{ 姓名 }}")


def packed(parts: dict[str, bytes], base: bytes | None = GOOD) -> bytes:
    kept = io.BytesIO(base or b"")
    with zipfile.ZipFile(kept, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


def lying(data: bytes) -> bytes:
    """The same ZIP whose list says that the large part unpacks to ten bytes."""
    large = struct.pack("<I", containers.MOST_UNPACKED + 1)
    assert large in data
    return data.replace(large, struct.pack("<I", 10))


LARGE = b"\x00" * (containers.MOST_UNPACKED + 1)
OUTSIDE = b'<Relationships><Relationship Id="r1" Type="http://x/%s" Target="http://a.example/" TargetMode="External"/></Relationships>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_word_file"),
        (b"<html>", "no_word_file"),
        (GOOD[:-40], "no_word_file"),
        (packed({"a.txt": b"a"}, base=None), "no_word_file"),
        (packed({"word/document.xml": b"<a/>"}), "no_word_file"),  # the same name twice: two readers, two documents
        (packed({"word/media/a.xml": LARGE}), "bomb"),
        (lying(packed({"word/media/a.xml": LARGE})), "bomb"),
        (packed({f"word/{n}.xml": b"<a/>" for n in range(containers.MOST_PARTS)}), "bomb"),
        (packed({"word/vbaProject.bin": b"x"}), "macro"),
        (packed({"word/extra.xml": b"<a>application/vnd.ms-word.document.macroEnabled.main+xml</a>"}), "macro"),
        (packed({"word/_rels/x.rels": OUTSIDE % b"attachedTemplate"}), "outside"),
        (packed({"word/_rels/x.rels": OUTSIDE % b"image"}), "outside"),
        (packed({"word/extra.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "entity"),
        (GOOD + b"\x00" * containers.MOST_BYTES, "large"),
    ],
    ids=range(14),
)
def test_what_is_no_template_is_refused(data, code):
    with pytest.raises(Unfit) as refused:
        containers.check(data)
    assert refused.value.code == code or (refused.value.code, code) == ("no_word_file", "bomb")


def test_word_files_and_links_that_somebody_clicks_are_fine():
    containers.check(GOOD)
    containers.check(packed({"word/_rels/x.rels": OUTSIDE % b"hyperlink"}))

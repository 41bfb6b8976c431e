"""The text of pictures: really recognised, by a child that may hang, die or be missing."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.factories import NOW
from xiaobao.conversations import messages, uploads
from xiaobao.worker import ocr
from xiaobao.worker.ocr import Reader

pytestmark = pytest.mark.slow

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
RECEIPT = ("福满多超市", "单号: 20261008003", "日期: 2026-10-08 14:32", "纯牛奶 27.00", "合计 36.88", "实收 50.00", "找零 13.12")  # fmt: skip
HANGS = "import sys, time\nfor asked in sys.stdin: time.sleep(60)"
DIES_OF_POISON = (
    "import sys\nfor asked in sys.stdin:\n    if 'poison' in asked: sys.exit(1)\n"
    '    print(\'{"lines": [["合计 12.50", 0.9, [[0, 0], [90, 0], [90, 20], [0, 20]]]]}\', flush=True)'
)


def drawn(path: Path, lines: tuple[str, ...], quarters: int = 0, ink: int = 20) -> Path:
    """A receipt, turned by quarters; `ink` near 255 is faded."""
    if not FONT.is_file():
        pytest.skip("fonts-noto-cjk is not installed")
    picture = Image.new("RGB", (460, 40 + 52 * len(lines)), "white")
    for place, line in enumerate(lines):
        font = ImageFont.truetype(str(FONT), 28, index=2)
        ImageDraw.Draw(picture).text((24, 20 + 52 * place), line, font=font, fill=(ink, ink, ink))
    picture.rotate(90 * quarters, expand=True).save(path, "PNG")
    return path


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    if not ocr.available():
        pytest.skip("rapidocr-onnxruntime is not installed")
    found = Reader()
    yield found
    found.close()


def waiting(sessions, *names: str) -> str:
    """A conversation with these uploads."""
    with sessions.begin() as session:
        conversation = messages.open_conversation(session, channel="website", now=NOW)
        for name in names:
            kind = "application/pdf" if name.endswith("pdf") else "image/png"
            uploads.add(session, conversation, uploads.Received(name, kind, 1, name.ljust(64, "0"), name), NOW)
    return conversation


def states(sessions, conversation: str) -> dict[str, str | None]:
    with sessions.begin() as session:
        return {one.filename: one.text_state for one in uploads.of_conversation(session, conversation)}


def test_a_receipt_is_read_and_told_and_only_once(sessions, tmp_path, reader):
    drawn(tmp_path / "receipt.png", RECEIPT)
    drawn(tmp_path / "side.png", RECEIPT, quarters=1)
    conversation = waiting(sessions, "receipt.png", "side.png", "paper.pdf")
    assert ocr.read_waiting(sessions, reader, tmp_path, lambda: NOW) == 2
    assert states(sessions, conversation) == {"receipt.png": "read", "side.png": "read", "paper.pdf": "not_read"}
    with sessions.begin() as session:
        for upload in uploads.read_of_draft(session, conversation):
            values = upload.text_values
            assert values["amount"]["normalised"] == 3688, upload.filename
            assert values["event_date"]["normalised"] == "2026-10-08"
            assert values["merchant"]["normalised"] == "福满多超市"
            assert upload.text_lines[values["amount"]["line"]]["text"].endswith("36.88")
    assert ocr.read_waiting(sessions, reader, tmp_path, lambda: NOW) == 0


def test_numbers_of_cards_are_not_kept(sessions, tmp_path, reader):
    drawn(tmp_path / "card.png", ("卡号 6222021234567890128", "消费金额 88.00"))
    conversation = waiting(sessions, "card.png")
    ocr.read_waiting(sessions, reader, tmp_path, lambda: NOW)
    with sessions.begin() as session:
        [upload] = uploads.of_conversation(session, conversation)
        assert (
            "6222021234567890128" not in str(upload.text_lines) and upload.text_values["amount"]["normalised"] == 8800
        )


def test_what_is_no_picture_is_tried_twice_and_given_up(sessions, tmp_path, reader):
    (tmp_path / "bad.png").write_bytes(b"bad")
    drawn(tmp_path / "good.png", RECEIPT)
    conversation = waiting(sessions, "bad.png", "good.png")
    assert ocr.read_waiting(sessions, reader, tmp_path, lambda: NOW) == 1
    assert states(sessions, conversation) == {"bad.png": "failed", "good.png": "read"}


def test_a_child_that_dies_is_started_again_and_the_poison_left(sessions, tmp_path):
    reader = Reader((sys.executable, "-c", DIES_OF_POISON))
    conversation = waiting(sessions, "a-poison.png", "b.png")
    assert ocr.read_waiting(sessions, reader, tmp_path, lambda: NOW) == 1
    assert states(sessions, conversation) == {"a-poison.png": "failed", "b.png": "read"}
    reader.close()


def test_a_child_that_hangs_is_killed_in_time(sessions, tmp_path):
    reader = Reader((sys.executable, "-c", HANGS), timeout=0.5)
    conversation = waiting(sessions, "a.png")
    began = time.monotonic()
    assert ocr.read_waiting(sessions, reader, tmp_path, lambda: NOW) == 0
    assert time.monotonic() - began < 5
    assert states(sessions, conversation) == {"a.png": "failed"}
    reader.close()


def test_a_closed_reader_blames_no_picture(sessions, tmp_path):
    reader = Reader((sys.executable, "-c", HANGS))
    reader.close()
    conversation = waiting(sessions, "a.png")
    assert ocr.read_waiting(sessions, reader, tmp_path, lambda: NOW) == 0
    assert states(sessions, conversation) == {"a.png": None}
    with sessions.begin() as session:
        assert uploads.of_conversation(session, conversation)[0].text_tries == 0


def test_a_worker_that_died_twice_with_a_picture_leaves_it(sessions):
    conversation = waiting(sessions, "a.png")
    later = NOW
    for _ in range(uploads.MOST_TRIES):
        with sessions.begin() as session:
            assert uploads.claim_unread(session, later, ocr.LEASE) is not None
            assert uploads.claim_unread(session, later, ocr.LEASE) is None  # leased: the other worker passes it over
        later += ocr.LEASE + timedelta(seconds=1)
    with sessions.begin() as session:
        assert uploads.claim_unread(session, later, ocr.LEASE) is None
    assert states(sessions, conversation) == {"a.png": "failed"}


def test_without_a_recogniser_nothing_waits(sessions, tmp_path):
    conversation = waiting(sessions, "a.png")
    assert ocr.reader(wanted=False) is None
    assert ocr.read_waiting(sessions, None, tmp_path, lambda: NOW) == 0
    assert states(sessions, conversation) == {"a.png": "not_read"}

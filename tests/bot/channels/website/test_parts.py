"""Large files in parts over real HTTP: from where it broke off, across a restart, for their owner only."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from typing import Any

import pytest
import requests

from tests.bot.channels.website.conftest import Bot, Client
from tests.bot.channels.website.test_evidence import picture, stored

MB = 1024 * 1024


def box(name: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + name + content


def film(size: int = 9 * MB, brand: bytes = b"isom", seed: int = 0) -> bytes:
    """What a telephone writes: a brand, the pictures, the index."""
    head = box(b"ftyp", brand + b"\0\0\2\0" + brand + b"mp41")
    index = box(b"moov", b"\0" * 100)
    noise = (seed.to_bytes(8, "big") + os.urandom(8)) * (size // 16)
    return head + box(b"mdat", noise[: size - len(head) - len(index) - 8]) + index


WEBM = (
    b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm"
    + b"\0" * 400
)


def begin(citizen: Client, size: int, filename: str = "现场.mp4", **more: Any) -> requests.Response:
    body = {"filename": filename, "size": size, **more}
    return requests.post(f"{citizen.base}/chat/evidence/uploads", json=body, headers=citizen.headers, timeout=10)


def put(citizen: Client, upload_id: str, offset: int, data: bytes) -> requests.Response:
    where = f"{citizen.base}/chat/evidence/uploads/{upload_id}"
    return requests.put(where, params={"offset": offset}, data=data, headers=citizen.headers, timeout=30)


def state(citizen: Client, upload_id: str) -> requests.Response:
    return requests.get(f"{citizen.base}/chat/evidence/uploads/{upload_id}", headers=citizen.headers, timeout=10)


def finish(citizen: Client, upload_id: str) -> requests.Response:
    return requests.post(f"{citizen.base}/chat/evidence/uploads/{upload_id}", headers=citizen.headers, timeout=30)


def send(citizen: Client, content: bytes, filename: str = "现场.mp4", **more: Any) -> requests.Response:
    answer = begin(citizen, len(content), filename, **more)
    if answer.status_code != 200:
        return answer
    upload_id = answer.json()["upload_id"]
    for offset in range(0, len(content), 4 * MB):
        answer = put(citizen, upload_id, offset, content[offset : offset + 4 * MB])
        if answer.status_code != 200:
            return answer
    return finish(citizen, upload_id)


def lying(bot: Bot) -> int:
    folder = bot.folder / "evidence" / "parts"
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_a_film_in_parts_is_kept_byte_for_byte_and_shown_in_the_conversation(bot: Bot, citizen: Client) -> None:
    whole = film(9 * MB)
    told = send(citizen, whole, sha256=hashlib.sha256(whole).hexdigest()).json()
    assert (told["media_type"], told["size"]) == ("video/mp4", len(whole))
    assert told["sha256"] == hashlib.sha256(whole).hexdigest() and whole in stored(bot)
    cards = [m["card"] for m in citizen.after(0)["messages"] if m["card"]]
    assert [card["evidence_id"] for card in cards] == [told["evidence_id"]]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (film(5000), "video/mp4"),
        (film(5000, b"qt  "), "video/quicktime"),
        (film(5000, b"3gp5"), "video/3gpp"),
        (WEBM, "video/webm"),
        (box(b"wide", b"") + box(b"mdat", b"x" * 900) + box(b"moov", b"\0" * 50), "video/quicktime"),
        (picture("JPEG", colour=4321), "image/jpeg"),
    ],
    ids=["mp4", "mov", "3gp", "webm", "old mov", "photo"],
)
def test_what_may_come_in_parts(citizen: Client, content: bytes, media_type: str) -> None:
    assert send(citizen, content).json()["media_type"] == media_type


def test_it_goes_on_where_it_broke_off_also_after_a_restart(own_bot: Bot) -> None:
    citizen = own_bot.client().greeted()
    whole = film(6 * MB)
    upload_id = begin(citizen, len(whole)).json()["upload_id"]
    assert put(citizen, upload_id, 0, whole[: 2 * MB]).json()["received"] == 2 * MB
    own_bot.kill()
    own_bot.start()
    received = state(citizen, upload_id).json()["received"]
    assert received == 2 * MB
    for offset in range(received, len(whole), 2 * MB):
        assert put(citizen, upload_id, offset, whole[offset : offset + 2 * MB]).status_code == 200
    assert finish(citizen, upload_id).json()["sha256"] == hashlib.sha256(whole).hexdigest()


def test_half_a_part_counts_as_far_as_it_came(bot: Bot, citizen: Client) -> None:
    whole = film(3 * MB)
    upload_id = begin(citizen, len(whole)).json()["upload_id"]
    head = (
        f"PUT /chat/evidence/uploads/{upload_id}?offset=0 HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {citizen.token}\r\nContent-Length: {len(whole)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", bot.port), timeout=5) as connection:
        connection.sendall(head.encode() + whole[:500_000])
        time.sleep(0.3)
    time.sleep(0.5)
    received = state(citizen, upload_id).json()["received"]
    assert 0 < received <= 500_000
    assert put(citizen, upload_id, received, whole[received:]).json()["received"] == len(whole)
    assert finish(citizen, upload_id).json()["sha256"] == hashlib.sha256(whole).hexdigest()


def test_a_part_from_elsewhere_is_told_where_to_go_on(citizen: Client) -> None:
    whole = film(2 * MB)
    upload_id = begin(citizen, len(whole)).json()["upload_id"]
    put(citizen, upload_id, 0, whole[:MB])
    for offset in (0, 2 * MB):
        answer = put(citizen, upload_id, offset, whole[MB:])
        assert (answer.status_code, answer.json()["code"], answer.json()["received"]) == (409, "part_offset", MB)
    early = finish(citizen, upload_id)
    assert (early.status_code, early.json()["received"]) == (409, MB)


def test_finishing_twice_makes_one_file(citizen: Client) -> None:
    whole = film(1 * MB)
    upload_id = begin(citizen, len(whole)).json()["upload_id"]
    put(citizen, upload_id, 0, whole)
    first, again = finish(citizen, upload_id).json(), finish(citizen, upload_id).json()
    assert first["evidence_id"] == again["evidence_id"] == state(citizen, upload_id).json()["evidence_id"]
    assert len([m for m in citizen.after(0)["messages"] if m["card"]]) == 1


def test_an_upload_belongs_to_its_conversation_alone(bot: Bot, citizen: Client) -> None:
    whole = film(1 * MB)
    upload_id = begin(citizen, len(whole)).json()["upload_id"]
    stranger = bot.client().open()
    for answer in (state(stranger, upload_id), put(stranger, upload_id, 0, whole), finish(stranger, upload_id)):
        assert (answer.status_code, answer.json()["code"]) == (404, "upload_unknown")
    assert state(Client(bot.base), upload_id).status_code == 401
    assert state(citizen, upload_id).json()["received"] == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04" + b"\0" * 5000, "file_kind"),
        (b"MZ\x90\0" + b"\0" * 5000, "file_kind"),
        (film(4000)[:-40], "file_broken"),
        (box(b"ftyp", b"isom\0\0\2\0") + box(b"mdat", b"x" * 3000), "file_broken"),
    ],
    ids=["zip", "exe", "cut off", "no index"],
)
def test_what_cannot_be_taken_is_said_with_a_remedy_and_leaves_nothing(
    bot: Bot, citizen: Client, content: bytes, code: str
) -> None:
    lay, kept = lying(bot), len(stored(bot))
    answer = send(citizen, content)
    assert answer.json()["code"] == code and "请保留原件" in answer.json()["message"]
    assert (lying(bot), len(stored(bot))) == (lay, kept)


def test_another_digest_than_announced_is_a_broken_file(bot: Bot, citizen: Client) -> None:
    assert send(citizen, film(5000), sha256="0" * 64).json()["code"] == "file_broken"


def test_a_zip_is_refused_at_its_first_part(bot: Bot, citizen: Client) -> None:
    upload_id = begin(citizen, 100 * MB).json()["upload_id"]
    answer = put(citizen, upload_id, 0, b"PK\x03\x04" + b"\0" * MB)
    assert answer.json()["code"] == "file_kind"
    assert state(citizen, upload_id).status_code == 404


def test_sizes_are_limited_by_what_it_is(citizen: Client) -> None:
    answer = begin(citizen, 201 * MB)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large") and "200MB" in answer.json()[
        "message"
    ]
    upload_id = begin(citizen, 30 * MB, "合同.pdf").json()["upload_id"]
    answer = put(citizen, upload_id, 0, b"%PDF-1.7\n" + b"x" * MB)
    assert answer.json()["code"] == "file_too_large" and "20MB" in answer.json()["message"]
    upload_id = begin(citizen, MB).json()["upload_id"]
    assert put(citizen, upload_id, 0, film(MB) + b"x").json()["code"] == "part_too_large"
    upload_id = begin(citizen, 10 * MB).json()["upload_id"]
    assert put(citizen, upload_id, 0, film(5 * MB)).json()["code"] == "part_too_large"


def test_a_conversation_holds_so_much_and_no_more(bot: Bot, citizen: Client) -> None:
    for _ in range(5):
        assert begin(citizen, 190 * MB).status_code == 200
    answer = begin(citizen, 190 * MB)
    assert (answer.status_code, answer.json()["code"]) == (413, "files_too_heavy")
    assert "1000MB" in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [{}, {"filename": "a"}, {"filename": "a", "size": -1}, {"filename": "a", "size": True}, {"filename": 3, "size": 3},
     {"filename": "a", "size": 5, "sha256": "x"}],
)  # fmt: skip
def test_a_nonsense_announcement_is_refused(citizen: Client, body: dict[str, Any]) -> None:
    answer = requests.post(f"{citizen.base}/chat/evidence/uploads", json=body, headers=citizen.headers, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (422, "field_wrong")


def test_a_sixty_page_pdf_is_taken_at_once(citizen: Client) -> None:
    pages = b"".join(b"%d 0 obj\n<</Type/Page>>\nendobj\n" % n + os.urandom(150_000) for n in range(60))
    answer = citizen.upload(b"%PDF-1.7\n" + pages, "合同60页.pdf")
    assert answer.json()["media_type"] == "application/pdf" and answer.json()["size"] > 8 * MB


def test_forty_photos_leave_twenty_and_lose_none_of_them(bot: Bot, citizen: Client) -> None:
    answers = [citizen.upload(picture("PNG", colour=20_000 + n), f"{n}.png") for n in range(40)]
    assert [a.status_code for a in answers] == [200] * 20 + [409] * 20
    assert "前面传好的都在" in answers[-1].json()["message"] and "请保留原件" in answers[-1].json()["message"]
    assert len([m for m in citizen.after(0)["messages"] if m["card"]]) == 20
    assert begin(citizen, MB).json()["code"] == "files_too_many"


def test_a_full_disk_is_said_and_what_arrived_stays(bot: Bot, citizen: Client) -> None:
    whole = film(3 * MB)
    upload_id = begin(citizen, len(whole)).json()["upload_id"]
    put(citizen, upload_id, 0, whole[:MB])
    path, aside = bot.folder / "evidence" / "parts" / upload_id, bot.folder / "aside"
    path.rename(aside)
    path.symlink_to("/dev/full")
    answer = put(citizen, upload_id, 0, whole[:MB])
    assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")
    assert "不是您的操作" in answer.json()["message"] and "请保留原件" in answer.json()["message"]
    path.unlink()
    aside.rename(path)
    assert put(citizen, upload_id, MB, whole[MB:]).json()["received"] == len(whole)
    assert finish(citizen, upload_id).status_code == 200 and not path.exists()


def test_a_finish_that_was_cut_off_behind_the_commit_makes_no_second_file(bot: Bot, citizen: Client) -> None:
    whole = film(MB, seed=9)
    first = send(citizen, whole).json()["evidence_id"]
    upload_id = begin(citizen, len(whole)).json()["upload_id"]
    put(citizen, upload_id, 0, whole)
    assert finish(citizen, upload_id).json()["evidence_id"] == first
    assert stored(bot).count(whole) == 1


def test_a_file_in_parts_that_names_sensitive_papers_is_asked_about(citizen: Client) -> None:
    assert send(citizen, b"%PDF-1.7\n" + b"x" * 900, "银行流水.pdf").json()["consent"] == "asked"
    assert "kind" not in send(citizen, film(6000), "身份证被拒的视频.mp4").json()
    assert send(citizen, picture("PNG", colour=777), "IMG_1.png", kind="medical").json()["kind"] == "medical"

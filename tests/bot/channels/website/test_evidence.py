"""Uploads over real HTTP."""

from __future__ import annotations

import hashlib
import io
import socket
import struct
import time
import zipfile
import zlib

import pytest
import requests
from PIL import Image
from sqlalchemy.orm import Session

from tests.bot.channels.website.conftest import Bot, Client
from xiaobao.conversations import uploads
from xiaobao.database import make_engine, make_sessions


def picture(kind: str = "JPEG", colour: int = 0, size: tuple[int, int] = (32, 24)) -> bytes:
    whole = io.BytesIO()
    Image.new("RGB", size, (colour % 256, colour // 256, 90)).save(whole, kind)
    return whole.getvalue()


def stored(bot: Bot) -> list[bytes]:
    folder = bot.folder / "evidence"
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("WEBP"), "image/webp"),
        (struct.pack(">I", 24) + b"ftypheic" + b"\0\0\0\0mif1heic" + b"\0" * 64, "image/heic"),
        (b"%PDF-1.7\n" + b"x" * 400, "application/pdf"),
        (b"ID3\x03" + b"\0" * 400, "audio/mpeg"),
        (b"#!AMR\n" + b"\0" * 400, "audio/amr"),
        (struct.pack(">I", 32) + b"ftypM4A " + b"\0\0\0\0M4A mp42isom" + b"\0" * 300, "audio/mp4"),
    ],
    ids=["jpeg", "png", "webp", "heic", "pdf", "mp3", "amr", "m4a"],
)
def test_photos_pdf_and_sound_are_kept_as_they_came(bot: Bot, citizen: Client, content: bytes, media_type: str) -> None:
    answer = citizen.upload(content, "../../材料/发票 1.jpg")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["media_type"], told["size"], told["filename"]) == (media_type, len(content), "发票 1.jpg")
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert content in stored(bot)


def test_the_file_appears_in_the_conversation_with_a_word_of_thanks_for_the_first(citizen: Client) -> None:
    seq = citizen.after(0)["last_seq"]
    for n in (1, 2):
        assert citizen.upload(picture(colour=n), f"{n}.jpg").status_code == 200
    came = citizen.after(seq)["messages"]
    assert [(m["speaker"], (m["card"] or {}).get("filename")) for m in came] == [
        ("citizen", "1.jpg"), ("bot", None), ("citizen", "2.jpg"),
    ]  # fmt: skip


def test_an_upload_runs_no_turn(bot: Bot, citizen: Client) -> None:
    citizen.upload(picture())
    assert citizen.say("在吗")
    assert bot.texts() == ["在吗"]


def test_the_same_bytes_again_are_one_file(bot: Bot, citizen: Client) -> None:
    content = picture(colour=77)
    first, again = citizen.upload(content).json(), citizen.upload(content).json()
    assert first["evidence_id"] == again["evidence_id"]
    assert stored(bot).count(content) == 1


def bomb() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.txt", b"0" * 10_000_000)
    return whole.getvalue()


def endless_png() -> bytes:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    whole = b"\x89PNG\r\n\x1a\n"
    for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 10_000))):
        whole += struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return whole


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"MZ\x90\0" + b"\0" * 400, "照片.jpg", "file_kind"),
        (bomb(), "照片.jpg", "file_kind"),
        (b"<html><script>alert(1)</script></html>", "a.png", "file_kind"),
        (b"\xff\xd8\xff\xe0" + b"no picture" * 30, "a.jpg", "file_broken"),
        (b"", "a.jpg", "file_empty"),
        (endless_png(), "a.png", "file_pixels"),
    ],
    ids=["exe", "zip", "html", "half a jpeg", "empty", "bomb"],
)
def test_what_is_no_evidence_is_refused_with_a_remedy_and_leaves_nothing(
    bot: Bot, citizen: Client, content: bytes, filename: str, code: str
) -> None:
    before = len(stored(bot))
    answer = citizen.upload(content, filename)
    assert answer.json()["code"] == code, answer.text
    assert answer.status_code >= 400
    assert "请保留原件" in answer.json()["message"] or "原件请" in answer.json()["message"]
    assert len(stored(bot)) == before


def test_twenty_one_megabytes_are_refused_before_they_are_read(bot: Bot, citizen: Client) -> None:
    """Only the head is sent: the answer must come all the same."""
    head = (
        "POST /chat/evidence HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        f"Authorization: Bearer {citizen.token}\r\nContent-Length: {21 * 1024 * 1024 + 100_000}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", bot.port), timeout=5) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(65536).decode()
    assert " 413 " in answer.splitlines()[0]
    assert "20MB" in answer


def test_a_body_that_hides_its_length_is_cut_off_too(bot: Bot, citizen: Client) -> None:
    def chunks():
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n\xff\xd8\xff'
        for _ in range(21):
            yield b"\0" * 1024 * 1024

    headers = {**citizen.headers, "Content-Type": "multipart/form-data; boundary=b"}
    before = len(stored(bot))
    try:
        answer = requests.post(f"{bot.base}/chat/evidence", data=chunks(), headers=headers, timeout=20)
        assert answer.status_code == 413
    except requests.ConnectionError:
        pass  # refused while we still wrote
    assert len(stored(bot)) == before


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", "multipart/form-data; boundary="])
def test_a_body_that_is_no_upload_is_refused(citizen: Client, content_type: str) -> None:
    headers = {**citizen.headers, "Content-Type": content_type}
    answer = requests.post(f"{citizen.base}/chat/evidence", data=b"--b\r\n\r\n", headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, "body_unreadable")


def test_a_broken_off_upload_leaves_nothing(bot: Bot, citizen: Client) -> None:
    before = len(stored(bot))
    head = (
        "POST /chat/evidence HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        f"Authorization: Bearer {citizen.token}\r\nContent-Length: 90000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + "x" * 5000
    )
    with socket.create_connection(("127.0.0.1", bot.port), timeout=5) as connection:
        connection.sendall(head.encode())
        time.sleep(0.3)
    time.sleep(0.5)
    assert len(stored(bot)) == before


def test_a_draft_takes_twenty_files_and_says_so_then(citizen: Client) -> None:
    for n in range(20):
        assert citizen.upload(picture("PNG", colour=1000 + n)).status_code == 200
    answer = citizen.upload(picture("PNG", colour=2000))
    assert (answer.status_code, answer.json()["code"]) == (409, "files_too_many")
    assert "20" in answer.json()["message"]


def test_a_preview_is_for_its_owner_only_and_only_once_it_is_made(bot: Bot, citizen: Client) -> None:
    evidence_id = citizen.upload(picture(colour=9)).json()["evidence_id"]
    where = f"{bot.base}/chat/evidence/{evidence_id}/preview"
    assert requests.get(where, headers=citizen.headers, timeout=10).status_code == 404
    copy = picture("JPEG", colour=10)
    (bot.folder / "evidence" / "copy.jpg").write_bytes(copy)
    engine = make_engine(bot.database_url)
    session: Session
    with make_sessions(engine).begin() as session:
        uploads.set_preview(session, evidence_id, "copy.jpg")
    engine.dispose()
    assert requests.get(where, headers=citizen.headers, timeout=10).content == copy
    assert requests.get(where, headers=bot.client().open().headers, timeout=10).status_code == 404
    assert requests.get(where, timeout=10).status_code == 401


def test_a_recording_is_asked_about_each_time_and_nobody_claims_to_have_listened(citizen: Client) -> None:
    seq = citizen.after(0)["last_seq"]
    for n in (1, 2):
        assert citizen.upload(b"ID3\x03" + bytes([n]) * 400, f"{n}.mp3").status_code == 200
    came = citizen.after(seq)["messages"]
    asked = [m for m in came if m["speaker"] == "bot"]
    assert len(asked) == 2 and all("听不了录音" in m["text"] for m in asked)
    assert [b["title"] for b in asked[0]["buttons"]] == ["留作证据", "删掉", "请人打给我"]


def test_the_buttons_of_a_recording_name_that_recording(bot: Bot, citizen: Client) -> None:
    seq = citizen.after(0)["last_seq"]
    evidence_id = citizen.upload(b"ID3\x03" + b"\0" * 400, "1.mp3").json()["evidence_id"]
    asked = next(m for m in citizen.after(seq)["messages"] if m["speaker"] == "bot")
    assert citizen.post(button=asked["buttons"][1]["id"]).status_code == 200
    assert bot.texts()[-1] == f'/decide_sound{{"value": "delete", "evidence_id": "{evidence_id}"}}'

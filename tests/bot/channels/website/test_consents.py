"""Sensitive files over real HTTP: asked once, kept or deleted by the answer, never by a turn of the bot."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from tests.bot.channels.website.conftest import Bot, Client
from tests.bot.channels.website.test_evidence import picture, stored
from xiaobao.conversations import uploads
from xiaobao.conversations.tables import Upload
from xiaobao.database import make_engine, make_sessions

PDF = b"%PDF-1.7\n" + b"x" * 400
numbers = iter(range(50_000, 60_000))


def photo() -> bytes:
    return picture("PNG", colour=next(numbers))


def send(citizen: Client, content: bytes, filename: str, **fields: str) -> requests.Response:
    files = {"file": (filename, content)}
    return requests.post(f"{citizen.base}/chat/evidence", files=files, data=fields, headers=citizen.headers, timeout=30)


def questions(citizen: Client) -> list[dict[str, Any]]:
    return [m for m in citizen.after(0)["messages"] if "敏感个人信息" in m["text"]]


def answer(citizen: Client, title: str, key: str | None = None) -> list[dict[str, Any]]:
    [button] = [b for b in questions(citizen)[-1]["buttons"] if b["title"] == title]
    reply = citizen.post(key, button=button["id"])
    assert reply.status_code == 200, reply.text
    return reply.json()["messages"]


def row(bot: Bot, evidence_id: str) -> Upload:
    engine = make_engine(bot.database_url)
    with make_sessions(engine).begin() as session:
        found = uploads.get(session, evidence_id)
        session.expunge_all()
    engine.dispose()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("filename", "kind"),
    [
        ("身份证正面.jpg", "identity"),
        ("10月流水.pdf", "account"),
        ("征信报告.pdf", "account"),
        ("病历.jpg", "medical"),
        ("化验单2.png", "medical"),
        ("id_card.png", "identity"),
    ],
)
def test_a_name_that_tells_of_papers_is_asked_about_and_the_file_waits(
    bot: Bot, citizen: Client, filename: str, kind: str
) -> None:
    told = send(citizen, photo() if not filename.endswith("pdf") else PDF + filename.encode(), filename).json()
    assert (told["kind"], told["consent"]) == (kind, "asked")
    [question] = questions(citizen)
    assert "只用来" in question["text"] and [b["title"] for b in question["buttons"]] == ["同意", "不同意"]
    assert bot.texts() == []


@pytest.mark.parametrize("filename", ["付款截图.jpg", "IMG_2031.jpg", "快递流水单.jpg", "车辆检查报告.pdf"])
def test_ordinary_papers_are_not_asked_about(citizen: Client, filename: str) -> None:
    assert "kind" not in send(citizen, photo(), filename).json()
    assert questions(citizen) == []


def test_a_yes_is_kept_with_its_time_and_wording_and_asked_once(bot: Bot, citizen: Client) -> None:
    first = send(citizen, photo(), "身份证正面.jpg").json()["evidence_id"]
    [said] = answer(citizen, "同意")
    second = send(citizen, photo(), "身份证反面.jpg").json()
    assert second["consent"] == "given" and len(questions(citizen)) == 1
    for evidence_id in (first, second["evidence_id"]):
        kept = row(bot, evidence_id)
        assert (kept.kind, kept.consent) == ("identity", "given") and kept.consent_at
        assert kept.consent_version and len(kept.consent_version) == 12
    assert [b["title"] for b in said["buttons"]] == ["改主意了，删掉"] and bot.texts() == []


def test_a_no_takes_the_bytes_from_the_disk_at_once_and_is_not_asked_again(bot: Bot, citizen: Client) -> None:
    other, paper = photo(), photo()
    send(citizen, other, "小票.jpg")
    evidence_id = send(citizen, paper, "身份证.jpg").json()["evidence_id"]
    [said] = answer(citizen, "不同意")
    assert "删掉" in said["text"]
    assert paper not in stored(bot) and other in stored(bot)
    assert (row(bot, evidence_id).consent, row(bot, evidence_id).path) == ("refused", "")
    again = send(citizen, photo(), "身份证2.jpg")
    assert (again.status_code, again.json()["code"]) == (409, "file_refused")
    same = send(citizen, paper, "换个名字.jpg")
    assert same.json()["code"] == "file_refused"
    assert len(questions(citizen)) == 1 and paper not in stored(bot)
    assert send(citizen, photo(), "病历.jpg").json()["consent"] == "asked"  # another kind is another question


def test_a_consent_can_be_taken_back(bot: Bot, citizen: Client) -> None:
    paper = photo()
    evidence_id = send(citizen, paper, "病历.jpg").json()["evidence_id"]
    [said] = answer(citizen, "同意")
    assert citizen.post(button=said["buttons"][0]["id"]).status_code == 200
    assert paper not in stored(bot) and row(bot, evidence_id).consent == "refused"


def test_the_same_press_sent_twice_says_the_same_once(citizen: Client) -> None:
    send(citizen, photo(), "身份证.jpg")
    first, again = answer(citizen, "同意", key="twice"), answer(citizen, "同意", key="twice")
    assert first[0]["seq"] == again[0]["seq"]


def test_the_word_counts_as_the_button_right_after_the_question(bot: Bot, citizen: Client) -> None:
    paper = photo()
    send(citizen, paper, "身份证.jpg")
    said = citizen.say("不同意。")
    assert "删掉" in said[0]["text"] and paper not in stored(bot) and bot.texts() == []
    citizen.say("同意")  # nothing is asked any more: these are words for the bot
    assert bot.texts() == ["同意"]


@pytest.mark.parametrize("before", [True, False], ids=["said before", "said after"])
def test_words_tell_what_a_photo_is(bot: Bot, citizen: Client, before: bool) -> None:
    if before:
        citizen.say("这是我的身份证照片")
        assert send(citizen, photo(), "IMG_1.jpg").json()["kind"] == "identity"
    else:
        evidence_id = send(citizen, photo(), "IMG_1.jpg").json()["evidence_id"]
        citizen.say("上面那张是医院的诊断书")
        assert row(bot, evidence_id).consent == "asked"
    assert len(questions(citizen)) == 1


@pytest.mark.parametrize("text", ["商家让我发身份证照片给他", "要不要上传身份证？", "我没传身份证", "贷款要我上传流水"])
def test_talk_about_papers_is_no_paper(citizen: Client, text: str) -> None:
    citizen.say(text)
    assert "kind" not in send(citizen, photo(), "IMG_1.jpg").json()
    assert questions(citizen) == []


def test_a_caption_or_a_label_tells_what_a_file_is(bot: Bot, citizen: Client) -> None:
    assert send(citizen, photo(), "IMG_7.jpg", caption="我的银行卡流水").json()["kind"] == "account"
    assert send(citizen, photo(), "IMG_8.jpg", kind="identity").json()["kind"] == "identity"
    assert "kind" not in send(citizen, photo(), "身份证被泄露的截图.jpg", kind="other").json()
    plain = send(citizen, photo(), "IMG_9.jpg").json()["evidence_id"]
    where = f"{bot.base}/chat/evidence/{plain}/kind"
    label = requests.post(where, json={"kind": "medical"}, headers=citizen.headers, timeout=10)
    assert label.json()["consent"] == "asked" and len(questions(citizen)) == 3
    back = requests.post(where, json={"kind": "other"}, headers=citizen.headers, timeout=10)
    assert back.json()["consent"] is None
    assert requests.post(where, json={"kind": "x"}, headers=citizen.headers, timeout=10).status_code == 422
    stranger = bot.client().open()
    assert requests.post(where, json={"kind": "medical"}, headers=stranger.headers, timeout=10).status_code == 404


def test_a_label_after_a_refusal_deletes_the_file(bot: Bot, citizen: Client) -> None:
    send(citizen, photo(), "身份证.jpg")
    answer(citizen, "不同意")
    paper = photo()
    evidence_id = send(citizen, paper, "IMG_3.jpg").json()["evidence_id"]
    where = f"{bot.base}/chat/evidence/{evidence_id}/kind"
    requests.post(where, json={"kind": "identity"}, headers=citizen.headers, timeout=10)
    assert paper not in stored(bot) and row(bot, evidence_id).consent == "refused"


def test_an_answer_survives_a_kill_of_the_bot(own_bot: Bot) -> None:
    citizen = own_bot.client().greeted()
    paper = photo()
    send(citizen, paper, "身份证.jpg")
    own_bot.kill()
    own_bot.start()
    time.sleep(0.2)
    answer(citizen, "不同意")
    assert paper not in stored(own_bot)

"""Bodies of pushes, well-formed and not."""

from __future__ import annotations

import json

import pytest

from bot.channels.wechat import incoming
from bot.channels.wechat.incoming import Unreadable


def xml(**fields: str) -> bytes:
    return (
        "<xml>" + "".join(f"<{name}><![CDATA[{text}]]></{name}>" for name, text in fields.items()) + "</xml>"
    ).encode()


TEXT = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": "1714037059", "MsgType": "text"}


@pytest.mark.parametrize(
    "body",
    [
        xml(**TEXT, Content="你好😀", MsgId="90"),
        json.dumps({**TEXT, "CreateTime": 1714037059, "Content": "你好😀", "MsgId": 90}).encode(),
    ],
)
def test_xml_and_json_give_the_same_message(body: bytes) -> None:
    push = incoming.read(incoming.fields_of(body))
    assert (push.kind, push.sender, push.account, push.created, push.text) == (
        "text",
        "o1",
        "gh_1",
        1714037059,
        "你好😀",
    )
    assert push.key == "message|o1|90"


def test_two_citizens_with_one_message_id_have_two_keys() -> None:
    first = incoming.read(incoming.fields_of(xml(**TEXT, Content="a", MsgId="7")))
    second = incoming.read(incoming.fields_of(xml(**{**TEXT, "FromUserName": "o2"}, Content="a", MsgId="7")))
    assert first.key != second.key


def test_a_message_id_beyond_53_bits_and_one_of_a_mini_program_stay_whole() -> None:
    big = json.dumps({**TEXT, "CreateTime": 1714037059, "Content": "a", "MsgId": 9007199254740993}).encode()
    assert incoming.read(incoming.fields_of(big)).key == "message|o1|9007199254740993"
    text = incoming.read(incoming.fields_of(xml(**TEXT, MsgId="49d72d67_1555684067")))
    assert text.key == "message|o1|49d72d67_1555684067"


def test_events_without_an_id_are_told_apart_by_time_name_and_key() -> None:
    event = {**TEXT, "MsgType": "event", "Event": "CLICK", "EventKey": "progress"}
    first = incoming.read(incoming.fields_of(xml(**event)))
    assert first.is_event and first.kind == "event.click"
    assert first.key == incoming.read(incoming.fields_of(xml(**event))).key
    assert first.key != incoming.read(incoming.fields_of(xml(**{**event, "CreateTime": "1714037060"}))).key
    assert first.key != incoming.read(incoming.fields_of(xml(**{**event, "EventKey": "file"}))).key


def test_a_tapped_menu_message_brings_its_id_and_nested_fields_their_path() -> None:
    push = incoming.read(incoming.fields_of(xml(**TEXT, Content="满意", bizmsgmenuid="101")))
    assert push.menu_id == "101"
    nested = b"<xml><ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType></ScanCodeInfo></xml>"
    assert incoming.fields_of(nested)["ScanCodeInfo.ScanType"] == "qrcode"


def test_an_end_of_cdata_and_an_empty_text_are_read_as_they_are() -> None:
    body = b"<xml><Content><![CDATA[a]]]]><![CDATA[>b]]></Content><Empty></Empty></xml>"
    assert incoming.fields_of(body) == {"Content": "a]]>b", "Empty": ""}


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Content>&b;</Content></xml>'
FILE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>'


@pytest.mark.parametrize(
    "body",
    [
        *(BOMB, FILE, b"", b"   ", b"hello", b"<xml><a></xml>", b"{", b"[1]", b"[" * 5000, b"{" + b'"a":{' * 5000),
        *(b"<xml>" + b"x" * incoming.LARGEST_BODY + b"</xml>", b"<xml>" + b"<a>" * 50 + b"</a>" * 50 + b"</xml>"),
        *(b"\xff\xfe<xml/>", b"<xml>&nbsp;</xml>", json.dumps({str(n): 1 for n in range(500)}).encode()),
    ],
)
def test_what_is_no_push_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        incoming.read(incoming.fields_of(body))


@pytest.mark.parametrize("missing", list(TEXT))
def test_a_message_without_sender_account_time_or_kind_is_refused(missing: str) -> None:
    with pytest.raises(Unreadable):
        incoming.read({name: text for name, text in TEXT.items() if name != missing})


@pytest.mark.parametrize("when", ["-1", "1e9", "１２", "9" * 20, "soon"])
def test_a_time_that_is_no_time_is_refused(when: str) -> None:
    with pytest.raises(Unreadable):
        incoming.read({**TEXT, "CreateTime": when})

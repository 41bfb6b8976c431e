"""The door over HTTP: what is forged gets 403, what is signed but no push gets `success`, and neither starts a turn."""

from __future__ import annotations

import base64
import secrets
import struct
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.channels.wechat import incoming
from tests.bot.channels.wechat.world import AES_KEY, ANNA, APP_ID, BERT, TOKEN, World, play
from tests.simulators.wechat.push import as_json, as_xml, sign

pytestmark = pytest.mark.slow
KEY = base64.b64decode(AES_KEY + "=")
PLANTED = "植入的词不进日志"
Request = tuple[dict[str, str], bytes]
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{"&a%s;" % (n - 1 if n else "") * 10}">' for n in range(8))
    + "]><xml><Content>&a7;</Content></xml>"
)
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Encrypt>&f;</Encrypt></xml>'


def message(**more: str) -> dict[str, str]:
    fields = {"ToUserName": "gh_simulator", "FromUserName": ANNA, "CreateTime": str(int(time.time()))}
    return {**fields, "MsgType": "text", "Content": PLANTED, "MsgId": secrets.token_hex(8), **more}


def seal(
    plain: bytes, app_id: str = APP_ID, length: int | None = None, tail: Callable[[int], bytes] | None = None
) -> str:
    """As the platform seals; `length` and `tail` (of the frame's size) make it wrong."""
    frame = secrets.token_bytes(16) + struct.pack(">I", len(plain) if length is None else length) + plain
    frame += app_id.encode()
    if tail is None:
        pad = 32 - len(frame) % 32
        frame += bytes([pad]) * pad
    else:
        frame += tail(len(frame))
    encryptor = Cipher(algorithms.AES(KEY), modes.CBC(KEY[:16])).encryptor()
    return base64.b64encode(encryptor.update(frame) + encryptor.finalize()).decode()


def request(sealed: str, age: int = 0, **query: str) -> Request:
    """A request in safe mode, rightly signed over whatever was sealed; `query` replaces parts of it afterwards."""
    timestamp, nonce = str(int(time.time()) - age), secrets.token_hex(5)
    asked = {"timestamp": timestamp, "nonce": nonce, "openid": ANNA, "encrypt_type": "aes"}
    asked |= {"signature": sign(TOKEN, timestamp, nonce), "msg_signature": sign(TOKEN, timestamp, nonce, sealed)}
    asked |= query
    return {name: text for name, text in asked.items() if text}, as_xml(
        {"ToUserName": "gh_simulator", "Encrypt": sealed}
    ).encode()


def with_body(body: bytes) -> Request:
    """The signature of the query is right, the body is another one."""
    return request(seal(as_xml(message()).encode()))[0], body


def good() -> str:
    return seal(as_xml(message()).encode())


def tampered() -> str:
    data = bytearray(base64.b64decode(good()))
    data[-1] ^= 1
    return base64.b64encode(bytes(data)).decode()


def _short_of(size: int, last: bytes) -> bytes:
    return b"x" * (-(size + len(last)) % 32) + last


XML = as_xml(message()).encode()
FORGED: dict[str, Callable[[], Request]] = {
    "no query": lambda: ({}, XML),
    "signature of one changed digit": lambda: request(good(), msg_signature="0" * 40),
    "only the signature that does not cover the body": lambda: request(good(), msg_signature=""),
    "the plain signature as msg_signature": lambda: _swapped(request(good())),
    "another token": lambda: request(good(), msg_signature=sign("othertoken", "1", "2", "3")),
    "ciphertext of another request": lambda: (request(good())[0], request(good())[1]),
    "no nonce": lambda: request(good(), nonce=""),
    "no timestamp": lambda: request(good(), timestamp=""),
    "a nonce that was not signed": lambda: request(good(), nonce="other"),
    "eleven minutes old": lambda: request(good(), age=660),
    "eleven minutes ahead": lambda: request(good(), age=-660),
    "a time in words": lambda: _signed_at("soon"),
    "a negative time": lambda: _signed_at("-5"),
    "sealed for another account": lambda: request(seal(XML, app_id="wx0000000000000000")),
    "sealed for no account": lambda: request(seal(XML, app_id="")),
    "one bit of the ciphertext changed": lambda: _resealed(request(good()), tampered()),
    "one bit of the ciphertext changed, rightly signed": lambda: request(tampered()),
    "padding of 0": lambda: request(seal(XML, tail=lambda n: _short_of(n, b"\0"))),
    "padding of 33": lambda: request(seal(XML, tail=lambda n: _short_of(n, b"\x21" * 33))),
    "padding of unequal bytes": lambda: request(seal(XML, tail=lambda n: _short_of(n, b"\x03\x02\x03"))),
    "a length beyond the end": lambda: request(seal(XML, length=10**6)),
    "a length of four gigabytes": lambda: request(seal(XML, length=2**32 - 1)),
    "half a block": lambda: request(base64.b64encode(b"x" * 40).decode()),
    "no base64": lambda: request("%%%"),
    "nothing encrypted": lambda: with_body(b"<xml><ToUserName>gh_simulator</ToUserName></xml>"),
    "an empty Encrypt": lambda: with_body(b"<xml><Encrypt></Encrypt></xml>"),
    "an empty body": lambda: with_body(b""),
    "plain XML": lambda: with_body(XML),
    "plain JSON": lambda: with_body(as_json(message()).encode()),
    "a document type": lambda: with_body(FILE.encode()),
    "entities without bound": lambda: with_body(BOMB.encode()),
    "a megabyte": lambda: with_body(b"<xml><Encrypt>" + b"A" * 2**20 + b"</Encrypt></xml>"),
    "a megabyte, rightly signed": lambda: request(base64.b64encode(b"x" * 2**20).decode()),
    "bytes that are no text": lambda: with_body(b"\xff\xfe\x00"),
}
SIGNED_BUT_NO_PUSH: dict[str, bytes] = {
    "a document type inside": FILE.encode(),
    "entities inside": BOMB.encode(),
    "no message": b"<xml></xml>",
    "words": "你好".encode(),
    "bytes that are no text": b"\xff\xfe\x00",
    "nothing": b"",
    "a list": b"[1]",
    "no sender": as_xml({name: v for name, v in message().items() if name != "FromUserName"}).encode(),
    "no kind": as_xml({name: v for name, v in message().items() if name != "MsgType"}).encode(),
    "a time in words": as_xml(message(CreateTime="soon")).encode(),
    "deep": b"<xml>" + b"<a>" * 50 + b"</a>" * 50 + b"</xml>",
}


def _swapped(given: Request) -> Request:
    query, body = given
    return {**query, "msg_signature": query["signature"]}, body


def _resealed(given: Request, sealed: str) -> Request:
    return given[0], request(sealed)[1]


def _signed_at(timestamp: str) -> Request:
    query, body = request(sealed := good())
    return {**query, "timestamp": timestamp, "msg_signature": sign(TOKEN, timestamp, query["nonce"], sealed)}, body


async def ask(world: World, given: Request) -> tuple[int, str]:
    """Status and body of the answer; a connection that was closed half-way counts as status 0."""
    async with aiohttp.ClientSession() as client:
        try:
            async with client.post(world.pusher.console.url, params=given[0], data=given[1]) as answer:
                return answer.status, await answer.text()
        except aiohttp.ClientError as error:
            return 0, type(error).__name__


def test_what_is_forged_gets_403_and_what_is_no_push_success_and_neither_starts_a_turn(tmp_path: Path) -> None:
    forged, signed = {}, {}

    async def scene(world: World) -> None:
        for name, make in FORGED.items():
            forged[name] = await ask(world, make())
        for name, plain in SIGNED_BUT_NO_PUSH.items():
            signed[name] = await ask(world, request(seal(plain)))
        assert world.told() == []
        assert await world.pusher.say(ANNA, "还在吗") == "听到了：还在吗"

    world = play(tmp_path, scene, STAND_IN_LOG="DEBUG")
    assert forged == {name: (403, "") for name in FORGED}
    assert signed == {name: (200, "success") for name in SIGNED_BUT_NO_PUSH}
    assert PLANTED not in world.log() and "植入" not in world.log()
    assert "root:x:" not in world.log() and "aaaaaaaaaaaaaaaaaaaa" not in world.log()
    assert world.log().count("was refused") == len(FORGED)
    assert world.platform.violations == []


def test_the_console_verifies_the_address_and_nobody_else_does(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        at = str(int(time.time()))
        right = {"timestamp": at, "nonce": "n", "echostr": "a+b/c==", "signature": sign(TOKEN, at, "n")}
        old = str(int(time.time()) - 700)
        cases = {
            "right": right,
            "wrong": {**right, "signature": "0" * 40},
            "signature missing": {name: text for name, text in right.items() if name != "signature"},
            "echo missing": {name: text for name, text in right.items() if name != "echostr"},
            "old": {**right, "timestamp": old, "signature": sign(TOKEN, old, "n")},
            "nothing": {},
        }
        found = {}
        async with aiohttp.ClientSession() as client:
            for name, query in cases.items():
                async with client.get(world.pusher.console.url, params=query) as answer:
                    found[name] = (answer.status, await answer.text(), answer.content_type)
        assert found.pop("right") == (200, "a+b/c==", "text/plain")
        assert found == {name: (403, "", "text/plain") for name in found}

    play(tmp_path, scene)


def test_a_recording_played_again_gets_the_same_answer_and_no_second_turn(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        query, body = world.pusher.sealed(message(Content="原话"))
        world.platform.follower(ANNA)
        for _ in range(3):
            status, answer = await ask(world, (query, body))
            assert status == 200 and world.pusher.read(ANNA, answer, query) == "听到了：原话"
        click = {"MsgType": "event", "Event": "CLICK", "EventKey": "complain", "Content": ""}
        event = {name: text for name, text in message(**click).items() if name != "MsgId"}
        first = [await ask(world, world.pusher.sealed(event)) for _ in range(3)]
        assert {status for status, _ in first} == {200} and "success" not in {text for _, text in first}

    assert play(tmp_path, scene).told() == ["原话", "/submit_complaint"]


def test_in_compatible_mode_only_what_was_encrypted_counts(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        query, _ = request(sealed := seal(as_xml(message(Content="封住的")).encode()))
        outer = as_xml({**message(Content="没封的", FromUserName=BERT), "Encrypt": sealed}).encode()
        status, answer = await ask(world, (query, outer))
        assert status == 200 and "Encrypt" in answer
        assert (await ask(world, with_body(XML)))[0] == 403

    assert play(tmp_path, scene, mode="compatible").told() == ["封住的"]


@pytest.mark.parametrize("mode", ["safe", "compatible", "plain"])
def test_a_console_that_sends_json_is_answered_in_json(tmp_path: Path, mode: str) -> None:
    async def scene(world: World) -> None:
        world.pusher.console.as_json = True
        assert await world.pusher.say(ANNA, "用JSON说") == "听到了：用JSON说"
        assert "1. 帮我投诉" in await world.pusher.say(ANNA, "能退吗")
        assert await world.pusher.event(ANNA, "VIEW", "https://example.com") == ""

    assert play(tmp_path, scene, mode=mode).platform.violations == []


def test_the_cap_is_far_above_what_the_platform_sends() -> None:
    longest = as_xml(message(Content="😀" * 2048)).encode()
    assert len(request(seal(longest))[1]) < incoming.LARGEST_BODY

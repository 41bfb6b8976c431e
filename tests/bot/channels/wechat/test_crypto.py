"""Fixed vectors both ways, and everything that must be refused."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.channels.wechat import crypto, incoming, outgoing
from bot.channels.wechat.crypto import Forged

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
SEALED = [one for one in VECTORS if "encrypt" in one]
PLAIN = [one for one in VECTORS if one["kind"] == "plain_signature"]
KEY = crypto.read_key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
APP = "wxb11529c136998cb6"


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


@pytest.mark.parametrize("one", PLAIN, ids=ids(PLAIN))
def test_the_signature_of_a_request_is_known_and_one_changed_byte_is_not(one: dict[str, Any]) -> None:
    parts = (one["token"], one["timestamp"], one["nonce"])
    assert crypto.signed(one["signature"], *parts)
    changed = _other(one["signature"][0]) + one["signature"][1:]
    assert not crypto.signed(changed, *parts)
    assert not crypto.signed(one["signature"], parts[0], parts[1] + "1", parts[2])


def test_an_empty_token_or_a_missing_part_is_never_signed() -> None:
    assert not crypto.signed(crypto.sign(""), "", None, None)
    assert not crypto.signed(None, "token", "1", "2")
    assert not crypto.signed("é" * 40, "token", "1", "2")


@pytest.mark.parametrize("one", SEALED, ids=ids(SEALED))
def test_a_vector_is_opened_and_sealed_again_to_the_same_bytes(one: dict[str, Any]) -> None:
    key = crypto.read_key(one["encoding_aes_key"])
    message = crypto.decrypt(one["encrypt"], key, one["appid"])
    if "plaintext" in one:
        assert message.decode() == one["plaintext"]
    if isinstance(one.get("expect_fields"), dict):
        found = incoming.fields_of(message)
        assert {name: found[name] for name in one["expect_fields"]} == one["expect_fields"]
    frame = _open(one["encrypt"], key)
    prefix = one["random"].encode() if "random" in one else frame[:16]
    assert crypto.encrypt(message, key, one["appid"], prefix) == one["encrypt"].strip()
    assert one.get("pad_len", frame[-1]) == frame[-1]


def test_the_paddings_that_a_block_of_sixteen_would_refuse_are_among_the_vectors() -> None:
    assert {16, 17, 19, 32} <= {one.get("pad_len") for one in SEALED}


@pytest.mark.parametrize("one", [o for o in SEALED if "msg_signature" in o], ids=lambda one: str(one["id"]))
def test_the_signature_covers_the_ciphertext(one: dict[str, Any]) -> None:
    parts = (one["token"], one["timestamp"], one["nonce"])
    assert crypto.signed(one["msg_signature"], *parts, one["encrypt"])
    for n in (0, 20, 39):
        changed = one["msg_signature"][:n] + _other(one["msg_signature"][n]) + one["msg_signature"][n + 1 :]
        assert not crypto.signed(changed, *parts, one["encrypt"])
    assert not crypto.signed(one["msg_signature"], *parts, one["encrypt"][:-5] + "AAAA=")
    assert not crypto.signed(one["msg_signature"], *parts)


def test_three_parts_are_signed_in_the_order_of_their_bytes() -> None:
    [one] = [one for one in VECTORS if one["kind"] == "sorted_sha1"]
    assert crypto.sign(*one["parts"]) == crypto.sign(*reversed(one["parts"])) == one["signature"]


@pytest.mark.parametrize("one", [o for o in SEALED if "response_xml" in o], ids=lambda one: str(one["id"]))
def test_a_whole_sealed_reply_has_the_same_bytes(one: dict[str, Any]) -> None:
    key = crypto.read_key(one["encoding_aes_key"])
    sealed = crypto.encrypt(one["plaintext"].encode(), key, one["appid"], one["random"].encode())
    signature = crypto.sign(one["token"], one["timestamp"], one["nonce"], sealed)
    reply = outgoing.sealed_reply(sealed=sealed, signature=signature, timestamp=one["timestamp"], nonce=one["nonce"])
    assert reply == one["response_xml"]


@pytest.mark.parametrize("pad", [*range(1, 33)])
def test_every_length_of_padding_is_read_and_written(pad: int) -> None:
    message = b"m" * ((-20 - len(APP) - pad) % 32 + 32)
    sealed = crypto.encrypt(message, KEY, APP)
    assert _open(sealed, KEY)[-1] == pad
    assert crypto.decrypt(sealed, KEY, APP) == message


def test_another_implementation_reads_and_writes_the_same() -> None:
    wechatpy = pytest.importorskip("wechatpy.crypto.base")
    other = wechatpy.BasePrpCrypto(KEY)
    for text in ("短", "我是中文abcd123" * 40, "<xml>]]></xml>", "😀"):
        assert other._decrypt(crypto.encrypt(text.encode(), KEY, APP).encode(), APP) == text
        assert crypto.decrypt(other._encrypt(text, APP).decode(), KEY, APP).decode() == text


@pytest.mark.parametrize("tail", [b"\x00" * 32, b"\x21" * 33 + b"\x21" * 31, b"\x01\x02\x03\x02", b""])
def test_wrong_padding_is_refused(tail: bytes) -> None:
    frame = b"r" * 16 + struct.pack(">I", 4) + b"text" + APP.encode()
    frame = frame + b"x" * (-(len(frame) + len(tail)) % 32) + tail
    with pytest.raises(Forged):
        crypto.decrypt(_seal(frame, KEY), KEY, APP)


@pytest.mark.parametrize("length", [0xFFFFFFFF, 500, 5])
def test_a_length_that_does_not_fit_is_refused(length: int) -> None:
    frame = b"r" * 16 + struct.pack(">I", length) + b"text" + APP.encode()
    pad = 32 - len(frame) % 32
    with pytest.raises(Forged):
        crypto.decrypt(_seal(frame + bytes([pad]) * pad, KEY), KEY, APP)


@pytest.mark.parametrize("sealed", ["", "%%%", "AAAA", "短", base64.b64encode(b"x" * 48).decode()])
def test_what_is_no_ciphertext_is_refused(sealed: str) -> None:
    with pytest.raises(Forged):
        crypto.decrypt(sealed, KEY, APP)


def test_a_message_for_another_account_or_with_a_changed_byte_is_refused() -> None:
    sealed = crypto.encrypt(b"text", KEY, APP)
    with pytest.raises(Forged):
        crypto.decrypt(sealed, KEY, "wx0000000000000000")
    data = bytearray(base64.b64decode(sealed))
    data[-1] ^= 1
    with pytest.raises(Forged):
        crypto.decrypt(base64.b64encode(bytes(data)).decode(), KEY, APP)


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "短" * 43, "!" * 43])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError):
        crypto.read_key(key)


def _other(digit: str) -> str:
    return "0" if digit != "0" else "1"


def _open(sealed: str, key: bytes) -> bytes:
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    return decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()


def _seal(frame: bytes, key: bytes) -> str:
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(frame) + encryptor.finalize()).decode()

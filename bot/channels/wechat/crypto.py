"""Signatures and encryption of the message push (pure).

Source: developers.weixin.qq.com, service account, message push: AES-256-CBC with PKCS#7 over blocks of 32 bytes,
frame `random(16) + length(4, big-endian) + message + app id`; signatures are SHA-1 over the sorted parts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32  # bytes; the cipher's own block of 16 would refuse half of all messages
HEAD = 20  # bytes before the message: 16 random ones and its length


class Forged(ValueError):
    """Not from the platform, or not meant for this account. The reason goes to the log, never to the sender."""


def sign(*parts: str) -> str:
    """The signature over `parts` (token, timestamp, nonce and, in safe mode, the ciphertext): hexadecimal."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def signed(signature: str | None, *parts: str | None) -> bool:
    """Whether `signature` is the one over `parts`, compared in constant time; False when anything is missing."""
    if not signature or not all(parts):
        return False
    return hmac.compare_digest(sign(*(part for part in parts if part)).encode(), signature.encode())


def read_key(encoding_aes_key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey. Raises ValueError for anything that is no such key."""
    # The platform hands out keys whose last character carries bits that base64 ignores: no strict decoder here.
    if len(encoding_aes_key) != 43:
        raise ValueError("an EncodingAESKey has 43 characters")
    key = base64.b64decode(encoding_aes_key + "=")
    if len(key) != 32:
        raise ValueError("an EncodingAESKey holds letters and digits only")
    return key


def encrypt(message: bytes, key: bytes, app_id: str, prefix: bytes | None = None) -> str:
    """`message` for this account, as base64. `prefix`: 16 random bytes, given only by tests."""
    frame = (prefix or secrets.token_bytes(16)) + struct.pack(">I", len(message)) + message + app_id.encode()
    pad = BLOCK - len(frame) % BLOCK
    encryptor = _cipher(key).encryptor()
    sealed = encryptor.update(frame + bytes([pad]) * pad) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def decrypt(sealed: str, key: bytes, app_id: str) -> bytes:
    """The message inside. Raises Forged for broken padding, a wrong length or another account's app id."""
    try:
        data = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        raise Forged("no base64") from None
    if not data or len(data) % BLOCK:
        raise Forged("not whole blocks")
    decryptor = _cipher(key).decryptor()
    frame = decryptor.update(data) + decryptor.finalize()
    pad = frame[-1]
    if not 1 <= pad <= BLOCK or frame[-pad:] != bytes([pad]) * pad:
        raise Forged("padding")
    frame = frame[:-pad]
    if len(frame) < HEAD:
        raise Forged("too short")
    (length,) = struct.unpack(">I", frame[16:HEAD])
    if HEAD + length > len(frame):
        raise Forged("length")
    if not hmac.compare_digest(frame[HEAD + length :], app_id.encode()):
        raise Forged("app id")
    return frame[HEAD : HEAD + length]


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

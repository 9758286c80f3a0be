"""Secrets of others that we must be able to say again (a password of their machine), kept sealed.

What only we must recognise is kept as a hash instead. The standard library has no cipher, so this is
HMAC-SHA256 in counter mode with a tag over what was enciphered (encrypt-then-MAC: Bellare and Namprempre
2000), by keys that HKDF (RFC 5869) draws from the installation's key for each purpose and each seal.
Whoever has the database or a backup alone cannot read it; who has the key as well, can.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from django.conf import settings

VERSION, SALT, TAG = b"1", 16, 32


class Broken(ValueError):
    """It was sealed with a key that is not there any more, or was changed."""


def seal(secret: str, *, purpose: str) -> str:
    salt = secrets.token_bytes(SALT)
    cipher, check = _keys(settings.SECRET_KEY, salt, purpose)
    hidden = _crossed(secret.encode(), cipher)
    tag = hmac.digest(check, VERSION + salt + hidden, "sha256")
    return base64.urlsafe_b64encode(VERSION + salt + hidden + tag).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """
    >>> unseal(seal("geheim", purpose="doctest"), purpose="doctest")
    'geheim'
    """
    try:
        raw = base64.b64decode(sealed.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError as error:
        raise Broken("It is no sealed secret.") from error
    salt, hidden, tag = raw[1 : 1 + SALT], raw[1 + SALT : -TAG], raw[-TAG:]
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        cipher, check = _keys(key, salt, purpose)
        if hmac.compare_digest(hmac.digest(check, raw[:-TAG], "sha256"), tag):
            return _crossed(hidden, cipher).decode()
    raise Broken("It was sealed with another CONCORD_SECRET_KEY, or was changed.")


def _keys(key: str, salt: bytes, purpose: str) -> tuple[bytes, bytes]:
    """One to encipher by, one to check by."""
    drawn = hmac.digest(salt, key.encode(), "sha256")
    first = hmac.digest(drawn, purpose.encode() + b"\x01", "sha256")
    return first, hmac.digest(drawn, first + purpose.encode() + b"\x02", "sha256")


def _crossed(text: bytes, key: bytes) -> bytes:
    blocks = -(-len(text) // hashlib.sha256().digest_size)
    stream = b"".join(hmac.digest(key, n.to_bytes(8, "big"), "sha256") for n in range(blocks))
    return bytes(a ^ b for a, b in zip(text, stream, strict=False))

"""Secrets of others that we must be able to say again (a password of their machine), kept sealed.

What only we must recognise is kept as a hash instead. Sealed by Fernet (AES-128-CBC with HMAC-SHA256,
of the library `cryptography`), with a key for each purpose that HKDF (RFC 5869) draws from the
installation's. Whoever has the database or a backup alone cannot read it; who has the key as well, can.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Broken(ValueError):
    """It was sealed with a key that is not there any more, or was changed."""


def seal(secret: str, *, purpose: str) -> str:
    return _box(purpose).encrypt(secret.encode()).decode("ascii")


def unseal(sealed: str, *, purpose: str) -> str:
    """
    >>> unseal(seal("geheim", purpose="doctest"), purpose="doctest")
    'geheim'
    """
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Broken("It was sealed with another CONCORD_SECRET_KEY, or was changed.") from error


def _box(purpose: str) -> MultiFernet:
    """Seals by the installation's key; opens what was sealed by those before it, too."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_drawn(key, purpose)) for key in keys])


def _drawn(key: str, purpose: str) -> bytes:
    drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return base64.urlsafe_b64encode(drawn.derive(key.encode()))

"""A sealed secret is read by who has the key, and by nobody else."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.sealing import Broken, seal, unseal


@given(st.text())
def test_what_was_sealed_is_read_again(secret: str) -> None:
    assert unseal(seal(secret, purpose="x"), purpose="x") == secret


def test_the_same_secret_looks_different_each_time_and_never_like_itself() -> None:
    one, other = seal("geheimnis" * 9, purpose="x"), seal("geheimnis" * 9, purpose="x")

    assert one != other
    for sealed in (one, other):
        assert b"geheimnis" not in base64.urlsafe_b64decode(sealed)


def test_each_changed_byte_is_seen() -> None:
    raw = bytearray(base64.urlsafe_b64decode(seal("geheim", purpose="x")))
    for place in range(len(raw)):
        changed = bytes(byte ^ (place == at) for at, byte in enumerate(raw))
        with pytest.raises(Broken):
            unseal(base64.urlsafe_b64encode(changed).decode(), purpose="x")


def test_another_purpose_or_another_key_reads_nothing(settings: Any) -> None:
    sealed = seal("geheim", purpose="x")

    with pytest.raises(Broken):
        unseal(sealed, purpose="y")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 9
    with pytest.raises(Broken, match="CONCORD_SECRET_KEY"):
        unseal(sealed, purpose="x")
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unseal(sealed, purpose="x") == "geheim"


@pytest.mark.parametrize("sealed", ["", "x", "geheim", "äöü", "A" * 200])
def test_what_is_no_seal_is_refused(sealed: str) -> None:
    with pytest.raises(Broken):
        unseal(sealed, purpose="x")

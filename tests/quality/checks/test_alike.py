"""Which texts are nearly alike: found by their least hashes, and counted out against every pair."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest

from apps.quality.checks.alike import Texts, families, tokens_of

LETTER = "The parcel that you sent to me on Monday has not come yet and I would like it back"


def of(said: list[list[int]], group: list[int] | None = None) -> Texts:
    start = np.array([0, *accumulate(map(len, said))])
    flat = np.array([token for tokens in said for token in tokens], np.uint64)
    return Texts(flat, start, np.array(group or [0] * len(said)))


def alike(one: str, other: str, least: float = 0.8) -> bool:
    first, second = families(of([tokens_of(one), tokens_of(other)]), least)
    return bool(first == second)


@pytest.mark.parametrize(
    ("other", "is_alike"),
    [
        (LETTER, True),
        (LETTER.upper() + "!!", True),
        (LETTER + ", please", True),
        # Three of its sixteen runs are others.
        (LETTER.replace("Monday", "Friday"), False),
        (LETTER.replace("The", "A"), True),
        (" ".join(reversed(LETTER.split())), False),
        ("", False),
        ("Thank you", False),
    ],
)
def test_texts_are_alike_by_the_runs_of_words_they_have_in_common(
    other: str, is_alike: bool
) -> None:
    assert alike(LETTER, other) is is_alike
    assert alike(other, LETTER) is is_alike


@pytest.mark.parametrize(
    "text",
    [
        "荷物が届きませんでしたので返金してください",
        "พัสดุของฉันยังไม่มาถึงเลยกรุณาคืนเงินให้ด้วย",
        "包裹还没有到请你们把钱退还给我谢谢大家",
    ],
)
def test_scripts_without_blanks_are_compared_by_their_characters(text: str) -> None:
    assert len(tokens_of(text)) > 10
    assert alike(text, text + "!")
    assert alike(text, text[:-1])
    assert not alike(text, text[::-1])


def test_texts_too_short_for_a_run_are_like_nothing() -> None:
    assert not alike("thank you", "thank you")


def test_what_is_shown_beside_a_text_must_be_the_same() -> None:
    said = [tokens_of(LETTER)] * 3

    assert families(of(said, [1, 2, 1]), 0.8).tolist() == [0, 1, 0]


def brute(said: list[list[int]], least: float) -> list[int]:
    """Every pair counted out, by Python's sets."""
    runs = [{tuple(tokens[i : i + 3]) for i in range(len(tokens) - 2)} for tokens in said]
    number = list(range(len(said)))
    for i, one in enumerate(runs):
        for j in range(i):
            if one and runs[j] and len(one & runs[j]) >= least * len(one | runs[j]):
                old, new = number[i], number[j]
                number = [new if each == old else each for each in number]
    return np.unique(number, return_inverse=True)[1].tolist()


@pytest.mark.parametrize("seed", range(5))
def test_families_are_those_of_counting_every_pair(seed: int) -> None:
    rng = np.random.default_rng(seed)
    said = [rng.integers(0, 50, rng.integers(0, 40)).tolist() for _ in range(60)]
    for tokens in said[:30]:
        near = list(tokens)
        for _ in range(rng.integers(0, 4)):
            if near:
                near[rng.integers(len(near))] = int(rng.integers(50))
        said.append(near)
    found = families(of(said), 0.8)
    _, found = np.unique(found, return_inverse=True)

    assert same_parts(found.tolist(), brute(said, 0.8))


def same_parts(one: list[int], other: list[int]) -> bool:
    return len(set(zip(one, other, strict=True))) == len(set(one)) == len(set(other))


def test_of_pairs_just_over_the_threshold_hardly_one_is_missed() -> None:
    """Two thousand pairs whose likeness is .8 to .82: the bands alone miss one in five thousand."""
    rng = np.random.default_rng(1)
    base = rng.integers(0, 10**9, (2_000, 29))
    other = base.copy()
    other[:, 14] = rng.integers(0, 10**9, 2_000)

    found = families(of([*base.tolist(), *other.tolist()]), 0.8)

    assert (found[:2_000] == found[2_000:]).mean() > 0.998
    assert np.unique(found).size >= 2_000


@pytest.mark.parametrize("at_once", [1, 50])
def test_parts_that_are_mixed_at_once_make_no_difference(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(2)
    said = [rng.integers(0, 9, 25).tolist() for _ in range(20)]
    said += said[:10]
    whole = families(of(said), 0.8)
    monkeypatch.setattr("apps.quality.checks.alike.AT_ONCE", at_once)
    monkeypatch.setattr("apps.quality.checks.alike.SOME", 3)

    assert families(of(said), 0.8).tolist() == whole.tolist()

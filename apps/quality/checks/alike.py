"""Which of many texts are nearly alike, without holding each against each. Holds no check itself."""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.quality.checks.base import IntArray

Hashes = NDArray[np.uint64]
# Words; and of scripts without blanks between words (Thai to Tibetan, Burmese, Khmer, kana, Han)
# each character.
TOKEN = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|\\w+?(?="
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|\\W|$)"
)
# The same, sooner.
WORD = re.compile(r"\w+")
# Texts are compared by their runs of so many words.
RUN = 3
# 16 bands of 4 of the 64 least hashes: of texts whose likeness is .8 one in five thousand is missed.
BANDS, ROWS = 16, 4
# Of a longer text its beginning is compared.
MOST_TOKENS = 2_000
GOLDEN, FIRST, SECOND = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)
# Runs of words that are mixed at once: 64 times eight bytes of each are never in memory together.
AT_ONCE, SOME = 1_000_000, 50_000
# Of the 64 least hashes of two texts so many agree where their likeness is .8, but for one pair in
# some ten thousands: four deviations of .05.
WORTH = 0.6


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts as the hashes of their words, one after the other; text i has those from `start[i]` to
    `start[i + 1]`. Only texts of equal `group` are compared: what is shown beside them is the same.
    """

    tokens: Hashes
    start: IntArray
    group: IntArray


def tokens_of(text: str) -> list[int]:
    """Hashes of the words, which do not depend on case, on width, or on the process.

    >>> tokens_of("Late ORDER!") == tokens_of("late  order"), len(tokens_of("東京 is big"))
    (True, 4)
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = (WORD if plain.isascii() else TOKEN).findall(plain)
    return [zlib.crc32(word.encode()) for word in words[:MOST_TOKENS]]


def families(texts: Texts, least: float) -> IntArray:
    """A number for each text; texts of one number are a chain of texts each of which is like another
    by `least` or more, in the part of all their runs of three words that both have (Jaccard 1912).

    Candidates by the least hashes of their runs (Broder 1997, *On the resemblance and containment
    of documents*), in bands (Leskovec, Rajaraman and Ullman 2014, *Mining of massive datasets*,
    section 3.4); each pair of them is then counted out, so that no two are called alike that are not.

    >>> from itertools import accumulate
    >>> said = ["one two three four five six", "one two three four five six seven", "a b c d e f"]
    >>> tokens = [tokens_of(text) for text in said]
    >>> start = np.array([0, *accumulate(map(len, tokens))])
    >>> texts = Texts(np.array(sum(tokens, []), np.uint64), start, np.zeros(3, int))
    >>> families(texts, 0.8).tolist()
    [0, 0, 1]
    """
    count = texts.group.size
    runs, owner = _runs(texts)
    signatures = _signatures(runs, owner, count)
    pairs = _candidates(signatures, np.unique(owner), texts.group)
    return _joined(runs, owner, pairs, count, least)


def _mixed(values: Hashes) -> Hashes:
    """Each bit hangs on all bits (splitmix64: Steele, Lea and Flood 2014)."""
    values = values + GOLDEN
    values = (values ^ (values >> np.uint64(30))) * FIRST
    values = (values ^ (values >> np.uint64(27))) * SECOND
    mixed: Hashes = values ^ (values >> np.uint64(31))
    return mixed


def _runs(texts: Texts) -> tuple[Hashes, IntArray]:
    """The different runs of words of each text, sorted, and whose they are. A text that is shorter
    than a run has none, and is like nothing."""
    owner = np.repeat(np.arange(texts.group.size), np.diff(texts.start))
    if owner.size < RUN:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    last = owner.size - RUN + 1
    runs = np.zeros(last, np.uint64)
    for place in range(RUN):
        runs = _mixed(runs ^ texts.tokens[place : last + place])
    within = owner[:last] == owner[RUN - 1 :]
    runs, owner = runs[within], owner[:last][within]
    order = np.lexsort((runs, owner))
    runs, owner = runs[order], owner[order]
    is_new = np.ones(runs.size, np.bool_)
    is_new[1:] = (runs[1:] != runs[:-1]) | (owner[1:] != owner[:-1])
    return runs[is_new], owner[is_new]


def _signatures(runs: Hashes, owner: IntArray, count: int) -> Hashes:
    """The least hash of each text's runs, in so many orders of all runs: one row per text."""
    found = np.zeros((count, BANDS * ROWS), np.uint64)
    begins = np.flatnonzero(np.diff(owner, prepend=-1) != 0)
    ends = np.append(begins[1:], runs.size)
    salts = _mixed(np.arange(1, BANDS * ROWS + 1, dtype=np.uint64))
    at = 0
    while at < begins.size:
        # Whole texts, with about so many runs together.
        to = max(int(np.searchsorted(ends, begins[at] + AT_ONCE, side="right")), at + 1)
        part, places = runs[begins[at] : ends[to - 1]], begins[at:to] - begins[at]
        for order, salt in enumerate(salts):
            found[owner[begins[at:to]], order] = np.minimum.reduceat(_mixed(part ^ salt), places)
        at = to
    return found


def _candidates(signatures: Hashes, texts: IntArray, group: IntArray) -> IntArray:
    """Rows of two texts that agree in a band: each with the first that does, and the one before it."""
    found, count = [np.empty(0, np.int64)], group.size
    for band in range(BANDS):
        key = _mixed(group[texts].astype(np.uint64))
        for row in range(ROWS):
            key = _mixed(key ^ signatures[texts, band * ROWS + row])
        order = np.lexsort((texts, key))
        key, member = key[order], texts[order]
        is_new = np.ones(key.size, np.bool_)
        is_new[1:] = key[1:] != key[:-1]
        first = member[is_new][np.cumsum(is_new) - 1]
        later = np.flatnonzero(~is_new)
        found += [first[later] * count + member[later], member[later - 1] * count + member[later]]
    pairs = np.unique(np.concatenate(found))
    pairs = np.stack([pairs // count, pairs % count], axis=1)
    estimate = np.empty(len(pairs))
    for at in range(0, len(pairs), SOME):
        one, other = pairs[at : at + SOME].T
        estimate[at : at + SOME] = (signatures[one] == signatures[other]).mean(axis=1)
    kept: IntArray = pairs[np.argsort(-estimate, kind="stable")][: np.sum(estimate >= WORTH)]
    return kept


def _joined(runs: Hashes, owner: IntArray, pairs: IntArray, count: int, least: float) -> IntArray:
    """The families that pairs make which are as much alike; what is in one already is not counted."""
    start = np.searchsorted(owner, np.arange(count + 1))
    parent = list(range(count))

    def head(text: int) -> int:
        while parent[text] != text:
            parent[text] = parent[parent[text]]
            text = parent[text]
        return text

    for one, other in pairs.tolist():
        first, second = sorted((head(one), head(other)))
        if first != second and least <= _likeness(
            runs[start[one] : start[one + 1]], runs[start[other] : start[other + 1]]
        ):
            parent[second] = first
    heads = np.array([head(text) for text in range(count)], np.int64)
    found: IntArray = np.unique(heads, return_inverse=True)[1].astype(np.int64)
    return found


def _likeness(one: Hashes, other: Hashes) -> float:
    common = int(np.intersect1d(one, other, assume_unique=True).size)
    return common / (one.size + other.size - common)

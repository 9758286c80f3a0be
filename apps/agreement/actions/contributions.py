"""What a stored task adds to the sums. Taking it out again is the same with the sign turned.

Values, moments and marginals follow from the patterns, so only those are counted task by task.
"""

from __future__ import annotations

import hashlib
import struct
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal, localcontext
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple

from apps.agreement.models import ALL

Codes = tuple[int, ...]
"""A pattern: the codes of the values given, sorted, with repeats."""

Body = Mapping[str, Any]

# Digits: more than the square of a sum of doubles can have, so nothing is ever rounded.
EXACT = 1_000


class Moments(NamedTuple):
    """One task of this pattern: number of answers, and the sums of a MomentRow."""

    answers: int
    squares: int
    s1: Decimal
    s2: Decimal
    s11: Decimal


class Sums:
    """Changes to the sums, or the sums themselves when begun from nothing."""

    def __init__(self) -> None:
        self.patterns: Counter[tuple[int, int, Codes]] = Counter()
        self.clusters: Counter[tuple[int, int, Codes]] = Counter()
        self.pairs: Counter[tuple[int, int, int, int, int]] = Counter()
        self.raters: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
        # (question, one rater, another) to the sums of a BetweenRow.
        self.between: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0])
        # The questions with compared answers: an answer may change while its distances do not.
        self.compared: set[int] = set()
        self.days: Counter[tuple[int, int, int]] = Counter()

    def add(self, body: Body | None, sign: int) -> None:
        if body is None:
            return
        for annotator, day, bucket in body["a"]:
            self.days[annotator, day, bucket] += sign
        for question, ratings in body["q"].items():
            self._add_question(int(question), ratings, body, sign)
        for question, compared in body.get("d", {}).items():
            self._add_compared(int(question), compared, sign)

    def _add_question(self, question: int, ratings: list[Any], body: Body, sign: int) -> None:
        codes = tuple(sorted([rating[1] for rating in ratings]))
        self.patterns[question, ALL, codes] += sign
        for slice_id in body["s"]:
            self.patterns[question, slice_id, codes] += sign
        if body["g"] is not None:
            self.clusters[question, body["g"], codes] += sign
        several = len(ratings) > 1
        for rater, _, slices in ratings:
            counts = self.raters[question, rater]
            counts[0] += sign
            counts[1] += sign * several
            if slices:
                self._add_slices(question, ratings, sign, done=rater)
        for a, b in combinations(ratings, 2):
            self.pairs[question, a[0], b[0], a[1], b[1]] += sign

    def _add_slices(self, question: int, ratings: list[Any], sign: int, *, done: int) -> None:
        """A slice of answers sees the task as if only its own answers had been given.

        Called for each rater; a slice is added when its first rater comes.
        """
        mine = next(slices for rater, _, slices in ratings if rater == done)
        for slice_id in mine:
            inside = [r for r in ratings if slice_id in r[2]]
            if inside[0][0] == done:
                codes = tuple(sorted(code for _, code, _ in inside))
                self.patterns[question, slice_id, codes] += sign

    def _add_compared(self, question: int, compared: Mapping[str, Any], sign: int) -> None:
        self.compared.add(question)
        ratings = compared["r"]
        for rater, _, _ in ratings:
            counts = self.raters[question, rater]
            counts[0] += sign
            counts[1] += sign * (len(ratings) > 1)
        for (a, b), distance in zip(combinations(ratings, 2), compared["p"], strict=True):
            between = self.between[question, a[0], b[0]]
            between[0] += sign
            between[1] += sign * distance

    def marginals(self) -> dict[tuple[int, int, int], list[int]]:
        """(question, slice, code) to answers and pairable answers."""
        found: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0])
        for (question, slice_id, codes), units in self.patterns.items():
            if units:
                several = len(codes) > 1
                for code in codes:
                    counts = found[question, slice_id, code]
                    counts[0] += units
                    counts[1] += units * several
        return found

    def moments(
        self, numbers: Mapping[int, Mapping[int, Decimal]]
    ) -> dict[tuple[int, int, int], list[Any]]:
        """(question, slice, answers) to the sums of a MomentRow; `numbers` by question and code."""
        found: dict[tuple[int, int, int], list[Any]] = {}
        with localcontext(prec=EXACT):
            for (question, slice_id, codes), units in self.patterns.items():
                if not units:
                    continue
                one = moments_of(codes, numbers.get(question))
                sums = found.setdefault(
                    (question, slice_id, one.answers), [0, 0, *[Decimal(0)] * 3]
                )
                sums[0] += units
                sums[1] += one.squares * units
                sums[2] += one.s1 * units
                sums[3] += one.s2 * units
                sums[4] += one.s11 * units
        return found


def moments_of(codes: Codes, numbers: Mapping[int, Decimal] | None) -> Moments:
    squares = sum(n * n for n in Counter(codes).values())
    if numbers is None:
        return Moments(len(codes), squares, Decimal(0), Decimal(0), Decimal(0))
    x = [numbers[code] for code in codes]
    s1 = sum(x, Decimal(0))
    return Moments(len(codes), squares, s1, sum((v * v for v in x), Decimal(0)), s1 * s1)


@lru_cache(maxsize=100_000)
def pattern_key(codes: Codes) -> uuid.UUID:
    """A fixed-length key for an index; codes are stable, so a rebuild gives the same."""
    return digest_key(struct.pack(f"<{len(codes)}i", *codes))


def digest_key(content: bytes) -> uuid.UUID:
    return uuid.UUID(bytes=hashlib.blake2b(content, digest_size=16).digest())


def cluster_key(group: str) -> int:
    digest = hashlib.blake2b(group.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)

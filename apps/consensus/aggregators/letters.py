"""The simplest of what can be taken apart: words as sets of letters, for examples and tests."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from apps.annotations.kinds.comparing import Option
from apps.annotations.kinds.fusing import HALF, Candidates
from apps.consensus.aggregators.base import FloatArray


class Letters:
    """Each letter is a candidate of the size 1."""

    def candidates(self, values: Sequence[Hashable]) -> Candidates:
        letters = sorted(set("".join(map(str, values))))
        votes = np.array([[letter in str(value) for value in values] for letter in letters], bool)
        return Candidates(
            votes=votes.reshape(len(letters), len(values)),
            sizes=np.ones(len(letters)),
            parts=letters,
        )

    def whole(self, found: Candidates, support: FloatArray, weights: FloatArray) -> Hashable:
        kept = zip(found.parts, support.tolist(), strict=True)
        return "".join(letter for letter, share in kept if share > HALF)


class LetterPairs:
    """Words such as "a2/tie": in the first respect a by far, in the second both alike; "-" is open."""

    respects: tuple[str, ...] = ("first", "second")
    options: tuple[Option, ...] = (
        Option("a2", 1.0),
        Option("a1", 0.5),
        Option("tie", 0.0),
        Option("b1", -0.5),
        Option("b2", -1.0),
        Option("bad", 0.0, is_bad=True),
    )

    def chosen(self, value: Hashable) -> list[int | None]:
        names = [option.name for option in self.options]
        return [None if one == "-" else names.index(one) for one in str(value).split("/")]

    def whole(self, chosen: Sequence[int | None]) -> Hashable:
        return "/".join("-" if one is None else self.options[one].name for one in chosen)


class LetterOrder:
    """Words such as "a>b=c": a is the best, b and c share the place after it."""

    may_tie = True

    def groups(self, value: Hashable) -> list[list[str]]:
        return [group.split("=") for group in str(value).split(">")]

    def whole(self, groups: Sequence[Sequence[str]]) -> Hashable:
        return ">".join("=".join(sorted(group)) for group in groups)

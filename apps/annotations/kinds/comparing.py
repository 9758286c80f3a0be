"""Answers that compare two things in several respects, for who makes one answer out of several. Holds
no kind itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Option:
    """What can be chosen in each respect: how far it speaks for the first, from 1 (by far) to -1 (for
    the other by far). `is_bad`: neither is any good, which speaks for none of them."""

    name: str
    place: float
    is_bad: bool = False


class Comparing(Protocol):
    """What a kind says of its answers."""

    @property
    def respects(self) -> Sequence[str]: ...

    @property
    def options(self) -> Sequence[Option]: ...

    def chosen(self, value: Any) -> Sequence[int | None]:
        """By respect the place of the option among `options`; None where nothing was chosen."""

    def whole(self, chosen: Sequence[int | None]) -> Any:
        """The canonical answer that says this."""

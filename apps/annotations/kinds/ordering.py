"""Answers that put things in an order, for who makes one order out of several. Holds no kind itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

Groups = Sequence[Sequence[str]]
"""An order, the best first; who shares a place stands together, what is left out is not there."""


class Ordering(Protocol):
    """What a kind says of the orders that its answers are."""

    @property
    def may_tie(self) -> bool: ...

    def groups(self, value: Any) -> Groups: ...

    def whole(self, groups: Groups) -> Any:
        """The canonical answer that says this order."""

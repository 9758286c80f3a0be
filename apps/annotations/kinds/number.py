"""A number that is typed."""

from __future__ import annotations

from apps.annotations.kinds.numeric import Numeric


class Number(Numeric):
    name = "number"
    label = "Number"
    icon = "hash"
    description = "A number that is typed, with its unit"
    control = "number"
    starter = {"min": 0, "step": 1}

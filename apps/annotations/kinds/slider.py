"""A number that is pointed at, between two ends."""

from __future__ import annotations

from typing import Any

from apps.annotations.kinds.base import BadConfig
from apps.annotations.kinds.numeric import Numeric

# More steps than this cannot be told apart by hand.
MOST_STEPS = 1_000


class Slider(Numeric):
    name = "slider"
    label = "Slider"
    icon = "slider"
    description = "A place between two ends, chosen without typing"
    control = "element"
    starter = {"min": 0, "max": 100, "step": 1}
    texts = {"unit": 30, "low": 120, "high": 120}
    is_bounded = True

    def clean_config(self, config: Any) -> dict[str, Any]:
        cleaned = super().clean_config(config)
        if cleaned["step"] is None:
            cleaned["step"] = 1
            self._check_ends(cleaned)
        if (cleaned["max"] - cleaned["min"]) / cleaned["step"] > MOST_STEPS:
            raise BadConfig(f"Take at most {MOST_STEPS} steps; a number can be typed.", "step")
        return cleaned

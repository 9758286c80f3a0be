"""A slider has two ends and few enough steps."""

from __future__ import annotations

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadConfig

slider = kinds["slider"]
CONFIGS = [{"min": -1, "max": 1, "step": 0.05, "low": "<b>cold</b>", "high": "warm", "unit": "°"}]


@pytest.mark.parametrize(
    "given", [{}, {"min": 0}, {"min": 0, "max": 10_000, "step": 1}, {"min": 0, "max": 0.5}]
)
def test_a_slider_without_two_ends_or_with_too_many_steps_is_refused(given):
    with pytest.raises(BadConfig):
        slider.clean_config(given)


def test_it_counts_as_a_number():
    config = slider.clean_config({"min": 0, "max": 1, "step": 0.1})
    assert slider.form(config) == "number"
    assert slider.clean(0.3, config) == 0.3
    assert slider.summary(0.3, config) == "0.3"

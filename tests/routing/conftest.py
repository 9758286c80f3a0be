"""Models, strategies and what is held out: all drawn by lot."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _luck(same_lots: None) -> None:
    """Every test here has the same luck each time."""

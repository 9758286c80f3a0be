"""Models, strategies and what is held out: all drawn by lot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _luck(same_lots: None) -> None:
    """Every test here has the same luck each time."""


@pytest.fixture(autouse=True)
def _own_features(tmp_path: Path, settings: Any) -> None:
    """Tests that run side by side have databases of their own and projects with the same numbers: of
    one folder they would write each other's features."""
    from apps.core.engines import DataFolder  # noqa: PLC0415  (Django is set up by now)

    settings.DATA = DataFolder(tmp_path / "data")

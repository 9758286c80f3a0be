"""Where tests find files outside themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REAL_DATA = ROOT.parent / "shared" / "data"


def real_data(name: str) -> Path:
    """A published data set, which is not part of this repository; without it the test is skipped."""
    folder = REAL_DATA / name
    if not folder.exists():
        pytest.skip(f"The data set {name} is not at {REAL_DATA}.")
    return folder

"""A house of one's own for each test, with a folder for its files."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.security.house import House


@pytest.fixture
def _no_logs() -> Iterator[None]:
    """Thousands of requests; what they log is nobody's concern here, and writing it is slow."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def house(db: None, settings: Any, tmp_path: Path) -> House:
    # Not above: pytest reads this file before Django has its settings.
    from tests.security.house import make_house  # noqa: PLC0415

    settings.MEDIA_ROOT = tmp_path
    return make_house()

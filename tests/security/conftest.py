"""A house for each test, with a folder for its files. It is made once for all tests of a module."""

from __future__ import annotations

import logging
from copy import deepcopy
from shutil import copytree
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


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, Path]]:
    # Not above: pytest reads this file before Django has its settings.
    from django.test import override_settings  # noqa: PLC0415

    from tests.security.house import make_house  # noqa: PLC0415
    from tests.shared import kept_for_all  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("media")
    with kept_for_all(django_db_blocker):
        with override_settings(MEDIA_ROOT=folder):
            house = make_house()
        yield house, folder


@pytest.fixture
def house(built: tuple[House, Path], db: None, settings: Any, tmp_path: Path) -> House:
    house, folder = built
    settings.MEDIA_ROOT = copytree(folder, tmp_path / "media")
    return deepcopy(house)

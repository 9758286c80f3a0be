"""Models, strategies and what is held out: all drawn by lot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.routing.endpoints import Backend


@pytest.fixture(autouse=True)
def _luck(same_lots: None) -> None:
    """Every test here has the same luck each time."""


@pytest.fixture(autouse=True)
def _own_features(tmp_path: Path, settings: Any) -> None:
    """Tests that run side by side have databases of their own and projects with the same numbers: of
    one folder they would write each other's features."""
    from apps.core.engines import DataFolder  # noqa: PLC0415  (Django is set up by now)

    settings.DATA = DataFolder(tmp_path / "data")


@pytest.fixture(autouse=True)
def _no_crossing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where few are left to chance a training makes five more models to tell how good it is: only tests
    of that pay for it, which ask for `crossing`."""
    if "crossing" not in request.fixturenames:
        monkeypatch.setattr("apps.routing.actions.figures.ENOUGH_HELD", 0)


@pytest.fixture
def crossing() -> None:
    """Cross-validation beside a small hold-out, as it is in use."""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A project's own model, as a process."""
    from tests.routing.endpoints import backend  # noqa: PLC0415  (Django is set up by now)

    with backend(tmp_path_factory.mktemp("backend")) as found:
        yield found


@pytest.fixture
def model(process: Backend, settings: Any) -> Backend:
    """The same, which may be asked, and does what it should."""
    settings.MODELS_FROM = [process.url]
    process.tell("")
    return process

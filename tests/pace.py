"""How long each test's body took here the last time, so that `make quick` can leave out what takes long.

A list of slow tests in the repository would be of one machine, and out of date. So it is measured where one
works: each run writes it down in pytest's cache, and `--quickly 0.4` runs what took no longer, and
what has never run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

KEY = "concord/seconds"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quickly", metavar="SECONDS", type=float, help="leave out what took longer the last time"
    )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Pace(config))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    most = config.option.quickly
    if most is None or config.cache is None:
        return
    took = config.cache.get(KEY, {})
    left_out = [one for one in items if took.get(one.nodeid, 0.0) > most]
    items[:] = [one for one in items if took.get(one.nodeid, 0.0) <= most]
    config.hook.pytest_deselected(items=left_out)


class Pace:
    """Listens in the process that was called: workers tell it how long each test took."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.took: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # What a fixture makes for many tests would count against the first of them.
        if report.when == "call":
            self.took[report.nodeid] = round(report.duration, 3)

    def pytest_sessionfinish(self) -> None:
        if self.took and self.config.cache is not None:
            kept = self.config.cache.get(KEY, {})
            self.config.cache.set(KEY, kept | self.took)

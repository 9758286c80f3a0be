"""Models that really run: the documentation's own example as a process, and one that can be told to lie.

    python backends.py EXAMPLE PORT MODE

EXAMPLE is the file of the example; MODE a file that says what it does from then on.
"""

from __future__ import annotations

import importlib.util
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = ROOT / "docs" / "adding" / "your-own-model.md"
EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def example(folder: Path) -> Path:
    """The example's lines as a file."""
    found = EXAMPLE.search(DOCUMENT.read_text(encoding="utf-8"))
    assert found
    file = folder / "model.py"
    file.write_text(found.group(1), encoding="utf-8")
    return file


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(port: int, *arguments: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that listens; it is ended afterwards, whatever became of it."""
    process = subprocess.Popen([sys.executable, *map(str, arguments)])
    try:
        ends_at = time.monotonic() + 60
        while time.monotonic() < ends_at and process.poll() is None:
            with closing(socket.socket()) as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.wait()


def _drip(handler: Any, pieces: int, pause: float) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(pieces):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(pause)


def _raw(handler: Any, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def _letter_by_letter(handler: Any) -> None:
    for byte in b"HTTP/1.0 200 OK\r\nX-Slow: " + b"a" * 600:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.05)


def _huge(handler: Any) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(64):
        handler.wfile.write(b"[" * 65536)


# What it does instead of answering; anything else is a status, or the very answer.
MODES: dict[str, Callable[[Any], Any]] = {
    "drip": lambda handler: _drip(handler, 600, 0.05),
    "drip headers": _letter_by_letter,
    "silent": lambda _: time.sleep(30),
    "huge": _huge,
    "cut": lambda handler: _raw(handler, b'{"results": [', Content_Length="5000"),
    "packed": lambda handler: _raw(handler, b"\x1f\x8b", Content_Encoding="gzip"),
    "hang up": lambda handler: handler.connection.close(),
    "moved": lambda handler: _raw(handler, b"", 302, Location="http://127.0.0.1:1/"),
}


def misbehave(handler: Any, mode: str) -> None:
    if mode in MODES:
        with suppress(OSError):
            MODES[mode](handler)
    elif mode.startswith("status "):
        _raw(handler, b"a secret of theirs", int(mode.split()[1]), Retry_After="1")
    else:
        _raw(handler, mode.encode())


def main(file: str, port: str, mode: str) -> None:
    spec = importlib.util.spec_from_file_location("model", file)
    assert spec
    assert spec.loader
    model = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(model)

    class Liar(model.Handler):  # type: ignore[name-defined]
        def do_POST(self) -> None:  # noqa: N802  (the library's name)
            told = Path(mode).read_text()
            if told == "once":
                # The first time it hangs up, then it has recovered.
                Path(mode).write_text("")
                told = "hang up"
            if not told:
                super().do_POST()
                return
            heard = self.rfile.read(int(self.headers["Content-Length"]))
            Path(mode).with_name("heard").write_bytes(heard)
            signed_in = self.headers.get("Authorization", "")
            Path(mode).with_name("signed in").write_text(signed_in)
            misbehave(self, told)

        def log_message(self, *_: object) -> None:
            """Not on the test's own output."""

    model.ThreadingHTTPServer(("127.0.0.1", int(port)), Liar).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A mail server for tests: real SMTP on a port of this machine, what comes in is kept."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say("220 mailbox")
        while line := self.rfile.readline().decode().strip():
            word = line.split(maxsplit=1)[0].upper()
            if word == "DATA":
                self._say("354 go on")
                self.server.mails.append(self._data())
            if word == "RCPT" and self.server.refuses in line:
                self._say("550 nobody here")
                continue
            self._say("221 bye" if word == "QUIT" else "250 ok")
            if word == "QUIT":
                return

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    mails: list[bytes]
    # An address to which nothing can be sent.
    refuses = "refused@example.org"


@contextmanager
def mailbox() -> Iterator[tuple[int, list[bytes]]]:
    """The port, and the mails as they came over the line."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.mails = []
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address[1], server.mails
        finally:
            server.shutdown()
            thread.join()

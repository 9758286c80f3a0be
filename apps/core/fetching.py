"""The one place that asks other machines whose address people gave: for files, and models.

Such an address may lead into our own network (server-side request forgery), so nothing is asked but what
the installation names, for files in `CONCORD_FETCH_FROM` and for models in `CONCORD_MODELS_FROM`: hosts by
https, hosts of one's own by http where the scheme is written, folders of buckets, or `*`, any host of the
public internet. The name is looked up once, and the connection goes to the very address that was checked;
each redirect is a new question, or for models none.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Literal
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

ANY = "*"
MOST_HOPS = 3
CONNECT_SECONDS = 10
# From the first byte to the last.
MOST_SECONDS = 600
CHUNK = 256 * 1024
TOO_LONG = "The other machine took too long."
CUT_SHORT = "The other machine broke off before its answer was whole."
MOVED = {301, 302, 303, 307, 308}
# `is_global` takes them for addresses of the internet, but they lead, or may lead, elsewhere.
ASTRAY = [
    ipaddress.ip_network(one)
    for one in ("64:ff9b::/96", "2002::/16", "2001::/32", "::/96", "192.0.0.0/24", "100.64.0.0/10")
]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadAddress(ValueError):
    """Why it is not asked, or gave nothing, in a sentence. Nothing of the answer is in it."""


class NotReached(BadAddress):
    """Nothing was sent, so it can be asked again without harm."""


class BrokenOff(BadAddress):
    """It was asked, and the answer did not come, or not whole."""


class TooSlow(BadAddress):
    """The time was over before the answer was there."""


class TooMuch(BadAddress):
    """The answer is longer than what is taken."""


@dataclass(frozen=True)
class Rule:
    """Which list of the settings names where one may ask, and what is said of other places."""

    setting: str
    refusal: str

    @property
    def named(self) -> list[str]:
        found: list[str] = getattr(settings, self.setting)
        return found


FILES = Rule("FETCH_FROM", "Files are not fetched from there")
MODELS = Rule("MODELS_FROM", "Models are not asked there")


@dataclass(frozen=True)
class Limits:
    """How long one waits, and how much is taken."""

    connect_seconds: float = 5
    # Between two pieces of the answer, and for the whole of it.
    read_seconds: float = 60
    most_seconds: float = 120
    most_bytes: int = 16 * 1024**2


@dataclass(frozen=True)
class Reply:
    """What another machine answered."""

    status: int
    body: bytes
    # From its header of that name, where it gives a number of seconds.
    retry_after: float | None = None


@dataclass(frozen=True)
class Place:
    """Where an address leads, checked."""

    parts: SplitResult
    host: str
    port: int
    address: str


def fetch(url: str, out: BinaryIO, *, most: int) -> None:
    """Write what is there into `out`, at most so many bytes. BadAddress says why not."""
    deadline = Deadline(MOST_SECONDS)
    for _ in range(MOST_HOPS + 1):
        place = look_up(url)
        try:
            with (
                closing(_connected(place, deadline=deadline)) as connection,
                deadline.held(connection.sock),
                _asked(connection, place, None, {}) as answer,
            ):
                if answer.status in MOVED and (there := answer.getheader("Location")):
                    url = urljoin(url, there)
                    continue
                if answer.status != 200:
                    raise BadAddress(f"The other machine answered {answer.status}.")
                return _copy(answer, out, most=most, deadline=deadline)
        except (OSError, http.client.HTTPException) as error:
            raise BadAddress("The other machine could not be read from.") from error
    raise BadAddress(f"It leads on more than {MOST_HOPS} times.")


def ask(
    url: str,
    body: bytes | None = None,
    *,
    limits: Limits,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Ask a model: GET without a body, else POST of this JSON. It is never led on elsewhere.

    Any status is an answer. BadAddress says why there is none, by its class what became of it.
    """
    place = look_up(url, MODELS)
    deadline = Deadline(limits.most_seconds)
    try:
        with (
            closing(_connected(place, limits.connect_seconds, deadline)) as connection,
            deadline.held(connection.sock),
        ):
            connection.sock.settimeout(limits.read_seconds)
            with _asked(connection, place, body, headers or {}) as answer:
                reply = Reply(
                    status=answer.status,
                    body=_whole(answer, limits.most_bytes),
                    retry_after=_seconds(answer.getheader("Retry-After")),
                )
            # A connection that was cut looks like one that has come to its end.
            deadline.check()
            return reply
    except BadAddress as error:
        if deadline.is_over and not isinstance(error, NotReached):
            raise TooSlow(TOO_LONG) from error
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        if deadline.is_over or isinstance(error, TimeoutError):
            raise TooSlow(TOO_LONG) from error
        raise BrokenOff(CUT_SHORT) from error


@dataclass
class Deadline:
    """A time after which a connection is cut, however slowly something still comes through it.

    A time-out of the socket alone begins anew with each byte.
    """

    seconds: float
    is_over: bool = False
    starts_at: float = field(default_factory=time.monotonic)

    def check(self) -> None:
        if self.is_over:
            raise TooSlow(TOO_LONG)

    @contextmanager
    def held(self, connection: socket.socket) -> Iterator[None]:
        def cut() -> None:
            self.is_over = True
            # It may be closed already. The plain socket's way: TLS's own would wait.
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

        left = self.seconds - (time.monotonic() - self.starts_at)
        timer = threading.Timer(max(left, 0), cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _asked(
    connection: http.client.HTTPConnection,
    place: Place,
    body: bytes | None,
    headers: Mapping[str, str],
) -> http.client.HTTPResponse:
    target = place.parts.path or "/"
    if place.parts.query:
        target += f"?{place.parts.query}"
    # A packed answer could be small on the way and huge here.
    sent = {"User-Agent": "Concord", "Accept-Encoding": "identity", **headers}
    method: Literal["GET", "POST"] = "GET" if body is None else "POST"
    if body is not None:
        sent |= {"Content-Type": "application/json", "Accept": "application/json"}
    connection.request(method, target, body=body, headers=sent)
    return connection.getresponse()


def look_up(url: str, rule: Rule = FILES) -> Place:
    """BadAddress where the installation does not allow it."""
    parts, host, port, is_named = check_named(url, rule)
    return Place(parts, host, port, _address_of(host, port, is_named=is_named))


def check_named(url: str, rule: Rule) -> tuple[SplitResult, str, int, bool]:
    """What the address says, and whether the installation names it; nothing is looked up or asked.

    BadAddress where it may not be asked, whatever its name stands for.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise BadAddress("This is no address.") from None
    if parts.scheme not in {"http", "https"} or not host or parts.username or parts.password:
        raise BadAddress("Give an address that begins with https://, without a name and password.")
    is_named = _is_named(parts.scheme, parts.netloc.lower(), rule)
    if not is_named and not (parts.scheme == "https" and ANY in rule.named):
        allowed = ", ".join(rule.named) or "none"
        raise BadAddress(f"{rule.refusal} (CONCORD_{rule.setting}: {allowed}).")
    return parts, host, port or (443 if parts.scheme == "https" else 80), is_named


def _is_named(scheme: str, netloc: str, rule: Rule) -> bool:
    own = {one.lower() for one in rule.named}
    return f"{scheme}://{netloc}" in own or (scheme == "https" and netloc in own)


def _address_of(host: str, port: int, *, is_named: bool) -> str:
    """The address to connect to; where one of several is none of the internet's, none is."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise BadAddress(f"There is no machine called {host[:120]!r}.") from None
    addresses = [str(one[4][0]) for one in found]
    if not is_named and not all(map(is_public, addresses)):
        raise BadAddress(f"{host[:120]!r} is no machine of the public internet.")
    return addresses[0]


def is_public(text: str) -> bool:
    address: Address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    is_astray = any(address in one for one in ASTRAY if one.version == address.version)
    return address.is_global and not address.is_multicast and not is_astray


def _connected(
    place: Place, seconds: float = CONNECT_SECONDS, deadline: Deadline | None = None
) -> http.client.HTTPConnection:
    """To the address that was checked, by the certificate of the name that was asked for."""
    connection = http.client.HTTPConnection(place.host, place.port, timeout=seconds)
    try:
        plain = socket.create_connection((place.address, place.port), seconds)
        if place.parts.scheme == "https":
            secure = ssl.create_default_context().wrap_socket(
                plain, server_hostname=place.host, do_handshake_on_connect=False
            )
            connection.sock = secure
            with (deadline or Deadline(MOST_SECONDS)).held(secure):
                secure.do_handshake()
        else:
            connection.sock = plain
    except OSError as error:
        connection.close()
        raise NotReached("The other machine could not be reached.") from error
    return connection


def _whole(answer: http.client.HTTPResponse, most: int) -> bytes:
    if answer.getheader("Content-Encoding", "identity") != "identity":
        raise BrokenOff("The other machine packed its answer, which it was asked not to do.")
    parts, size = [], 0
    # `read1` gives what has come; `read` would wait until a whole chunk is there.
    while chunk := answer.read1(CHUNK):
        size += len(chunk)
        if size > most:
            raise TooMuch(f"The answer has more than {_said(most)}.")
        parts.append(chunk)
    if answer.length:
        raise BrokenOff(CUT_SHORT)
    return b"".join(parts)


def _said(size: int) -> str:
    return f"{size // 1024**2} MB" if size >= 1024**2 else f"{size} bytes"


def _seconds(text: str | None) -> float | None:
    return float(text) if text and len(text) <= 6 and text.isascii() and text.isdigit() else None


def _copy(
    answer: http.client.HTTPResponse, out: BinaryIO, *, most: int, deadline: Deadline
) -> None:
    size = 0
    while chunk := answer.read1(CHUNK):
        size += len(chunk)
        if size > most:
            raise BadAddress(f"The file has more than {most // 1024**2} MB.")
        out.write(chunk)
    deadline.check()
    if answer.length:
        raise BrokenOff(CUT_SHORT)

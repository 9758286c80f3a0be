"""The one place that asks other machines for a file whose address people gave.

Such an address may lead into our own network (server-side request forgery), so nothing is asked but what
the installation names in `CONCORD_FETCH_FROM`: hosts by https, hosts of one's own by http where the scheme
is written, folders of buckets, or `*`, any host of the public internet. The name is looked up once, and the
connection goes to the very address that was checked; each redirect is a new question.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

ANY = "*"
MOST_HOPS = 3
CONNECT_SECONDS = 10
# From the first byte to the last.
MOST_SECONDS = 600
CHUNK = 256 * 1024
MOVED = {301, 302, 303, 307, 308}
# `is_global` takes them for addresses of the internet, but they lead, or may lead, elsewhere.
ASTRAY = [
    ipaddress.ip_network(one)
    for one in ("64:ff9b::/96", "2002::/16", "2001::/32", "::/96", "192.0.0.0/24", "100.64.0.0/10")
]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadAddress(ValueError):
    """Why it is not asked, or gave nothing, in a sentence. Nothing of the answer is in it."""


@dataclass(frozen=True)
class Place:
    """Where an address leads, checked."""

    parts: SplitResult
    host: str
    port: int
    address: str


def fetch(url: str, out: BinaryIO, *, most: int) -> None:
    """Write what is there into `out`, at most so many bytes. BadAddress says why not."""
    ends_at = time.monotonic() + MOST_SECONDS
    for _ in range(MOST_HOPS + 1):
        place = look_up(url)
        try:
            with closing(_connected(place)) as connection, _asked(connection, place) as answer:
                if answer.status in MOVED and (there := answer.getheader("Location")):
                    url = urljoin(url, there)
                    continue
                if answer.status != 200:
                    raise BadAddress(f"The other machine answered {answer.status}.")
                return _copy(answer, out, most=most, ends_at=ends_at)
        except (OSError, http.client.HTTPException) as error:
            raise BadAddress("The other machine could not be read from.") from error
    raise BadAddress(f"It leads on more than {MOST_HOPS} times.")


def _asked(connection: http.client.HTTPConnection, place: Place) -> http.client.HTTPResponse:
    target = place.parts.path or "/"
    if place.parts.query:
        target += f"?{place.parts.query}"
    connection.request("GET", target, headers={"User-Agent": "Concord"})
    return connection.getresponse()


def look_up(url: str) -> Place:
    """BadAddress where the installation does not allow it."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise BadAddress("This is no address.") from None
    if parts.scheme not in {"http", "https"} or not host or parts.username or parts.password:
        raise BadAddress("Give an address that begins with https://, without a name and password.")
    is_named = _is_named(parts.scheme, parts.netloc.lower())
    if not is_named and not (parts.scheme == "https" and ANY in settings.FETCH_FROM):
        allowed = ", ".join(settings.FETCH_FROM) or "none"
        raise BadAddress(f"Files are not fetched from there (CONCORD_FETCH_FROM: {allowed}).")
    port = port or (443 if parts.scheme == "https" else 80)
    return Place(parts, host, port, _address_of(host, port, is_named=is_named))


def _is_named(scheme: str, netloc: str) -> bool:
    own = {one.lower() for one in settings.FETCH_FROM}
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


def _connected(place: Place) -> http.client.HTTPConnection:
    """To the address that was checked, by the certificate of the name that was asked for."""
    connection = http.client.HTTPConnection(place.host, place.port, timeout=CONNECT_SECONDS)
    try:
        plain = socket.create_connection((place.address, place.port), CONNECT_SECONDS)
        if place.parts.scheme == "https":
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(plain, server_hostname=place.host)
        else:
            connection.sock = plain
    except OSError as error:
        raise BadAddress("The other machine could not be reached.") from error
    return connection


def _copy(answer: http.client.HTTPResponse, out: BinaryIO, *, most: int, ends_at: float) -> None:
    size = 0
    while chunk := answer.read(CHUNK):
        size += len(chunk)
        if size > most:
            raise BadAddress(f"The file has more than {most // 1024**2} MB.")
        if time.monotonic() > ends_at:
            raise BadAddress("The other machine took too long.")
        out.write(chunk)

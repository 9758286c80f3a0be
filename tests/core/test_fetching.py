"""Files by their address: from where it is allowed, from the machine that was checked, and no further."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from apps.core import fetching
from apps.core.fetching import BadAddress, fetch, is_public, look_up

CONTENT = b"picture" * 1000
# Each leads, or may lead, into somebody's own network.
ASTRAY = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",  # noqa: S104
    "100.64.0.1",
    "192.0.0.192",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001::1",
    "::127.0.0.1",
    "fe80::1%eth0",
]


class Answers(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        name, _, there = self.path.lstrip("/").partition("?to=")
        if name == "moved":
            self.send_response(302)
            self.send_header("Location", there)
            self.end_headers()
        elif name == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "9000")
            self.end_headers()
            self.wfile.write(CONTENT)
        elif name == "drip":
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                for _ in range(100):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.05)
        elif name == "missing":
            self.send_response(404)
            self.end_headers()
            self.wfile.write(b"a secret in the answer")
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(CONTENT)

    def log_message(self, *args: object) -> None:
        """Not on the test's own output."""


@pytest.fixture
def server() -> Iterator[str]:
    Answers.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
        httpd.shutdown()
        thread.join()


def fetched(url: str, most: int = 10**6) -> bytes:
    out = io.BytesIO()
    fetch(url, out, most=most)
    return out.getvalue()


@pytest.mark.parametrize("address", ASTRAY)
def test_what_leads_into_a_network_of_ones_own_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"]
)
def test_what_is_on_the_internet_is_public(address):
    assert is_public(address)


def test_a_host_that_is_named_is_asked(server, settings):
    settings.FETCH_FROM = [server]
    assert fetched(f"{server}/street/001.jpg") == CONTENT
    assert Answers.asked == ["/street/001.jpg"]


@pytest.mark.parametrize("allowed", [[], ["*"], ["media.example.org"], ["s3://bucket/folder"]])
def test_no_other_is_asked(server, settings, allowed):
    settings.FETCH_FROM = allowed
    with pytest.raises(BadAddress, match="Files are not fetched from there"):
        fetched(f"{server}/street/001.jpg")
    assert Answers.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x", "https://[::1]/x", "https://localhost/x", "https://2130706433/x",
        "https://0x7f.1/x", "https://[::ffff:10.0.0.1]/x", "https://169.254.169.254/latest/meta-data",
    ],
)  # fmt: skip
def test_any_host_of_the_internet_is_none_of_our_own(settings, url):
    settings.FETCH_FROM = ["*"]
    with pytest.raises(BadAddress, match=r"no machine of the public internet|There is no machine"):
        look_up(url)


@pytest.mark.parametrize(
    "url",
    ["ftp://a/x", "file:///etc/passwd", "https://", "https://a:b@c/x", "https://a:99999/", "//a/x"],
)
def test_what_is_no_such_address_is_refused(settings, url):
    settings.FETCH_FROM = ["*"]
    with pytest.raises(BadAddress):
        look_up(url)


def test_a_name_with_one_bad_address_among_good_ones_is_refused(settings, monkeypatch):
    settings.FETCH_FROM = ["*"]
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("1.1.1.1", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(BadAddress, match="public internet"):
        look_up("https://media.example.org/x")


def test_the_name_is_looked_up_once_and_that_address_is_asked(server, settings, monkeypatch):
    """A name that means another machine a moment later changes nothing."""
    port = int(server.rpartition(":")[2])
    settings.FETCH_FROM = [f"http://media.example.org:{port}"]
    asked: list[str] = []
    known = socket.getaddrinfo

    def found(host: str, *rest: Any, **more: Any) -> Any:
        if host != "media.example.org":
            return known(host, *rest, **more)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    assert fetched(f"http://media.example.org:{port}/a.jpg") == CONTENT
    assert asked == ["media.example.org"]


def test_where_it_leads_on_is_checked_again(server, settings):
    settings.FETCH_FROM = [server]
    assert fetched(f"{server}/moved?to={server}/there") == CONTENT
    assert fetched(f"{server}/moved?to=/there") == CONTENT
    for there in ("http://127.0.0.1:1/x", "file:///etc/passwd", "https://10.0.0.1/x"):
        with pytest.raises(BadAddress, match=r"Files are not fetched from there|Give an address"):
            fetched(f"{server}/moved?to={there}")
    with pytest.raises(BadAddress, match="more than 3 times"):
        fetched(f"{server}/moved?to=/moved?to=/moved?to=/moved?to=/moved?to=/x")


def test_size_and_answers_are_told_and_nothing_of_their_content(server, settings):
    settings.FETCH_FROM = [server]
    with pytest.raises(BadAddress, match="The file has more than 0 MB"):
        fetched(f"{server}/x", most=6_999)
    assert len(fetched(f"{server}/x", most=7_000)) == 7_000
    with pytest.raises(BadAddress) as bad:
        fetched(f"{server}/missing")
    assert str(bad.value) == "The other machine answered 404."
    settings.FETCH_FROM = ["http://127.0.0.1:1"]
    with pytest.raises(BadAddress, match="could not be reached"):
        fetched("http://127.0.0.1:1/x")


def test_half_a_file_is_none(server, settings):
    settings.FETCH_FROM = [server]
    with pytest.raises(BadAddress, match="broke off before its answer was whole"):
        fetched(f"{server}/cut")


def test_what_comes_byte_by_byte_is_cut_when_its_time_is_over(server, settings, monkeypatch):
    settings.FETCH_FROM = [server]
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.3)
    began = time.monotonic()
    with pytest.raises(BadAddress, match="took too long"):
        fetched(f"{server}/drip")
    assert time.monotonic() - began < 3


def test_models_have_a_list_of_their_own(server, settings):
    limits = fetching.Limits()
    settings.FETCH_FROM, settings.MODELS_FROM = [server], []
    with pytest.raises(BadAddress, match=r"Models are not asked there \(CONCORD_MODELS_FROM: none"):
        fetching.ask(f"{server}/x", limits=limits)
    assert Answers.asked == []
    settings.FETCH_FROM, settings.MODELS_FROM = [], [server]
    assert fetching.ask(f"{server}/x", limits=limits) == fetching.Reply(200, CONTENT)
    # It is not led on: what is there is for who gave the address to say.
    assert fetching.ask(f"{server}/moved?to={server}/there", limits=limits).status == 302


def test_a_handshake_that_drips_is_cut_too(settings):
    """No byte of ours has gone out then, so it counts as not reached."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        settings.MODELS_FROM = [f"127.0.0.1:{port}"]

        def drip() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                for byte in b"\x16\x03\x03\x40\x00\x02" + bytes(200):
                    connection.sendall(bytes([byte]))
                    time.sleep(0.05)

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        limits = fetching.Limits(connect_seconds=2, most_seconds=0.5)
        with pytest.raises(fetching.NotReached):
            fetching.ask(f"https://127.0.0.1:{port}/", limits=limits)
        assert time.monotonic() - began < 3
        thread.join()

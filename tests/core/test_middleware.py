"""What holds for every answer, and what a lost cache does to one: nothing."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from apps.core.cache import JsonSerializer, our_cache, redis_is_there
from apps.core.middleware import ContentPolicy, real_address


def test_a_page_is_kept_by_nobody_and_may_do_little(client: Client) -> None:
    headers = client.get("/livez").headers

    assert headers["Cache-Control"] == "no-store"
    assert {"Cookie", "HX-Request"} <= set(headers["Vary"].replace(" ", "").split(","))
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["/livez?q=%00", "/livez/%00"])
def test_nul_is_refused_before_it_reaches_the_database(client: Client, path: str) -> None:
    assert client.get(path).status_code == 400


def test_a_forwarded_address_is_believed_behind_our_proxy_only(settings: LazySettings) -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    middleware = real_address(view)
    headers = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9"}

    for is_behind in (False, True):
        settings.BEHIND_PROXY = is_behind
        middleware(RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.1"))

    assert seen == ["10.0.0.1", "203.0.113.9"]


def test_the_cache_holds_json_and_never_runs_what_it_reads() -> None:
    cache = caches["default"]
    cache.set("figures", {"alpha": 0.5, "units": [1, 2]})
    cache.set("count", 1)
    cache.incr("count")

    assert cache.get("figures") == {"alpha": 0.5, "units": [1, 2]}
    assert cache.get("count") == 2
    with pytest.raises(ValueError, match="not valid UTF-8"):
        JsonSerializer().loads(b"\x80\x04\x8c\x02os\x94")


def test_a_lost_redis_is_a_cold_cache(settings: LazySettings) -> None:
    gone = {**settings.CACHES["default"], "LOCATION": "unix:///nonexistent/redis.sock?db=0"}
    settings.CACHES = {"default": gone}
    cache = our_cache()

    cache.set("a", 1)

    assert cache.get("a", "cold") == "cold"
    assert cache.get_many(["a"]) == {}
    assert cache.add("a", 1) is True
    assert cache.incr("a", 2) == 2
    assert cache.delete("a") is False
    assert cache.set_many({"a": 1}) == []
    assert not cache.has_key("a")
    assert not redis_is_there()


def test_a_page_with_a_nonce_has_a_policy_of_its_own() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(request.csp_nonce) if request.path == "/nonce" else "")  # type: ignore[attr-defined]

    middleware = ContentPolicy(view)
    plain, other, again = (middleware(RequestFactory().get(p)) for p in ("/", "/nonce", "/"))

    nonce = other.content.decode()
    assert f"'nonce-{nonce}'" in other.headers["Content-Security-Policy"]
    assert "nonce" not in plain.headers["Content-Security-Policy"]
    assert plain.headers["Content-Security-Policy"] == again.headers["Content-Security-Policy"]

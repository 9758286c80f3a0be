"""The cache may go away: what it held is computed again, and a page is never lost for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import orjson
import redis
import structlog
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.core.exceptions import ImproperlyConfigured

log = structlog.get_logger(__name__)
P = ParamSpec("P")
R = TypeVar("R")


class JsonSerializer:
    """Instead of pickle, which would run whatever somebody wrote into Redis."""

    def dumps(self, value: Any) -> bytes | int:
        # Plain integers stay as they are, so that Redis can count them up.
        return value if type(value) is int else orjson.dumps(value)

    def loads(self, data: bytes) -> Any:
        return orjson.loads(data)


def _or(default: Callable[..., R]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Answer as an empty cache does when Redis cannot be reached, and say so in the log."""

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @wraps(method)
        def forgiving(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return method(*args, **kwargs)
            except (redis.ConnectionError, redis.TimeoutError) as problem:
                log.warning("cache_away", problem=str(problem))
                return default(*args, **kwargs)

        return forgiving

    return decorate


def our_cache() -> ForgivingRedisCache:
    cache = caches["default"]
    if not isinstance(cache, ForgivingRedisCache):
        raise ImproperlyConfigured("The cache must be one that forgives.")
    return cache


def redis_is_there() -> bool:
    try:
        return bool(our_cache().client().ping())
    except redis.RedisError:
        return False


class ForgivingRedisCache(RedisCache):
    """Django's own, where losing Redis is a cold cache and not an error."""

    def client(self) -> redis.Redis:
        """For what only Redis can answer, such as whether it is there."""
        return self._cache.get_client(None, write=True)

    @_or(lambda _self, _key, default=None, **_: default)
    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return super().get(key, default, version)

    @_or(lambda *_, **__: {})
    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        return super().get_many(keys, version)

    @_or(lambda *_, **__: None)
    def set(self, *args: Any, **kwargs: Any) -> None:
        super().set(*args, **kwargs)

    @_or(lambda *_, **__: [])
    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        return super().set_many(*args, **kwargs)

    @_or(lambda *_, **__: True)
    def add(self, *args: Any, **kwargs: Any) -> bool:
        return super().add(*args, **kwargs)

    @_or(lambda *_, **__: False)
    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return super().touch(*args, **kwargs)

    @_or(lambda *_, **__: False)
    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return super().delete(*args, **kwargs)

    @_or(lambda *_, **__: None)
    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        super().delete_many(*args, **kwargs)

    @_or(lambda *_, **__: False)
    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return super().has_key(*args, **kwargs)

    @_or(lambda _self, _key, delta=1, **_: delta)
    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return super().incr(key, delta, version)


def count_up(key: str, *, seconds: int) -> int:
    """How often that was, this time included, since it was first asked for within so many seconds.

    0 where nobody can say: without Redis nobody is turned away.
    """
    cache = our_cache()
    cache.add(key, 0, timeout=seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # The key ran out in between, or the cache is away.
        return 0

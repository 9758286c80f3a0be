"""So many calls a minute for each person. Without Redis nobody is turned away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import redis
import structlog
from django.conf import settings
from rest_framework.throttling import BaseThrottle

from apps.core.cache import our_cache

if TYPE_CHECKING:
    from rest_framework.request import Request

log = structlog.get_logger(__name__)
WINDOW = 60


class PersonThrottle(BaseThrottle):
    """Counted by minutes of the clock."""

    def allow_request(self, request: Request, view: Any) -> bool:
        most = settings.API_CALLS_PER_MINUTE
        if not most or not request.user.is_authenticated:
            return True
        return self._count(request.user.pk) <= most

    def wait(self) -> float:
        return WINDOW - time.time() % WINDOW

    def _count(self, user_id: int) -> int:
        key = f"concord:api-calls:{user_id}:{int(time.time() // WINDOW)}"
        try:
            client = our_cache().client()
            count = int(client.incr(key))
            if count == 1:
                client.expire(key, 2 * WINDOW)
        except (redis.ConnectionError, redis.TimeoutError) as problem:
            log.warning("cache_away", problem=str(problem))
            return 0
        return count

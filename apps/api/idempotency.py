"""A write that is sent twice happens once.

The row with the key is inserted first: a twin in flight waits on it, and then finds the answer. What
fails rolls back with its row, so the key stays free for another try.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.response import Response

from apps.api.errors import Problem
from apps.api.models import KeptAnswer
from apps.api.renderers import JsonRenderer
from apps.api.views.base import user_of

if TYPE_CHECKING:
    from rest_framework.request import Request

KEPT = timedelta(hours=24)
HEADER = "Idempotency-Key"
Handler = Callable[..., Response]


def once(handler: Handler) -> Handler:
    """For handlers that create: with the header, the same call gives the first answer again."""

    @wraps(handler)
    def handled(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            with transaction.atomic():
                return handler(view, request, *args, **kwargs)
        if not 1 <= len(key) <= 200 or not key.isprintable():
            detail = "The key is a text of 1 to 200 characters."
            raise Problem(400, "bad_request", detail, {HEADER: detail})
        body_hash = _hash(request)
        with transaction.atomic():
            kept = _claim(request, key, body_hash)
            if kept is None:
                answer = handler(view, request, *args, **kwargs)
                _keep(request, key, answer)
                return answer
        return _again(kept, body_hash)

    return handled


def _claim(request: Request, key: str, body_hash: bytes) -> KeptAnswer | None:
    """None when the key is ours now; else the answer that it led to before."""
    mine = KeptAnswer.objects.filter(user=user_of(request))
    mine.filter(created_at__lt=timezone.now() - KEPT).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO api_keptanswer (user_id, key, body_hash) VALUES (%s, %s, %s)"
            " ON CONFLICT (user_id, key) DO NOTHING",
            (request.user.pk, key, body_hash),
        )
        return None if cursor.rowcount else mine.get(key=key)


def _keep(request: Request, key: str, answer: Response) -> None:
    KeptAnswer.objects.filter(user=user_of(request), key=key).update(
        status=answer.status_code,
        location=answer.headers.get("Location", ""),
        # As it goes out: times and such are text by then.
        body=orjson.loads(JsonRenderer().render(answer.data)),
    )


def _again(kept: KeptAnswer, body_hash: bytes) -> Response:
    if bytes(kept.body_hash) != body_hash:
        raise Problem(409, "key_reused", "This key was used for another call. Make a new one.")
    answer = Response(kept.body, status=kept.status)
    if kept.location:
        answer["Location"] = kept.location
    answer["Idempotency-Replayed"] = "true"
    return answer


def _hash(request: Request) -> bytes:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    data = request.data
    if not isinstance(data, Mapping):
        return digest.digest()  # No call takes a list; its serializer says so.
    for name in sorted(data):
        value = data[name]
        digest.update(orjson.dumps(name))
        if isinstance(value, UploadedFile):
            for chunk in value.chunks():
                digest.update(hashlib.sha256(chunk).digest())
            value.seek(0)
        else:
            digest.update(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
    return digest.digest()

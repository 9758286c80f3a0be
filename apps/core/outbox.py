"""News from one app to the apps above it, which survives any crash.

An app publishes an event about subjects (tasks) of a scope (project) inside its transaction; each
consumer that subscribed to the event gets a row of its own there. A consumer takes its rows by
`DELETE … RETURNING` inside the transaction of its own work, so what commits late is not skipped
and what fails is not lost. A beat job drains all consumers each second; nothing else is needed,
so losing Redis costs delay and no data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from django.db import connection

Drain = Callable[[int], None]
"""Takes up all that waits for its consumer in one scope (a project's key)."""

_consumers: dict[str, list[str]] = defaultdict(list)
_drains: dict[str, Drain] = {}


def subscribe(*, event: str, consumer: str, drain: Drain) -> None:
    """Called from `AppConfig.ready` of the app that consumes. The same call twice changes nothing."""
    if _drains.setdefault(consumer, drain) is not drain:
        raise ValueError(f"Two drains for the consumer {consumer!r}.")
    if consumer not in _consumers[event]:
        _consumers[event].append(consumer)


def publish(*, event: str, scope_id: int, subject_ids: Iterable[int]) -> None:
    """Write the news for each consumer of the event. Call it inside the transaction."""
    consumers = _consumers.get(event)
    if not consumers:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_outboxrow (consumer, scope_id, subject_id)"
            " SELECT c, %s, s FROM unnest(%s::text[]) AS c, unnest(%s::bigint[]) AS s",
            (scope_id, consumers, list(subject_ids)),
        )


def consumers_of(event: str) -> list[str]:
    """For bulk writers that insert the news by a statement of their own."""
    return list(_consumers.get(event, ()))


def take(*, consumer: str, scope_id: int, limit: int = 5_000) -> list[int]:
    """The distinct subjects that wait, oldest first; their rows are gone when you commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM core_outboxrow WHERE id = ANY(ARRAY("
            " SELECT id FROM core_outboxrow WHERE consumer = %s AND scope_id = %s"
            " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)) RETURNING id, subject_id",
            (consumer, scope_id, limit),
        )
        rows = sorted(cursor.fetchall())
    return list(dict.fromkeys(subject for _, subject in rows))


def waiting() -> list[tuple[str, int]]:
    """(consumer, scope) pairs for which news waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT consumer, scope_id FROM core_outboxrow")
        return [(consumer, scope) for consumer, scope in cursor.fetchall()]


def drain_for(consumer: str) -> Drain | None:
    return _drains.get(consumer)

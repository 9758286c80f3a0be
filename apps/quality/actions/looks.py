"""Who looked at what in a regulated project: found by person, case and time, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q, Subquery

from apps.annotations.models import Annotation
from apps.projects.models import Look, LookQuerySet, Project, Seen
from apps.tasks.models import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

CHUNK = 2_000
COLUMNS = (
    *("id", "seen_at", "person", "name", "email", "what", "task", "external_id"),
    *("route", "request_id"),
)


@dataclass(frozen=True)
class Asked:
    """Which looks; None is all of them."""

    person: int | None = None
    task: int | None = None
    what: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    # Those at answers to a case that the person answered later.
    is_before_answer: bool = False


def looks_of(project: Project, asked: Asked) -> LookQuerySet:
    """In no order. What opens all cases at once, as a file does, is about each of them."""
    found = Look.objects.of_project(project)
    if asked.person is not None:
        found = found.filter(person=asked.person)
    if asked.task is not None:
        found = found.filter(Q(task_id=asked.task) | Q(task_id__isnull=True))
    if asked.what is not None:
        found = found.filter(what=asked.what)
        if asked.what in {Seen.FILES, Seen.EXPORT}:
            # So they are: said again, the few of them are found by the index of tasks.
            found = found.filter(task_id__isnull=True)
    if asked.since is not None:
        found = found.filter(seen_at__gte=asked.since)
    if asked.until is not None:
        found = found.filter(seen_at__lt=asked.until)
    if asked.is_before_answer:
        found = found.filter(what=Seen.ANSWERS).filter(_answered_later())
    return found


def _answered_later() -> Exists:
    """Of the first answer: who saw the others' before changing it has a revision that says so."""
    return Exists(
        Annotation.objects.filter(
            task=OuterRef("task_id"),
            revision=0,
            annotator__user=OuterRef("person"),
            submitted_at__gt=OuterRef("seen_at"),
        )
    )


def task_named(project: Project, text: str) -> int | None:
    """By its id in its file, else by its number, with a # or without; it may be gone by now."""
    external = Task.objects.filter(project=project, external_id=text).values_list("pk", flat=True)
    if (found := external.first()) is not None:
        return found
    number = text.removeprefix("#")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


def names_of_cases(looks: Sequence[Look]) -> dict[int, str]:
    """By number, as they are called; those that are gone are left out. One query."""
    found = Task.objects.filter(pk__in={one.task_id for one in looks if one.task_id is not None})
    return {pk: external or f"#{pk}" for pk, external in found.values_list("pk", "external_id")}


def all_looks(project: Project, asked: Asked) -> Iterator[dict[str, Any]]:
    """In pieces by their number: what is added meanwhile comes at the end, and nothing twice."""
    last = 0
    named = looks_of(project, asked).annotate(
        name=F("person__name"),
        email=F("person__email"),
        external_id=Subquery(Task.objects.filter(pk=OuterRef("task_id")).values("external_id")),
    )
    columns = [{"task": "task_id", "person": "person_id"}.get(name, name) for name in COLUMNS]
    while True:
        piece = list(named.filter(pk__gt=last).order_by("pk").values_list(*columns)[:CHUNK])
        yield from (dict(zip(COLUMNS, row, strict=True)) for row in piece)
        if len(piece) < CHUNK:
            return
        last = piece[-1][0]

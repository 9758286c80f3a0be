"""The conflicts around the one that is open, and where to go from it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.urls import reverse

from apps.accounts.http import HttpRequest
from apps.annotations.models import Annotation, Question
from apps.annotations.views.items import chips_of, words_of
from apps.projects.http.looks import looked_at
from apps.projects.models import Project, Seen
from apps.quality.models import Conflict, ConflictOrder, ConflictQuerySet

AROUND = 50
BEFORE = 10
MOST_DOTS = 6
# Counting more would cost time and tell nothing.
MOST_COUNTED = 1_000
MOST_LATER = 200


def open_conflicts(request: HttpRequest, project: Project) -> ConflictQuerySet:
    return Conflict.objects.visible_to(request.user).filter(project=project).open()


def order_of(request: HttpRequest, project: Project) -> ConflictOrder:
    """The order in which the person goes through the conflicts; asked for once, it stays."""
    key = f"order:{project.pk}"
    asked = request.GET.get("order", "")
    if asked in ConflictOrder.values:
        request.session[key] = asked
    return ConflictOrder(request.session.get(key, ConflictOrder.VALUE))


def queue_around(
    conflicts: ConflictQuerySet,
    here: Conflict,
    project: Project,
    questions: Sequence[Question],
    order: ConflictOrder,
) -> dict[str, Any]:
    """The queue's part around a conflict, with the neighbours to step to. Five queries."""
    ahead_of, behind = conflicts.before(here, order), conflicts.behind(here, order)
    before = list(ahead_of.least_first(order).select_related("task")[:BEFORE])[::-1]
    after = list(behind.worst_first(order).select_related("task")[: AROUND - len(before) - 1])
    ahead = ahead_of.order_by()[: MOST_COUNTED + 1].count()
    total = conflicts.order_by()[: MOST_COUNTED + 1].count()
    shown = [*before, here, *after]
    return {
        "lines": _lines(shown, here, project, questions),
        "previous": before[-1] if before else None,
        "next": after[0] if after else None,
        "place": told_count(ahead + 1),
        "total": told_count(total),
        "ahead": ahead,
        "count": total,
        "order": order,
        "other_order": next(one for one in ConflictOrder if one != order),
    }


def told_count(count: int) -> str:
    return f"{count:,}" if count <= MOST_COUNTED else f"more than {MOST_COUNTED:,}"


def _lines(
    shown: list[Conflict], here: Conflict, project: Project, questions: Sequence[Question]
) -> list[dict[str, Any]]:
    answers: dict[int, list[dict[str, Any]]] = defaultdict(list)
    heads = Annotation.objects.heads().filter(
        task__in=[one.task_id for one in shown], erased_at__isnull=True
    )
    for task_id, given in heads.order_by("task_id", "pk").values_list("task_id", "answers"):
        answers[task_id].append(given)
    looked_at(answers, Seen.ANSWERS)
    return [
        {
            "conflict": one,
            "words": words_of(one.task, project),
            "is_here": one.task_id == here.task_id,
            **_dots(one, answers[one.task_id], questions),
        }
        for one in shown
    ]


def _dots(
    conflict: Conflict, answers: list[dict[str, Any]], questions: Sequence[Question]
) -> dict[str, Any]:
    """The answers to the most disputed question as colours, equal ones together."""
    worst = max(conflict.questions, key=lambda name: conflict.questions[name], default="")
    asked = [question for question in questions if question.name == worst]
    colours: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for given in answers:
        chips = chips_of(given, asked)
        colours.update(chip["colour"] for chip in chips)
        if chips:
            said[", ".join(chip["text"] for chip in chips)] += 1
    dots = islice((c for c, n in colours.most_common() for _ in range(n) if c), MOST_DOTS)
    return {
        "dots": list(dots),
        "told": " against ".join(str(count) for _, count in said.most_common(4)),
    }


def later_of(request: HttpRequest, project: Project) -> list[int]:
    """The tasks that the person left for later in this session."""
    found = request.session.get(f"later:{project.pk}", [])
    return [task_id for task_id in found if isinstance(task_id, int)]


def leave_for_later(request: HttpRequest, project: Project, task_id: int) -> None:
    others = [one for one in later_of(request, project) if one != task_id]
    request.session[f"later:{project.pk}"] = [*others, task_id][-MOST_LATER:]


def url_of_next(request: HttpRequest, project: Project, here: Conflict) -> str:
    """The next open conflict: behind this one, then from the worst, at last those left for later."""
    order = order_of(request, project)
    waiting = open_conflicts(request, project).exclude(task_id=here.task_id).worst_first(order)
    later = later_of(request, project)
    found = (
        waiting.behind(here, order).but(later).first()
        or waiting.but(later).first()
        or waiting.first()
    )
    if found is None:
        return reverse("quality:conflicts", args=[project.pk])
    return reverse("quality:adjudicate", args=[project.pk, found.task_id])

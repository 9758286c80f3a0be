"""Whether what was shown of a regulated project was written down: asked of every route there is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from apps.projects.models import Look, Protocol, Seen
from apps.quality.views.looks import PLACES
from apps.tasks.models import Task
from tests.security.callers import CANARIES

if TYPE_CHECKING:
    from tests.security.house import House

CASE = re.compile(rb"case-(\d+)-shown")
ANSWER = CANARIES["answer"].encode()


def regulate(house: House) -> None:
    """Nothing is locked yet, so all that can be asked is answered; each text says of which case it is."""
    Protocol.objects.filter(project=house.project).update(is_on=True)
    for task in Task.objects.filter(project=house.project):
        Task.objects.filter(pk=task.pk).update(data={**task.data, "text": f"case-{task.pk}-shown"})


def last_look() -> int:
    return Look.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def unseen(answer: Any, name: str, before: int) -> str:
    """What of this answer nobody wrote down, or nothing."""
    looks = dict(Look.objects.filter(pk__gt=before).values_list("task_id", "what"))
    if looks and not name.startswith("api:") and name not in PLACES:
        return "is no place in PLACES, where people look"
    if answer.status_code >= 400:
        return ""
    shown = {int(one) for one in CASE.findall(answer.body)}
    if missing := sorted(shown - looks.keys()):
        return f"showed the cases {missing}, and nobody looked"
    if ANSWER in answer.body and not {*looks.values()} & {Seen.ANSWERS, Seen.EXPORT}:
        return f"showed an answer, and nobody looked at more than {looks}"
    return ""

"""Who is told when somebody passes a gate: the annotator what follows, the leads why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from apps.accounts.actions import notify
from apps.accounts.models import Told
from apps.projects.models import Membership, Role

# What the annotator reads. Never a figure: it would tell which of their tasks were known.
FOLLOWS = {
    "pause": "You are paused in {project}. The page of its tasks says why; the lead goes on with you from here.",
    "reinstate": "You can go on in {project}.",
    "retrain": "{project} has tasks of practice for you: the known answer is shown after each.",
    "finish": "The practice in {project} is done. You can go on.",
}
DONE = {"pause": "was paused", "finish": "has finished the practice"}


def tell_of_gate(
    *, annotator_id: int, move: str, is_by_itself: bool, reason: str, at: datetime
) -> None:
    member = Membership.objects.select_related("user", "project").get(pk=annotator_id)
    project = member.project
    common: dict[str, Any] = {"kind": Told.GATE, "project_id": project.pk, "at": at}
    if member.user_id is not None:
        url = reverse("annotations:annotate", args=[project.pk])
        text = FOLLOWS[move].format(project=project)
        notify(user_ids=[member.user_id], text=text, url=url, **common)
    if is_by_itself and move in DONE:
        leads = Membership.objects.active().people().filter(project=project, role=Role.LEAD)
        ids = list(leads.values_list("user_id", flat=True))
        text = f"{member} {DONE[move]} in {project}. {reason}".strip()
        notify(user_ids=ids, text=text, url=reverse("quality:gold", args=[project.pk]), **common)

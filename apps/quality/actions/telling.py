"""Who is told of what: annotators what follows for them, leads why, and of appeals that come in.

A notice names nobody who reviewed or decided.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from apps.accounts.actions import notify
from apps.accounts.models import Told
from apps.projects.models import Membership, Project, Role

if TYPE_CHECKING:
    from apps.quality.models import Appeal, Review

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
        text = f"{member} {DONE[move]} in {project}. {reason}".strip()
        url = reverse("quality:gold", args=[project.pk])
        notify(user_ids=_leads(project), text=text, url=url, **common)


def _leads(project: Project) -> list[int]:
    leads = Membership.objects.active().people().filter(project=project, role=Role.LEAD)
    return list(leads.values_list("user_id", flat=True))


def tell_of_verdict(review: Review, *, to: Membership, at: datetime) -> None:
    """An annotator whose answer came back, or does not count any more; who said so is not told."""
    if to.user_id is None or not to.is_active:
        return
    is_back = review.goes_to == "same"
    came = "An answer of yours came back" if is_back else "An answer of yours does not count"
    page = "quality:returned" if is_back else "quality:my_work"
    notify(
        user_ids=[to.user_id],
        kind=Told.RETURNED,
        text=f"{came} in {to.project}: {review.reason}",
        url=reverse(page, args=[review.project_id]),
        project_id=review.project_id,
        at=at,
    )


def tell_of_appeal(appeal: Appeal, *, at: datetime) -> None:
    """The leads, once until they have read it: how many wait stands on the page."""
    notify(
        user_ids=_leads(appeal.project),
        kind=Told.APPEAL,
        text=f"An appeal waits for a third person in {appeal.project}.",
        url=reverse("quality:appeals", args=[appeal.project_id]),
        project_id=appeal.project_id,
        at=at,
    )


def tell_of_ruling(appeal: Appeal, *, at: datetime) -> None:
    """The annotator who objected."""
    if appeal.author is None or appeal.author.user_id is None:
        return
    notify(
        user_ids=[appeal.author.user_id],
        kind=Told.APPEAL,
        text=f"Your objection in {appeal.project} is decided: {appeal.explanation}",
        url=reverse("quality:returned", args=[appeal.project_id]),
        project_id=appeal.project_id,
        at=at,
    )


def tell_leads_of_session(*, project: Project, words: str, url: str, at: datetime) -> None:
    notify(
        user_ids=_leads(project),
        kind=Told.SESSION,
        text=words,
        url=url,
        project_id=project.pk,
        at=at,
    )

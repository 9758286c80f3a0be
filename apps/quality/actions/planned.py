"""A project's plan of labels: set as one table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.annotations.models import Question
from apps.core.audit import record
from apps.core.faults import BadInput
from apps.projects.models import Project
from apps.quality.actions.findings import ask_for_checks
from apps.quality.actions.planned_read import plannable, titles_of
from apps.quality.models import PlannedLabel

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_PLANNED, LARGEST = 1_000, 2**31 - 1


@dataclass(frozen=True)
class PlanSpec:
    """At least such a share of the labelled tasks, or so many, are to have the label."""

    question: str
    label: str
    share: float | None = None
    number: int | None = None


class BadLabelPlan(BadInput):
    """{"0.share": sentence}."""

    code = "bad_label_plan"


def plan_of_labels(project: Project) -> list[PlannedLabel]:
    return list(PlannedLabel.objects.for_project(project).order_by("question__position", "pk"))


@transaction.atomic
def set_label_plan(
    *, project: Project, specs: Sequence[PlanSpec], by: User, at: datetime
) -> list[PlannedLabel]:
    """The whole plan, in place of the one before; the answers are checked anew. Raises BadLabelPlan."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    questions = {one.name: one for one in plannable(project)}
    errors = _errors(specs, questions)
    if errors:
        raise BadLabelPlan(errors)
    PlannedLabel.objects.filter(question__project=project).delete()
    PlannedLabel.objects.bulk_create(
        PlannedLabel(
            question=questions[one.question],
            label=one.label,
            share=one.share,
            number=one.number,
            made_by=by,
            made_at=at,
        )
        for one in specs
    )
    ask_for_checks(project=project, by=by)
    record("label_plan.changed", project=project, labels=len(specs))
    return plan_of_labels(project)


def _errors(specs: Sequence[PlanSpec], questions: dict[str, Question]) -> dict[str, str]:
    if len(specs) > MOST_PLANNED:
        return {"labels": f"A plan has at most {MOST_PLANNED:,} labels."}
    errors: dict[str, str] = {}
    titles = {name: titles_of(question) for name, question in questions.items()}
    seen: set[tuple[str, str]] = set()
    whole: dict[str, float] = {}
    for place, one in enumerate(specs):
        problem = _problem(one, titles)
        if not problem and (one.question, one.label) in seen:
            problem = "label", "This label is planned twice."
        seen.add((one.question, one.label))
        if not problem:
            whole[one.question] = whole.get(one.question, 0.0) + (one.share or 0.0)
            if whole[one.question] > 1 + 1e-9:
                problem = "share", f"The shares of {one.question} come to more than 100 %."
        if problem:
            errors[f"{place}.{problem[0]}"] = problem[1]
    return errors


def _problem(one: PlanSpec, titles: Mapping[str, Mapping[str, str]]) -> tuple[str, str] | None:
    if one.question not in titles:
        known = ", ".join(titles) or "there is none"
        return (
            "question",
            f"No question {one.question!r} asks for one label. Those that do: {known}.",
        )
    if one.label not in titles[one.question]:
        return "label", f"{one.label!r} is no label of {one.question}."
    if (one.share is None) == (one.number is None):
        return "share", "Give a share or a number, one of both."
    if one.share is not None and not (math.isfinite(one.share) and 0 < one.share <= 1):
        return "share", "A share lies above 0 and is at most 1."
    if one.number is not None and not 0 < one.number <= LARGEST:
        return "number", f"A number is 1 to {LARGEST:,}."
    return None

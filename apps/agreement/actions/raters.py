"""What needs annotators by name: computed by a job when somebody asks, and kept with its date."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import User
from apps.agreement.actions.data import Scale, scale_of, scanned_answers
from apps.agreement.measures import (
    Figure,
    LevelError,
    LongForm,
    Rated,
    RaterMeasure,
    Reason,
    rater_measures,
)
from apps.agreement.measures.distances import numbers
from apps.agreement.models import Ledger, QuestionLedger, RaterReport
from apps.annotations.models import Question
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.core.snapshot import one_moment
from apps.projects.actions.background import ask_once
from apps.projects.models import Project

KIND = "agreement.raters"
# As for the other figures of the page: enough to tell, and soon there.
REPLICATES = 2_000


def ask_for_raters(*, project: Project, by: User) -> JobRun:
    """Compute them anew for all questions; who asks while it is being done gets the same job."""
    return ask_once(project=project, kind=KIND, by=by)


def compute_rater_reports(progress: Progress, project_id: int) -> dict[str, Any]:
    questions = list(Question.objects.filter(project_id=project_id).asked())
    made = 0
    for done, question in enumerate(questions):
        progress.report(done, len(questions))
        if question.behaviour.form(question.config) is not None:
            made += _compute(question)
    # So that an open page asks for the new figures.
    Ledger.objects.filter(pk=project_id).update(reported=F("reported") + 1)
    return {"figures": made}


def _compute(question: Question) -> int:
    with one_moment():
        # The version is read first: what is folded meanwhile makes the figures old at once.
        ledger = QuestionLedger.objects.filter(question=question).first()
        scale = scale_of(question)
        kinds = [one for one in rater_measures.values() if scale.level in one.levels]
        answers = scanned_answers(scale) if kinds else None
    found = _figures(scale, kinds, answers) if answers is not None else []
    _keep(question, found, answers, ledger)
    return len(found)


@transaction.atomic
def _keep(
    question: Question,
    found: list[tuple[RaterMeasure, Figure]],
    answers: LongForm | None,
    ledger: QuestionLedger | None,
) -> None:
    RaterReport.objects.filter(question=question).delete()
    RaterReport.objects.bulk_create(
        RaterReport(
            question=question,
            measure=kind.name,
            figure={**asdict(figure), "label": kind.label},
            answers=0 if answers is None else answers.unit.size,
            version=ledger.version if ledger else 0,
            computed_at=timezone.now(),
        )
        for kind, figure in found
    )


def _figures(
    scale: Scale, kinds: list[RaterMeasure], answers: LongForm
) -> list[tuple[RaterMeasure, Figure]]:
    """What is for two annotators is left out where there are more; what is refused says why."""
    try:
        data = _with_all_points(scale, Rated.of(answers))
    except LevelError as error:
        return [(kind, _refused(kind, scale, error)) for kind in kinds]
    return [
        (kind, _figure(kind, scale, data))
        for kind in kinds
        if not kind.for_two or len(data.raters) <= 2
    ]


def _figure(kind: RaterMeasure, scale: Scale, data: Rated) -> Figure:
    try:
        return kind(data, level=scale.level, replicates=REPLICATES)
    except LevelError as error:
        return _refused(kind, scale, error)


def _refused(kind: RaterMeasure, scale: Scale, error: LevelError) -> Figure:
    reason = Reason(code="refused", sentence=str(error))
    return Figure(measure=kind.name, level=scale.level, undefined_reason=reason)


def _with_all_points(scale: Scale, data: Rated) -> Rated:
    """Weights go by places on the scale, so points that nobody gave count too."""
    if scale.question.behaviour.form(scale.question.config) != "number" or not scale.labels:
        return data
    points = {float(label.value) for label in scale.labels}
    return data.with_values(sorted(points | set(numbers(data.values).tolist())))

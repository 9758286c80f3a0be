"""Works out what a project's answers tell of who gave them, and keeps it. Run as a job."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from apps.annotations.models import Annotation, Gold
from apps.consensus.actions.standing import standings_of
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.projects.actions.background import ask_once
from apps.projects.models import Membership, Project
from apps.quality.actions.agreeing import agreeing, clusters_of
from apps.quality.actions.answers_read import Answers, read_answers, uncounted_words
from apps.quality.actions.findings import due_projects
from apps.quality.actions.references import Referred, referred
from apps.quality.actions.slices_read import Sliced, slices_of
from apps.quality.actions.things_read import matched, things_referred
from apps.quality.measures.by_slice import shares_by_slice
from apps.quality.measures.groups import groups_of
from apps.quality.measures.people import pace_of, reports_of
from apps.quality.models import PeopleRun, PersonReport

if TYPE_CHECKING:
    from apps.accounts.models import User

KIND = "quality.people"
DAY = 86_400
# Of a question's part of a report, what a list shows.
IN_LIST = ("agree", "stand", "trend")


def ask_for_people(*, project: Project, by: User | None) -> JobRun:
    """Make all reports anew; who asks while they are made gets the same job."""
    return ask_once(project=project, kind=KIND, by=by)


def due_people(*, at: datetime) -> list[Project]:
    return due_projects(at=at, run="people_run")


def report_people(progress: Progress, project_id: int) -> dict[str, Any]:
    """From what people said by themselves: nothing they had seen of others', of gold or of models."""
    start = time.perf_counter()
    project = Project.objects.get(pk=project_id)
    newest = Annotation.objects.filter(project=project).order_by("-pk").values_list("pk", flat=True)
    run = PeopleRun(
        project=project,
        # Read first: what comes in meanwhile is new.
        last_annotation=newest.first() or 0,
        question_version=project.question_version,
        made_at=timezone.now(),
    )
    progress.report(0, message="Reading the answers.")
    answers = read_answers(project, is_independent=True)
    run.answers = answers.work.task.size
    # Equal times stand in the order of their tasks, so that the same answers give the same report.
    order = np.lexsort((answers.work.task, answers.work.at))
    bodies = [{"pace": pace, "questions": {}} for pace in _paces(answers, order)]
    run.questions = _questions(progress, project, answers, order, bodies)
    run.left_out = _left_out(answers, run)
    run.seconds = time.perf_counter() - start
    _keep(run, answers, bodies)
    return {"answers": run.answers, "people": len(bodies)}


def _paces(answers: Answers, order: Any) -> list[dict[str, Any]]:
    work = answers.work
    shift = timezone.localtime().utcoffset()
    by_person = order[np.argsort(work.person[order], kind="stable")]
    starts = np.searchsorted(work.person[by_person], np.arange(work.people + 1))
    day = (work.at + (shift.total_seconds() if shift else 0)) // DAY
    return [
        pace_of(work.at[mine], day[mine].astype(np.int64), work.seconds[mine])
        for mine in np.split(by_person, starts[1:-1])
        if mine.size
    ]


def _questions(
    progress: Progress,
    project: Project,
    answers: Answers,
    order: Any,
    bodies: list[dict[str, Any]],
) -> dict[str, Any]:
    standings = standings_of([column.question for column in answers.columns])
    gold = dict(
        Gold.objects.filter(task__project=project, task__in=answers.tasks.tolist()).values_list(
            "task_id", "answers"
        )
    )
    groups = _groups(project, answers)
    clusters = clusters_of(project, answers) if groups else None
    slices = slices_of(project, answers)
    marks = matched(answers.uncounted)
    told: dict[str, Any] = {}
    for done, (column, standing) in enumerate(zip(answers.columns, standings, strict=True)):
        name = column.question.name
        progress.report(done, len(standings) + len(marks), f"Looking at the answers to {name}.")
        found = referred(answers, column, standing, gold, order)
        if found is None:
            continue
        _report(name, found, answers, slices, bodies)
        told[name] = _told(found, groups, slices, len(bodies))
        told[name]["agreeing"] = agreeing(answers, column, groups, clusters)
    for question, things in marks:
        progress.report(len(told), message=f"Looking at what was marked for {question.name}.")
        found = things_referred(question, things, answers, gold)
        if found is not None:
            _report(question.name, found, answers, slices, bodies)
            told[question.name] = _told(found, groups, slices, len(bodies)) | {"agreeing": []}
    return told


def _report(
    name: str,
    found: Referred,
    answers: Answers,
    slices: Sequence[Sliced],
    bodies: list[dict[str, Any]],
) -> None:
    reports = reports_of(found.held, len(bodies))
    if found.is_of_things:
        _say_no_verdict(reports)
    _add_slices(reports, found, slices)
    for body, report in zip(bodies, reports, strict=True):
        for one in report["confused"]:
            one["tasks"] = answers.tasks[one["tasks"]].tolist()
        if report["agree"]["n"] or report["labels"]:
            body["questions"][name] = report


def _say_no_verdict(reports: Sequence[dict[str, Any]]) -> None:
    """Tests take answers for independent; the things of one task are not."""
    for report in reports:
        for part in (report["stand"], report["trend"], *report["labels"]):
            part.pop("q", None)


def _add_slices(
    reports: Sequence[dict[str, Any]], found: Referred, slices: Sequence[Sliced]
) -> None:
    """To each report, by slice, how often its annotator is right where a task has a value."""
    held = found.held
    known = held.has_reference
    for one in slices:
        rows = shares_by_slice(
            rater=held.rater[known],
            is_right=held.is_right[known],
            unit=found.unit[known],
            parts=one.parts,
            raters=len(reports),
        )
        for report, row in zip(reports, rows, strict=True):
            report.setdefault("slices", {})[one.name] = row


def _told(
    found: Referred, groups: dict[str, list[int]], slices: Sequence[Sliced], people: int
) -> dict[str, Any]:
    held = found.held
    n = np.bincount(held.rater[held.has_reference], minlength=people).tolist()
    right = np.bincount(held.rater[held.is_right], minlength=people).tolist()
    return {
        "words": found.words,
        "values": found.values,
        "by": found.by,
        "known": found.known,
        "share": sum(right) / sum(n) if sum(n) else None,
        "is_one_label": held.reference is not None,
        "is_of_things": found.is_of_things,
        "slices": {one.name: one.words for one in slices},
        "groups": groups_of(groups, dict(enumerate(zip(right, n, strict=True)))),
    }


def _groups(project: Project, answers: Answers) -> dict[str, list[int]]:
    """By group, the places of its people among those who answered."""
    place = {pk: i for i, pk in enumerate(answers.people.tolist())}
    found: dict[str, list[int]] = defaultdict(list)
    members = Membership.objects.filter(project=project).exclude(groups=[])
    for pk, groups in members.values_list("pk", "groups"):
        for group in groups if pk in place else ():
            found[group].append(place[pk])
    return found


def _left_out(answers: Answers, run: PeopleRun) -> list[str]:
    many = [
        f"{column.question.name}: its answers are no labels, or too many; only how like the others'"
        " they are is told."
        for column in answers.columns
        if column.question.name not in run.questions
    ]
    untold = [one for one in answers.uncounted if one.name not in run.questions]
    return [*uncounted_words(untold), *answers.left_out, *many]


@transaction.atomic
def _keep(run: PeopleRun, answers: Answers, bodies: list[dict[str, Any]]) -> None:
    Project.objects.select_for_update(no_key=True).get(pk=run.project_id)
    # Who was deleted meanwhile has no report.
    there = set(Membership.objects.filter(project=run.project_id).values_list("pk", flat=True))
    PersonReport.objects.filter(project=run.project_id).delete()
    PersonReport.objects.bulk_create(
        [
            PersonReport(
                annotator_id=pk, project_id=run.project_id, summary=_summary(body), body=body
            )
            for pk, body in zip(answers.people.tolist(), bodies, strict=True)
            if pk in there
        ],
        batch_size=500,
    )
    fields = ("made_at", "seconds", "answers", "last_annotation", "question_version")
    PeopleRun.objects.update_or_create(
        project_id=run.project_id,
        defaults={name: getattr(run, name) for name in (*fields, "questions", "left_out")},
    )


def _summary(body: dict[str, Any]) -> dict[str, Any]:
    pace = {name: value for name, value in body["pace"].items() if name != "windows"}
    questions = {
        name: {part: report[part] for part in IN_LIST} for name, report in body["questions"].items()
    }
    return {"pace": pace, "questions": questions}

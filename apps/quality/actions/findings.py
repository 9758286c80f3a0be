"""Runs the checks over a project's answers, and keeps what they find. Run as a job."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from apps.annotations.models import Annotation, Question
from apps.core.jobs import Progress
from apps.core.json import canonical
from apps.core.models import JobRun
from apps.projects.actions.background import ask_once
from apps.projects.models import Project
from apps.quality.actions.answers_noted import note_oddities
from apps.quality.actions.answers_read import Answers, read_answers, uncounted_words
from apps.quality.actions.marked_read import read_marked
from apps.quality.actions.opinions_read import read_opinions
from apps.quality.actions.pictures_read import read_pictures
from apps.quality.actions.planned_read import read_plan
from apps.quality.actions.repeats_read import read_repeats
from apps.quality.actions.rules_read import note_contradictions
from apps.quality.actions.texts_read import read_texts
from apps.quality.checks import Check, Found, checks
from apps.quality.models import CheckRun, Finding, FindingState, PeopleRun

if TYPE_CHECKING:
    from apps.accounts.models import User

KIND = "quality.checks"
# Kept of one check, the surest; and of one finding so many tasks.
MOST_FOUND, MOST_TASKS = 200, 1_000
LONGEST_WORDS = 500
# A project is checked anew when a tenth of its answers is new, or anything is and a day has passed;
# never sooner than it has rested.
FIRST, LEAST_NEW, ENOUGH = 50, 20, 0.1
LEAST_REST, REST, LONGEST = timedelta(minutes=10), 20, timedelta(days=1)


def ask_for_checks(*, project: Project, by: User | None) -> JobRun:
    """Run all checks; who asks while they run gets the same job."""
    return ask_once(project=project, kind=KIND, by=by)


def check_answers(progress: Progress, project_id: int) -> dict[str, Any]:
    """Rules look at the answers that stand; tests at what people said by themselves."""
    start = time.perf_counter()
    project = Project.objects.get(pk=project_id)
    newest = Annotation.objects.filter(project=project).order_by("-pk").values_list("pk", flat=True)
    # Read first: what comes in meanwhile is new.
    run = CheckRun(
        project=project,
        last_annotation=newest.first() or 0,
        question_version=project.question_version,
        made_at=timezone.now(),
    )
    questions = dict(Question.objects.filter(project=project).values_list("name", "pk"))
    found: list[Finding] = []
    left_out: list[str] = []
    for is_test in (False, True):
        progress.report(len(checks) * is_test, 2 * len(checks), "Reading the answers.")
        answers = read_answers(project, is_independent=is_test)
        answers = _for_tests(project, answers) if is_test else _with_notes(project, answers)
        run.answers = answers.work.task.size
        left_out += [*uncounted_words(answers.uncounted), *answers.left_out]
        for check in checks.values():
            if check.is_test == is_test:
                progress.report(len(checks) * is_test, message=f"{check.label}.")
                found += _surest(project, check, answers, questions, left_out)
    run.left_out = list(dict.fromkeys(left_out))
    run.seconds = time.perf_counter() - start
    keep_findings(run=run, found=found)
    return {"answers": run.answers, "findings": len(found)}


def _with_notes(project: Project, answers: Answers) -> Answers:
    """Beside what can be counted, what rules say of answers one by one."""
    odd = note_oddities(project, answers.tasks)
    broken, untold = note_contradictions(project, answers.tasks)
    texts, unread = read_texts(project, answers)
    pictures, unseen = read_pictures(project, answers)
    opinions, unjudged = read_opinions(project, answers)
    work = replace(
        answers.work, odd=odd, broken=broken, texts=texts, pictures=pictures, opinions=opinions
    )
    left_out = (*answers.left_out, *untold, *unread, *unseen, *unjudged)
    return replace(answers, work=work, left_out=left_out)


def _for_tests(project: Project, answers: Answers) -> Answers:
    """Beside what people said by themselves and can be counted, what can be compared, and what is
    planned: labels and repeats."""
    wanted, again = read_plan(project, answers), read_repeats(project, answers)
    marked = read_marked(project, answers)
    return replace(answers, work=replace(answers.work, wanted=wanted, again=again, marked=marked))


def _surest(
    project: Project,
    check: Check,
    answers: Answers,
    questions: dict[str, int],
    left_out: list[str],
) -> list[Finding]:
    found = check.find(answers.work)
    found.sort(key=lambda one: (one.p or 0.0, -len(one.tasks), one.tasks))
    if len(found) > MOST_FOUND:
        left_out.append(f"{check.label}: all but {MOST_FOUND} of {len(found):,} findings.")
    return [_finding(project, check, one, answers, questions) for one in found[:MOST_FOUND]]


def _finding(
    project: Project, check: Check, one: Found, answers: Answers, questions: dict[str, int]
) -> Finding:
    tasks = answers.tasks[list(one.tasks)].tolist()
    people = answers.people[list(one.people)].tolist()
    apart = one.mark or ("" if people else str(min(tasks)))
    words = one.words
    return Finding(
        project=project,
        kind=check.name,
        question_id=questions.get(one.question),
        key=hashlib.sha256(canonical([check.name, one.question, people, apart])).digest(),
        words=words if len(words) <= LONGEST_WORDS else f"{words[: LONGEST_WORDS - 1]}…",
        tasks=tasks[:MOST_TASKS],
        task_count=len(tasks),
        annotators=people,
        p=one.p,
    )


@transaction.atomic
def keep_findings(*, run: CheckRun, found: Sequence[Finding]) -> None:
    """What was found before keeps what a lead did about it; what is not found any more is gone."""
    Project.objects.select_for_update(no_key=True).get(pk=run.project_id)
    mine = Finding.objects.filter(project=run.project_id).order_by("pk").select_for_update()
    before = {bytes(one.key): one for one in mine}
    new = {bytes(one.key): one for one in found}
    for key, one in new.items():
        old = before.get(key)
        if old is not None:
            one.pk, one.found_at = old.pk, old.found_at
            _go_on(one, old)
        else:
            one.found_at = run.made_at
        one.seen_at = run.made_at
    Finding.objects.bulk_create([one for key, one in new.items() if key not in before])
    Finding.objects.bulk_update(
        [one for key, one in new.items() if key in before],
        fields=[
            *("words", "tasks", "task_count", "p", "question", "seen_at"),
            *("state", "reason", "decided_by", "decided_at"),
        ],
        batch_size=200,
    )
    gone = [one.pk for key, one in before.items() if key not in new]
    Finding.objects.filter(pk__in=gone, state=FindingState.OPEN).update(state=FindingState.GONE)
    CheckRun.objects.update_or_create(
        project_id=run.project_id,
        defaults={
            name: getattr(run, name)
            for name in (
                *("made_at", "seconds", "answers", "last_annotation"),
                *("question_version", "left_out"),
            )
        },
    )


def _go_on(one: Finding, old: Finding) -> None:
    """A lead's word stands; but tasks that were not there when they were sent wait for a word."""
    is_new = old.state == FindingState.SENT and not set(one.tasks) <= set(old.tasks)
    if old.state == FindingState.DISMISSED or (old.state == FindingState.SENT and not is_new):
        one.state, one.reason = old.state, old.reason
        one.decided_by_id, one.decided_at = old.decided_by_id, old.decided_at


def due_projects(*, at: datetime, run: str = "check_run") -> list[Project]:
    """Those whose answers are new enough, and that have rested: `run` is what read them last."""
    newest = Annotation.objects.filter(project=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    answered = (
        Project.objects.filter(deleted_at__isnull=True)
        .annotate(newest=Subquery(newest))
        .filter(newest__isnull=False)
        .select_related(run)
        .order_by("pk")
    )
    return [project for project in answered if _is_due(project, getattr(project, run, None), at)]


def _is_due(project: Any, run: CheckRun | PeopleRun | None, at: datetime) -> bool:
    if run is None:
        return _has_new(project, 0, FIRST)
    rested = at - run.made_at
    if rested < max(LEAST_REST, timedelta(seconds=REST * run.seconds)):
        return False
    if run.question_version != project.question_version:
        return True
    enough = 1 if rested >= LONGEST else max(LEAST_NEW, int(run.answers * ENOUGH))
    return project.newest > run.last_annotation and _has_new(project, run.last_annotation, enough)


def _has_new(project: Project, last: int, enough: int) -> bool:
    new = Annotation.objects.filter(project=project, pk__gt=last).order_by("pk")
    return new[:enough].count() >= enough

"""Tasks with a known answer, mixed in: beyond the overlap, never told, and at a flat cost."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from apps.annotations.actions import save_draft, submit_annotation
from apps.annotations.models import Annotation
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.projects.models import Membership, Project, Terms
from apps.tasks.actions import (
    NoMore,
    expire_leases,
    keep_mixed,
    queue_tasks,
    release_assignment,
    skip_assignment,
    withdraw_tasks,
)
from apps.tasks.models import Assignment, CheckTask, QueueEntry, Task
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    answered_task,
    user_of,
)
from tests.tasks.asking import ask, lent

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    """Everything that is handed out is a check, as long as there is one."""
    project = ProjectFactory(overlap=1, check_rate=1.0)
    QuestionFactory(project=project, name="intent")
    return project


@pytest.fixture
def ann(project: Project) -> Membership:
    return MembershipFactory(project=project)


def full_check(project: Project) -> Task:
    """Its overlap is used up by somebody else."""
    task = answered_task(
        project=project, answers={MembershipFactory(project=project): {"intent": "praise"}}
    )
    CheckTask.objects.create(task=task, project=project)
    return task


def open_check(project: Project) -> Task:
    task = TaskFactory(project=project)
    CheckTask.objects.create(task=task, project=project)
    return task


def send(assignment: Assignment, answer: str = "praise") -> Annotation:
    return submit_annotation(
        assignment_id=assignment.pk,
        annotator_user=user_of(assignment.annotator),
        key=uuid.uuid4(),
        answers={"intent": answer},
        at=timezone.now(),
    ).annotation


def counts(task: Task) -> tuple[int, int, int, str]:
    entry = QueueEntry.objects.get(task=task)
    return entry.overlap, entry.handed, entry.submitted, entry.state


def test_a_check_beyond_the_overlap_takes_no_slot_and_moves_no_count(
    project: Project, ann: Membership
) -> None:
    check, ordinary = full_check(project), TaskFactory(project=project)

    mine = lent(ann)
    said = send(mine)

    assert mine.task_id == check.pk
    assert counts(check) == (1, 1, 1, "complete")
    assert (said.is_surplus, said.is_independent) == (False, True)
    kept = Assignment.objects.get(pk=mine.pk)
    assert (kept.state, kept.apart, kept.holds_slot) == ("submitted", "check", False)
    assert lent(ann).task_id == ordinary.pk


def test_a_check_with_room_is_an_answer_like_any_other(project: Project, ann: Membership) -> None:
    TaskFactory(project=project)
    check = open_check(project)

    mine = lent(ann)
    send(mine)

    assert mine.task_id == check.pk
    assert Assignment.objects.get(pk=mine.pk).apart == ""
    assert counts(check) == (1, 1, 1, "complete")


def test_everybody_gets_every_check_and_nobody_twice(project: Project) -> None:
    checks = {full_check(project).pk for _ in range(3)}
    people = [MembershipFactory(project=project) for _ in range(4)]

    for person in people:
        had = []
        for _ in checks:
            mine = lent(person)
            send(mine)
            had.append(mine.task_id)
        assert set(had) == checks
        assert isinstance(ask(person), NoMore)


def test_without_checks_left_the_queue_goes_on(project: Project, ann: Membership) -> None:
    first = TaskFactory(project=project)

    assert lent(ann).task_id == first.pk


def test_the_first_tasks_are_checks_and_then_none(ann: Membership, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(first_checks=2, check_rate=0)
    checks = {full_check(project).pk for _ in range(5)}
    for _ in range(3):
        TaskFactory(project=project)

    had = []
    for _ in range(5):
        mine = lent(ann)
        send(mine)
        had.append(mine.task_id in checks)

    assert had == [True, True, False, False, False]


def test_ones_own_terms_count_more_than_the_projects(project: Project, ann: Membership) -> None:
    full_check(project)
    ordinary = TaskFactory(project=project)
    Terms.objects.create(annotator=ann, check_rate=0)

    assert lent(ann).task_id == ordinary.pk


def test_of_many_draws_so_many_are_checks(project: Project) -> None:
    """Of 200 requests at a rate of .2 fewer than 13 or more than 75: once in millions of runs."""
    Project.objects.filter(pk=project.pk).update(check_rate=0.2)
    check = full_check(project)
    TaskFactory(project=project, queue__overlap=100)
    person = MembershipFactory(project=project)
    found = 0
    for _ in range(200):
        mine = lent(person)
        found += mine.task_id == check.pk
        release_assignment(assignment_id=mine.pk, user=user_of(person))

    assert 13 <= found <= 75


@pytest.mark.parametrize("role", ["lead", "reviewer"])
def test_who_may_look_the_answers_up_is_not_checked(project: Project, role: str) -> None:
    full_check(project)
    ordinary = TaskFactory(project=project)

    assert lent(MembershipFactory(project=project, role=role)).task_id == ordinary.pk


def test_what_was_withdrawn_or_is_for_others_is_no_check(project: Project, ann: Membership) -> None:
    withdrawn = full_check(project)
    withdraw_tasks(project=project, task_ids=[withdrawn.pk])
    elsewhere = Project.objects.get(pk=ProjectFactory(check_rate=1.0).pk)
    full_check(elsewhere)

    assert isinstance(ask(ann), NoMore)


def test_a_check_given_back_or_lost_frees_no_slot(project: Project, ann: Membership) -> None:
    check = full_check(project)

    mine = lent(ann)
    release_assignment(assignment_id=mine.pk, user=user_of(ann))
    assert counts(check) == (1, 1, 1, "complete")
    again = lent(ann)
    assert again.pk == mine.pk
    Assignment.objects.filter(pk=mine.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    expire_leases(project=project)

    assert counts(check) == (1, 1, 1, "complete")
    late = send(mine)
    assert not late.is_surplus
    assert Assignment.objects.get(pk=mine.pk).apart == "check"
    assert counts(check) == (1, 1, 1, "complete")


def test_a_check_that_ran_out_is_taken_up_again_by_its_draft(
    project: Project, ann: Membership
) -> None:
    full_check(project)
    mine = lent(ann)
    Assignment.objects.filter(pk=mine.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    expire_leases(project=project)

    kept = save_draft(
        assignment_id=mine.pk, annotator_user=user_of(ann), answers={}, at=timezone.now()
    )

    assert kept.is_held
    again = Assignment.objects.get(pk=mine.pk)
    assert (again.state, again.apart, again.holds_slot) == ("leased", "check", False)


def test_a_check_becomes_an_ordinary_answer_when_a_slot_comes_free(
    project: Project, ann: Membership
) -> None:
    check = full_check(project)
    mine = lent(ann)
    QueueEntry.objects.filter(task=check).update(overlap=2, state="open")

    send(mine)

    assert Assignment.objects.get(pk=mine.pk).apart == ""
    assert counts(check) == (2, 2, 2, "complete")


def test_to_skip_a_check_lowers_no_overlap(project: Project, ann: Membership) -> None:
    Project.objects.filter(pk=project.pk).update(skip_policy="drop")
    check = full_check(project)
    mine = lent(ann)
    QueueEntry.objects.filter(task=check).update(overlap=2, state="open")

    skip_assignment(assignment_id=mine.pk, user=user_of(ann), reason="")

    assert counts(check)[0] == 2


def test_a_stuck_task_with_room_is_opened_by_its_check(project: Project, ann: Membership) -> None:
    check = open_check(project)
    QueueEntry.objects.filter(task=check).update(state="stuck")

    mine = lent(ann)

    assert mine.apart == ""
    assert counts(check) == (1, 1, 0, "open")


def test_who_is_paused_is_told_why_and_gets_nothing(project: Project, ann: Membership) -> None:
    TaskFactory(project=project)
    mine = lent(ann)
    Terms.objects.create(
        annotator=ann, check_rate=0.1, paused_at=timezone.now(), pause_reason="Please wait."
    )

    told = ask(ann)

    assert isinstance(told, NoMore)
    assert (told.value, told.message, told.is_stopped) == ("yours_done", "Please wait.", True)
    assert not send(mine).is_surplus


def test_practice_takes_known_tasks_only_and_never_a_slot(
    project: Project, ann: Membership
) -> None:
    TaskFactory(project=project)
    check = open_check(project)
    Terms.objects.create(annotator=ann, check_rate=0, practice_left=3)

    mine = lent(ann)
    send(mine)

    assert mine.task_id == check.pk
    assert Assignment.objects.get(pk=mine.pk).apart == "practice"
    assert counts(check) == (1, 0, 0, "open")
    told = ask(ann)
    assert isinstance(told, NoMore)
    assert told.is_stopped


def test_it_costs_no_more_queries_and_none_without_checks(project: Project) -> None:
    TaskFactory(project=project, queue__overlap=9)
    full_check(project)
    plain = ProjectFactory()
    TaskFactory(project=plain, queue__overlap=9)

    def queries(annotator: Membership) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            lent(annotator)
        return len(found)

    assert queries(MembershipFactory(project=project)) == queries(MembershipFactory(project=plain))


def test_a_mixed_order_is_kept_for_what_comes_later(project: Project) -> None:
    first = [TaskFactory(project=project).pk for _ in range(20)]
    QueueEntry.objects.filter(task=first[3]).update(priority=1)

    autodiscover_modules("jobs")
    keep_mixed(project=project)
    keep_mixed(project=project)
    run_job(JobRun.objects.get(kind="tasks.mix").pk)
    more = [TaskFactory(project=project, queue=None).pk for _ in range(20)]
    project.refresh_from_db()
    queue_tasks(project=project, task_ids=more)

    order = list(
        QueueEntry.objects.filter(project=project)
        .order_by("-priority", "task_id")
        .values_list("task_id", flat=True)
    )
    assert order[0] == first[3]
    assert order[1:] != sorted(order[1:])
    assert set(order[1:20]) & set(more)

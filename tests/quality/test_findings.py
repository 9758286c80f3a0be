"""The checks over a real project: what is read, what is kept, when it is due, what a lead does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from apps.annotations.models import Annotation
from apps.core.jobs import run_job
from apps.core.models import AuditEvent, JobRun
from apps.projects.models import Membership, Project
from apps.quality.actions import adjudicate, drain
from apps.quality.actions.answers_read import read_answers
from apps.quality.actions.findings import ask_for_checks, due_projects
from apps.quality.actions.findings_judged import (
    FindingMoved,
    NoReason,
    NothingToSend,
    dismiss_finding,
    reopen_finding,
    send_finding,
)
from apps.quality.jobs import check_due_projects
from apps.quality.models import CheckRun, Conflict, Finding, Outcome
from apps.tasks.models import Task
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    answered_task,
)
from tests.quality.factories import conflict_between, measure

pytestmark = pytest.mark.django_db
NOW = datetime(2030, 1, 1, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    QuestionFactory(project=project, name="intent")
    return project


@pytest.fixture
def people(project: Project) -> list[Membership]:
    return [MembershipFactory(project=project) for _ in range(3)]


def same(project: Project, people: list[Membership], *said: str) -> list[Task]:
    """Tasks that show the same text, all answered alike by everybody but not like each other."""
    return [
        answered_task(
            project=project,
            answers={person: {"intent": word} for person in people},
            data={"text": "The same"},
        )
        for word in said
    ]


def run(project: Project) -> dict[str, Any]:
    job = ask_for_checks(project=project, by=None)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    assert job.result is not None
    return dict(job.result)


def found(project: Project, **given: Any) -> Finding:
    return Finding.objects.get(project=project, **given)


def test_the_same_text_answered_differently_is_found_with_its_tasks(
    project: Project, people: list[Membership]
) -> None:
    tasks = same(project, people, "praise", "complaint")
    answered_task(project=project, answers={people[0]: {"intent": "praise"}})

    assert run(project) == {"answers": 7, "findings": 1}
    one = found(project)

    assert (one.kind, one.state, one.p, one.task_count) == ("duplicates", "open", None, 2)
    assert one.tasks == [task.pk for task in tasks]
    assert one.question is not None
    assert one.question.name == "intent"
    assert one.annotators == []


def test_who_uses_a_label_too_often_is_named_with_the_chance_of_a_false_alarm(
    project: Project, people: list[Membership]
) -> None:
    rng = np.random.default_rng(1)
    labels = ("question", "complaint")
    for _ in range(60):
        said = ["praise", *rng.choice(labels, 2)]
        answers = {person: {"intent": str(word)} for person, word in zip(people, said, strict=True)}
        answered_task(project=project, answers=answers)

    run(project)
    one = found(project, kind="label_mix", annotators=[people[0].pk])

    assert one.p is not None
    assert 0 < one.p < 0.001
    assert "{person} answers praise 60 times" in one.words


def test_a_retired_label_is_found_in_answers_that_stand_only(
    project: Project, people: list[Membership]
) -> None:
    first = answered_task(project=project, answers={people[0]: {"intent": "praise"}})
    revised = answered_task(project=project, answers={people[1]: {"intent": "praise"}})
    old = Annotation.objects.get(task=revised)
    _revise(old, "complaint")
    question = project.questions.get()
    labels = question.config["labels"]
    question.config["labels"] = [
        {**label, "retired": label["value"] == "praise"} for label in labels
    ]
    question.save()

    run(project)

    assert found(project).kind == "outside_schema"
    assert found(project).tasks == [first.pk]


def _revise(old: Annotation, said: str, **given: Any) -> Annotation:
    new = Annotation.objects.create(
        project=old.project,
        task=old.task,
        annotator=old.annotator,
        assignment=old.assignment,
        body_hash=b"x",
        predecessor=old,
        revision=old.revision + 1,
        question_version=old.question_version,
        answers={"intent": said},
        **given,
    )
    old.assignment.head_id = new.pk
    old.assignment.save()
    return new


def test_tests_read_what_was_said_independently_and_rules_what_stands(
    project: Project, people: list[Membership]
) -> None:
    task = answered_task(project=project, answers={people[0]: {"intent": "praise"}})
    _revise(Annotation.objects.get(task=task), "complaint", is_independent=False)

    said = read_answers(project, is_independent=True).work.questions[0]
    stands = read_answers(project, is_independent=False).work.questions[0]

    assert (said.words, stands.words) == (("praise",), ("complaint",))


def test_what_does_not_count_is_not_read(project: Project, people: list[Membership]) -> None:
    task = answered_task(project=project, answers={people[0]: {"intent": "praise"}})
    check = AssignmentFactory(
        task=task, annotator=people[1], state="leased", apart="check", holds_slot=False
    )
    AnnotationFactory(assignment=check, answers={"intent": "complaint"})
    elsewhere = ProjectFactory()
    QuestionFactory(project=elsewhere, name="intent")
    answered_task(
        project=elsewhere, answers={MembershipFactory(project=elsewhere): {"intent": "praise"}}
    )

    for is_independent in (True, False):
        read = read_answers(project, is_independent=is_independent)
        assert read.people.tolist() == [people[0].pk]
        assert read.tasks.tolist() == [task.pk]


def test_what_cannot_be_counted_is_said(project: Project, people: list[Membership]) -> None:
    QuestionFactory(project=project, name="why", kind="text", config={})
    answered_task(project=project, answers={people[0]: {"intent": "praise", "why": "so"}})

    run(project)

    assert CheckRun.objects.get().left_out == ["why: such answers can be compared, not counted."]


def test_a_finding_goes_and_comes_back_as_the_same(
    project: Project, people: list[Membership]
) -> None:
    same(project, people, "praise", "complaint")
    run(project)
    first = found(project)
    Task.objects.filter(pk=first.tasks[1]).update(content_hash=b"0" * 32)
    run(project)
    assert found(project).state == "gone"
    Task.objects.filter(pk=first.tasks[1]).update(
        content_hash=Task.objects.get(pk=first.tasks[0]).content_hash
    )

    run(project)

    again = found(project)
    assert (again.pk, again.state, again.found_at) == (first.pk, "open", first.found_at)


def test_what_was_dismissed_stays_so_and_can_be_taken_back(
    project: Project, people: list[Membership]
) -> None:
    same(project, people, "praise", "complaint")
    run(project)
    lead = UserFactory()
    with pytest.raises(NoReason):
        dismiss_finding(finding=found(project), by=lead, at=NOW, reason=" ")
    dismiss_finding(finding=found(project), by=lead, at=NOW, reason="Both can be right.")

    run(project)

    assert (found(project).state, found(project).reason) == ("dismissed", "Both can be right.")
    with pytest.raises(FindingMoved, match="dismissed by now"):
        send_finding(finding=found(project), by=lead, at=NOW)
    reopen_finding(finding=found(project), by=lead, at=NOW)
    assert (found(project).state, found(project).reason) == ("open", "")
    told = AuditEvent.objects.filter(action="finding.judged").values_list(
        "detail__state", flat=True
    )
    assert list(told) == ["dismissed", "open"]


def test_sent_tasks_wait_among_the_conflicts_though_all_agree(
    project: Project, people: list[Membership]
) -> None:
    tasks = same(project, people, "praise", "complaint")
    run(project)
    one = found(project)

    assert send_finding(finding=one, by=UserFactory(), at=NOW) == 2

    waiting = Conflict.objects.filter(project=project).open()
    assert [each.task_id for each in waiting.worst_first()] == [task.pk for task in tasks]
    assert {(each.spread, tuple(each.asked_by)) for each in waiting} == {(0.0, (one.pk,))}
    # News about their answers does not take them away again.
    measure(tasks[0])
    drain(project.pk)
    assert waiting.count() == 2


def test_taking_it_back_leaves_real_conflicts_and_decisions(
    project: Project, people: list[Membership]
) -> None:
    tasks = same(project, people, "praise", "complaint", "question")
    run(project)
    lead, one = UserFactory(), found(project)
    send_finding(finding=one, by=lead, at=NOW)
    decide(tasks[0], lead)
    _revise(Annotation.objects.filter(task=tasks[1]).latest("pk"), "praise")
    measure(tasks[1])

    reopen_finding(finding=one, by=lead, at=NOW)

    states = dict(Conflict.objects.values_list("task_id", "state"))
    assert [states[task.pk] for task in tasks] == ["decided", "open", "gone"]
    # Sent again, only what waits for a decision is asked about.
    assert send_finding(finding=one, by=lead, at=NOW) == 2


def decide(task: Task, by: Any) -> None:
    adjudicate(
        task=task,
        by=by,
        at=NOW,
        outcome=Outcome.DECIDED,
        answers={"intent": "praise"},
        sources={},
        reason="",
        follows=None,
    )


def test_where_all_is_decided_there_is_nothing_to_send(
    project: Project, people: list[Membership]
) -> None:
    tasks = same(project, people, "praise", "complaint")
    run(project)
    for task in tasks:
        decide(task, UserFactory())

    with pytest.raises(NothingToSend):
        send_finding(finding=found(project), by=UserFactory(), at=NOW)
    assert found(project).state == "open"


def test_a_sent_finding_opens_again_when_it_has_more_tasks(
    project: Project, people: list[Membership]
) -> None:
    same(project, people, "praise", "complaint")
    run(project)
    send_finding(finding=found(project), by=UserFactory(), at=NOW)
    run(project)
    assert found(project).state == "sent"

    same(project, people, "praise")
    run(project)

    assert (found(project).state, found(project).task_count) == ("open", 3)


def test_two_findings_may_ask_for_one_task(project: Project, people: list[Membership]) -> None:
    conflict = conflict_between(project, {"intent": "praise"}, {"intent": "complaint"})
    findings = [
        Finding.objects.create(
            project=project, kind="too_fast", key=key, words="x", tasks=[conflict.pk], task_count=1
        )
        for key in (b"a", b"b")
    ]
    for one in findings:
        send_finding(finding=one, by=UserFactory(), at=NOW)
    reopen_finding(finding=findings[0], by=UserFactory(), at=NOW)

    conflict.refresh_from_db()
    assert (conflict.asked_by, conflict.state) == ([findings[1].pk], "open")
    assert conflict.spread == 1.0


def test_a_project_is_checked_when_enough_is_new_and_it_has_rested(
    project: Project, people: list[Membership], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.quality.actions.findings.FIRST", 6)
    monkeypatch.setattr("apps.quality.actions.findings.LEAST_NEW", 3)
    same(project, people, "praise")
    now = timezone.now()
    assert due_projects(at=now) == []
    same(project, people, "complaint")
    assert due_projects(at=now) == [project]

    check_due_projects()
    check_due_projects()
    run_job(JobRun.objects.get(kind="quality.checks").pk)

    made = CheckRun.objects.get()
    assert (made.answers, Finding.objects.count()) == (6, 1)
    later = made.made_at + timedelta(minutes=11)
    assert due_projects(at=later) == []
    same(project, people[:1], "praise")
    assert due_projects(at=later) == []
    assert due_projects(at=made.made_at + timedelta(days=2)) == [project]
    same(project, people[:2], "praise")
    assert due_projects(at=later) == [project]
    assert due_projects(at=made.made_at + timedelta(minutes=5)) == []


def test_new_questions_are_a_reason_to_check(project: Project, people: list[Membership]) -> None:
    same(project, people, "praise")
    run(project)
    later = timezone.now() + timedelta(hours=1)
    assert due_projects(at=later) == []

    QuestionFactory(project=project, name="more")

    assert due_projects(at=later) == [project]

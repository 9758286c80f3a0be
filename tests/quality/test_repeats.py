"""Answers to planned repeats: held against one's own, told, checked, and counted nowhere else."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

import apps.quality.jobs  # noqa: F401  (a worker has read it)
from apps.agreement.actions.drain import drain as fold
from apps.agreement.actions.reports import report
from apps.annotations.kinds import kinds
from apps.annotations.models import Annotation, Question
from apps.consensus.models import Consensus
from apps.core import outbox
from apps.core.jobs import run_job
from apps.projects.models import Membership, Project
from apps.quality.actions import drain
from apps.quality.actions.findings import ask_for_checks
from apps.quality.actions.gold import BadPlan, set_gold
from apps.quality.actions.repeats import alike, same_again
from apps.quality.models import Conflict, Finding, GoldScore, RepeatScore
from apps.tasks.actions.queue import TASK_CHANGED
from apps.tasks.models import FIRST_REPEAT, Assignment, QueueEntry, Task
from tests.annotations.kinds.test_common import answers as answers_of
from tests.bulk import answered_tasks
from tests.clients import signed_in, signed_in_as
from tests.exchange.factories import export
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
)
from tests.files import path_of
from tests.quality.known import plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    QuestionFactory(project=project, name="intent")
    return project


@pytest.fixture
def people(project: Project) -> list[Membership]:
    return [MembershipFactory(project=project) for _ in range(3)]


def repeat(task: Task, person: Membership, answer: str, number: int = 0) -> Annotation:
    mine = AssignmentFactory(
        task=task, annotator=person, round=FIRST_REPEAT + number, apart="repeat", holds_slot=False
    )
    said: Annotation = AnnotationFactory(assignment=mine, answers={"intent": answer})
    return said


def take_up(project: Project) -> None:
    ids = list(QueueEntry.objects.filter(project=project).values_list("pk", flat=True))
    outbox.publish(event=TASK_CHANGED, scope_id=project.pk, subject_ids=ids)
    drain(project.pk)
    fold(project.pk)


def answered(project: Project, people: list[Membership], number: int = 12) -> list[Task]:
    words = ("praise", "complaint", "question")
    said = [
        {who: {"intent": words[(i + (i % 4 == 0) * j) % 3]} for j, who in enumerate(people)}
        for i in range(number)
    ]
    return answered_tasks(project=project, answers=said)


def counted(project: Project) -> Any:
    """Agreement, consensus, conflicts and slots; and what files say that count."""
    question = Question.objects.get(project=project)
    told = report(project=project, question=question)
    consensus = Consensus.objects.filter(project=project).order_by("task_id")
    rows = [json.loads(line) for line in path_of(export(project).file).read_bytes().splitlines()]
    said = [one for row in rows for one in row["annotations"]]
    return {
        "measures": told["measures"],
        "annotators": told["annotators"],
        "consensus": list(consensus.values_list("task_id", "value", "share", "saw")),
        "conflicts": list(
            Conflict.objects.filter(project=project).order_by("pk").values_list("task", "spread")
        ),
        "slots": list(
            QueueEntry.objects.order_by("pk").values_list("overlap", "handed", "submitted", "state")
        ),
        "file of consensus": path_of(export(project, "consensus").file).read_bytes(),
        "wide table": path_of(export(project, "csv_wide").file).read_bytes().splitlines()[1:],
        "not surplus": sum(not one["surplus"] for one in said),
        "independent": sum(one["independent"] for one in said),
    }


def test_agreement_consensus_conflicts_slots_and_files_stay_as_they_were(
    project: Project, people: list[Membership], settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    tasks = answered(project, people)
    take_up(project)
    before = counted(project)

    for task in tasks[:6]:
        repeat(task, people[0], "complaint")
    take_up(project)

    assert RepeatScore.objects.count() == 6
    assert counted(project) == before


def test_a_repeat_is_no_second_evidence_of_what_is_known(
    project: Project, people: list[Membership]
) -> None:
    (task, *_) = answered(project, people[:1])
    set_gold(task=task, answers={"intent": "praise"}, source="test", at=timezone.now())
    repeat(task, people[0], "complaint")

    take_up(project)

    assert GoldScore.objects.get(task=task).assignment.apart == ""


def test_each_is_held_against_the_answer_before_it_as_it_was_then(
    project: Project, people: list[Membership]
) -> None:
    (task, *_) = answered(project, people[:1])
    first = Annotation.objects.get(task=task)
    one = repeat(task, people[0], "complaint")
    two = repeat(task, people[0], "complaint", number=1)
    now = timezone.now()
    Assignment.objects.filter(pk=one.assignment_id).update(leased_at=now)
    Assignment.objects.filter(pk=two.assignment_id).update(leased_at=now + timedelta(days=1))
    # Changed once the task had come back: no part of what was said before.
    Annotation.objects.create(
        **{
            name: getattr(first, name)
            for name in ("project_id", "task_id", "annotator_id", "assignment_id")
        },
        predecessor=first,
        revision=1,
        answers={"intent": "complaint"},
        question_version=1,
        body_hash=b"x",
        submitted_at=now + timedelta(hours=1),
    )

    take_up(project)

    rows = RepeatScore.objects.order_by("assignment__round")
    assert [(row.before_id, row.annotation_id, row.score) for row in rows] == [
        (first.pk, one.pk, 0.0),
        (one.pk, two.pk, 1.0),
    ]


def test_what_was_not_said_by_oneself_is_not_scored(
    project: Project, people: list[Membership]
) -> None:
    (task, *_) = answered(project, people[:1])
    mine = AssignmentFactory(
        task=task, annotator=people[0], round=FIRST_REPEAT, apart="repeat", holds_slot=False
    )
    AnnotationFactory(assignment=mine, answers={"intent": "praise"}, is_independent=False)

    take_up(project)

    assert not RepeatScore.objects.exists()
    assert same_again(annotator_id=people[0].pk) == {}


def test_a_question_that_was_added_later_contradicts_nobody(
    project: Project, people: list[Membership]
) -> None:
    (task, *_) = answered(project, people[:1])
    mine = AssignmentFactory(
        task=task, annotator=people[0], round=FIRST_REPEAT, apart="repeat", holds_slot=False
    )
    QuestionFactory(project=project, name="later")
    AnnotationFactory(
        assignment=mine, answers={"intent": "praise", "later": "praise"}, question_version=2
    )

    take_up(project)

    assert "later" not in RepeatScore.objects.get().by_question


def test_what_was_set_aside_is_no_first_answer(project: Project, people: list[Membership]) -> None:
    (task, *_) = answered(project, people[:1])
    repeat(task, people[0], "praise")
    Assignment.objects.filter(task=task, round=0).update(apart="set_aside", holds_slot=False)

    take_up(project)

    assert not RepeatScore.objects.exists()


@pytest.mark.parametrize("name", list(kinds))
def test_every_kind_says_how_like_two_answers_are(name: str) -> None:
    config = kinds[name].clean_config(kinds[name].starter)
    question = Question(name="q", kind=name, config=config)
    some = answers_of(name, config)[:4]

    for one in some:
        assert alike([question], {"q": one}, {"q": one}) == {"q": 1.0}
        assert alike([question], {"q": one}, {}) == {"q": 0.0}
        for other in some:
            found = alike([question], {"q": one}, {"q": other})["q"]
            assert found == pytest.approx(1 - kinds[name].distance(one, other, config))
    assert alike([question], {}, {}) == {}


def test_the_lead_reads_it_of_one_and_the_annotator_of_enough_together(
    project: Project, people: list[Membership]
) -> None:
    plan(project, is_on=False, repeat_share=0.05)
    tasks = answered(project, people[:1])
    lead, own = signed_in_as(project), signed_in(people[0])
    page = reverse("quality:annotator", args=[project.pk, people[0].pk])
    mine = reverse("quality:my_work", args=[project.pk])
    assert "no task has come back to them yet" in lead.get(page).content.decode()

    for number, task in enumerate(tasks[:10]):
        said = Annotation.objects.get(task=task, assignment__round=0).answers["intent"]
        repeat(task, people[0], said if number else "spam")
        if number == 8:
            take_up(project)
            assert "The same task twice" not in own.get(mine).content.decode()
    take_up(project)

    assert same_again(annotator_id=people[0].pk)["intent"] == {
        "value": 0.9,
        "low": 0.5958,
        "high": 0.9821,
        "n": 10,
    }
    assert "As they said before" in (told := " ".join(lead.get(page).content.decode().split()))
    assert ".596\N{EN DASH}.982" in told
    assert "Your two answers were 90 % alike, over 10 such tasks" in own.get(mine).content.decode()


def test_who_contradicts_themselves_most_is_found_by_planned_repeats_of_any_kind() -> None:
    project = ProjectFactory()
    config = {"field": "text", "labels": ["person", "place"]}
    QuestionFactory(project=project, name="names", kind="span", config=config)
    people = [MembershipFactory(project=project) for _ in range(7)]
    span = {"id": "a", "label": "place", "parts": [[0, 4]]}
    tasks = answered_tasks(
        project=project, answers=[{who: {"names": [span]} for who in people}] * 30
    )
    scored = []
    for place, who in enumerate(people):
        for number, task in enumerate(tasks):
            first = Annotation.objects.get(task=task, annotator=who)
            mine = AssignmentFactory(
                task=task, annotator=who, round=FIRST_REPEAT, apart="repeat", holds_slot=False
            )
            score = 0.1 if place == 3 else 1.0 - (number % 10 == place) * 0.5
            scored.append(
                RepeatScore(
                    assignment=mine,
                    project=project,
                    annotator=who,
                    task=task,
                    before=first,
                    annotation=first,
                    score=score,
                    by_question={"names": score},
                )
            )
    RepeatScore.objects.bulk_create(scored)

    run_job(ask_for_checks(project=project, by=None).pk)

    (found,) = Finding.objects.filter(project=project, kind="against_self")
    assert found.annotators == [people[3].pk]
    assert found.words == "Of 30 tasks that came back to {person} the answers are 10 % alike."
    assert (found.question and found.question.name, found.task_count) == ("names", 30)


def test_the_plan_says_how_often_and_within_limits(project: Project) -> None:
    plan(project, is_on=False, repeat_share=0.04, repeat_most=2, repeat_hours=12)

    project.refresh_from_db()
    assert (project.repeat_share, project.repeat_most, project.repeat_hours) == (0.04, 2, 12)
    # Known answers stay off; but no task may stand out by its number.
    assert (project.has_checks, project.is_mixed) == (False, True)
    for wrong in ({"repeat_share": 0.11}, {"repeat_answers": 5}, {"repeat_most": 0}):
        with pytest.raises(BadPlan) as refused:
            plan(project, **wrong)
        assert list(refused.value.errors) == list(wrong)

"""Plain answers have a probability too: learned by a job, kept with its table, asked for one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.annotations.models import Annotation, Question
from apps.annotations.signals import TASK_CHANGED
from apps.consensus.actions import choose_method, refresh_consensus
from apps.consensus.actions.fitting import due_projects
from apps.consensus.actions.recomputing import computed_again, recompute_consensus, recompute_fit
from apps.consensus.models import Consensus, Method, Run, Skill
from apps.core import outbox
from apps.projects.models import Membership
from apps.quality.actions import drain
from apps.tasks.models import QueueEntry, Task
from tests.bulk import answered_tasks
from tests.consensus.choosing import answer, compute
from tests.consensus.factories import answered_question, make_gold
from tests.factories import MembershipFactory, QuestionFactory, TaskFactory, UserFactory, user_of

pytestmark = pytest.mark.django_db

TEXT = {"kind": "text", "config": {}}


def project_of(**more: Any) -> tuple[Question, list[Membership], list[Task], list[str]]:
    """Three of equal skill, so that the majority is all there is to know."""
    return answered_question(skills=(0.85, 0.85, 0.85), **more)


def page_of(question: Question) -> str:
    client = Client()
    client.force_login(user_of(MembershipFactory(project=question.project, role="lead")))
    page = client.get(f"/p/{question.project_id}/consensus/?question={question.name}")
    return " ".join(page.content.decode().split())


def test_the_kind_s_own_method_learns_how_probable_its_answers_are() -> None:
    question, _, tasks, _ = project_of()

    job = compute(question)

    run = Run.objects.get()
    method = Method.objects.get()
    assert (job.state, job.result["runs"]) == ("done", [run.pk])
    assert (method.aggregator, method.plain_run, method.run) == ("majority_vote", run, None)
    assert (run.aggregator, run.answers, run.units) == ("majority_vote", 120, 40)
    assert not Skill.objects.exists()
    rows = Consensus.objects.filter(question=question)
    assert {row.run_id for row in rows} == {run.pk}
    by_share = {row.share: row.probability for row in rows if not row.is_tie}
    assert by_share[1.0] > by_share[2 / 3] > 0.5
    assert run.checks["votes"]["units"] == 120
    assert len(tasks) == rows.count()


def test_too_few_tasks_say_so_and_have_no_probability() -> None:
    question, *_ = project_of(tasks=12)

    job = compute(question)

    assert "12 tasks so far, it takes 20" in job.result["problems"]["intent"]
    assert not Consensus.objects.exclude(run=None, probability=None).exists()
    assert "12 tasks so far" in page_of(question)
    client = Client()
    client.force_login(user_of(MembershipFactory(project=question.project, role="lead")))
    row = client.get(f"/api/v1/projects/{question.project_id}/consensus/").json()["results"][0]
    assert "has not learned yet" in row["no_probability"]


def test_an_answer_that_comes_in_is_judged_by_the_table_that_stands() -> None:
    question, people, _, _ = project_of()
    compute(question)
    run = Run.objects.get()
    late = TaskFactory(project=question.project, queue__overlap=3)
    for who in people[:2]:
        answer(late, who, "praise")

    drain(question.project_id)

    row = Consensus.objects.get(task=late)
    assert (row.run_id, row.value, row.aggregator) == (run.pk, "praise", "majority_vote")
    assert row.probability is not None
    assert Method.objects.get().fresh == 1
    again = computed_again(row)
    assert (again.is_same, again.missing, again.words) == (True, 0, "Computed again: the same.")


def test_gold_puts_a_plain_probability_right() -> None:
    """All err alike on a third of the tasks: what all say is then wrong, and only gold knows it."""
    question = QuestionFactory(name="intent")
    people = [MembershipFactory(project=question.project) for _ in range(3)]
    said = ["praise", "complaint", "question"]
    truth = [said[i % 3] for i in range(240)]
    told = ["praise" if label == "question" else label for label in truth]
    tasks = answered_tasks(
        project=question.project,
        answers=[{who: {"intent": label} for who in people} for label in told],
    )
    make_gold(tasks[:200], truth[:200])

    compute(question)

    found = Run.objects.get().checks["calibration"]
    sure = Consensus.objects.filter(task=tasks[-1]).values_list("probability", flat=True).get()
    assert found["raw"]["ece"] > 0.25
    assert found["now"]["ece"] <= 0.03
    assert sure == pytest.approx(2 / 3, abs=0.03)
    page = page_of(question)
    assert "has been put right by gold" in page
    assert "Is it right as often as it says?" in page


def test_a_plain_method_asks_for_one_answer_more_where_it_is_not_sure() -> None:
    question, people, _, _ = project_of()
    choose_method(
        question=question,
        aggregator="majority_vote",
        bar=0.8,
        most=3,
        by=UserFactory(),
        at=timezone.now(),
    )
    compute(question)
    unsure, sure = (TaskFactory(project=question.project, queue__overlap=2) for _ in range(2))
    for task, labels in ((unsure, ("praise", "complaint")), (sure, ("praise", "praise"))):
        for who, label in zip(people, labels, strict=False):
            answer(task, who, label)

    drain(question.project_id)

    overlaps = [QueueEntry.objects.get(pk=task.pk).overlap for task in (unsure, sure)]
    assert overlaps == [3, 2]
    assert "How many answers does a task need?" in page_of(question)


@pytest.mark.parametrize(
    ("kind", "config", "say"),
    [
        ("text", {}, lambda i, who: f"word {i}" if (i + who) % 4 else f"other {i} {who}"),
        ("rating", {"min": 1, "max": 5}, lambda i, who: 1 + (i + (who > 1 and i % 3 == 0)) % 5),
        (
            "multi_choice",
            {"labels": [{"value": v} for v in "abc"]},
            lambda i, who: ["a", "b"] if (i + who) % 4 else ["a"],
        ),
    ],
)
def test_every_kind_has_one_and_it_is_computed_again_to_the_digit(
    kind: str, config: dict[str, Any], say: Any
) -> None:
    question = QuestionFactory(name="said", kind=kind, config=config)
    question.config = question.behaviour.clean_config(config)
    question.save()
    people = [MembershipFactory(project=question.project) for _ in range(3)]
    answered_tasks(
        project=question.project,
        answers=[{p: {"said": say(i, n)} for n, p in enumerate(people)} for i in range(30)],
    )

    compute(question)

    rows = list(Consensus.objects.select_related("run", "question"))
    assert len(rows) == 30
    assert all(row.probability is not None and 0 < row.probability < 1 for row in rows)
    assert len({row.probability for row in rows}) > 1
    assert all(computed_again(row).is_same for row in rows)
    assert recompute_fit(Run.objects.select_related("question__project").get()).is_same


def test_parameters_and_the_questions_of_the_day_are_kept_with_it() -> None:
    question = QuestionFactory(name="score", kind="number", config={"min": 0, "max": 100})
    people = [MembershipFactory(project=question.project) for _ in range(5)]
    values = [10, 20, 30, 40, 100]
    task = answered_tasks(
        project=question.project,
        answers=[{who: {"score": x} for who, x in zip(people, values, strict=True)}],
    )[0]
    choose_method(
        question=question,
        aggregator="trimmed_mean",
        parameters={"trim": 0.4},
        by=UserFactory(),
        at=timezone.now(),
    )
    refresh_consensus(project=question.project, task_ids=[task.pk])

    row = Consensus.objects.select_related("run", "question").get()

    assert (row.parameters, row.value, row.run) == ({"trim": 0.4}, 30, None)
    assert computed_again(row).is_same
    Annotation.objects.filter(pk=row.saw[0]).update(erased_at=timezone.now())
    without = computed_again(row)
    assert (without.missing, without.is_same) == (1, False)
    assert "1 of its annotations were erased since." in without.words
    judged = recompute_consensus(row)
    assert judged is not None
    assert judged.value == 35


def test_a_table_is_learned_anew_when_a_tenth_is_new_and_not_each_day() -> None:
    question, people, _, _ = project_of()
    for _ in range(25):
        answer(TaskFactory(project=question.project), people[0], "praise")
    drain(question.project_id)
    assert Method.objects.get().fresh == 25
    assert due_projects(at=timezone.now()) == {question.project_id: [question]}
    compute(question)
    later = timezone.now() + timedelta(days=1)
    task = TaskFactory(project=question.project, queue__overlap=3)
    outbox.publish(event=TASK_CHANGED, scope_id=task.project_id, subject_ids=[task.pk])
    answer(task, people[0], "praise")
    drain(question.project_id)

    assert Method.objects.get().fresh == 1
    assert due_projects(at=later) == {}


def test_where_each_task_has_one_answer_it_is_not_tried_after_every_twenty() -> None:
    """Each try reads all answers of the project."""
    question = QuestionFactory(name="intent")
    person: Membership = MembershipFactory(project=question.project)
    answers = [{person: {"intent": "praise"}} for _ in range(230)]
    made = answered_tasks(project=question.project, answers=answers)
    refresh_consensus(project=question.project, task_ids=[task.pk for task in made])
    compute(question)
    method = Method.objects.get()
    assert method.plain_run is None
    assert method.problem

    Method.objects.update(fresh=20)
    assert due_projects(at=timezone.now()) == {}
    Method.objects.update(fresh=24)
    assert due_projects(at=timezone.now()) == {question.project_id: [question]}

"""A model judges by the question of the day when it was fitted, whatever became of it since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.annotations.actions.answers import asked_at
from apps.annotations.actions.questions import set_questions
from apps.annotations.models import Question
from apps.consensus.actions import refresh_consensus
from apps.consensus.actions.fitting import NEWS_AFTER_PROBLEM, due_projects
from apps.consensus.actions.recomputing import recompute_consensus, recompute_fit
from apps.consensus.aggregators import preferences
from apps.consensus.aggregators.base import FormError
from apps.consensus.models import Consensus, Method, Run
from apps.projects.models import Membership, Project
from apps.tasks.models import Task
from tests.bulk import answered_tasks
from tests.consensus.choosing import choose, compute
from tests.factories import MembershipFactory, ProjectFactory, answered_task

pytestmark = pytest.mark.django_db
A, B, TIE = {"choice": "a"}, {"choice": "b"}, {"choice": "tie"}


@pytest.fixture
def project() -> Project:
    made: Project = ProjectFactory()
    # Of a project that was rolled back, with the same number, versions were kept in the process.
    asked_at.cache_clear()
    return made


def asked(project: Project, *respects: str, may_tie: bool = False) -> Question:
    config = {"dimensions": list(respects), "may_tie": may_tie, "may_be_bad": False}
    one = {"name": "which", "kind": "pairwise", "title": "Which?", "config": config}
    set_questions(project=project, questions=[one], by=None, at=timezone.now())
    return Question.objects.select_related("project").get(project=project)


def fitted(project: Project) -> tuple[Question, list[Membership], list[Task]]:
    """Three compare ten pairs in one respect; the last mostly says what nobody else does."""
    question = asked(project, "helpful")
    people: list[Membership] = [MembershipFactory(project=project) for _ in range(3)]
    answers: list[dict[Membership, dict[str, Any]]] = []
    for number in range(10):
        said = [A, A, A if number % 3 else B] if number % 2 else [B, B, A if number % 3 else B]
        answers.append({who: _say(helpful=it) for who, it in zip(people, said, strict=True)})
    tasks = answered_tasks(project=project, answers=answers)
    choose(question, "preferences")
    compute(question)
    return question, people, tasks


def _say(**respects: dict[str, str]) -> dict[str, Any]:
    return {"which": respects}


def judged(project: Project, answers: dict[Membership, dict[str, Any]]) -> Consensus:
    task = answered_task(project=project, answers=answers)
    refresh_consensus(project=project, task_ids=[task.pk], is_news=True)
    return Consensus.objects.select_related("run", "question__project").get(task=task)


def test_a_respect_that_was_added_is_judged_plainly_until_the_next_fit(project: Project) -> None:
    _, people, _ = fitted(project)
    run = Run.objects.get()
    question = asked(project, "honest", "helpful")

    old = judged(project, {who: _say(helpful=A) for who in people[:2]})
    new = judged(project, {who: _say(honest=B, helpful=A) for who in people[:2]})

    assert (old.run_id, old.value) == (run.pk, {"helpful": A})
    assert (new.run_id, new.value) == (None, {"honest": B, "helpful": A})
    compute(question)
    rows = Consensus.objects.filter(task__in=[old.task_id, new.task_id]).order_by("task")
    assert {row.run_id for row in rows} == {Run.objects.latest("pk").pk}
    assert [sorted(row.parts or {}) for row in rows] == [["helpful"], ["helpful", "honest"]]


def test_one_more_thing_that_can_be_said_is_judged_plainly_until_the_next_fit(
    project: Project,
) -> None:
    _, people, _ = fitted(project)
    asked(project, "helpful", may_tie=True)

    found = judged(project, {who: _say(helpful=TIE) for who in people[:2]})

    assert (found.run_id, found.value) == (None, {"helpful": TIE})


def test_a_respect_that_is_asked_no_more_stays_in_what_was_said(project: Project) -> None:
    _, _, tasks = fitted(project)
    question = asked(project, "honest")

    compute(question)

    row = Consensus.objects.get(task=tasks[0])
    assert row.value == {"helpful": B}
    assert row.probability is not None
    assert row.probability < 1


def test_what_was_fitted_and_judged_before_can_be_computed_again(project: Project) -> None:
    _, _, tasks = fitted(project)
    before = Consensus.objects.select_related("run", "question__project").get(task=tasks[0])

    asked(project, "honest", "helpful", may_tie=True)

    again = Consensus.objects.select_related("run", "question__project").get(task=tasks[0])
    assert recompute_fit(Run.objects.select_related("question__project").get()).is_same
    assert recompute_consensus(again).probability == before.probability


def test_too_many_comparisons_are_refused_and_tried_again_with_more_news(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = asked(project, "helpful")
    people: list[Membership] = [MembershipFactory(project=project) for _ in range(2)]
    many = [{who: _say(helpful=A) for who in people} for _ in range(3)]
    answered_tasks(project=project, answers=many)
    choose(question, "preferences")
    Method.objects.update(fresh=6)
    monkeypatch.setattr(preferences, "MOST_CELLS", 10)

    job = compute(question)

    assert "3 comparisons are too many" in job.result["problems"]["which"]
    later = timezone.now() + timedelta(hours=1)
    assert due_projects(at=later) == {}
    Method.objects.update(fresh=NEWS_AFTER_PROBLEM - 1)
    assert due_projects(at=later) == {}
    Method.objects.update(fresh=NEWS_AFTER_PROBLEM)
    assert due_projects(at=later) == {project.pk: [question]}


def test_what_is_chosen_meanwhile_keeps_its_news(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = asked(project, "helpful")
    people: list[Membership] = [MembershipFactory(project=project) for _ in range(2)]
    answered_tasks(project=project, answers=[{who: _say(helpful=A) for who in people}] * 2)
    choose(question, "preferences")

    class Elsewhere(preferences.Preferences):
        def fit(self, *_: Any) -> Any:
            choose(question, "bradley_terry")
            Method.objects.update(fresh=5)
            raise FormError("Not these.")

    monkeypatch.setattr(preferences.Preferences, "fit", Elsewhere.fit)

    compute(question)

    method = Method.objects.get()
    assert (method.aggregator, method.fresh, method.problem) == ("bradley_terry", 5, "")

"""What suggestions do to answers: measured by those that were answered without, drawn by lot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from apps.annotations.actions.suggestions import is_unaided
from apps.annotations.models import Suggestion
from apps.projects.models import Membership, Project
from apps.routing.actions.studying import study_suggestions
from apps.routing.learners.anchoring import alike, difference
from apps.routing.models import SuggestionStudy
from apps.routing.views.uses import studies_of
from tests.bulk import waiting_tasks
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    answered_task,
)

SHARE = 0.5


def test_the_limits_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(2_000):
        found = difference(rng.binomial(2, 0.8, 60) / 2, rng.binomial(2, 0.6, 30) / 2)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.2 <= found.high
    assert 0.935 < held / 2_000 < 0.965


def test_the_difference_is_that_of_a_second_implementation() -> None:
    rng = np.random.default_rng(1)
    one, two = rng.random(40), rng.random(25)

    found = difference(one, two)

    theirs = stats.ttest_ind(one, two, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))


def test_that_all_are_alike_is_not_certain() -> None:
    found = difference(np.ones(20), np.ones(20))

    assert found.value == 0.0
    assert found.high is not None
    assert found.high > 0.1


def test_pairs_are_counted_as_one_by_one() -> None:
    said = [["a", "b", "a", "c"], ["a", "a"], ["b"]]
    pairs = [[(x == y) for i, x in enumerate(one) for y in one[i + 1 :]] for one in said]

    assert alike(said).tolist() == pytest.approx([np.mean(one) for one in pairs if one])


@pytest.fixture
def project(db: None) -> Project:
    project: Project = ProjectFactory(is_suggestion_shown=True, suggestion_hidden_share=SHARE)
    QuestionFactory(project=project, name="intent")
    return project


def answered(
    project: Project,
    people: Sequence[Membership],
    *,
    follow: float,
    tasks: int,
    most: int | None = None,
) -> None:
    """Of each task "praise" is suggested; whoever sees it says so with this chance, else with half. With
    `most` no more are answered with it, and without it, than that: which are which the lot decides.
    """
    rng, sorts = np.random.default_rng(2), Counter[bool]()
    project.overlap = len(people)
    for task in waiting_tasks(project=project, more=[{}] * tasks):
        Suggestion.objects.create(task=task, source="model", answers={"intent": "praise"})
        is_shown = not is_unaided(task.pk, SHARE)
        sorts[is_shown] += 1
        if most is not None and sorts[is_shown] > most:
            continue
        for one in people:
            says = rng.random() < (follow if is_shown else 0.5)
            use = {"source": "model", "use": "accepted" if says else "changed"}
            AnnotationFactory(
                assignment=AssignmentFactory(task=task, annotator=one),
                answers={"intent": "praise" if says else "question"},
                suggestions={"intent": use} if is_shown else None,
            )


def sides(but: int = 0) -> tuple[int, int]:
    """How many tasks are answered with and without, from the first one with on."""
    ids = Suggestion.objects.exclude(task=but).order_by("task").values_list("task_id", flat=True)
    unaided = [is_unaided(pk, SHARE) for pk in ids]
    counted = unaided[unaided.index(False) :]
    return counted.count(False), counted.count(True)


def test_who_is_led_by_suggestions_is_found_out(project: Project) -> None:
    people = [MembershipFactory(project=project) for _ in range(2)]
    answered(project, people, follow=0.95, tasks=200)

    assert study_suggestions(project) == 1

    figures = SuggestionStudy.objects.get().figures
    same, pairs = figures["same"], figures["alike"]
    assert same["low"] > 0.2
    assert (same["n_shown"], same["n_hidden"]) == sides()
    assert pairs["low"] > 0
    assert [row[0] for row in figures["people"]] == [one.pk for one in people]
    assert sum(row[1] + row[2] for row in figures["people"]) == 2 * same["n_shown"]
    [study] = studies_of(project)
    assert "tasks drawn by lot" in study.same
    assert study.people[0].accepted.value is not None


def test_who_is_not_led_is_not_accused(project: Project) -> None:
    answered(project, [MembershipFactory(project=project)], follow=0.5, tasks=60)

    study_suggestions(project)

    same = SuggestionStudy.objects.get().figures["same"]
    # Which tasks are answered without any hangs on their keys, so in one of twenty runs 0 lies just
    # outside the limits of 95 %; never far outside.
    half = (same["high"] - same["low"]) / 2
    assert abs(same["value"]) < 2 * half


def test_what_was_answered_before_any_was_shown_is_no_comparison(project: Project) -> None:
    person = MembershipFactory(project=project)
    early = answered_task(project=project, answers={person: {"intent": "praise"}})
    Suggestion.objects.create(task=early, source="model", answers={"intent": "praise"})
    assert study_suggestions(project) == 0

    answered(project, [person], follow=0.9, tasks=30)
    study_suggestions(project)

    same = SuggestionStudy.objects.get().figures["same"]
    assert (same["n_shown"], same["n_hidden"]) == sides(but=early.pk)


def test_with_few_it_says_that_it_cannot_be_told(project: Project) -> None:
    answered(project, [MembershipFactory(project=project)], follow=0.9, tasks=40, most=1)

    study_suggestions(project)

    assert "cannot be told yet" in studies_of(project)[0].same

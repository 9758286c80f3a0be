"""What is found out in the background: right, kept with its version, made anew when it is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from apps.agreement.actions.drain import drain
from apps.agreement.actions.reports import report
from apps.agreement.actions.studies import due, make_due_studies
from apps.agreement.models import Report, Study
from apps.annotations.models import Question
from apps.projects.models import Membership, Project
from apps.tasks.models import Task
from tests.agreement.factories import alpha_of, fill, newest, revise, tell
from tests.factories import ProjectFactory, QuestionFactory

pytestmark = pytest.mark.django_db

LABELS = ["a", "b", "c"]


@pytest.fixture
def project() -> Project:
    return ProjectFactory(slices=[])


@pytest.fixture
def question(project: Project) -> Question:
    return QuestionFactory(project=project, name="intent", labels=LABELS, goal=0.8)


def noisy(tasks: int, errors: list[float], seed: int = 3) -> list[list[Any]]:
    """Tasks x annotators; each errs with a probability of their own, at random."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(LABELS, (tasks, 1))
    guess = rng.choice(LABELS, (tasks, len(errors)))
    return np.where(rng.random(guess.shape) < errors, guess, truth).tolist()


def part(question: Question, name: str) -> dict[str, Any]:
    body: dict[str, Any] = Study.objects.get(question=question, part=name).body
    return body


def test_alpha_is_the_mean_of_the_annotators_standings(
    project: Project, question: Question
) -> None:
    table = noisy(80, [0.1, 0.1, 0.4])
    table[7][1] = None
    fill(project, table)
    drain(project.pk)
    make_due_studies()

    found = part(question, "people")

    answers = sum(row["tasks"] for row in found["raters"])
    mean = sum(row["value"] * row["tasks"] for row in found["raters"]) / answers
    assert mean == pytest.approx(alpha_of(table, "nominal"), abs=1e-9)
    names = list(
        Membership.objects.filter(project=project).order_by("pk").values_list("pk", flat=True)
    )
    worst = min(found["raters"], key=lambda row: row["value"])
    assert worst["rater"] == names[2]
    pair = {(p["a"], p["b"]): p for p in found["pairs"]}[names[0], names[1]]
    same = [row[0] == row[1] for row in table if row[1] is not None]
    assert pair["tasks"] == len(same)
    assert pair["value"] == pytest.approx(1 - (1 - np.mean(same)) / found["expected"])


def test_annotators_who_agree_with_one_another_stand_together(
    project: Project, question: Question
) -> None:
    rng = np.random.default_rng(1)
    one, other = rng.choice(LABELS, 60).tolist(), rng.choice(LABELS, 60).tolist()
    fill(project, [[a, b, a, b] for a, b in zip(one, other, strict=True)])
    drain(project.pk)
    make_due_studies()

    order = part(question, "people")["order"]

    first = sorted(Membership.objects.filter(project=project).values_list("pk", flat=True))
    places = [order.index(pk) for pk in (first[0], first[2], first[1], first[3])]
    assert abs(places[0] - places[1]) == 1
    assert abs(places[2] - places[3]) == 1


def test_under_twenty_shared_tasks_nothing_is_said(project: Project, question: Question) -> None:
    fill(project, noisy(19, [0.1, 0.1]))
    drain(project.pk)
    make_due_studies()

    found = part(question, "people")

    assert [(row["tasks"], row["value"]) for row in found["raters"]] == [(19, None)] * 2
    assert [pair["value"] for pair in found["pairs"]] == [None]


def test_a_merge_gives_the_agreement_that_the_merged_labels_have(
    project: Project, question: Question
) -> None:
    table = noisy(60, [0.2, 0.2, 0.2])
    fill(project, table)
    drain(project.pk)
    make_due_studies()

    found = part(question, "labels")["merges"]

    now = alpha_of(table, "nominal")
    assert len(found) == 3
    for row in found:
        merged = [[row["first"] if v == row["second"] else v for v in line] for line in table]
        expected = alpha_of(merged, "nominal")
        assert row["merged"]["value"] == pytest.approx(expected, abs=1e-9)
        assert row["gain"]["value"] == pytest.approx(expected - now, abs=1e-9)
        assert row["gain"]["low"] < row["gain"]["value"] < row["gain"]["high"]


def test_the_tasks_that_pull_down_are_those_without_which_alpha_rises_most(
    project: Project, question: Question
) -> None:
    table = noisy(40, [0.15, 0.15, 0.15])
    tasks = fill(project, table)
    drain(project.pk)
    make_due_studies()

    found = part(question, "tasks")["tasks"]

    now = alpha_of(table, "nominal")
    rises = {
        task.pk: alpha_of([row for j, row in enumerate(table) if j != i], "nominal") - now
        for i, task in enumerate(tasks)
    }
    assert found
    for row in found:
        assert -row["effect"] == pytest.approx(rises[row["task"]], abs=1e-9)
    assert -found[0]["effect"] == pytest.approx(max(rises.values()), abs=1e-9)


def test_a_guessing_annotator_is_the_cause_and_a_pair_that_is_not_clear_is_not(
    project: Project, question: Question
) -> None:
    table = noisy(150, [0.01, 0.01, 0.01, 0.5])
    rng = np.random.default_rng(2)
    for row in table[:40]:
        row[:] = rng.choice(["a", "b"], 4).tolist()
    tasks = fill(project, table)
    drain(project.pk)
    make_due_studies()

    found = part(question, "causes")

    names = sorted(Membership.objects.filter(project=project).values_list("pk", flat=True))
    assert found["people"][0]["rater"] == names[3]
    # At the 40 tasks between two labels nobody guessed more than the others.
    assert found["people"][0]["without_looking"] == pytest.approx(0.5 * 110 / 150, abs=0.1)
    assert (found["pairs"][0]["first"], found["pairs"][0]["second"]) == ("a", "b")
    unclear = {task.pk for task in tasks[:40]}
    surest = [row["task"] for row in found["tasks"]["between"]]
    assert len(unclear & set(surest)) >= 0.8 * len(surest)
    assert sum(found["expected"].values()) == pytest.approx(found["conflicts"])


def test_two_answers_of_two_labels_tell_no_cause(project: Project) -> None:
    question = QuestionFactory(project=project, name="intent", labels=["a", "b"])
    fill(project, [[a if a != "c" else "b", "a"] for a, *_ in noisy(50, [0.3])])
    drain(project.pk)
    make_due_studies()

    assert part(question, "causes")["reason"]["code"] == "too_little"


def test_a_study_is_made_anew_when_figures_changed_and_it_has_rested(
    project: Project, question: Question
) -> None:
    tasks = fill(project, noisy(30, [0.1, 0.1]))
    drain(project.pk)
    assert make_due_studies() == 1
    assert make_due_studies() == 0
    Study.objects.update(seconds=60)
    revise(newest(tasks[0]), {"intent": "c"})
    tell(project, tasks[0])
    drain(project.pk)
    Report.objects.update(version=7)

    now = timezone.now()

    assert due(at=now) == []
    assert [row.question_id for row in due(at=now + timedelta(minutes=21))] == [question.pk]
    assert make_due_studies(at=now + timedelta(minutes=21)) == 1
    assert set(Study.objects.values_list("version", flat=True)) == {7}


def test_answers_that_are_only_compared_are_studied_too(project: Project) -> None:
    question = QuestionFactory(
        project=project, name="order", kind="ranking", config={"labels": LABELS}
    )
    rng = np.random.default_rng(4)
    table = [[rng.permutation(LABELS).tolist(), LABELS] for _ in range(25)]
    fill(project, table, "order")
    drain(project.pk)
    make_due_studies()

    people, plan = part(question, "people"), part(question, "plan")

    alpha = report(project=project, question=question)["measures"][0]["value"]
    mean = np.mean([row["value"] for row in people["raters"]])
    assert mean == pytest.approx(alpha, abs=1e-9)
    assert plan["spread"] > 0
    assert part(question, "labels") == {}
    assert part(question, "causes")["reason"]["code"] == "too_little"
    ks, sigma = part(question, "distances")["measures"]
    assert (ks["measure"], ks["units"]) == ("ks", 25)
    assert 0 <= ks["low"] <= ks["value"] <= ks["high"] <= 1
    assert 0 <= sigma["value"] <= 1


def test_numbers_by_moments_are_studied_too(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.agreement.actions.fold.MOST_PATTERNS", 3)
    config = {"min": 0, "max": 100, "level": "interval"}
    question = QuestionFactory(project=project, name="grade", kind="rating", config=config)
    rng = np.random.default_rng(4)
    table = rng.integers(0, 101, (30, 2))
    table[:, 1] = np.clip(table[:, 0] + rng.integers(-9, 10, 30), 0, 100)
    fill(project, table.tolist(), "grade")
    drain(project.pk)
    make_due_studies()

    people = part(question, "people")

    mean = np.mean([row["value"] for row in people["raters"]])
    assert mean == pytest.approx(alpha_of(table.tolist(), "interval"), abs=1e-9)
    assert part(question, "tasks")["tasks"]
    assert part(question, "plan")["spread"] > 0


@pytest.mark.proof
def test_of_very_many_labels_alike_answers_are_readings(project: Project) -> None:
    """With 60 labels a mixture over them would have nothing to hold on to."""
    names = [f"l{i}" for i in range(60)]
    question = QuestionFactory(project=project, name="intent", labels=names)
    rng = np.random.default_rng(7)
    truth = rng.choice(names, (90, 1))
    guess = rng.choice(names, (90, 4))
    fill(project, np.where(rng.random((90, 4)) < [0.02, 0.02, 0.02, 0.5], guess, truth).tolist())
    drain(project.pk)
    make_due_studies()

    found = part(question, "causes")

    assert found["by_readings"]
    assert found["people"][0]["without_looking"] == pytest.approx(0.5, abs=0.15)
    assert found["expected"]["slip"] > 0.8 * found["conflicts"]
    assert sum(found["expected"].values()) == pytest.approx(found["conflicts"])


def test_numbers_of_all_sizes_tell_causes_and_what_more_answers_would_do(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"min": 0, "max": 100, "level": "interval"}
    question = QuestionFactory(project=project, name="grade", kind="rating", config=config)
    rng = np.random.default_rng(4)
    table = np.clip(rng.integers(0, 101, (60, 1)) + rng.integers(-4, 5, (60, 4)), 0, 100)
    table[::3, 3] = rng.integers(0, 101, 20)
    fill(project, table.tolist(), "grade")
    drain(project.pk)
    make_due_studies()
    counted = part(question, "plan")["designs"]
    Study.objects.all().delete()
    monkeypatch.setattr("apps.agreement.actions.fold.MOST_PATTERNS", 3)
    first = Task.objects.filter(project=project).earliest("pk")
    revise(newest(first), {"grade": 50})
    tell(project, first)
    drain(project.pk)
    Report.objects.update(seconds=0)
    drain(project.pk)
    make_due_studies()

    sampled, causes = part(question, "plan")["designs"], part(question, "causes")

    assert report(project=project, question=question)["measures"]
    assert [one["answers_each"] for one in sampled] == [one["answers_each"] for one in counted]
    for one, other in zip(sampled, counted, strict=True):
        assert one["spread"] == pytest.approx(other["spread"], rel=0.35)
    assert causes["people"][0]["rater"] == max(row["rater"] for row in causes["people"])
    assert causes["expected"]["slip"] > causes["expected"]["between"]

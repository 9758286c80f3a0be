"""Answers that are only compared, through the ledger: rankings stand for all such kinds."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from apps.agreement.actions.books import differences, rebuild
from apps.agreement.actions.drain import drain, refold_for_new_configs, untended
from apps.agreement.actions.reports import report
from apps.agreement.models import BetweenRow, ChancePair, Report, StoredTask
from apps.annotations.models import Question
from apps.projects.models import Project
from apps.tasks.actions import withdraw_tasks
from tests.agreement.factories import fill, newest, revise, tell
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, user_of

pytestmark = pytest.mark.django_db

A, B, C = ([["a"], ["b"], ["c"]], [["b"], ["a"], ["c"]], [["c"], ["b"], ["a"]])


@pytest.fixture
def project() -> Project:
    return ProjectFactory()


@pytest.fixture
def question(project: Project) -> Question:
    return QuestionFactory(
        project=project, name="order", kind="ranking", config={"labels": ["a", "b", "c"]}
    )


def by_hand(table: list[list[Any]], question: Question) -> float:
    """Krippendorff (2011): (n - 1) sum(D / (m - 1)) / E over ordered pairs, from the table."""

    def distance(a: Any, b: Any) -> float:
        return question.behaviour.distance(a, b, question.config)

    units = [[v for v in row if v is not None] for row in table]
    units = [unit for unit in units if len(unit) > 1]
    every = [value for unit in units for value in unit]
    within = sum(
        2 * sum(distance(a, b) for a, b in combinations(unit, 2)) / (len(unit) - 1)
        for unit in units
    )
    among = 2 * sum(distance(a, b) for a, b in combinations(every, 2))
    return 1 - (len(every) - 1) * within / among


def simulated(tasks: int, raters: int = 3) -> list[list[Any]]:
    rng = np.random.default_rng(11)
    orders = [[[one] for one in order] for order in permutations("abc")]
    truth = rng.integers(0, 6, tasks)
    return [
        [
            None if rng.random() < 0.15 else orders[t if rng.random() < 0.6 else rng.integers(6)]
            for _ in range(raters)
        ]
        for t in truth
    ]


def headline(question: Question) -> dict[str, Any]:
    found: dict[str, Any] = report(project=question.project, question=question)["measures"][0]
    return found


def test_alpha_is_that_of_the_definition(project, question):
    table = simulated(30)
    fill(project, table, "order")

    drain(project.pk)

    figure = headline(question)
    assert figure["value"] == pytest.approx(by_hand(table, question), abs=1e-9)
    assert figure["level"] == "distance"
    assert figure["low"] < figure["value"] < figure["high"]
    assert differences(project=project) == []


def test_a_revision_takes_out_what_stood_before(project, question):
    tasks = fill(project, [[A, B], [B, B], [C, A]], "order")
    drain(project.pk)
    assert headline(question)["value"] == pytest.approx(by_hand([[A, B], [B, B], [C, A]], question))

    revise(newest(tasks[0]), {"order": A})
    tell(project, tasks[0])
    drain(project.pk)

    assert headline(question)["value"] == pytest.approx(by_hand([[A, A], [B, B], [C, A]], question))
    assert differences(project=project) == []


def test_an_answer_that_changes_without_its_distances_makes_a_new_report(project, question):
    """Both of a task turn around together: nothing changes within it, but among all answers."""
    table = [[A, A], [B, B], [B, C]]
    tasks = fill(project, table, "order")
    drain(project.pk)
    first = headline(question)["value"]

    for annotation in tasks[0].annotations.all():
        revise(annotation, {"order": C})
    tell(project, tasks[0])
    drain(project.pk)

    assert headline(question)["value"] != first
    assert headline(question)["value"] == pytest.approx(
        by_hand([[C, C], [B, B], [B, C]], question), abs=1e-9
    )


def test_a_withdrawn_task_is_not_counted(project, question):
    tasks = fill(project, [[A, B], [B, B], [C, A]], "order")
    drain(project.pk)

    withdraw_tasks(project=project, task_ids=[tasks[2].pk])
    drain(project.pk)

    assert headline(question)["value"] == pytest.approx(by_hand([[A, B], [B, B]], question))
    assert differences(project=project) == []


def test_a_rebuild_gives_the_same_digits(project, question):
    fill(project, simulated(25), "order")
    drain(project.pk)
    before = report(project=project, question=question)

    rebuild(project=project)
    Report.objects.all().delete()

    after = report(project=project, question=question)
    assert after["measures"] == before["measures"]
    assert after["matrix"] == before["matrix"]


def test_a_wrong_sum_is_named(project, question):
    fill(project, [[A, B], [B, B]], "order")
    drain(project.pk)
    BetweenRow.objects.update(within=7)

    found = differences(project=project)

    assert len(found) == 1
    assert "BetweenRow" in found[0]


def test_a_wrong_distance_of_a_stored_task_is_named(project, question):
    fill(project, [[A, B], [B, B]], "order")
    drain(project.pk)
    stored = StoredTask.objects.order_by("pk").first()
    stored.body["d"][str(question.pk)]["p"] = [1]
    stored.save()

    assert any(str(stored.pk) in line for line in differences(project=project))


def test_pairs_are_compared_once(project, question):
    fill(project, simulated(10), "order")
    drain(project.pk)
    before = dict(ChancePair.objects.values_list("pk", "distance"))
    assert before

    tasks = fill(project, [[A, C]], "order")
    drain(project.pk)
    headline(question)  # The drain lets a report rest before it makes the next.

    new = ChancePair.objects.exclude(pk__in=before)
    ids = set(tasks[0].annotations.values_list("pk", flat=True))
    assert new.exists()
    assert all({pair.first, pair.second} & ids for pair in new)


def test_another_config_compares_all_again(project, question):
    table = [[A, B], [C, A], [B, B]]
    fill(project, table, "order")
    drain(project.pk)

    question.config = {**question.config, "may_be_partial": True}
    question.save()
    assert project.pk in untended()
    drain(project.pk)

    assert headline(question)["value"] == pytest.approx(by_hand(table, question), abs=1e-9)
    assert differences(project=project) == []
    assert not refold_for_new_configs(project_id=project.pk)


def test_no_task_with_two_answers_says_why(project, question):
    fill(project, [[A, None], [None, B]], "order")

    drain(project.pk)

    figure = headline(question)
    assert figure["value"] is None
    assert figure["undefined_reason"]["code"] == "no_overlap"


def test_a_slice_of_tasks_has_its_own_figure(project, question):
    project.slices = [{"name": "language", "path": "meta.language"}]
    project.save()
    table = [[A, A], [B, B], [C, A], [B, C]]
    for row, task in zip(table, fill(project, table, "order"), strict=True):
        task.meta = {"language": "de" if row[0] == row[1] else "fr"}
        task.save()
        tell(project, task)

    drain(project.pk)

    body = report(project=project, question=question)
    values = {entry["of"]: entry["value"] for entry in body["slices"]["language"]}
    assert values["de"] == pytest.approx(1.0)
    assert values["fr"] == pytest.approx(by_hand([[C, A], [B, C]], question))


def test_the_dashboard_shows_it_in_words(client, project, question):
    lead = MembershipFactory(project=project, role="lead")
    fill(project, simulated(40), "order")
    drain(project.pk)
    client.force_login(user_of(lead))

    page, what, where = (
        client.get(reverse(f"agreement:{name}", args=[project.pk])).content.decode()
        for name in ("dashboard", "what", "where")
    )

    assert "Mean likeness" in page
    assert "pairs of answers to any tasks" in page
    assert "How often each was given" not in what
    assert "a &gt; b &gt; c" in where or "a, b, c" in where

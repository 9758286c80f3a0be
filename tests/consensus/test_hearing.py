"""A consensus that hears a model beside the votes: kept, recomputed, and no circle."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from apps.annotations.models import Question
from apps.consensus.actions.hearing import opinions_of
from apps.consensus.actions.opinions import Thought, keep_opinions
from apps.consensus.actions.recomputing import recompute_consensus, recompute_fit
from apps.consensus.models import Consensus, Method, Opinion, OpinionRun, Run
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.quality.actions import drain
from apps.routing.actions.labels import known_labels
from apps.tasks.models import Task
from tests.consensus.choosing import answer, choose, compute
from tests.consensus.factories import LABELS, answered_question
from tests.factories import MembershipFactory, TaskFactory, user_of

pytestmark = pytest.mark.django_db


def think(question: Question, tasks: list[Task], reads: list[str], **more: Any) -> OpinionRun:
    """A model that reads each task as this, rather surely."""
    said = np.full((len(tasks), 3), 0.05, np.float32)
    said[np.arange(len(tasks)), [LABELS.index(label) for label in reads]] = 0.9
    told: dict[str, Any] = {
        "tasks": np.array([task.pk for task in tasks]),
        "label": np.zeros(len(tasks), np.int64),
        "said": said,
        "values": LABELS,
        "folds": 5,
        "labelled": len(tasks),
        "seconds": 1.0,
        **more,
    }
    return keep_opinions(question=question, thought=Thought(**told), model_run=1, at=timezone.now())


def test_a_model_is_heard_beside_the_votes_and_nothing_learns_from_what_it_said() -> None:
    question, _, tasks, truth = answered_question(skills=(0.8, 0.5), tasks=60)
    think(question, tasks, truth)
    choose(question, "crowdlab")

    compute(question)

    run = Run.objects.get()
    assert run.opinions == OpinionRun.objects.get()
    assert run.checks["heard"]["tasks"] == 60
    assert run.checks["heard"]["as_many"] > 1
    assert "votes" in run.checks
    rows = {row.task_id: row for row in Consensus.objects.filter(question=question)}
    heard = [rows[task.pk].value == known for task, known in zip(tasks, truth, strict=True)]
    votes = [rows[task.pk].by_votes == known for task, known in zip(tasks, truth, strict=True)]
    assert sum(heard) > sum(votes) + 5
    assert all(row.has_heard and row.probability is not None for row in rows.values())
    # The teacher of models is what the votes alone come to; a tie of votes teaches nothing.
    known = known_labels(question)
    taught = {
        pk: LABELS[at] for pk, at in zip(known.tasks.tolist(), known.label.tolist(), strict=True)
    }
    assert taught == {pk: row.by_votes for pk, row in rows.items() if row.by_votes is not None}
    assert len(taught) < 60


def test_what_was_heard_is_kept_with_the_fit_so_all_can_be_computed_again() -> None:
    question, _, tasks, truth = answered_question(tasks=30)
    first = think(question, tasks, truth)
    choose(question, "crowdlab")
    compute(question)
    run = Run.objects.get()
    before = Consensus.objects.select_related("run__opinions", "question").get(task=tasks[0])

    # The model thinks otherwise now, and once more: what no fit has heard goes.
    between = think(question, tasks, truth[::-1])
    last = think(question, tasks, truth[::-1])

    assert list(OpinionRun.objects.order_by("pk")) == [first, last]
    assert not Opinion.objects.filter(run=between.pk).exists()
    again = recompute_fit(run)
    assert (again.missing, again.is_same) == (0, True)
    judged = recompute_consensus(before)
    assert (judged.winners, judged.probability) == (before.winners, before.probability)
    assert judged.value_by_votes == before.by_votes
    # A new opinion asks for a new fit by itself, which hears it.
    run_job(JobRun.objects.filter(kind="consensus.compute", state="queued").get().pk)
    assert Run.objects.latest("pk").opinions == last
    assert Method.objects.get().run == Run.objects.latest("pk")


def test_a_task_that_comes_later_is_judged_by_its_votes_with_the_weights_of_the_fit() -> None:
    question, people, tasks, truth = answered_question()
    think(question, tasks, truth)
    choose(question, "crowdlab")
    compute(question)
    late = TaskFactory(project=question.project, queue__overlap=2)
    answer(late, people[0], "praise")
    answer(late, people[3], "complaint")

    drain(question.project_id)

    row = Consensus.objects.get(task=late)
    assert (row.aggregator, row.value, row.by_votes) == ("crowdlab", "praise", None)
    assert late.pk not in known_labels(question).tasks


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (None, "no model has read these tasks yet"),
        ({"values": [*LABELS[:2], "gone"]}, "the labels have changed"),
        (
            {"labelled": 7},
            "when a model last read these tasks, 7 had a label; now 20 have an answer.",
        ),
    ],
)
def test_without_a_model_that_can_be_heard_the_votes_stand_and_the_page_says_why(made, why) -> None:
    question, _, tasks, truth = answered_question(tasks=20)
    think(question, tasks, truth)
    choose(question, "crowdlab")
    compute(question)
    assert Method.objects.get().run is not None
    Method.objects.update(run=None)
    Run.objects.all().delete()
    OpinionRun.objects.all().delete()
    if made is not None:
        think(question, tasks, truth, **made)
    Method.objects.update(fresh=3)

    job = compute(question)

    assert why in job.result["problems"]["intent"]
    method = Method.objects.get()
    assert (method.run, method.fresh) == (None, 0)
    assert {row.aggregator for row in Consensus.objects.all()} == {"majority_vote"}
    client = Client()
    client.force_login(user_of(MembershipFactory(project=question.project, role="lead")))
    page = " ".join(client.get(f"/p/{question.project_id}/consensus/").content.decode().split())
    assert f"The votes stand without a model, for {why}" in page


def test_opinions_come_in_the_order_of_tasks_and_labels_that_is_asked_for() -> None:
    question, _, tasks, _ = answered_question(tasks=3)
    run = think(question, tasks[:2], ["praise", "question"])

    found = opinions_of(run, [tasks[2].pk, tasks[1].pk, tasks[0].pk], ["praise", "new", "question"])

    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1:], [[0.05, 0, 0.9], [0.9, 0, 0.05]], atol=1e-6)
    assert timezone.now() - run.made_at < timedelta(minutes=1)

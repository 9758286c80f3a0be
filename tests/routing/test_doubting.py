"""The learning job asks about labels that a model has not learned from, and the checks name them."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from apps.consensus.actions import choose_method, refresh_consensus
from apps.consensus.models import Consensus, Opinion, OpinionRun
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.quality.models import Finding
from apps.routing.actions.labels import groups_of, known_labels
from apps.routing.models import ModelRun
from apps.tasks.models import Task
from tests.factories import MembershipFactory, ProjectFactory, TaskFactory, answered_task
from tests.routing.factories import learn, messages

pytestmark = pytest.mark.django_db


def test_a_training_asks_about_labels_and_the_checks_name_the_wrong_ones() -> None:
    question, _, _ = messages(answered=300, waiting=0, telling=1.0, wrong=12)

    learn(question.project)

    run = OpinionRun.objects.get(question=question)
    assert (run.tasks, run.folds) == (300, 5)
    assert run.model_run == ModelRun.objects.get().pk
    assert run.seconds > 0
    run_job(JobRun.objects.get(kind="quality.checks").pk)
    one = Finding.objects.get(kind="likely_wrong")
    wrong = set(Task.objects.filter(meta__wrong=True).values_list("pk", flat=True))
    assert len(wrong) == 12
    assert len(wrong & set(one.tasks)) >= 10
    assert len(one.tasks) <= 14


@pytest.mark.proof
def test_it_is_not_asked_again_before_it_has_rested_nor_without_anything_new() -> None:
    question, _, _ = messages(answered=120, waiting=0)
    learn(question.project)
    first = OpinionRun.objects.get().made_at

    learn(question.project)
    assert OpinionRun.objects.get().made_at == first
    OpinionRun.objects.update(made_at=first - timedelta(hours=2))
    learn(question.project)
    assert OpinionRun.objects.get().made_at == first - timedelta(hours=2)
    OpinionRun.objects.update(labelled=95)
    learn(question.project)
    assert OpinionRun.objects.get().made_at >= first
    OpinionRun.objects.update(made_at=first - timedelta(days=1))
    learn(question.project)
    assert OpinionRun.objects.get().made_at >= first


def test_it_rests_for_twenty_times_as_long_as_it_took() -> None:
    question, _, _ = messages(answered=120, waiting=0)
    learn(question.project)
    before = timezone.now() - timedelta(hours=1)
    OpinionRun.objects.update(made_at=before, labelled=50, seconds=200)

    learn(question.project)

    assert OpinionRun.objects.get().made_at == before


def test_of_few_labels_no_model_is_asked() -> None:
    question, _, _ = messages(answered=99, waiting=0)

    learn(question.project)

    assert ModelRun.objects.count() == 1
    assert not OpinionRun.objects.exists()


def test_of_very_many_tasks_some_are_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.routing.actions.doubting.MOST_TASKS", 110)
    question, _, _ = messages(answered=130, waiting=0)

    learn(question.project)

    assert Opinion.objects.count() == 110


def test_where_all_tasks_are_one_group_no_model_is_asked() -> None:
    question, _, _ = messages(answered=120, waiting=0)
    Task.objects.filter(project=question.project).update(group="one")

    learn(question.project)

    assert ModelRun.objects.count() == 1
    assert not OpinionRun.objects.exists()


def test_tasks_of_one_group_and_tasks_that_show_the_same_belong_together() -> None:
    project = ProjectFactory()
    a, b = (TaskFactory(project=project, group="g", data={"text": text}) for text in "ab")
    c, d = (TaskFactory(project=project, data={"text": "c"}) for _ in range(2))
    alone = TaskFactory(project=project, data={"text": "alone"})
    keys = np.array([a.pk, b.pk, c.pk, d.pk, alone.pk, alone.pk + 1_000])

    assert groups_of(keys).tolist() == [a.pk, a.pk, c.pk, c.pk, alone.pk, alone.pk + 1_000]


def test_where_a_consensus_hears_the_model_it_reads_also_ties_and_what_comes_next() -> None:
    question, person, waiting = messages(answered=120, waiting=10)
    other = MembershipFactory(project=question.project)
    tied = answered_task(
        project=question.project,
        answers={person: {"intent": "praise"}, other: {"intent": "question"}},
        data={"text": "thanks great"},
    )
    refresh_consensus(project=question.project, task_ids=[tied.pk])
    choose_method(question=question, aggregator="crowdlab", by=None, at=timezone.now())

    learn(question.project)

    without = Opinion.objects.filter(label=None).values_list("task_id", flat=True)
    assert set(without) == {tied.pk, *(task.pk for task in waiting)}
    assert (OpinionRun.objects.get().tasks, OpinionRun.objects.get().labelled) == (131, 120)
    run_job(JobRun.objects.get(kind="consensus.compute").pk)
    found = Consensus.objects.get(task=tied)
    assert (found.aggregator, found.has_heard, found.by_votes) == ("crowdlab", True, None)
    assert found.value == "praise"
    # Nothing learns from that: neither from what the model decided nor from what it confirmed.
    assert known_labels(question).tasks.size == 120

"""Pseudo-labels in the job: kept apart, judged by later answers, and never among answers."""

from __future__ import annotations

import re

import numpy as np
import pytest

from apps.consensus.actions.refresh import refresh_consensus
from apps.consensus.models import Consensus
from apps.routing.actions.labels import known_labels
from apps.routing.actions.plans import plan_of
from apps.routing.models import ModelRun, Plan, PseudoLabel
from apps.routing.strategies.lots import held_out
from tests.clients import signed_in_as
from tests.factories import AnnotationFactory, AssignmentFactory
from tests.paths import ROOT
from tests.routing.factories import learn, messages
from tests.routing.test_pages import address, text_of

pytestmark = pytest.mark.django_db


def test_they_are_given_where_shown_right_and_judged_by_later_answers() -> None:
    question, person, tasks = messages(answered=160, waiting=80, telling=1.0)
    project = question.project
    Plan.objects.create(project=project, seed=1, exploration=0.5, is_self_training=True)
    learn(project, is_ranked=False)

    told = ModelRun.objects.get().figures["pseudo"]
    given = dict(PseudoLabel.objects.values_list("task_id", "value"))
    assert told["number"] == len(given) > 5
    assert told["right"]["low"] >= 0.9
    plan = plan_of(project)
    assert not held_out(np.array(list(given)), plan.seed, plan.exploration).any()
    assert set(given) <= {task.pk for task in tasks}
    # What is known, computed and counted owes nothing to them.
    assert known_labels(question).tasks.size == Consensus.objects.count() == 160

    right, wrong = list(given)[:2]
    for task, value in (
        (right, given[right]),
        (wrong, "praise" if given[wrong] != "praise" else "question"),
    ):
        lent = AssignmentFactory(task_id=task, annotator=person)
        AnnotationFactory(assignment=lent, answers={"intent": value})
    refresh_consensus(project=project, task_ids=[right, wrong])
    learn(project, is_ranked=False)

    assert dict(
        PseudoLabel.objects.filter(task__in=[right, wrong]).values_list("task_id", "is_right")
    ) == {
        right: True,
        wrong: False,
    }
    later = ModelRun.objects.latest("pk").figures["pseudo"]["later"]
    assert (later["value"], later["n"]) == (0.5, 2)
    said = text_of(signed_in_as(project).get(address(project)))
    assert "tasks have a label of the model&#x27;s own" in said
    assert "Of those that people answered since, 50" in said


def test_by_itself_there_are_none() -> None:
    question, _, _ = messages(answered=60)

    learn(question.project, is_ranked=False)

    assert not PseudoLabel.objects.exists()
    assert "pseudo" not in ModelRun.objects.get().figures


def test_nothing_but_self_training_reads_them() -> None:
    """No agreement, no consensus, no export, no gold: whoever names them is named here."""
    names = re.compile(r"PseudoLabel|pseudolabel")
    found = {
        str(file.relative_to(ROOT / "apps"))
        for file in (ROOT / "apps").rglob("*.py")
        if "migrations" not in file.parts and names.search(file.read_text())
    }

    assert found == {
        "routing/actions/self_training.py",
        "routing/models/__init__.py",
        "routing/models/pseudo.py",
    }

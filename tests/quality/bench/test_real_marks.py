"""Real spans and boxes at the bench: merged by the majority and decided part by part."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from django.test import Client

from apps.annotations.models import Question
from apps.projects.models import Membership, Project
from apps.quality.models import Adjudication, Conflict
from tests.agreement.marking import Answer, lidc, pico
from tests.clients import signed_in_as
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, answered_task
from tests.paths import real_data
from tests.quality.bench.deciding import decide, url
from tests.quality.factories import measure

pytestmark = pytest.mark.django_db
TASKS = 25


def asked(kind: str, label: str, **display: Any) -> Question:
    project = ProjectFactory(is_blind=True, fields=[{"name": "text", "title": "Text", **display}])
    config = {"field": "text", "labels": [label]}
    question = QuestionFactory(project=project, name="found", kind=kind, config=config)
    return Question.objects.select_related("project").get(pk=question.pk)


def conflicts(
    question: Question, rows: list[Answer], data: Mapping[str, Any]
) -> dict[str, tuple[Conflict, list[Any]]]:
    """By the task's name, the conflict and what each person marked; of those where people differ."""
    project = question.project
    by_task: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, who, value in rows:
        by_task[name][who] = question.behaviour.clean(value, question.config)
    people: dict[str, Membership] = {}
    found = {}
    for name, said in by_task.items():
        for who in said:
            people.setdefault(who, MembershipFactory(project=project))
        answers = {people[who]: {"found": value} for who, value in said.items()}
        task = answered_task(project=project, answers=answers, data={"text": data[name]})
        measure(task)
        if conflict := Conflict.objects.filter(task=task).first():
            found[name] = (conflict, list(said.values()))
    return found


def decided(browser: Client, project: Project, conflict: Conflict) -> list[dict[str, Any]]:
    """What is settled by the majority; of each part that is left the version of most, of these the
    first: one key each."""
    page = browser.get(url("adjudicate", project, conflict), {"merge": "majority"})
    row = page.context["table"].rows[0]
    if row.parts:
        chosen = [max(part.versions, key=lambda one: len(one.letters)) for part in row.parts]
        own = [*row.agreed_parts, *(thing for one in chosen for thing in one.value)]
    else:
        own = row.pick.value if row.pick else row.agreed_parts
    fields = {"take.found": "own", "own.found": json.dumps(own)}
    assert decide(browser, project, conflict, **fields).status_code == 302
    answer: list[dict[str, Any]] = Adjudication.objects.get(task=conflict.task_id).answers["found"]
    return answer


def alike(question: Question, one: Any, other: Any) -> float:
    return 1 - question.behaviour.distance(one, other, question.config)


@pytest.mark.proof
def test_participants_of_trials_are_nearer_to_the_expert_than_one_worker_is() -> None:
    """Nguyen et al. 2017: abstracts that a medical student marked too."""
    rows, texts = pico()
    expert = defaultdict(list)
    with (real_data("pico_spans") / "acl17-test_expert.csv").open(newline="") as file:
        for line in csv.DictReader(file):
            place = [int(line["start"]), int(line["end"])]
            expert[line["doc"]].append({"label": "population", "parts": [place]})
    names = [name for name in dict.fromkeys(name for name, _, _ in rows) if name in expert][:TASKS]
    question = asked("span", "population", display="text")
    found = conflicts(question, [row for row in rows if row[0] in names], texts)
    browser = signed_in_as(question.project, "reviewer")

    near, alone = [], []
    for name, (conflict, said) in found.items():
        truth = question.behaviour.clean(expert[name], question.config)
        near.append(alike(question, truth, decided(browser, question.project, conflict)))
        alone.append(np.mean([alike(question, truth, one) for one in said]))

    assert len(found) > TASKS / 2
    assert np.mean(near) > np.mean(alone) + 0.05


@pytest.mark.proof
def test_nodules_are_nearer_to_all_readers_than_they_are_to_each_other() -> None:
    """LIDC-IDRI: slices of chest scans that four radiologists read."""
    rows, scans = lidc()
    names = list(scans)[:: len(scans) // TASKS][:TASKS]
    question = asked("box", "nodule", display="image")
    picture = dict.fromkeys(names, "https://example.org/slice.png")
    found = conflicts(question, [row for row in rows if row[0] in names], picture)
    browser = signed_in_as(question.project, "reviewer")

    near, apart = [], []
    for conflict, said in found.values():
        answer = decided(browser, question.project, conflict)
        near.append(np.mean([alike(question, answer, one) for one in said]))
        apart.append(np.mean([alike(question, a, b) for a, b in combinations(said, 2)]))

    assert len(found) > TASKS / 2
    assert np.mean(near) > np.mean(apart) + 0.05

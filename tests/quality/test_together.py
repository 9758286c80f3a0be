"""A decision of several people's answers, where the one refers to what the other has marked."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from apps.annotations.actions.answers import clean_answers
from apps.annotations.models import Question
from apps.projects.models import Membership, Project
from apps.quality.actions import BadDecision, adjudicate
from apps.quality.models import Conflict, Outcome
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    answered_task,
)
from tests.quality.factories import measure

pytestmark = pytest.mark.django_db

# Both have the name "a" for another thing.
ANN = [("a", "Person", 0, 3), ("b", "Place", 5, 9), ("c", "Work", 11, 14)]
BEN = [("a", "Place", 5, 9), ("z", "Person", 0, 3)]
CASES = [
    (
        "relation",
        {"labels": ["lives in"]},
        [{"id": "r", "label": "lives in", "from": "z", "to": "a"}],
        [("a", "b")],
        lambda answer: [(one["from"], one["to"]) for one in answer],
    ),
    (
        "chain",
        {},
        [{"id": "r", "members": ["a", "z"]}],
        [["a", "b"]],
        lambda answer: [one["members"] for one in answer],
    ),
]


def spans(*marks: tuple[str, str, int, int]) -> list[dict[str, Any]]:
    return [{"id": i, "label": x, "parts": [[start, end]]} for i, x, start, end in marks]


@pytest.fixture
def project() -> Project:
    return ProjectFactory(fields=[{"name": "text", "display": "text"}])


def asked(project: Project, kind: str, config: dict[str, Any]) -> None:
    labels = ["Person", "Place", "Work"]
    QuestionFactory(
        project=project, name="q", kind="span", config={"field": "text", "labels": labels}
    )
    QuestionFactory(project=project, name="then", kind=kind, config=config)


def answered(project: Project, *answers: dict[str, Any]) -> tuple[Conflict, list[str]]:
    people: list[Membership] = [MembershipFactory(project=project) for _ in answers]
    questions = list(Question.objects.filter(project=project))
    answers = tuple(clean_answers(questions=questions, answers=one) for one in answers)
    task = answered_task(
        project=project,
        data={"text": "Ada in Rome by Bach"},
        answers=dict(zip(people, answers, strict=True)),
    )
    measure(task)
    conflict = Conflict.objects.get(task=task)
    keys = [str(task.annotations.get(annotator=one).key) for one in people]
    return conflict, keys


def decided(conflict: Conflict, answers: dict[str, Any], sources: dict[str, str]) -> Any:
    return adjudicate(
        task=conflict.task,
        by=UserFactory(),
        at=timezone.now(),
        outcome=Outcome.DECIDED,
        answers=answers,
        sources=sources,
        reason="",
        follows=None,
    ).answers


@pytest.mark.parametrize(("kind", "config", "given", "expected", "read"), CASES)
def test_what_is_joined_is_found_by_what_it_is(project, kind, config, given, expected, read):
    asked(project, kind, {"of": ["q"], **config})
    conflict, (ann, ben) = answered(
        project, {"q": spans(*ANN), "then": []}, {"q": spans(*BEN), "then": given}
    )
    theirs = conflict.task.annotations.get(key=ben).answers["then"]
    found = decided(conflict, {"q": spans(*ANN), "then": theirs}, {"q": ann, "then": ben})
    assert read(found["then"]) == expected


@pytest.mark.parametrize(("kind", "config", "given"), [case[:3] for case in CASES])
def test_what_is_not_there_is_said(project, kind, config, given):
    asked(project, kind, {"of": ["q"], **config})
    conflict, (ann, ben) = answered(
        project, {"q": spans(ANN[0]), "then": []}, {"q": spans(*BEN), "then": given}
    )
    theirs = conflict.task.annotations.get(key=ben).answers["then"]
    with pytest.raises(BadDecision, match="'Place' is not marked so in the answer chosen for 'q'"):
        decided(conflict, {"q": spans(ANN[0]), "then": theirs}, {"q": ann, "then": ben})


def test_a_record_goes_with_the_thing_that_it_is_about(project):
    light = {"name": "light", "title": "Light?", "kind": "choice", "config": {"labels": ["x", "y"]}}
    asked(project, "record", {"objects": {"question": "q"}, "questions": [light]})
    mine = [{"of": name, "answers": {"light": "x"}} for name in "abc"]
    theirs = [
        {"of": "a", "answers": {"light": "x"}},
        {"of": "z", "answers": {"light": "y"}},
    ]
    conflict, (ann, ben) = answered(
        project,
        {"q": spans(*ANN[:2]), "then": mine[:2]},
        {"q": spans(*BEN), "then": theirs},
    )
    given = conflict.task.annotations.get(key=ben).answers["then"]
    found = decided(conflict, {"q": spans(*ANN[:2]), "then": given}, {"q": ann, "then": ben})
    assert {one["of"]: one["answers"]["light"] for one in found["then"]} == {"a": "y", "b": "x"}

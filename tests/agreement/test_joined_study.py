"""Relations and chains, measured in the background over the things that they join."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.agreement.actions.drain import drain
from apps.agreement.actions.studies import make_due_studies
from apps.agreement.models import Study
from apps.annotations.kinds import kinds
from apps.annotations.models import Question
from apps.projects.models import Membership, Project
from tests.agreement.factories import tell
from tests.bulk import answered_tasks
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory

pytestmark = pytest.mark.django_db

ANN = [("a", "Person", 0, 10), ("b", "Place", 20, 30), ("c", "Person", 40, 50)]
# The same, a little off, and with ids of his own; the third he did not mark.
BO = [("x", "Person", 0, 9), ("y", "Place", 20, 30)]


def asked(project: Project, kind: str, name: str, **config: Any) -> Question:
    full = kinds[kind].clean_config({**kinds[kind].starter, **config})
    return QuestionFactory(project=project, name=name, kind=kind, config=full)


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    asked(project, "span", "spans")
    return project


def spans(marks: list[tuple[str, str, int, int]]) -> list[dict[str, Any]]:
    return [{"id": i, "label": label, "parts": [[a, b]]} for i, label, a, b in marks]


def relation(label: str, first: str, second: str) -> dict[str, Any]:
    return {"id": f"{first}{second}", "label": label, "from": first, "to": second}


def give(project: Project, name: str, ann: Any, bo: Any, tasks: int = 12) -> dict[str, Any]:
    people: list[Membership] = [MembershipFactory(project=project) for _ in range(2)]
    said = {people[0]: {"spans": spans(ANN), name: ann}, people[1]: {"spans": spans(BO), name: bo}}
    made = answered_tasks(project=project, answers=[said] * tasks)
    tell(project, *made)
    drain(project.pk)
    make_due_studies()
    body: dict[str, Any] = Study.objects.get(
        question__project=project, question__name=name, part="objects"
    ).body
    return body


def values(body: dict[str, Any]) -> dict[str, float | None]:
    return {one["measure"]: one["value"] for one in body["measures"]}


def test_relations_are_alike_where_their_ends_are(project: Project) -> None:
    asked(project, "relation", "links", of=["spans"], labels=["in", "near"])
    ann = [relation("in", "a", "b"), relation("in", "c", "b")]

    body = give(project, "links", ann, [relation("in", "x", "y")])

    found = values(body)
    assert found["relation_f1"] == pytest.approx(2 / 3)
    assert found["relation_f1_given_ends"] == 1
    assert body["answers"] == 24
    assert {row["of"]: row["measures"][0]["value"] for row in body["labels"]} == {
        "in": pytest.approx(2 / 3),
        "near": None,
    }
    (one,) = [row for row in body["labels"] if row["of"] == "near"]
    assert one["measures"][0]["undefined_reason"]["code"] == "no_relations"


def test_a_label_and_a_direction_make_another_relation(project: Project) -> None:
    asked(project, "relation", "links", of=["spans"], labels=["in", "near"])
    body = give(project, "links", [relation("in", "a", "b")], [relation("near", "x", "y")])
    assert (values(body)["relation_f1"], values(body)["relation_f1_any_label"]) == (0, 1)

    other = ProjectFactory()
    asked(other, "span", "spans")
    asked(other, "relation", "links", of=["spans"], labels=["in"])
    body = give(other, "links", [relation("in", "a", "b")], [relation("in", "y", "x")])
    assert values(body)["relation_f1"] == 0


def test_without_a_direction_both_orders_are_one(project: Project) -> None:
    asked(project, "relation", "links", of=["spans"], labels=["near"], directed=False)

    body = give(project, "links", [relation("near", "a", "b")], [relation("near", "y", "x")])

    assert values(body)["relation_f1"] == 1


def test_chains_are_alike_as_far_as_their_mentions_are(project: Project) -> None:
    asked(project, "chain", "same", of=["spans"], labels=[])
    ann = [{"id": "k", "members": ["a", "b", "c"]}]

    body = give(project, "same", ann, [{"id": "l", "members": ["x", "y"]}])

    found = values(body)
    # Of three mentions he has two together; all that he has are right.
    assert found["muc_f1"] == pytest.approx(2 * 0.5 / 1.5)
    assert found["ceaf_f1"] == pytest.approx(4 / 5)
    assert 0 < (found["b_cubed_f1"] or 0) < 1
    assert len(body["pairs"]) == 1


def test_what_nobody_marked_is_left_out_and_counted(project: Project) -> None:
    asked(project, "relation", "links", of=["spans"], labels=["in"])

    body = give(
        project,
        "links",
        [relation("in", "a", "b"), relation("in", "a", "gone")],
        [relation("in", "x", "y")],
    )

    assert values(body)["relation_f1"] == 1
    assert body["loose"] == 12


def test_the_page_and_the_report_tell_them(project: Project) -> None:
    question = asked(project, "relation", "links", of=["spans"], labels=["in", "near"])
    give(project, "links", [relation("in", "a", "b")], [relation("in", "x", "y")])
    client = Client()
    client.force_login(MembershipFactory(project=project, role="viewer").user)

    where = {"question": question.name}
    page = client.get(reverse("agreement:dashboard", args=[project.pk], query=where))
    report = client.get(reverse("agreement:report", args=[project.pk]))

    assert "F1 of relations between what both marked" in page.content.decode()
    assert "F1 of relations" in report.content.decode()

"""What is compared stands in an order drawn for each task and annotator, and it is kept."""

from __future__ import annotations

from collections import Counter

import pytest

from apps.annotations.actions.orders import orders_of
from apps.annotations.displays import displays
from apps.annotations.models import Annotation
from apps.projects.models import Project
from tests.annotations.annotating import answer, send, signed_in, take
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory

FIELDS = [{"name": "answers", "display": "candidates"}]
DATA = {"answers": ["first", "second", {"text": "third", "model": "secret"}]}


def test_each_order_comes_as_often_as_any_other_and_always_again():
    def drawn(task, annotator):
        return orders_of(FIELDS, DATA, task_id=task, annotator_id=annotator)["answers"]

    counts = Counter(tuple(drawn(task, task % 7)) for task in range(3000))
    assert len(counts) == 6
    assert min(counts.values()) > 420
    assert drawn(5, 1) == drawn(5, 1)


@pytest.mark.parametrize("data", [{}, {"answers": None}, {"answers": "one"}, {"answers": ["one"]}])
def test_what_cannot_be_shown_has_no_order(data):
    assert orders_of(FIELDS, data, task_id=1, annotator_id=1) == {}


@pytest.mark.django_db
def test_the_page_shows_it_and_the_annotation_keeps_it():
    project = ProjectFactory(fields=FIELDS)
    QuestionFactory(project=project, name="wants")
    annotator = MembershipFactory(project=Project.objects.get(pk=project.pk))
    client = signed_in(annotator)
    for _ in range(6):
        task = TaskFactory(project=project, data=DATA)
        item = take(client, project)
        order = orders_of(FIELDS, DATA, task_id=task.pk, annotator_id=annotator.pk)
        ids = ["abc"[i] for i in order["answers"]]
        places = [item["html"].index(f'data-candidate="{one}"') for one in ids]
        assert places == sorted(places)
        assert "secret" not in item["html"]
        send(client, project, "submit", **answer(item["assignment"]["id"]))
        assert Annotation.objects.latest("pk").shown == order
    assert len({str(shown) for shown in Annotation.objects.values_list("shown", flat=True)}) > 1


def test_a_table_says_numbers_and_dates_as_people_read_them():
    table = displays["table"]
    shown = table.prepare(
        {"amount": -12499.5, "on": "2026-03-02", "at": "2026-03-02T08:52:00+00:00",
         "odd": "2026-02-30", "new": True, "tags": ["a", 1000], "gone": None}, {}
    )  # fmt: skip
    assert {name: cell["text"] for name, cell in shown["pairs"]} == {
        "amount": "\N{MINUS SIGN}12,499.5",
        "on": "2 Mar 2026",
        "at": "2 Mar 2026, 08:52 UTC",
        "odd": "2026-02-30",
        "new": "yes",
        "tags": "a, 1,000",
        "gone": "\N{EN DASH}",
    }


def test_a_table_has_the_columns_of_all_its_rows():
    shown = displays["table"].prepare([{"a": 1}, {"b": "x", "a": 2}], {})
    assert shown["heads"] == [("a", True), ("b", False)]
    assert [[cell["text"] for cell in row] for row in shown["rows"]] == [
        ["1", "\N{EN DASH}"],
        ["2", "x"],
    ]

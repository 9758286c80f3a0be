"""Spans and relations in imported rows: held against their text, refused with row and place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apps.annotations.models import Annotation
from apps.projects.models import Project
from tests.exchange.test_imports import bring
from tests.factories import ProjectFactory, QuestionFactory

pytestmark = pytest.mark.django_db

TEXT = "Ada 👩‍💻 met Zoë."


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(fields=[{"name": "text", "display": "text"}])
    config = {"field": "text", "labels": ["person"]}
    QuestionFactory(project=project, name="spans", kind="span", config=config)
    QuestionFactory(
        project=project, name="rel", kind="relation", is_required=False,
        config={"of": ["spans"], "labels": ["met"]},
    )  # fmt: skip
    return Project.objects.get(pk=project.pk)


def rows(*answers: dict[str, Any]) -> str:
    return "\n".join(
        json.dumps(
            {"data": {"text": f"{TEXT} {i}"}, "annotations": [{"annotator": "w1", "answers": one}]}
        )
        for i, one in enumerate(answers)
    )


def span(start: int, end: int, **more: Any) -> dict[str, Any]:
    return {"label": "person", "parts": [[start, end]], **more}


def test_spans_and_relations_come_in_with_ids_that_stay_the_same(project: Project) -> None:
    zoe = TEXT.index("Zoë")
    given = {
        "spans": [span(zoe, zoe + 3, id="z"), span(0, 3, id="a")],
        "rel": [{"label": "met", "from": "a", "to": "z"}],
    }
    bring(project, rows(given, {"spans": [{"label": "person", "start": 0, "end": 3}]}))
    first, second = Annotation.objects.order_by("task_id")
    assert [TEXT[slice(*one["parts"][0])] for one in first.answers["spans"]] == ["Ada", "Zoë"]
    assert [end["parts"] for end in first.answers["rel"][0]["ends"]] == [
        [[0, 3]], [[zoe, zoe + 3]]
    ]  # fmt: skip
    (made,) = second.answers["spans"]
    assert made["parts"] == [[0, 3]]
    assert len(made["id"]) == 12


@pytest.mark.parametrize(
    ("answers", "place", "sentence"),
    [
        ({"spans": [span(0, 3), span(5, 400)]}, "annotations[0].answers.spans.1.parts", "the text has"),
        ({"spans": [span(3, 3)]}, "annotations[0].answers.spans.0.parts.0", "begins at 3 and ends at 3"),
        ({"spans": [{"label": "dog", "parts": [[0, 1]]}]}, "annotations[0].answers.spans.0.label", "'dog' is not"),
        (
            {"spans": [span(0, 3, id="a")], "rel": [{"label": "met", "from": "a", "to": "q"}]},
            "annotations[0].answers.rel.0.to", "nothing with the id 'q' is marked",
        ),
    ],
)  # fmt: skip
def test_a_bad_answer_names_its_row_and_place(
    project: Project, answers: dict[str, Any], place: str, sentence: str
) -> None:
    good = {"spans": [span(0, 3)]}
    run, _ = bring(project, rows(good, answers))
    (problem,) = run.problems.all()
    assert (problem.row, problem.column) == (2, place)
    assert sentence in problem.message
    assert not Annotation.objects.exists()

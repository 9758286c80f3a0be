"""Suggestions on the way to the annotator, and what is kept of them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.annotations.actions.suggestions import is_unaided
from apps.annotations.models import Annotation, Suggestion
from apps.projects.models import Project
from tests.annotations.annotating import answer, send, signed_in, take
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def annotator():
    project = ProjectFactory(is_suggestion_shown=True)
    QuestionFactory(project=project, name="wants")
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


@pytest.fixture
def task(annotator):
    task = TaskFactory(project=annotator.project)
    for source, value, score in (("rules", "praise", None), ("model", "complaint", 0.6)):
        Suggestion.objects.create(task=task, source=source, answers={"wants": value}, score=score)
    return task


def sent(annotator, **more):
    client = signed_in(annotator)
    lent = take(client, annotator.project)["assignment"]["id"]
    return send(client, annotator.project, "submit", **answer(lent, **more))


def test_the_surest_stands_in_the_control_with_all_sources_beside(annotator, task):
    html = take(signed_in(annotator), annotator.project)["html"]

    assert html.index('data-source="model"') < html.index('data-source="rules"')
    assert 'data-begun="model" data-untouched' in html
    assert 'value="complaint" data-key="2" checked' in html


def test_hidden_ones_reach_nobody(annotator, task):
    Project.objects.update(is_suggestion_shown=False)

    html = take(signed_in(annotator), annotator.project)["html"]

    assert "data-suggested" not in html
    assert "checked" not in html


def test_a_share_of_the_tasks_is_answered_without(annotator, task):
    Project.objects.update(suggestion_hidden_share=1)

    html = take(signed_in(annotator), annotator.project)["html"]

    assert "data-suggested" not in html


def test_the_share_is_drawn_by_lot_and_grows_without_letting_go_of_any():
    few, many = ({pk for pk in range(20_000) if is_unaided(pk, share)} for share in (0.1, 0.2))

    assert few < many
    assert 0.09 < len(few) / 20_000 < 0.11
    assert 0.19 < len(many) / 20_000 < 0.21


def test_what_was_typed_comes_before_what_is_suggested(annotator, task):
    client = signed_in(annotator)
    lent = take(client, annotator.project)["assignment"]["id"]
    send(client, annotator.project, "draft", assignment=lent, answers={"wants": "question"})

    html = take(client, annotator.project)["html"]

    assert 'value="question" data-key="1" checked' in html
    assert 'data-begun=""' in html


@pytest.mark.parametrize(
    ("began", "value", "use"),
    [
        ({"wants": "model"}, "complaint", {"source": "model", "use": "accepted"}),
        ({"wants": "model"}, "praise", {"source": "model", "use": "changed"}),
        ({"wants": "rules"}, "praise", {"source": "rules", "use": "accepted"}),
        ({}, "complaint", {"source": None, "use": "ignored"}),
        ({"wants": None}, "praise", {"source": None, "use": "ignored"}),
    ],
)
def test_what_became_of_it_is_kept(annotator, task, began, value, use):
    response = sent(annotator, value=value, suggestions=began)

    assert response.status_code == 200
    kept = Annotation.objects.get()
    assert kept.suggestions == {"wants": use}
    assert not kept.is_independent


def test_where_none_was_shown_the_answer_is_independent(annotator, task):
    sent(annotator)

    kept = Annotation.objects.get()
    assert (kept.suggestions, kept.is_independent) == (None, True)


@pytest.mark.parametrize(
    ("began", "words"),
    [
        ({"wants": "oracle"}, "'oracle' suggests nothing for 'wants'. Sources: model, rules."),
        ({"else": "model"}, "There is no question 'else'."),
        (["model"], "Give an object with a source for each question."),
    ],
)
def test_what_was_never_suggested_is_refused(annotator, task, began, words):
    response = sent(annotator, suggestions=began)

    assert response.status_code == 422
    assert response.json()["errors"] == {"suggestions": words}


def test_an_answer_opened_again_says_how_it_began(annotator, task):
    sent(annotator, value="praise", suggestions={"wants": "model"})
    mine = Annotation.objects.get().assignment_id

    path = reverse("annotations:recent", args=[annotator.project_id, mine])
    html = signed_in(annotator).get(path).json()["html"]

    # The same as another source says: it stands as that one's.
    assert 'data-begun="rules" data-untouched' in html

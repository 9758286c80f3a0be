"""Candidates in a drawn order: A is what stands first on the page, and the answer names what it is."""

from __future__ import annotations

import pytest

from apps.annotations.models import Annotation
from apps.projects.models import Project
from tests.browser.annotating import saved
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIELDS = [{"name": "answers", "display": "candidates"}]


def test_the_first_on_the_page_is_a_and_the_answer_names_the_candidate(open_page):
    project = ProjectFactory(fields=FIELDS)
    labels = ["first", "second"]
    QuestionFactory(
        project=project, name="better", kind="pairwise", title="Which?", config={"field": "answers"}
    )
    QuestionFactory(
        project=project, name="order", kind="ranking", title="Order?",
        config={"labels": labels, "field": "answers"},
    )  # fmt: skip
    for _ in range(8):
        TaskFactory(project=project, data={"answers": labels})
    page = open_page(MembershipFactory(project=Project.objects.get(pk=project.pk)))

    for done in range(8):
        page.keyboard.press("1")  # A is better
        page.keyboard.press("2")
        page.keyboard.press("1")  # B before A
        page.keyboard.press("Enter")
        saved(page, done + 1)
    page.wait_for_selector("[data-no-more=yours_done]")

    seen = set()
    for one in Annotation.objects.order_by("pk"):
        [first, second] = one.shown["answers"]
        assert one.answers["better"] == {"overall": {"choice": "ab"[first]}}
        assert one.answers["order"] == [[labels[second]], [labels[first]]]
        seen.add(first)
    assert seen == {0, 1}

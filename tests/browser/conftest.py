"""Fixtures of the annotating page's browser tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Request

    from apps.projects.models import Membership
    from tests.browser.annotating import Open


@pytest.fixture
def annotator() -> Membership:
    from apps.projects.models import Project  # noqa: PLC0415  (Django is not set up when pytest reads this file)
    from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory  # noqa: PLC0415

    project = ProjectFactory()
    QuestionFactory(project=project, name="wants")
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


@pytest.fixture
def two_questions(annotator: Membership) -> Membership:
    from tests.factories import QuestionFactory  # noqa: PLC0415

    QuestionFactory(
        project=annotator.project, name="tone", title="In which tone?", labels=["calm", "loud"]
    )
    return annotator


@pytest.fixture
def open_page(new_page: Any, sign_in: Any) -> Iterator[Open]:
    from tests.browser.annotating import leave  # noqa: PLC0415

    contexts: list[BrowserContext] = []
    under_way: set[Request] = set()

    def watch(context: BrowserContext) -> None:
        def begun(request: Request) -> None:
            under_way.add(request)

        def ended(request: Request) -> None:
            under_way.discard(request)

        contexts.append(context)
        context.on("request", begun)
        context.on("requestfinished", ended)
        context.on("requestfailed", ended)

    def open_it(member: Membership, page: Page | None = None, **options: Any) -> Page:
        if page is None:
            page = new_page(**options)
            sign_in(page, member.user)
        if page.context not in contexts:
            watch(page.context)
        page.goto(reverse("annotations:annotate", args=[member.project_id]))
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_it
    # The server still works on what a page asked for last; the tables are emptied after that.
    for page in [page for context in contexts for page in context.pages]:
        leave(page, under_way)

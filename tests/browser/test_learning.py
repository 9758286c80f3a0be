"""A new project learns by itself: after fifty answers it puts the rest in order and proposes answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.annotations.models import Annotation, Question
from apps.projects.actions.background import last_job
from apps.projects.models import Membership, Project
from apps.routing.actions.learning import KIND
from apps.routing.models import ModelRun, Rank, Ranking
from apps.tasks.actions import queue_tasks
from apps.tasks.models import Task
from tests.browser.annotating import press_and_wait, saved, shown
from tests.browser.test_gold import look_at
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, user_of
from tests.routing.factories import WORDS, message

if TYPE_CHECKING:
    import subprocess

pytestmark = pytest.mark.django_db(transaction=True)
KEYS = {label: str(place) for place, label in enumerate(WORDS, start=1)}
NewPage = Callable[..., Page]
SignIn = Callable[[Page, User], None]


def inbox(count: int) -> tuple[Question, Membership, dict[str, str]]:
    """A project as the form makes it, with suggestions shown; and of each message its label."""
    rng = np.random.default_rng(5)
    project = ProjectFactory(overlap=1, is_suggestion_shown=True)
    question: Question = QuestionFactory(
        project=project, name="intent", config={"labels": [{"value": value} for value in WORDS]}
    )
    labels = [str(label) for label in rng.choice(list(WORDS), count)]
    texts = [f"{message(label, rng, sure=1.0)} {n}" for n, label in enumerate(labels)]
    made = Task.objects.bulk_create(
        Task(project=project, data={"text": text}, content_hash=f"{n:032}".encode())
        for n, text in enumerate(texts)
    )
    queue_tasks(project=project, task_ids=[task.pk for task in made])
    return question, MembershipFactory(project=project), dict(zip(texts, labels, strict=True))


def working(project: Project) -> bool:
    job = last_job(project, KIND)
    return job is not None and not job.is_ended


def answer(page: Page, truth: dict[str, str], number: int) -> None:
    for _ in range(number):
        press_and_wait(page, KEYS[truth[shown(page)]])


@pytest.mark.parametrize("count", [1_200, pytest.param(20_000, marks=pytest.mark.proof)])
def test_it_learns_orders_and_proposes_by_itself(
    count: int,
    new_page: NewPage,
    sign_in: SignIn,
    celery_worker_process: subprocess.Popen[bytes],
) -> None:
    question, annotator, truth = inbox(count)
    project = question.project
    page = new_page(viewport={"width": 1280, "height": 900})
    sign_in(page, user_of(annotator))
    page.goto(f"/p/{project.pk}/annotate/")
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.locator("[data-suggested]").count() == 0
    answer(page, truth, 52)
    saved(page, 52)

    lead = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(lead, user_of(MembershipFactory(project=project, role="lead")))
    in_order = lead.get_by_text(re.compile(r"Margin has put [\d,]+ of [\d,]+ waiting tasks"))
    # Asked of the database: the page of a job that ends reloads itself, which would meet a reload here.
    for _ in range(240):
        if Ranking.objects.filter(project=project).exists() and not working(project):
            break
        lead.wait_for_timeout(1_000)
    lead.goto(f"/p/{project.pk}/learning/")
    expect(in_order).to_be_visible()
    for scheme, width in (("light", 1280), ("dark", 390)):
        look_at(lead, "learning", scheme, width)
    lead.set_viewport_size({"width": 1280, "height": 900})

    first = Rank.objects.filter(task__queue__handed=0).order_by("place").first()
    assert first is not None
    lead.goto(f"/p/{project.pk}/tasks/{first.task_id}/")
    expect(lead.get_by_text(f"Place {first.place}")).to_be_visible()

    # The one in hand and the one fetched ahead were lent before; then the order is followed.
    for _ in range(2):
        press_and_wait(page, KEYS[truth[shown(page)]])
    assert shown(page) == first.task.data["text"]


def test_a_lead_lets_it_learn_at_once_and_looks_into_the_training(
    new_page: NewPage, sign_in: SignIn, celery_worker_process: subprocess.Popen[bytes]
) -> None:
    question, annotator, truth = inbox(200)
    project = question.project
    page = new_page(viewport={"width": 1280, "height": 900})
    sign_in(page, user_of(annotator))
    page.goto(f"/p/{project.pk}/annotate/")
    page.wait_for_selector("html[data-ready]", state="attached")
    answer(page, truth, 48)
    saved(page, 48)
    assert not ModelRun.objects.exists()

    lead = new_page(viewport={"width": 1280, "height": 900})
    sign_in(lead, user_of(MembershipFactory(project=project, role="lead")))
    lead.goto(f"/p/{project.pk}/learning/")
    lead.get_by_label("Propose from this probability on").fill("0")
    lead.get_by_label("Always").check()
    lead.get_by_role("button", name="Save").press("Enter")
    expect(lead.get_by_text("Margin has put")).to_be_visible(timeout=240_000)
    lead.locator("a[href*='/learning/models/']").first.press("Enter")
    expect(lead.get_by_role("heading", name="To train it again alike")).to_be_visible()

    # What nobody had begun has a proposal now, taken by Enter; the hold-out has none.
    for _ in range(30):
        press = "Enter" if page.locator("[data-suggested]").count() else KEYS[truth[shown(page)]]
        press_and_wait(page, press)
    saved(page, 78)
    taken = Annotation.objects.exclude(suggestions=None)
    assert taken
    assert not any(one.is_independent for one in taken)
    ranks = Rank.objects.in_bulk([one.task_id for one in taken])
    assert not any(rank.is_held_out for rank in ranks.values())

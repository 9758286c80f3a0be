"""The lead's dashboard: honest words, quick, current, and closed to whom it does not concern."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.agreement.actions.drain import drain
from apps.agreement.actions.overview import median_of
from apps.agreement.actions.reading import bucket_of
from apps.agreement.actions.studies import make_due_studies
from apps.agreement.models import Ledger, Report, Snapshot
from apps.agreement.views import plots, words
from apps.agreement.views.figures import QuestionFigures
from apps.annotations.models import Question
from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.core.figures import coefficient
from apps.projects.models import Membership, Project
from apps.quality.models import Conflict
from tests.bulk import Answers, answered_tasks
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    answered_task,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return ProjectFactory(slices=[{"name": "language", "path": "meta.language"}])


@pytest.fixture
def question(project: Project) -> Question:
    return QuestionFactory(
        project=project,
        name="topic",
        title="Topic",
        labels=["delivery", "refund", "praise"],
        goal=0.8,
    )


def client_of(project: Project, role: str = "lead") -> Client:
    client = Client()
    client.force_login(MembershipFactory(project=project, role=role).user)
    return client


def answer(project: Project, tasks: int = 60, noise: float = 0.25, seed: int = 5) -> None:
    """Three annotators of whom the third guesses more; two languages."""
    rng = np.random.default_rng(seed)
    people: list[Membership] = [MembershipFactory(project=project) for _ in range(3)]
    answers: list[Answers] = []
    for _ in range(tasks):
        truth = rng.choice(["delivery", "refund", "praise"])
        given: Answers = {}
        for place, person in enumerate(people):
            wrong = rng.random() < noise * (1 + place)
            given[person] = {
                "topic": str(rng.choice(["delivery", "refund"])) if wrong else str(truth)
            }
        answers.append(given)
    more = [{"meta": {"language": ["de", "fr"][i % 2]}} for i in range(tasks)]
    made = [task.pk for task in answered_tasks(project=project, answers=answers, more=more)]
    outbox.publish(event=TASK_CHANGED, scope_id=project.pk, subject_ids=made)
    drain(project.pk)


def url(project: Project, name: str = "dashboard", **query: Any) -> str:
    return reverse(f"agreement:{name}", args=[project.pk], query=query)


@pytest.mark.parametrize("role", ["lead", "reviewer", "viewer"])
def test_those_who_look_see_the_figures(project: Project, question: Question, role: str) -> None:
    answer(project, tasks=12)

    page = client_of(project, role).get(url(project))

    assert page.status_code == 200
    assert "Topic" in page.content.decode()


@pytest.mark.parametrize(
    "name", ["dashboard", "who", "what", "where", "why", "needed", "tasks", "row"]
)
def test_annotators_and_strangers_do_not(project: Project, question: Question, name: str) -> None:
    assert client_of(project, "annotator").get(url(project, name)).status_code == 403
    assert client_of(ProjectFactory()).get(url(project, name)).status_code == 404
    assert Client().get(url(project, name)).status_code == 302


def test_an_empty_project_says_so(project: Project, question: Question) -> None:
    page = client_of(project).get(url(project)).content.decode()

    assert "No answers yet." in page
    assert "On a scale from 0 to 1" in page


def test_a_project_without_questions_says_so(project: Project) -> None:
    page = client_of(project).get(url(project)).content.decode()

    assert "Nothing is asked yet" in page


def test_single_answers_say_that_no_task_has_two(project: Project, question: Question) -> None:
    task = answered_task(
        project=project, answers={MembershipFactory(project=project): {"topic": "refund"}}
    )
    outbox.publish(event=TASK_CHANGED, scope_id=project.pk, subject_ids=[task.pk])
    drain(project.pk)

    page = client_of(project).get(url(project)).content.decode()

    assert "No task has two answers yet." in page


@pytest.mark.parametrize("name", ["dashboard", "who", "what", "where", "why", "needed"])
def test_each_page_takes_under_a_dozen_queries_and_computes_nothing(
    project: Project, question: Question, name: str
) -> None:
    answer(project)
    make_due_studies()
    client = client_of(project)
    client.get(url(project, name))
    made = Report.objects.get().made_at

    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(url(project, name))

    assert page.status_code == 200
    assert len(queries) < 12, [q["sql"][:120] for q in queries]
    assert Report.objects.get().made_at == made


def test_an_open_page_is_answered_only_when_something_changed(
    project: Project, question: Question
) -> None:
    answer(project, tasks=12)
    client = client_of(project)
    state = Ledger.objects.get().state

    assert client.get(url(project, state=state)).status_code == 204
    answer(project, tasks=12, seed=6)
    fresh = client.get(url(project, state=state))

    assert fresh.status_code == 200
    assert "24" in fresh.content.decode()


def test_a_slice_shows_its_own_figure(project: Project, question: Question) -> None:
    answer(project)
    slice_id = Report.objects.get().body["slices"]["language"][0]["slice_id"]

    page = client_of(project).get(url(project, question="topic", slice=slice_id))

    assert page.context["shown"].units == 30
    assert "language “de” only" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"question": "no"}, 404),
        ({"slice": "x"}, 400),
        ({"slice": "9" * 30}, 400),
        ({"slice": 4711}, 404),
    ],
)
def test_bad_addresses_lead_nowhere(
    project: Project, question: Question, query: dict[str, Any], status: int
) -> None:
    answer(project, tasks=3)

    assert client_of(project).get(url(project, **query)).status_code == status


def test_names_and_labels_are_escaped(project: Project) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    QuestionFactory(
        project=project,
        name="topic",
        title=hostile,
        labels=["delivery", "refund", "praise", hostile],
    )
    answer(project, tasks=12)

    assert hostile not in client_of(project).get(url(project)).content.decode()


def figures(
    value: float | None, low: float | None, high: float | None, goal: float | None
) -> QuestionFigures:
    body = {
        "measures": [{"value": value, "low": low, "high": high, "units": 40}],
        "level": "nominal",
    }
    question = Question(
        name="topic", kind="choice", title="Topic", config={"labels": []}, goal=goal
    )
    return QuestionFigures(question, body)


@pytest.mark.parametrize(
    ("one", "headline"),
    [
        (figures(0.7, 0.65, 0.75, 0.8), "Topic is below the goal of .80."),
        (figures(0.79, 0.75, 0.84, 0.8), "Topic cannot be told apart from the goal of .80 yet."),
        (figures(0.9, 0.85, 0.95, 0.8), "Topic is above the goal of .80."),
        (figures(0.9, 0.85, 0.95, None), "Topic: alpha is .900."),
        (figures(0.9, None, None, 0.8), "Topic: alpha is .900."),
    ],
)
def test_the_verdict_says_what_the_interval_supports(one: QuestionFigures, headline: str) -> None:
    assert words.verdict_of([one], Ledger())["headline"] == headline


def test_steps_name_the_pair_the_person_and_the_slice() -> None:
    one = figures(0.7, 0.65, 0.75, 0.8)
    one.body |= {
        "confusion": {"values": ["a", "b"], "pairs": [{"a": 0, "b": 1, "share": 0.4, "tasks": 12}]},
        "annotators": [
            {"rater": n, "value": value, "low": value - 0.05, "high": value + 0.05}
            for n, value in enumerate([0.9, 0.88, 0.6])
        ],
        "slices": {"language": [{"of": "ar", "value": 0.4, "low": 0.3, "high": 0.5, "units": 9}]},
    }

    steps = words.steps_of(one, {2: "Jonas"})

    assert [step["title"] for step in steps] == [
        "Write down where “a” ends and “b” begins",
        "Talk with Jonas",
        "Look at language “ar”",
    ]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Topic", "Topic"),
        ("Does the second text follow?", "Main topic"),
        ("Which of these topics is the message about", "Main topic"),
        ("", "Main topic"),
    ],
)
def test_a_title_that_is_a_sentence_does_not_stand_inside_another(title: str, name: str) -> None:
    question = Question(name="main_topic", kind="choice", title=title, config={"labels": []})

    assert QuestionFigures(question, None).name == name


def test_many_questions_make_one_short_sentence() -> None:
    many = [figures(0.7, 0.65, 0.75, 0.8) for _ in range(5)]
    good = [figures(0.9, 0.85, 0.95, goal) for goal in (0.8, 0.7)]
    plain = [figures(0.9, 0.85, 0.95, None), figures(0.6, 0.55, 0.65, None)]

    told = words.verdict_of([*good, *many], Ledger())

    assert told["headline"] == "Topic, Topic and 3 more are below the goal of .80."
    assert told["more"].endswith("4 more below.")
    headline = "All 2 questions are above their goals."
    assert words.verdict_of(good, Ledger())["headline"] == headline
    headline = "Agreement is lowest on Topic: alpha is .600."
    assert words.verdict_of(plain, Ledger())["headline"] == headline


def test_the_list_of_projects_has_the_main_figure(project: Project, question: Question) -> None:
    QuestionFactory(project=project, name="aside", labels=["x", "y"], position=0)
    client = client_of(project, "viewer")
    assert "No answers yet." in client.get(url(project, "row")).content.decode()
    answer(project)
    figure = Report.objects.get(question=question).body["measures"][0]

    with CaptureQueriesContext(connection) as queries:
        row = client.get(url(project, "row")).content.decode()

    assert coefficient(figure["value"]) in row
    assert "60 tasks" in row
    # Session, person, project; then the questions and the report.
    assert len(queries) <= 5


def test_the_list_of_projects_says_that_nothing_is_asked(project: Project) -> None:
    assert (
        "no question that it can be" in client_of(project).get(url(project, "row")).content.decode()
    )


def test_the_first_annotators_are_shown_and_the_rest_on_request(
    project: Project, question: Question
) -> None:
    people = [MembershipFactory(project=project) for _ in range(14)]
    task = answered_task(project=project, answers={p: {"topic": "refund"} for p in people})
    outbox.publish(event=TASK_CHANGED, scope_id=project.pk, subject_ids=[task.pk])
    drain(project.pk)
    client = client_of(project)

    first, every = client.get(url(project, "who")), client.get(url(project, "who", people="all"))

    assert len(first.context["people"]) == 12
    assert "Show all 14" in first.content.decode()
    assert len(every.context["people"]) == 14
    assert "Show all" not in every.content.decode()


def test_who_decides_comes_from_a_costly_task_to_its_conflict(
    project: Project, question: Question
) -> None:
    answer(project, tasks=12)
    task_id = client_of(project).get(url(project, "where")).context["tasks"][0]["id"]
    Conflict.objects.create(
        project=project, task_id=task_id, questions={"topic": 1}, widest=1, spread=1
    )
    decide = reverse("quality:adjudicate", args=[project.pk, task_id])
    look = reverse("annotations:task", args=[project.pk, task_id])

    pages = {
        role: client_of(project, role).get(url(project, "where")).content.decode()
        for role in ("reviewer", "viewer")
    }

    assert (decide in pages["reviewer"], look in pages["reviewer"]) == (True, False)
    assert (decide in pages["viewer"], look in pages["viewer"]) == (False, True)


def test_history_needs_two_days() -> None:
    today = timezone.localdate()
    shots = [
        Snapshot(day=today - timedelta(days=n), value=0.8 - n / 10, low=0.6, high=0.9, units=9)
        for n in (1, 0)
    ]

    assert plots.history_plot(shots[:1], 0.8, "Topic") is None
    plot = plots.history_plot(shots, 0.8, "Topic")
    assert plot is not None
    points = json.loads(plot["spec"])["series"][0]["points"]
    assert [point["mark"] for point in points] == ["undecided", "undecided"]
    assert [row[1]["text"] for row in plot["rows"]] == [".700", ".800"]


def test_the_forecast_says_nothing_before_the_third_day() -> None:
    days = [[(timezone.localdate() - timedelta(days=n)).isoformat(), 50] for n in (4, 3, 2, 1, 0)]
    progress = {"days": days[:2], "wanted": 500, "given": 100}

    early = plots.pace_plot(progress)
    assert early is not None
    assert early["end"] is None
    forecast = plots.pace_plot({"days": days, "wanted": 500, "given": 250})
    assert forecast is not None
    assert forecast["end"]["value"] == timezone.localdate() + timedelta(days=5)


def test_the_median_of_buckets_is_right_to_five_percent() -> None:
    times = [2.0, 3.0, 11.0, 12.0, 90.0]
    buckets = {bucket_of(t): 1 for t in times}

    assert median_of(buckets) == pytest.approx(11, rel=0.05)
    assert median_of({-1: 5}) is None


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1440, 390])
def test_an_open_page_follows_the_answers(
    project: Project,
    question: Question,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    width: int,
) -> None:
    answer(project)
    page = new_page(viewport={"width": width, "height": 900})
    sign_in(page, MembershipFactory(project=project, role="lead").user)
    page.goto(url(project))
    assert page.get_by_role("heading", name="Questions").is_visible()

    answer(project, tasks=5, seed=8)

    page.get_by_text("65 tasks with two answers").wait_for(timeout=6000)
    too_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not too_wide

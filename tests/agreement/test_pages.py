"""The dashboard's pages: what each says, its links, and what it refuses."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.agreement.actions.drain import drain
from apps.agreement.actions.need import Aim, Price, needed
from apps.agreement.actions.studies import make_due_studies
from apps.agreement.models import Report, Study
from apps.annotations.models import Question
from apps.projects.models import Guideline, Membership, Project
from tests.agreement.factories import alpha_of, fill
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory

pytestmark = pytest.mark.django_db

LABELS = ["refund", "delivery", "praise"]


@pytest.fixture
def project() -> Project:
    return ProjectFactory(answer_cost="0.5")


@pytest.fixture
def question(project: Project) -> Question:
    return QuestionFactory(project=project, name="topic", title="Topic", labels=LABELS, goal=0.8)


def table_of(tasks: int = 60, errors: tuple[float, ...] = (0.05, 0.05, 0.05, 0.7)) -> Any:
    rng = np.random.default_rng(8)
    truth = rng.choice(LABELS, (tasks, 1))
    guess = rng.choice(LABELS, (tasks, len(errors)))
    return np.where(rng.random(guess.shape) < errors, guess, truth).tolist()


@pytest.fixture
def table(project: Project, question: Question) -> Any:
    rows = table_of()
    fill(project, rows, "topic")
    drain(project.pk)
    make_due_studies()
    return rows


def client_of(project: Project, role: str = "lead") -> Client:
    client = Client()
    client.force_login(MembershipFactory(project=project, role=role).user)
    return client


def url(project: Project, name: str, **query: Any) -> str:
    return reverse(f"agreement:{name}", args=[project.pk], query=query)


def page_of(project: Project, name: str, role: str = "lead", **query: Any) -> Any:
    answer = client_of(project, role).get(url(project, name, **query))
    assert answer.status_code == 200
    return answer


def test_who_names_the_one_who_stands_apart(project: Project, table: Any) -> None:
    page = page_of(project, "who")

    worst = min(page.context["people"], key=lambda row: row["value"])
    assert page.context["found"]["headline"] == f"{worst['name']} stands apart from the others."
    assert worst["name"] in page.content.decode()


def test_before_the_study_the_page_says_that_it_comes(project: Project, question: Question) -> None:
    fill(project, table_of(12), "topic")
    drain(project.pk)

    pages = [page_of(project, name).content.decode() for name in ("who", "why", "needed")]

    assert all("Being worked out." in page and "data-refresh" in page for page in pages)


def test_what_leads_to_the_tasks_that_were_given_both(project: Project, table: Any) -> None:
    page = page_of(project, "what")

    pair = page.context["pairs"][0]
    link = url(project, "tasks", question="topic", **pair["query"]).replace("&", "&amp;")
    assert link in page.content.decode()
    behind = client_of(project).get(link.replace("&amp;", "&"))
    both = [row for row in table if {pair["query"]["a"], pair["query"]["b"]} <= set(row)]
    assert len(behind.context["rows"]) == len(both) == pair["tasks"]


def test_an_answer_that_nobody_gave_has_no_tasks_behind_it(project: Project, table: Any) -> None:
    assert client_of(project).get(url(project, "tasks", a="refund", b="no")).status_code == 404


def test_a_merge_that_helps_is_proposed_with_its_figure(project: Project, table: Any) -> None:
    page = page_of(project, "what")

    assert "a=delivery&amp;b=" in page.content.decode()
    for row in page.context["merges"]:
        first, second = row["first"], row["second"]
        merged = [[first if value == second else value for value in line] for line in table]
        assert row["merged"]["value"] == pytest.approx(alpha_of(merged, "nominal"))


def test_where_a_slice_is_lower_it_is_said(project: Project, question: Question) -> None:
    project.slices = [{"name": "language", "path": "data.text"}]
    project.save()
    good, poor = table_of(40, (0.03, 0.03, 0.03)), table_of(40, (0.9, 0.9, 0.9))
    tasks = fill(project, [*good, *poor], "topic")
    for place, task in enumerate(tasks):
        task.data = {"text": ["de", "ar"][place >= 40]}
        task.save()
    drain(project.pk)
    make_due_studies()

    page = page_of(project, "where")

    assert page.context["found"]["headline"] == "Agreement is lower in language “ar”."
    tests = {e["of"]: e["test"] for e in page.context["slices"]["language"]}
    assert (tests["ar"]["differs"], tests["ar"]["difference"] < 0) == (True, True)


def test_why_names_people_only_to_those_who_may_know(project: Project, table: Any) -> None:
    lead, reviewer = page_of(project, "why"), page_of(project, "why", "reviewer")

    def named(page: Any) -> set[str]:
        return {row["who"] for cause in page.context["causes"] for row in cause["tasks"]}

    assert any(named(lead))
    assert not any(named(reviewer))
    project.is_blind = False
    project.save()
    assert any(named(page_of(project, "why", "reviewer")))


def test_needed_counts_tasks_answers_cost_and_date(project: Project, table: Any) -> None:
    page = page_of(project, "needed", aim="width", size="0.05")

    need, plan = page.context["need"], page.context["plan"]
    assert need["tasks"] == Aim("width", 0.05).tasks(plan["spread"])
    assert need["more_tasks"] == need["tasks"] - 60
    assert need["more_answers"] == pytest.approx(4 * need["more_tasks"])
    assert need["cost"] == pytest.approx(0.5 * need["more_answers"])
    spec = json.loads(page.context["curve"]["spec"])
    assert spec["goal"]["y"] == 0.05
    assert "the better buy" in page.content.decode()


def test_twice_the_difference_takes_a_quarter_of_the_tasks() -> None:
    plan = {"spread": 0.8, "tasks": 100, "answers": 300}

    found = [needed(plan, Aim("difference", size), Price(None)) for size in (0.1, 0.2)]

    assert found[0]["tasks"] == pytest.approx(4 * found[1]["tasks"], abs=4)
    assert found[0]["cost"] is None
    half = Aim("difference", found[0]["reached"]).tasks(0.8)
    assert half == pytest.approx(100, abs=1)


def test_a_price_per_hour_is_by_the_median_time() -> None:
    assert Price.of(per_answer=None, per_hour=Decimal(36), seconds=10).per_answer == pytest.approx(
        0.1
    )
    assert Price.of(per_answer=None, per_hour=Decimal(36), seconds=None).per_answer is None


def test_a_size_that_is_no_number_is_refused_in_words(project: Project, table: Any) -> None:
    assert "Enter a number." in page_of(project, "needed", size="x").content.decode()


def test_the_overview_says_how_likely_each_word_is(project: Project, table: Any) -> None:
    page = page_of(project, "dashboard")

    trust = page.context["trust"]
    assert [scale["name"] for scale in trust["scales"]][:2] == ["Krippendorff", "Landis and Koch"]
    for scale in trust["scales"]:
        assert sum(level["probability"] for level in scale["levels"]) == pytest.approx(1)
    assert "by chance" not in trust
    assert "The words are conventions" in page.content.decode()


def test_a_past_day_shows_what_stood_then(project: Project, table: Any) -> None:
    today = timezone.localdate()

    now = page_of(project, "dashboard", as_of=today.isoformat())
    then = page_of(project, "dashboard", as_of=(today - timedelta(days=400)).isoformat())

    assert now.context["shown"].value == pytest.approx(alpha_of(table, "nominal"))
    assert then.context["shown"].value is None
    assert "as of the end of" in now.content.decode()


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ({"as_of": "x"}, 400, "In the address as_of must be a day, such as 2026-11-30."),
        ({"slice": "x"}, 400, "In the address slice must be a number."),
        ({"slice": "99"}, 404, "There is no such slice in this project."),
        ({"question": "gone"}, 404, "There is no question of this name in this project."),
    ],
)
def test_what_an_address_has_wrong_is_said(
    project: Project, table: Any, query: dict[str, str], status: int, sentence: str
) -> None:
    page = client_of(project).get(url(project, "dashboard", **query))

    assert page.status_code == status
    assert sentence in page.content.decode()
    assert url(project, "dashboard") in page.content.decode()


def test_two_projects_are_compared_where_one_may_look_at_both(project: Project, table: Any) -> None:
    other = ProjectFactory()
    QuestionFactory(project=other, name="topic", labels=LABELS)
    poor = table_of(60, (0.8, 0.8, 0.8))
    fill(other, poor, "topic")
    drain(other.pk)
    client = client_of(project)
    link = f"{url(project, 'compare')}?by=project&project={other.pk}"

    refused = client.get(link)
    MembershipFactory(project=other, user=refused.context["user"], role="viewer")
    page = client.get(link)

    assert "difference" not in refused.context
    found = page.context["difference"]
    assert found.value == pytest.approx(alpha_of(table, "nominal") - alpha_of(poor, "nominal"))
    assert page.context["found"]["headline"] == f"Agreement is higher: {project.name}."


def test_two_guidelines_are_compared_by_when_answers_were_given(
    project: Project, table: Any
) -> None:
    for number, day in ((1, 9), (2, 5)):
        Guideline.objects.create(
            project=project,
            number=number,
            text="x",
            created_at=timezone.now() - timedelta(days=day),
        )

    page = page_of(project, "compare", by="guideline", version=2)

    assert [side["name"] for side in page.context["sides"]] == ["Guideline v1", "Guideline v2"]
    assert page.context["sides"][1]["figure"].value == pytest.approx(alpha_of(table, "nominal"))
    assert page.context["found"]["headline"] == "They cannot be compared."


@pytest.mark.parametrize("by", ["project", "guideline", "day"])
def test_a_comparison_takes_under_a_dozen_queries(project: Project, table: Any, by: str) -> None:
    other = ProjectFactory()
    QuestionFactory(project=other, name="topic", labels=LABELS)
    fill(other, table, "topic")
    drain(other.pk)
    client = client_of(project)
    lead = Membership.objects.get(project=project, role="lead")
    MembershipFactory(project=other, user=lead.user, role="viewer")
    Guideline.objects.create(project=project, number=2, text="x")
    query = {"by": by, "project": other.pk, "version": 2, "day": f"{timezone.localdate()}"}
    address = reverse("agreement:compare", args=[project.pk], query=query)
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        page = client.get(address)

    assert "difference" in page.context
    assert len(queries) < 12, [q["sql"][:120] for q in queries]


def test_the_report_has_methods_figures_and_references(project: Project, table: Any) -> None:
    page = page_of(project, "report").content.decode()

    assert "Krippendorff\u2019s alpha at the level nominal" in page
    assert "60 tasks had two answers or more (240 answers)" in page
    assert "repository.upenn.edu" in page


@pytest.mark.parametrize("name", ["who", "what", "where", "why", "needed", "compare", "report"])
def test_each_page_stands_without_answers_and_without_questions(
    project: Project, name: str
) -> None:
    page_of(project, name)
    QuestionFactory(project=project, name="topic", labels=LABELS)
    page_of(project, name)


def test_hostile_values_in_a_study_are_text(project: Project, table: Any) -> None:
    hostile = "</agreement-plot><img src=x onerror=alert(1)>'\""
    member = MembershipFactory(project=project)
    member.user.name = hostile
    member.user.save()
    row = Study.objects.get(part="people")
    row.body["raters"][0]["rater"] = member.pk
    row.body["order"][0] = member.pk
    row.save()
    Report.objects.update(version=0)

    assert hostile not in page_of(project, "who").content.decode()

"""What needs annotators by name: computed when a lead asks, kept with its date, shown as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.module_loading import autodiscover_modules

from apps.agreement.actions.drain import drain
from apps.agreement.actions.raters import ask_for_raters
from apps.agreement.measures import Rated, rater_measures
from apps.agreement.measures.weights import named_distance
from apps.agreement.models import RaterReport
from apps.annotations.models import Question
from apps.core.jobs import run_job
from apps.core.models import JobRun, JobState
from apps.projects.models import Project
from tests.agreement.factories import fill, newest, revise, tell
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return ProjectFactory()


def grades(project: Project, **given: Any) -> Question:
    config = {"min": 1, "max": 5, "level": "interval"} | given
    return QuestionFactory(project=project, name="grade", kind="rating", config=config)


def table_of(raters: int, tasks: int = 40, values: tuple[int, ...] = (1, 2, 3, 4, 5)) -> Any:
    """Tasks x annotators; four of five answers are right."""
    rng = np.random.default_rng(7)
    truth = rng.choice(values, (tasks, 1))
    guess = rng.choice(values, (tasks, raters))
    return np.where(rng.random((tasks, raters)) < 0.8, truth, guess).tolist()


def computed(project: Project) -> dict[str, RaterReport]:
    job = ask_for_raters(project=project, by=MembershipFactory(project=project, role="lead").user)
    autodiscover_modules("jobs")  # a worker has read them at its start
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error
    return {row.measure: row for row in RaterReport.objects.filter(question__project=project)}


def client_of(project: Project, role: str = "lead") -> Client:
    client = Client()
    client.force_login(MembershipFactory(project=project, role=role).user)
    return client


def page_of(project: Project, role: str = "lead") -> str:
    url = reverse("agreement:who", args=[project.pk])
    return client_of(project, role).get(url).content.decode()


def test_figures_are_those_of_the_answers_by_annotator(project: Project) -> None:
    grades(project)
    table = table_of(raters=3)
    table[3][2] = None
    fill(project, table, "grade")
    drain(project.pk)

    kept = computed(project)

    data = Rated.from_matrix(list(zip(*table, strict=True)))
    expected = {
        name: measure
        for name, measure in rater_measures.items()
        if "interval" in measure.levels and not measure.for_two
    }
    assert kept.keys() == expected.keys()
    for name, measure in expected.items():
        figure = measure(data, level="interval", interval=False)
        assert kept[name].figure["value"] == pytest.approx(figure.value, abs=1e-12), name
        assert kept[name].figure["units"] == figure.units
        assert kept[name].figure["low"] < figure.value < kept[name].figure["high"]
        assert kept[name].answers == 3 * 40 - 1


def test_two_annotators_have_what_is_for_two(project: Project) -> None:
    grades(project)
    fill(project, table_of(raters=2), "grade")
    drain(project.pk)

    kept = computed(project)

    assert {"cohen_kappa", "pearson", "bland_altman"} <= kept.keys()
    assert "95 % of the differences lie between" in page_of(project)


def test_points_of_the_scale_that_nobody_gave_count_as_steps(project: Project) -> None:
    grades(project, level="ordinal")
    table = table_of(raters=2, values=(1, 2, 5))
    fill(project, table, "grade")
    drain(project.pk)

    kept = computed(project)["cohen_kappa"].figure

    data = Rated.from_matrix(list(zip(*table, strict=True)), order=[1, 2, 3, 4, 5])
    as_three = Rated.from_matrix(list(zip(*table, strict=True)))
    cohen = rater_measures["cohen_kappa"]
    distance = named_distance(data.values, "ordinal", "quadratic")
    assert kept["value"] == pytest.approx(cohen(data, level="ordinal", distance=distance).value)
    assert kept["value"] != pytest.approx(cohen(as_three, level="ordinal").value, abs=1e-3)


def test_what_nobody_asked_for_is_not_computed_and_the_page_says_so(project: Project) -> None:
    grades(project)
    fill(project, table_of(raters=3), "grade")
    drain(project.pk)

    page = page_of(project)

    assert "Not computed yet." in page
    assert not RaterReport.objects.exists()
    assert not JobRun.objects.exists()


def test_old_figures_keep_their_date_and_say_that_answers_changed(project: Project) -> None:
    grades(project)
    table = table_of(raters=3)
    tasks = fill(project, table, "grade")
    drain(project.pk)
    before = computed(project)["conger_kappa"]
    assert "Answers have changed since." not in page_of(project)

    revise(newest(tasks[0]), {"grade": table[0][2] % 5 + 1})
    tell(project, tasks[0])
    drain(project.pk)

    assert "Answers have changed since." in page_of(project)
    kept = RaterReport.objects.get(measure="conger_kappa")
    assert (kept.figure, kept.computed_at) == (before.figure, before.computed_at)
    after = computed(project)["conger_kappa"]
    assert after.figure["value"] != before.figure["value"]
    assert after.version > before.version
    assert "Answers have changed since." not in page_of(project)


def test_asking_twice_makes_one_job(project: Project) -> None:
    grades(project)
    client, url = client_of(project), reverse("agreement:by_name", args=[project.pk])

    answers = [client.post(url, {"question": "grade"}) for _ in range(2)]

    assert {answer.status_code for answer in answers} == {302}
    assert answers[0].headers["Location"].endswith("agreement/who/?question=grade#by-name")
    job = JobRun.objects.get(kind="agreement.raters")
    assert (job.scope, job.queue, job.state) == (project.scope, "compute", JobState.QUEUED)


def test_a_job_that_is_under_way_is_said_in_the_place_of_the_button(project: Project) -> None:
    grades(project)
    fill(project, table_of(raters=3), "grade")
    drain(project.pk)
    assert ">Compute</button>" in page_of(project)

    client_of(project).post(reverse("agreement:by_name", args=[project.pk]))

    page = page_of(project)
    assert "Being computed." in page
    assert ">Compute</button>" not in page


@pytest.mark.parametrize("role", ["reviewer", "viewer", "annotator"])
def test_only_a_lead_may_ask(project: Project, role: str) -> None:
    grades(project)
    fill(project, table_of(raters=3), "grade")
    drain(project.pk)

    asked = client_of(project, role).post(reverse("agreement:by_name", args=[project.pk]))

    assert asked.status_code == 403
    assert not JobRun.objects.exists()
    if role != "annotator":
        page = page_of(project, role)
        assert "Annotators by name" in page
        assert ">Compute</button>" not in page


def test_sets_and_what_is_only_compared_have_no_such_measures(project: Project) -> None:
    QuestionFactory(project=project, name="topics", kind="multi_choice")
    fill(project, [[["refund"], ["refund"]], [["praise"], ["refund"]]], "topics")
    drain(project.pk)

    assert computed(project) == {}
    assert "Annotators by name" not in page_of(project)


def test_a_question_without_answers_says_why_there_is_nothing(project: Project) -> None:
    grades(project)
    drain(project.pk)

    kept = computed(project)

    assert kept
    for row in kept.values():
        assert row.figure["value"] is None
        assert row.figure["undefined_reason"]["code"] == "no_overlap"


def test_more_annotators_than_can_be_held_by_name_are_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.agreement.measures.rated.CELLS", 5)
    grades(project)
    fill(project, table_of(raters=3), "grade")
    drain(project.pk)

    kept = computed(project)

    reasons = {row.figure["undefined_reason"]["code"] for row in kept.values()}
    assert reasons == {"refused"}
    assert "40 units by 3 raters are too many" in page_of(project)


def test_an_open_page_asks_for_the_new_figures_when_they_are_there(project: Project) -> None:
    grades(project)
    fill(project, table_of(raters=3), "grade")
    drain(project.pk)
    before = project.ledger.state

    computed(project)

    project.ledger.refresh_from_db()
    assert project.ledger.state != before


def test_the_page_with_them_takes_a_dozen_queries(project: Project) -> None:
    grades(project)
    fill(project, table_of(raters=3), "grade")
    drain(project.pk)
    computed(project)
    client, url = client_of(project), reverse("agreement:who", args=[project.pk])
    client.get(url)

    with CaptureQueriesContext(connection) as queries:
        page = client.get(url).content.decode()

    assert "ICC(2,1)" in page
    assert len(queries) < 12, [q["sql"][:120] for q in queries]

"""The pages of a model in use and of its rules: what they say, what they cost, who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.models import JobRun
from apps.projects.models import Project
from apps.routing.models import FeedPlan, FeedRule, Prediction
from tests.clients import signed_in_as
from tests.factories import ProjectFactory
from tests.routing.feeding import fed_project, row, send, simulated, worked
from tests.routing.test_in_use_looks import falls_at
from tests.routing.test_map import count_queries
from tests.routing.test_pages import text_of

pytestmark = pytest.mark.django_db


def address(project: Project, rest: str = "") -> str:
    return f"/p/{project.pk}/learning/in-use/{rest}"


@pytest.fixture
def project() -> Project:
    return fed_project()[0]


def fallen(project: Project) -> None:
    FeedPlan.objects.create(project=project, maturity_days=10)
    send(project, *simulated(1_800, seed=4, accuracy=falls_at(40), days=(80, 0)))
    for days in (45, 32, 0):
        worked(project, at=timezone.now() - timedelta(days=days))


def test_before_anything_came_it_says_what_to_send(project: Project) -> None:
    client = signed_in_as(project)
    assert "No predictions yet" in text_of(client.get(address(project)))

    send(project, [row("a")])

    assert "Nothing is counted yet" in text_of(client.get(address(project)))


def test_it_says_how_good_the_model_is_and_what_helps_after_a_fall(project: Project) -> None:
    fallen(project)
    client = signed_in_as(project)

    said = text_of(client.get(address(project)))

    assert "The model says what turns out to be so in 8" in said
    assert "with 95 % certainty: of" in said
    assert "Whatever the others would show" in said
    assert "has become worse" in said
    assert "Is it right as often as it says?" in said
    assert "Week by week" in said
    assert 'data-save="csv"' in said
    answer = client.post(
        address(project, f"{alarm(project)}/relabel/"), {"count": "7", "level": "1"}
    )
    assert answer.status_code == 302
    assert Prediction.objects.filter(chosen_by="fall").count() == 7
    wrong = client.post(
        address(project, f"{alarm(project)}/relabel/"), {"count": "0", "level": "1"}
    )
    assert wrong.status_code == 422


def alarm(project: Project) -> int:
    pk: int = project.feed_looks.get(is_alarm=True).pk
    return pk


def test_what_does_not_exist_is_taken_for_the_first_there_is(project: Project) -> None:
    send(project, *simulated(60, seed=1))
    worked(project)
    client = signed_in_as(project)

    for asked in ("?question=none", "?model=none", "?period=none", "?period=4&model=v1"):
        assert client.get(address(project, asked)).status_code == 200


def test_its_queries_do_not_grow(project: Project) -> None:
    send(project, *simulated(60, seed=1))
    worked(project)
    client = signed_in_as(project)
    few = count_queries(client, address(project))

    send(project, *simulated(600, seed=2, model="v2"))
    worked(project)

    assert count_queries(client, address(project)) == few <= 13
    assert count_queries(client, address(project, "rules/")) <= 9


def test_days_are_kept_and_counted_anew(project: Project) -> None:
    client = signed_in_as(project)
    days = {"maturity_days": "5", "retention_days": "50"}

    assert client.post(address(project, "days/"), days).status_code == 302

    plan = FeedPlan.objects.get()
    assert (plan.maturity_days, plan.retention_days) == (5, 50)
    assert JobRun.objects.filter(kind="routing.feed").exists()
    wrong = client.post(address(project, "days/"), days | {"maturity_days": "50"})
    assert wrong.status_code == 422
    assert "Give fewer days than predictions are kept" in text_of(wrong)


def test_rules_are_tried_saved_and_put_in_the_order_of_their_places(project: Project) -> None:
    send(project, [row(f"k{n}", probability=0.5) for n in range(8)])
    client = signed_in_as(project)
    sent = {
        "0-kind": "probability",
        "0-low": "0.4",
        "0-high": "0.6",
        "0-place": "2",
        "0-daily": "3",
        "1-kind": "lot",
        "1-share": "0.00001",
        "1-place": "1",
    }

    tried = text_of(client.post(address(project, "rules/"), sent | {"do": "try"}))
    assert "Of the newest 8 predictions it takes <b>8</b>, with its limit <b>3</b>" in tried
    assert not FeedRule.objects.exists()

    assert client.post(address(project, "rules/"), sent | {"do": "save"}).status_code == 302
    assert [one.kind for one in FeedRule.objects.order_by("position")] == ["lot", "probability"]
    shown = text_of(client.get(address(project)))
    assert "3 a day at most" in shown
    assert JobRun.objects.get(kind="routing.feed").arguments["is_counted"] is False


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"0-kind": "lot"}, "Give a share from 0.000001 to 1."),
        ({"0-kind": "label", "0-question": "verdict", "0-label": "x"}, ""),
        ({"0-kind": "probability", "0-low": "x"}, "Give a number, such as 0.1."),
        ({"0-kind": "other"}, "not one of the available choices"),
        ({"0-kind": "lot", "0-share": "nan"}, "Give a number, such as 0.1."),
    ],
)
def test_a_rule_that_cannot_be_is_refused_beside_its_field(
    project: Project, sent: dict[str, str], says: str
) -> None:
    answer = signed_in_as(project).post(address(project, "rules/"), sent | {"do": "save"})

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not FeedRule.objects.exists()


def test_the_job_is_shown_and_stopped(project: Project) -> None:
    send(project, [row("a")])
    client = signed_in_as(project)

    assert client.post(address(project, "run/")).status_code == 302
    assert "Taking up the predictions" in text_of(client.get(address(project, "job/")))
    assert client.post(address(project, "cancel/")).status_code == 302
    assert client.get(address(project, "job/"))["HX-Refresh"] == "true"


@pytest.mark.parametrize("role", ["reviewer", "viewer", "annotator"])
def test_they_are_for_leads(role: str) -> None:
    project = ProjectFactory()
    client = signed_in_as(project, role)

    assert client.get(address(project)).status_code == 403
    assert client.get(address(project, "rules/")).status_code == 403

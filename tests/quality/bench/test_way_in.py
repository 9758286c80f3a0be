"""Who comes to the bench, by which list."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.projects.models import Project
from apps.quality.models import Conflict
from tests.clients import signed_in
from tests.factories import (
    MembershipFactory,
    QuestionFactory,
    TaskFactory,
)
from tests.quality.bench.deciding import topics, url
from tests.quality.factories import conflict_between

pytestmark = pytest.mark.django_db


def test_conflicts_open_with_the_worst(browser: Client, project: Project) -> None:
    topics(project, "praise", "praise", "complaint")
    worst = topics(project, "praise", "complaint", "question")

    answer = browser.get(url("conflicts", project))

    assert answer.headers["Location"] == url("adjudicate", project, worst)


def test_without_a_conflict_the_page_says_what_is_waited_for(
    browser: Client, project: Project
) -> None:
    TaskFactory(project=project)
    TaskFactory(project=project)

    page = browser.get(url("conflicts", project)).content.decode()

    assert "No conflict waits for you" in page
    assert "0 decided, 0 waiting for more answers" in page
    assert "2 tasks still wait for their answers" in page


@pytest.mark.parametrize(
    ("role", "conflicts", "bench"),
    [("lead", 302, 200), ("reviewer", 302, 200), ("viewer", 302, 403), ("annotator", 403, 403)],
)
def test_reviewers_decide_viewers_look_annotators_neither(
    project: Project, role: str, conflicts: int, bench: int
) -> None:
    conflict = topics(project, "praise", "complaint")
    client = signed_in(MembershipFactory(project=project, role=role))

    assert client.get(url("conflicts", project)).status_code == conflicts
    assert client.get(url("adjudicate", project, conflict)).status_code == bench
    assert client.get(url("list", project)).status_code == (403 if role == "annotator" else 200)
    for name in ("decide", "later", "send_back", "take_back"):
        status = client.post(url(name, project, conflict)).status_code
        assert (status == 403) == (bench == 403), name


def test_strangers_and_wrong_projects_find_nothing(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    elsewhere = MembershipFactory(role="lead")

    assert signed_in(elsewhere).get(url("adjudicate", project, conflict)).status_code == 404
    moved = reverse("quality:adjudicate", args=[elsewhere.project_id, conflict.task_id])
    assert signed_in(elsewhere).get(moved).status_code == 404
    assert browser.get(reverse("quality:adjudicate", args=[project.pk, 10**9])).status_code == 404


def test_the_list_filters_by_state_and_question(browser: Client, project: Project) -> None:
    QuestionFactory(project=project, name="tone", title="Tone?", labels=["calm", "loud"])
    first = conflict_between(
        project, {"topic": "praise", "tone": "calm"}, {"topic": "complaint", "tone": "calm"}
    )
    second = conflict_between(
        project, {"topic": "praise", "tone": "calm"}, {"topic": "praise", "tone": "loud"}
    )
    Conflict.objects.filter(pk=first.pk).update(state="decided")

    def shown(**query: str) -> set[int]:
        rows = browser.get(url("list", project), query).context["rows"]
        return {row["conflict"].pk for row in rows}

    assert shown() == {first.pk, second.pk}
    assert shown(state="decided") == {first.pk}
    assert shown(question="tone") == {second.pk}
    assert shown(state="nonsense", after="x") == {first.pk, second.pk}
    assert (
        "No conflict matches"
        in browser.get(url("list", project), {"state": "gone"}).content.decode()
    )


def test_the_list_pages_by_the_last_conflict(
    browser: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.quality.views.conflicts.PAGE", 2)
    made = {topics(project, "praise", "complaint").pk for _ in range(5)}
    seen: list[int] = []
    query = "?"
    while query:
        context = browser.get(url("list", project) + query).context
        seen += [row["conflict"].pk for row in context["rows"]]
        query = context["next_url"]

    assert len(seen) == 5
    assert set(seen) == made


def test_the_count_says_how_many_wait(browser: Client, project: Project) -> None:
    assert browser.get(url("count", project)).content.strip() == b""
    topics(project, "praise", "complaint")
    assert "1 conflict to decide" in browser.get(url("count", project)).content.decode()


def test_viewers_find_the_list_by_its_tab(project: Project) -> None:
    topics(project, "praise", "complaint")
    viewer = signed_in(MembershipFactory(project=project, role="viewer"))

    page = viewer.get(url("conflicts", project), follow=True).content.decode()

    assert f'href="{url("conflicts", project)}"' in page
    assert "Decide the worst" not in page
    assert url("adjudicate", project, Conflict.objects.get()) not in page

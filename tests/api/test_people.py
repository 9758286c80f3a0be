"""What is known of annotators, and answers that are set aside, by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import apps.quality.jobs  # noqa: F401  (a worker has read it)
from apps.annotations.models import Question
from apps.consensus.actions.choosing import choose_method
from apps.consensus.actions.fitting import fit_question
from apps.consensus.models import Method
from apps.core.jobs import run_job
from apps.projects.models import Membership
from apps.quality.actions.people import ask_for_people
from apps.quality.models import Aside, GoldScore
from tests.api.team import Team
from tests.bulk import answered_tasks
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def work(team: Team, people: list[Membership], tasks: int = 12) -> None:
    rows = []
    for i in range(tasks):
        word = ("praise", "complaint")[i % 2]
        said = [*[word] * (len(people) - 1), "praise"]
        rows.append({one: {"intent": each} for one, each in zip(people, said, strict=True)})
    answered_tasks(project=team.project, answers=rows)


@pytest.fixture
def people(team: Team) -> list[Membership]:
    return [MembershipFactory(project=team.project) for _ in range(4)]


def score(team: Team, who: Membership, value: float, *, is_evidence: bool) -> None:
    head = who.assignments.order_by("pk")[0]
    GoldScore.objects.create(
        assignment=head,
        project=team.project,
        annotator=who,
        task=head.task,
        annotation_id=head.head_id,
        score=value,
        by_question={"intent": value},
        is_evidence=is_evidence,
        submitted_at=timezone.now(),
    )


def known(team: Team, people: list[Membership]) -> None:
    work(team, people)
    question = Question.objects.get(project=team.project)
    choose_method(question=question, aggregator="dawid_skene", by=None, at=timezone.now())
    fit_question(question=question, method=Method.objects.get(question=question))
    score(team, people[3], 1.0, is_evidence=True)
    # Answered before the answer was known: it says nothing fair.
    score(team, people[0], 0.0, is_evidence=False)
    run_job(ask_for_people(project=team.project, by=None).pk)


def test_skill_speed_and_gold_stand_beside_agreement(team: Team, people: list[Membership]) -> None:
    known(team, people)

    rows = {row["id"]: row for row in team.lead.get(team.path("annotators/")).json()["results"]}

    good, turned = rows[people[0].pk], rows[people[3].pk]
    assert good["skill"]["intent"]["value"] > 0.95
    assert good["skill"]["intent"]["low"] < good["skill"]["intent"]["value"]
    assert turned["skill"]["intent"]["value"] < 0.7
    assert good["gold"] is None
    assert (turned["gold"]["value"], turned["gold"]["n"]) == (1, 1)
    assert turned["speed"]["per_day"]["value"] == 12
    seen = {row["id"]: row for row in team.viewer.get(team.path("annotators/")).json()["results"]}
    assert all(row["gold"] is None for row in seen.values())


def test_of_one_the_lead_reads_labels_and_what_is_taken_for_what(
    team: Team, people: list[Membership]
) -> None:
    known(team, people)
    path = team.path(f"annotators/{people[3].pk}/")

    told = team.lead.get(path).json()

    (report,) = told["questions"]
    assert (report["question"], report["held_against"]) == ("intent", "Dawid-Skene")
    (confused,) = report["confused"]
    assert (confused["shown"], confused["says"], confused["times"]) == ("complaint", "praise", 6)
    assert {row["label"] for row in report["labels"]} == {"praise", "complaint"}
    assert (report["windows"][0]["first"], report["windows"][0]["last"]) == (1, 12)
    assert told["work"] == {"done": 12}
    assert team.reviewer.get(path).status_code == 403
    newcomer = MembershipFactory(project=team.project)
    empty = team.lead.get(team.path(f"annotators/{newcomer.pk}/")).json()
    assert (empty["questions"], empty["speed"]) == ([], None)


def test_the_list_asks_the_same_of_few_and_of_many(team: Team, people: list[Membership]) -> None:
    def queries() -> int:
        team.lead.get(team.path("annotators/"))
        with CaptureQueriesContext(connection) as found:
            team.lead.get(team.path("annotators/"))
        return len(found)

    work(team, people, tasks=2)
    run_job(ask_for_people(project=team.project, by=None).pk)
    few = queries()
    work(team, [MembershipFactory(project=team.project) for _ in range(9)], tasks=2)
    run_job(ask_for_people(project=team.project, by=None).pk)

    assert queries() == few


def run(aside_id: int) -> None:
    job = Aside.objects.select_related("job").get(pk=aside_id).job
    assert job is not None
    run_job(job.pk)


def moved(team: Team, aside_id: int, **body: Any) -> Any:
    answer = team.lead.post(team.path(f"asides/{aside_id}/"), body)
    if answer.status_code == 200:
        run(aside_id)
    return answer


def test_answers_are_set_aside_and_taken_back(team: Team, people: list[Membership]) -> None:
    work(team, people, tasks=4)
    body = {"annotator": people[3].pk, "question": "intent", "label": "praise"}
    made = team.lead.post(team.path("asides/"), body)
    assert (made.status_code, made.json()["state"], made.json()["preview"]) == (201, "draft", None)
    key = made.json()["id"]
    early = moved(team, key, move="set", reason="x")
    assert (early.status_code, early.json()["code"]) == (409, "aside_moved")
    run(key)
    look = team.lead.get(team.path(f"asides/{key}/")).json()["preview"]
    assert (look["answers"], look["tasks"]) == (4, 4)

    silent = moved(team, key, move="ask")
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (422, "reason")
    assert moved(team, key, move="ask", reason="Too fast.").json()["state"] == "setting"
    (row,) = team.lead.get(team.path("asides/")).json()["results"]
    assert (row["state"], row["set_count"], row["is_asked_anew"]) == ("done", 4, True)
    assert moved(team, key, move="back").status_code == 200
    (row,) = team.lead.get(team.path("asides/")).json()["results"]
    assert (row["state"], row["back_count"]) == ("back", 4)
    assert moved(team, key, move="resume").status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [({"label": "praise"}, 400), ({"question": "nope"}, 404), ({"strange": 1}, 400), ({}, 409)],
)
def test_what_cannot_be_looked_at_is_refused(
    team: Team, people: list[Membership], body: dict[str, Any], status: int
) -> None:
    answer = team.lead.post(team.path("asides/"), {"annotator": people[0].pk, **body})

    assert answer.status_code == status
    assert not Aside.objects.exists()


def test_nobody_of_another_project_is_set_aside(team: Team) -> None:
    other = MembershipFactory()

    assert team.lead.post(team.path("asides/"), {"annotator": other.pk}).status_code == 404

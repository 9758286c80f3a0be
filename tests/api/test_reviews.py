"""Review by programs: the same stages, the same verdicts, the same refusals."""

from __future__ import annotations

import pytest

from apps.core.models import JobRun
from apps.quality.actions.reviewing import drain_reviews
from apps.quality.models import Adjudication, Review
from tests.api.team import Team
from tests.quality.reviews import case_of, given, judge, reviewer

pytestmark = pytest.mark.django_db
STAGE: dict[str, object] = {"name": "review", "may": ["accept", "correct", "return"]}


def staged(team: Team, *stages: dict[str, object]) -> None:
    answer = team.lead("put", team.path("stages/"), {"stages": list(stages or (STAGE,))})
    assert answer.status_code == 200, answer.content
    drain_reviews(team.project.pk)


def test_a_program_sets_stages_takes_an_answer_and_judges_it(team: Team) -> None:
    annotation = given(team.project)
    staged(team)
    assert team.viewer.get(team.path("stages/")).json()["stages"][0]["waiting"] == 1

    handed = team.reviewer.post(team.path("reviews/next/")).json()

    assert handed["status"] == "review"
    lent = handed["review"]
    assert (lent["annotation"], lent["answers"]) == (annotation.pk, {"intent": "praise"})
    body = {name: lent[name] for name in ("assignment", "annotation")}
    answer = team.reviewer.post(
        team.path("reviews/"), {**body, "verdict": "correct", "answers": {"intent": "question"}}
    )
    assert answer.status_code == 201
    assert answer.json()["decision"] == Adjudication.objects.get().pk
    assert team.reviewer.post(team.path("reviews/next/")).json() == {
        "status": "done",
        "review": None,
    }
    rows = team.viewer.get(team.path("reviews/?verdict=correct")).json()["results"]
    assert [row["annotation"] for row in rows] == [annotation.pk]
    assert team.viewer.get(team.path("reviews/?verdict=return")).json()["results"] == []


def test_a_reviewer_reads_only_their_own_verdicts(team: Team) -> None:
    staged(team)
    judge(given(team.project), reviewer(team.project), "accept")

    assert len(team.lead.get(team.path("reviews/")).json()["results"]) == 1
    assert team.reviewer.get(team.path("reviews/")).json()["results"] == []


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"verdict": "return", "goes_to": "same"}, 422, "reason"),
        ({"verdict": "return", "reason": "x"}, 422, "goes_to"),
        ({"verdict": "reject", "reason": "x"}, 422, "verdict"),
        ({"verdict": "correct"}, 422, "intent"),
        ({"verdict": "x"}, 400, "verdict"),
        ({"verdict": "accept", "reviewer": 1}, 400, "reviewer"),
    ],
)
def test_a_bad_verdict_is_refused_by_its_field(
    team: Team, body: dict[str, object], status: int, field: str
) -> None:
    staged(team)
    annotation = given(team.project)
    named = {"assignment": annotation.assignment_id, "annotation": annotation.pk}

    answer = team.reviewer.post(team.path("reviews/"), {**named, **body})

    assert answer.status_code == status, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Review.objects.exists()


def test_what_is_one_s_own_or_of_another_project_is_not_judged(team: Team) -> None:
    staged(team)
    mine = given(team.project, by=team.members["reviewer"])
    body = {"assignment": mine.assignment_id, "annotation": mine.pk, "verdict": "accept"}

    answer = team.reviewer.post(team.path("reviews/"), body)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_yours_to_review")
    assert case_of(mine).state == "waiting"
    assert (
        team.reviewer.post(team.path("reviews/"), {**body, "assignment": 10**9}).status_code == 404
    )


def test_a_bad_stage_is_refused_by_its_place(team: Team) -> None:
    bad = {"name": "b", "selection": "sample", "config": {"share": 7}}

    answer = team.lead("put", team.path("stages/"), {"stages": [STAGE, bad]})

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["1.config.share"]


def test_a_verdict_is_taken_back_and_both_are_listed(team: Team) -> None:
    staged(team)
    annotation = given(team.project)
    body = {"assignment": annotation.assignment_id, "annotation": annotation.pk}
    made = team.reviewer.post(team.path("reviews/"), {**body, "verdict": "accept"}).json()
    path = team.path(f"reviews/{made['id']}/undo/")
    assert made["undone_at"] is None

    undone, again = team.reviewer.post(path), team.reviewer.post(path)
    other = team.lead.post(path)

    assert (undone.status_code, undone.json()) == (200, again.json())
    assert undone.json()["undone_at"] is not None
    assert other.status_code == 404
    assert case_of(annotation).state == "waiting"
    later = team.reviewer.post(
        team.path("reviews/"), {**body, "verdict": "return", "goes_to": "same", "reason": "No."}
    )
    assert later.status_code == 201
    rows = team.reviewer.get(team.path("reviews/")).json()["results"]
    assert [(row["verdict"], row["undone_at"] is None) for row in rows] == [
        ("return", True),
        ("accept", False),
    ]


def test_a_verdict_that_somebody_acted_on_is_not_taken_back(team: Team) -> None:
    staged(team, STAGE, {**STAGE, "name": "expert"})
    annotation = given(team.project)
    review = judge(annotation, team.members["reviewer"], "accept")
    judge(annotation, reviewer(team.project), "accept")

    answer = team.reviewer.post(team.path(f"reviews/{review.pk}/undo/"))

    assert (answer.status_code, answer.json()["code"]) == (409, "too_late_to_undo")


def test_a_lead_reads_how_often_reviewers_were_reversed(team: Team) -> None:
    staged(team, STAGE, {**STAGE, "name": "expert"})
    annotation, mine = given(team.project), team.members["reviewer"]
    judge(annotation, mine, "accept")
    judge(annotation, reviewer(team.project), "return")

    rows = team.lead.get(team.path("reviewers/")).json()["results"]

    row = next(row for row in rows if row["id"] == mine.pk)
    assert (row["verdicts"], row["again"], row["reversed"], row["share"]) == (1, 1, 1, 1.0)
    assert row["low"] < 1
    assert next(row for row in rows if row["id"] != mine.pk)["share"] is None
    assert team.reviewer.get(team.path("reviewers/")).status_code == 403


def test_a_look_at_stages_counts_what_was_accepted_before(team: Team) -> None:
    staged(team)
    judge(given(team.project), team.members["reviewer"], "accept")
    first = team.lead.get(team.path("stages/")).json()["stages"][0]["id"]
    body: dict[str, object] = {"stages": [{**STAGE, "id": first}, {**STAGE, "name": "audit"}]}

    looked = team.lead.post(team.path("stages/preview/"), body).json()

    assert looked == {
        "answers": 1,
        "accepted": 1,
        "stages": [
            {"takes": 1, "accepted_before": 0},
            {"takes": 1, "accepted_before": 1},
        ],
    }
    bad = team.lead.post(team.path("stages/preview/"), {"stages": [{**STAGE, "order": "x"}]})
    assert bad.status_code == 400
    sent = team.lead("put", team.path("stages/"), {**body, "sends_accepted": True})
    assert sent.status_code == 200
    assert JobRun.objects.filter(kind="quality.send_on").count() == 1

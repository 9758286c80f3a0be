"""An annotator's program: the next task, the answer, and nothing that is not theirs."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.annotations.models import Annotation, Draft, Gold, Suggestion
from apps.projects.models import Project
from apps.tasks.models import Assignment, QueueEntry
from tests.api.team import Team
from tests.factories import AnnotationFactory, AssignmentFactory, MembershipFactory, TaskFactory

pytestmark = pytest.mark.django_db


def _answer(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "answers": {"intent": "praise"}, "seconds": 2.5, **more}


def test_next_shows_the_declared_fields_and_nothing_else(team: Team) -> None:
    task = TaskFactory(
        project=team.project,
        data={"text": "Hello", "truth": "SECRET-DATA"},
        meta={"label": "SECRET-META"},
        external_id="SECRET-ID",
        group="SECRET-GROUP",
    )
    Gold.objects.create(task=task, answers={"intent": "SECRET-GOLD"}, source="SECRET-SOURCE")
    AnnotationFactory(
        assignment=AssignmentFactory(task=task, annotator=team.members["lead"]),
        answers={"intent": "complaint"},
        note="SECRET-NOTE",
    )

    answer = team.annotator.post(team.path("next/"))

    assert answer.status_code == 200
    told = answer.json()
    assert told["task"] == {"id": task.pk, "data": {"text": "Hello"}}
    assert told["status"] == "task"
    assert [question["name"] for question in told["questions"]] == ["intent"]
    assert b"SECRET" not in answer.content
    assert Assignment.objects.get(pk=told["id"]).annotator == team.members["annotator"]


def test_an_answer_is_kept_and_the_next_task_comes_with_it(team: Team) -> None:
    first, second = TaskFactory.create_batch(2, project=team.project)
    lent = team.annotator.post(team.path("next/")).json()

    answer = team.annotator.post(f"assignments/{lent['id']}/submit/", _answer(next=True))

    assert answer.status_code == 200
    kept = Annotation.objects.get(pk=answer.json()["annotation"])
    assert (kept.task, kept.answers, kept.seconds) == (first, {"intent": "praise"}, 2.5)
    assert answer.json()["next"]["task"]["id"] == second.pk
    assert QueueEntry.objects.get(pk=first.pk).submitted == 1


def test_a_question_to_the_lead_goes_in_and_is_found(team: Team) -> None:
    TaskFactory.create_batch(2, project=team.project)
    asked = {"note": "Is irony praise?", "note_kind": "question"}
    first = team.annotator.post(team.path("next/")).json()
    draft = team.annotator.post(f"assignments/{first['id']}/draft/", {"answers": {}, **asked})
    kept = Draft.objects.get()
    taken = team.annotator.post(
        f"assignments/{first['id']}/submit/", _answer(**asked, next=True)
    ).json()
    team.annotator.post(f"assignments/{taken['next']['id']}/submit/", _answer(note="hm"))

    found = team.lead.get(team.path("annotations/?note_kind=question")).json()["results"]
    others = team.lead.get(team.path("annotations/?note_kind=note")).json()["results"]
    refused = team.lead.get(team.path("annotations/?note_kind=shout"))

    assert draft.status_code == 200
    assert (kept.note, kept.note_kind) == ("Is irony praise?", "question")
    assert [(one["id"], one["note_kind"]) for one in found] == [(taken["annotation"], "question")]
    assert [one["note"] for one in others] == ["hm"]
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == ["note_kind"]


def test_the_same_answer_again_changes_nothing_and_another_is_refused(team: Team) -> None:
    TaskFactory(project=team.project)
    lent = team.annotator.post(team.path("next/")).json()
    body = _answer()

    first = team.annotator.post(f"assignments/{lent['id']}/submit/", body)
    again = team.annotator.post(f"assignments/{lent['id']}/submit/", body)
    other = team.annotator.post(
        f"assignments/{lent['id']}/submit/", {**body, "answers": {"intent": "question"}}
    )

    assert again.json() == {**first.json(), "is_replay": True}
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert Annotation.objects.count() == 1


def test_the_three_ways_of_no_more(team: Team) -> None:
    assert team.annotator.post(team.path("next/")).json()["status"] == "done"
    task = TaskFactory(project=team.project, queue__overlap=1)
    AssignmentFactory(task=task, annotator=team.members["lead"])
    assert team.annotator.post(team.path("next/")).json()["status"] == "busy"
    MembershipFactory(project=team.project)
    other = TaskFactory(project=team.project, queue__overlap=2)
    AnnotationFactory(assignment=AssignmentFactory(task=other, annotator=team.members["annotator"]))
    Assignment.objects.filter(task=task).delete()
    QueueEntry.objects.filter(pk=task.pk).update(state="withdrawn", handed=0)
    assert team.annotator.post(team.path("next/")).json()["status"] == "yours_done"


def test_what_the_questions_do_not_allow_names_the_question(team: Team) -> None:
    TaskFactory(project=team.project)
    lent = team.annotator.post(team.path("next/")).json()

    refused = team.annotator.post(
        f"assignments/{lent['id']}/submit/", _answer(answers={"intent": "nonsense"})
    )

    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in refused.json()["errors"]] == ["intent"]
    assert not Annotation.objects.exists()


def test_nobody_acts_on_anothers_assignment(team: Team) -> None:
    mine = AssignmentFactory(
        task=TaskFactory(project=team.project), annotator=team.members["annotator"]
    )

    for call, body in (
        ("submit", _answer()),
        ("skip", {}),
        ("draft", {"answers": {}}),
        ("release", {}),
    ):
        for who in ("lead", "reviewer", "viewer", "outsider", "admin"):
            assert team.as_(who).post(f"assignments/{mine.pk}/{call}/", body).status_code == 404
    mine.refresh_from_db()
    assert mine.state == "leased"


def test_a_revision_follows_the_head_and_only_the_head(team: Team) -> None:
    first = AnnotationFactory(
        assignment=AssignmentFactory(
            task=TaskFactory(project=team.project), annotator=team.members["annotator"]
        ),
        answers={"intent": "praise"},
    )

    revised = team.annotator.post(
        f"annotations/{first.pk}/revise/", _answer(answers={"intent": "question"})
    )
    late = team.annotator.post(f"annotations/{first.pk}/revise/", _answer())

    assert (revised.status_code, revised.json()["revision"]) == (200, 1)
    assert (late.status_code, late.json()["code"]) == (409, "not_head")


def test_skip_draft_and_release(team: Team) -> None:
    TaskFactory.create_batch(2, project=team.project)
    lent = team.annotator.post(team.path("next/")).json()["id"]

    draft = team.annotator.post(f"assignments/{lent}/draft/", {"answers": {"intent": "praise"}})
    assert draft.status_code == 200
    assert team.annotator.post(team.path("next/")).json()["draft"] == {"intent": "praise"}
    skipped = team.annotator.post(f"assignments/{lent}/skip/", {"reason": "unclear"})
    assert skipped.json() == {"id": lent, "state": "skipped", "lease_until": None}
    assert (
        team.annotator.post(f"assignments/{lent}/skip/", {"reason": "unclear"}).status_code == 200
    )
    other = team.annotator.post(team.path("next/")).json()["id"]
    assert other != lent
    assert team.annotator.post(f"assignments/{other}/release/").json()["state"] == "returned"


def test_an_answer_beside_a_suggestion_is_not_independent(team: Team) -> None:
    Project.objects.update(is_suggestion_shown=True)
    task = TaskFactory(project=team.project)
    Suggestion.objects.create(task=task, source="rule", answers={"intent": "praise"}, score=0.5)
    lent = team.annotator.post(team.path("next/")).json()
    assert lent["suggestions"] == [
        {"source": "rule", "answers": {"intent": "praise"}, "score": 0.5}
    ]

    team.annotator.post(f"assignments/{lent['id']}/submit/", _answer())

    assert not Annotation.objects.get().is_independent


@pytest.mark.parametrize("hidden", [{"is_suggestion_shown": False}, {"suggestion_hidden_share": 1}])
def test_where_suggestions_are_hidden_none_is_sent_and_answers_are_independent(
    team: Team, hidden: dict[str, Any]
) -> None:
    Project.objects.update(**{"is_suggestion_shown": True, **hidden})
    task = TaskFactory(project=team.project)
    Suggestion.objects.create(task=task, source="rule", answers={"intent": "praise"}, score=0.5)
    lent = team.annotator.post(team.path("next/")).json()

    team.annotator.post(f"assignments/{lent['id']}/submit/", _answer())

    assert lent["suggestions"] == []
    assert Annotation.objects.get().is_independent


def test_asking_and_answering_stay_lean(team: Team) -> None:
    """Ways to the database: whatever adds one is seen here."""
    TaskFactory.create_batch(3, project=team.project)
    lent = team.annotator.post(team.path("next/")).json()
    team.annotator.post(f"assignments/{lent['id']}/submit/", _answer())

    with CaptureQueriesContext(connection) as asked:
        lent = team.annotator.post(team.path("next/")).json()
    with CaptureQueriesContext(connection) as answered:
        team.annotator.post(f"assignments/{lent['id']}/submit/", _answer())

    assert len(_statements(asked)) <= 6, _statements(asked)
    assert len(_statements(answered)) <= 4, _statements(answered)


def _statements(captured: CaptureQueriesContext) -> list[str]:
    return [q["sql"][:120] for q in captured.captured_queries if "SAVEPOINT" not in q["sql"]]

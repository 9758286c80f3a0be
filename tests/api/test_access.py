"""Who may call what: every call by every role, and nothing of a project to those outside."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.crypto import get_random_string

from apps.accounts.actions import revoke_token
from apps.accounts.models import ApiToken
from apps.annotations.models import Gold
from apps.api.schema import description
from apps.core.actions import start_job
from apps.core.models import JobRun
from apps.quality.models import Conflict
from tests.api.team import ROLES, Api, Team, make_team
from tests.api.things import body_of, things_of
from tests.factories import AnnotationFactory, AssignmentFactory, TaskFactory

pytestmark = pytest.mark.django_db

EVERYBODY = frozenset(ROLES)
LOOK = frozenset({"lead", "reviewer", "viewer"})
DECIDE = frozenset({"lead", "reviewer"})
ANNOTATE = frozenset({"lead", "reviewer", "annotator"})
LEAD = frozenset({"lead"})
# Calls about what is somebody's own: 404 for all but the annotator whose it is.
OWN = frozenset({"annotator"})
# Calls of a project or its parts by operation id: who may. Written here a second time on purpose.
MAY = {
    "projects_read": EVERYBODY,
    "projects_change": LEAD,
    "projects_delete": LEAD,
    "members_list": LEAD,
    "members_create": LEAD,
    "members_read": LEAD,
    "members_change": LEAD,
    "members_delete": LEAD,
    "questions_read": EVERYBODY,
    "questions_change": LEAD,
    "guideline_read": EVERYBODY,
    "guideline_change": LEAD,
    "findings_list": LEAD,
    "queue_read": LOOK,
    "queue_rank": LEAD,
    "models_list": LOOK,
    "searches_list": LOOK,
    "searches_create": LEAD,
    "endpoints_list": LEAD,
    "endpoints_create": LEAD,
    "endpoints_read": LEAD,
    "endpoints_change": LEAD,
    "endpoints_delete": LEAD,
    "endpoints_do": LEAD,
    "map_read": LEAD,
    "map_make": LEAD,
    "raises_list": LEAD,
    "raises_create": LEAD,
    "raises_undo": LEAD,
    "drift_list": LEAD,
    "drift_look": LEAD,
    "replays_list": LEAD,
    "replays_create": LEAD,
    "predictions_list": LEAD,
    "predictions_send": LEAD,
    "outcomes_list": LEAD,
    "outcomes_send": LEAD,
    "feed_read": LEAD,
    "feed_change": LEAD,
    "feed_try": LEAD,
    "in_use_read": LEAD,
    "in_use_count": LEAD,
    "in_use_looks": LEAD,
    "in_use_relabel": LEAD,
    "calibrations_list": EVERYBODY,
    "calibrations_create": LEAD,
    "calibrations_read": EVERYBODY,
    "calibrations_open": LEAD,
    "gold_list": DECIDE,
    "gold_create": LEAD,
    "gold_delete": LEAD,
    "gold_plan": LEAD,
    "gold_plan_change": LEAD,
    "gates": LEAD,
    "gates_move": LEAD,
    "assets_list": EVERYBODY,
    "assets_create": LEAD,
    "assets_read": EVERYBODY,
    "assets_delete": LEAD,
    "imports_list": LEAD,
    "imports_create": LEAD,
    "imports_read": LEAD,
    "imports_cancel": LEAD,
    "uploads_read": LEAD,
    "uploads_cancel": LEAD,
    "tasks_list": LOOK,
    "tasks_read": LOOK,
    "tasks_change": LEAD,
    "tasks_delete": LEAD,
    "tasks_history": DECIDE,
    "tasks_threads_list": OWN | LOOK,
    "tasks_threads_create": ANNOTATE,
    "threads_list": EVERYBODY,
    "threads_create": ANNOTATE,
    "threads_read": EVERYBODY,
    "threads_change": ANNOTATE,
    "threads_reply": ANNOTATE,
    "threads_fold": LEAD,
    "comments_change": OWN,
    "comments_delete": LEAD | OWN,
    "tasks_adjudicate": DECIDE,
    "next": ANNOTATE,
    "assignments_submit": OWN,
    "assignments_skip": OWN,
    "assignments_draft": OWN,
    "assignments_release": OWN,
    "annotations_list": EVERYBODY,
    "annotations_read": EVERYBODY,
    "annotations_revise": OWN,
    "agreement": LOOK,
    "agreement_compare": LOOK,
    "annotators": LOOK,
    "annotators_read": LEAD,
    "diagnostic": LEAD,
    "asides_list": LEAD,
    "asides_create": LEAD,
    "asides_read": LEAD,
    "asides_move": LEAD,
    "consensus_list": LOOK,
    "consensus_compute": LEAD,
    "consensus_runs": LOOK,
    "consensus_again": LEAD,
    "conflicts_list": LOOK,
    "label_plan_read": LEAD,
    "label_plan_change": LEAD,
    "signatures_list": EVERYBODY,
    "signatures_create": ANNOTATE,
    "looks_list": LEAD,
    "signatures_waiting": ANNOTATE,
    "protocol_read": LOOK,
    "protocol_change": LEAD,
    "amendments_list": LOOK,
    "amendments_create": LEAD,
    "amendments_close": LEAD,
    "rules_read": LEAD,
    "rules_change": LEAD,
    "rules_try": LEAD,
    "stages_read": LOOK,
    "stages_change": LEAD,
    "reviews_list": LOOK,
    "reviews_create": DECIDE,
    "reviews_next": DECIDE,
    "appeals_list": DECIDE,
    "appeals_create": DECIDE,
    "appeals_read": DECIDE,
    "appeals_erase": LEAD,
    "appeals_decide": DECIDE,
    "appeals_figures": DECIDE,
    "appeals_look": DECIDE,
    # Which was corrected by an appeal: a test of its own tries it.
    "appeals_restore": frozenset(),
    "contests_list": ANNOTATE,
    "contests_create": OWN,
    "reviews_undo": frozenset({"reviewer"}),
    "reviewers": LEAD,
    "stages_preview": LEAD,
    "appeals_desk_read": LEAD,
    "appeals_desk_change": LEAD,
    "appeals_links": LEAD,
    "exports_list": DECIDE,
    "exports_create": DECIDE,
    "exports_read": DECIDE,
    "exports_download": DECIDE,
    "jobs_read": LEAD,
}
# Calls that are about the caller alone.
PERSONAL = {"me", "projects_list", "projects_create"}
CALLS = [
    (method, path, operation["operationId"])
    for path, operations in description()["paths"].items()
    for method, operation in operations.items()
]


def test_every_call_says_who_may() -> None:
    assert {name for _, _, name in CALLS} == MAY.keys() | PERSONAL


@pytest.mark.parametrize(("method", "path", "name"), CALLS, ids=[name for *_, name in CALLS])
def test_who_may_call(method: str, path: str, name: str, furnished: Team) -> None:
    """Refused before anything is done: 401 unknown, 404 outside, 403 or 404 by role."""
    if name in PERSONAL:
        assert Api(None)(method, path.removeprefix("/api/v1/"), {}).status_code == 401
        return
    team, keys = furnished, furnished.keys
    url = path.removeprefix("/api/v1/").format(**keys)

    codes = {
        who: team.as_(who)(method, url, body_of(name, keys)).status_code
        for who in ("nobody", "outsider", *sorted(EVERYBODY - MAY[name]))
    }

    assert codes.pop("nobody") == 401
    assert codes.pop("outsider") == 404
    assert set(codes.values()) <= {403, 404}, codes
    for who in sorted(MAY[name], key=lambda who: who == "lead"):
        answer = team.as_(who)(method, url, body_of(name, keys))
        assert answer.status_code not in {401, 403, 404}, (who, answer.content)
        if name in {
            "tasks_delete",
            "projects_delete",
            "gold_delete",
            "members_delete",
            "comments_delete",
        }:
            break


def test_foreign_ids_in_a_body_are_not_there(team: Team) -> None:
    foreign = TaskFactory(project=make_team().project)

    answer = team.lead.post(
        team.path("gold/"), {"task": foreign.pk, "answers": {"intent": "praise"}}
    )

    assert answer.status_code == 404
    assert not Gold.objects.filter(task=foreign).exists()


def test_things_of_another_project_are_not_found_under_ones_own(team: Team) -> None:
    """A lead of one project with the ids of another."""
    other = make_team()
    keys = {**things_of(other), "project_id": team.project.pk}

    for method, path, name in CALLS:
        if name in PERSONAL or not any(f"{{{key}}}" in path for key in keys if key != "project_id"):
            continue
        url = path.removeprefix("/api/v1/").format(**keys)
        assert team.lead(method, url, body_of(name, keys)).status_code == 404, name


def test_an_annotator_sees_only_their_own_annotations(team: Team) -> None:
    task = TaskFactory(project=team.project)
    mine, others = (
        AnnotationFactory(
            assignment=AssignmentFactory(task=task, annotator=team.members[who]),
            answers={"intent": "praise"},
        )
        for who in ("annotator", "lead")
    )

    listed = team.annotator.get(team.path("annotations/")).json()["results"]

    assert [row["id"] for row in listed] == [mine.pk]
    assert team.annotator.get(f"annotations/{others.pk}/").status_code == 404
    assert len(team.viewer.get(team.path("annotations/")).json()["results"]) == 2


@pytest.mark.parametrize("is_blind", [True, False])
def test_names_are_hidden_from_reviewers_where_the_project_is_blind(
    is_blind: bool,
) -> None:
    team = make_team(is_blind=is_blind)
    given = AnnotationFactory(
        assignment=AssignmentFactory(
            task=TaskFactory(project=team.project), annotator=team.members["annotator"]
        )
    )
    path = f"annotations/{given.pk}/"

    assert team.lead.get(path).json()["annotator"] == given.annotator_id
    assert team.annotator.get(path).json()["annotator"] == given.annotator_id
    seen = team.reviewer.get(path).json()
    assert seen["annotator"] == (None if is_blind else given.annotator_id)
    assert seen["revisions"][0]["annotator"] == seen["annotator"]
    narrowed = team.reviewer.get(team.path(f"annotations/?annotator={given.annotator_id}"))
    assert narrowed.status_code == (403 if is_blind else 200)


def test_a_revoked_token_and_a_closed_account_are_told_401(team: Team) -> None:
    assert team.viewer.get("me/").status_code == 200
    revoke_token(token=ApiToken.objects.get(user=team.members["viewer"].user), at=timezone.now())
    assert team.viewer.get("me/").status_code == 401
    person = team.members["lead"].user
    assert team.lead.get("me/").status_code == 200
    assert person is not None
    person.is_active = False
    person.save()

    refused = team.lead.get("me/")

    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Token")
    assert refused["Content-Type"] == "application/problem+json"


def test_a_session_needs_the_csrf_token_to_write(team: Team) -> None:
    client = Client(enforce_csrf_checks=True)
    person = team.members["annotator"].user
    assert person is not None
    client.force_login(person, backend="apps.accounts.permissions.PasswordBackend")
    url = f"/api/v1/{team.path('next/')}"

    refused = client.post(url, {}, content_type="application/json")
    token = _csrf(client)
    taken = client.post(url, {}, content_type="application/json", headers={"X-CSRFToken": token})

    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert taken.status_code == 200


def _csrf(client: Client) -> str:
    secret = get_random_string(32)
    client.cookies[settings.CSRF_COOKIE_NAME] = secret
    return secret


def test_a_token_is_nowhere_in_the_logs_or_the_database(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    secret = team.lead.secret
    team.lead.get("me/")
    team.lead.get("projects/999999/")
    team.lead.post(team.path("imports/"), {"rows": 1})

    kept = json.dumps(list(ApiToken.objects.values()), default=str)

    assert caplog.text
    assert secret not in caplog.text
    assert secret not in kept


def test_jobs_are_seen_by_who_asked_and_by_leads(team: Team) -> None:
    job: JobRun = start_job(
        kind="none",
        arguments={},
        queue="bulk",
        scope=team.project.scope,
        by=team.members["reviewer"].user,
    )

    codes = {
        who: team.as_(who).get(f"jobs/{job.pk}/").status_code
        for who in ("lead", "reviewer", "annotator", "viewer", "outsider", "admin")
    }

    assert codes == {
        "lead": 200,
        "reviewer": 200,
        "annotator": 404,
        "viewer": 404,
        "outsider": 404,
        "admin": 200,
    }


def test_a_conflict_names_nobody(team: Team) -> None:
    task = TaskFactory(project=team.project)
    Conflict.objects.create(
        project=team.project, task=task, questions={"intent": 1.0}, widest=1, spread=1
    )

    (row,) = team.reviewer.get(team.path("conflicts/")).json()["results"]

    assert row.keys() == {
        "task", "state", "questions", "widest", "spread", "opened_at", "changed_at", "asked_by",
        "worth", "doubt", "alike",
    }  # fmt: skip

"""Every route that changes something writes into the audit log, or says here why it need not.

The routes come from the resolver, so a new one is missed at once.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.test import Client

from apps.annotations.actions.fields import change_fields
from apps.annotations.actions.media import delete_asset
from apps.annotations.actions.questions import set_questions
from apps.consensus.actions import choose_method
from apps.core.models import AuditEvent
from apps.exchange.actions.imports import start_import
from apps.exchange.actions.upkeep import delete_draft
from apps.projects.actions import create_project
from apps.projects.actions.protocols import close_amendment, open_amendment
from apps.projects.models import Project
from apps.quality.actions.appeals import decide_appeal
from apps.quality.actions.calibrations import begin_calibration, open_discussion
from apps.quality.actions.decisions import adjudicate
from apps.quality.actions.gold import forget_gold, set_gold, set_plan
from apps.quality.actions.outside import erase_appeal, open_appeal
from apps.quality.actions.planned import set_label_plan
from apps.quality.actions.rules import set_rules
from apps.quality.actions.stages import set_stages
from apps.quality.actions.undoing import undo_verdict
from apps.quality.actions.verdicts import give_verdict
from apps.routing.actions.endpoints import add_endpoint, change_endpoint
from apps.tasks.actions.queue import set_overlap
from tests.factories import TaskFactory
from tests.security.callers import BACKEND
from tests.security.calling import body_of, call
from tests.security.routes import ROUTES, all_routes, is_api

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.security.house import House

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("_no_logs")]
WRITES = ("POST", "PUT", "PATCH", "DELETE")
QUESTION = {"name": "tone", "kind": "choice", "title": "?", "config": {"labels": ["a", "b"]}}

# Asked by somebody who may: the event that must be written, and the body it takes.
HEARD: dict[tuple[str, str], tuple[str, Any]] = {
    ("projects:settings", "POST"): (
        "project.changed",
        {
            "name": "Other",
            "skip_policy": "later",
            "layout": "stacked",
            "lease_minutes": 31,
            "suggestion_hidden_share": 0.1,
            "currency": "EUR",
        },
    ),
    ("projects:change_state", "POST"): ("project.state", {"state": "paused"}),
    ("projects:people", "POST"): ("invitation.made", {"role": "viewer", "lasts": "14"}),
    ("projects:invite_user", "POST"): ("invitation.made", {"lasts": "14"}),
    ("projects:member", "POST"): ("member.changed", {"role": "reviewer"}),
    ("projects:change_active", "POST"): ("member.active", {"active": "0"}),
    ("projects:revoke", "POST"): ("invitation.revoked", {}),
    ("projects:join", "POST"): ("invitation.used", {}),
    ("comments:fold", "POST"): ("guideline.published", {"text": "Newer", "base_version": 2}),
    ("projects:guideline", "POST"): ("guideline.published", {"text": "New", "base_version": 2}),
    ("accounts:tokens", "POST"): ("token.made", {"name": "x"}),
    ("accounts:revoke_token", "POST"): ("token.revoked", {}),
    ("accounts:change_user", "POST"): ("account.changed", {"do": "close"}),
    ("accounts:reset_confirm", "POST"): ("account.password", {"password": "seven long words 42"}),
    ("annotations:change_task", "POST"): ("task.changed", {"deed": "withdraw"}),
    ("quality:gate_move", "POST"): ("gate.moved", {"move": "pause"}),
    ("routing:plan", "POST"): (
        "routing.plan",
        {"when": "never", "strategy": "margin", "exploration": 0.1, "bar": 0.5},
    ),
    ("routing:suggestions", "POST"): ("project.changed", {"shown": "yes"}),
    ("routing:endpoint_do", "POST"): ("endpoint.changed", {"deed": "pause"}),
    ("routing:endpoint_remove", "POST"): ("endpoint.removed", {}),
    ("api:endpoint", "PATCH"): ("endpoint.changed", {"is_taught": True}),
    ("api:endpoint", "DELETE"): ("endpoint.removed", None),
    ("routing:map_queue", "POST"): ("tasks.raised", {"part": "0", "level": "1", "count": "9"}),
    ("routing:drift_help", "POST"): ("tasks.raised", {"level": "1", "count": "9"}),
    ("routing:in_use_days", "POST"): ("feed.plan", None),
    ("routing:feed_rules", "POST"): ("feed.plan", None),
    ("routing:relabel", "POST"): ("feed.relabelled", None),
    ("api:feed", "PATCH"): ("feed.plan", None),
    ("api:in_use_relabel", "POST"): ("feed.relabelled", None),
    ("routing:undo", "POST"): ("tasks.lowered", {}),
    ("api:raises", "POST"): ("tasks.raised", {"part": 0, "count": 9}),
    ("api:raise_undo", "POST"): ("tasks.lowered", {}),
    ("routing:adopt", "POST"): ("routing.plan", {"strategy": "margin"}),
    ("quality:appeal_desk", "POST"): ("appeal.desk", None),
    ("quality:appeal_erase", "POST"): ("appeal.erased", None),
    ("api:appeals_desk", "PATCH"): ("appeal.desk", {"target_days": 5}),
    ("api:appeal", "DELETE"): ("appeal.erased", None),
    ("api:appeals", "POST"): ("appeal.opened", None),
    ("quality:finding", "POST"): ("finding.judged", {"move": "dismiss", "reason": "x"}),
    ("quality:aside_move", "POST"): ("answers.aside", None),
    ("api:aside", "POST"): ("answers.aside", None),
    ("comments:comment", "POST"): ("comment.deleted", {"deed": "delete"}),
    ("exchange:exports", "POST"): ("export.asked", {"format": "jsonl"}),
    ("api:projects", "POST"): (
        "project.created",
        {
            "name": "New",
            "questions": [QUESTION],
            "fields": [{"name": "text", "display": "text"}],
        },
    ),
    ("api:project", "PATCH"): ("project.overlap", {"overlap": 4}),
    ("api:project", "DELETE"): ("project.deleted", None),
    ("api:members", "POST"): ("invitation.made", None),
    ("api:member", "PATCH"): ("member.changed", {"role": "reviewer"}),
    ("api:member", "DELETE"): ("member.active", None),
    ("api:questions", "PUT"): ("questions.changed", {"questions": [QUESTION]}),
    ("api:thread_fold", "POST"): ("guideline.published", {"text": "Newer"}),
    ("api:guideline", "PUT"): ("guideline.published", None),
    ("api:stages", "PUT"): ("stages.changed", None),
    ("projects:protocol", "POST"): ("protocol.on", {"do": "on"}),
    ("api:protocol", "PATCH"): ("protocol.on", {"is_on": True}),
    ("api:rules", "PUT"): ("rules.changed", None),
    ("api:label_plan", "PUT"): ("label_plan.changed", None),
    ("api:gold_list", "POST"): ("gold.set", None),
    ("api:gold", "DELETE"): ("gold.forgotten", None),
    ("api:gold_plan", "PATCH"): ("gold.plan", {"is_on": True}),
    ("api:gate", "POST"): ("gate.moved", {"move": "pause"}),
    ("api:asset", "DELETE"): ("file.deleted", None),
    ("api:imports", "POST"): ("import.started", None),
    ("api:task", "PATCH"): ("task.changed", {"priority": 2}),
    ("api:comment", "DELETE"): ("comment.deleted", None),
    ("api:exports", "POST"): ("export.asked", None),
    # Reading, but what people answered leaves by it.
    ("exchange:download", "GET"): ("export.downloaded", None),
    ("api:download", "GET"): ("export.downloaded", None),
    ("projects:log_file", "GET"): ("log.downloaded", None),
    ("quality:looks_file", "GET"): ("looks.downloaded", None),
}
# Pages whose forms are long: they call the function that a call of the API, or a test of its own, tries.
BY: dict[str, Callable[..., Any]] = {
    "annotations:new_project": create_project,
    "annotations:questions": set_questions,
    "annotations:fields": change_fields,
    "annotations:overlap": set_overlap,
    "quality:gold_plan": set_plan,
    "quality:gold_make": set_gold,
    "quality:gold_forget": forget_gold,
    "quality:decide": adjudicate,
    "quality:send_back": adjudicate,
    "quality:take_back": adjudicate,
    "quality:alike": adjudicate,
    "quality:take_pass": adjudicate,
    "exchange:import_run": start_import,
    "exchange:import_delete": delete_draft,
    "exchange:asset_delete": delete_asset,
    "api:adjudicate": adjudicate,
    "routing:endpoints": add_endpoint,
    "routing:endpoint": change_endpoint,
    "api:endpoints": add_endpoint,
    "quality:stages": set_stages,
    "quality:rules": set_rules,
    "quality:label_plan": set_label_plan,
    "projects:amend": open_amendment,
    "projects:amend_close": close_amendment,
    "api:amendments": open_amendment,
    "api:amendment_close": close_amendment,
    "consensus:choose": choose_method,
    "quality:appeals": open_appeal,
    "quality:appeal": decide_appeal,
    "api:appeal_decide": decide_appeal,
    # Known again by the function that makes known.
    "quality:appeal_restore": set_gold,
    "api:appeal_restore": set_gold,
    "quality:verdict_undo": undo_verdict,
    "api:review_undo": undo_verdict,
    # By whoever has the address: the event has nobody's name.
    "quality:outside": open_appeal,
    "quality:outside_state": erase_appeal,
    "quality:verdict": give_verdict,
    "api:reviews": give_verdict,
    "quality:calibrations": begin_calibration,
    "api:calibrations": begin_calibration,
    "api:calibration_open": open_discussion,
    "quality:calibration_open": open_discussion,
    "quality:calibration_task": adjudicate,
}
SHOWS = "shows something, and keeps nothing"
WORK = "an annotator's own work, which is kept whole: only added to, with its author"
TALK = "what is said is kept in its thread, with its author"
OWN = "one's own reading, looks or mails"
LOOKED_AT = "a look beforehand, by which nothing is changed"
RUN = "the run says who, when and what came of it"
QUIET = {
    "accounts:sign_in": "the log of accesses has it",
    "accounts:sign_out": "the log of accesses has it",
    "accounts:reset": "only a mail is asked for",
    "accounts:profile": OWN,
    "accounts:read_notices": OWN,
    "accounts:open_notice": OWN,
    "accounts:mail": OWN,
    "accounts:unsubscribe": OWN,
    "projects:preview_guideline": SHOWS,
    "annotations:project_form": SHOWS,
    "annotations:preview": SHOWS,
    "annotations:preview_fields": SHOWS,
    "exchange:import_preview": SHOWS,
    "quality:to_sign": "a signature is kept in a table that is only added to",
    "api:signatures": "a signature is kept in a table that is only added to",
    "annotations:next": WORK,
    "annotations:submit": WORK,
    "annotations:revise": WORK,
    "annotations:skip": WORK,
    "annotations:draft": WORK,
    "annotations:release": WORK,
    "annotations:confirm": WORK,
    "quality:answer_return": WORK,
    "quality:contest": WORK,
    "api:contests": WORK,
    "api:appeal_look": SHOWS,
    "api:stages_preview": SHOWS,
    "api:next": WORK,
    "api:submit": WORK,
    "api:revise": WORK,
    "api:skip": WORK,
    "api:draft": WORK,
    "api:release": WORK,
    "comments:of_task": TALK,
    "comments:of_guideline": TALK,
    "comments:thread": TALK,
    "comments:resolve": TALK,
    "comments:take_up": TALK,
    "quality:calibration_say": TALK,
    "api:task_threads": TALK,
    "api:threads": TALK,
    "api:thread": TALK,
    "api:thread_comments": TALK,
    "quality:later": "an order of work in one's own session",
    "quality:review_later": "an order of one's own work",
    "api:reviews_next": "an answer is lent to who reviews it",
    "quality:stages_preview": SHOWS,
    "api:rules_trial": SHOWS,
    "quality:checks_run": RUN,
    "routing:run": RUN,
    "routing:cancel": RUN,
    "api:endpoint_do": RUN,
    "api:queue": RUN,
    "routing:map_run": RUN,
    "routing:map_cancel": RUN,
    "routing:map_look": LOOKED_AT,
    "routing:drift_ask": RUN,
    "routing:drift_cancel": RUN,
    "routing:replay_ask": RUN,
    "routing:search": RUN,
    "routing:search_cancel": RUN,
    "api:searches": RUN,
    "routing:in_use_run": RUN,
    "routing:in_use_cancel": RUN,
    "api:in_use": RUN,
    "api:feed_trial": SHOWS,
    "api:predictions": "what a model said, kept with its time",
    "api:outcomes": "what turned out to be so, kept with its time and source",
    "routing:replay_cancel": RUN,
    "api:map": RUN,
    "api:drift": RUN,
    "api:replays": RUN,
    "quality:annotators_run": RUN,
    "quality:aside_new": LOOKED_AT,
    "api:asides": LOOKED_AT,
    "consensus:compute": RUN,
    "consensus:cancel": RUN,
    "api:consensus": RUN,
    "agreement:by_name": RUN,
    "exchange:assets": RUN,
    "exchange:asset_again": RUN,
    "exchange:upload_cancel": RUN,
    "exchange:upload_again": RUN,
    "exchange:import_new": "a draft, of which nothing is in the project",
    "exchange:import_cancel": RUN,
    "exchange:import_again": "a draft, of which nothing is in the project",
    "exchange:export_cancel": RUN,
    "api:assets": RUN,
    "api:upload_cancel": RUN,
    "api:import_cancel": RUN,
}
# Heard, and tried by a test of its own below, since it needs something before.
PREPARED = {"projects:delete", "projects:deleted", "accounts:password"}
# One route, of which one method is heard and another need not be.
QUIET_METHODS = {
    ("api:comment", "PATCH"): TALK,
}
DELETED_TASK = ("api:task", "DELETE")


def test_every_route_that_changes_something_is_heard_or_says_why_not() -> None:
    heard = {*HEARD, *QUIET_METHODS, DELETED_TASK}
    named = {*BY, *QUIET, *PREPARED}
    writing = {
        (name, method) for name, methods in ROUTES.items() for method in methods if method in WRITES
    }
    missing = sorted(pair for pair in writing if pair not in heard and pair[0] not in named)
    gone = sorted(named - {name for name, _ in writing})

    assert not missing, f"Nobody said whether {missing} write into the audit log."
    assert not gone, f"Take {gone} out: nothing is changed by them."


@pytest.mark.parametrize(("name", "method"), HEARD)
def test_it_is_heard(house: House, name: str, method: str) -> None:
    action, body = HEARD[name, method]
    order = ("outsider",) if name == "projects:join" else ("lead", "annotator", "admin")
    who = next(one for one in order if one in ROUTES[name][method])
    if name.endswith("gate_move"):
        house.keys["member_id"] = house.project.memberships.get(user=house.people["annotator"]).pk
    client = house.session("anonymous" if is_api(name) else who)
    headers = house.token(who) if is_api(name) else {}
    url = house.url(all_routes()[name], name)
    before = AuditEvent.objects.filter(action=action).count()

    answer = call(client, method, url, body if body is not None else body_of(name, house), headers)

    assert answer.status_code < 400, answer.body
    assert AuditEvent.objects.filter(action=action).count() == before + 1
    event = AuditEvent.objects.filter(action=action).latest("pk")
    if name != "accounts:reset_confirm":
        assert event.actor == house.people[who].email


@pytest.mark.parametrize("name", BY)
def test_what_a_page_calls_writes(name: str) -> None:
    function: Any = BY[name]
    assert "record(" in inspect.getsource(inspect.unwrap(function))


def test_deleting_and_restoring_a_project_are_heard(house: House) -> None:
    client, project = house.session("lead"), house.project
    client.post(f"/p/{project.pk}/settings/delete/", {"word": project.name})
    client.post("/deleted/", {"project": project.pk})

    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions)[-2:] == ["project.deleted", "project.restored"]
    assert Project.objects.get(pk=project.pk).deleted_at is None


def test_deleting_a_task_is_heard(house: House) -> None:
    task = TaskFactory(project=house.project)

    answer = house.session("anonymous").delete(
        f"/api/v1/tasks/{task.pk}/", headers=house.token("lead")
    )

    assert answer.status_code == 204
    assert AuditEvent.objects.latest("pk").action == "task.deleted"


def test_a_new_password_is_heard_and_not_read(house: House) -> None:
    lead = house.people["lead"]
    lead.set_password("the old long words")
    lead.save()
    client = Client()
    client.force_login(lead, backend=BACKEND)

    client.post(
        "/me/password/", {"current": "the old long words", "password": "the new long words 7"}
    )

    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.subject) == ("account.password", lead.email)
    assert "long words" not in str(event.detail)


def test_what_is_refused_is_not_written(house: House) -> None:
    before = AuditEvent.objects.count()
    with transaction.atomic():
        house.session("annotator").post(
            f"/p/{house.project.pk}/settings/state/", {"state": "paused"}
        )

    assert AuditEvent.objects.count() == before

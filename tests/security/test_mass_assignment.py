"""Nobody sets a column by naming it: what a call does not take, it refuses by name.

The calls come from the resolver, the names from the models, so a new one of either is tried, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from apps.accounts.models import User
from apps.api.fields import Body
from apps.api.schema import description
from apps.projects.models import Membership
from tests.security.calling import body_of, call
from tests.security.routes import NO_CALL, ROUTES, all_routes, is_api
from tests.security.test_requests import _marks as marks

if TYPE_CHECKING:
    from tests.security.house import House

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("_no_logs")]
# What people try though no model of ours has it.
TRIED = {
    "owner", "owner_id", "reviewer", "is_staff", "is_superuser", "permissions", "pk", "user_id",
    "project_id", "approved", "admin", "roles", "__class__", "__proto__", "_state", "save",
}  # fmt: skip
# What decides who may do what, and what stands: taken only where it is said here.
POWERS = {
    "is_admin", "role", "state", "is_active", "user", "owner", "project", "annotator", "created_by",
    "decided_by", "requested_by", "password", "digest", "deleted_at", "is_surplus", "erased_at",
    "handed", "submitted", "head", "holds_slot", "revision", "submitted_at", "created_at",
    "accepted_by", "demo", "question_version", "reviewer", "email", "external_name",
}  # fmt: skip
MAY_SAY = {
    ("api:members", "POST"): {"email", "role"},
    ("api:member", "PATCH"): {"role", "is_active"},
    ("api:project", "PATCH"): {"state"},
    ("api:task", "PATCH"): {"state"},
    # Whose answers: somebody of the project, or it is not there.
    ("api:asides", "POST"): {"annotator"},
    # Of an account on the lead's own machine.
    ("api:endpoints", "POST"): {"user", "password"},
    ("api:endpoint", "PATCH"): {"user", "password"},
    # One's own, once more: it signs.
    ("api:amendments", "POST"): {"password"},
    ("api:signatures", "POST"): {"password"},
    # Which version was answered; the action refuses one that never was.
    ("api:submit", "POST"): {"question_version"},
    ("api:revise", "POST"): {"question_version"},
    ("api:draft", "POST"): {"question_version"},
}
QUESTION: dict[str, Any] = {
    "name": "tone",
    "kind": "choice",
    "title": "?",
    "config": {"labels": ["a", "b"]},
}
SHOWN: dict[str, Any] = {"name": "text", "display": "text"}
NEW_PROJECT: dict[str, Any] = {"name": "New", "questions": [QUESTION], "fields": [SHOWN]}
# Of each object within a body: the call, the method, and a body that has a strange name in it.
STRANGE: dict[str, Any] = {"owner": 1}
NESTED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "question": ("api:questions", "PUT", {"questions": [QUESTION | STRANGE]}),
    "config": (
        "api:questions",
        "PUT",
        {"questions": [QUESTION | {"config": {"labels": ["a", "b"]} | STRANGE}]},
    ),
    "label": (
        "api:questions",
        "PUT",
        {"questions": [QUESTION | {"config": {"labels": ["a", {"value": "b"} | STRANGE]}}]},
    ),
    "new project's question": ("api:projects", "POST", {"questions": [QUESTION | STRANGE]}),
    "new project's field": ("api:projects", "POST", {"fields": [SHOWN | STRANGE]}),
    "slice": (
        "api:project",
        "PATCH",
        {"slices": [{"name": "language", "path": "meta.language"} | STRANGE]},
    ),
}
JSON = {"application/json": None}
# The calls that take a form with a file.
FORMS = ("api:assets", "api:imports")
# Whoever opens an invitation gets the role that it names.
GIVES_A_ROLE = {"projects:join"}


def _column_names() -> set[str]:
    """Of every column of every model of ours, with and without `_id`."""
    models = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
    return {
        name
        for model in models
        for field in model._meta.concrete_fields
        for name in (field.name, field.attname)
    }


def _writing_calls(content: str = "application/json") -> list[tuple[str, str]]:
    """What takes a body of this type; DELETE takes none. A call without a body is asked with one."""
    return [
        (name, method)
        for name in all_routes()
        if is_api(name) and name != NO_CALL
        for method in ROUTES[name]
        if method not in {"GET", "DELETE"} and content in (_contents(name, method) or JSON)
    ]


def _contents(name: str, method: str) -> dict[str, Any]:
    operation = description()["paths"]["/" + all_routes()[name]][method.lower()]
    found: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    return found


def _taken_by(name: str, method: str) -> set[str]:
    """The names that the call says it takes."""
    found = description()
    contents = _contents(name, method).values()
    shapes = [content["schema"]["$ref"].rpartition("/")[2] for content in contents]
    return {key for shape in shapes for key in found["components"]["schemas"][shape]["properties"]}


def _ask(house: House, name: str, method: str, more: dict[str, Any]) -> Any:
    """As a program of somebody who may."""
    who = next(one for one in ("lead", "annotator", "reviewer") if one in ROUTES[name][method])
    body = NEW_PROJECT if name == "api:projects" else body_of(name, house) or {}
    url = house.url(all_routes()[name], name)
    return call(house.session("anonymous"), method, url, {**body, **more}, house.token(who))


def test_no_call_takes_what_is_not_its_own(house: House) -> None:
    """All names at once: each of them must be refused by name, and nothing be written."""
    faults, calls, before = [], _writing_calls(), marks()
    for name, method in calls:
        strange = (_column_names() | TRIED) - _taken_by(name, method)
        found = _faults(house, name, method, strange, before)
        faults += [f"{method} {name}: {fault}" for fault in found]

    assert faults == []
    assert len(calls) >= 15


def _faults(
    house: House, name: str, method: str, strange: set[str], before: dict[str, str]
) -> list[str]:
    with transaction.atomic():
        answer = _ask(house, name, method, dict.fromkeys(strange, 1))
        after = marks()
        transaction.set_rollback(True)
    found = [f"changed {table}" for table in after if after[table] != before[table]]
    if answer.status_code != 400:
        return [*found, f"gave {answer.status_code}, not 400"]
    named = {error["field"] for error in answer.json()["errors"]}
    return found + [f"did not refuse {key}" for key in sorted(strange - named)]


def test_the_same_calls_without_strange_names_are_taken(house: House) -> None:
    """Else the calls above might be refused for something else, and prove nothing."""
    refused = []
    for name, method in _writing_calls():
        with transaction.atomic():
            answer = _ask(house, name, method, {})
            transaction.set_rollback(True)
        if answer.status_code == 400:
            refused.append(f"{method} {name}: {answer.json()['errors']}")

    assert refused == []


def test_who_may_do_what_is_said_in_few_places() -> None:
    """A call that begins to take a role, an owner, a state must be written down above."""
    said = {
        (name, method): _taken_by(name, method) & POWERS
        for name, method in _writing_calls()
        if _taken_by(name, method) & POWERS
    }

    assert said == MAY_SAY


def test_forms_with_files_are_found() -> None:
    assert _writing_calls("multipart/form-data") == [(name, "POST") for name in FORMS]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_with_a_file_takes_nothing_else_either(house: House, name: str) -> None:
    url = house.url(all_routes()[name], name)
    strange = (_column_names() | TRIED) - _taken_by(name, "POST")
    file = SimpleUploadedFile("rows.jsonl", b'{"data": {"text": "Hello"}}\n')
    before = marks()

    answer = house.session("anonymous").post(
        url, {"file": file, **dict.fromkeys(strange, "1")}, headers=house.token("lead")
    )

    assert answer.status_code == 400
    assert strange <= {error["field"] for error in answer.json()["errors"]}
    assert marks() == before


def test_every_body_of_a_call_refuses_strange_names() -> None:
    """Also those that only queries use, or that no call uses yet."""
    names = _column_names() | TRIED
    loose = []
    shapes = list(_bodies(Body))
    for shape in shapes:
        strange = names - set(shape().fields)
        given = shape(data=dict.fromkeys(strange, 1))
        if given.is_valid() or not strange <= given.errors.keys():
            loose.append(shape.__name__)

    assert loose == []
    assert len(shapes) >= 20


def _bodies(shape: type[Any]) -> set[type[Any]]:
    below = set(shape.__subclasses__())
    return below.union(*(_bodies(one) for one in below))


@pytest.mark.parametrize("part", NESTED)
def test_nested_names_are_refused_too(house: House, part: str) -> None:
    """A question, its config, a label, a shown field, a slice are objects within a body."""
    name, method, body = NESTED[part]
    before = marks()

    answer = _ask(house, name, method, body)

    assert answer.status_code in {400, 422}
    said = answer.content.decode()
    # Of a slice the place is named.
    assert "owner" in said or '"slices.0"' in said
    assert marks() == before


@pytest.mark.parametrize(
    "who",
    [
        "lead",
        "annotator",
        *(pytest.param(who, marks=pytest.mark.proof) for who in ("reviewer", "viewer")),
    ],
)
def test_no_page_makes_anybody_more_than_they_are(house: House, who: str) -> None:
    """Forms take their own fields; what else a browser sends is not even read."""
    powers = {
        "is_admin": "on", "is_staff": "on", "is_superuser": "on", "owner": "1", "created_by": "1",
        "user": "1", "project": "1", "password": "!", "deleted_at": "2020-01-01",
    }  # fmt: skip
    if who != "lead":
        # A lead gives roles: that is what the form of members is for.
        powers |= {"role": "lead", "is_active": "on"}
    before = _powers_of_people()
    changed, client = [], house.session(who)
    for name, pattern in all_routes().items():
        if is_api(name) or who not in ROUTES.get(name, {}).get("POST", ()):
            continue
        with transaction.atomic():
            body = {**powers, "name": "Mine", **(body_of(name, house) or {})}
            code = call(client, "POST", house.url(pattern, name), body).status_code
            after = _powers_of_people()
            transaction.set_rollback(True)
        is_more = any(row[1] for row in after - before)
        if code >= 500 or is_more or (after != before and name not in GIVES_A_ROLE):
            changed.append(f"{name}, {code}: {sorted(map(str, after ^ before))}")

    assert changed == []


def _powers_of_people() -> set[tuple[Any, ...]]:
    users = User.objects.values_list("pk", "is_admin", "email", "password")
    members = Membership.objects.values_list("pk", "role", "user_id", "project_id")
    return {("user", row[1], *row) for row in users} | {
        ("member", row[1] == "lead", *row) for row in members
    }

"""Refusals: always problem details, always with the place; hostile JSON never breaks anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.annotations.models import Annotation
from apps.core.cache import our_cache
from apps.core.faults import BadInput, PlacedInput
from apps.core.problems import PROBLEM
from tests.api.team import Team
from tests.factories import TaskFactory, UserFactory
from tests.paths import ROOT

DEEP = b"[" * 20_000 + b"]" * 20_000
# What is sent as an answer's value: raw JSON, and the status of the refusal.
HOSTILE = {
    "NUL": (rb'"a\u0000b"', 400),
    "half a surrogate": (rb'"\ud800"', 400),
    "NaN": (b"NaN", 400),
    "Infinity": (b"-Infinity", 400),
    "a number beyond a double": (b"1e400", 400),
    "an endless number": (b"9" * 5_000, 400),
    "a number of 65 bits": (b"18446744073709551616", 400),
    "900 levels": (b"[" * 900 + b"]" * 900, 400),
    "20,000 levels": (DEEP, 400),
    "no UTF-8": (b'"\xff"', 400),
    "a list for a label": (b'["praise"]', 422),
    "an object for a label": (b'{"praise": 1}', 422),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json_is_refused_with_the_place(name: str, team: Team) -> None:
    value, status = HOSTILE[name]
    TaskFactory(project=team.project)
    lent = team.annotator.post(team.path("next/")).json()["id"]
    key = b"3b241101-e2bb-4255-8caf-4136c566a962"
    body = b'{"id": "%s", "answers": {"intent": %s}}' % (key, value)

    refused = _send(team, f"assignments/{lent}/submit/", body)

    assert (refused.status_code, refused["Content-Type"]) == (status, "application/problem+json")
    told = refused.json()
    assert told.keys() == {"type", "title", "status", "code", "detail", "errors"}
    assert told["detail"]
    assert told["errors"]
    assert not Annotation.objects.exists()


@pytest.mark.django_db
def test_a_key_that_comes_twice_is_taken_once(team: Team) -> None:
    body = b'{"name": "First", "name": "Second"}'

    taken = _send(team, f"projects/{team.project.pk}/", body, method="patch", who="lead")

    assert (taken.status_code, taken.json()["name"]) == (200, "Second")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"nme": "x"}, "nme"),
        ({"name": 5}, "name"),
        ({"overlap": "3"}, "overlap"),
        ({"overlap": True}, "overlap"),
        ({"overlap": 0}, "overlap"),
        ({"overlap_share": "0.5"}, "overlap_share"),
        ({"is_blind": "yes"}, "is_blind"),
        ({"is_blind": 1}, "is_blind"),
        ({"state": "gone"}, "state"),
        ([], ""),
        ("text", ""),
    ],
)
def test_a_body_of_a_wrong_form_names_the_field(body: Any, field: str, team: Team) -> None:
    refused = team.lead("patch", f"projects/{team.project.pk}/", body)

    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == [field]


@pytest.mark.django_db
def test_an_unknown_query_is_refused_too(team: Team) -> None:
    for query, field in {
        "stat=open": "stat",
        "state=none": "state",
        "sort=data": "sort",
        "cursor=x": "cursor",
        "cursor=WzAsMSwyLDNd": "cursor",
        "page_size=0": "page_size",
        "page_size=99999": "page_size",
    }.items():
        refused = team.lead.get(team.path(f"tasks/?{query}"))
        assert refused.status_code == 400, query
        assert [error["field"] for error in refused.json()["errors"]] == [field]


# What is refused wherever it is refused, by a middleware, the resolver, Django or a call: what is
# sent, and the status and code of the answer.
SENT: dict[str, tuple[str, str, dict[str, Any], int, str]] = {
    "no such call": ("get", "nothing/", {}, 404, "not_found"),
    "no slash at the end": ("post", "projects", {}, 404, "not_found"),
    "no such project": ("get", f"projects/{'9' * 18}/", {}, 404, "not_found"),
    "a key of 30 digits": ("get", f"projects/{'9' * 30}/", {}, 404, "not_found"),
    "bytes that are no text, in the path": ("get", "%ff%fe/", {}, 404, "not_found"),
    "a method of no call": ("put", "me/", {}, 405, "method_not_allowed"),
    "a method of no description": ("post", "schema/", {}, 405, "method_not_allowed"),
    "a method of no page": ("post", "docs/", {}, 405, "method_not_allowed"),
    "a wish for HTML": ("get", "me/", {"headers": {"Accept": "text/html"}}, 406, "not_acceptable"),
    "no JSON": (
        "post",
        "projects/",
        {"data": "name=x", "content_type": "text/plain"},
        415,
        "unsupported_media_type",
    ),
    "a body of 6 MB": (
        "post",
        "projects/",
        {"data": b"x" * 6_000_000, "content_type": "application/json"},
        413,
        "too_large",
    ),
    "a body of 9 TB": (
        "post",
        "projects/1/imports/",
        {"data": b"{}", "content_type": "application/json", "CONTENT_LENGTH": "9" * 13},
        413,
        "too_large",
    ),
    "NUL in the path": ("get", "projects/%00/", {}, 400, "bad_request"),
    "NUL in the query": ("get", "projects/?cursor=%00", {}, 400, "bad_request"),
    "NUL in the body": (
        "post",
        "projects/",
        {"data": b'{"name": "a\x00b"}', "content_type": "application/json"},
        400,
        "bad_json",
    ),
    "NUL in a form": (
        "post",
        "projects/1/imports/",
        {"data": {"mapping": "\0"}},
        400,
        "bad_request",
    ),
    "bytes that are no text, in the query": (
        "get",
        "projects/1/tasks/?%ff=%fe",
        {},
        400,
        "bad_request",
    ),
    "6,000 parameters": ("get", f"projects/?{'a=1&' * 6_000}", {}, 400, "bad_request"),
    "a form that is none": (
        "post",
        "projects/1/imports/",
        {"data": b"--x", "content_type": "multipart/form-data"},
        400,
        "parse_error",
    ),
    "another host's name": (
        "get",
        "me/",
        {"headers": {"Host": "evil.example"}},
        400,
        "bad_request",
    ),
    "a host that is no name": ("get", "me/", {"headers": {"Host": "a b\\c"}}, 400, "bad_request"),
    "a token of strange bytes": (
        "get",
        "me/",
        {"headers": {"Authorization": "Token \xff\x01"}},
        401,
        "authentication_failed",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", SENT)
def test_every_refusal_is_problem_details(name: str, team: Team) -> None:
    method, path, options, status, code = SENT[name]
    headers = team.lead.headers | options.get("headers", {})
    path = path.replace("projects/1/", f"projects/{team.project.pk}/")
    client = Client(raise_request_exception=False)

    refused = getattr(client, method)(f"/api/v1/{path}", **{**options, "headers": headers})

    assert (refused.status_code, refused["Content-Type"]) == (status, PROBLEM)
    told = refused.json()
    assert told.keys() == {"type", "title", "status", "code", "detail", "errors"}
    assert (told["status"], told["code"]) == (status, code)
    assert told["detail"]
    assert refused.headers.get("Content-Length", str(len(refused.content))) == str(
        len(refused.content)
    )


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez?q=%00", "/p/%00/", "/nothing/"])
def test_to_people_a_refusal_is_a_page(path: str) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory())

    answer = client.get(path)

    assert answer.status_code in {400, 404}
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert b"Your projects" in answer.content


@pytest.mark.django_db
def test_a_fault_before_any_call_is_problem_details_too(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("django_htmx.middleware.HtmxDetails", broken)
    client = Client(raise_request_exception=False)

    answer = client.get("/api/v1/me/", headers=team.lead.headers)

    assert (answer.status_code, answer["Content-Type"]) == (500, PROBLEM)
    assert answer.json()["code"] == "broken"
    assert b"hunter2" not in answer.content


@pytest.mark.django_db
def test_our_own_fault_is_told_without_its_details(
    team: Team, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("apps.api.views.projects.Me", broken)
    client = Client(raise_request_exception=False)

    answer = client.get("/api/v1/me/", headers=team.lead.headers)

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert b"hunter2" not in answer.content
    assert "hunter2" in caplog.text


@pytest.mark.django_db
def test_a_statement_that_takes_too_long_is_told_503(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: Any, **__: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1")
            cursor.execute("SELECT pg_sleep(1)")

    monkeypatch.setattr("apps.api.views.projects.delete_project", slow)

    answer = team.lead("delete", f"projects/{team.project.pk}/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")


@pytest.mark.django_db
def test_beyond_the_rate_one_is_told_when_to_come_back(team: Team, settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 3

    codes = [team.lead.get("me/").status_code for _ in range(3)]
    refused = team.lead.get("me/")

    assert codes == [200, 200, 200]
    assert (refused.status_code, refused["Content-Type"]) == (429, PROBLEM)
    assert refused.json()["code"] == "throttled"
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert team.viewer.get("me/").status_code == 200


@pytest.mark.django_db
def test_without_redis_nobody_is_turned_away(
    team: Team, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_CALLS_PER_MINUTE = 1
    away = our_cache().client().from_url("unix:///nowhere/redis.sock")
    monkeypatch.setattr(type(our_cache()), "client", lambda _: away)

    assert [team.lead.get("me/").status_code for _ in range(3)] == [200, 200, 200]


def _send(
    team: Team, path: str, body: bytes, *, method: str = "post", who: str = "annotator"
) -> Any:
    send = getattr(Client(), method)
    headers = team.as_(who).headers
    return send(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


# Errors that carry places and are no BadInput, each with its reason.
OWN = {
    "apps/api/errors.py": "the API's own answer",
    "apps/quality/selections/base.py": "knows no app; the stages put its places under theirs",
    "apps/core/faults.py": "BadInput itself",
}


def test_what_names_its_places_is_of_the_kind_that_is_answered_by_them() -> None:
    """Else the answer would be a 500, until somebody remembered to name it in a list."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "apps").rglob("*.py")
        if "self.errors =" in path.read_text("utf-8") or ", self.errors" in path.read_text("utf-8")
    }

    assert found == OWN.keys()


def test_each_kind_of_bad_input_has_a_code_of_its_own() -> None:
    for path in (ROOT / "apps").glob("*/actions/*.py"):
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    codes = Counter(one.code for one in _below(BadInput) if one is not PlacedInput)

    assert len(codes) > 20
    assert [code for code, number in codes.items() if number > 1] == []


def _below(kind: type[BadInput]) -> Iterator[type[BadInput]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)

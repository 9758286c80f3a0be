"""The description of the API, held against what the API does."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks as openapi_checks

from apps.api.schema import description
from tests.api.team import Team
from tests.api.test_access import MAY, OWN

pytestmark = pytest.mark.slow

# Cases that cover each bound of each field are drawn, too, not listed: their list took a quarter of a
# minute at each start of pytest, and two minutes of each day's run.
QUICKLY = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": False}}})
SCHEMA = schemathesis.openapi.from_dict(description(), config=QUICKLY)
SCHEMA.app = WSGIHandler()
HELD = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]
COMMON: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.explicit, Phase.generate],
}


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """As Django's test client does: the end of a request must not end the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _call(case: Any, team: Team) -> None:
    """With ids that exist, since random ones end at 404, and by somebody who may."""
    name = case.operation.definition.raw["operationId"]
    case.path_parameters = {key: team.keys[key] for key in case.path_parameters or {}}
    who = "annotator" if MAY.get(name) == OWN else "lead"
    if "\0" in str(dict(case.query or {})):
        return  # Refused before it gets here: see tests/core/test_middleware.py.
    response = case.call(headers=team.as_(who).headers)
    case.validate_response(response, checks=HELD)


@SCHEMA.parametrize()
@settings(max_examples=5, **COMMON)
@pytest.mark.django_db
def test_answers_are_as_described(case: Any, furnished: Team) -> None:
    _call(case, furnished)


@pytest.mark.proof
@SCHEMA.parametrize()
@settings(max_examples=400, **COMMON)
@pytest.mark.django_db
def test_answers_are_as_described_at_length(case: Any, furnished: Team) -> None:
    _call(case, furnished)


def test_the_description_is_valid_and_made_without_a_warning() -> None:
    description.cache_clear()
    GENERATOR_STATS.reset()
    said = io.StringIO()

    with redirect_stderr(said):
        validate_schema(description())

    assert said.getvalue() == ""


def test_the_description_and_its_page_need_no_token(db: None) -> None:
    client = Client()

    described = client.get("/api/v1/schema/")
    page = client.get("/api/v1/docs/")

    assert described.json()["info"]["title"] == "Concord"
    assert described.json()["openapi"].startswith("3.1")
    assert page.status_code == 200
    for path in described.json()["paths"]:
        assert path in page.content.decode()

"""The description of the API, held against what the API does."""

from __future__ import annotations

import io
from contextlib import redirect_stderr
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from hypothesis import settings
from schemathesis.config import SchemathesisConfig

from apps.api.schema import description
from tests.api.described import COMMON, call_as_described
from tests.api.team import Team

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_connection")]

# Without the list of cases for each bound of each field, which only the proof has: it took a quarter of
# a minute at each start of pytest, and two minutes of each day's run.
QUICKLY = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": False}}})
SCHEMA = schemathesis.openapi.from_dict(description(), config=QUICKLY)
SCHEMA.app = WSGIHandler()


@SCHEMA.parametrize()
@settings(max_examples=3, **COMMON)
@pytest.mark.django_db
def test_answers_are_as_described(case: Any, furnished: Team) -> None:
    call_as_described(case, furnished)


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

"""The same as `test_schema`, with a list of cases for each bound of each field, and many drawn ones.

That list takes a quarter of a minute to be made when pytest reads this file, which it leaves out where
proofs are left out: see `conftest.py`.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import settings

from apps.api.schema import description
from tests.api.described import COMMON, call_as_described
from tests.api.team import Team

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.usefixtures("one_connection")]

SCHEMA = schemathesis.openapi.from_dict(description())
SCHEMA.app = WSGIHandler()


@SCHEMA.parametrize()
@settings(max_examples=400, **COMMON)
@pytest.mark.django_db
def test_answers_are_as_described_at_length(case: Any, furnished: Team) -> None:
    call_as_described(case, furnished)

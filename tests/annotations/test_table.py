"""Columns of a table stand as the field says, since PostgreSQL's JSON keeps no order of keys."""

from __future__ import annotations

import pytest

from apps.annotations.actions.fields import clean_fields
from apps.annotations.displays import displays
from apps.projects.actions import BadProject

TABLE = displays["table"]
ORDER = {"columns": ["at", "card"]}


def test_the_columns_that_the_field_names_come_first_in_its_order():
    rows = [{"card": "1", "amount": 5, "at": "noon"}, {"card": "2", "why": "late"}]

    shown = TABLE.prepare(rows, ORDER)

    assert [name for name, _ in shown["heads"]] == ["at", "card", "amount", "why"]
    assert [cell["text"] for cell in shown["rows"][0]] == ["noon", "1", "5", "\N{EN DASH}"]


def test_a_record_and_its_line_follow_it_too():
    record = {"card": "1", "at": "noon"}

    assert [name for name, _ in TABLE.prepare(record, ORDER)["pairs"]] == ["at", "card"]
    assert TABLE.summary(record, ORDER) == "at: noon, card: 1"


def test_what_is_no_list_of_names_is_refused_where_it_stands():
    field = {"name": "x", "display": "table", "config": {"columns": [1]}}

    with pytest.raises(BadProject) as bad:
        clean_fields([field])

    assert bad.value.errors == {
        "fields.0.config.columns": "List the names of the columns that come first."
    }

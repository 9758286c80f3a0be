"""Checked rows reach the staging tables whatever comes between them."""

from typing import Any

import pytest
from django.db import connection
from psycopg import ProgrammingError

from apps.exchange.actions import staging as module
from apps.exchange.actions.checking import Checked
from apps.exchange.actions.staging import staging
from apps.exchange.models import StagedAnswer, StagedTask

pytestmark = pytest.mark.django_db(transaction=True)


def a_task(row: int) -> tuple[Any, ...]:
    hostile = "a\tb\\n\n\\."
    return (1, row, hostile, b"\\x00", '{"text": "\\\\ 🙂"}', "{}", None, 0.0, 1, None, None)


def an_answer(row: int) -> tuple[Any, ...]:
    return (1, row, f"t{row}", None, "w1", 0, "{}", None, None, None, "", "note", True, False)


def test_tasks_and_answers_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PORTION", 7)
    monkeypatch.setattr(module, "BATCH", 3)
    with staging() as staged:
        for row in range(1, 101):
            answers = [an_answer(row)] if row % 2 else []
            staged.add(Checked([a_task(row)] if row % 3 else [], answers))

    tasks = StagedTask.objects.order_by("pk").values_list("row", flat=True)
    assert list(tasks) == [row for row in range(1, 101) if row % 3]
    answered = StagedAnswer.objects.order_by("pk").values_list("row", flat=True)
    assert list(answered) == list(range(1, 101, 2))


def test_a_value_comes_back_as_it_was() -> None:
    with staging() as staged:
        staged.add(Checked([a_task(1)], []))
    kept = StagedTask.objects.get()
    assert kept.external_id == "a\tb\\n\n\\."
    assert bytes(kept.content_hash) == b"\\x00"
    assert kept.data == {"text": "\\ 🙂"}


def test_after_a_flush_other_statements_may_come() -> None:
    with staging() as staged:
        staged.add(Checked([a_task(1)], [an_answer(1)]))
        staged.flush()
        assert (StagedTask.objects.count(), StagedAnswer.objects.count()) == (1, 1)
        staged.add(Checked([a_task(2)], []))
    assert StagedTask.objects.count() == 2


def test_what_breaks_leaves_the_connection_usable() -> None:
    bad = (*a_task(2)[:1], object(), *a_task(2)[2:])
    with pytest.raises(ProgrammingError, match="adapt"), staging() as staged:
        staged.add(Checked([a_task(1), bad], []))
    assert connection.is_usable()
    assert not StagedTask.objects.exists()

"""Who sees whose answer it is, case by case."""

from __future__ import annotations

from uuid import UUID

import pytest

from apps.quality.permissions import sees_names, shuffled_place

KEYS = [UUID(int=number) for number in range(6)]


@pytest.mark.parametrize(
    ("role", "is_admin", "is_blind", "sees"),
    [
        ("lead", False, False, True),
        ("reviewer", False, False, True),
        ("viewer", False, False, True),
        ("annotator", False, False, False),
        (None, False, False, False),
        (None, True, False, True),
        ("lead", False, True, False),
        ("reviewer", False, True, False),
        ("viewer", False, True, False),
        ("annotator", False, True, False),
        (None, True, True, False),
        ("lead", True, True, False),
    ],
)
def test_names_show_where_nothing_is_blind(
    role: str | None, is_admin: bool, is_blind: bool, sees: bool
) -> None:
    assert sees_names(role=role, is_admin=is_admin, is_blind=is_blind) is sees


def order(task_id: int, viewer_id: int) -> list[UUID]:
    return sorted(
        KEYS, key=lambda key: shuffled_place(task_id=task_id, viewer_id=viewer_id, key=key)
    )


def test_the_hidden_order_stays_for_one_person_and_task() -> None:
    assert order(1, 2) == order(1, 2)


def test_the_hidden_order_differs_between_tasks_and_between_people() -> None:
    assert len({tuple(order(task, 2)) for task in range(20)}) > 15
    assert len({tuple(order(1, viewer)) for viewer in range(20)}) > 15

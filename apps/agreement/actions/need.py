"""How many tasks and answers an aim takes, what they cost and when they would be there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist
from typing import Any

Z = NormalDist().inv_cdf(0.975)
# A difference of this size would be shown in four of five cases.
POWER = NormalDist().inv_cdf(0.8)
HOUR = 3600


@dataclass(frozen=True)
class Aim:
    """An interval no wider than `size` ("width"), or two halves that show such a "difference"."""

    kind: str
    size: float

    def tasks(self, spread: float) -> int:
        """How many in all; the standard error of n tasks is spread / sqrt(n)."""
        if self.kind == "difference":
            # Each half has half of the tasks.
            return max(1, math.ceil(4 * ((Z + POWER) * spread / self.size) ** 2))
        return max(1, math.ceil((2 * Z * spread / self.size) ** 2))

    def reached(self, spread: float, tasks: int) -> float:
        """The width, or the difference, that so many tasks allow."""
        error = spread / math.sqrt(max(tasks, 1))
        return 2 * (Z + POWER) * error if self.kind == "difference" else 2 * Z * error


@dataclass(frozen=True)
class Price:
    """Per answer; from a price per hour by the project's own median time."""

    per_answer: float | None

    @classmethod
    def of(
        cls, *, per_answer: Decimal | None, per_hour: Decimal | None, seconds: float | None
    ) -> Price:
        if per_hour is not None and seconds is not None:
            return cls(float(per_hour) * seconds / HOUR)
        return cls(None if per_answer is None else float(per_answer))

    def of_answers(self, answers: int) -> float | None:
        return None if self.per_answer is None else answers * self.per_answer


def needed(plan: dict[str, Any], aim: Aim, price: Price) -> dict[str, Any] | None:
    """What is still to be done for the aim with the present number of answers each; and with any
    other, each for all tasks from the first. None where the answers tell no spread."""
    spread = plan.get("spread")
    if not spread:
        return None
    tasks, now = aim.tasks(spread), plan["tasks"]
    each = plan["answers"] / now if now else 0.0
    more = max(0, tasks - now)
    answers = math.ceil(more * each)
    rows = [_design(one, aim, price) for one in plan.get("designs", [])]
    priced = [row for row in rows if row["answers"]]
    best = min(priced, key=lambda row: (row["answers"], row["answers_each"]), default=None)
    return {
        "tasks": tasks,
        "more_tasks": more,
        "more_answers": answers,
        "answers_each": each,
        "cost": price.of_answers(answers),
        "reached": aim.reached(spread, now),
        "designs": [{**row, "is_best": row is best} for row in rows],
        "best": best,
        "curve": _curve(spread, aim, max(tasks, now)),
    }


def _design(one: dict[str, Any], aim: Aim, price: Price) -> dict[str, Any]:
    tasks = aim.tasks(one["spread"])
    answers = tasks * one["answers_each"]
    return {**one, "tasks": tasks, "answers": answers, "cost": price.of_answers(answers)}


def _curve(spread: float, aim: Aim, most: int) -> list[tuple[int, float]]:
    """What each number of tasks allows, up to half as many more than are needed."""
    last = max(20, int(most * 1.5))
    return [
        (n, aim.reached(spread, n))
        for n in sorted({max(10, round(last * part / 40)) for part in range(1, 41)})
    ]

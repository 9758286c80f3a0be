"""What a lead decides about the order of the queue and about suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from apps.agreement.actions.drain import fold_anew
from apps.core.audit import record
from apps.core.faults import BadInput
from apps.projects.actions.protocol_states import check_protocol
from apps.projects.models import Project
from apps.routing.actions.learnable import all_to_learn
from apps.routing.models import Endpoint, Plan, Weighing, When
from apps.routing.strategies import Mixture, Part, Strategy, strategies
from apps.routing.strategies.annotator_aware import AnnotatorAware
from apps.routing.strategies.base import HOLDINGS, ParameterError
from apps.routing.strategies.lots import held_out
from apps.tasks.actions import clear_offers

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_SEED = 2**31 - 1
# What a second strategy may choose at least and at most.
LEAST_BESIDE, MOST_BESIDE = 0.05, 0.95
# What a model over HTTP can give a strategy.
BY_HTTP = frozenset({"probabilities", "labels", "strata", "skills", "votes"})
# What is known of tasks that wait: see `apps.routing.actions.pools`, and `begun` for those that have
# answers. Numbers of answers are not offered: what is begun goes on first, so breadth cannot come first.
OFFERED = BY_HTTP | {"features", "committee"}


class BadPlan(BadInput):
    """A plan that cannot be followed: a sentence for each setting at fault."""

    code = "bad_plan"


def plan_of(project: Project) -> Plan:
    """The lead's plan, else what Concord does by itself."""
    found = Plan.objects.select_related("question", "endpoint").filter(project=project).first()
    return found or Plan(project=project, seed=project.pk % MOST_SEED)


@transaction.atomic
def change_plan(*, project: Project, by: User, at: datetime, **given: Any) -> Plan:
    """From the next ranking on."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    check_protocol(project=project, action="routing.plan")
    plan = plan_of(project)
    share = plan.exploration
    if "question" in given:
        given["question"] = _question(project, given["question"])
    if "endpoint" in given:
        given["endpoint"] = _endpoint(project, given["endpoint"])
    for name, value in given.items():
        setattr(plan, name, value)
    check_plan(plan)
    plan.changed_by, plan.changed_at = by, at
    plan.save()
    if plan.exploration != share:
        # A slice may be of what is left to chance.
        fold_anew(project=project)
    if plan.strategy != AnnotatorAware.name or plan.when == When.NEVER:
        clear_offers(project=project)
    told = {name: str(value) for name, value in given.items()}
    record("routing.plan", project=project, by=by, changed=told)
    return plan


def check_plan(plan: Plan) -> None:
    errors = {
        name: f"Use one of {', '.join(known.values)}."
        for name, known in (("when", When), ("weighing", Weighing))
        if getattr(plan, name) not in known.values
    }
    if not 0 <= plan.exploration <= 0.5:
        errors["exploration"] = "Give a share from 0 to .5."
    if not 0 <= plan.bar <= 1:
        errors["bar"] = "Give a probability from 0 to 1."
    if not LEAST_BESIDE <= plan.beside_share <= MOST_BESIDE:
        errors["beside_share"] = "Give a share from .05 to .95."
    try:
        strategy = strategy_of(plan.strategy, plan.parameters)
        errors |= _at_odds(plan, strategy, "strategy")
        errors |= _beside_at_odds(plan)
    except ParameterError as bad:
        errors["strategy"] = str(bad)
    if errors:
        raise BadPlan(errors)


def _at_odds(plan: Plan, strategy: Strategy, field: str) -> dict[str, str]:
    """With a model over HTTP, which gives less than the one that learns here."""
    if plan.endpoint is None or not (lacking := strategy.needs - BY_HTTP):
        return {}
    lacks = " and ".join(sorted(HOLDINGS[one] for one in lacking))
    return {
        field: f"{strategy.label} needs {lacks}, which a model over HTTP does not give. Choose"
        " another, such as Margin, or the model that learns here."
    }


def _beside_at_odds(plan: Plan) -> dict[str, str]:
    if not plan.beside:
        return {}
    if plan.strategy == AnnotatorAware.name:
        label = strategies[plan.strategy].label
        return {
            "beside": f"{label} gives each person a list of their own: nothing stands beside it."
        }
    known = {one.name: one for one in offered_beside()}
    if plan.beside not in known or plan.beside == plan.strategy:
        others = ", ".join(name for name in known if name != plan.strategy)
        return {"beside": f"Beside this strategy use none, or one of {others}."}
    return _at_odds(plan, known[plan.beside], "beside")


def offered_beside() -> list[Strategy]:
    """Those that can stand second: that order what nobody has begun, for everybody alike."""
    return [one for one in offered() if not one.needs & {"votes", "skills"}]


def offered() -> list[Strategy]:
    """Strategies that a lead can choose, by their labels."""
    found = [one for one in strategies.values() if not one.ranks_labelled and one.needs <= OFFERED]
    return sorted(found, key=lambda one: one.label)


def strategy_of(name: str, parameters: Mapping[str, Any]) -> Strategy:
    """ParameterError where it is none that can order tasks that wait."""
    found = strategies.get(name)
    if found is None or found.ranks_labelled:
        known = ", ".join(name for name, one in strategies.items() if not one.ranks_labelled)
        raise ParameterError(f"There is no strategy {name!r} for tasks that wait. Use {known}.")
    if not isinstance(parameters, Mapping):
        raise ParameterError("Give the parameters as an object.")
    if lacking := found.needs - OFFERED:
        lacks = " and ".join(sorted(HOLDINGS[one] for one in lacking))
        raise ParameterError(f"{found.label} needs {lacks}, which is not at hand here.")
    numbers = {str(name): value for name, value in parameters.items()}
    if any(not isinstance(value, (int, float)) for value in numbers.values()):
        raise ParameterError("Each parameter is a number.")
    return found.using(**numbers)


def mixture_of(plan: Plan) -> Mixture:
    strategy = strategy_of(plan.strategy, plan.parameters)
    parts: tuple[Part, ...] = (Part(strategy=strategy),)
    if plan.beside:
        second = Part(strategy=strategy_of(plan.beside, {}), share=plan.beside_share)
        parts = (Part(strategy=strategy, share=1 - plan.beside_share), second)
    return Mixture(parts=parts, exploration=plan.exploration, seed=plan.seed)


def is_held_out(plan: Plan, tasks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of these are left to chance. The database says the same: see the function
    `is_left_to_chance` in the migrations."""
    return held_out(tasks, plan.seed, plan.exploration)


def _question(project: Project, name: str | None) -> Any:
    if not name:
        return None
    found = {question.name: question for question in all_to_learn(project.pk)}
    if name not in found:
        known = ", ".join(found) or "there is none"
        raise BadPlan({"question": f"No model learns {name!r}. Those that are learned: {known}."})
    return found[name]


def _endpoint(project: Project, name: str | None) -> Any:
    if not name:
        return None
    found = Endpoint.objects.filter(project=project, name=name).first()
    if found is None:
        raise BadPlan({"endpoint": f"The project has no model of its own called {name!r}."})
    return found

"""How many more? Tasks, answers each, cost and date for an interval or a difference."""

from __future__ import annotations

from typing import Any

from apps.accounts.http import HttpRequest
from apps.agreement.actions.need import Aim, Price, needed
from apps.agreement.actions.pace import end_of
from apps.agreement.forms import NeedForm
from apps.agreement.views import plots
from apps.agreement.views.frame import Frame
from apps.core.figures import coefficient


def need(frame: Frame, request: HttpRequest) -> dict[str, Any]:
    one, study = frame.one, frame.study("plan")
    if one is None:
        return {}
    form = NeedForm.of(request.GET)
    wanted = form.wanted
    aim = Aim(wanted["aim"], wanted["size"])
    progress, plan = frame.ledger.progress, study.body if study else {}
    given = {name: wanted[name] for name in ("per_answer", "per_hour")}
    if given["per_answer"] is None:
        given["per_answer"] = frame.project.answer_cost
    price = Price.of(**given, seconds=progress.get("seconds"))
    found = needed(plan, aim, price)
    return {
        "study": study,
        "form": form,
        "wanted": wanted,
        "aim": aim,
        "plan": plan,
        "price": price,
        "need": found,
        "end": end_of(progress, found["more_answers"]) if found else None,
        "pace": plots.pace_plot(progress),
        "curve": plots.need_curve(found, aim, plan) if found else None,
        "found": _found(found, aim, plan),
    }


def _found(found: dict[str, Any] | None, aim: Aim, plan: dict[str, Any]) -> dict[str, str] | None:
    if found is None:
        return None
    size = coefficient(aim.size)
    what = (
        f"a difference of {size} between two halves"
        if aim.kind == "difference"
        else f"an interval no wider than {size}"
    )
    if not found["more_tasks"]:
        return {
            "headline": f"There are enough answers for {what}.",
            "more": f"The {plan['tasks']:,} tasks with two answers or more reach"
            f" {coefficient(found['reached'])}.",
        }
    best = found["best"]
    more = f"Now there are {plan['tasks']:,}, which reach {coefficient(found['reached'])}."
    if best is not None:
        more += f" The fewest answers in all take {best['answers_each']} a task."
    return {
        "headline": f"{found['more_tasks']:,} more tasks make {what}.",
        "more": more,
    }

"""A project's rules between questions: set as one table, tried on its answers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.core.audit import record
from apps.core.faults import BadInput
from apps.projects.actions.protocol_states import check_protocol
from apps.projects.models import Project
from apps.quality.actions.findings import ask_for_checks
from apps.quality.actions.rules_read import answers_of, rule_of, rules_of, subjects_of
from apps.quality.checks.rule_parts import BadRule, Rule
from apps.quality.models import ProjectRule

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_RULES, LONGEST_WORDS = 30, 300
# A trial looks at so many of the newest answers, and at no more after so many seconds.
LOOKED_AT, SECONDS, MOST_TASKS = 20_000, 3.0, 100


@dataclass(frozen=True)
class RuleSpec:
    text: str
    words: str = ""


@dataclass
class Trial:
    """What a rule does to answers: how many contradict it, of how many it cannot be told, and the
    tasks of the first of those that contradict it."""

    contradict: int = 0
    unknown: int = 0
    tasks: list[int] = field(default_factory=list)


class BadRules(BadInput):
    """{"0.text": sentence}."""

    code = "bad_rules"


@transaction.atomic
def set_rules(
    *, project: Project, specs: Sequence[RuleSpec], by: User, at: datetime
) -> list[ProjectRule]:
    """All rules, in order; the answers are checked anew. Raises BadRules. What is not among them any
    more is retired."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    check_protocol(project=project, action="rules.changed")
    specs = [spec for spec, _ in _clean(project, specs)]
    before = {(one.text, one.words): one for one in rules_of(project)}
    wanted = {(spec.text, spec.words) for spec in specs}
    gone = [one.pk for key, one in before.items() if key not in wanted]
    ProjectRule.objects.filter(pk__in=gone).update(retired_at=at)
    rows = []
    for position, spec in enumerate(specs):
        row = before.get((spec.text, spec.words)) or ProjectRule(
            project=project, text=spec.text, words=spec.words, made_by=by, made_at=at
        )
        row.position = position
        row.save()
        rows.append(row)
    ask_for_checks(project=project, by=by)
    record("rules.changed", project=project, rules=[row.text for row in rows])
    return rows


def try_rules(*, project: Project, specs: Sequence[RuleSpec]) -> tuple[list[Trial], int]:
    """What each would find among the newest answers, and how many were looked at. Raises BadRules."""
    rules = [rule for _, rule in _clean(project, specs)]
    trials, looked_at = [Trial() for _ in rules], 0
    until = time.monotonic() + SECONDS
    for task, answers in answers_of(project, LOOKED_AT) if rules else ():
        for rule, trial in zip(rules, trials, strict=True):
            _count(trial, rule.holds(answers), task)
        looked_at += 1
        if time.monotonic() > until:
            break
    return trials, looked_at


def _clean(project: Project, specs: Sequence[RuleSpec]) -> list[tuple[RuleSpec, Rule]]:
    if len(specs) > MOST_RULES:
        raise BadRules({"rules": f"A project has at most {MOST_RULES} rules."})
    subjects, errors, found = subjects_of(project), {}, []
    texts = [" ".join(spec.text.split()) for spec in specs]
    for place, (spec, text) in enumerate(zip(specs, texts, strict=True)):
        words = " ".join(spec.words.split()) or text[:LONGEST_WORDS]
        if len(words) > LONGEST_WORDS:
            errors[f"{place}.words"] = f"A sentence has at most {LONGEST_WORDS} characters."
        if texts.index(text) != place:
            errors[f"{place}.text"] = "Two rules say this."
            continue
        try:
            found.append((RuleSpec(text, words), rule_of(text, subjects)))
        except BadRule as bad:
            errors[f"{place}.text"] = f"At character {bad.at + 1}: {bad.message}"
    if errors:
        raise BadRules(errors)
    return found


def _count(trial: Trial, holds: bool | None, task: int) -> None:
    trial.unknown += holds is None
    if holds is False:
        trial.contradict += 1
        if len(trial.tasks) < MOST_TASKS and task not in trial.tasks:
            trial.tasks.append(task)

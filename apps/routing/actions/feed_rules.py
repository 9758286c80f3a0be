"""The rules by which predictions become tasks: what a lead says, and what each would take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from apps.annotations.kinds.base import BadAnswer
from apps.annotations.models import Question
from apps.core.audit import record
from apps.core.faults import BadInput
from apps.core.json import dumps
from apps.projects.models import Project
from apps.routing.models import FeedPlan, FeedRule, RuleKind
from apps.routing.models.feed import DRAWS, LONGEST_MODEL

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_RULES = 20
MOST_LOOKED_AT = 10_000
MOST_DAILY = 100_000
# Rules hold for what comes, and for what came so long before they were made.
BACK = timedelta(days=1)


class BadFeedRules(BadInput):
    """What is wrong, by its place (`rules.1.label`), in sentences."""

    code = "bad_feed_rules"


@dataclass(frozen=True, kw_only=True)
class FeedSpec:
    """One rule as a lead says it."""

    kind: str
    question: str = ""
    model: str = ""
    share: float | None = None
    low: float | None = None
    high: float | None = None
    label: str = ""
    daily: int | None = None
    level: float = 0


def plan_of_feed(project: Project) -> FeedPlan:
    """As it is kept, or what holds where nobody has said anything."""
    found: FeedPlan | None = FeedPlan.objects.filter(project=project).first()
    return found or FeedPlan(project=project)


def rules_of_feed(project: Project) -> list[FeedRule]:
    found = FeedRule.objects.filter(project=project).select_related("question")
    return list(found.order_by("position"))


@transaction.atomic
def change_feed(
    *,
    project: Project,
    by: User,
    at: datetime,
    specs: Sequence[FeedSpec] | None = None,
    **days: int,
) -> FeedPlan:
    """All rules in their order, `maturity_days`, `retention_days`: what is given. Raises BadFeedRules.

    A rule that stays as it was stays the same, and what it has taken today counts against its limit.
    """
    plan, _ = FeedPlan.objects.select_for_update(no_key=True).get_or_create(project=project)
    _set_days(plan, days)
    if specs is not None:
        _set_rules(project, specs)
        plan.ruled_at = at - BACK
    plan.changed_by, plan.changed_at = by, at
    plan.save()
    told: dict[str, Any] = dict(days)
    if specs is not None:
        told["rules"] = [spec.kind for spec in specs]
    record("feed.plan", project=project, by=by, changed=told)
    return plan


def _set_days(plan: FeedPlan, days: dict[str, int]) -> None:
    for name, value in days.items():
        setattr(plan, name, value)
    if not 1 <= plan.retention_days <= 3650:
        raise BadFeedRules({"retention_days": "Keep predictions for 1 to 3650 days."})
    if not 0 <= plan.maturity_days < plan.retention_days:
        raise BadFeedRules(
            {"maturity_days": "Give fewer days than predictions are kept: else none is judged."}
        )
    if "maturity_days" in days:
        plan.counted_at = None


def _set_rules(project: Project, specs: Sequence[FeedSpec]) -> None:
    rows = made_of(project, specs)
    there = {_content(row): row for row in FeedRule.objects.filter(project=project)}
    kept = [there.pop(_content(row), row) for row in rows]
    FeedRule.objects.filter(pk__in=[row.pk for row in there.values()]).delete()
    for position, row in enumerate(kept):
        row.position = position
        row.save()


def _content(row: FeedRule) -> tuple[Any, ...]:
    asked = (row.kind, row.question_id, row.model, row.share, row.low, row.high, row.label)
    return (*asked, row.daily, row.level)


def made_of(project: Project, specs: Sequence[FeedSpec]) -> list[FeedRule]:
    """The rules, not yet kept. Raises BadFeedRules."""
    questions = {q.name: q for q in Question.objects.filter(project=project)}
    errors: dict[str, str] = {}
    if len(specs) > MOST_RULES:
        errors["rules"] = f"Give {MOST_RULES} rules at most."
    seen: dict[FeedSpec, int] = {}
    for number, spec in enumerate(specs):
        wrong = _wrong(spec, questions, number)
        if spec in seen:
            wrong["kind"] = f"This is the same rule as number {seen[spec] + 1}."
        seen.setdefault(spec, number)
        errors |= {f"rules.{number}.{name}": said for name, said in wrong.items()}
    if errors:
        raise BadFeedRules(errors)
    return [_row(project, spec, questions, place) for place, spec in enumerate(specs)]


def _wrong(spec: FeedSpec, questions: dict[str, Question], number: int) -> dict[str, str]:
    """By the name of what is at fault."""
    found = _WRONG[RuleKind(spec.kind)](spec, questions)
    if spec.kind == RuleKind.LOT and number:
        found["kind"] = "The lot comes first, and once: it must be drawn from all predictions."
    if spec.daily is not None and not 1 <= spec.daily <= MOST_DAILY:
        found["daily"] = f"Give 1 to {MOST_DAILY:,} tasks a day, or none for no limit."
    if len(spec.model) > LONGEST_MODEL:
        found["model"] = f"Names of models have {LONGEST_MODEL} characters at most."
    if not -1e9 <= spec.level <= 1e9:
        found["level"] = "Give a level between -1,000,000,000 and 1,000,000,000."
    return found


def _wrong_lot(spec: FeedSpec, _: dict[str, Question]) -> dict[str, str]:
    found = {}
    if spec.share is None or not 1e-6 <= spec.share <= 1:
        found["share"] = "Give a share from 0.000001 to 1."
    if spec.model:
        found["model"] = "The lot is drawn from the predictions of all models alike."
    return found


def _wrong_probability(spec: FeedSpec, _: dict[str, Question]) -> dict[str, str]:
    low, high = spec.low, spec.high
    if low is None or high is None or not 0 <= low <= high <= 1:
        return {"low": "Give two probabilities from 0 to 1, the lower one first."}
    return {}


def _wrong_label(spec: FeedSpec, questions: dict[str, Question]) -> dict[str, str]:
    found = _wrong_question(spec, questions)
    if found:
        return found
    question = questions[spec.question]
    try:
        if spec.label and question.behaviour.clean(
            _value_of(spec.label, question), question.config
        ):
            return {}
        said = "Say which answer."
    except BadAnswer as bad:
        said = bad.message
    return {"label": said}


def _wrong_question(spec: FeedSpec, questions: dict[str, Question]) -> dict[str, str]:
    return {} if spec.question in questions else {"question": "Name a question of the project."}


_WRONG = {
    RuleKind.LOT: _wrong_lot,
    RuleKind.PROBABILITY: _wrong_probability,
    RuleKind.LABEL: _wrong_label,
    RuleKind.DISAGREEMENT: _wrong_question,
}


def _value_of(label: str, question: Question) -> Any:
    """A rating's answer is a number; rules say it as a text, as forms do."""
    if question.behaviour.form(question.config) != "number":
        return label
    try:
        number = float(label)
    except ValueError:
        return label
    return int(number) if number.is_integer() else number


def _row(project: Project, spec: FeedSpec, questions: dict[str, Question], place: int) -> FeedRule:
    """Only what its kind asks for is kept."""
    given = asdict(spec)
    wanted: dict[str, tuple[str, ...]] = {
        RuleKind.LOT: ("share",),
        RuleKind.PROBABILITY: ("model", "low", "high"),
        RuleKind.LABEL: ("model", "label"),
        RuleKind.DISAGREEMENT: ("model",),
    }
    asks = {RuleKind.LABEL, RuleKind.DISAGREEMENT}
    return FeedRule(
        project=project,
        position=place,
        kind=spec.kind,
        question=questions[spec.question] if spec.kind in asks else None,
        daily=spec.daily,
        level=spec.level,
        **{name: given[name] for name in wanted[spec.kind]},
    )


# By kind, of a prediction p and the newest outcome of one question. What has no probability lies
# between no bounds.
TAKES: dict[str, str] = {
    RuleKind.LOT: "p.draw < %(share_{n})s * {draws}",
    RuleKind.PROBABILITY: "p.probability BETWEEN %(low_{n})s AND %(high_{n})s",
    RuleKind.LABEL: "p.answers -> %(name_{n})s = %(label_{n})s::jsonb",
    RuleKind.DISAGREEMENT: """p.answers -> %(name_{n})s <> (
      SELECT o.value FROM routing_outcome o
       WHERE o.project_id = p.project_id AND o.key = p.key AND o.question_id = %(question_{n})s
       ORDER BY o.known_at DESC, o.id DESC LIMIT 1)""",
}


def condition_of(rule: FeedRule, n: int) -> tuple[str, dict[str, Any]]:
    """What a rule takes, as SQL on `p`, and what goes into it."""
    sql = TAKES[rule.kind].format(n=n, draws=f"{DRAWS}.0")
    given: dict[str, Any] = {
        f"share_{n}": rule.share,
        f"low_{n}": rule.low,
        f"high_{n}": rule.high,
        f"question_{n}": rule.question_id,
    }
    if rule.question is not None:
        label = dumps(_value_of(rule.label, rule.question)).decode()
        given |= {f"name_{n}": rule.question.name, f"label_{n}": label}
    if rule.model:
        sql, given[f"model_{n}"] = f"p.model = %(model_{n})s AND {sql}", rule.model
    return f"({sql})", given


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a rule would take of the newest predictions: without its limit, and with it."""

    matches: int
    taken: int


def preview_rules(*, project: Project, rules: Sequence[FeedRule]) -> tuple[int, list[Preview]]:
    """Of how many of the newest predictions that can be shown, and what each rule would take of
    them. The first that takes one has it; limits are held day by day. Nothing is kept."""
    cases, given = [], {"project": project.pk, "most": MOST_LOOKED_AT}
    for n, rule in enumerate(rules):
        sql, more = condition_of(rule, n)
        cases.append(f"WHEN {sql} THEN {n}")
        given |= more
    case = f"CASE {' '.join(cases)} END" if cases else "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH newest AS MATERIALIZED (SELECT * FROM routing_prediction"  # noqa: S608  (ours)
            "  WHERE project_id = %(project)s AND data IS NOT NULL"
            "  ORDER BY received_at DESC LIMIT %(most)s)"
            f" SELECT {case} AS rule, received_at::date, count(*) FROM newest p GROUP BY 1, 2",
            given,
        )
        rows = cursor.fetchall()
    looked_at = sum(number for _, _, number in rows)
    return looked_at, [_previewed(rule, n, rows) for n, rule in enumerate(rules)]


def _previewed(rule: FeedRule, n: int, rows: Sequence[tuple[Any, ...]]) -> Preview:
    days = [number for which, _, number in rows if which == n]
    limit = rule.daily
    return Preview(
        matches=sum(days),
        taken=sum(days if limit is None else (min(day, limit) for day in days)),
    )

"""What the list of annotators shows: a row each, from what was worked out and what stands now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Sum

from apps.agreement.models import Study
from apps.annotations.models import Question
from apps.consensus.actions.standing import Standing, standing_of
from apps.consensus.aggregators import aggregators
from apps.consensus.models import Method, Skill
from apps.projects.models import Membership, Project, Role
from apps.quality.measures.people import RATE
from apps.quality.measures.shares import NOTHING, Told, more_needed, share_of
from apps.quality.models import GoldScore, PersonReport, ReviewCase, ReviewState
from apps.tasks.models import Assignment

Body = dict[str, Any]
NONE: Body = NOTHING.body()


@dataclass
class Row:
    """One annotator, about one question; each figure as {"value", "low", "high", "n"}."""

    member: Membership
    skill: Body = field(default_factory=lambda: dict(NONE))
    agree: Body = field(default_factory=lambda: dict(NONE))
    gold: Body = field(default_factory=lambda: dict(NONE))
    others: Body = field(default_factory=lambda: dict(NONE))
    pace: Body = field(default_factory=dict)
    work: dict[str, int] = field(default_factory=dict)
    stand: Body = field(default_factory=dict)
    trend: Body = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.member.display_name

    @property
    def standing(self) -> str:
        """Only where the chance of it, corrected over all annotators, is small."""
        if self.stand.get("q", 1.0) > RATE:
            return ""
        return "above" if self.stand["difference"] > 0 else "below"

    @property
    def change(self) -> str:
        if self.trend.get("q", 1.0) > RATE:
            return ""
        return "rises" if self.trend["z"] > 0 else "falls"

    @property
    def lacking(self) -> int:
        """How many more answers would do; 0 when enough is known."""
        return more_needed(told_of(self.agree))

    def key(self, name: str) -> Any:
        """What a column is sorted by; None stands last."""
        if name in {"skill", "agree", "gold", "others"}:
            return getattr(self, name)["value"]
        if name in {"seconds", "per_day"}:
            return self.pace.get(name, NONE)["value"]
        return self.name.casefold() if name == "name" else self.work.get(name, 0)


def told_of(body: Body) -> Told:
    return Told(body["value"], body["low"], body["high"], body["n"])


def rows_of(project: Project, question: Question | None, *, only: int | None = None) -> list[Row]:
    """All who annotate or have answered; `only` one of them. A fixed number of queries."""
    members = Membership.objects.filter(project=project).select_related("user")
    reports = PersonReport.objects.filter(project=project).defer("body")
    if only is not None:
        members, reports = members.filter(pk=only), reports.filter(pk=only)
    summaries = {report.annotator_id: report.summary for report in reports}
    work = work_of(project, only)
    rows = {
        member.pk: Row(member, pace=summaries.get(member.pk, {}).get("pace", {}))
        for member in members.order_by("pk")
        if member.pk in work
        or member.pk in summaries
        or (member.role == Role.ANNOTATOR and member.is_active)
        or member.pk == only
    }
    for pk, row in rows.items():
        row.work = work.get(pk, {})
        if question is not None:
            told = summaries.get(pk, {}).get("questions", {}).get(question.name, {})
            row.agree = told.get("agree", row.agree)
            row.stand, row.trend = told.get("stand", {}), told.get("trend", {})
    for pk, gold in gold_of(project, list(rows)).items():
        rows[pk].gold = gold
    if question is not None:
        _add_others(rows, question)
    return list(rows.values())


def add_skills(rows: list[Row], standing: Standing) -> str:
    """By the model of annotators that stands; its name, or none where a plain method does."""
    if standing.run is None:
        return ""
    found = Skill.objects.filter(run=standing.run, annotator__in=[row.member.pk for row in rows])
    skills = {one.annotator_id: one for one in found.only("annotator", *FIGURES)}
    for row in rows:
        if one := skills.get(row.member.pk):
            row.skill = {
                "value": one.accuracy,
                "low": one.low,
                "high": one.high,
                "n": one.answers,
            }
    return aggregators[standing.run.aggregator].label


FIGURES = ("accuracy", "low", "high", "answers")


def standing_now(question: Question) -> Standing:
    method = Method.objects.filter(question=question).select_related("run").defer("run__saw")
    return standing_of(question, method.first())


def work_of(project: Project, only: int | None = None) -> dict[int, dict[str, int]]:
    """Assignments by state, and answers that reviewers returned and that wait."""
    mine = Assignment.objects.filter(annotator__project=project)
    cases = ReviewCase.objects.filter(project=project, state=ReviewState.RETURNED)
    if only is not None:
        mine, cases = mine.filter(annotator=only), cases.filter(annotator=only)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    counted = mine.order_by().values_list("annotator", "state").annotate(n=Count("pk"))
    for annotator, state, n in counted:
        found[annotator]["done" if state == "submitted" else state] = n
    for annotator, n in cases.order_by().values_list("annotator").annotate(n=Count("pk")):
        found[annotator]["came_back"] = n
    return dict(found)


def gold_of(project: Project, annotator_ids: Collection[int]) -> dict[int, Body]:
    """Of the known answers that a gate counts: unseen, and known when they were answered."""
    scores = GoldScore.objects.filter(
        project=project, annotator__in=annotator_ids, is_evidence=True
    )
    counted = scores.order_by().values_list("annotator").annotate(n=Count("pk"), t=Sum("score"))
    return {annotator: share_of(float(total), n).body() for annotator, n, total in counted}


def _add_others(rows: dict[int, Row], question: Question) -> None:
    """Beyond chance, as the dashboard found it; of too few shared tasks nothing."""
    study = Study.objects.filter(question=question, part="people").first()
    for one in study.body.get("raters", []) if study else ():
        if one["rater"] in rows:
            rows[one["rater"]].others = {
                "value": one["value"],
                "low": one["low"],
                "high": one["high"],
                "n": one["tasks"],
            }


def sorted_by(rows: list[Row], sort: str) -> list[Row]:
    name, is_down = sort.removeprefix("-"), sort.startswith("-")
    known = [row for row in rows if row.key(name) is not None]
    known.sort(key=lambda row: row.key(name), reverse=is_down)
    return known + [row for row in rows if row.key(name) is None]

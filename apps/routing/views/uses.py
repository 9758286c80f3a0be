"""What suggestions did to the answers, in sentences, and what each annotator made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import pluralize

from apps.core.figures import share
from apps.projects.models import Membership, Project
from apps.routing.learners.figures import Rate
from apps.routing.models import SuggestionStudy

MOST_PEOPLE = 50


@dataclass(frozen=True)
class Use:
    name: str
    accepted: Rate
    changed: int
    ignored: int


@dataclass(frozen=True)
class Study:
    study: SuggestionStudy
    same: str
    alike: str
    people: list[Use]


def studies_of(project: Project) -> list[Study]:
    found = list(
        SuggestionStudy.objects.filter(project=project)
        .select_related("question")
        .order_by("question__position", "source")
    )
    ids = {one[0] for study in found for one in study.figures["people"]}
    names = {
        member.pk: member.display_name
        for member in Membership.objects.filter(pk__in=ids).select_related("user")
    }
    return [
        Study(
            study,
            _same(study.figures["same"]),
            _alike(study.figures["alike"]),
            _people(study.figures["people"], names),
        )
        for study in found
    ]


def _people(rows: list[list[int]], names: dict[int, str]) -> list[Use]:
    """Whoever was shown most first."""
    rows = sorted(rows, key=lambda row: -sum(row[1:]))[:MOST_PEOPLE]
    return [
        Use(
            names.get(pk, "Somebody"),
            Rate.of(accepted, accepted + changed + ignored),
            changed,
            ignored,
        )
        for pk, accepted, changed, ignored in rows
    ]


def _same(found: dict[str, Any]) -> str:
    """Whether people say what is suggested because it is suggested."""
    if found["value"] is None:
        return (
            f"With it {share(found['shown'])} of the answers are what it suggests. What they would be"
            f" without cannot be told yet: only {found['n_hidden']:,}"
            f" task{pluralize(found['n_hidden'])} of those drawn by lot had an answer without it."
        )
    return (
        f"With it {share(found['shown'])} of the answers are what it suggests, without"
        f" {share(found['hidden'])}: {_points(found)}, on {found['n_shown']:,} and"
        f" {found['n_hidden']:,} tasks drawn by lot."
    )


def _alike(found: dict[str, Any]) -> str:
    if found["value"] is None:
        return ""
    return (
        f"Two people agree in {share(found['shown'])} of the pairs with it, in"
        f" {share(found['hidden'])} without: {_points(found)}."
    )


def _points(found: dict[str, Any]) -> str:
    value, low, high = (f"{100 * found[name]:+.0f}" for name in ("value", "low", "high"))
    return f"{value} points ({low} to {high} with 95 % certainty)"

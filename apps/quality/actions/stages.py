"""A project's stages of review, set as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count

from apps.annotations.models import Question
from apps.core.audit import record
from apps.core.faults import BadInput
from apps.projects.actions.protocol_states import check_protocol
from apps.projects.models import Project
from apps.quality.actions.candidates import answered, takes
from apps.quality.actions.reviewing import route_all, stages_of
from apps.quality.actions.sending_on import SentOn, ask_to_send_on, look_at_accepted
from apps.quality.models import Order, ReviewCase, ReviewState, Stage, Verdict
from apps.quality.selections import BadSelection, selections
from apps.tasks.models import Assignment

MOST_STAGES = 8
MOST_TAGS = 10
LONGEST_NAME = 60
# As many of the newest answers are looked at to say how many a stage would take.
LOOKED_AT = 2_000


@dataclass(frozen=True)
class StageSpec:
    """One row of the table. `id` names the stage that it is a change of."""

    name: str
    selection: str = "everything"
    config: Mapping[str, Any] = field(default_factory=dict)
    requires: Sequence[str] = ()
    may: Sequence[str] = (Verdict.ACCEPT, Verdict.CORRECT, Verdict.RETURN)
    is_blind: bool = True
    order: str = Order.OLDEST
    id: int | None = None


class BadStages(BadInput):
    """{"0.config.share": sentence}."""

    code = "bad_stages"


@transaction.atomic
def set_stages(
    *,
    project: Project,
    specs: Sequence[StageSpec],
    at: datetime,
    sends_accepted: bool = False,
) -> list[Stage]:
    """The whole workflow, in order. Raises BadStages.

    A stage that is not named any more is retired: what was said at it stays. Answers come to the
    stages in the background; what was accepted before, to new stages behind, where asked for.
    """
    Project.objects.select_for_update().get(pk=project.pk)
    check_protocol(project=project, action="stages.changed")
    known = {stage.pk: stage for stage in stages_of(project)}
    rows = _clean(project, specs, known)
    kept = {row.pk for row in rows if row.pk}
    new = [row for row in rows if not row.pk]
    gone = [stage for pk, stage in known.items() if pk not in kept]
    Stage.objects.filter(pk__in=[stage.pk for stage in gone]).update(retired_at=at)
    # Names first out of the way, so that two may change places.
    for pk in kept:
        Stage.objects.filter(pk=pk).update(name=f"\N{ZERO WIDTH SPACE}{pk}")
    for row in rows:
        row.save()
    names = [row.name for row in rows]
    record("stages.changed", project=project, stages=names, sends_accepted=sends_accepted)
    route_all(project=project)
    if sends_accepted and new:
        ask_to_send_on(project=project, stage_ids=[row.pk for row in new])
    return rows


def preview(*, project: Project, specs: Sequence[StageSpec]) -> tuple[list[int], int, SentOn]:
    """Of the newest answers, how many each stage would take; and how many were looked at.

    Each for itself: a stage behind another gets those only that come through. And of what was
    accepted before, how many would go to the new stages.
    """
    rows = _clean(project, specs, {stage.pk: stage for stage in stages_of(project)})
    newest = Assignment.objects.filter(
        task__project=project, state="submitted", apart="", head_id__isnull=False
    ).order_by("-head_id")
    heads = list(newest.values_list("pk", "task_id")[:LOOKED_AT])
    mine = {pk for pk, _ in heads}
    found = [
        one for one in answered(project, {task for _, task in heads}) if one.assignment_id in mine
    ]
    counts = [sum(takes(row, one) for one in found) for row in rows]
    return counts, len(found), look_at_accepted(project=project, rows=rows, most=LOOKED_AT)


def _clean(project: Project, specs: Sequence[StageSpec], known: Mapping[int, Stage]) -> list[Stage]:
    errors: dict[str, str] = {}
    if len(specs) > MOST_STAGES:
        raise BadStages({"stages": f"A workflow has at most {MOST_STAGES} stages."})
    names = [spec.name.strip() for spec in specs]
    asked = set(Question.objects.filter(project=project).asked().values_list("name", flat=True))
    rows = []
    for place, spec in enumerate(specs):
        faults, row = _row(project, place, spec, known, asked)
        if names.index(spec.name.strip()) != place:
            faults["name"] = "Two stages have this name."
        errors |= {f"{place}.{name}": message for name, message in faults.items()}
        rows.append(row)
    if not errors and specs and Verdict.ESCALATE in specs[-1].may:
        errors[f"{len(specs) - 1}.may"] = "The last stage has none behind it to escalate to."
    if errors:
        raise BadStages(errors)
    return rows


def _row(
    project: Project, place: int, spec: StageSpec, known: Mapping[int, Stage], asked: set[str]
) -> tuple[dict[str, str], Stage]:
    faults = {name: text for name, text in _faults(spec) if text}
    row = known.get(spec.id) if spec.id is not None else Stage(project=project)
    if row is None:
        faults["id"] = "There is no such stage any more. Load the page again."
        row = Stage(project=project)
    config: dict[str, Any] = {}
    if spec.selection not in selections:
        faults["selection"] = f"Take one of: {', '.join(selections)}."
    else:
        try:
            config = selections[spec.selection].clean_config(spec.config)
        except BadSelection as bad:
            faults |= {f"config.{name}": text for name, text in bad.errors.items()}
    if "question" in config and config["question"] not in asked:
        faults["config.question"] = "There is no such question."
    row.name, row.position, row.selection, row.config = (
        spec.name.strip(),
        place,
        spec.selection,
        config,
    )
    row.requires, row.may = sorted(set(spec.requires)), [v for v in Verdict.values if v in spec.may]
    row.is_blind, row.order = spec.is_blind, spec.order
    return faults, row


def _faults(spec: StageSpec) -> list[tuple[str, str]]:
    name = spec.name.strip()
    is_named = 0 < len(name) <= LONGEST_NAME and name.isprintable()
    tags = [tag for tag in spec.requires if not _is_tag(tag)]
    strange = [one for one in spec.may if one not in Verdict.values]
    may = f"Take some of: {', '.join(Verdict.values)}." if strange else ""
    if not strange and Verdict.ACCEPT not in spec.may:
        may = "Reviewers must be able to accept."
    return [
        ("name", "" if is_named else f"Give a name of 1 to {LONGEST_NAME} characters."),
        ("requires", f"Not of the form skill:name: {tags[0][:80]}" if tags else ""),
        ("requires", f"At most {MOST_TAGS}." if len(spec.requires) > MOST_TAGS else ""),
        ("may", may),
        ("order", "" if spec.order in Order.values else f"Take one of: {', '.join(Order.values)}."),
    ]


def _is_tag(tag: str) -> bool:
    kind, _, name = tag.partition(":")
    return (
        kind in {"language", "skill", "group"}
        and bool(name)
        and len(tag) <= 80
        and tag.isprintable()
    )


def waiting_at(project: Project) -> dict[int, int]:
    """By stage, how many answers wait there."""
    waiting = ReviewCase.objects.filter(project=project, state=ReviewState.WAITING)
    return dict(waiting.values_list("stage_id").annotate(n=Count("pk")))

"""The sums that all figures of a question's objects are made of, gathered in one pass over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from django.db import connection

from apps.agreement.actions.joined_sums import add_people
from apps.agreement.actions.marked import Portion, portions
from apps.agreement.measures import ObjectMeasure, Objects, object_measures
from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray
from apps.agreement.measures.by_object import Summed
from apps.agreement.measures.gamma_k import GammaK
from apps.agreement.measures.gathering import Gathering
from apps.agreement.measures.instance_alpha import InstanceAlpha
from apps.agreement.measures.ku_alpha import KuAlpha
from apps.agreement.measures.matching import matches
from apps.agreement.measures.ratios import Sums
from apps.agreement.models import ALL
from apps.annotations.kinds.marks import Geometry
from apps.annotations.models import Question

# As they are shown; a measure that stands in neither comes last. The first is the headline's.
OF_SHAPES = (
    "instance_alpha",
    "object_f1",
    "matched_likeness",
    "detection_f1",
    "label_alpha",
    "panoptic_quality",
    "relaxed_f1",
    "exact_f1",
)
OF_STRETCHES = (
    "u_alpha",
    "u_alpha_binary",
    "cu_alpha",
    "gamma",
    "gamma_cat",
    "exact_f1",
    "relaxed_f1",
    "object_f1",
    "matched_likeness",
    "boundary_distance",
)
MOST_LABELS = 60
# What is costly takes an even part of the tasks, which has about so many objects.
MOST_ALIGNED = 5_000
# How many ways there are to align grows with each answer to a task twice or thrice.
MOST_TOGETHER = 6
NUMBER = """
SELECT coalesce(sum(jsonb_array_length(a.answers -> %s)), 0)
  FROM agreement_storedtask s
       CROSS JOIN LATERAL jsonb_array_elements(s.body -> 'd' -> %s -> 'r') AS r(rating)
       JOIN annotations_annotation a ON a.id = (r.rating ->> 1)::bigint
 WHERE s.project_id = %s AND s.body -> 'd' ? %s
"""


def measures_for(geometry: Geometry) -> list[ObjectMeasure]:
    order = OF_STRETCHES if geometry.steps else OF_SHAPES
    known = [one for one in object_measures.values() if geometry.steps or not one.for_segments]
    known.sort(key=lambda one: order.index(one.name) if one.name in order else len(order))
    return [one.at(geometry.threshold) for one in known]


@dataclass
class ObjectSums:
    """What is gathered of one question."""

    geometry: Geometry
    labels: tuple[str, ...]
    measures: dict[str, Gathering]
    # By label and measure; by slice; pairs of annotators, and each with all others.
    by_label: dict[str, dict[str, Gathering]]
    by_slice: dict[int, Gathering] = field(default_factory=dict)
    pairs: Sums = field(default_factory=Sums)
    people: Sums = field(default_factory=Sums)
    # How often a thing got the row's label from one annotator and the column's from another; and of
    # how many things. The last is "not marked".
    confusion: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    things: IntArray = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    answers: int = 0

    @property
    def headline(self) -> Gathering:
        return next(iter(self.measures.values()))

    @cached_property
    def alpha(self) -> InstanceAlpha:
        return InstanceAlpha(self.geometry.threshold)


def sums_of(question: Question, geometry: Geometry) -> ObjectSums:
    """In one pass. A share of the tasks is enough where a measure takes long for each."""
    labels = tuple(label.value for label in question.behaviour.labels(question.config))
    found = ObjectSums(
        geometry=geometry,
        labels=labels,
        measures={one.name: Gathering(one) for one in measures_for(geometry)},
        by_label={label: _of_label(geometry, i) for i, label in enumerate(labels[:MOST_LABELS])},
        confusion=np.zeros((len(labels) + 1,) * 2),
        things=np.zeros((len(labels) + 1,) * 2, np.int64),
    )
    share = _share(question) if geometry.steps else 1.0
    has_slices = bool(question.project.slices)
    for portion in portions(question, geometry):
        found.answers += len(portion.answers)
        for measure, gathering in _each(found):
            _add(gathering, portion, portion.objects, share if _is_costly(measure) else None)
        for label, gatherings in found.by_label.items():
            _add_label(gatherings, portion, label, share)
        if has_slices:
            _add_slices(found, portion)
        _add_people(found, portion)
        _add_things(found, portion)
    return found


def _of_label(geometry: Geometry, place: int) -> dict[str, Gathering]:
    """Of each label as if no other had been marked; of stretches also as they lie beside others."""
    alpha = object_measures["instance_alpha"].at(geometry.threshold)
    f1 = object_measures["object_f1"].at(geometry.threshold)
    if not geometry.steps:
        return {"instance_alpha": Gathering(alpha), "object_f1": Gathering(f1)}
    return {
        "u_alpha": Gathering(object_measures["u_alpha"]),
        "ku_alpha": Gathering(KuAlpha(place)),
        "gamma_k": Gathering(GammaK(place)),
        "object_f1": Gathering(f1),
    }


def _each(found: ObjectSums) -> Iterator[tuple[Summed, Gathering]]:
    return ((one.measure, one) for one in found.measures.values())


def _is_costly(measure: Summed) -> bool:
    return isinstance(measure, GammaK) or getattr(measure, "is_costly", False)


def _share(question: Question) -> float:
    key = str(question.pk)
    with connection.cursor() as cursor:
        cursor.execute(NUMBER, (question.name, key, question.project_id, key))
        number = int(cursor.fetchone()[0])
    return min(1.0, MOST_ALIGNED / max(number, 1))


def _add(gathering: Gathering, portion: Portion, data: Objects, share: float | None) -> None:
    """With a share of an even part of the tasks, and of six of each one's answers."""
    if share is None:
        gathering.add(data, units=portion.tasks, groups=portion.groups)
        return
    drawn = drawn_of(portion.tasks, share)
    gathering.leave_out("not_drawn", int(np.count_nonzero(~drawn & (data.sizes > 1))))
    part = data.once("drawn", lambda: _few_of(data if drawn.all() else data.only(drawn)))
    left = int(data.sizes[drawn].sum()) - part.unit.size
    gathering.leave_out("answers_beyond_six", left)
    gathering.add(part, units=portion.tasks[drawn], groups=portion.groups[drawn])


def _few_of(data: Objects) -> Objects:
    """Of each task so many answers, of people drawn by a hash, so that nobody is left out for good."""
    if data.sizes.max(initial=0) <= MOST_TOGETHER:
        return data
    drawn = mixed(np.array(data.names, np.int64)[data.rater] * 1_000_003 + data.unit)
    order = np.lexsort((drawn, data.unit))
    starts = np.cumsum(data.sizes) - data.sizes
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size) - starts[data.unit[order]]
    return data.answered(place < MOST_TOGETHER)


def drawn_of(tasks: IntArray, share: float) -> AnyArray:
    """An even part of the tasks, by a hash of their numbers: the same ones each time."""
    drawn: AnyArray = mixed(tasks) < share * 2.0**32
    return drawn


def mixed(numbers: IntArray) -> FloatArray:
    """32 bits that look like chance, the same for the same number (splitmix)."""
    found = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    found ^= found >> np.uint64(29)
    found *= np.uint64(0xBF58476D1CE4E5B9)
    return (found >> np.uint64(32)).astype(float)


def _add_label(
    gatherings: dict[str, Gathering], portion: Portion, label: str, share: float
) -> None:
    data = portion.objects
    alone = data.once(("label", label), lambda: data.with_label(label))
    for gathering in gatherings.values():
        among_others = isinstance(gathering.measure, KuAlpha | GammaK)
        part = share if _is_costly(gathering.measure) else None
        _add(gathering, portion, data if among_others else alone, part)


def _add_slices(found: ObjectSums, portion: Portion) -> None:
    """A slice of answers is seen as if only these had been given."""
    data = portion.objects
    for number in sorted(set().union(*(one.slices for one, _ in portion.answers)) - {ALL}):
        inside = np.array([number in one.slices for one, _ in portion.answers])
        part = data if inside.all() else data.answered(inside)
        gathering = found.by_slice.setdefault(number, Gathering(found.headline.measure))
        gathering.add(part, units=portion.tasks, groups=portion.groups)


def _add_people(found: ObjectSums, portion: Portion) -> None:
    """F1 of what two marked and named alike, of each pair of annotators and of each with all."""
    data = portion.objects.paired()
    matched = matches(data, found.geometry.threshold, by_label=True)
    if not len(matched.answers):
        return
    number = np.bincount(data.answer, minlength=data.unit.size).astype(float)
    marked = number[matched.answers].sum(axis=1)
    common = 2 * np.bincount(matched.pair, minlength=len(matched.answers)).astype(float)
    add_people(found.pairs, found.people, data, matched, common, marked)


def _add_things(found: ObjectSums, portion: Portion) -> None:
    """Each thing's answers in pairs, as in alpha: those of a thing of m answers weigh 1 / (m - 1)."""
    data = portion.objects.paired()
    if not data.units:
        return
    _, unit, counts = found.alpha.things(data)
    sizes = data.sizes[unit]
    counts = np.column_stack([counts, sizes - counts.sum(axis=1)])
    weighted = counts / (sizes - 1)[:, None]
    found.confusion += weighted.T @ counts - np.diag(weighted.sum(axis=0))
    given = (counts > 0).astype(np.int64)
    found.things += given.T @ given

"""The figures that somebody asks for of one set of answers, one after the other."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.base import Measure
from apps.agreement.measures.by_rater import RaterMeasure
from apps.agreement.measures.distances import LevelError
from apps.agreement.measures.figure import Figure, Reason
from apps.agreement.measures.labels import per_label
from apps.agreement.measures.longform import LongForm
from apps.agreement.measures.moments import Moments
from apps.agreement.measures.pairwise import pairwise
from apps.agreement.measures.paradox import paradox
from apps.agreement.measures.patterns import Patterns
from apps.agreement.measures.rated import Rated
from apps.agreement.measures.tabulate import tabulate
from apps.agreement.measures.weights import named_distance


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`raters` chooses some of them, `pairs` each two of them for what takes two; `labels` asks for
    each label against the rest too, `side_by_side` for the kappa paradox."""

    level: str = "nominal"
    raters: Sequence[str] | None = None
    weights: str | None = None
    pairs: bool = False
    labels: bool = False
    side_by_side: bool = False
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A figure, the label that it is about if it is about one, and its two raters if it has two."""

    figure: Figure
    label: Hashable = None
    pair: tuple[Hashable, Hashable] | None = None


class Answers:
    """The same answers in the forms that measures take, each made when it is first needed."""

    def __init__(self, answers: LongForm, asked: Asked) -> None:
        self.asked = asked
        self.named = Rated.of(answers).of_raters(asked.raters) if asked.raters else None
        self.all = answers
        self.plain = self.named.patterns() if self.named else tabulate(answers, level=asked.level)

    def rated(self) -> Rated:
        if self.named is None:
            self.named = Rated.of(self.all)
        return self.named

    def patterns(self) -> Patterns:
        return self.plain if isinstance(self.plain, Patterns) else Patterns.of(self.all)

    def figures(self, measure: Measure | RaterMeasure) -> Iterator[Answer]:
        if isinstance(measure, RaterMeasure):
            yield from self._of_raters(measure)
        else:
            yield from self._of_patterns(measure)

    def side_by_side(self) -> Iterator[Answer]:
        data = self.rated()
        for label, shown in paradox(data, **self.asked.options).items():
            found = (getattr(shown, name) for name in vars(shown))
            yield from (Answer(figure=figure, label=label) for figure in found if figure)

    def _of_patterns(self, measure: Measure) -> Iterator[Answer]:
        options = self.asked.options
        distance = self._distance(measure, self.plain)
        figure = measure(self.plain, level=self.asked.level, distance=distance, **options)
        yield Answer(figure=self._told(figure))
        if self.asked.labels:
            for label, one in per_label(measure, self.patterns(), **options).items():
                yield Answer(figure=one, label=label)

    def _of_raters(self, measure: RaterMeasure) -> Iterator[Answer]:
        options, data = self.asked.options, self.rated()
        every = {"level": self.asked.level, "distance": self._distance(measure, data), **options}
        if measure.for_two and self.asked.pairs:
            for pair, figure in pairwise(measure, data, **every).items():
                yield Answer(figure=self._told(figure), pair=pair)
            return
        yield Answer(figure=self._told(measure(data, **every)))
        if self.asked.labels and "nominal" in measure.levels:
            for label, one in per_label(measure, data, **options).items():
                yield Answer(figure=one, label=label)

    def _distance(
        self, measure: Measure | RaterMeasure, data: Patterns | Moments | Rated
    ) -> FloatArray | None:
        if self.asked.weights is None or not measure.is_weighted or isinstance(data, Moments):
            return None
        return named_distance(data.values, self.asked.level, self.asked.weights)

    def _told(self, figure: Figure) -> Figure:
        """Weights of one's own go by their name."""
        if figure.level != "custom":
            return figure
        return replace(figure, level=f"{self.asked.level}, {self.asked.weights} weights")


def all_figures(
    answers: LongForm, asked: Asked, kinds: Sequence[Measure | RaterMeasure]
) -> list[Answer]:
    """Of all these measures; one that cannot be computed here says why in its place."""
    data, found, refused = Answers(answers, asked), [], []
    for measure in kinds:
        try:
            found += list(data.figures(measure))
        except LevelError as error:
            refused.append(error)
            reason = Reason(code="refused", sentence=str(error))
            figure = Figure(measure=measure.name, level=asked.level, undefined_reason=reason)
            found.append(Answer(figure=figure))
    if refused and len(refused) == len(kinds):
        raise refused[0]
    return found + (list(data.side_by_side()) if asked.side_by_side else [])

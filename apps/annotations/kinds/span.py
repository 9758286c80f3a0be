"""Stretches of a text, each with a label; they may overlap and have several parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Kind, Label, Seen, Value
from apps.annotations.kinds.cuts import cuts_character, cuts_word
from apps.annotations.kinds.fusing import Fusing, Stretches, Things, Way, most_alike, swept
from apps.annotations.kinds.labelled import (
    boolean,
    clean_labels,
    label_schema,
    labels_of,
    pick,
    retire_missing,
    text,
)
from apps.annotations.kinds.marks import Geometry, Mark
from apps.annotations.kinds.objects import (
    COUNT_EXTRAS,
    COUNT_SCHEMA,
    COUNTS,
    ID_SCHEMA,
    check_counts,
    clean_counts,
    f1_distance,
    give_ids,
    keep_counts,
    none_is_answer,
    objects_of,
    without_ids,
)

# Two spans with a label that have so much in common, twice over, are taken for the same one.
ENOUGH = 0.5
MOST_PARTS = 100
FARTHEST = 10_000_000
SHOWN_IN_WORDS = 6
CHOICES = {
    "overlap": ("any", "nested", "none"),
    "snap": ("words", "characters"),
    "match": ("exact", "overlap"),
}
Part = tuple[int, int]


class Span(Kind):
    name = "span"
    label = "Spans of a text"
    icon = "span"
    description = "Words of a text marked and labelled; they may overlap and have several parts"
    control = "element"
    starter = {"field": "text", "labels": ["Person", "Place"]}
    surfaces = frozenset({"text"})
    gives_objects = True
    has_overlay = True

    def config_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "field": {"type": "string"},
                "labels": label_schema(extras=COUNT_EXTRAS),
                **dict.fromkeys(COUNTS, COUNT_SCHEMA),
                **{name: {"enum": list(words)} for name, words in CHOICES.items()},
                "discontinuous": {"type": "boolean"},
            },
            "required": ["field", "labels"],
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        place = {"type": "integer", "minimum": 0, "maximum": FARTHEST}
        part = {"type": "array", "items": place, "minItems": 2, "maxItems": 2}
        return {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": ID_SCHEMA,
                    "label": {"enum": [label.value for label in labels_of(config)]},
                    "parts": {"type": "array", "items": part, "minItems": 1},
                },
                "required": ["label", "parts"],
                "additionalProperties": False,
            },
        }

    def clean_config(self, config: Any) -> dict[str, Any]:
        others = ["field", "discontinuous", *COUNTS, *CHOICES]
        labels = clean_labels(config, least=1, others=others, extras=COUNT_EXTRAS)
        cleaned = {
            "field": text(config.get("field", ""), 80, "field"),
            "labels": labels,
            **clean_counts(config, labels),
            "discontinuous": boolean(config.get("discontinuous", False), "discontinuous"),
        }
        for name, words in CHOICES.items():
            cleaned[name] = config.get(name, words[0])
            if cleaned[name] not in words:
                raise BadConfig(f"This is one of: {', '.join(words)}.", name)
        return cleaned

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        if old["field"] != new["field"]:
            raise BadConfig(
                f"It has answers, which are places in {old['field']!r}; ask a new question.",
                "field",
            )
        if old["discontinuous"] and not new["discontinuous"]:
            raise BadConfig("Answers may have several parts; that stays allowed.", "discontinuous")
        rules = CHOICES["overlap"]
        if rules.index(new["overlap"]) > rules.index(old["overlap"]):
            raise BadConfig("Answers may overlap more than that; it stays allowed.", "overlap")
        keep_counts(old, new)
        return retire_missing(old, new)

    def clean(self, value: Any, config: Config) -> Value:
        """Parts are sorted, and what touches is one. `start` and `end` are short for one part."""
        raws = objects_of(value, "span", {"id", "label", "parts", "start", "end"})
        spans = [_span(raw, config, i) for i, raw in enumerate(raws)]
        give_ids(spans, "span")
        _check_twice(spans)
        _check_overlap(spans, config["overlap"])
        check_counts((span["label"] for span in spans), config, "span")
        return sorted(spans, key=lambda span: (span["parts"], span["label"], span["id"]))

    def meaning(self, value: Value, config: Config) -> Value:
        return without_ids(value)

    def settle(self, value: Value, config: Config, seen: Seen) -> Value:
        shown = seen.fields.get(config["field"], {}).get("text")
        if shown is None:
            return value
        for i, span in enumerate(value):
            end = span["parts"][-1][1]
            if end > len(shown):
                raise BadAnswer(
                    f"The span of {span['label']!r} at {span['parts'][-1][0]} ends at {end}, but "
                    f"the text has {len(shown)} characters (Unicode code points).",
                    f"{i}.parts",
                )
        return value

    def oddities(self, value: Value, config: Config, seen: Seen) -> Iterable[str]:
        shown = seen.fields.get(config["field"], {}).get("text")
        return () if shown is None else {odd for one in value for odd in _oddities(one, shown)}

    def examples(self, config: Config) -> Sequence[Value]:
        """As many as there must be, side by side; then one more, or one that has moved."""
        labels = [label for label in labels_of(config) if not label.is_retired]
        needed = [x.value for x in labels for _ in range(x.extra["min"] or 0)]
        if none_is_answer(config):
            found: list[list[str]] = [[]]
        else:
            needed += [labels[0].value] * ((config["min"] or 0) - len(needed))
            found = [needed]
        found += [[*found[0], label.value] for label in labels[:3]]
        answers = [_side_by_side(names, at) for at in (0, 40) for names in found if names or not at]
        if config["discontinuous"]:
            first = answers[-1][0]
            answers.append([{**first, "parts": [[0, 3], [5, 8]]}, *answers[-1][1:]])
        kept = []
        for answer in answers:
            try:
                kept.append(self.clean(answer, config))
            except BadAnswer:  # more than it may have
                continue
        return kept

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """1 less F1 (van Rijsbergen 1979).

        Over whole spans that agree in label and parts; by `overlap` over the characters that
        have the label, where whoever marks half of a name is half right.
        """
        if config["match"] == "exact":
            return f1_distance(map(_key, a), map(_key, b))
        x, y = _covered(a), _covered(b)
        total = sum(_length(parts) for parts in [*x.values(), *y.values()])
        common = sum(_common(x[label], y[label]) for label in x.keys() & y.keys())
        return 1 - 2 * common / total if total else 0.0

    def fusing(self, config: Config) -> Mapping[Way, Fusing]:
        return {
            "things": Things(self, config, enough=ENOUGH),
            "pieces": Stretches(self, config, ends="parts"),
        }

    def likeness(self, a: Sequence[Any], b: Sequence[Any], config: Config) -> Any:
        """Of the characters of two spans those that both have, twice (Dice 1945)."""
        x, y = (np.array([(s["parts"][0][0], s["parts"][-1][1]) for s in many]) for many in (a, b))
        meet = np.maximum(x[:, None, 0], y[:, 0]) < np.minimum(x[:, None, 1], y[:, 1])
        found = np.zeros(meet.shape)
        for i, j in np.argwhere(meet).tolist():
            both, mine, other = [*a[i]["parts"], *b[j]["parts"]], a[i]["parts"], b[j]["parts"]
            total = _length(mine) + _length(other)
            found[i, j] = 2 * (total - _length(_joined([(s, e) for s, e in both]))) / total
        return found

    def merged(self, things: Sequence[Any], weights: Any, config: Config) -> dict[str, Any]:
        """The characters that more than half of them have; from the first to the last of these where
        a span has one part only."""
        edges, votes = swept([one["parts"] for one in things])
        inside = votes @ weights > 0.5
        parts = np.column_stack([edges[:-1], edges[1:]])[inside].astype(int).tolist()
        if not parts:
            return {"parts": most_alike(self, things, weights, config)["parts"]}
        return {"parts": parts if config["discontinuous"] else [[parts[0][0], parts[-1][1]]]}

    def summary(self, value: Value, config: Config) -> str:
        """Where the spans are; beyond a few of them, how many of which label."""
        titles = {label.value: label.title for label in labels_of(config)}
        if not value:
            return "nothing to mark"
        if len(value) <= SHOWN_IN_WORDS:
            return ", ".join(f"{titles[x['label']]} {_places(x['parts'])}" for x in value)
        counts: dict[str, int] = defaultdict(int)
        for span in value:
            counts[span["label"]] += 1
        return ", ".join(f"{counts[x]} {titles[x]}" for x in titles if x in counts)

    def geometry_for(self, config: Config) -> Geometry:
        return Geometry("stretches", steps="characters")

    def marks(self, value: Value, config: Config) -> Sequence[Mark]:
        return [Mark(x["id"], x["label"], [tuple(part) for part in x["parts"]]) for x in value]

    def line(self, config: Config, seen: Seen) -> tuple[float, float] | None:
        shown = seen.fields.get(config["field"], {}).get("text")
        return None if shown is None else (0, len(shown))

    def labels(self, config: Config) -> Sequence[Label]:
        return labels_of(config)

    def may_be_none(self, config: Config) -> bool:
        return none_is_answer(config)

    def limits(self, config: Config) -> str:
        least, most = config["min"] or 0, config["max"]
        words = [f"at least {least}"] if least else []
        words += [f"at most {most}"] if most is not None else []
        words += {"nested": ["one within another"], "none": ["without overlap"]}.get(
            config["overlap"], []
        )
        return ", ".join(words)


def _span(raw: Mapping[str, Any], config: Config, i: int) -> dict[str, Any]:
    try:
        label = pick(raw.get("label"), config, f"{i}.label")
    except BadAnswer as bad:
        raise BadAnswer(f"Span {i + 1}: {bad.message}", bad.path) from None
    given = raw.get("parts", [[raw.get("start"), raw.get("end")]])
    if not isinstance(given, list | tuple) or not given or len(given) > MOST_PARTS:
        raise BadAnswer(f"Span {i + 1}: give its parts as [[start, end], …].", f"{i}.parts")
    parts = _joined([_part(part, i, j) for j, part in enumerate(given)])
    if len(parts) > 1 and not config["discontinuous"]:
        raise BadAnswer(f"Span {i + 1}: it has several parts; only one is allowed.", f"{i}.parts")
    return {"id": raw.get("id"), "label": label, "parts": [list(part) for part in parts]}


def _oddities(span: Mapping[str, Any], shown: str) -> Iterator[str]:
    marked = [shown[start:end] for start, end in span["parts"]]
    ends = [place for part in span["parts"] for place in part]
    if not "".join(marked).strip():
        yield "a span of white space only"
    elif any(text != text.strip() for text in marked):
        yield "a span that begins or ends with white space"
    if any(cuts_word(shown, place) for place in ends):
        yield "a span that begins or ends inside a word"
    if any(cuts_character(shown, place) for place in ends):
        yield "a span that begins or ends inside a character"


def _part(raw: Any, i: int, j: int) -> Part:
    path = f"{i}.parts.{j}"
    if not isinstance(raw, list | tuple) or len(raw) != 2 or not all(map(_is_place, raw)):
        raise BadAnswer(f"Span {i + 1}: a part is [start, end], counted in characters.", path)
    if raw[0] >= raw[1]:
        raise BadAnswer(f"Span {i + 1}: it begins at {raw[0]} and ends at {raw[1]}.", path)
    return raw[0], raw[1]


def _is_place(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= FARTHEST


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Sorted, and what touches or overlaps made one."""
    found: list[Part] = []
    for start, end in sorted(parts):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _key(span: Mapping[str, Any]) -> tuple[Any, ...]:
    return (span["label"], *map(tuple, span["parts"]))


def _check_twice(spans: Sequence[Mapping[str, Any]]) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for i, span in enumerate(spans):
        before = seen.setdefault(_key(span), i)
        if before != i:
            raise BadAnswer(f"Span {i + 1}: the same as span {before + 1}.", str(i))


def _check_overlap(spans: Sequence[Mapping[str, Any]], rule: str) -> None:
    """Only spans that are open at one place are compared, so long texts stay quick."""
    if rule == "any":
        return
    starts = sorted((start, end, i) for i, x in enumerate(spans) for start, end in x["parts"])
    still_open: list[tuple[int, int]] = []
    for start, end, i in starts:
        still_open = [(to, j) for to, j in still_open if to > start]
        for _, j in still_open:
            if rule == "none" or not _is_nested(spans[i]["parts"], spans[j]["parts"]):
                first, second = sorted((i, j))
                how = "overlap" if rule == "none" else "overlap, and neither lies in the other"
                raise BadAnswer(f"Spans {first + 1} and {second + 1} {how}.", str(second))
        still_open.append((end, i))


def _is_nested(a: Sequence[Sequence[int]], b: Sequence[Sequence[int]]) -> bool:
    return any(
        all(any(s <= start and end <= e for s, e in outer) for start, end in inner)
        for inner, outer in ((a, b), (b, a))
    )


def _covered(spans: Value) -> dict[str, list[Part]]:
    """By label, what its spans cover together."""
    found: dict[str, list[Part]] = defaultdict(list)
    for span in spans:
        found[span["label"]] += [(start, end) for start, end in span["parts"]]
    return {label: _joined(parts) for label, parts in found.items()}


def _length(parts: Sequence[Part]) -> int:
    return sum(end - start for start, end in parts)


def _common(a: Sequence[Part], b: Sequence[Part]) -> int:
    return _length(a) + _length(b) - _length(_joined([*a, *b]))


def _places(parts: Sequence[Sequence[int]]) -> str:
    return " + ".join(f"{start}\N{EN DASH}{end}" for start, end in parts)


def _side_by_side(names: Sequence[str], at: int) -> list[dict[str, Any]]:
    return [
        {"id": f"e{at + i}", "label": name, "parts": [[at + 5 * i, at + 5 * i + 3]]}
        for i, name in enumerate(names)
    ]

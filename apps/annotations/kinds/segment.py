"""Stretches of time, each with a label: in a recording, a film or a series."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Seen, Value
from apps.annotations.kinds.drawn import SHOWN_IN_WORDS, DrawnKind, Shape, portion
from apps.annotations.kinds.editing import text_distance
from apps.annotations.kinds.fusing import Fusing, Stretches, Way, mean_of
from apps.annotations.kinds.labelled import Extra, clean_labels, label_schema, labels_of, text
from apps.annotations.kinds.marks import Geometry
from apps.annotations.kinds.objects import COUNT_EXTRAS, COUNTS, clean_counts

# Seconds; a series may count them from 1970.
FARTHEST = 100_000_000_000
DECIMALS = 3
# To the second: what is rounded to can be marked.
STEPS = 10**DECIMALS
# Times that can only be seconds since 1970: those from 1990 to 2100.
SINCE, UNTIL = 631_152_000, 4_102_444_800
# A player's idea of a file's length differs a little from that of another.
SLACK = 0.05
# Seconds: no sound that has a name is shorter. A series may have any scale.
SHORTEST = 0.01
LONGEST_TEXT = 5_000
TIME = {"type": "number", "minimum": -FARTHEST, "maximum": FARTHEST}
CHOICES = {"overlap": ("tier", "any", "none"), "text": ("none", "optional", "required")}
# Line ends become \n, tabs stay; nothing else that cannot be seen is part of a text.
UNSEEN = {code: None for code in range(32) if chr(code) not in "\n\t"}


def _tier(raw: Any, path: str) -> str:
    return text(raw or "", 60, path)


EXTRAS = {**COUNT_EXTRAS, "tier": Extra({"type": "string", "maxLength": 60}, _tier)}


class Segment(DrawnKind):
    name = "segment"
    label = "Segments of time"
    icon = "segment"
    description = (
        "Stretches of a recording, film or series, labelled; on several tiers, with a text"
    )
    starter = {"field": "audio", "labels": ["Speech", "Noise"]}
    surfaces = frozenset({"audio", "video", "series"})
    noun, nouns = "segment", "segments"
    needed = ("start", "end")
    parts = {
        "start": TIME,
        "end": TIME,
        "text": {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
    }

    def settings_schema(self) -> dict[str, Any]:
        return {name: {"enum": list(words)} for name, words in CHOICES.items()}

    def settings(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """In one tier segments follow each other, unless the lead says otherwise."""
        cleaned = {name: config.get(name, words[0]) for name, words in CHOICES.items()}
        for name, words in CHOICES.items():
            if cleaned[name] not in words:
                raise BadConfig(f"This is one of: {', '.join(words)}.", name)
        return cleaned

    def config_schema(self) -> dict[str, Any]:
        schema = super().config_schema()
        return {
            **schema,
            "properties": {**schema["properties"], "labels": label_schema(extras=EXTRAS)},
        }

    def clean_config(self, config: Any) -> dict[str, Any]:
        others = ["field", "threshold", *COUNTS, *CHOICES]
        labels = clean_labels(config, least=1, others=others, extras=EXTRAS)
        return {
            "field": text(config.get("field", ""), 80, "field"),
            "labels": labels,
            **clean_counts(config, labels),
            "threshold": portion(config.get("threshold", 0.5), "threshold"),
            **self.settings(config),
        }

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        """Answers may overlap as they did, and say as much or as little."""
        may = ("none", "tier", "any")
        if may.index(new["overlap"]) < may.index(old["overlap"]):
            raise BadConfig("Answers may overlap more than that; it stays allowed.", "overlap")
        if new["text"] not in {old["text"], "optional"}:
            raise BadConfig("Answers were given otherwise; a text may become optional.", "text")
        kept = super().succeed(old, new)
        if new["overlap"] == "tier" and _tiers(old).items() - _tiers(kept).items():
            raise BadConfig("Answers lie on these tiers; a label stays on its own.", "labels")
        return kept

    def answer_schema(self, config: Config) -> dict[str, Any]:
        schema = super().answer_schema(config)
        one = schema["items"]
        if config["text"] == "none":
            del one["properties"]["text"]
        elif config["text"] == "required":
            one["required"] = [*one["required"], "text"]
        return schema

    def clean(self, value: Any, config: Config) -> Value:
        segments = super().clean(value, config)
        _check_overlap(segments, config)
        return segments

    def geometry(self, raw: Mapping[str, Any], config: Config) -> Shape:
        start, end = _time(raw.get("start"), "start"), _time(raw.get("end"), "end")
        if end <= start:
            raise BadAnswer(f"it begins at {start:g} s and ends at {end:g} s.", "end")
        return {"start": start, "end": end, **_said(raw, config)}

    def place_of(self, one: Shape) -> tuple[Any, ...]:
        return (one["start"], one["end"])

    def settle(self, value: Value, config: Config, seen: Seen) -> Value:
        first, last = _shown(config, seen)
        if last is None:
            return value
        for i, one in enumerate(value):
            if one["start"] < first - SLACK or one["end"] > last + SLACK:
                raise BadAnswer(
                    f"Segment {one['label']!r} reaches from {one['start']:g} to {one['end']:g} s, "
                    f"but what is shown goes from {first:g} to {last:g} s.",
                    str(i),
                )
        return value

    def odd_about(self, one: Shape, config: Config, seen: Seen) -> Iterator[str]:
        is_played = "duration" in seen.fields.get(config["field"], {})
        if is_played and one["end"] - one["start"] < SHORTEST:
            yield "of hardly any length"
        first, last = _shown(config, seen)
        if last is not None and (one["start"] < first - SLACK or one["end"] > last + SLACK):
            yield "that reaches beyond what is shown"

    def likeness(self, a: Sequence[Shape], b: Sequence[Shape], config: Config) -> Any:
        """Intersection over union in time."""
        (x0, x1), (y0, y1) = (
            np.array([(one["start"], one["end"]) for one in many], float).T for many in (a, b)
        )
        common = np.minimum(x1[:, None], y1) - np.maximum(x0[:, None], y0)
        joint = np.maximum(x1[:, None], y1) - np.minimum(x0[:, None], y0)
        return np.clip(common, 0, None) / joint

    def geometry_for(self, config: Config) -> Geometry:
        return Geometry("stretches", config["threshold"], steps="milliseconds")

    def mark_of(self, one: Shape, config: Config) -> Any:
        return [(round(one["start"] * STEPS), round(one["end"] * STEPS))]

    def line(self, config: Config, seen: Seen) -> tuple[float, float] | None:
        first, last = _shown(config, seen)
        return None if last is None else (round(first * STEPS), round(last * STEPS))

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """As `DrawnKind`; with texts a matched pair counts as much as its texts are alike."""
        if config["text"] == "none" or not a or not b:
            return super().distance(a, b, config)
        matched = 0.0
        for label in sorted({one["label"] for one in a}):
            x = [one for one in a if one["label"] == label]
            y = [one for one in b if one["label"] == label]
            if not y:
                continue
            alike = np.round(self.likeness(x, y, config), 9) >= config["threshold"]
            worth = np.zeros(alike.shape)
            for i, j in zip(*np.nonzero(alike), strict=True):
                worth[i, j] = 1 - _apart(x[i].get("text", ""), y[j].get("text", ""))
            # A pair whose texts have nothing in common is a pair all the same, and worth nothing.
            rows, columns = linear_sum_assignment(worth, maximize=True)
            matched += math.fsum(sorted(worth[rows, columns]))
        return min(1.0, max(0.0, round(1 - 2 * matched / (len(a) + len(b)), 12)))

    def merged(self, things: Sequence[Shape], weights: Any, config: Config) -> Shape:
        """The mean of the ends; of the texts the one that is most like the others."""
        found: Shape = {name: mean_of(things, name, weights) for name in ("start", "end")}
        texts = [one.get("text", "") for one in things]
        apart = [sum(w * _apart(a, b) for b, w in zip(texts, weights, strict=True)) for a in texts]
        _, text = min((round(far, 9), said) for far, said in zip(apart, texts, strict=True))
        return found | ({"text": text} if text else {})

    def fusing(self, config: Config) -> Mapping[Way, Fusing]:
        """Place by place there is no saying whose text it would be."""
        found = dict(super().fusing(config))
        return found if config["text"] != "none" else {**found, "pieces": Stretches(self, config)}

    def example_at(self, place: int, config: Config) -> Shape:
        words = {"text": f"Parcel {place}"} if config["text"] == "required" else {}
        return {"start": 2 * place, "end": 2 * place + 1.25, **words}

    def summary(self, value: Value, config: Config) -> str:
        if not value or len(value) > SHOWN_IN_WORDS:
            return super().summary(value, config)
        titles = {label.value: label.title for label in labels_of(config)}
        return ", ".join(
            " ".join(f"{titles[x['label']]} {_range(x)} {x.get('text', '')}".split()) for x in value
        )

    def limits(self, config: Config) -> str:
        said = [super().limits(config)]
        said += {"none": ["without overlap"]}.get(config["overlap"], [])
        said += {"required": ["each with its text"]}.get(config["text"], [])
        return ", ".join(filter(None, said))


def _shown(config: Config, seen: Seen) -> tuple[float, float | None]:
    """The first and the last moment of what is shown, where that is known."""
    shown = seen.fields.get(config["field"], {})
    return shown.get("start", 0), shown.get("end", shown.get("duration"))


def _tiers(config: Config) -> dict[str, str]:
    return {label["value"]: label["tier"] for label in config["labels"]}


def _time(value: Any, path: str) -> float:
    """Rounded to a millisecond; a whole number is written as one, as browsers do."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise BadAnswer(f"give {path} as a number of seconds.", path)
    rounded = round(float(value), DECIMALS) + 0.0
    if abs(rounded) > FARTHEST:
        raise BadAnswer(f"{path} lies too far off.", path)
    return int(rounded) if rounded.is_integer() else rounded


def _said(raw: Mapping[str, Any], config: Config) -> dict[str, str]:
    given = raw.get("text") or ""
    if not isinstance(given, str) or "\x00" in given:
        raise BadAnswer("give the text as a string.", "text")
    plain = given.replace("\r\n", "\n").replace("\r", "\n").translate(UNSEEN).strip()
    if len(plain) > LONGEST_TEXT:
        raise BadAnswer(f"its text has more than {LONGEST_TEXT} characters.", "text")
    if plain and config["text"] == "none":
        raise BadAnswer("no text is asked for here.", "text")
    if not plain and config["text"] == "required":
        raise BadAnswer("write what is said in it.", "text")
    return {"text": plain} if plain else {}


def _check_overlap(segments: Sequence[Shape], config: Config) -> None:
    if config["overlap"] == "any":
        return
    tiers = _tiers(config) if config["overlap"] == "tier" else {}
    last: dict[str, Shape] = {}
    for i, one in enumerate(segments):
        tier = tiers.get(one["label"], "")
        before = last.get(tier)
        if before and before["end"] > one["start"]:
            where = f" on the tier {tier!r}" if tier else ""
            raise BadAnswer(f"Segments {_range(before)} and {_range(one)} overlap{where}.", str(i))
        last[tier] = one


def _apart(a: str, b: str) -> float:
    """Without a text on either side there is nothing to differ."""
    return text_distance(a, b) if a or b else 0.0


def _range(one: Shape) -> str:
    return f"{_clock(one['start'])}\N{EN DASH}{_clock(one['end'])}"


def _clock(seconds: float) -> str:
    if SINCE <= seconds <= UNTIL:
        at = datetime.fromtimestamp(seconds, UTC)
        return at.isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    said = f"{rest / 1000:06.3f}" if rest % 1000 else f"{rest // 1000:02}"
    return f"{hours}:{minutes:02}:{said}" if hours else f"{minutes}:{said}"

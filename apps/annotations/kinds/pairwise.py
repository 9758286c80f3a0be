"""Which of two is better, in one respect or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Kind, Label, Value
from apps.annotations.kinds.comparing import Comparing, Option
from apps.annotations.kinds.labelled import FORBIDDEN, check_settings, text, whole
from apps.annotations.kinds.ordering import Groups, Ordering

WORDS = {
    1: ["better"],
    2: ["slightly better", "much better"],
    3: ["slightly better", "better", "much better"],
}
MOST_DIMENSIONS = 20
TEXTS = {"title": 120, "help": 500}
FLAGS = ("retired", "optional")
RULES = {
    "may_tie": "Answers may say that both are alike; that stays allowed.",
    "may_be_bad": "Answers may say that both are bad; that stays allowed.",
}


class Pairwise(Kind):
    name = "pairwise"
    label = "A or B"
    icon = "pair"
    description = "Which of two is better, and by how much, in one respect or several"
    control = "element"
    starter = {"strengths": 1}

    def config_schema(self) -> dict[str, Any]:
        texts = {name: {"type": "string", "maxLength": most} for name, most in TEXTS.items()}
        return {
            "type": "object",
            "properties": {
                "dimensions": {
                    "type": "array",
                    "maxItems": MOST_DIMENSIONS,
                    "items": {
                        "type": "object",
                        "properties": {
                            "value": {"type": "string", "minLength": 1, "maxLength": 120},
                            **texts,
                            **{flag: {"type": "boolean"} for flag in FLAGS},
                        },
                        "required": ["value"],
                        "additionalProperties": False,
                    },
                },
                "strengths": {"type": "integer", "minimum": 1, "maximum": len(WORDS)},
                "field": {"type": "string"},
                **{rule: {"type": "boolean"} for rule in RULES},
            },
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        one: dict[str, Any] = {
            "type": "object",
            "properties": {
                "choice": {"enum": ["a", "b", "tie", "bad"]},
                "strength": {"type": "integer", "minimum": 1, "maximum": config["strengths"]},
            },
            "required": ["choice"],
            "additionalProperties": False,
        }
        names = [each["value"] for each in config["dimensions"]]
        return {
            "type": "object",
            "properties": dict.fromkeys(names, one),
            "minProperties": 1,
            "additionalProperties": False,
        }

    def clean_config(self, config: Any) -> dict[str, Any]:
        config = check_settings(config, {"dimensions", "strengths", "field", *RULES})
        raws = config.get("dimensions") or [{"value": "overall"}]
        if not isinstance(raws, list) or len(raws) > MOST_DIMENSIONS:
            raise BadConfig(f"Give a list of at most {MOST_DIMENSIONS} respects.", "dimensions")
        dimensions = [_dimension(raw, f"dimensions.{i}") for i, raw in enumerate(raws)]
        names = [each["value"] for each in dimensions]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise BadConfig(f"Two are called {name!r}.", f"dimensions.{i}.value")
        if not any(not each["retired"] for each in dimensions):
            raise BadConfig("Ask in at least one respect.", "dimensions")
        cleaned = {
            "dimensions": dimensions,
            "strengths": whole(config.get("strengths", 1), "strengths", low=1, high=len(WORDS)),
            "field": text(config.get("field", ""), 80, "field"),
        }
        for rule in RULES:
            cleaned[rule] = config.get(rule, True)
            if not isinstance(cleaned[rule], bool):
                raise BadConfig("This must be true or false.", rule)
        return cleaned

    def surfaces_for(self, config: Config) -> frozenset[str]:
        return frozenset({"candidates"}) if config["field"] else frozenset()

    def field_of(self, config: Config) -> str:
        return str(config["field"])

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        """A respect added later is not in the old answers, so it may stay open."""
        for rule, why in RULES.items():
            if old[rule] and not new[rule]:
                raise BadConfig(why, rule)
        if old["strengths"] != new["strengths"]:
            raise BadConfig(
                "It has answers, whose strengths would mean something else.", "strengths"
            )
        known = {each["value"]: each for each in old["dimensions"]}
        kept = [
            each if each["value"] in known else {**each, "optional": True}
            for each in new["dimensions"]
        ]
        names = {each["value"] for each in kept}
        gone = [{**each, "retired": True} for name, each in known.items() if name not in names]
        return {**new, "dimensions": [*kept, *gone]}

    def clean(self, value: Any, config: Config) -> Value:
        if not isinstance(value, Mapping) or not value:
            raise BadAnswer("Give an object with a choice for each respect.")
        known = {each["value"]: each for each in config["dimensions"]}
        if unknown := [name for name in value if name not in known]:
            raise BadAnswer(f"{unknown[0]!r} is not asked.", str(unknown[0]))
        needed = [x for x in known.values() if not (x["retired"] or x["optional"])]
        if open_ones := [x["title"] or x["value"] for x in needed if x["value"] not in value]:
            raise BadAnswer(f"Choose for {open_ones[0]} as well.", open_ones[0])
        return {name: _choice(value[name], config, name) for name in known if name in value}

    def examples(self, config: Config) -> Sequence[Value]:
        asked = [each["value"] for each in config["dimensions"] if not each["retired"]]
        choices = [_parsed(label.value) for label in self.labels(config)]
        found = [dict.fromkeys(asked, choice) for choice in choices]
        if len(asked) > 1:
            found.append({name: choices[i % 2] for i, name in enumerate(asked)})
        return found

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """The mean over the respects, each on a scale from "A by far" (-1) to "B by far" (1).

        Half of what lies between two places on it, so both ends are 1 apart. "Both bad" is no
        place between A and B: it lies 1/2 from a tie, and as far from a preference as by way of
        the tie. That is a metric. A respect that only one has answered counts as 1.
        """
        names = a.keys() | b.keys()
        apart = [
            _apart(a[name], b[name], config["strengths"]) if name in a and name in b else 1.0
            for name in sorted(names)
        ]
        return sum(apart) / len(apart)

    def summary(self, value: Value, config: Config) -> str:
        """In the order of the config: the database keeps an object's names in one of its own."""
        titles = {each["value"]: each["title"] for each in config["dimensions"]}
        words = {label.value: label.title for label in self.labels(config)}
        names = sorted(value, key=[*titles, *(name for name in value if name not in titles)].index)
        said = [
            (titles.get(name, name), words.get(_code(value[name]), value[name]["choice"]))
            for name in names
        ]
        return ", ".join(f"{title}: {word}" if title else word for title, word in said)

    def ordering(self, config: Config) -> Ordering | None:
        """Of one respect without strengths, where one of the two is always at least as good."""
        asked = [each["value"] for each in config["dimensions"] if not each["retired"]]
        if len(asked) != 1 or config["strengths"] > 1 or config["may_be_bad"]:
            return None
        return Better(asked[0], may_tie=config["may_tie"])

    def comparing(self, config: Config) -> Comparing:
        # Those that are asked no more, too: what was said of them stays said.
        asked = tuple(each["value"] for each in config["dimensions"])
        codes = tuple(label.value for label in self.labels(config))
        return Compared(asked, codes, config["strengths"])

    def labels(self, config: Config) -> Sequence[Label]:
        """What can be chosen, from A by far to B by far."""
        words = WORDS[config["strengths"]]
        has_strength = config["strengths"] > 1
        ways = [
            (f"a{n}" if has_strength else "a", f"A {words[n - 1]}")
            for n in range(1, len(words) + 1)
        ]
        options = [*reversed(ways)]
        if config["may_tie"]:
            options.append(("tie", "Both alike"))
        options += [(value.replace("a", "b", 1), f"B{title[1:]}") for value, title in ways]
        if config["may_be_bad"]:
            options.append(("bad", "Both bad"))
        return [
            Label(value=value, title=title, key=str(i) if i < 10 else "")
            for i, (value, title) in enumerate(options, 1)
        ]


@dataclass(frozen=True)
class Better:
    """An order of two."""

    respect: str
    may_tie: bool

    def groups(self, value: Value) -> Groups:
        choice = value.get(self.respect, {}).get("choice", "tie")
        return [["a", "b"]] if choice == "tie" else [[choice], ["b" if choice == "a" else "a"]]

    def whole(self, groups: Groups) -> Value:
        return {self.respect: {"choice": "tie" if len(groups) == 1 else groups[0][0]}}


@dataclass(frozen=True)
class Compared:
    """Each respect by itself, on the scale of the options."""

    respects: tuple[str, ...]
    codes: tuple[str, ...]
    strengths: int

    @property
    def options(self) -> Sequence[Option]:
        said = [_parsed(code) for code in self.codes]
        return [
            Option(code, -_place(one, self.strengths), is_bad=code == "bad")
            for code, one in zip(self.codes, said, strict=True)
        ]

    def chosen(self, value: Value) -> Sequence[int | None]:
        place = {code: number for number, code in enumerate(self.codes)}
        return [place.get(_code(value[one])) if one in value else None for one in self.respects]

    def whole(self, chosen: Sequence[int | None]) -> Value:
        pairs = zip(self.respects, chosen, strict=True)
        return {one: _parsed(self.codes[place]) for one, place in pairs if place is not None}


def _dimension(raw: Any, path: str) -> dict[str, Any]:
    if isinstance(raw, str):
        raw = {"value": raw, "title": raw}
    if not isinstance(raw, Mapping):
        raise BadConfig("A respect is a text, or an object with a value.", path)
    if unknown := sorted(str(key) for key in raw.keys() - {"value", *TEXTS, *FLAGS}):
        raise BadConfig(f"A respect has no {unknown[0]!r}.", f"{path}.{unknown[0]}")
    found: dict[str, Any] = {"value": text(raw.get("value"), 120, f"{path}.value")}
    if not found["value"] or found["value"] in FORBIDDEN:
        raise BadConfig("Choose another name for this respect.", f"{path}.value")
    for name, most in TEXTS.items():
        found[name] = text(raw.get(name, ""), most, f"{path}.{name}")
    for flag in FLAGS:
        found[flag] = raw.get(flag, False)
        if not isinstance(found[flag], bool):
            raise BadConfig("This must be true or false.", f"{path}.{flag}")
    return found


def _choice(raw: Any, config: Config, path: str) -> dict[str, Any]:
    if isinstance(raw, str):
        raw = {"choice": raw}
    if not isinstance(raw, Mapping) or raw.keys() - {"choice", "strength"}:
        raise BadAnswer("Give an object with a choice, and a strength where one is asked.", path)
    choice, strength = raw.get("choice"), raw.get("strength")
    allowed = ["a", "b"]
    allowed += [x for x, rule in (("tie", "may_tie"), ("bad", "may_be_bad")) if config[rule]]
    if choice not in allowed:
        raise BadAnswer(f"Choose one of: {', '.join(allowed)}.", path)
    if choice not in ("a", "b") or config["strengths"] == 1:
        if strength not in (None, 1):
            raise BadAnswer("No strength is asked here.", path)
        return {"choice": choice}
    possible = range(1, config["strengths"] + 1)
    if isinstance(strength, bool) or not isinstance(strength, int) or strength not in possible:
        raise BadAnswer(f"Say how much better, from 1 to {config['strengths']}.", path)
    return {"choice": choice, "strength": strength}


def _code(answer: Mapping[str, Any]) -> str:
    return f"{answer['choice']}{answer.get('strength', '')}"


def _parsed(code: str) -> dict[str, Any]:
    choice = code.rstrip("0123456789")
    return (
        {"choice": choice, "strength": int(code[len(choice) :])}
        if choice != code
        else {"choice": code}
    )


def _apart(a: Mapping[str, Any], b: Mapping[str, Any], strengths: int) -> float:
    bad = [x["choice"] == "bad" for x in (a, b)]
    x, y = _place(a, strengths), _place(b, strengths)
    if bad[0] != bad[1]:
        return 0.5 + max(abs(x), abs(y)) / 2
    return abs(x - y) / 2


def _place(answer: Mapping[str, Any], strengths: int) -> float:
    sign = {"a": -1, "b": 1}.get(answer["choice"], 0)
    return sign * float(answer.get("strength", strengths)) / strengths

"""Some questions about each of several things: what another question marks, or the parts of a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.annotations.kinds import kinds, subquestions
from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Kind, Seen, Value
from apps.annotations.kinds.joining import OBJECT_SCHEMA, found_again
from apps.annotations.kinds.labelled import check_settings, text
from apps.annotations.kinds.likeness import matched
from apps.annotations.kinds.objects import MOST_OBJECTS

SHOWN_IN_WORDS = 4
NAMED = ("question", "field")


class Record(Kind):
    name = "record"
    label = "Form for each"
    icon = "table"
    description = "A few questions about each thing: each marked object, each turn, picture or row"
    control = "element"
    starter = {
        "objects": {"question": "spans"},
        "questions": [
            {
                "name": "attitude",
                "title": "In which light?",
                "kind": "choice",
                "config": {"labels": ["Good", "Neutral", "Bad"]},
            }
        ],
    }
    field_setting = "objects.field"
    of_setting = "objects.question"
    has_overlay = True

    def config_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "objects": {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in NAMED},
                    "additionalProperties": False,
                },
                "questions": subquestions.schema(),
            },
            "required": ["objects", "questions"],
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        of: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 36}
        if config["objects"]["field"]:
            of = {"type": "integer", "minimum": 0, "maximum": MOST_OBJECTS}
        answers = {
            one["name"]: kinds[one["kind"]].answer_schema(one["config"])
            for one in config["questions"]
        }
        return {
            "type": "array",
            "maxItems": MOST_OBJECTS,
            "items": {
                "type": "object",
                "properties": {
                    "of": of,
                    "answers": {
                        "type": "object",
                        "properties": answers,
                        "additionalProperties": False,
                    },
                    "end": OBJECT_SCHEMA,
                },
                "required": ["of", "answers"],
                "additionalProperties": False,
            },
        }

    def clean_config(self, config: Any) -> dict[str, Any]:
        config = check_settings(config, {"objects", "questions"})
        objects = config.get("objects")
        if not isinstance(objects, Mapping) or objects.keys() - set(NAMED):
            raise BadConfig(
                "Name the question or the field whose parts are asked about.", "objects"
            )
        named = {name: text(objects.get(name) or "", 80, f"objects.{name}") for name in NAMED}
        if bool(named["question"]) == bool(named["field"]):
            place = "objects.question"
            raise BadConfig("Name either a question that marks things, or a field.", place)
        return {
            "objects": named,
            "questions": subquestions.clean_questions(config.get("questions")),
        }

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        if old["objects"] != new["objects"]:
            raise BadConfig("It has answers, which are about these things.", "objects.question")
        return {**new, "questions": subquestions.succeed(old["questions"], new["questions"])}

    def surfaces_for(self, config: Config) -> frozenset[str]:
        return frozenset({"parts"}) if config["objects"]["field"] else frozenset()

    def field_of(self, config: Config) -> str:
        return str(config["objects"]["field"])

    def questions_of(self, config: Config) -> tuple[str, ...]:
        name = config["objects"]["question"]
        return (name,) if name else ()

    def clean(self, value: Any, config: Config) -> Value:
        """One entry for each thing of which anything is said, in the order of their names."""
        if not isinstance(value, list | tuple) or len(value) > MOST_OBJECTS:
            raise BadAnswer(f"Give a list of at most {MOST_OBJECTS} objects with of and answers.")
        entries = [_entry(raw, config, i) for i, raw in enumerate(value)]
        if len({one["of"] for one in entries}) < len(entries):
            raise BadAnswer("Two entries are about the same thing; put them together.")
        return sorted((one for one in entries if one["answers"]), key=lambda one: one["of"])

    def settle(self, value: Value, config: Config, seen: Seen) -> Value:
        """Each thing is there, is asked what is answered, and gets what it means."""
        things = _things(config, seen)
        if things is None:
            return value
        given = {one["of"]: one for one in value}
        for of in given:
            if of not in things:
                raise BadAnswer(f"There is nothing called {of!r} to be asked about.", str(of))
        for of, end in things.items():
            _check(of, end, given.get(of, {"answers": {}})["answers"], config)
        return [
            {"of": of, "answers": one["answers"], **({"end": things[of]} if things[of] else {})}
            for of, one in given.items()
        ]

    def beside(self, value: Value, config: Config, answers: Mapping[str, Value]) -> Value:
        things = _things(config, Seen(answers=answers)) or {}
        return [
            {**one, "of": found_again([one["end"]], things, f"Entry {i + 1}")[0]}
            if "end" in one
            else one
            for i, one in enumerate(value)
        ]

    def meaning(self, value: Value, config: Config) -> Value:
        """The places in a field are what they are; names of marks say nothing."""
        return sorted(
            (
                [one.get("end") or one["of"], subquestions.meaning(one["answers"], config)]
                for one in value
            ),
            key=repr,
        )

    def examples(self, config: Config) -> Sequence[Value]:
        first, second = subquestions.examples(config)
        of: list[Any] = [0, 1] if config["objects"]["field"] else ["a", "b"]
        found = [
            [{"of": of[0], "answers": first}],
            [{"of": of[0], "answers": first}, {"of": of[1], "answers": second}],
            [{"of": of[0], "answers": second}],
        ]
        return found[:2] if first == second else found

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """The mean over all things: of those that both have, how far the answers lie apart; else 1."""
        pairs = matched([_end(one) for one in a], [_end(one) for one in b])
        apart = sum(
            subquestions.distance(a[i]["answers"], b[j]["answers"], config) for i, j in pairs
        )
        things = len(a) + len(b) - len(pairs)
        return (apart + things - len(pairs)) / things if things else 0.0

    def summary(self, value: Value, config: Config) -> str:
        if not value:
            return "nothing to say"
        if len(value) > SHOWN_IN_WORDS:
            return f"{len(value)} answered"
        return "; ".join(
            f"{name_of(one)}: {', '.join(words for _, words in subquestions.said(one['answers'], config))}"
            for one in value
        )


def laid_together(values: Sequence[Value]) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Several people's answers by thing: what it is, and each one's answers about it, or none.

    Things are the same where they are alike enough, as in the distance.
    """
    things: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    for place, value in enumerate(values):
        pairs = matched([_end(first) for first, _ in things], [_end(one) for one in value])
        there = {j: i for i, j in pairs}
        for j, one in enumerate(value):
            if j not in there:
                there[j] = len(things)
                things.append((one, [{} for _ in values]))
            things[there[j]][1][place] = one["answers"]
    return things


def name_of(entry: Mapping[str, Any]) -> str:
    """What an entry is about, in a word or two."""
    if isinstance(entry["of"], int):
        return str(entry["of"] + 1)
    end = entry.get("end", {})
    parts = end.get("parts")
    return f"{end.get('label', entry['of'])}{f' {parts[0][0]}' if parts else ''}"


def _entry(raw: Any, config: Config, i: int) -> dict[str, Any]:
    if not isinstance(raw, Mapping) or raw.keys() - {"of", "answers", "end"}:
        raise BadAnswer(f"Entry {i + 1}: give an object with of and answers.", str(i))
    of: Any = raw.get("of")
    is_place = isinstance(of, int) and not isinstance(of, bool) and 0 <= of <= MOST_OBJECTS
    is_id = isinstance(of, str) and 1 <= len(of) <= 36
    if not (is_place if config["objects"]["field"] else is_id):
        what = "its place, from 0" if config["objects"]["field"] else "its id"
        raise BadAnswer(f"Entry {i + 1}: say what it is about by {what}.", f"{i}.of")
    name = f"Part {of + 1}" if is_place else str(of)
    found = {"of": of, "answers": subquestions.clean_answers(raw.get("answers"), config, name)}
    end = raw.get("end")
    if isinstance(end, Mapping) and "question" in end and not is_place:
        found["end"] = dict(end)
    return found


def _things(config: Config, seen: Seen) -> dict[Any, dict[str, Any]] | None:
    """By id or place, all that is asked about and what it is; None: that is not at hand."""
    if field := config["objects"]["field"]:
        count = seen.fields.get(field, {}).get("parts")
        return None if count is None else {place: {} for place in range(count)}
    name = config["objects"]["question"]
    if not seen.answers:
        return None
    return {
        one["id"]: {"question": name, **{k: v for k, v in one.items() if k != "id"}}
        for one in seen.answers.get(name, ())
    }


def _check(of: Any, end: Mapping[str, Any], answers: Mapping[str, Any], config: Config) -> None:
    label = end.get("label")
    place = f"Part {of + 1}" if isinstance(of, int) else f"{label or ''} {of}".strip()
    for one in config["questions"]:
        is_asked = subquestions.is_asked(one, label)
        if one["name"] in answers and not is_asked:
            raise BadAnswer(f"{place}: {one['title']!r} is not asked of {label!r}.", str(of))
        is_needed = one["required"] and not one["retired"] and is_asked
        if is_needed and one["name"] not in answers:
            raise BadAnswer(f"{place}: answer {one['title']!r}.", str(of))


def _end(entry: Mapping[str, Any]) -> dict[str, Any]:
    return dict(entry.get("end") or {"of": entry["of"]})

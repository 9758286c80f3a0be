"""Shows questions, answers and fields by the template of their kind or display.

Pages never ask which kind it is: `{% ask question %}`, `{% answer question value %}`,
`{% show field task.data %}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.annotations.actions.labels import label_rows
from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue
from apps.annotations.kinds import kinds, taxonomy
from apps.annotations.kinds.record import laid_together, name_of
from apps.annotations.kinds.subquestions import said
from apps.annotations.models import Question
from apps.annotations.views.setup import display_scripts, scripts_of

register = template.Library()

# More labels than these are not laid out but searched.
MOST_SHOWN = 200
# In the order of the label colours c1 to c8.
COLOURS = ("Blue", "Amber", "Green", "Pink", "Sky", "Brown", "Violet", "Grey")


# How the parts of a description are called when one of them is meant.
NOUNS = {"questions": "question", "fields": "field", "labels": "label", "points": "point"}


@register.filter
def place(path: str) -> str:
    """Where something is wrong, for people: "questions.1.config.labels.0" is "Question 2, label 1"."""
    parts = path.split(".")
    found = [
        f"{NOUNS.get(name, name)} {int(number) + 1}"
        for name, number in pairwise(parts)
        if number.isdecimal()
    ]
    return ", ".join(found).capitalize()


@register.simple_tag
def colour_names() -> tuple[str, ...]:
    return COLOURS


@register.inclusion_tag("annotations/kind_scripts.html")
def kind_scripts(
    questions: Iterable[Question] | None = None, fields: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The scripts with which these questions are answered; of all kinds, where any may come.

    And those that show these fields.
    """
    names = kinds if questions is None else [question.kind for question in questions]
    return {"scripts": [*display_scripts(fields), *scripts_of(names)]}


@register.filter
def exact(text: str) -> SafeString:
    """A text in which places are counted: HTML would make one line break of CR and LF."""
    parts = text.split("\r")
    return format_html("&#13;".join(["{}"] * len(parts)), *parts)


@register.filter
def as_json(value: Any) -> str:
    """For an attribute from which a custom element reads it; nothing for no value."""
    return "" if value is None else json.dumps(value)


@register.filter
def as_loose(value: Any) -> str:
    """JSON, but a text that could not be mistaken for some stands as it is."""
    if isinstance(value, str):
        try:
            json.loads(value)
        except ValueError:
            return value
    return as_json(value)


@register.filter
def as_lines(value: Any) -> str:
    """For a field of several lines: the items of a list one under the other."""
    if isinstance(value, list):
        return "\n".join(str(item) for item in value)
    return "" if value is None else str(value)


@register.simple_tag
def ask(question: Question, value: Any = None, *, sends_first_key: bool = False) -> str:
    """The question's control, with `value` chosen. `sends_first_key`: a key may send the answer."""
    kind = question.behaviour
    is_final = sends_first_key and kind.is_first_key_final(question.config)
    return _part(question, "input", value=value, is_first_key_final=is_final)


@register.inclusion_tag("annotations/suggested.html")
def suggested(question: Question, offers: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is suggested for this question, where anything is (`offered`)."""
    return {"question": question, "offer": (offers or {}).get(question.name)}


@register.simple_tag
def answer(question: Question, value: Any) -> str:
    """An answer to be read, not changed."""
    said = question.behaviour.summary(value, question.config)
    return _part(question, "summary", value=value, said=said)


@register.simple_tag
def overlay(
    question: Question, layers: list[dict[str, Any]], joined: Iterable[Question] = ()
) -> str:
    """Several answers on top of each other on the task shown; nothing for kinds without a surface.

    A layer has `who`, a `colour` from 1 to 8 and a `value`; `joined` are the questions that it
    refers to.
    """
    if not question.behaviour.has_overlay or not layers:
        return ""
    return _part(question, "overlay", value=None, layers=layers, joined=joined)


@register.simple_tag
def together(
    question: Question, layers: list[dict[str, Any]], joined: Iterable[Question]
) -> list[dict[str, Any]]:
    """Records of several people, thing by thing: who said what about it."""
    sources = {one.name: one for one in joined}
    return [
        {
            "name": name_of(first),
            "source": sources.get(first.get("end", {}).get("question")),
            "marked": [{"id": str(first["of"]), **first.get("end", {})}],
            "said": _said_by_all(question, layers, answers),
        }
        for first, answers in laid_together([layer["value"] for layer in layers])
    ]


def _said_by_all(
    question: Question, layers: list[dict[str, Any]], answers: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """By title: the answers in words with those who gave them. Who is silent is told as well."""
    by_title: dict[str, dict[str, list[dict[str, Any]]]] = {}
    each = [dict(said(one, question.config)) for one in answers]
    for sub in question.config["questions"]:
        for layer, words in zip(layers, each, strict=True):
            if any(sub["title"] in one for one in each):
                found = by_title.setdefault(sub["title"], {})
                found.setdefault(words.get(sub["title"], ""), []).append(layer)
    return [{"title": title, "words": list(found.items())} for title, found in by_title.items()]


@register.simple_tag
def subquestions(question: Question) -> list[Question]:
    """What a record asks of each thing, as questions of their own."""
    return [_subquestion(one) for one in question.config["questions"]]


@register.simple_tag
def subquestion_starters() -> list[Question]:
    """What a new one of each kind begins with in the form."""
    return [
        _subquestion({"name": "", "title": "", "kind": kind.name, "config": config})
        for kind in kinds.values()
        if kind.may_be_part
        for config in (kind.clean_config(kind.starter),)
    ]


def _subquestion(one: Mapping[str, Any]) -> Question:
    row = Question(
        name=one["name"],
        title=one["title"],
        help=one.get("help", ""),
        kind=one["kind"],
        config=one["config"],
        is_required=one.get("required", True),
    )
    row.when, row.is_gone = one.get("when", []), one.get("retired", False)  # type: ignore[attr-defined]
    return row


@register.filter
def is_picked(config: Mapping[str, Any]) -> bool:
    """Whether its labels are too many to be shown all, or paths: then they are searched."""
    return taxonomy.is_tree(config) or len(config["labels"]) > MOST_SHOWN


@register.filter
def has_many_labels(config: Mapping[str, Any]) -> bool:
    return len(config.get("labels", ())) > MOST_SHOWN


@register.filter
def label_of(config: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    return next((raw for raw in config["labels"] if raw["value"] == value), {})


@register.filter
def labels_in(config: Mapping[str, Any], values: Iterable[Any]) -> list[Mapping[str, Any]]:
    """The chosen labels, in declared order; in a taxonomy called by their paths."""
    chosen = set(values)
    found = [raw for raw in config["labels"] if raw["value"] in chosen]
    if taxonomy.is_tree(config):
        found = [{**raw, "title": taxonomy.said_as(raw["value"], config)} for raw in found]
    return found


@register.filter
def first_labels(config: Mapping[str, Any]) -> str:
    """Some labels as JSON, for a preview of what no project has yet."""
    return json.dumps(label_rows(config)[:MOST_SHOWN])


@register.filter
def as_label_lines(labels: Iterable[Mapping[str, Any]]) -> str:
    """A line for each label: value, title, what belongs there, with tabs between."""
    lines = []
    for raw in labels:
        if not raw.get("retired"):
            title = "" if raw["value"].endswith(raw["title"]) else raw["title"]
            alone = "alone" if raw.get("exclusive") else ""
            lines.append("\t".join([raw["value"], title, raw["help"], alone]).rstrip("\t"))
    return "\n".join(lines)


@register.filter
def entries(question: Question, value: Any) -> list[dict[str, Any]]:
    """A record's answer for reading: what each entry is about, and what is said of it."""
    return [{"name": name_of(one), "said": said(one["answers"], question.config)} for one in value]


@register.simple_tag
def configure(question: Question) -> str:
    """The form in which a lead sets this question's config."""
    return _part(question, "config", value=None)


@register.simple_tag
def show(
    field: Mapping[str, Any],
    data: Mapping[str, Any],
    orders: Mapping[str, Any] | None = None,
    media: Mapping[str, Any] | None = None,
) -> str:
    """One declared field of a task by its display; nothing when the task has no such value.

    `orders` says by field in which order what is compared is shown; else as it stands in the data.
    `media` says by name where files are (`media_of`); else their names are shown.
    """
    value = data.get(field["name"])
    if value in (None, ""):
        return ""
    display, config = displays[field["display"]], field.get("config", {})
    try:
        display.check(value, config)
    except BadValue as error:
        return render_to_string(
            "annotations/displays/unfit.html", {"field": field, "error": error, "value": value}
        )
    if orders and field["name"] in orders:
        config = {**config, "order": orders[field["name"]]}
    if media:
        config = {**config, "media": media}
    context = {"field": field, "shown": display.prepare(value, config)}
    return render_to_string(display.template, context)


@register.simple_tag
def show_in_line(field: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """One declared field as a line of text, for lists."""
    value = data.get(field["name"])
    display, config = displays[field["display"]], field.get("config", {})
    try:
        display.check(value, config)
    except BadValue:
        return "" if value is None else str(value)
    return display.summary(value, config)


def _part(question: Question, part: str, **context: Any) -> str:
    kind = question.behaviour
    labels = cache(lambda: kind.labels(question.config))
    return render_to_string(
        f"{kind.template}#{part}",
        {
            "question": question,
            "kind": kind,
            "config": question.config,
            "limits": kind.limits(question.config),
            "may_be_none": kind.may_be_none(question.config),
            # Made when a template asks for them: there may be thousands.
            "labels": labels,
            "offered": lambda: [label for label in labels() if not label.is_retired],
            **context,
        },
    )

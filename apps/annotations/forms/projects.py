"""A project's description as the builder's form holds it: JSON in, and what its templates need out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from django import forms

from apps.annotations.actions.fields import clean_fields
from apps.annotations.actions.questions import SNAPSHOT, clean_questions
from apps.annotations.displays import displays
from apps.annotations.forms.samples import sample_data, sample_media
from apps.annotations.kinds import kinds
from apps.annotations.models import Question
from apps.core.json import BadValue, loads
from apps.projects.actions import BadProject
from apps.projects.models import Layout, Project, SkipPolicy, default_field

Rows = list[dict[str, Any]]


class OverlapForm(forms.Form):
    overlap = forms.IntegerField(min_value=1, max_value=100, label="Answers per task")
    percent = forms.FloatField(min_value=0, max_value=100, label="Share of tasks, in percent")


def starting_project() -> dict[str, Any]:
    """What the form begins with: it works as it is, but for the project's name."""
    question = {"name": "label", "kind": "choice", "title": "Which label fits best?"}
    return {
        "name": "",
        "fields": [default_field() | {"title": "", "config": {}}],
        "questions": clean_questions([question | {"config": kinds["choice"].starter}]),
        "overlap": 3,
        "overlap_share": 1.0,
        "is_blind": True,
        "skip_policy": "others",
        "is_first_key_sent": True,
        "layout": Layout.STACKED.value,
        "is_suggestion_shown": False,
        "guideline": "",
    }


def description_from(text: str) -> dict[str, Any]:
    """The JSON text as an object; BadProject says where it is no JSON."""
    try:
        value = loads(text.encode())
    except (BadValue, UnicodeEncodeError) as error:
        raise BadProject({"": f"This is not valid JSON. {error}"}) from error
    if not isinstance(value, dict):
        raise BadProject({"": "Give one JSON object: { … }."})
    return value


def as_text(description: Mapping[str, Any]) -> str:
    return json.dumps(description, indent=2, ensure_ascii=False)


def form_context(description: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "description": description,
        "text": as_text(description),
        "rows": question_rows(description["questions"]),
        "starters": [_starter(name) for name in kinds],
        "displays": list(displays.values()),
        "skip_policies": SkipPolicy.choices,
        "layouts": Layout.choices,
        "shares": _shares(description.get("overlap_share", 1.0)),
    }


def _shares(chosen: float) -> list[tuple[float, str]]:
    """Some round shares, and the one that the description has."""
    values = sorted({1.0, 0.5, 0.25, 0.1, 0.05, chosen}, reverse=True)
    return [(share, "all tasks" if share == 1 else f"{share:.0%} of the tasks") for share in values]


def question_rows(
    questions: Iterable[Mapping[str, Any]], answered: Iterable[str] = ()
) -> list[Question]:
    """The questions for the form. What has answers is marked: it can be retired, not removed."""
    known = set(answered)
    rows = []
    for given in questions:
        row = Question(**{name: given[name] for name in SNAPSHOT if name in given})
        row.is_answered = row.name in known  # type: ignore[attr-defined]
        row.form = row.behaviour.condition_form(row.config)  # type: ignore[attr-defined]
        labels = row.config.get("labels")
        if row.name in known and labels:
            row.config = {**row.config, "labels": [{**raw, "is_used": True} for raw in labels]}
        rows.append(row)
    return rows


def _starter(name: str) -> Question:
    config = kinds[name].clean_config(kinds[name].starter)
    row = Question(name="", kind=name, title="", config=config)
    row.form = kinds[name].condition_form(config)  # type: ignore[attr-defined]
    return row


def preview_context(
    description: Mapping[str, Any], sample: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """As much of the item as can be shown already, with sample data; what cannot is said."""
    problems: dict[str, str] = {}
    given = description.get("fields", [default_field()])
    fields = _cleaned(partial(clean_fields, given), problems)
    questions = []
    for number, raw in enumerate(_listed(description.get("questions"))):
        wrong: dict[str, str] = {}
        found = _cleaned(partial(clean_questions, [raw]), wrong)
        here = f"questions.{number}"
        problems |= {place.replace("questions.0", here, 1): why for place, why in wrong.items()}
        questions += [Question(**question) for question in found]
    data = sample_data(fields, sample)
    sends = description.get("is_first_key_sent") is True and len(questions) == 1
    return {
        "project": Project(fields=fields, layout=_layout(description)),
        "task": {"pk": 1, "data": data, "media": sample_media(fields, data)},
        "asked": [(question, question.default) for question in questions],
        "is_preview": True,
        "sends_first_key": sends,
        "problems": problems,
    }


def _layout(description: Mapping[str, Any]) -> str:
    layout = description.get("layout")
    return layout if layout in Layout.values else Layout.STACKED


def _listed(value: Any) -> list[Any]:
    return value[:50] if isinstance(value, list) else []


def _cleaned(clean: Callable[[], Rows], problems: dict[str, str]) -> Rows:
    try:
        return clean()
    except BadProject as error:
        problems |= error.errors
        return []

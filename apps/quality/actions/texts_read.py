"""What tasks show in words, as hashes, for the check of nearly equal texts."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np

from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue
from apps.core.json import canonical
from apps.projects.models import Project
from apps.quality.actions.answers_read import Answers
from apps.quality.checks.alike import Texts, tokens_of
from apps.tasks.models import Task

# Of more texts the first: a text of 50 words takes 400 bytes here.
MOST_TEXTS = 200_000
# Of these few are in memory at once: a task may be a long document.
BATCH = 100


def read_texts(project: Project, answers: Answers) -> tuple[Texts | None, list[str]]:
    """One text for each number of the work's `content`, and in sentences what was left out; None
    where no field shows words."""
    fields = [field for field in project.fields if displays[field["display"]].is_words]
    if not fields:
        return None, []
    numbers, places = np.unique(answers.work.content, return_index=True)
    places = places[:MOST_TEXTS]
    left_out = [f"All texts but the first {MOST_TEXTS:,}."] if numbers.size > MOST_TEXTS else []
    tokens, start = array("Q"), array("q", [0])
    group = np.zeros(numbers.size, np.int64)
    for at in range(0, places.size, BATCH):
        some = answers.tasks[places[at : at + BATCH]].tolist()
        data = dict(Task.objects.filter(pk__in=some).values_list("pk", "data"))
        for number, task in enumerate(some, at):
            words, group[number] = _read(project.fields, fields, data.get(task, {}))
            tokens.extend(words)
            start.append(len(tokens))
    start.extend([len(tokens)] * (numbers.size - places.size))
    return Texts(np.array(tokens, np.uint64), np.array(start, np.int64), group), left_out


def _read(
    every: list[dict[str, Any]], worded: list[dict[str, Any]], data: Mapping[str, Any]
) -> tuple[list[int], int]:
    """The words of the fields that show some; and one number for all that stands beside them, which
    must be the same of two texts that are compared."""
    words: list[int] = []
    for field in worded:
        words += tokens_of(_text(field, data.get(field["name"])))
    names = {field["name"] for field in worded}
    beside = {
        field["name"]: data.get(field["name"]) for field in every if field["name"] not in names
    }
    return words, zlib.crc32(canonical(beside))


def _text(field: Mapping[str, Any], value: Any) -> str:
    """As a line of text says it; what cannot be shown has no words."""
    display, config = displays[field["display"]], field.get("config", {})
    if value is None:
        return ""
    try:
        display.check(value, config)
    except BadValue:
        return ""
    shown = display.extent(value, config).get("text")
    return str(shown) if shown is not None else display.summary(value, config)

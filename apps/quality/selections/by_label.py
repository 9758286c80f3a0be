"""Answers that say certain things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from apps.quality.selections.base import Candidate, Selection


class ByLabel(Selection):
    """Labels stand anywhere in the answer: chosen, in a set, or on a mark.

    >>> rule, config = ByLabel(), {"question": "topic", "labels": "refund, threat"}
    >>> rule.takes(Candidate(answers={"topic": "threat"}), config)
    True
    >>> rule.takes(Candidate(answers={"topic": [{"start": 0, "label": "refund"}]}), config)
    True
    >>> rule.takes(Candidate(answers={"topic": "praise"}), config)
    False
    """

    name = "by_label"
    label = "By what they say"
    summary = "Answers to a question that use one of these labels, written with commas between."
    settings = {"question": "name", "labels": "label"}

    def takes(self, candidate: Candidate, config: Mapping[str, Any]) -> bool:
        wanted = {part.strip() for part in str(config["labels"]).split(",")} - {""}
        said = set(_texts(candidate.answers.get(str(config["question"]))))
        return bool(wanted & said)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif value is not None:
        # As JSON says it, since a label of a rating is a number.
        yield str(value).lower() if isinstance(value, bool) else str(value)

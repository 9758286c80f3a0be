"""Labels that are paths ("animal/bird/duck"): a taxonomy. Holds no kind itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.annotations.kinds.base import BadConfig, Config, Form
from apps.annotations.kinds.labelled import boolean

BETWEEN = "/"
# What is searched may be more than what is laid out.
MOST_LABELS = 20_000
DEEPEST = 12
AGREE = ("path", "exact")
SETTINGS = ("tree", "agree")
SCHEMA: Mapping[str, Any] = {"tree": {"type": "boolean"}, "agree": {"enum": list(AGREE)}}


def is_tree(config: Any) -> bool:
    """Also of a config that is not clean yet."""
    return isinstance(config, Mapping) and config.get("tree") is True


def unique_in(config: Any) -> tuple[str, ...]:
    """In a tree two labels may be called alike: they stand at different places."""
    return ("value",) if is_tree(config) else ("value", "title")


def clean_tree(config: Mapping[str, Any], labels: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The settings in full where the labels are paths, nothing where they are not.

    A label that has no title is called as the end of its path.
    """
    if not boolean(config.get("tree", False), "tree"):
        return {}
    agree = config.get("agree", AGREE[0])
    if agree not in AGREE:
        raise BadConfig(f"Two answers agree by one of: {', '.join(AGREE)}.", "agree")
    for i, label in enumerate(labels):
        steps = label["value"].split(BETWEEN)
        if len(steps) > DEEPEST or not all(step.strip() == step != "" for step in steps):
            raise BadConfig(
                f"A path is 1 to {DEEPEST} names with {BETWEEN} between.", f"labels.{i}.value"
            )
        if label["title"] == label["value"]:
            label["title"] = steps[-1]
    return {"tree": True, "agree": agree}


def keep_tree(old: Config, new: Config) -> None:
    for name in SETTINGS:
        if old.get(name) != new.get(name):
            raise BadConfig("It has answers, which are counted as it stands.", name)


def form_of(config: Config, form: Form) -> Form | None:
    """Answers that lie near each other by their paths can only be compared."""
    return None if config.get("agree") == "path" else form


def path_distance(a: str, b: str) -> float:
    """1 less the share of steps that both have in common from the top (as Wu & Palmer 1994)."""
    if a == b:
        return 0.0
    x, y = a.split(BETWEEN), b.split(BETWEEN)
    common = 0
    for step, other in zip(x, y, strict=False):
        if step != other:
            break
        common += 1
    return 1 - 2 * common / (len(x) + len(y))


def set_distance(a: Sequence[str], b: Sequence[str]) -> float:
    """The mean, over all labels of both, of how far the nearest label of the other one is."""
    if not a or not b:
        return 0.0 if not a and not b else 1.0
    apart = sum(min(path_distance(x, y) for y in b) for x in a)
    apart += sum(min(path_distance(x, y) for x in a) for y in b)
    return apart / (len(a) + len(b))


def said_as(value: str, config: Config) -> str:
    """A label in words: its title, in a tree with those above it."""
    if is_tree(config):
        return " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} ".join(value.split(BETWEEN))
    return next((str(raw["title"]) for raw in config["labels"] if raw["value"] == value), value)

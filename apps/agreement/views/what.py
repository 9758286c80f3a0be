"""What? Labels taken for one another, each label by itself, and what merging two would do."""

from __future__ import annotations

from typing import Any

from apps.agreement.views.figures import QuestionFigures
from apps.agreement.views.frame import Frame, scale_of
from apps.agreement.views.matrices import NOT_MARKED, key_of, label_matrix, object_matrix
from apps.agreement.views.page import in_slice
from apps.core.figures import Scale, coefficient, share


def what(frame: Frame) -> dict[str, Any]:
    one = frame.one
    if one is None:
        return {}
    shown, part = in_slice(frame, one)
    study = frame.study("labels")
    labels = [_titled(shown, figure, "of") for figure in shown.body["labels"]]
    merges = [_merge(shown, row) for row in (study.body if study else {}).get("merges", [])]
    return {
        "shown": shown,
        "part": part,
        "study": study,
        "labels": labels,
        "label_scale": scale_of(labels, one.goal),
        "distribution": [
            _titled(shown, row, "value") for row in shown.body.get("distribution", [])
        ],
        "label_matrix": label_matrix(shown) or object_matrix(one),
        "pairs": _pairs(shown),
        "merges": merges,
        "merge_scale": Scale.around(
            [row["gain"].get(key) for row in merges for key in ("value", "low", "high")] + [0.0]
        ),
        "found": _found(shown, merges),
    }


def _titled(shown: QuestionFigures, row: dict[str, Any], key: str) -> dict[str, Any]:
    return {"title": shown.title_of(row[key]), "colour": shown.colour_of(row[key]), **row}


def _pairs(shown: QuestionFigures) -> list[dict[str, Any]]:
    """The pairs that make most of the disagreement, the dearest first."""
    confusion = shown.body.get("confusion") or {}
    values = confusion.get("values", [])
    return [
        {
            **pair,
            "first": shown.title_of(values[pair["a"]]),
            "second": shown.title_of(values[pair["b"]]),
            "colours": [shown.colour_of(values[pair[side]]) for side in ("a", "b")],
            "query": {"a": key_of(values[pair["a"]]), "b": key_of(values[pair["b"]])},
        }
        for pair in confusion.get("pairs", [])
    ]


def _merge(shown: QuestionFigures, row: dict[str, Any]) -> dict[str, Any]:
    gain = row["gain"]
    sure = gain.get("low") is not None
    verdict = "tells" if sure else "none"
    if sure:
        verdict = "helps" if gain["low"] > 0 else "hurts" if gain["high"] < 0 else "undecided"
    return {
        **row,
        "names": [shown.title_of(row[side]) for side in ("first", "second")],
        # Labels in sets are no answers of their own: there the pair has no list.
        "query": None
        if shown.body["level"] == "jaccard"
        else {"a": key_of(row["first"]), "b": key_of(row["second"])},
        "verdict": verdict,
    }


def _found(shown: QuestionFigures, merges: list[dict[str, Any]]) -> dict[str, str] | None:
    pairs = _pairs(shown)
    if not pairs:
        return _found_of_objects(shown)
    first = pairs[0]
    best = next((row for row in merges if row["verdict"] == "helps"), None)
    more = f"They make {share(first['share'])} of all disagreement, in {first['tasks']:,} tasks."
    if best is not None:
        more += (
            f" Merging “{best['names'][0]}” and “{best['names'][1]}” would bring alpha to"
            f" {coefficient(best['merged']['value'])}."
        )
    elif merges:
        more += " No merge would raise agreement beyond chance for certain."
    return {
        "headline": f"“{first['first']}” and “{first['second']}” are taken for one another most.",
        "more": more,
    }


def _found_of_objects(one: QuestionFigures) -> dict[str, str] | None:
    """What costs most among the things that were marked: a label for another, or for nothing."""
    confusion = one.objects.get("confusion") or {}
    if not confusion.get("pairs"):
        return None
    first = confusion["pairs"][0]
    names = [
        NOT_MARKED if value is None else f"“{one.label_title(value)}”"
        for value in (confusion["values"][first[side]] for side in ("a", "b"))
    ]
    more = f"That makes {share(first['share'])} of all disagreement, in {first['tasks']:,} things."
    if NOT_MARKED in names:
        return {"headline": f"{names[0]} is left out by others most.", "more": more}
    return {"headline": f"{names[0]} and {names[1]} are taken for one another most.", "more": more}

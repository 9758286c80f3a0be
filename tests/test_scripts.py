"""What a page loads of scripts: light, and nothing heavy where it is not used."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from apps.annotations.displays import displays
from apps.annotations.kinds import kinds

BUILT = Path(__file__).parents[1] / "static" / "dist" / "js"
# Not `import("…")`: that is loaded when somebody asks for it.
IMPORT = re.compile(r"""(?:from|import)\s*["'](\.[^"']+)["']""")
MOST_KB = 60
# Plots of a dashboard, of a series, and of the map: loaded on the pages that have one.
PLOTS = {"dashboard.js", "map.js", "series.js"}


def loaded(*entries: Path) -> set[Path]:
    """These scripts and all that they import, as far as the browser follows them by itself."""
    found: set[Path] = set()
    waiting = [entry.resolve() for entry in entries]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        names = IMPORT.findall(path.read_text(encoding="utf-8"))
        waiting += [(path.parent / name).resolve() for name in names]
    return found


def kilobytes(paths: set[Path]) -> float:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths) / 1024


def annotating(*more: Path) -> set[Path]:
    return loaded(
        BUILT / "app.js", BUILT / "annotate.js", *(path for path in more if path.exists())
    )


@pytest.mark.parametrize("name", kinds)
def test_an_annotating_page_of_each_kind_is_light(name: str) -> None:
    assert kilobytes(annotating(BUILT / "kinds" / f"{name}.js")) < MOST_KB


def test_so_is_one_that_asks_all_kinds_of_everything_but_a_series() -> None:
    scripts = [BUILT / "kinds" / f"{name}.js" for name in kinds]
    shown = [BUILT / "displays" / f"{name}.js" for name in displays if name != "series"]

    assert kilobytes(annotating(*scripts, *shown)) < 2 * MOST_KB


def test_plots_are_loaded_by_nothing_else() -> None:
    others = [path for path in BUILT.rglob("*.js") if path.name not in PLOTS]
    entries = [path for path in others if "chunks" not in path.parts]

    assert len(entries) > 20
    assert all(kilobytes(loaded(path)) < MOST_KB for path in entries)

"""How long a frame takes with masks on a picture of 12 million pixels: to pan, zoom and paint, in a browser.

    .venv/bin/python benchmarks/annotate_masks.py --masks 20

It starts engines, a site and a Chromium of its own, and ends them. A frame is counted as in
annotate_shapes.py; `stroke` is a stroke of 40 moves until it is part of the answer, without waiting
for frames, `fill` the region around all masks, in the worker.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from apps.annotations.kinds import runs
from benchmarks.annotate_latency import on_a_site
from benchmarks.annotate_shapes import MEASURE, a_draft, in_a_browser
from tests.engines import RunEngines

WIDTH, HEIGHT = 4000, 3000
GESTURES = f"""
async () => {{
  {MEASURE}
  const drawing = document.querySelector("#stage mask-answer");
  const sorted = (list) => list.sort((a, b) => a - b);
  const found = {{
    fit_pan: await run(60, (i) => view.pan(i % 2 ? 7 : -7, 3)),
    zoom: await run(60, (i) => view.zoom(i % 2 ? 1.1 : 1 / 1.1)),
  }};
  drawing.strokeFrom({{ x: 500, y: 500 }});
  found.paint = await run(60, (i) => drawing.strokeTo({{ x: 500 + i * 40, y: 500 + (i % 7) * 90 }}));
  drawing.endStroke();
  const strokes = [];
  for (let n = 0; n < 20; n += 1) {{
    const began = performance.now();
    drawing.strokeFrom({{ x: 300 + n * 100, y: 900 }});
    for (let i = 1; i < 40; i += 1) drawing.strokeTo({{ x: 300 + n * 100 + i * 20, y: 900 + (i % 5) * 60 }});
    drawing.endStroke();
    strokes.push(performance.now() - began);
    await frame();
  }}
  found.stroke = {{ p50_ms: Number(sorted(strokes)[10].toFixed(1)), max_ms: Number(strokes.at(-1).toFixed(1)) }};
  found.undo = await run(10, () => drawing.step("past", "future"));
  view.zoom(8);
  found.near_pan = await run(60, (i) => view.pan(i % 2 ? 7 : -7, 3));
  drawing.select("");
  drawing.useTool("fill");
  const began = performance.now();
  await drawing.fill({{ x: 2, y: 2 }});
  found.fill_ms = Number((performance.now() - began).toFixed(0));
  found.answer_kb = Math.round(drawing.value.length / 1024);
  return found;
}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--masks", type=int, default=20)
    given = parser.parse_args()
    engines = RunEngines()
    try:
        found = on_a_site(lambda url: look(url, given.masks))
    finally:
        engines.stop()
    print(json.dumps({"masks": given.masks, **found}))


def look(url: str, count: int) -> dict[str, Any]:
    return in_a_browser(url, a_draft("mask", (WIDTH, HEIGHT), masks(count)), GESTURES)


def masks(count: int) -> list[dict[str, Any]]:
    """Stars with rough edges, as a hand makes them: thousands of runs each."""
    draw = np.random.default_rng(count)
    found = []
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    for _ in range(count):
        x, y, size = draw.uniform(0, WIDTH), draw.uniform(0, HEIGHT), draw.uniform(200, 700)
        angle = np.arctan2(rows - y, columns - x)
        reach = size * (0.7 + 0.3 * np.sin(9 * angle)) + draw.uniform(-6, 6, rows.shape)
        pixels = np.hypot(rows - y, columns - x) < reach
        edges = np.diff(np.concatenate([[0], pixels.ravel(order="F"), [0]]).astype(np.int8))
        stretches = np.column_stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)])
        counts = runs.encode(stretches, HEIGHT * WIDTH)
        found.append({"label": "car", "size": [HEIGHT, WIDTH], "counts": counts})
    return found


if __name__ == "__main__":
    main()

"""How long a frame takes with many boxes on a picture: to pan, zoom, walk and move one, in a browser.

    .venv/bin/python benchmarks/annotate_shapes.py --shapes 1000

It starts engines, a site and a Chromium of its own, and ends them. A frame is counted from the
gesture (for keys: from the key) until the second frame after it has begun, halved.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.annotate_latency import on_a_site
from tests.engines import RunEngines

WIDTH, HEIGHT = 1920, 1080
# What both benchmarks of drawing share: a frame, and many of them.
MEASURE = """
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const run = async (times, act) => {
    const found = [];
    for (let i = 0; i < times; i += 1) {
      await frame();
      const began = performance.now();
      act(i);
      await frame();
      await frame();
      found.push((performance.now() - began) / 2);
    }
    found.sort((a, b) => a - b);
    const at = (share) => Number(found[Math.floor((times - 1) * share)].toFixed(1));
    return { p50_ms: at(0.5), p95_ms: at(0.95), max_ms: at(1) };
  };
  const view = document.querySelector("#stage .picture");
  const key = (name) => view.dispatchEvent(
    new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
"""
GESTURES = f"""
async () => {{
  {MEASURE}
  return {{
    pan: await run(60, (i) => view.pan(i % 2 ? 7 : -7, 3)),
    zoom: await run(60, (i) => view.zoom(i % 2 ? 1.1 : 1 / 1.1)),
    walk: await run(60, () => key(".")),
    move: await run(60, (i) => key(i % 2 ? "ArrowLeft" : "ArrowRight")),
  }};
}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", type=int, default=1_000)
    given = parser.parse_args()
    engines = RunEngines()
    try:
        found = on_a_site(lambda url: look(url, given.shapes))
    finally:
        engines.stop()
    print(json.dumps({"shapes": given.shapes, **found}))


def look(url: str, count: int) -> dict[str, Any]:
    return in_a_browser(url, prepare(count), GESTURES)


def in_a_browser(url: str, prepared: tuple[Any, str], gestures: str) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    cookie, path = prepared
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.context.add_cookies([{**cookie, "url": url}])
        page.goto(url + path)
        page.wait_for_selector("html[data-ready]")
        found: dict[str, Any] = page.evaluate(gestures)
        browser.close()
    return found


def prepare(count: int) -> tuple[dict[str, Any], str]:
    draw = random.Random(count)
    boxes = [
        {
            "label": "car",
            "x": draw.uniform(0, WIDTH - 90),
            "y": draw.uniform(0, HEIGHT - 90),
            "width": draw.uniform(5, 90),
            "height": draw.uniform(5, 90),
        }
        for _ in range(count)
    ]
    return a_draft("box", (WIDTH, HEIGHT), boxes)


def a_draft(kind: str, size: tuple[int, int], answer: Any) -> tuple[dict[str, Any], str]:
    """A session, and the page of a task whose picture has this size and its draft this answer."""
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    from apps.annotations.models import Draft  # noqa: PLC0415
    from apps.projects.models import Project  # noqa: PLC0415
    from apps.tasks.actions.assets import keep_asset  # noqa: PLC0415
    from tests.factories import (  # noqa: PLC0415
        AssignmentFactory,
        MembershipFactory,
        ProjectFactory,
        QuestionFactory,
        TaskFactory,
    )

    project = ProjectFactory(fields=[{"name": "image", "display": "image"}])
    picture = BytesIO()
    Image.new("RGB", size, "#cfdbe2").save(picture, "PNG")
    keep_asset(project=project, name="street.png", file=picture)
    config = {"field": "image", "labels": ["car"]}
    asked = QuestionFactory(project=project, name="marks", kind=kind, config=config)
    member = MembershipFactory(project=Project.objects.get(pk=project.pk))
    task = TaskFactory(project=project, data={"image": "street.png"})
    answers = {"marks": asked.behaviour.clean(answer, asked.config)}
    Draft.objects.create(assignment=AssignmentFactory(task=task, annotator=member), answers=answers)
    client = Client()
    client.force_login(member.user)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value}
    return cookie, reverse("annotations:annotate", args=[project.pk])


if __name__ == "__main__":
    main()

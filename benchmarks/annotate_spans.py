"""How long a mark in a long text takes from the key of its label until it is painted, and how long
frames take while the text is scrolled, in a real browser.

    .venv/bin/python benchmarks/annotate_spans.py --words 20000 --spans 500

It starts engines, a site and a Chromium of its own, and ends them. The aim: p95 under 100 ms.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.annotate_latency import on_a_site
from tests.engines import RunEngines

MARKS = 40
# From the key to the frame in which the mark stands. Arrows choose the word beforehand.
WATCH = """() => {
  window.waits = [];
  document.addEventListener("keydown", event => {
    if (event.key !== "1") return;
    const began = event.timeStamp;
    requestAnimationFrame(() => setTimeout(() => window.waits.push(performance.now() - began)));
  }, { capture: true });
}"""
BEGIN = """value => {
  const element = document.querySelector("span-answer");
  element.value = JSON.stringify(value);
  element.changed();
}"""
# The same wait with nothing to do: what the machine itself takes.
IDLE = """async () => {
  const waits = [];
  for (let turn = 0; turn < 40; turn += 1) {
    const began = performance.now();
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    waits.push(performance.now() - began);
  }
  return waits;
}"""
SCROLL = """async () => {
  const holder = document.getElementById("main");
  const frames = [];
  const step = holder.scrollHeight / 200;
  let last = await new Promise(requestAnimationFrame);
  for (let place = 0; place < 200; place += 1) {
    holder.scrollBy(0, step);
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  return frames;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=20_000)
    parser.add_argument("--spans", type=int, default=500)
    given = parser.parse_args()
    engines = RunEngines()
    try:
        found = on_a_site(lambda url: mark(url, words=given.words, spans=given.spans))
    finally:
        engines.stop()
    print(json.dumps({"words": given.words, "spans": given.spans, **found}))


def mark(url: str, *, words: int, spans: int) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    cookie, path, value = prepare(words, spans)
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.context.add_cookies([{**cookie, "url": url}])
        page.goto(url + path)
        page.wait_for_selector("html[data-ready]")
        page.evaluate(BEGIN, value)
        page.wait_for_function(
            "count => document.querySelectorAll('.mark').length >= count", arg=spans
        )
        page.evaluate(WATCH)
        for _ in range(MARKS):
            page.keyboard.press("ArrowRight")
            page.keyboard.press("ArrowRight")
            page.keyboard.press("1")
            page.wait_for_timeout(120)
        waits: list[float] = page.evaluate("window.waits")
        marks: int = page.locator(".mark").count()
        idle: list[float] = page.evaluate(IDLE)
        frames: list[float] = page.evaluate(SCROLL)
        browser.close()
    return {
        "marked": marks - spans,
        "key_to_paint_p50_ms": round(statistics.median(waits), 1),
        "key_to_paint_p95_ms": round(statistics.quantiles(waits, n=20)[18], 1),
        "idle_p50_ms": round(statistics.median(idle), 1),
        "frame_p50_ms": round(statistics.median(frames), 1),
        "frame_p95_ms": round(statistics.quantiles(frames, n=20)[18], 1),
    }


def prepare(words: int, spans: int) -> tuple[dict[str, Any], str, list[dict[str, Any]]]:
    """A task, and spans to begin with: spread over the text, each third within another."""
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from apps.projects.models import Project  # noqa: PLC0415
    from tests.factories import (  # noqa: PLC0415
        MembershipFactory,
        ProjectFactory,
        QuestionFactory,
        TaskFactory,
    )

    text = " ".join(f"word{place % 97}" for place in range(words))
    step = len(text) // (spans + 1)
    value = [
        {
            "id": f"s{i}",
            "label": "ab"[i % 2],
            "parts": [[i * step, i * step + (2 * step if i % 3 == 0 else 9)]],
        }
        for i in range(spans)
    ]
    project = ProjectFactory(fields=[{"name": "text", "display": "text"}])
    config = {"field": "text", "labels": ["a", "b"]}
    QuestionFactory(project=project, name="q", kind="span", config=config)
    member = MembershipFactory(project=Project.objects.get(pk=project.pk))
    TaskFactory(project=project, data={"text": text})
    client = Client()
    client.force_login(member.user)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value}
    return cookie, reverse("annotations:annotate", args=[project.pk]), value


if __name__ == "__main__":
    main()

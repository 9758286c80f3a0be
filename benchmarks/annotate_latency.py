"""How long it takes from the press of a key until the next task is painted, in a real browser.

    .venv/bin/python benchmarks/annotate_latency.py --answers 100 --pause 300

It starts engines, a site and a Chromium of its own, and ends them. The aim: p95 under 100 ms.
The first answer counts as well; the server's part happens behind it, and is reported beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.engines import RunEngines

T = TypeVar("T")

# From the key to the frame in which the next task stands.
WATCH = """
() => {
  window.waits = [];
  let pressed = 0;
  document.addEventListener("keydown", event => { pressed = event.timeStamp; }, { capture: true });
  new MutationObserver(() => {
    if (!pressed || !document.querySelector("#stage [data-item]")) return;
    const began = pressed;
    pressed = 0;
    requestAnimationFrame(() => setTimeout(() => window.waits.push(performance.now() - began)));
  }).observe(document.getElementById("stage"), { childList: true });
}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=100)
    parser.add_argument("--pause", type=int, default=300, help="milliseconds between two answers")
    given = parser.parse_args()
    engines = RunEngines()
    try:
        waits = on_a_site(lambda url: press(url, answers=given.answers, pause=given.pause))
    finally:
        engines.stop()
    cuts = statistics.quantiles(waits, n=20)
    print(
        json.dumps(
            {
                "answers": len(waits),
                "pause_ms": given.pause,
                "p50_ms": round(statistics.median(waits), 1),
                "p95_ms": round(cuts[18], 1),
                "max_ms": round(max(waits), 1),
            }
        )
    )


def on_a_site(work: Callable[[str], T]) -> T:
    """Do this with the address of a site that has an empty database of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    os.environ["CONCORD_LOG_LEVEL"] = "WARNING"
    import django  # noqa: PLC0415  (its settings read the engines' addresses)
    from django.conf import settings  # noqa: PLC0415

    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    django.setup()
    from django.contrib.staticfiles.handlers import StaticFilesHandler  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test.testcases import LiveServerThread  # noqa: PLC0415
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, serialize=False)
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    try:
        return work(f"http://127.0.0.1:{server.port}")
    finally:
        server.terminate()


def press(url: str, *, answers: int, pause: int) -> list[float]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    cookie, path = prepare(answers + 5)
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.context.add_cookies([{**cookie, "url": url}])
        page.goto(url + path)
        page.wait_for_selector("html[data-ready]")
        page.evaluate(WATCH)
        for place in range(answers):
            page.wait_for_timeout(pause)
            page.keyboard.press(str(place % 3 + 1))
        page.wait_for_timeout(1_000)
        waits: list[float] = page.evaluate("window.waits")
        browser.close()
    return waits


def prepare(tasks: int) -> tuple[dict[str, Any], str]:
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

    project = ProjectFactory()
    QuestionFactory(project=project)
    member = MembershipFactory(project=Project.objects.get(pk=project.pk))
    for place in range(tasks):
        TaskFactory(project=project, data={"text": f"Message {place}. " + "It did not work. " * 40})
    client = Client()
    client.force_login(member.user)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value}
    return cookie, reverse("annotations:annotate", args=[project.pk])


if __name__ == "__main__":
    main()

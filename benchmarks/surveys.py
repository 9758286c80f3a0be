"""What a map, a look at new tasks and a comparison cost at a number of tasks.

    .venv/bin/python -m benchmarks.surveys [--tasks 100000] [--words 12]

It starts engines of its own, and ends them. The tasks of its project are short texts of made-up
words about one of 40 things, the newest 20,000 about some others, too; 2,000 of them have labels. Each
job is done once in this process, on one thread, and what the pages show is read.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

import django
import numpy as np

from tests.engines import RunEngines

T = TypeVar("T")
NEW, LABELLED, THINGS, AT_ONCE = 20_000, 2_000, 40, 5_000
SYLLABLES = ("ka", "lo", "mi", "ne", "ru", "ta", "vo", "shi", "pe", "du", "gan", "el")


def timed(what: str, function: Callable[[], T]) -> T:
    start, busy = time.perf_counter(), time.process_time()
    found = function()
    spent, clock = time.process_time() - busy, time.perf_counter() - start
    print(f"{what:42} {spent:7.2f} s of the processor, {clock:7.2f} by the clock", flush=True)
    return found


def texts(number: int, words: int, rng: np.random.Generator) -> list[tuple[str, int]]:
    common = ["".join(rng.choice(SYLLABLES, 3)) for _ in range(4_000)]
    own = [["".join(rng.choice(SYLLABLES, 4)) for _ in range(60)] for _ in range(THINGS)]
    about = rng.integers(0, THINGS * 3 // 4, number)
    about[-NEW:] = rng.integers(0, THINGS, min(NEW, number))
    of_things = np.array(own)[about[:, None], rng.integers(0, 60, (number, words // 2))]
    others = np.array(common)[rng.integers(0, len(common), (number, words - words // 2))]
    rows = np.concatenate([of_things, others], axis=1).tolist()
    return [(" ".join(row), thing) for row, thing in zip(rows, about.tolist(), strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=12)
    options = parser.parse_args()
    engines = RunEngines()
    try:
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ["CONCORD_LOG_LEVEL"] = "WARNING"
        django.setup()
        from django.db import connection  # noqa: PLC0415  (after the setup)

        connection.creation.create_test_db(verbosity=0, serialize=False)
        measure(make(options.tasks, options.words))
        connection.creation.destroy_test_db("", verbosity=0)
    finally:
        engines.stop()


def make(number: int, words: int) -> Any:
    from apps.annotations.kinds import kinds  # noqa: PLC0415
    from apps.annotations.models import Question  # noqa: PLC0415
    from apps.consensus.models import Consensus  # noqa: PLC0415
    from apps.projects.models import Project  # noqa: PLC0415
    from apps.tasks.actions import queue_tasks  # noqa: PLC0415
    from apps.tasks.models import Task  # noqa: PLC0415

    project = Project.objects.create(
        name="benchmark", fields=[{"name": "text", "display": "text"}], overlap=1
    )
    config = kinds["choice"].clean_config({"labels": [str(one) for one in range(THINGS)]})
    question = Question.objects.create(
        project=project,
        name="thing",
        kind="choice",
        title="?",
        position=0,
        config=config,
    )
    said = texts(number, words, np.random.default_rng(0))
    keys: list[int] = []
    for start in range(0, number, AT_ONCE):
        made = Task.objects.bulk_create(
            Task(
                project=project,
                data={"text": text},
                content_hash=f"{place:032}".encode(),
                import_id=1 if place < number - NEW else 2,
            )
            for place, (text, _) in enumerate(said[start : start + AT_ONCE], start)
        )
        keys += [one.pk for one in made]
        queue_tasks(project=project, task_ids=keys[start:])
    chosen = np.random.default_rng(1).choice(number - NEW, LABELLED, replace=False)
    Consensus.objects.bulk_create(
        Consensus(
            project=project,
            task_id=keys[at],
            question=question,
            value=str(said[at][1]),
            aggregator="majority_vote",
            winners=[str(said[at][1])],
            share=1.0,
            is_tie=False,
            saw=[],
        )
        for at in chosen.tolist()
    )
    return project


def measure(project: Any) -> None:
    from apps.core.jobs import Progress  # noqa: PLC0415
    from apps.core.models import JobRun  # noqa: PLC0415
    from apps.routing.actions.drifting import find_drift  # noqa: PLC0415
    from apps.routing.actions.features import keep_features  # noqa: PLC0415
    from apps.routing.actions.mapping import make_map, read_map  # noqa: PLC0415
    from apps.routing.actions.replaying import compare  # noqa: PLC0415
    from apps.routing.actions.windows import due_windows, window_of  # noqa: PLC0415
    from apps.routing.models import Chart, DriftRun, Replay  # noqa: PLC0415
    from apps.routing.views.map_looks import page_of, points_of  # noqa: PLC0415

    progress = Progress(JobRun())
    timed("features, once", lambda: keep_features(project, progress))
    timed("the map", lambda: make_map(progress, project.pk))
    chart = Chart.objects.get(project=project)
    size = len(bytes(chart.places)) + len(bytes(chart.tasks)) + len(bytes(chart.parts))
    print(f"{'its row':42} {size / 1024:7.0f} KB")
    drawn = timed("reading it", lambda: read_map(project))
    timed("the page's table", lambda: page_of(project, drawn, ""))
    timed("the points", lambda: points_of(project, drawn, ""))
    timed("whether a look is due", lambda: list(due_windows()))
    window = window_of(project, import_id=2)
    timed("a look at 20,000 new tasks", lambda: find_drift(progress, project.pk, *window))
    print(DriftRun.objects.latest("pk").figures["apart"]["words"])
    question = project.questions.get()
    chosen = ["margin", "entropy", "diverse_margin", "badge"]
    timed(
        "a comparison of 4 strategies, 5 seeds",
        lambda: compare(progress, project.pk, question.pk, chosen, 5),
    )
    kept = Replay.objects.latest("pk")
    print(kept.offered, kept.tested, kept.figures["sizes"], kept.seeds, kept.figures["left_out"])


if __name__ == "__main__":
    main()

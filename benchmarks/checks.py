"""The arithmetic of all checks, on a project of many answers.

    .venv/bin/python -m benchmarks.checks [--answers 100000] [--people 60]

What is read from the database is not measured here. The peak is of the whole process.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from apps.quality.checks import Asked, Work, checks

OVERLAP, LABELS = 5, 6


def project(answers: int, people: int) -> Work:
    """Annotators of several skills and speeds; every tenth task shows what another shows."""
    rng = np.random.default_rng(1)
    tasks = answers // OVERLAP
    person = rng.random((tasks, people)).argsort(axis=1)[:, :OVERLAP].ravel()
    task = np.repeat(np.arange(tasks), OVERLAP)
    content = np.where(np.arange(tasks) % 10 == 0, np.arange(tasks) // 20, np.arange(tasks) + tasks)
    truth = rng.integers(0, LABELS, 2 * tasks)[content[task]]
    right = rng.random(task.size) < rng.uniform(0.6, 0.95, people)[person]
    value = np.where(right, truth, rng.integers(0, LABELS, task.size))
    return Work(
        task=task,
        person=person,
        round=np.zeros(task.size, np.int64),
        at=np.arange(float(task.size)),
        seconds=np.exp(rng.normal(rng.normal(2.5, 0.35, people)[person], 0.5)),
        content=content,
        questions=(
            Asked(
                name="intent",
                value=value,
                words=tuple("abcdef"),
                is_allowed=np.ones(LABELS, dtype=bool),
            ),
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=60)
    given = parser.parse_args()
    work = project(given.answers, given.people)
    for name, check in checks.items():
        start = time.perf_counter()
        found = check.find(work)
        print(f"{name:16} {time.perf_counter() - start:7.3f} s  {len(found):5} findings")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{work.task.size:,} answers, {given.people} annotators, peak {peak} MB")


if __name__ == "__main__":
    main()

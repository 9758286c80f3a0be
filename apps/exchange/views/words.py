"""Runs in words, and as the job component shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from apps.core.actions import silent_queues
from apps.core.models import JobRun, JobState
from apps.exchange.models import ExportRun, ImportRun, UploadRun

QUEUE = "bulk"
PARTS = (
    ("tasks", "task", "tasks"),
    ("answers", "answer", "answers"),
    ("annotators", "annotator", "annotators"),
    ("gold", "known answer", "known answers"),
    ("suggestions", "suggestion", "suggestions"),
)


def _number(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def came_in(counts: dict[str, Any]) -> str:
    """What an import brought: "150 tasks and 300 answers imported, 12 tasks were here already"."""
    parts = [_number(counts[key], one, many) for key, one, many in PARTS if counts.get(key)]
    known = [
        _number(counts[key], one, many)
        for key, one, many in (
            ("known_tasks", "task", "tasks"),
            ("known_answers", "answer", "answers"),
        )
        if counts.get(key)
    ]
    new = f"{_join(parts)} imported" if parts else "Nothing new was imported"
    if not known:
        return f"{new}."
    were = "was" if known[0].startswith("1 ") and len(known) == 1 else "were"
    return f"{new}, {_join(known)} {were} here already."


def _join(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""


def standing(run: ImportRun | ExportRun) -> tuple[str, str]:
    """A word about a run, and the kind of its tag."""
    outcome = getattr(run, "outcome", "")
    if outcome == "published":
        left = run.counts.get("bad") if isinstance(run, ImportRun) else 0
        return (f"{left:,} rows left out", "warn") if left else ("imported", "good")
    if outcome == "refused":
        return "nothing imported", "bad"
    if run.job is None:
        return "not started", ""
    kinds = {JobState.DONE: "good", JobState.FAILED: "bad"}
    word = {JobState.DONE: "ready"}.get(
        JobState(run.job.state), run.job.get_state_display().lower()
    )
    return word, kinds.get(JobState(run.job.state), "")


def uploads(runs: Iterable[UploadRun]) -> list[tuple[UploadRun, str, str]]:
    """The runs, each with a word about it and the kind of its tag."""
    return [(run, *_standing_of_upload(run)) for run in runs]


def _standing_of_upload(run: UploadRun) -> tuple[str, str]:
    bad = run.counts.get("bad", 0)
    if run.outcome == "published":
        return (f"{_number(bad, 'file', 'files')} left out", "warn") if bad else ("taken", "good")
    if run.outcome == "refused":
        return "nothing taken", "bad"
    return (
        run.started_job.get_state_display().lower(),
        "bad" if run.state == JobState.FAILED else "",
    )


def taken(counts: dict[str, Any]) -> str:
    """What an upload brought: "3 files added, 12 were here already." """
    added, known = counts.get("added", 0), counts.get("known", 0)
    new = f"{_number(added, 'file', 'files')} added" if added else "Nothing new was added"
    return (
        f"{new}, {known:,} {'was' if known == 1 else 'were'} here already." if known else f"{new}."
    )


def is_live(job: JobRun | None) -> bool:
    return job is not None and not job.is_ended


def is_unserved(job: JobRun | None) -> bool:
    """Whether the run waits in vain, because no worker is there."""
    return is_live(job) and QUEUE in silent_queues(at=timezone.now())


def in_kilobytes(job: JobRun) -> dict[str, Any]:
    """An import's job, whose progress is in bytes, as the job component reads it."""
    return {
        "state": job.state,
        "get_state_display": job.get_state_display(),
        "is_ended": job.is_ended,
        "done": job.done // 1000,
        "total": -(-(job.total or 0) // 1000),
        "message": job.message,
        "error": job.error,
    }

"""Features in files: mapped and not read, in segments that are written once, by sums that add up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.routing.actions import features, segments
from apps.routing.actions.features import folder_of, keep_features
from apps.routing.learners.features import Scaled, Weighed, sums_of
from tests.factories import ProjectFactory, TaskFactory

pytestmark = pytest.mark.django_db


def kept(project: Any) -> features.Features:
    return keep_features(project, Progress(JobRun()))


def mapped(array: Any) -> bool:
    while array is not None and not isinstance(array, np.memmap):
        array = array.base
    return array is not None


def test_what_lies_in_files_is_not_copied_into_memory() -> None:
    project = ProjectFactory()
    TaskFactory(project=project, data={"text": "Two red birds."})

    found = kept(project).segments[0]

    assert mapped(found.text.data)
    assert mapped(found.text.indices)


def test_small_segments_become_few_and_full_ones_stay(monkeypatch: Any) -> None:
    monkeypatch.setattr(features, "IN_SEGMENT", 6)
    monkeypatch.setattr(segments, "IN_SEGMENT", 6)
    monkeypatch.setattr(segments, "MOST_SMALL", 3)
    project = ProjectFactory()
    for place in range(6):
        TaskFactory(project=project, data={"text": f"bird {place}", "amount": place})
    kept(project)
    full = folder_of(project) / "segment-000001"
    written = (full / "text-data.npy").stat().st_mtime_ns
    for place in range(6, 11):
        TaskFactory(project=project, data={"text": f"word {place} birds", "amount": place})
        kept(project)

    found = kept(project)
    assert len(found.segments) <= 3
    assert (full / "text-data.npy").stat().st_mtime_ns == written
    assert np.unique(found.tasks).size == found.tasks.size == 11
    # The sums of the segments are those of all rows.
    for one in found.segments:
        fresh = Weighed.by(one.text)
        assert (Weighed(tasks=one.tasks.size, met=one.met).idf == fresh.idf).all()
        assert (Scaled(one.sums).mean == Scaled(sums_of(one.table)).mean).all()

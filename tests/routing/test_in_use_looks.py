"""Concord looks by itself at the model in use, and raises an alarm where it has fallen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import Notice, Told
from apps.core.models import AuditEvent, JobRun
from apps.projects.models import Project
from apps.routing.actions.feed_looks import NothingToRelabel, relabel
from apps.routing.models import FeedLook, FeedPlan, Prediction
from apps.tasks.models import QueueEntry
from tests.factories import (
    MembershipFactory,
    user_of,
)
from tests.routing.feeding import before, fed_project, outcome, row, send, simulated, worked

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return fed_project()[0]


def falls_at(day: float) -> Any:
    return lambda age: 0.92 if age > day else 0.78


def looked(project: Project, days_ago: list[float]) -> list[FeedLook]:
    """As if the job had run at these days."""
    for days in days_ago:
        worked(project, at=timezone.now() - timedelta(days=days))
    return list(FeedLook.objects.order_by("pk"))


def test_a_fall_raises_an_alarm_that_leads_read_and_one_button_helps(project: Project) -> None:
    lead = user_of(MembershipFactory(project=project, role="lead"))
    viewer = user_of(MembershipFactory(project=project, role="viewer"))
    FeedPlan.objects.create(project=project, maturity_days=10)
    send(project, *simulated(1_800, seed=4, accuracy=falls_at(40), days=(80, 0)))

    looks = looked(project, [45, 32, 16])

    assert [(one.look, one.is_alarm) for one in looks] == [(None, False), (1, False), (2, True)]
    assert looks[2].since_at == looks[1].until_at
    told = Notice.objects.get(user=lead)
    assert (told.kind, told.url) == (Told.FALL, f"/p/{project.pk}/learning/in-use/")
    assert "has become worse" in told.text
    assert not Notice.objects.filter(user=viewer).exists()

    made = relabel(look=looks[2], count=50, level=4, by=lead, at=timezone.now())

    assert made == 50
    mine = Prediction.objects.filter(chosen_by="fall")
    since = looks[2].since_at
    assert since is not None
    assert all(since < one.predicted_at <= looks[2].until_at for one in mine)
    assert QueueEntry.objects.filter(level=4).count() == 50
    assert JobRun.objects.filter(kind="routing.learn", state="queued").exists()
    assert AuditEvent.objects.filter(action="feed.relabelled").exists()


def test_without_a_fall_there_is_no_alarm_and_each_stretch_is_looked_at_once(
    project: Project,
) -> None:
    FeedPlan.objects.create(project=project, maturity_days=10)
    send(project, *simulated(1_800, seed=5, accuracy=0.9, days=(80, 0)))

    looks = looked(project, [45, 30, 30, 15])

    assert [one.look for one in looks] == [None, 1, 2]
    assert not any(one.is_alarm for one in looks)
    assert sum(one.number for one in looks[:2]) == looks[2].before_number
    assert not Notice.objects.exists()


def test_after_an_alarm_another_look_begins_anew(project: Project) -> None:
    FeedPlan.objects.create(project=project, maturity_days=10)
    send(project, *simulated(2_400, seed=4, accuracy=falls_at(60), days=(80, 0)))

    looks = looked(project, [45, 25, 12])

    assert [(one.look, one.is_alarm) for one in looks][:2] == [(None, False), (1, True)]
    assert (looks[2].look, looks[2].before_number) == (None, 0)


def corrected(is_right: bool, rng: np.random.Generator) -> float:
    return 1.0


def test_late_corrections_of_old_predictions_are_no_fall(project: Project) -> None:
    """All outcomes say "right" at first; of one in five it turns out after 30 days that it was not.

    What has had these corrections is not held against what has not."""
    FeedPlan.objects.create(project=project, maturity_days=10)
    rows, outcomes = simulated(1_600, seed=6, accuracy=1.0, days=(80, 0), delay=corrected)
    ages = np.linspace(80, 0, 1_600, endpoint=False)
    said = {one["key"]: one["answers"]["verdict"] for one in rows}
    late = [
        outcome(one["key"], "fraud" if said[one["key"]] == "fine" else "fine", at=before(age - 30))
        for place, (one, age) in enumerate(zip(rows, ages, strict=True))
        if place % 5 == 0 and age > 31
    ]
    send(project, rows, outcomes + late)

    looks = looked(project, [40, 0])

    assert all(one.right / one.number > 0.97 for one in looks)
    assert not looks[1].is_alarm


def test_another_age_is_nothing_to_compare_with(project: Project) -> None:
    plan = FeedPlan.objects.create(project=project, maturity_days=10)
    send(project, *simulated(1_800, seed=7, days=(80, 0)))
    looked(project, [45])
    FeedPlan.objects.filter(pk=plan.pk).update(maturity_days=5)

    looks = looked(project, [20])

    assert [one.look for one in looks] == [None, None]


def test_a_look_with_too_few_waits(project: Project) -> None:
    send(project, *simulated(199, seed=8, days=(80, 40), delay=corrected))

    assert worked(project)["looks"] == 0
    send(project, [row("more", at=before(60))], [outcome("more", at=before(50))])
    assert worked(project)["looks"] == 1


def test_where_nothing_can_be_shown_relabelling_says_so(project: Project) -> None:
    lead = user_of(MembershipFactory(project=project, role="lead"))
    rows, outcomes = simulated(250, seed=9, days=(80, 40), delay=corrected)
    send(project, [{name: one[name] for name in one if name != "data"} for one in rows], outcomes)
    worked(project)

    with pytest.raises(NothingToRelabel, match="None of these predictions"):
        relabel(look=FeedLook.objects.get(), count=5, level=1, by=lead, at=timezone.now())


def test_what_a_look_says_is_held_by_the_database(project: Project) -> None:
    question = project.questions.get()
    common: dict[str, Any] = {
        "project": project,
        "question": question,
        "model": "v1",
        "until_at": timezone.now(),
        "number": 5,
        "maturity_days": 1,
    }
    with pytest.raises(IntegrityError, match="raises_an_alarm"), transaction.atomic():
        FeedLook.objects.create(**common, right=4, is_alarm=True)
    with pytest.raises(IntegrityError, match="no_more_right"), transaction.atomic():
        FeedLook.objects.create(**common, right=6)
    FeedLook.objects.create(**common, right=4)
    with pytest.raises(IntegrityError, match="one_look"), transaction.atomic():
        FeedLook.objects.create(**common, right=4)

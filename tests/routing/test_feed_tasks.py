"""Rules make tasks of predictions: which, how many, once, and what nobody who annotates reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.annotations.models import Suggestion
from apps.core.models import AuditEvent, JobRun
from apps.projects.models import Membership, Project
from apps.routing.actions.feed_rules import (
    BadFeedRules,
    FeedSpec,
    change_feed,
    made_of,
    preview_rules,
    rules_of_feed,
)
from apps.routing.actions.feed_work import feed_by_itself
from apps.routing.actions.feeding import keep_outcomes
from apps.routing.models import FeedPlan, FeedRule, Outcome, Prediction
from apps.routing.models.feed import DRAWS
from apps.tasks.models import QueueEntry, Task
from tests.factories import MembershipFactory, TaskFactory, user_of
from tests.routing.feeding import fed_project, outcome, row, send, worked

pytestmark = pytest.mark.django_db
LOT = FeedSpec(kind="lot", share=0.2)
UNSURE = FeedSpec(kind="probability", low=0.4, high=0.6)
FRAUD = FeedSpec(kind="label", question="verdict", label="fraud")
WRONG = FeedSpec(kind="disagreement", question="verdict", level=3)


@pytest.fixture
def project() -> Project:
    return fed_project()[0]


def ruled(project: Project, *specs: FeedSpec, **days: int) -> list[FeedRule]:
    lead: Membership = MembershipFactory(project=project, role="lead")
    change_feed(project=project, by=user_of(lead), at=timezone.now(), specs=specs, **days)
    return rules_of_feed(project)


def taken() -> dict[str, str]:
    return dict(Prediction.objects.exclude(chosen_by="").values_list("key", "chosen_by"))


def test_each_rule_takes_what_it_says_and_the_first_has_it(project: Project) -> None:
    ruled(project, UNSURE, FRAUD)
    rows = [
        row("unsure", probability=0.5, answers={"verdict": "fraud"}),
        row("fraud", probability=0.9, answers={"verdict": "fraud"}),
        row("fine", probability=0.9),
        row("unknown"),
    ]
    send(project, rows)

    assert worked(project)["tasks"] == 2

    assert taken() == {"unsure": "probability", "fraud": "label"}


def test_a_task_has_the_data_the_key_and_what_the_model_said(project: Project) -> None:
    ruled(project, FeedSpec(kind="label", question="verdict", label="fraud", level=2))
    send(project, [row("pay 7", probability=0.8, answers={"verdict": "fraud"})])

    worked(project)

    task = Task.objects.get()
    assert (task.external_id, task.data) == ("pay 7", {"text": "payment pay 7"})
    feed = task.meta["feed"]
    assert (feed["model"], feed["probability"], feed["chosen_by"]) == ("v1", 0.8, "label")
    assert bytes(task.content_hash) != b""
    entry = QueueEntry.objects.get(task=task)
    assert (entry.level, entry.overlap, entry.state) == (2, 1, "open")
    assert Prediction.objects.get().task_id == task.pk


def test_the_job_twice_makes_each_task_once(project: Project) -> None:
    ruled(project, FRAUD)
    send(project, [row("a", answers={"verdict": "fraud"})])

    assert [worked(project)["tasks"] for _ in range(2)] == [1, 0]
    send(project, [row("b", answers={"verdict": "fraud"})])
    assert worked(project)["tasks"] == 1

    assert set(Task.objects.values_list("external_id", flat=True)) == {"a", "b"}


def test_a_task_of_that_name_that_is_there_is_taken_for_it(project: Project) -> None:
    """As a job that broke off leaves it, or a file has brought it."""
    there = TaskFactory(project=project, external_id="a", data={"text": "first"})
    ruled(project, FRAUD)
    send(project, [row("a", answers={"verdict": "fraud"})])

    worked(project)

    assert Prediction.objects.get().task_id == there.pk
    assert Task.objects.get().data == {"text": "first"}


def test_what_cannot_be_shown_or_is_a_task_becomes_none(project: Project) -> None:
    ruled(project, FeedSpec(kind="lot", share=1))
    mine = TaskFactory(project=project)
    bare = {name: value for name, value in row("bare").items() if name != "data"}
    send(project, [bare, row("has", task=mine.pk), row("new")])

    worked(project)

    assert taken() == {"new": "lot"}


def test_the_lot_is_drawn_from_all_whatever_they_say(project: Project) -> None:
    ruled(project, LOT, FRAUD)
    answers = [{"verdict": "fraud" if n % 2 else "fine"} for n in range(400)]
    send(project, [row(f"k{n}", answers=answers[n]) for n in range(400)])

    worked(project)

    by_lot = Prediction.objects.filter(chosen_by="lot")
    expected = Prediction.objects.filter(draw__lt=DRAWS * 0.2)
    assert set(by_lot) == set(expected)
    assert 50 < by_lot.count() < 110
    # What the lot left: all that says fraud.
    assert Prediction.objects.filter(chosen_by="label").count() == sum(
        one.answers["verdict"] == "fraud" for one in Prediction.objects.exclude(chosen_by="lot")
    )


def test_a_limit_holds_for_a_day_and_the_lot_says_who_is_taken(project: Project) -> None:
    (rule,) = ruled(project, FeedSpec(kind="lot", share=1, daily=3))
    send(project, [row(f"k{n}") for n in range(10)])

    assert worked(project)["tasks"] == 3
    first = list(Prediction.objects.order_by("draw")[:3])
    assert {one.chosen_by for one in first} == {"lot"}

    send(project, [row(f"m{n}") for n in range(10)])
    assert worked(project)["tasks"] == 0

    tomorrow = timezone.now() + timedelta(days=1)
    send(project, [row(f"n{n}") for n in range(2)])
    assert worked(project, at=tomorrow)["tasks"] == 3
    assert Prediction.objects.filter(rule=rule).count() == 6


def test_a_rule_that_stays_keeps_its_count_of_the_day(project: Project) -> None:
    limited = FeedSpec(kind="label", question="verdict", label="fine", daily=2)
    (rule,) = ruled(project, limited)
    send(project, [row(f"k{n}") for n in range(5)])
    worked(project)

    first, second = ruled(project, UNSURE, limited)
    assert (second.pk, second.position, first.position) == (rule.pk, 1, 0)
    assert worked(project)["tasks"] == 0


def test_an_outcome_that_disagrees_later_makes_a_task(project: Project) -> None:
    ruled(project, WRONG)
    send(project, [row("right"), row("wrong"), row("open")])
    assert worked(project)["tasks"] == 0
    long_ago = timezone.now() - timedelta(days=20)
    Prediction.objects.update(received_at=long_ago)

    keep_outcomes(project=project, rows=[outcome("right"), outcome("wrong", "fraud")])
    assert worked(project)["tasks"] == 1

    assert taken() == {"wrong": "disagreement"}
    assert QueueEntry.objects.get().level == 3


def test_the_newest_outcome_decides_whether_they_disagree(project: Project) -> None:
    ruled(project, WRONG)
    late, early = "2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"
    send(
        project,
        [row("back"), row("forth")],
        [
            outcome("back", "fine", at=late),
            outcome("back", "fraud", at=early),
            outcome("forth", "fine", at=early),
            outcome("forth", "fraud", at=late),
        ],
    )

    worked(project)

    assert taken() == {"forth": "disagreement"}


def test_rules_hold_for_what_came_during_the_last_day(project: Project) -> None:
    send(project, [row("old"), row("new")])
    Prediction.objects.filter(key="old").update(received_at=timezone.now() - timedelta(days=2))
    ruled(project, FeedSpec(kind="lot", share=1))

    worked(project)

    assert taken() == {"new": "lot"}


def test_a_rule_may_be_of_one_model(project: Project) -> None:
    ruled(project, FeedSpec(kind="label", question="verdict", label="fine", model="v2"))
    send(project, [row("one"), row("two", model="v2")])

    worked(project)

    assert taken() == {"two": "label"}


def test_suggestions_go_along_where_they_are_shown_but_never_with_the_lot() -> None:
    project, _ = fed_project(is_suggestion_shown=True)
    ruled(project, FeedSpec(kind="lot", share=0.5), FeedSpec(kind="probability", low=0, high=1))
    send(project, [row(f"k{n}", probability=0.7) for n in range(40)])

    worked(project)

    suggested = set(Suggestion.objects.values_list("task", flat=True))
    by_kind = {
        kind: set(Prediction.objects.filter(chosen_by=kind).values_list("task", flat=True))
        for kind in ("lot", "probability")
    }
    assert by_kind["lot"]
    assert suggested == by_kind["probability"]
    one = Suggestion.objects.first()
    assert one is not None
    assert (one.source, one.answers, one.score) == ("feed v1", {"verdict": "fine"}, 0.7)


def test_where_suggestions_are_hidden_none_are_made(project: Project) -> None:
    ruled(project, FRAUD)
    send(project, [row("a", answers={"verdict": "fraud"})])

    worked(project)

    assert not Suggestion.objects.exists()


def test_a_preview_says_what_each_rule_would_take(project: Project) -> None:
    rows = [row(f"f{n}", answers={"verdict": "fraud"}, probability=0.5) for n in range(6)]
    rows += [row(f"k{n}", probability=0.9) for n in range(4)]
    send(project, rows, [outcome("k0", "fraud"), outcome("f0", "fine")])
    specs = [FeedSpec(kind="label", question="verdict", label="fraud", daily=2), UNSURE, WRONG]

    looked_at, found = preview_rules(project=project, rules=made_of(project, specs))

    assert looked_at == 10
    assert [(one.matches, one.taken) for one in found] == [(6, 2), (0, 0), (1, 1)]
    assert not Task.objects.exists()
    assert preview_rules(project=project, rules=[]) == (10, [])


@pytest.mark.parametrize(
    ("specs", "place"),
    [
        ([FeedSpec(kind="lot")], "rules.0.share"),
        ([FeedSpec(kind="lot", share=1.5)], "rules.0.share"),
        ([FeedSpec(kind="lot", share=0.1, model="v1")], "rules.0.model"),
        ([UNSURE, LOT], "rules.1.kind"),
        ([FeedSpec(kind="probability", low=0.6, high=0.4)], "rules.0.low"),
        ([FeedSpec(kind="probability", low=0.6)], "rules.0.low"),
        ([FeedSpec(kind="label", question="verdict")], "rules.0.label"),
        ([FeedSpec(kind="label", question="verdict", label="maybe")], "rules.0.label"),
        ([FeedSpec(kind="label", question="other", label="fine")], "rules.0.question"),
        ([FeedSpec(kind="disagreement")], "rules.0.question"),
        ([FeedSpec(kind="lot", share=0.1, daily=0)], "rules.0.daily"),
        ([FRAUD, FRAUD], "rules.1.kind"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_at_its_place(
    project: Project, specs: list[FeedSpec], place: str
) -> None:
    with pytest.raises(BadFeedRules) as refused:
        ruled(project, *specs)

    assert list(refused.value.errors) == [place]
    assert not FeedRule.objects.exists()


@pytest.mark.parametrize(
    "days", [{"retention_days": 0}, {"maturity_days": 365}, {"retention_days": 30}]
)
def test_predictions_are_kept_until_they_are_judged(project: Project, days: dict[str, int]) -> None:
    with pytest.raises(BadFeedRules) as refused:
        ruled(project, **days)

    assert len(refused.value.errors) == 1


def test_changing_the_rules_is_heard(project: Project) -> None:
    ruled(project, LOT, maturity_days=12)

    event = AuditEvent.objects.get(action="feed.plan")
    assert event.detail["changed"] == {"maturity_days": 12, "rules": ["lot"]}


def test_the_database_holds_a_rule_to_its_kind(project: Project) -> None:
    common: dict[str, Any] = {"project": project, "position": 0}
    for wrong in ({"kind": "lot"}, {"kind": "probability", "low": 0.9, "high": 0.1}, {"kind": "label"}, {"kind": "disagreement"}):  # fmt: skip
        with pytest.raises(IntegrityError, match="what_its_kind"), transaction.atomic():
            FeedRule.objects.create(**common, **wrong)
    FeedRule.objects.create(**common, kind="lot", share=0.1)
    with pytest.raises(IntegrityError, match="one_lot"), transaction.atomic():
        FeedRule.objects.create(project=project, position=1, kind="lot", share=0.2)


def test_it_works_by_itself_where_something_has_come(project: Project) -> None:
    now = timezone.now()
    feed_by_itself(at=now)
    assert not JobRun.objects.exists()

    send(project, [row("a")])
    feed_by_itself(at=now)
    (job,) = JobRun.objects.all()
    assert (job.kind, job.arguments["is_counted"]) == ("routing.feed", True)
    feed_by_itself(at=now)
    assert JobRun.objects.count() == 1

    job.delete()
    worked(project)
    JobRun.objects.all().delete()
    feed_by_itself(at=now + timedelta(minutes=30))
    assert not JobRun.objects.exists()
    feed_by_itself(at=now + timedelta(hours=7))
    assert JobRun.objects.count() == 1


def test_rules_are_asked_sooner_than_figures_are_counted(project: Project) -> None:
    ruled(project, LOT)
    send(project, [row("a")])
    worked(project)
    JobRun.objects.all().delete()
    FeedPlan.objects.update(ruled_at=timezone.now() - timedelta(minutes=2))

    feed_by_itself(at=timezone.now())

    assert JobRun.objects.get().arguments["is_counted"] is False


def test_a_paused_project_is_left_alone(project: Project) -> None:
    send(project, [row("a")])
    Project.objects.update(state="paused")

    feed_by_itself(at=timezone.now())

    assert not JobRun.objects.exists()
    assert not Outcome.objects.exists()

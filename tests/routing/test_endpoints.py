"""A project's own model, a real process, through the jobs, where all is well."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from apps.annotations.models import Annotation, Question, Suggestion
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.routing.actions import asking
from apps.routing.actions.endpoints import change_endpoint, jobs_of, remove_endpoint
from apps.routing.actions.learning import due_projects
from apps.routing.actions.plans import BadPlan, change_plan, plan_of
from apps.routing.actions.tending import deed_due, tend_endpoints
from apps.routing.models import Endpoint, ModelRun, Plan, Rank, Ranking
from apps.routing.strategies.lots import held_out
from apps.tasks.models import QueueEntry
from tests.factories import AssignmentFactory, user_of
from tests.routing.endpoints import Backend, asked, ended, endpoint_at, lead_of, taught
from tests.routing.factories import learn, messages

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def held_out_of(question: Question, tasks: Any) -> set[int]:
    plan, keys = plan_of(question.project), np.array(sorted(tasks), np.int64)
    return set(keys[held_out(keys, plan.seed, plan.exploration)].tolist())


def test_a_check_says_what_the_model_calls_itself(model: Backend) -> None:
    question, _, _ = messages(answered=2, waiting=1)
    endpoint = endpoint_at(model.url, question.project)

    job = asked(endpoint, "check")

    assert (job.state, job.result) == ("done", {"model_class": "Example", "model_version": "0"})
    endpoint.refresh_from_db()
    assert (endpoint.model_class, endpoint.model_version) == ("Example", "0")
    assert (endpoint.calls, endpoint.failed_calls, endpoint.problem) == (2, 0, "")


def test_it_learns_from_the_answers_but_not_from_the_hold_out(model: Backend) -> None:
    question, endpoint = taught(model)

    endpoint.refresh_from_db()
    answered = set(Annotation.objects.values_list("task_id", flat=True))
    assert held_out_of(question, answered)
    assert endpoint.taught_on == len(answered - held_out_of(question, answered))
    assert endpoint.model_version == "1"


def test_it_proposes_to_what_comes_next_and_is_judged(model: Backend) -> None:
    question, endpoint = taught(model)
    waiting = set(QueueEntry.objects.filter(state="open").values_list("pk", flat=True))

    job = asked(endpoint, "suggest")

    assert job.state == "done", job.error
    proposed = Suggestion.objects.filter(source="endpoint Ours")
    tasks = set(proposed.values_list("task_id", flat=True))
    assert tasks
    assert tasks <= waiting - held_out_of(question, waiting)
    assert all(one.score is not None and one.score >= 0.7 for one in proposed)
    run = ModelRun.objects.get()
    assert (run.learner, run.question, run.parameters["version"]) == (
        "endpoint Ours",
        question,
        "1",
    )
    assert run.accuracy["n"] == run.held_out > 0
    assert run.accuracy["value"] > 0.6
    endpoint.refresh_from_db()
    assert endpoint.suggested == len(tasks)


def test_only_so_many_are_asked_about_in_the_order_of_the_queue(model: Backend) -> None:
    question, endpoint = taught(model)
    Plan.objects.create(project=question.project, exploration=0, bar=0)
    first = list(
        QueueEntry.objects.filter(state="open")
        .order_by("-priority", "task")
        .values_list("pk", flat=True)[:7]
    )

    asked(endpoint, "suggest", count=7)

    assert set(Suggestion.objects.values_list("task_id", flat=True)) == set(first)


def test_what_somebody_has_in_hand_gets_nothing(model: Backend) -> None:
    question, endpoint = taught(model)
    Plan.objects.create(project=question.project, exploration=0, bar=0)
    entries = QueueEntry.objects.filter(state="open").order_by("-priority", "task")
    in_hand = entries[0].task
    AssignmentFactory(task=in_hand, annotator=lead_of(question.project))

    asked(endpoint, "suggest")

    assert Suggestion.objects.exists()
    assert not Suggestion.objects.filter(task=in_hand).exists()


def test_what_it_is_not_sure_enough_of_is_not_proposed(model: Backend) -> None:
    question, endpoint = taught(model)
    Plan.objects.create(project=question.project, bar=1)

    job = asked(endpoint, "suggest")

    assert job.state == "done"
    assert not Suggestion.objects.exists()


def test_the_queue_is_put_in_its_order(model: Backend) -> None:
    question, endpoint = taught(model)
    plan = change_plan(
        project=question.project,
        by=user_of(lead_of(question.project)),
        at=timezone.now(),
        endpoint="Ours",
    )
    assert plan.endpoint == endpoint

    told = learn(question.project, is_ranked=True)

    ranking = Ranking.objects.get()
    assert "endpoint" not in told
    assert ranking.run is not None
    assert ranking.run.learner == "endpoint Ours"
    assert ranking.ranked == 120
    places = [one for one in Rank.objects.order_by("place") if not one.is_held_out]
    sure = [one.thought[0][1] - one.thought[1][1] for one in places]
    # They are kept rounded.
    assert np.diff(sure).min() > -0.0002
    # Asked again about the same, it makes no further point of the curve.
    learn(question.project, is_ranked=True)
    assert ModelRun.objects.filter(learner="endpoint Ours").count() == 1
    assert ModelRun.objects.filter(learner="linear").count() == 2
    # The one that learns here goes on beside it, for when it is needed.
    assert Ranking.objects.latest("pk").run == ranking.run


def test_a_strategy_that_needs_more_than_it_gives_is_refused(model: Backend) -> None:
    question, _, _ = messages(answered=2, waiting=1)
    endpoint_at(model.url, question.project)
    by = user_of(lead_of(question.project))

    with pytest.raises(BadPlan, match="which a model over HTTP does not give"):
        change_plan(
            project=question.project,
            by=by,
            at=timezone.now(),
            endpoint="Ours",
            strategy="badge",
        )
    with pytest.raises(BadPlan, match="no model of its own called 'Theirs'"):
        change_plan(project=question.project, by=by, at=timezone.now(), endpoint="Theirs")


def test_that_it_was_judged_keeps_ours_from_nothing(model: Backend) -> None:
    question, endpoint = taught(model)
    asked(endpoint, "suggest")
    assert ModelRun.objects.get().learner == "endpoint Ours"

    assert due_projects(at=timezone.now()) == [question.project]


def test_without_probabilities_it_can_propose_but_not_order(model: Backend) -> None:
    question, endpoint = taught(model)
    Plan.objects.create(project=question.project, endpoint=endpoint, exploration=0, bar=0)
    one = {"from_name": "intent", "to_name": "text", "type": "choices", "score": 0.8}
    said = {"result": [{**one, "value": {"choices": ["praise"]}}]}
    model.tell(json.dumps({"results": [said] * 50}))

    assert asked(endpoint, "suggest", count=50).state == "done"
    told = learn(question.project, is_ranked=True)

    assert Suggestion.objects.filter(source="endpoint Ours").count() == 50
    assert "it says no probabilities of the labels of 'intent'" in told["endpoint"]


def test_what_a_model_of_nothing_says_orders_nothing(model: Backend) -> None:
    question, _, _ = messages(answered=60, waiting=20)
    endpoint = endpoint_at(model.url, question.project)
    Plan.objects.create(project=question.project, endpoint=endpoint)
    model.tell(json.dumps({"results": [{"result": []}] * 5}))
    Plan.objects.update(exploration=0)
    QueueEntry.objects.filter(
        pk__in=list(QueueEntry.objects.filter(state="open").values_list("pk", flat=True)[5:])
    ).update(state="withdrawn")

    told = learn(question.project, is_ranked=True)

    assert "it says nothing about 'intent' yet" in told["endpoint"]


def test_by_itself_it_learns_first_and_then_proposes(model: Backend) -> None:
    question, _, _ = messages(answered=60, waiting=40)
    endpoint = endpoint_at(model.url, question.project, is_taught=True)
    now = timezone.now()

    deeds = []
    for _ in range(3):
        deeds.append([ended(job).kind for job in tend_endpoints(at=now)])
        JobRun.objects.update(ended_at=now - timedelta(minutes=2))
        endpoint.refresh_from_db()

    assert deeds == [["routing.teach"], ["routing.foretell"], []]
    assert Suggestion.objects.filter(source="endpoint Ours").exists()
    change_endpoint(endpoint=endpoint, by=user_of(lead_of(question.project)), is_paused=True)
    Endpoint.objects.update(foretold_at=None)
    assert tend_endpoints(at=now) == []
    assert deed_due(Endpoint.objects.get(), now) == "suggest"


def test_a_removed_model_takes_along_what_nobody_has_begun(model: Backend) -> None:
    question, endpoint = taught(model)
    asked(endpoint, "suggest")
    seen = Suggestion.objects.order_by("pk")[0].task
    AssignmentFactory(task=seen, annotator=lead_of(question.project))
    count = Suggestion.objects.count()

    taken = remove_endpoint(
        endpoint=endpoint, by=user_of(lead_of(question.project)), at=timezone.now()
    )

    assert taken == count - 1
    assert list(Suggestion.objects.values_list("task", flat=True)) == [seen.pk]
    assert not Endpoint.objects.exists()
    assert ModelRun.objects.filter(learner="endpoint Ours").exists()


def test_a_job_that_is_cancelled_stops_between_two_batches(
    model: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, endpoint = taught(model)
    Plan.objects.create(project=question.project, exploration=0, bar=0)
    monkeypatch.setattr("apps.routing.actions.asking.BATCH", 20)
    real = asking.called

    def then_cancel(*args: Any, **more: Any) -> Any:
        found = real(*args, **more)
        job = jobs_of(endpoint).first()
        JobRun.objects.filter(pk=job.pk).update(cancel_asked_at=timezone.now())
        return found

    monkeypatch.setattr(asking, "called", then_cancel)
    report = Progress.report

    def look_first(self: Progress, *done: Any) -> None:
        # What the heartbeat does each second.
        self.write()
        report(self, *done)

    monkeypatch.setattr(Progress, "report", look_first)

    job = asked(endpoint, "suggest")

    assert job.state == "cancelled"
    assert Suggestion.objects.count() == 20

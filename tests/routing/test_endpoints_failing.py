"""A project's own model, a real process: dead, slow, lying, forbidden."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.annotations.models import Suggestion
from apps.core.fetching import Limits
from apps.routing.actions import asking
from apps.routing.actions.plans import change_plan
from apps.routing.actions.tending import tend_endpoints
from apps.routing.models import Endpoint, Plan, Ranking
from apps.routing.remote import Circuit, RemoteModel
from apps.routing.remote.errors import Resting
from tests.factories import user_of
from tests.routing.endpoints import Backend, asked, backend, endpoint_at, lead_of, taught
from tests.routing.factories import learn, messages

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is slow is slow after a second, and nothing is asked again after a wait."""
    limits = Limits(connect_seconds=1, read_seconds=1, most_seconds=1.5)
    monkeypatch.setattr(asking, "Limits", lambda: limits)
    monkeypatch.setattr("apps.routing.remote.client.Endpoint.tries", 1, raising=False)
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ("silent", "took too long"),
        ("status 500", "it answered 500"),
        *(
            pytest.param(mode, sentence, marks=pytest.mark.proof)
            for mode, sentence in (
                ("drip", "took too long"),
                ("hang up", "broke off"),
                ("moved", "give the address to which this one leads"),
                ("<html>", "no JSON"),
                ('{"results": []}', "the model answered 0"),
            )
        ),
    ],
)
def test_one_that_fails_harms_nothing_and_its_lead_reads_why(
    model: Backend, mode: str, sentence: str
) -> None:
    question, endpoint = taught(model)
    asked(endpoint, "suggest")
    before = list(Suggestion.objects.order_by("pk").values("task", "source", "answers", "score"))
    change_plan(
        project=question.project,
        by=user_of(lead_of(question.project)),
        at=timezone.now(),
        endpoint="Ours",
    )
    model.tell(mode)
    began = time.monotonic()

    job = asked(endpoint, "suggest")

    assert time.monotonic() - began < 8
    assert job.state == "failed"
    assert sentence in job.error
    assert "secret" not in job.error
    after = list(Suggestion.objects.order_by("pk").values("task", "source", "answers", "score"))
    assert after == before
    endpoint.refresh_from_db()
    assert sentence in endpoint.problem
    assert endpoint.breaker.failures == 1
    # The queue is put in order all the same, by the model that learns here; it says why.
    told = learn(question.project, is_ranked=True)
    assert sentence in told["endpoint"]
    run = Ranking.objects.latest("pk").run
    assert run is not None
    assert run.learner == "linear"


@pytest.mark.usefixtures("quick")
def test_one_that_lies_in_the_middle_keeps_what_was_whole(
    model: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, endpoint = taught(model)
    Plan.objects.create(project=question.project, exploration=0, bar=0)
    monkeypatch.setattr(asking, "BATCH", 50)
    told: list[int] = []
    real = asking.items_of

    def second_is_a_lie(one: Endpoint, tasks: Any) -> Any:
        told.append(len(tasks))
        model.tell("" if len(told) == 1 else '{"results": [{}]}')
        return real(one, tasks)

    monkeypatch.setattr(asking, "items_of", second_is_a_lie)

    job = asked(endpoint, "suggest")

    assert told == [50, 50]
    assert job.error == (
        "50 tasks were sent, and the model answered 1 of them."
        " What it had proposed of 50 tasks stays."
    )
    assert Suggestion.objects.count() == 50


@pytest.mark.usefixtures("quick")
@pytest.mark.proof
def test_a_dead_model_rests_for_all_and_comes_back(settings: Any, tmp_path: Path) -> None:
    question, _, _ = messages(answered=60, waiting=60)
    with backend(tmp_path) as first:
        settings.MODELS_FROM = [first.url]
        endpoint = endpoint_at(first.url, question.project)
        assert asked(endpoint, "check").state == "done"
        first.kill()
        errors = [asked(endpoint, "suggest").error for _ in range(6)]

    assert all("could not be reached" in error for error in errors[:5])
    assert errors[5] == "The model failed 5 times in a row; it is asked again in 30 s."
    endpoint.refresh_from_db()
    assert endpoint.breaker.state == "open"
    # What rests is not asked by itself, and does not count as asked.
    assert endpoint.calls == endpoint.failed_calls + 2
    assert tend_endpoints(at=timezone.now()) == []
    # A check that a lead asks for is a trial: it need not be waited for.
    assert "could not be reached" in asked(endpoint, "check").error
    endpoint.refresh_from_db()
    assert endpoint.breaker.rests == 2
    with backend(tmp_path, first.port):
        assert asked(endpoint, "check").state == "done"
        endpoint.refresh_from_db()
        assert (endpoint.circuit, endpoint.problem) == ({}, "")
        assert asked(endpoint, "suggest").state == "done"


@pytest.mark.usefixtures("quick")
def test_after_a_rest_one_alone_tries(model: Backend) -> None:
    question, _, _ = messages(answered=2, waiting=1)
    endpoint = endpoint_at(model.url, question.project)
    rested = Circuit(state="open", failures=5, rests=1, until=1)
    Endpoint.objects.update(circuit=rested.row())
    interface = asking.interface_of(endpoint)

    def while_it_is_tried(tried: RemoteModel) -> str:
        with pytest.raises(Resting):
            asking.called(endpoint, lambda other: other.health(), interface=interface)
        return tried.health()

    assert asking.called(endpoint, while_it_is_tried, interface=interface) == "Example"
    endpoint.refresh_from_db()
    assert (endpoint.circuit, endpoint.calls) == ({}, 1)


def test_an_address_that_is_no_longer_allowed_is_not_asked(model: Backend, settings: Any) -> None:
    question, _, _ = messages(answered=2, waiting=2)
    endpoint = endpoint_at(model.url, question.project)
    settings.MODELS_FROM = []

    job = asked(endpoint, "check")

    assert job.error == "Models are not asked there (CONCORD_MODELS_FROM: none)."

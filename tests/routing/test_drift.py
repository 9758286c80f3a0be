"""New tasks against those before: when it looks, what it finds, when it alarms, and what helps."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from apps.accounts.models import Notice, Told
from apps.annotations.models import Question
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.projects.models import Project
from apps.routing.actions import windows
from apps.routing.actions.drifting import (
    RATE,
    ask_for_drift,
    bar_of,
    find_drift,
    is_alarming,
    look_by_itself,
)
from apps.routing.actions.windows import BadWindow
from apps.routing.models import DriftRun, Raise
from apps.tasks.models import QueueEntry, Task
from tests.bulk import waiting_tasks
from tests.clients import signed_in_as
from tests.factories import MembershipFactory, ProjectFactory, user_of
from tests.routing.factories import WORDS, message, messages
from tests.routing.test_map import count_queries
from tests.routing.test_pages import text_of

pytestmark = pytest.mark.django_db
OTHER = ("visa", "flight", "hotel", "luggage", "border")


def address(project: Project, rest: str = "") -> str:
    return f"/p/{project.pk}/learning/drift/{rest}"


def bring(
    project: Project, number: int, *, import_id: int, share_new: float, seed: int = 9
) -> None:
    """Messages like those before, but for a share that is about other things."""
    rng = np.random.default_rng(seed)
    labels = list(WORDS)
    more = []
    for _ in range(number):
        text = message(str(rng.choice(labels)), rng)
        if rng.random() < share_new:
            text = " ".join(rng.choice(OTHER, 5))
        more.append({"data": {"text": text}, "import_id": import_id})
    waiting_tasks(project=project, more=more)


def with_import(share_new: float, *, answered: int = 90, number: int = 70) -> Question:
    """A project whose first import has some answers, and then a second import."""
    question, _, _ = messages(answered=answered, waiting=40)
    Task.objects.filter(project=question.project).update(import_id=1)
    bring(question.project, number, import_id=2, share_new=share_new)
    return question


def run(job: JobRun) -> DriftRun:
    autodiscover_modules("jobs")
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    assert job.result is not None
    return DriftRun.objects.get(pk=job.result["drift"])


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test needs no thousands of tasks."""
    monkeypatch.setattr(windows, "LEAST_NEW", 60)


def looked(project: Project) -> DriftRun:
    look_by_itself()
    return run(JobRun.objects.get(kind="routing.drift", scope=project.scope, state="queued"))


@pytest.mark.usefixtures("few")
def test_new_tasks_about_other_things_raise_an_alarm_that_leads_read() -> None:
    project = with_import(1.0).project
    lead = user_of(MembershipFactory(project=project, role="lead"))
    viewer = user_of(MembershipFactory(project=project, role="viewer"))

    found = looked(project)

    assert (found.look, found.is_alarm) == (1, True)
    assert (found.before, found.now) == (130, 70)
    told = Notice.objects.get(user=lead)
    assert (told.kind, told.url) == (Told.DRIFT, address(project, f"{found.pk}/"))
    assert "70 new tasks" in told.text
    assert not Notice.objects.filter(user=viewer).exists()
    words = {one["item"]: one for one in found.figures["words"]}
    assert words["visa"]["of_others"] == 0
    assert words["visa"]["z"] > 0
    said = text_of(signed_in_as(project).get(address(project)))
    assert "New tasks are not like those before." in said
    assert "so leads were told" in said


@pytest.mark.usefixtures("few")
def test_new_tasks_like_those_before_raise_none() -> None:
    project = with_import(0.0, number=120).project

    found = looked(project)

    assert (found.look, found.is_alarm) == (1, False)
    assert not Notice.objects.exists()
    assert found.figures["words"] == []
    assert "so nobody was told" in text_of(signed_in_as(project).get(address(project)))


@pytest.mark.usefixtures("few")
def test_it_looks_once_at_what_has_come_and_never_at_the_first_import() -> None:
    question, _, _ = messages(answered=30, waiting=100)
    project = question.project
    Task.objects.update(import_id=1)
    look_by_itself()
    assert not JobRun.objects.filter(kind="routing.drift").exists()

    bring(project, 59, import_id=2, share_new=0)
    look_by_itself()
    assert not JobRun.objects.filter(kind="routing.drift").exists()

    bring(project, 1, import_id=3, share_new=0)
    first = looked(project)
    assert first.now == 60
    look_by_itself()
    assert not JobRun.objects.filter(kind="routing.drift", state="queued").exists()

    bring(project, 60, import_id=4, share_new=0, seed=10)
    second = looked(project)
    assert (second.look, second.now, second.before) == (2, 60, 190)


@pytest.mark.usefixtures("few")
def test_a_look_that_failed_waits_for_more_tasks() -> None:
    project = with_import(0.0).project
    look_by_itself()
    JobRun.objects.filter(kind="routing.drift").update(state="failed", ended_at=timezone.now())

    look_by_itself()
    assert JobRun.objects.filter(kind="routing.drift").count() == 1

    bring(project, 1, import_id=3, share_new=0)
    look_by_itself()
    assert JobRun.objects.filter(kind="routing.drift").count() == 2


@pytest.mark.usefixtures("few")
def test_a_job_that_runs_twice_counts_one_look() -> None:
    project = with_import(0.0).project
    found = looked(project)
    job = JobRun.objects.get(kind="routing.drift")

    again = find_drift(None, **job.arguments)  # type: ignore[arg-type]

    assert again == {"drift": found.pk, "is_alarm": False}
    assert DriftRun.objects.count() == 1


def test_the_bars_of_all_looks_come_to_the_rate() -> None:
    bars = [bar_of(look) for look in range(1, 2_000)]

    assert sum(bars) < RATE
    assert sum(bars) > 0.999 * RATE
    assert all(one > other for one, other in pairwise(bars))


def test_false_alarms_of_many_looks_stay_below_the_rate() -> None:
    """4,000 projects with 50 looks each at p-values of nothing having changed."""
    rng = np.random.default_rng(11)
    bars = np.array([bar_of(look) for look in range(1, 51)])
    alarms = (rng.random((4_000, 50)) <= bars).any(axis=1).mean()

    assert 0.04 < alarms < RATE + 0.005
    # What a bar of .05 at each look would do.
    assert (rng.random((4_000, 50)) <= RATE).any(axis=1).mean() > 0.9


@pytest.mark.parametrize(
    ("p_value", "low", "is_alarm"),
    [(0.01, 0.6, True), (0.04, 0.6, False), (0.0001, 0.53, False), (None, 0.0, False)],
)
def test_an_alarm_is_sure_and_of_some_size(
    p_value: float | None, low: float, *, is_alarm: bool
) -> None:
    assert is_alarming({"p_value": p_value, "low": low}, 0.03) is is_alarm


def test_a_lead_asks_for_an_import_and_nobody_is_told() -> None:
    question = with_import(1.0)
    project = question.project
    client = signed_in_as(project)

    answer = client.post(address(project, "ask/"), {"import_": "2", "since": ""})

    assert answer.status_code == 302
    found = run(JobRun.objects.get(kind="routing.drift"))
    assert (found.look, found.bar, found.is_alarm) == (None, None, False)
    assert not Notice.objects.exists()
    assert "A lead asked for this look" in text_of(client.get(address(project, f"{found.pk}/")))


@pytest.mark.parametrize(
    ("asked", "says"),
    [({"import_id": 77}, "There is no such import"), ({"since": datetime(2040, 1, 1, tzinfo=UTC)}, "No task has come"),
     ({"import_id": 1}, "0 came before")],
)  # fmt: skip
def test_where_there_is_nothing_to_compare_it_says_so(asked: dict[str, Any], says: str) -> None:
    question, person, _ = messages(answered=60, waiting=2)
    Task.objects.update(import_id=1)

    with pytest.raises(BadWindow, match=says):
        ask_for_drift(project=question.project, by=user_of(person), **asked)

    assert not JobRun.objects.exists()


def test_the_page_says_so_too_beside_the_field() -> None:
    question, _, _ = messages(answered=3, waiting=2)

    answer = signed_in_as(question.project).post(
        address(question.project, "ask/"), {"import_": "", "since": "2030-01-01T00:00"}
    )

    assert answer.status_code == 422
    assert "No task has come since then" in text_of(answer)


def test_the_model_is_asked_of_tasks_that_it_has_not_learned_from() -> None:
    project = with_import(1.0, answered=150).project
    found = run(ask_for_drift(project=project, by=None, import_id=2))  # type: ignore[arg-type]

    model = found.figures["model"]
    assert 50 < model["lessons"] < 100
    assert model["sure"]["high"] < 0
    said = text_of(signed_in_as(project).get(address(project)))
    assert "It is less sure of them" in said


def test_of_a_group_one_task_is_taken() -> None:
    """Turns of a few chats are no independent draws: 70 turns of two chats alarm nobody."""
    project = with_import(1.0).project
    new = list(Task.objects.filter(import_id=2).order_by("pk"))
    for place, task in enumerate(new):
        task.group = f"chat {place % 2}"
    Task.objects.bulk_update(new, ["group"])

    found = run(ask_for_drift(project=project, by=None, import_id=2))  # type: ignore[arg-type]

    assert found.figures["apart"]["p_value"] is None
    assert any("one was taken, by lot" in one for one in found.figures["left_out"])


def test_each_kind_of_field_is_compared_in_its_own_way() -> None:
    project = ProjectFactory(
        fields=[{"name": name, "display": "text"} for name in ("text", "country", "amount", "more")]
    )
    rng, more = np.random.default_rng(4), []
    for place in range(300):
        is_new = place >= 150
        data = {
            "text": " ".join(rng.choice(["a", "b", "c"], 5)),
            "country": "no" if is_new or rng.random() < 0.2 else "se",
            "amount": float(rng.normal(3.0 if is_new else 0.0)),
            "more": {"deep": 1},
        }
        more.append({"data": data, "import_id": 1 + is_new})
    waiting_tasks(project=project, more=more)

    found = run(ask_for_drift(project=project, by=None, import_id=2)).figures  # type: ignore[arg-type]

    by_name = {one["name"]: one for one in found["fields"]}
    kinds = {name: (one["kind"], one["band"]) for name, one in by_name.items()}
    assert kinds["country"] == ("category", "much")
    assert kinds["amount"] == ("number", "much")
    assert kinds["text"][0] == "length"
    assert by_name["text"]["value"] < 0.1
    assert any("more" in one for one in found["left_out"])
    assert {"country: no", "country: se"} >= {one["item"] for one in found["words"]} != set()


def test_one_button_queues_some_of_the_new_tasks_and_asks_models_to_learn() -> None:
    project = with_import(1.0).project
    found = run(ask_for_drift(project=project, by=None, import_id=2))  # type: ignore[arg-type]

    answer = signed_in_as(project).post(
        address(project, f"{found.pk}/help/"), {"level": "4", "count": "25"}
    )

    assert answer.status_code == 302
    raised = QueueEntry.objects.filter(level=4)
    assert raised.count() == 25
    assert set(raised.values_list("task__import_id", flat=True)) == {2}
    assert Raise.objects.get().why == "new"
    assert JobRun.objects.filter(kind="routing.learn", state="queued").exists()


def test_where_none_of_the_new_tasks_waits_it_says_so() -> None:
    project = with_import(0.0).project
    found = run(ask_for_drift(project=project, by=None, import_id=2))  # type: ignore[arg-type]
    QueueEntry.objects.update(state="withdrawn")

    answer = signed_in_as(project).post(
        address(project, f"{found.pk}/help/"), {"level": "4", "count": "5"}
    )

    assert answer.status_code == 422
    assert "None of the new tasks waits" in text_of(answer)


@pytest.mark.parametrize("role", ["reviewer", "viewer"])
def test_it_is_for_leads(role: str) -> None:
    project = ProjectFactory()

    assert signed_in_as(project, role).get(address(project)).status_code == 403
    assert not DriftRun.objects.visible_to(user_of(MembershipFactory(project=project, role=role)))


def test_without_any_look_it_says_when_it_looks() -> None:
    project = ProjectFactory()

    assert "When 200 tasks or more have come" in text_of(
        signed_in_as(project).get(address(project))
    )


def test_what_is_no_look_raises_no_alarm() -> None:
    common: dict[str, Any] = {
        "project": ProjectFactory(),
        "first_task": 2,
        "last_task": 3,
        "before": 1,
    }
    common |= {"now": 2, "figures": {}, "seconds": 1}
    with pytest.raises(IntegrityError, match="only_a_look"), transaction.atomic():
        DriftRun.objects.create(**common, is_alarm=True)
    with pytest.raises(IntegrityError, match="has_a_bar"), transaction.atomic():
        DriftRun.objects.create(**common, look=1)


def test_its_queries_do_not_grow() -> None:
    project = with_import(0.5).project
    for _ in range(3):
        run(ask_for_drift(project=project, by=None, import_id=2))  # type: ignore[arg-type]
    client = signed_in_as(project)

    assert count_queries(client, address(project)) <= 13

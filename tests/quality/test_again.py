"""Every consensus that was can be computed again: on the task's history, by the API, by a command."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from apps.annotations.models import Annotation
from apps.consensus.models import Consensus, Run
from apps.projects.models import Membership
from apps.quality.actions import drain
from apps.quality.actions.again import each_again
from apps.quality.models import ConsensusChange
from apps.tasks.models import Task
from tests.consensus.choosing import answer, choose, compute
from tests.consensus.factories import answered_question
from tests.factories import MembershipFactory, TaskFactory, user_of

pytestmark = pytest.mark.django_db


def changed(method: str) -> tuple[Task, Membership]:
    """Two answers, then two more that outvote them."""
    question, people, _, _ = answered_question()
    choose(question, method)
    compute(question)
    task: Task = TaskFactory(project=question.project, queue__overlap=5)
    answer(task, people[0], "praise")
    drain(task.project_id)
    late: Membership = MembershipFactory(project=question.project)
    for who in [*people[1:], late]:
        answer(task, who, "complaint")
    drain(task.project_id)
    compute(question)  # what stands is judged by another fit than what was
    return task, MembershipFactory(project=question.project, role="lead")


def signed_in(member: Membership) -> Client:
    client = Client()
    client.force_login(user_of(member))
    return client


@pytest.mark.parametrize("method", ["majority_vote", "dawid_skene"])
def test_what_a_consensus_was_is_kept_and_computed_again_to_the_digit(method: str) -> None:
    task, lead = changed(method)
    first, second = Run.objects.order_by("pk")

    now, before = each_again(task)

    assert now.stood is not None
    assert before.stood is not None
    assert (now.stood.value, now.stood.run, now.until) == ("complaint", second, None)
    assert (before.stood.value, before.stood.run) == ("praise", first)
    assert len(before.stood.saw) == 1
    assert [one.again and one.again.is_same for one in (now, before)] == [True, True]
    told = signed_in(lead).get(f"/api/v1/tasks/{task.pk}/consensus/again/").json()["consensus"]
    assert [(row["run"], row["is_same"], row["differs"]) for row in told] == [
        (second.pk, True, []),
        (first.pk, True, []),
    ]
    assert told[1]["stood"] == told[1]["again"]


def test_the_history_says_whether_it_comes_to_the_same() -> None:
    task, lead = changed("majority_vote")
    address = reverse("quality:task_history", args=[task.project_id, task.pk])
    client = signed_in(lead)

    asked = client.get(address).content.decode()
    told = client.get(f"{address}?again=1").content.decode()
    reviewer = signed_in(MembershipFactory(project=task.project, role="reviewer"))

    assert f"{address}?again=1" in asked
    assert "Computed again" not in asked
    assert "Before: Computed again: the same." in told
    assert told.count("Computed again: the same.") == 2
    assert "Computed again" not in reviewer.get(f"{address}?again=1").content.decode()


def test_what_was_tampered_with_is_found_out() -> None:
    task, _ = changed("majority_vote")
    project = str(task.project_id)
    out = StringIO()

    call_command("consensus", project, "--again", stdout=out)
    call_command("consensus", project, "--fits", stdout=out)
    Consensus.objects.filter(task=task).update(probability=0.123)
    with pytest.raises(CommandError, match="1 differ, 41 are the same"):
        call_command("consensus", project, "--again", stdout=out)
    with pytest.raises(CommandError, match="1 differ"):
        call_command("consensus", project, "--again", "--task", str(task.pk), stdout=out)

    said = out.getvalue()
    assert "All 42 are the same when computed again." in said
    assert "intent by majority_vote: the same" in said
    assert f"task {task.pk}, intent: Computed again, it differs: probability is 0." in said


def test_without_its_answers_nothing_can_be_computed_again() -> None:
    task, lead = changed("majority_vote")
    before = each_again(task)[1].stood
    assert before is not None
    Annotation.objects.filter(pk__in=before.saw).update(erased_at=task.created_at)
    told = signed_in(lead).get(f"/api/v1/tasks/{task.pk}/consensus/again/").json()["consensus"]

    assert (told[1]["again"], told[1]["missing"], told[1]["is_same"]) == (None, 1, False)
    assert "Cannot be computed again" in told[1]["words"]


def test_a_change_from_before_this_was_kept_says_so() -> None:
    task, lead = changed("majority_vote")
    ConsensusChange.objects.update(before=None)

    told = signed_in(lead).get(f"/api/v1/tasks/{task.pk}/consensus/again/").json()["consensus"]

    assert (told[1]["stood"], told[1]["again"], told[1]["is_same"]) == (None, None, None)

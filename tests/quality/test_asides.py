"""Setting somebody's answers aside: what is foretold, what is done, and the way back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import apps.quality.jobs  # noqa: F401  (a worker has read it)
from apps.agreement.actions.drain import drain as fold
from apps.agreement.actions.reports import report
from apps.annotations.models import Question
from apps.consensus.models import Consensus
from apps.core.jobs import run_job
from apps.core.models import AuditEvent
from apps.projects.models import Membership, Project
from apps.quality.actions import drain
from apps.quality.actions.asides import (
    AsideMoved,
    NoAnswers,
    NoReasonGiven,
    look_at_aside,
    resume_aside,
    set_answers_aside,
    take_answers_back,
    way_back,
)
from apps.quality.models import Aside
from apps.tasks.models import QueueEntry
from tests.clients import signed_in
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
    user_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(overlap=3)
    QuestionFactory(project=project, name="intent", title="What is wanted?")
    return project


@pytest.fixture
def people(project: Project) -> list[Membership]:
    return [MembershipFactory(project=project) for _ in range(4)]


@pytest.fixture
def lead(project: Project) -> Membership:
    return MembershipFactory(project=project, role="lead")


def answered(project: Project, *said: tuple[Membership, str], at: datetime | None = None) -> Any:
    task = TaskFactory(project=project, queue__overlap=len(said))
    for person, word in said:
        AnnotationFactory(
            assignment=AssignmentFactory(task=task, annotator=person),
            answers={"intent": word},
            **({"submitted_at": at} if at else {}),
        )
    return task


def known(project: Project) -> None:
    """The news of all tasks is taken up."""
    from apps.core import outbox  # noqa: PLC0415
    from apps.tasks.actions.queue import TASK_CHANGED  # noqa: PLC0415

    ids = list(QueueEntry.objects.filter(project=project).values_list("pk", flat=True))
    outbox.publish(event=TASK_CHANGED, scope_id=project.pk, subject_ids=ids)
    take_up(project)


def take_up(project: Project) -> None:
    drain(project.pk)
    fold(project.pk)


def run(aside: Aside) -> Aside:
    assert aside.job is not None
    run_job(aside.job.pk)
    aside.job.refresh_from_db()
    assert aside.job.state == "done", aside.job.error
    return Aside.objects.select_related("job", "project", "annotator").get(pk=aside.pk)


def looked(member: Membership, lead: Membership, **given: Any) -> Aside:
    return run(look_at_aside(member=member, by=user_of(lead), at=timezone.now(), **given))


def set_aside(aside: Aside, lead: Membership, *, asks: bool = False) -> Aside:
    at = timezone.now()
    return run(
        set_answers_aside(
            aside=aside, by=user_of(lead), at=at, reason="Too fast.", is_asked_anew=asks
        )
    )


def test_a_look_foretells_agreement_overlap_and_consensus_and_changes_nothing(
    project: Project, people: list[Membership], lead: Membership
) -> None:
    one, two, three, _ = people
    for _ in range(8):
        answered(project, (one, "praise"), (two, "praise"), (three, "complaint"))
        answered(project, (one, "complaint"), (two, "complaint"), (three, "question"))
    turned = answered(project, (one, "praise"), (three, "question"), (two, "question"))
    alone = answered(project, (three, "question"))
    known(project)
    before = report(project=project, question=project.questions.get())["measures"][0]

    look = looked(three, lead).preview

    assert look is not None
    assert (look["answers"], look["tasks"]) == (18, 18)
    assert look["overlap"] == [
        {"before": 1, "after": 0, "tasks": 1},
        {"before": 3, "after": 2, "tasks": 17},
    ]
    (row,) = look["questions"]
    assert row["with"]["value"] == pytest.approx(before["value"])
    assert row["without"]["value"] > 0.8 > row["with"]["value"]
    assert row["without"]["low"] <= row["without"]["value"] <= row["without"]["high"]
    assert (row["judged"], row["changed"], row["lost"]) == (18, 1, 1)
    (example,) = row["examples"]
    assert (example["task"], example["before"]) == (turned.pk, "question")
    assert example["after"] == "a tie of praise and question"
    assert three.assignments.filter(apart="").count() == 18
    assert Consensus.objects.filter(task=alone).exists()


def test_what_was_foretold_is_what_comes_and_goes_back(
    project: Project, people: list[Membership], lead: Membership
) -> None:
    one, two, three, _ = people
    for word in ("praise", "complaint", "praise", "question", "praise", "complaint"):
        answered(project, (one, word), (two, word), (three, "question"))
    known(project)
    aside = looked(three, lead)
    before = snapshot(project)

    aside = set_aside(aside, lead)
    take_up(project)

    assert aside.state == "done"
    assert aside.set_count == 6
    after = report(project=project, question=project.questions.get())["measures"][0]
    assert aside.preview is not None
    assert after["value"] == pytest.approx(aside.preview["questions"][0]["without"]["value"])
    assert set(QueueEntry.objects.values_list("overlap", "submitted")) == {(2, 2)}
    assert way_back(aside).free == 6
    aside = run(take_answers_back(aside=aside, by=user_of(lead), at=timezone.now()))
    take_up(project)
    assert (aside.state, aside.back_count) == ("back", 6)
    assert snapshot(project) == before
    told = AuditEvent.objects.filter(action="answers.aside").values_list(
        "detail__state", "detail__reason"
    )
    assert list(told) == [("setting", "Too fast."), ("taking", "Too fast.")]


def snapshot(project: Project) -> Any:
    figure = report(project=project, question=project.questions.get())["measures"][0]
    return (
        round(figure["value"], 9),
        sorted(Consensus.objects.values_list("task", "value")),
        sorted(QueueEntry.objects.values_list("pk", "overlap", "handed", "submitted", "state")),
    )


def test_where_others_answered_meanwhile_some_stay_apart_and_may_be_tried_again(
    project: Project, people: list[Membership], lead: Membership
) -> None:
    one, _, three, four = people
    tasks = [answered(project, (one, "praise"), (three, "question")) for _ in range(3)]
    aside = set_aside(looked(three, lead), lead, asks=True)
    taken = AnnotationFactory(
        assignment=AssignmentFactory(task=tasks[0], annotator=four), answers={"intent": "praise"}
    )

    assert (way_back(aside).free, way_back(aside).gone) == (2, 1)
    aside = run(take_answers_back(aside=aside, by=user_of(lead), at=timezone.now()))

    assert (aside.set_count, aside.back_count) == (3, 2)
    assert three.assignments.get(task=tasks[0]).apart == "set_aside"
    with pytest.raises(AsideMoved, match="filled the slots"):
        take_answers_back(aside=aside, by=user_of(lead), at=timezone.now())
    other = set_aside(looked(four, lead), lead, asks=True)
    assert other.set_count == 1
    assert taken.assignment.apart == ""
    aside = run(take_answers_back(aside=aside, by=user_of(lead), at=timezone.now()))
    assert aside.back_count == 3


def test_only_what_is_named_is_set_aside(
    project: Project, people: list[Membership], lead: Membership
) -> None:
    one, two, *_ = people
    question = Question.objects.get(project=project)
    now = timezone.now()
    old = answered(project, (one, "praise"), (two, "praise"), at=now - timedelta(days=9))
    new = answered(project, (one, "praise"), (two, "praise"), at=now - timedelta(days=1))
    answered(project, (one, "question"), (two, "praise"), at=now - timedelta(days=1))

    aside = looked(one, lead, question=question, label="praise", first_at=now - timedelta(days=3))
    aside = set_aside(aside, lead)

    assert [item.assignment.task_id for item in aside.items.all()] == [new.pk]
    assert one.assignments.get(task=old).apart == ""
    assert two.assignments.filter(apart="").count() == 3
    with pytest.raises(NoAnswers):
        looked(one, lead, question=question, label="complaint")


def test_what_comes_after_the_look_is_not_set_aside(
    project: Project, people: list[Membership], lead: Membership
) -> None:
    answered(project, (people[0], "praise"))
    aside = looked(people[0], lead)
    answered(project, (people[0], "praise"), at=timezone.now() + timedelta(seconds=1))

    assert set_aside(aside, lead).set_count == 1


def test_each_step_has_its_moment(
    project: Project, people: list[Membership], lead: Membership
) -> None:
    answered(project, (people[0], "praise"), (people[1], "praise"))
    by, at = user_of(lead), timezone.now()
    aside = look_at_aside(member=people[0], by=by, at=at)
    with pytest.raises(AsideMoved, match="worked out"):
        set_answers_aside(aside=aside, by=by, at=at, reason="x", is_asked_anew=False)
    with pytest.raises(AsideMoved, match="under way"):
        resume_aside(aside=aside, by=by)
    aside = run(aside)
    for reason in (" ", "a\0", "a" * 2_001):
        with pytest.raises(NoReasonGiven):
            set_answers_aside(aside=aside, by=by, at=at, reason=reason, is_asked_anew=False)
    with pytest.raises(AsideMoved, match="looked at"):
        take_answers_back(aside=aside, by=by, at=at)
    aside = set_aside(aside, lead)
    with pytest.raises(AsideMoved, match="set aside"):
        set_answers_aside(aside=aside, by=by, at=at, reason="x", is_asked_anew=True)


def test_a_job_that_broke_goes_on_where_it_was(
    project: Project, people: list[Membership], lead: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.quality.actions.asides.AT_ONCE", 2)
    for _ in range(5):
        answered(project, (people[0], "praise"), (people[1], "praise"))
    by, at = user_of(lead), timezone.now()
    aside = looked(people[0], lead)
    aside = set_answers_aside(aside=aside, by=by, at=at, reason="x", is_asked_anew=False)
    from apps.quality.actions import asides  # noqa: PLC0415

    ids = list(asides.chosen(aside).values_list("pk", flat=True))
    asides._set_some(aside, ids[:2])
    assert aside.job is not None
    type(aside.job).objects.filter(pk=aside.job.pk).update(
        state="failed", ended_at=at, error="It broke."
    )

    done = run(resume_aside(aside=Aside.objects.get(pk=aside.pk), by=by))

    assert (done.state, done.set_count, done.items.count()) == ("done", 5, 5)


# --- the pages ---------------------------------------------------------------------------------


def shown(client: Client, aside: Aside) -> str:
    answer = client.get(reverse("quality:aside", args=[aside.project_id, aside.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def move(client: Client, aside: Aside, **body: str) -> str:
    address = reverse("quality:aside_move", args=[aside.project_id, aside.pk])
    return " ".join(client.post(address, body, follow=True).content.decode().split())


def test_a_lead_looks_sets_aside_and_takes_back(
    project: Project, people: list[Membership], lead: Membership
) -> None:
    one, two, three, _ = people
    answered(project, (one, "praise"), (two, "complaint"), (three, "complaint"))
    known(project)
    client = signed_in(lead)
    address = reverse("quality:aside_new", args=[project.pk, three.pk])
    told = client.post(address, {"which": "intent:complaint"}, follow=True).content.decode()
    assert "Working out what would change" in told
    aside = Aside.objects.get()
    fragment = reverse("quality:aside_job", args=[project.pk, aside.pk])
    assert client.get(fragment).headers.get("HX-Refresh") is None
    run(aside)
    assert client.get(fragment).headers["HX-Refresh"] == "true"
    told = shown(client, aside)
    assert "1 answer would be set aside." in told
    assert "1 task: 3 answers before, 2 after" in told
    assert "a tie of" in told
    assert "Say why" in move(client, aside, move="set", reason=" ")
    assert "Setting answers aside" in move(client, aside, move="ask", reason="Too fast.")
    aside.refresh_from_db()
    run(aside)
    told = shown(client, aside)
    assert "1 answer is set aside." in told
    assert "Others are asked for them." in told
    assert "“Too fast.”" in told
    page = client.get(reverse("quality:annotator", args=[project.pk, three.pk])).content.decode()
    assert "Too fast." in page
    move(client, aside, move="back")
    aside.refresh_from_db()
    run(aside)
    assert "1 answer counts again." in shown(client, aside)


def test_what_cannot_be_is_said(
    project: Project, people: list[Membership], lead: Membership
) -> None:
    client = signed_in(lead)
    address = reverse("quality:aside_new", args=[project.pk, people[0].pk])

    assert "nothing would change" in client.post(address, {}, follow=True).content.decode()
    bad = client.post(address, {"which": "nonsense"}, follow=True).content.decode()
    assert "Select a valid choice" in bad
    assert not Aside.objects.exists()


def test_a_job_that_failed_can_go_on_from_the_page(
    project: Project, people: list[Membership], lead: Membership
) -> None:
    answered(project, (people[0], "praise"))
    aside = look_at_aside(member=people[0], by=user_of(lead), at=timezone.now())
    assert aside.job is not None
    type(aside.job).objects.filter(pk=aside.job.pk).update(
        state="failed", ended_at=timezone.now(), error="It broke."
    )
    client = signed_in(lead)
    assert "It did not come to its end." in shown(client, aside)

    assert "Working out" in move(client, aside, move="resume")


@pytest.mark.parametrize("role", ["reviewer", "viewer", "annotator"])
def test_it_is_for_leads_alone(project: Project, people: list[Membership], role: str) -> None:
    answered(project, (people[0], "praise"))
    aside = look_at_aside(member=people[0], by=UserFactory(), at=timezone.now())
    client = signed_in(MembershipFactory(project=project, role=role))

    assert client.get(reverse("quality:aside", args=[project.pk, aside.pk])).status_code == 403
    move(client, aside, move="set", reason="x")
    aside.refresh_from_db()
    assert aside.state == "draft"
    other = ProjectFactory()
    foreign = signed_in(MembershipFactory(project=other, role="lead"))
    assert foreign.get(reverse("quality:aside", args=[other.pk, aside.pk])).status_code == 404


def test_the_page_asks_the_same_of_one_answer_and_of_many(
    project: Project, people: list[Membership], lead: Membership
) -> None:
    client = signed_in(lead)

    def queries(aside: Aside) -> int:
        shown(client, aside)
        with CaptureQueriesContext(connection) as found:
            shown(client, aside)
        return len(found)

    answered(project, (people[0], "praise"), (people[1], "complaint"))
    few = queries(set_aside(looked(people[0], lead), lead))
    for _ in range(6):
        answered(project, (people[2], "praise"), (people[1], "complaint"))
    assert queries(set_aside(looked(people[2], lead), lead)) == few
    assert few <= 12

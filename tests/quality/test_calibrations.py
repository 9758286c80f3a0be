"""Calibration sessions: begun, answered alone, laid open, decided; apart from all that counts."""

from __future__ import annotations

import re
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import Notice
from apps.agreement.actions.past import Period
from apps.agreement.actions.periods import figures_in, held_against
from apps.annotations.actions import revise_annotation
from apps.annotations.models import Gold, Question
from apps.comments.models import Thread
from apps.core.models import AuditEvent
from apps.projects.models import Membership, Project
from apps.projects.permissions import project_for
from apps.quality.actions import drain
from apps.quality.actions.calibration_answers import calibrated_tasks
from apps.quality.actions.calibration_picks import pick_disputed, pick_random
from apps.quality.actions.calibrations import (
    NoCalibration,
    decide_calibrated,
    is_laid_open,
    progress_of,
    say_in_session,
    tell_who_is_through,
)
from apps.quality.models import Adjudication, Calibration, Conflict, GoldScore
from apps.tasks.models import Task
from tests.factories import (
    MembershipFactory,
    PoolFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    user_of,
)
from tests.quality.calibrating import answer, begun, opened
from tests.quality.factories import conflict_between
from tests.quality.known import known

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(overlap=2)
    QuestionFactory(project=project, name="intent")
    return project


@pytest.fixture
def people(project: Project) -> list[Membership]:
    return [MembershipFactory(project=project) for _ in range(2)]


@pytest.fixture
def tasks(project: Project) -> list[Task]:
    return [TaskFactory(project=project) for _ in range(2)]


def test_everybody_is_told_and_the_log_has_it(
    project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    session = begun(project, tasks)
    opened(session)

    told = Notice.objects.filter(user__in=[user_of(one) for one in people]).order_by("pk")
    assert [one.user_id for one in told] == 2 * sorted(user_of(one).pk for one in people)
    assert "2 tasks that everybody answers; then you discuss them together" in told[0].text
    assert "is open for discussion" in told[3].text
    assert told[3].url == f"/p/{project.pk}/calibrations/1/"
    assert list(
        AuditEvent.objects.filter(action__startswith="calibration").values_list("action", flat=True)
    ) == ["calibration.begun", "calibration.opened"]


def test_it_is_laid_open_when_all_are_through_or_the_lead_opens_it(
    project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    session = begun(project, tasks)
    answer(people[0], "praise", "praise")
    answer(people[1], "praise")
    progress = progress_of(session)
    assert [(one.done, one.total, one.is_through) for one in progress] == [
        (2, 2, True),
        (1, 2, False),
    ]
    assert not is_laid_open(session, progress)

    answer(people[1], "question")
    assert is_laid_open(session, progress_of(session))

    later = MembershipFactory(project=project)
    assert not is_laid_open(session, progress_of(session))
    assert is_laid_open(opened(session), progress_of(session))
    assert later.pk in [one.member.pk for one in progress_of(session)]


def test_without_anybody_nothing_is_laid_open(project: Project) -> None:
    """All of nobody are through: that must not lay answers open."""
    assert not is_laid_open(Calibration(project=project), [])


def test_who_may_not_do_a_task_is_through_without_it(project: Project) -> None:
    german = PoolFactory(project=project, requires=["language:de"])
    tasks = [
        TaskFactory(project=project),
        TaskFactory(project=project, queue__pool=german),
    ]
    MembershipFactory(project=project)
    MembershipFactory(project=project, languages=["de"])

    totals = [one.total for one in progress_of(begun(project, tasks))]

    assert sorted(totals) == [1, 2]


def test_its_agreement_is_its_own_and_the_headline_knows_nothing_of_it(
    project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    question = Question.objects.get()
    first = begun(project, tasks)
    answer(people[0], "praise", "praise")
    answer(people[1], "praise", "question")
    opened(first)
    more = [TaskFactory(project=project) for _ in range(4)]
    second = begun(project, more)
    for who in people:
        answer(who, "praise", "question", "praise", "complaint")
    opened(second)

    def units(round_: int | None) -> int:
        return int(figures_in(question, Period(round=round_))["measures"][0]["units"] or 0)

    assert (units(None), units(first.round), units(second.round)) == (0, 2, 4)
    effect = held_against(question, Period(round=second.round), Period(round=first.round))
    assert effect.value is not None
    assert effect.value > 0
    drain(project.pk)
    assert not Conflict.objects.exists()


def test_only_what_was_said_alone_counts_and_the_hardest_comes_first(
    project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    session = begun(project, tasks)
    answer(people[0], "praise", "praise")
    said = answer(people[1], "praise", "question")
    opened(session)
    again = revise_annotation(
        annotation_id=said[1].pk,
        by=user_of(people[1]),
        key=uuid.uuid4(),
        answers={"intent": "praise"},
        at=timezone.now(),
    ).annotation

    found = calibrated_tasks(session, list(Question.objects.all()))

    assert not again.is_independent
    assert [(one.task, one.spread) for one in found] == [(tasks[1], 1.0), (tasks[0], 0.0)]
    assert found[0].differs == {"intent": 1.0}


def test_one_session_at_a_time(
    project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    session = begun(project, tasks)

    with pytest.raises(NoCalibration, match="under way"):
        begun(project, tasks)
    with pytest.raises(IntegrityError, match="at_a_time"), transaction.atomic():
        Calibration.objects.create(
            project=project,
            number=7,
            guideline_version=0,
            picked="x",
            task_count=1,
            begun_by=session.begun_by,
        )
    opened(session)
    assert begun(project, [TaskFactory(project=project)]).number == 2


@pytest.mark.parametrize("case", ["none", "withdrawn", "elsewhere", "nobody"])
def test_what_cannot_be_calibrated_is_refused(case: str, project: Project) -> None:
    if case != "nobody":
        MembershipFactory(project=project)
    tasks = {
        "none": [],
        "withdrawn": [TaskFactory(project=project, queue__state="withdrawn")],
        "elsewhere": [TaskFactory()],
        "nobody": [TaskFactory(project=project)],
    }[case]

    with pytest.raises(NoCalibration):
        begun(project, tasks)
    assert not Calibration.objects.exists()


def test_the_draw_leaves_out_what_is_known_withdrawn_or_had_before_and_begins_with_the_fresh(
    project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    known(project)
    TaskFactory(project=project, queue__state="withdrawn")
    opened(begun(project, [tasks[0]]))
    answered = conflict_between(project, {"intent": "praise"}, {"intent": "question"}).task

    assert pick_random(project, 1) == [tasks[1].pk]
    assert pick_random(project, 9) == [tasks[1].pk, answered.pk]
    assert pick_disputed(project, 9) == [answered.pk]


def test_what_all_came_to_agree_on_is_decided_and_known_and_no_evidence(
    project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    session = begun(project, tasks)
    answer(people[0], "praise")
    late = answer(people[1], "question")
    opened(session)

    decision = decide_calibrated(
        task=tasks[0],
        by=session.begun_by,
        at=timezone.now(),
        answers={"intent": "question"},
        sources={"intent": late[0].key},
        reason="It asks.",
        follows=None,
    )

    assert Adjudication.objects.get() == decision
    assert Gold.objects.get().answers == {"intent": "question"}
    drain(project.pk)
    assert set(GoldScore.objects.values_list("score", "is_evidence")) == {
        (0.0, False),
        (1.0, False),
    }


def test_what_is_said_in_a_session_everybody_reads_and_only_then(
    project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    session = begun(project, tasks)

    def said(by: Membership, text: str) -> Thread:
        mine = Calibration.objects.get(pk=session.pk)
        mine.project = project_for(user_of(by), project.pk)
        return say_in_session(
            calibration=mine,
            task=tasks[0],
            by=user_of(by),
            text=text,
            at=timezone.now(),
        )

    with pytest.raises(NoCalibration, match="Open the discussion first"):
        said(people[0], "Too early")
    opened(session)
    with pytest.raises(PermissionDenied):
        said(MembershipFactory(project=project, role="viewer"), "I only look")
    thread = said(people[0], "It asks.")
    assert said(people[1], "It does not.") == thread

    late = MembershipFactory(project=project)
    assert Thread.objects.visible_to(user_of(late)).get().comments.count() == 2
    assert not Thread.objects.visible_to(user_of(MembershipFactory())).exists()


def test_a_session_is_open_to_annotators_only_with_its_discussion(
    project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    session = begun(project, tasks)
    mine = Calibration.objects.visible_to(user_of(people[0]))
    reviewer = MembershipFactory(project=project, role="reviewer")

    assert not mine.exists()
    assert Calibration.objects.visible_to(user_of(reviewer)).get() == session
    opened(session)
    assert mine.get() == session
    assert not Calibration.objects.visible_to(user_of(MembershipFactory())).exists()
    assert re.fullmatch(r"Calibration \d", str(session))


def test_what_is_answered_in_a_session_is_no_evidence_though_it_was_known(
    project: Project, people: list[Membership]
) -> None:
    """A lead may name a known task: everybody knew what it was for."""
    tasks = known(project)
    begun(project, tasks)
    answer(people[0], "praise")

    drain(project.pk)

    assert GoldScore.objects.filter(annotator=people[0]).get().is_evidence is False


def test_leads_are_told_once_when_everybody_is_through(
    project: Project, people: list[Membership]
) -> None:
    lead = MembershipFactory(project=project, role="lead")
    session = begun(project, [TaskFactory(project=project)], lead)
    told = Notice.objects.filter(user=lead.user_id, kind="session")
    answer(people[0], "praise")
    assert tell_who_is_through(at=timezone.now()) == 0
    assert not told.exists()

    answer(people[1], "praise")

    assert tell_who_is_through(at=timezone.now()) == 1
    assert tell_who_is_through(at=timezone.now()) == 0
    notice = told.get()
    assert "Everybody is through" in notice.text
    assert notice.url == f"/p/{project.pk}/calibrations/{session.number}/"

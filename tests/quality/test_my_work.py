"""An annotator's own page: what they did, and nothing that they must not know."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.projects.models import Membership, Project, Terms
from apps.quality.actions.gating import move_annotator
from apps.quality.models import GoldScore, Review, ReviewCase, Seat, Stage, Verdict
from apps.tasks.models import Apart
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
from tests.quality.known import known, plan, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    QuestionFactory(project=project, name="intent")
    return project


@pytest.fixture
def mine(project: Project) -> Membership:
    return MembershipFactory(project=project, daily_quota=4, total_quota=40)


def page(member: Membership) -> str:
    client = Client()
    client.force_login(user_of(member))
    answer = client.get(reverse("quality:my_work", args=[member.project_id]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def answer(member: Membership, **given: Any) -> Any:
    task = TaskFactory(project=member.project)
    return AnnotationFactory(
        assignment=AssignmentFactory(task=task, annotator=member),
        answers={"intent": "praise"},
        **given,
    )


def test_the_first_day_is_kind(mine: Membership) -> None:
    told = page(mine)

    assert "Your first answer is still to come." in told
    assert "10 more answers would do" in told
    assert "Nothing has come back to you." in told


def test_it_counts_today_the_week_and_all_with_the_quotas(mine: Membership) -> None:
    now = timezone.now()
    for _ in range(3):
        answer(mine, seconds=4.0, submitted_at=now)
    for _ in range(8):
        answer(mine, seconds=6.0, submitted_at=now - timedelta(days=20))

    told = page(mine)

    assert "3 answers today, 11 in all." in told
    assert "today: 3 of 4 done" in told
    assert "in all: 11 of 40 done" in told
    assert "6 s for an answer" in told
    assert told.count('<th scope="row" class="nowrap">') == 8


def test_no_number_tells_a_check_from_another_answer(project: Project, mine: Membership) -> None:
    """A check beyond the overlap is scored in secret; practice was shown, so it is told."""
    known(project, number=4)
    plan(project, first_checks=2)
    work(mine, "complaint", "complaint")
    assert GoldScore.objects.filter(annotator=mine, is_evidence=True).count() == 2

    told = page(mine)

    assert "2 answers today, 2 in all." in told
    assert "Practice" not in told
    assert "known answer" not in told.lower()
    assert "gold" not in told.lower()
    assert "0 %" not in told


def test_practice_is_told_since_each_answer_was_shown(project: Project, mine: Membership) -> None:
    known(project, number=4)
    plan(project, first_checks=0, practice=2)
    move_annotator(member=mine, move="retrain", by=UserFactory(), at=timezone.now())
    mine.refresh_from_db()
    work(mine, "praise", "complaint")
    assert mine.assignments.filter(apart=Apart.PRACTICE).count() == 2

    told = page(mine)

    assert "50 % of what was asked, on 2 tasks of practice" in told


def test_what_came_back_or_was_rejected_is_told_with_its_reason_and_nothing_of_others(
    project: Project, mine: Membership
) -> None:
    stage = Stage.objects.create(
        project=project, name="review", position=0, selection="everything", may=Verdict.values
    )
    reviewer = MembershipFactory(
        project=project, role="reviewer", user=UserFactory(name="Rae Viewer")
    )
    for goes_to, reason in (("same", "See rule 2."), ("other", "Hopeless.")):
        given = answer(mine)
        ReviewCase.objects.create(
            assignment=given.assignment,
            project=project,
            annotator=mine,
            stage=stage,
            state="returned" if goes_to == "same" else "rejected",
            annotation=given,
            place=0,
        )
        seat = Seat.objects.create(
            assignment=given.assignment, annotator=mine, reviewer=reviewer, stage=stage
        )
        Review.objects.create(
            project=project,
            seat=seat,
            annotation=given,
            verdict="return",
            goes_to=goes_to,
            reason=reason,
        )

    told = page(mine)

    assert "1 answer came back to you, with the reason." in told
    assert "“See rule 2.”" in told
    assert 'does not count: <span dir="auto">“Hopeless.”</span>' in told
    assert "Rae Viewer" not in told


def test_who_is_paused_reads_why(mine: Membership) -> None:
    Terms.objects.create(
        annotator=mine, check_rate=0, paused_at=timezone.now(), pause_reason="Let us talk first."
    )

    told = page(mine)

    assert "Let us talk first." in told
    assert "Go on" not in told


def test_it_is_linked_from_the_annotating_page_and_the_list(mine: Membership) -> None:
    client = Client()
    client.force_login(user_of(mine))
    address = reverse("quality:my_work", args=[mine.project_id])

    for name, args in (("annotations:annotate", [mine.project_id]), ("projects:index", [])):
        assert address in client.get(reverse(name, args=args)).content.decode()


def test_it_shows_ones_own_work_only(project: Project, mine: Membership) -> None:
    other = MembershipFactory(project=project)
    for _ in range(3):
        answer(other)

    assert "Your first answer is still to come." in page(mine)
    viewer = Client()
    viewer.force_login(user_of(MembershipFactory(project=project, role="viewer")))
    assert viewer.get(reverse("quality:my_work", args=[project.pk])).status_code == 403


def test_the_page_asks_the_same_of_few_answers_and_of_many(mine: Membership) -> None:
    client = Client()
    client.force_login(user_of(mine))
    address = reverse("quality:my_work", args=[mine.project_id])

    def queries() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        return len(found)

    answer(mine, seconds=3.0)
    few = queries()
    for _ in range(15):
        answer(mine, seconds=3.0)

    assert queries() == few
    assert few <= 17

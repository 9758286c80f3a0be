"""What reviewers say of answers, and what follows from it."""

from __future__ import annotations

from statistics import NormalDist

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import Notice
from apps.annotations.models import Annotation
from apps.projects.models import Membership, Project
from apps.quality.actions import drain
from apps.quality.actions.decisions import BadDecision
from apps.quality.actions.reversals import reversals_of
from apps.quality.actions.reviewing import route_answers
from apps.quality.actions.stages import StageSpec
from apps.quality.actions.verdicts import AnswerChanged, BadVerdict
from apps.quality.models import Adjudication, Review, Seat
from apps.tasks.actions import hand_out
from apps.tasks.models import Assignment, QueueEntry
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    answered_task,
)
from tests.quality.reviews import (
    ALL,
    case_of,
    given,
    judge,
    next_for,
    reviewer,
    revise,
    stages,
    two_stages,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(overlap=1)
    QuestionFactory(project=project, name="intent")
    return Project.objects.get(pk=project.pk)


def test_what_every_stage_accepts_is_accepted(project: Project) -> None:
    two_stages(project)
    annotation = given(project)

    judge(annotation, reviewer(project), "accept")
    judge(annotation, reviewer(project), "accept")

    assert case_of(annotation).state == "accepted"
    assert Review.objects.count() == 2


def test_a_stage_behind_gets_only_what_it_takes_but_all_that_is_escalated(
    project: Project,
) -> None:
    _, expert = two_stages(project, selection="sample", config={"share": 0})
    plain, hard = given(project), given(project)

    judge(plain, reviewer(project), "accept")
    judge(hard, reviewer(project), "escalate")

    assert case_of(plain).state == "accepted"
    assert (case_of(hard).state, case_of(hard).stage) == ("waiting", expert)


def test_a_return_comes_back_to_the_same_stage_with_another_answer(project: Project) -> None:
    review, _ = two_stages(project)
    annotation = given(project, "praise")
    ada = reviewer(project)

    judge(annotation, ada, "return", reason="It asks for something.")
    assert case_of(annotation).state == "returned"
    assert next_for(reviewer(project)) is None
    newer = revise(annotation, "question")
    drain(project.pk)

    case = case_of(annotation)
    assert (case.state, case.stage, case.annotation_id) == ("waiting", review, newer.pk)
    assert next_for(ada) == case
    judge(newer, ada, "accept")
    assert Seat.objects.count() == 1


def test_a_return_to_another_hands_its_slot_out_again(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project)

    judge(annotation, reviewer(project), "return", goes_to="other")

    assignment = Assignment.objects.get(pk=annotation.assignment_id)
    assert (assignment.apart, assignment.holds_slot) == ("set_aside", False)
    author, other = annotation.annotator, MembershipFactory(project=project)
    assert not isinstance(
        hand_out(annotator=author, project=project, at=timezone.now()), Assignment
    )
    lent = hand_out(annotator=other, project=project, at=timezone.now())
    assert isinstance(lent, Assignment)
    assert lent.task_id == annotation.task_id


def test_what_is_rejected_does_not_count_and_nobody_is_asked_instead(project: Project) -> None:
    stages(project, StageSpec("review", may=ALL))
    task = answered_task(
        project=project,
        answers={MembershipFactory(project=project): {"intent": x} for x in ("praise", "question")},
    )
    route_answers(project=project, task_ids=[task.pk])
    annotation = Annotation.objects.filter(task=task).earliest("pk")

    judge(annotation, reviewer(project), "reject")

    entry = QueueEntry.objects.get(task=task)
    assert (entry.overlap, entry.handed, entry.submitted, entry.state) == (1, 1, 1, "complete")
    assert Annotation.objects.heads_that_count().filter(task=task).count() == 1
    assert case_of(annotation).state == "rejected"


def test_a_correction_is_a_decision_and_the_answer_stays_as_it_was_given(
    project: Project,
) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project, "praise")
    ada = reviewer(project)

    review = judge(
        annotation, ada, "correct", answers={"intent": "complaint"}, reason="Read to the end."
    )

    decision = Adjudication.objects.get()
    assert review.correction == decision
    assert (decision.answers, decision.sources) == ({"intent": "complaint"}, {"intent": None})
    assert (decision.decided_by, decision.reason) == (ada.user, "Read to the end.")
    annotation.refresh_from_db()
    assert annotation.answers == {"intent": "praise"}
    assert case_of(annotation).state == "accepted"


def test_who_accepts_what_was_corrected_before_decides_so(project: Project) -> None:
    two_stages(project)
    annotation = given(project, "praise")
    judge(annotation, reviewer(project), "correct", answers={"intent": "complaint"})

    judge(annotation, reviewer(project), "accept")

    assert Adjudication.objects.heads().get().answers == {"intent": "praise"}
    assert Adjudication.objects.count() == 2


def test_reversals_count_what_was_looked_at_again(project: Project) -> None:
    two_stages(project)
    ada, ben = (reviewer(project, user=UserFactory(name=name)) for name in ("Ada", "Ben"))
    for verdict in ("accept", "accept", "return", "reject"):
        annotation = given(project)
        judge(annotation, ada, "accept")
        judge(annotation, ben, verdict)
    judge(given(project), ada, "escalate")

    first, second = reversals_of(project)

    assert (first.reviewer, first.verdicts, first.again, first.reversed) == ("Ada", 4, 4, 2)
    # Wilson's score interval, by its own formula: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).
    z2 = NormalDist().inv_cdf(0.975) ** 2
    half = (z2 * (0.25 / 4 + z2 / 64)) ** 0.5 / (1 + z2 / 4)
    assert first.low == pytest.approx(0.5 - half)
    assert first.high == pytest.approx(0.5 + half)
    assert (second.verdicts, second.again, second.share, second.low) == (4, 0, None, None)


@pytest.mark.parametrize("answers", [{"intent": "praise"}, {"intent": "none"}, {}])
def test_a_correction_that_corrects_nothing_or_is_no_answer_is_refused_whole(
    project: Project, answers: dict[str, str]
) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project, "praise")

    with pytest.raises(BadDecision):
        judge(annotation, reviewer(project), "correct", answers=answers)

    assert not Review.objects.exists()
    assert not Seat.objects.exists()
    assert case_of(annotation).state == "waiting"


@pytest.mark.parametrize(
    ("verdict", "more", "place"),
    [
        ("return", {"reason": "  "}, "reason"),
        ("reject", {"reason": ""}, "reason"),
        ("return", {"goes_to": "me"}, "goes_to"),
        ("delete", {}, "verdict"),
        ("escalate", {}, "verdict"),
        ("accept", {"reason": "x" * 5_001}, "reason"),
        ("accept", {"reason": "a\0b"}, "reason"),
    ],
)
def test_a_bad_verdict_is_refused_by_its_field(
    project: Project, verdict: str, more: dict[str, str], place: str
) -> None:
    stages(project, StageSpec("review", may=ALL))
    annotation = given(project)

    with pytest.raises(BadVerdict) as refused:
        judge(annotation, reviewer(project), verdict, **more)

    assert place in refused.value.errors
    assert not Review.objects.exists()


def test_a_verdict_the_stage_does_not_allow_is_refused(project: Project) -> None:
    stages(project, StageSpec("review", may=["accept"]))

    with pytest.raises(BadVerdict, match="one may: accept"):
        judge(given(project), reviewer(project), "reject")


def test_who_has_left_gets_nothing_back(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project)
    Membership.objects.filter(pk=annotation.annotator_id).update(is_active=False)

    with pytest.raises(BadVerdict, match="Return it to another"):
        judge(annotation, reviewer(project), "return")


def test_the_same_verdict_twice_is_one(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project)
    ada = reviewer(project)

    assert judge(annotation, ada, "accept") == judge(annotation, ada, "accept")


def test_a_verdict_on_what_was_changed_meanwhile_is_refused(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project)
    revise(annotation, "complaint")

    with pytest.raises(AnswerChanged):
        judge(annotation, reviewer(project), "accept")


def test_what_was_accepted_and_then_changed_waits_again(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project)
    judge(annotation, reviewer(project), "accept")

    revise(annotation, "complaint")
    drain(project.pk)

    assert case_of(annotation).state == "waiting"


def test_the_database_keeps_verdicts(project: Project) -> None:
    stages(project, StageSpec("review"))
    judge(given(project), reviewer(project), "accept")

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Review.objects.update(reason="Another.")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"verdict": "reject"}, "who_returns_or_rejects_says_why"),
        ({"verdict": "return", "reason": "x"}, "a_return_says_to_whom"),
        ({"goes_to": "same"}, "a_return_says_to_whom"),
        ({"verdict": "correct"}, "a_correction_has_its_decision"),
        ({}, "one_verdict_per_reviewer_and_revision"),
    ],
)
def test_the_database_refuses_half_a_verdict(
    project: Project, change: dict[str, str], constraint: str
) -> None:
    stages(project, StageSpec("review"))
    first = judge(given(project), reviewer(project), "accept")
    if constraint != "one_verdict_per_reviewer_and_revision":
        change = {**change, "annotation_id": given(project).pk}  # type: ignore[dict-item]
    row = {"project": project, "seat": first.seat, "annotation_id": first.annotation_id}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Review.objects.create(**{**row, "verdict": "accept", **change})


@pytest.mark.parametrize(
    ("verdict", "goes_to", "words", "page"),
    [
        ("return", "same", "came back", "returned"),
        ("return", "other", "does not count", "mine"),
        ("reject", "", "does not count", "mine"),
    ],
)
def test_an_annotator_is_told_what_came_back_and_not_by_whom(
    project: Project, verdict: str, goes_to: str, words: str, page: str
) -> None:
    stages(project, StageSpec("review", may=ALL))
    annotation, ada = given(project), reviewer(project)
    more = {"goes_to": goes_to} if goes_to else {}

    judge(annotation, ada, verdict, **more)

    told = Notice.objects.get(user=annotation.annotator.user_id)
    assert (told.kind, told.url) == ("returned", f"/p/{project.pk}/{page}/")
    assert words in told.text
    assert "See rule 2." in told.text
    assert str(ada) not in told.text
    judge(given(project), ada, "accept")
    assert Notice.objects.count() == 1

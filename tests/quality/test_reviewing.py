"""Stages of review: what they take, and who reviews what."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from apps.annotations.models import Annotation, Question
from apps.projects.models import Membership, Project
from apps.quality.actions import drain
from apps.quality.actions.candidates import draw_of
from apps.quality.actions.review_queue import count_for, let_go
from apps.quality.actions.review_states import REVIEW_MOVES, IllegalReview, check_review_move
from apps.quality.actions.stages import BadStages, StageSpec, preview
from apps.quality.actions.verdicts import NotYours
from apps.quality.management.commands.review_states import page
from apps.quality.models import ReviewCase, ReviewState, Seat, Stage
from tests.consensus.choosing import choose, compute
from tests.factories import (
    LABELS,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    answered_task,
)
from tests.paths import ROOT
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


# --- the table of states -------------------------------------------------------------------------


@pytest.mark.parametrize("move", REVIEW_MOVES)
@pytest.mark.parametrize("state", [None, *ReviewState])
def test_every_move_is_an_arrow_or_an_error(state: ReviewState | None, move: str) -> None:
    sources, target = REVIEW_MOVES[move]
    if state in sources:
        assert check_review_move(state, move) is target
    else:
        with pytest.raises(IllegalReview):
            check_review_move(state, move)


def test_every_state_is_reached_and_the_page_is_up_to_date() -> None:
    assert {target for _, target in REVIEW_MOVES.values()} == set(ReviewState)
    assert (ROOT / "docs" / "review-states.md").read_text() == page()


# --- what comes to which stage -------------------------------------------------------------------


def test_without_stages_nothing_is_reviewed(project: Project) -> None:
    given(project)

    assert not ReviewCase.objects.exists()


def test_answers_that_were_there_before_come_to_a_new_stage(project: Project) -> None:
    annotation = given(project)

    stages(project, StageSpec("review"))

    assert case_of(annotation).state == "waiting"


def test_news_of_an_answer_brings_it_to_review(project: Project) -> None:
    stages(project, StageSpec("review"))
    answered = answered_task(
        project=project, answers={MembershipFactory(project=project): {"intent": "praise"}}
    )
    revise(Annotation.objects.get(task=answered), "complaint")

    drain(project.pk)

    assert ReviewCase.objects.get().assignment.task == answered


def test_a_stage_by_skill_spares_whom_the_model_is_sure_of(project: Project) -> None:
    """Nobody has met a known answer: the model of consensus tells who is good."""
    good: list[Membership] = [MembershipFactory(project=project) for _ in range(4)]
    other, newcomer = (MembershipFactory(project=project) for _ in range(2))
    for n in range(40):
        said, wrong = LABELS[n % 3], LABELS[(n + 1 + n % 2) % 3]
        told = {who: {"intent": said} for who in good} | {other: {"intent": wrong}}
        answered_task(project=project, answers=told)
    question = Question.objects.get(project=project)
    choose(question, "dawid_skene")
    compute(question)

    by = {who: given(project, by=who) for who in (good[0], other, newcomer)}
    stages(project, StageSpec("review", selection="by_skill", config={"below": 0.8}))

    reviewed = set(ReviewCase.objects.values_list("assignment__annotator", flat=True))
    assert reviewed == {other.pk, newcomer.pk}
    assert case_of(by[newcomer]).state == "waiting"


def test_a_stage_by_agreement_takes_what_differs_and_an_audit_what_agrees(
    project: Project,
) -> None:
    people = [MembershipFactory(project=project) for _ in range(2)]
    alike, apart = (
        answered_task(
            project=project,
            answers={one: {"intent": said} for one, said in zip(people, both, strict=True)},
        )
        for both in (("praise", "praise"), ("praise", "complaint"))
    )

    low, audit = stages(
        project,
        StageSpec("low", selection="low_agreement"),
        StageSpec("audit", selection="audit", config={"share": 1.0}),
    )

    at = {(case.assignment.task_id, case.stage_id) for case in ReviewCase.objects.all()}
    assert at == {(apart.pk, low.pk), (alike.pk, audit.pk)}


def test_a_preview_tells_how_many_a_stage_would_take_and_changes_nothing(
    project: Project,
) -> None:
    for said in ("praise", "praise", "complaint"):
        given(project, said)

    found = preview(
        project=project,
        specs=[
            StageSpec("all"),
            StageSpec(
                "some", selection="by_label", config={"question": "intent", "labels": "praise"}
            ),
            StageSpec("none", selection="sample", config={"share": 0}),
        ],
    )

    assert found[:2] == ([3, 2, 0], 3)
    assert not Stage.objects.exists()


def test_a_draw_is_even_and_its_own_at_each_stage() -> None:
    draws = [draw_of("review", key) for key in range(2_000)]

    assert 0.45 < sum(draws) / 2_000 < 0.55
    assert sum(draw < 0.1 for draw in draws) == pytest.approx(200, abs=45)
    assert draw_of("review", 1) == draws[1] != draw_of("expert", 1)


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        (StageSpec(""), "0.name"),
        (StageSpec("x" * 61), "0.name"),
        (StageSpec("a", selection="nothing"), "0.selection"),
        (StageSpec("a", selection="sample", config={"share": 2}), "0.config.share"),
        (
            StageSpec("a", selection="by_label", config={"question": "none", "labels": "x"}),
            "0.config.question",
        ),
        (StageSpec("a", requires=["admin"]), "0.requires"),
        (StageSpec("a", may=["return"]), "0.may"),
        (StageSpec("a", may=["accept", "delete"]), "0.may"),
        (StageSpec("a", may=["accept", "escalate"]), "0.may"),
        (StageSpec("a", order="worst"), "0.order"),
        (StageSpec("a", id=10**9), "0.id"),
    ],
)
def test_a_bad_stage_is_refused_where_it_is_wrong(
    project: Project, spec: StageSpec, place: str
) -> None:
    with pytest.raises(BadStages) as refused:
        stages(project, spec)

    assert set(refused.value.errors) == {place}
    assert not Stage.objects.exists()


def test_stages_change_places_and_one_that_goes_hands_on_what_waits(project: Project) -> None:
    first, second = two_stages(project)
    annotation = given(project)

    stages(
        project,
        StageSpec("review", id=second.pk),
        StageSpec("expert", id=first.pk, may=ALL),
    )
    assert [one.name for one in Stage.objects.in_use()] == ["review", "expert"]
    stages(project, StageSpec("review", id=second.pk))

    assert case_of(annotation).stage_id == second.pk
    assert Stage.objects.get(pk=first.pk).retired_at


# --- who reviews what ----------------------------------------------------------------------------


def test_two_reviewers_get_different_answers_and_each_their_own_again(project: Project) -> None:
    stages(project, StageSpec("review"))
    given(project)
    given(project)
    ada, ben = reviewer(project), reviewer(project)

    first, second, again = next_for(ada), next_for(ben), next_for(ada)

    assert first
    assert second
    assert first == again != second
    assert next_for(reviewer(project)) is None


def test_what_is_let_go_is_for_others(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project)
    ada = reviewer(project)
    next_for(ada)

    let_go(by=ada, assignment_id=annotation.assignment_id)

    assert next_for(reviewer(project)) == case_of(annotation)


def test_nobody_reviews_their_own_answer(project: Project) -> None:
    stages(project, StageSpec("review"))
    ada = reviewer(project)
    annotation = given(project, by=ada)

    assert next_for(ada) is None
    with pytest.raises(NotYours):
        judge(annotation, ada, "accept")
    with pytest.raises(IntegrityError, match="nobody_reviews_their_own"), transaction.atomic():
        Seat.objects.create(
            assignment=annotation.assignment,
            annotator=ada,
            reviewer=ada,
            stage=Stage.objects.get(),
        )


def test_nobody_reviews_the_same_answer_at_two_stages(project: Project) -> None:
    _, expert = two_stages(project)
    annotation = given(project)
    ada = reviewer(project)
    judge(annotation, ada, "accept")

    assert case_of(annotation).stage == expert
    assert next_for(ada) is None
    with pytest.raises(NotYours, match="judged"):
        judge(annotation, ada, "reject")
    with pytest.raises(IntegrityError, match="at_two_stages"), transaction.atomic():
        Seat.objects.create(
            assignment=annotation.assignment,
            annotator=annotation.annotator,
            reviewer=ada,
            stage=expert,
        )


def test_nor_another_revision_of_it(project: Project) -> None:
    two_stages(project)
    annotation = given(project)
    ada = reviewer(project)
    judge(annotation, ada, "accept")
    newer = revise(annotation, "complaint")
    drain(project.pk)

    with pytest.raises(NotYours, match="another stage"):
        judge(newer, ada, "accept")


def test_a_stage_may_require_a_skill(project: Project) -> None:
    stages(project, StageSpec("expert", requires=["skill:radiology"]))
    annotation = given(project)
    ada, expert = reviewer(project), reviewer(project, skills=["radiology"])

    assert (count_for(by=ada, project=project), count_for(by=expert, project=project)) == (0, 1)
    assert next_for(ada) is None
    with pytest.raises(NotYours, match="for others"):
        judge(annotation, ada, "accept")
    assert next_for(expert) == case_of(annotation)


def test_an_annotator_does_not_review(project: Project) -> None:
    stages(project, StageSpec("review"))
    given(project)

    assert next_for(MembershipFactory(project=project)) is None


def test_what_another_has_before_them_is_not_judged(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project)
    next_for(reviewer(project))

    with pytest.raises(NotYours, match="Somebody else"):
        judge(annotation, reviewer(project), "accept")

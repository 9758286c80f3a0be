"""Objections: who may object, who decides, and what follows."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.annotations.actions import revise_annotation
from apps.annotations.models import Annotation, Gold
from apps.projects.actions import publish_guideline
from apps.projects.models import Membership, Project
from apps.quality.actions import drain
from apps.quality.actions.appeals import contest_verdict, decide_appeal, send_again
from apps.quality.actions.outside import open_appeal
from apps.quality.actions.review_states import IllegalReview
from apps.quality.actions.rulings import BadAppeal, DecidedAlready, HasSeenIt, Ruling
from apps.quality.actions.stages import StageSpec
from apps.quality.models import Adjudication, Appeal, ReviewCase
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    user_of,
)
from tests.quality.reviews import case_of, given, judge, reviewer, stages, two_stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    made = ProjectFactory(overlap=1)
    QuestionFactory(project=made, name="intent")
    project = Project.objects.get(pk=made.pk)
    publish_guideline(
        project=project,
        by=UserFactory(),
        at=timezone.now(),
        text="# Rules\n\n## Thanks\n\nWho thanks, praises.",
    )
    return Project.objects.get(pk=project.pk)


def contested(project: Project) -> tuple[Annotation, Appeal, Membership]:
    two_stages(project)
    annotation, ada = given(project, note="Thanks?"), reviewer(project)
    judge(annotation, ada, "return")
    appeal = contest_verdict(
        assignment_id=annotation.assignment_id,
        by=annotation.annotator,
        text="It thanks us.",
        at=timezone.now(),
    )
    return annotation, appeal, ada


def decide(appeal: Appeal, by: Membership, outcome: str = "overturned", **more: Any) -> Appeal:
    said: dict[str, Any] = {"explanation": "It does thank us.", "rule": "Thanks", **more}
    return decide_appeal(
        appeal_id=appeal.pk,
        by=by,
        ruling=Ruling(outcome, **said),
        at=timezone.now(),
    )


def test_a_contested_return_that_is_overturned_goes_on_as_if_accepted(project: Project) -> None:
    annotation, appeal, _ = contested(project)
    assert case_of(annotation).state == "contested"

    decided = decide(appeal, reviewer(project))

    case = case_of(annotation)
    assert (case.state, case.stage.name) == ("waiting", "expert")
    assert (decided.rule, decided.guideline_version) == ("Thanks", project.guideline_version)
    assert not Adjudication.objects.exists()


def test_one_that_is_upheld_waits_for_another_answer(project: Project) -> None:
    annotation, appeal, _ = contested(project)

    decide(appeal, reviewer(project), "upheld")

    assert case_of(annotation).state == "returned"
    with pytest.raises(DecidedAlready, match="contested before"):
        contest_verdict(
            assignment_id=annotation.assignment_id,
            by=annotation.annotator,
            text="Still.",
            at=timezone.now(),
        )


def test_the_outcome_feeds_gold_and_guideline(project: Project) -> None:
    annotation, appeal, _ = contested(project)

    decide(appeal, reviewer(project), is_gold=True, is_example=True)

    gold = Gold.objects.get(task=annotation.task)
    assert (gold.answers, gold.explanation) == ({"intent": "praise"}, "It does thank us.")
    assert Adjudication.objects.get().is_example
    assert Project.objects.get(pk=project.pk).guideline_version == project.guideline_version + 1


@pytest.mark.parametrize("who", ["reviewer", "author", "annotator", "decider"])
def test_only_who_has_not_seen_it_decides(project: Project, who: str) -> None:
    annotation, appeal, ada = contested(project)
    decider = reviewer(project)
    Adjudication.objects.create(
        project=project,
        task=annotation.task,
        outcome="decided",
        answers={},
        decided_by=user_of(decider),
    )
    Membership.objects.filter(pk=annotation.annotator_id).update(role="reviewer")
    people: dict[str, Membership] = {
        "reviewer": ada,
        "author": Membership.objects.get(pk=annotation.annotator_id),
        "annotator": MembershipFactory(project=project),
        "decider": decider,
    }

    with pytest.raises(HasSeenIt):
        decide(appeal, people[who])

    assert Appeal.objects.get().state == "open"


def test_it_is_decided_once(project: Project) -> None:
    _, appeal, _ = contested(project)
    decide(appeal, reviewer(project))

    with pytest.raises(DecidedAlready):
        decide(appeal, reviewer(project), "upheld")


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"explanation": " "}, "explanation"),
        ({"explanation": "x" * 5_001}, "explanation"),
        ({"rule": ""}, "rule"),
        ({"rule": "My own"}, "rule"),
        ({"outcome": "perhaps"}, "outcome"),
        ({"outcome": "upheld", "is_gold": True}, "outcome"),
    ],
)
def test_an_explanation_cites_the_guideline(
    project: Project, more: dict[str, Any], place: str
) -> None:
    annotation, appeal, _ = contested(project)

    with pytest.raises(BadAppeal) as refused:
        decide(appeal, reviewer(project), **more)

    assert set(refused.value.errors) == {place}
    assert case_of(annotation).state == "contested"


def test_only_a_return_of_one_s_own_is_contested(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project)
    common = {"assignment_id": annotation.assignment_id, "text": "No.", "at": timezone.now()}

    with pytest.raises(IllegalReview):
        contest_verdict(by=annotation.annotator, **common)  # type: ignore[arg-type]
    judge(annotation, reviewer(project), "return")
    with pytest.raises(ReviewCase.DoesNotExist):
        contest_verdict(by=MembershipFactory(project=project), **common)  # type: ignore[arg-type]


def test_another_answer_after_a_return_is_not_independent(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project)
    judge(annotation, reviewer(project), "return")

    newer = send_again(
        annotation_id=annotation.pk,
        by=user_of(annotation.annotator),
        answers={"intent": "complaint"},
        at=timezone.now(),
    )
    drain(project.pk)

    assert not newer.is_independent
    assert case_of(annotation).state == "waiting"


def test_from_outside_the_same_reference_is_one_appeal(project: Project) -> None:
    annotation = given(project)
    said = {"project": project, "task": annotation.task, "reference": "T-1", "at": timezone.now()}

    first, is_new = open_appeal(text="I was joking.", **said)  # type: ignore[arg-type]
    again, is_again = open_appeal(text="I was joking.", **said)  # type: ignore[arg-type]

    assert (first, is_new, is_again) == (again, True, False)
    with pytest.raises(DecidedAlready):
        open_appeal(text="Another.", **said)  # type: ignore[arg-type]


def test_from_outside_what_is_overturned_decides_the_task(project: Project) -> None:
    annotation = given(project, "complaint")
    appeal, _ = open_appeal(
        project=project, task=annotation.task, text="I was joking.", at=timezone.now()
    )
    Membership.objects.filter(pk=annotation.annotator_id).update(role="lead")
    with pytest.raises(HasSeenIt):
        decide(appeal, Membership.objects.get(pk=annotation.annotator_id))

    decide(appeal, reviewer(project), answers={"intent": "praise"})

    assert Adjudication.objects.get().answers == {"intent": "praise"}


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "upheld"}, "who_decides_an_appeal_explains_it_by_a_rule"),
        ({"author": None}, "a_contest_has_its_author"),
    ],
)
def test_the_database_refuses_half_an_appeal(
    project: Project, change: dict[str, object], constraint: str
) -> None:
    contested(project)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Appeal.objects.update(**change)


def test_the_usual_way_to_change_an_answer_knows_of_the_return_too(project: Project) -> None:
    """A reviewer has said what they think: what is answered from then on is no second opinion."""
    stages(project, StageSpec("review"))
    annotation, other = given(project), given(project)
    judge(annotation, reviewer(project), "return")

    changed, untold = (
        revise_annotation(
            annotation_id=one.pk,
            by=user_of(one.annotator),
            key=uuid4(),
            answers={"intent": "complaint"},
            at=timezone.now(),
        ).annotation
        for one in (annotation, other)
    )

    assert not changed.is_independent
    assert untold.is_independent


@pytest.mark.parametrize("text", ["", "# ", "Thank them all."])
def test_without_a_heading_the_whole_guideline_is_cited_or_that_there_is_none(text: str) -> None:
    project = ProjectFactory(overlap=1)
    QuestionFactory(project=project, name="intent")
    if text.strip("# "):
        publish_guideline(project=project, by=UserFactory(), at=timezone.now(), text=text)
    _, appeal, _ = contested(Project.objects.get(pk=project.pk))

    decided = decide(appeal, reviewer(project), rule="")

    told = "The guideline as a whole." if text.strip("# ") else "The project has no guideline."
    assert decided.rule == told


def test_the_list_costs_the_same_however_many_wait(project: Project) -> None:
    client = Client()
    client.force_login(user_of(reviewer(project)))
    address = f"/p/{project.pk}/appeals/"
    counts = []
    for number in (1, 12):
        for _ in range(number):
            task = given(project).task
            open_appeal(project=project, task=task, text="It is not so.", at=timezone.now())
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        counts.append(len(queries))
        assert page.status_code == 200

    assert counts[0] == counts[1] <= 17


def test_the_page_of_an_appeal_shows_the_answer_with_its_note_and_asks_for_a_rule(
    project: Project,
) -> None:
    _, appeal, _ = contested(project)
    third = reviewer(project)
    client = Client()
    client.force_login(user_of(third))
    address = f"/p/{project.pk}/appeals/{appeal.pk}/"

    page = client.get(address).content.decode()
    refused = client.post(address, {"outcome": "upheld", "explanation": "It is so."})

    assert "“Thanks?”" in page
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"rule"}
    assert Appeal.objects.get().state == "open"

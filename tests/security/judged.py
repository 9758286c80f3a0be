"""What is in the house of models, checks, calibrations, reviews and appeals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.accounts.models import User
from apps.annotations.models import Annotation, Gold, Question
from apps.consensus.models import Opinion, OpinionRun
from apps.core.actions import start_job
from apps.projects.models import Amendment, Membership, Project, Protocol, Signature
from apps.quality.actions.appeal_links import form_address, state_address
from apps.quality.models import (
    Appeal,
    AppealDesk,
    Aside,
    Calibration,
    CheckRun,
    Finding,
    PlannedLabel,
    ProjectRule,
    Review,
    ReviewCase,
    Seat,
    Stage,
    Verdict,
)
from apps.routing.actions.asking import sealed
from apps.routing.actions.endpoints import CHECK
from apps.routing.models import (
    Endpoint,
    ModelRun,
    Plan,
    Rank,
    Ranking,
    SettingsSearch,
    SuggestionStudy,
)
from apps.tasks.models import Assignment, CalibrationTask, Task
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    TaskFactory,
)
from tests.security.callers import CANARIES
from tests.security.fed import fed
from tests.security.surveyed import surveyed

if TYPE_CHECKING:
    from tests.security.house import House


def learned(house: House, task: Task, other: Membership) -> None:
    house.keys["model_id"] = _ranked(house.project, task, other).pk
    house.keys["endpoint_id"] = _endpoint(house.project, house.people["lead"]).pk
    surveyed(house)
    fed(house)
    house.keys["finding_id"] = _finding(house.project, task, other, house.people["lead"]).pk
    ProjectRule.objects.create(
        project=house.project, text="intent is answered", words=CANARIES["reason"]
    )
    _doubted(house.project, task)
    _protocol(house.project, house.people["lead"])
    house.keys["aside_id"] = _aside(house.project, other, house.people["lead"]).pk


def _doubted(project: Project, task: Task) -> None:
    """A model thought of the task's label, and a plan says how many there are to be."""
    question = Question.objects.filter(project=project).asked().get(name="intent")
    run = OpinionRun.objects.create(
        question=question, model_run=1, values=["praise"], folds=5, labelled=1, tasks=1, seconds=1
    )
    Opinion.objects.create(run=run, task=task, label=0, said=b"\0\0\x80?")
    PlannedLabel.objects.create(question=question, label="praise", share=0.1)


def _protocol(project: Project, lead: User) -> None:
    """Switched off by an amendment, so that nothing is locked."""
    Protocol.objects.create(project=project)
    made = Amendment.objects.create(
        project=project,
        number=1,
        reason=CANARIES["reason"],
        opened_by=lead,
        closed_by=lead,
        closed_at=timezone.now(),
    )
    Signature.objects.create(
        project=project,
        kind="amendment",
        subject_id=made.pk,
        digest="0" * 64,
        signer=lead,
        signer_name=str(lead),
        signer_email=lead.email,
        meaning="Approved",
    )


def _endpoint(project: Project, lead: User) -> Endpoint:
    """A model of the project's own that has failed once; its job waits."""
    found: Endpoint = Endpoint.objects.create(
        project=project,
        name="Ours",
        url="http://127.0.0.1:9",
        user="concord",
        sealed=sealed("geheim"),
        our_address="http://localhost:8000",
        model_class="Example",
        model_version="1",
        problem="The other machine could not be reached.",
        failed_at=timezone.now(),
        calls=2,
        failed_calls=1,
        added_by=lead,
    )
    arguments = {"project_id": project.pk, "endpoint_id": found.pk}
    start_job(kind=CHECK, arguments=arguments, queue="compute", scope=project.scope)
    return found


def _ranked(project: Project, task: Task, other: Membership) -> ModelRun:
    """A model has learned, and put the task in order."""
    none = {"value": None, "low": 0, "high": 1, "n": 0}
    figures: dict[str, Any] = {"accuracy": none, "confusion": []}
    figures |= dict.fromkeys(("macro_f1", "log_loss", "calibration_error"))
    question = Question.objects.filter(project=project).asked().first()
    common: dict[str, Any] = {"project": project, "seed": 1, "seconds": 1}
    run: ModelRun = ModelRun.objects.create(
        **common,
        question=question,
        learner="linear",
        feature_version=1,
        question_version=1,
        annotation_id=0,
        consensus_id=0,
        labelled=0,
        held_out=0,
        stopped_by=0,
        values=["praise"],
        figures=figures,
        passes=1,
    )
    counts = {"waiting": 1, "candidates": 1, "ranked": 1, "last_task": 0, "generation": 1}
    ranking = Ranking.objects.create(
        **common, **counts, run=run, strategy="margin", exploration=0.1
    )
    Plan.objects.create(project=project)
    SettingsSearch.objects.create(
        **common,
        question=question,
        learner="linear",
        way="tpe",
        lessons=1,
        chosen_by=1,
        judged_on=1,
        best={"alpha": 1e-4},
        trials=[{"number": 0, "settings": {"alpha": 1e-5}, "losses": [0.5], "is_done": True}],
        saved={"value": 0.1, "low": 0.05, "high": 0.2, "n": 1},
        is_used=True,
    )
    sides = {"shown": 0.5, "hidden": None, "value": None, "low": None, "high": None}
    same = sides | {"n_shown": 1, "n_hidden": 0}
    SuggestionStudy.objects.create(
        project=project,
        question=question,
        source="rules",
        figures={"same": same, "alike": same, "people": [[other.pk, 1, 0, 0]]},
    )
    Rank.objects.create(task=task, ranking=ranking, place=1, is_held_out=False)
    return run


def calibrations(house: House, mine: Membership, other: Membership) -> None:
    """One whose discussion is open, and one that others still answer."""
    project, lead = house.project, house.people["lead"]
    for number, who, said in ((1, mine, "praise"), (2, other, CANARIES["answer"])):
        session = Calibration.objects.create(
            project=project,
            number=number,
            guideline_version=2,
            picked="By hand",
            task_count=1,
            begun_by=lead,
            **({"opened_by": lead, "opened_at": timezone.now()} if number == 1 else {}),
        )
        task = TaskFactory(project=project)
        CalibrationTask.objects.create(
            project=project, task=task, round=session.round, place=0, is_open=False
        )
        AnnotationFactory(
            assignment=AssignmentFactory(
                task=task,
                annotator=who,
                round=session.round,
                apart="calibrate",
                holds_slot=False,
            ),
            answers={"intent": said},
        )
        if number == 1:
            house.keys["number"] = number
            for name in ("task", "say"):
                house.keys_of[f"quality:calibration_{name}"] = {"task_id": task.pk}


def _finding(project: Project, task: Task, other: Membership, by: User) -> Finding:
    """One that waits, and one that was dismissed."""
    common: dict[str, Any] = {
        "project": project,
        "kind": "label_mix",
        "words": "{person} answers too often.",
        "tasks": [task.pk],
        "task_count": 1,
        "annotators": [other.pk],
        "p": 0.01,
    }
    Finding.objects.create(
        **common,
        key=b"dismissed",
        state="dismissed",
        reason=CANARIES["reason"],
        decided_by=by,
        decided_at=timezone.now(),
    )
    CheckRun.objects.create(
        project=project,
        made_at=timezone.now(),
        seconds=1,
        answers=1,
        last_annotation=0,
        question_version=1,
        left_out=["why: not counted."],
    )
    return Finding.objects.create(**common, key=b"open")


def _aside(project: Project, other: Membership, by: User) -> Aside:
    """What would change is known; nothing is done yet."""
    return Aside.objects.create(
        project=project,
        annotator=other,
        last_at=timezone.now(),
        preview={"answers": 1, "tasks": 1, "overlap": [], "questions": []},
        made_by=by,
    )


def review(house: House, mine: Annotation) -> None:
    """The annotator's own answer waits for review, after another that was returned to somebody."""
    project = house.project
    stage = Stage.objects.create(
        project=project, name="review", position=0, selection="everything", may=Verdict.values
    )
    Stage.objects.create(
        project=project,
        name="expert",
        position=1,
        selection="everything",
        requires=["skill:law"],
        may=["accept"],
    )
    others = Annotation.objects.heads().filter(project=project).exclude(pk=mine.pk)
    # The annotator's own comes first.
    for place, head in enumerate([mine, *others]):
        ReviewCase.objects.create(
            assignment=head.assignment,
            project=project,
            annotator=head.annotator,
            stage=stage,
            annotation=head,
            place=place,
        )
    other = Membership.objects.get(project=project, user=house.people["closed"])
    case = ReviewCase.objects.exclude(annotator=mine.annotator).latest("place")
    seat = Seat.objects.create(
        assignment=case.assignment, annotator=case.annotator, reviewer=other, stage=stage
    )
    Review.objects.create(
        project=project,
        seat=seat,
        annotation=case.annotation,
        verdict="return",
        goes_to="same",
        reason=CANARIES["reason"],
    )
    _appeals(house, stage, mine)
    _judged_by_the_reviewer(house, stage, mine)
    for name in ("verdict", "review_later"):
        house.keys_of[f"quality:{name}"] = {"assignment_id": mine.assignment_id}


def _judged_by_the_reviewer(house: House, stage: Stage, mine: Annotation) -> None:
    """Another answer of the annotator's was rejected a moment ago; and one of practice was missed."""
    project = house.project
    by = Membership.objects.get(project=project, user=house.people["reviewer"])
    task = TaskFactory(project=project)
    given = AnnotationFactory(
        assignment=AssignmentFactory(task=task, annotator=mine.annotator),
        answers={"intent": "praise"},
    )
    Assignment.objects.filter(pk=given.assignment_id).update(holds_slot=False, apart="set_aside")
    ReviewCase.objects.create(
        assignment=given.assignment,
        project=project,
        annotator=mine.annotator,
        stage=stage,
        state="rejected",
        annotation=given,
        place=0,
    )
    seat = Seat.objects.create(
        assignment=given.assignment, annotator=mine.annotator, reviewer=by, stage=stage
    )
    review = Review.objects.create(
        project=project, seat=seat, annotation=given, verdict="reject", reason="See rule 2."
    )
    house.keys["review_id"] = review.pk
    house.keys_of["quality:contest"] = {"assignment_id": given.assignment_id}
    Gold.objects.create(task=task, answers={"intent": "praise"}, source="appeal")
    corrected = Appeal.objects.create(
        project=project,
        task=task,
        scored=given.assignment,
        author=mine.annotator,
        text="It is not so.",
        state="overturned",
        explanation="It is.",
        rule="Rules",
        gold_before={"answers": {"intent": "praise"}, "source": "x", "explanation": ""},
        decided_by=by,
        decided_at=timezone.now(),
    )
    Gold.objects.filter(task=task).update(source=f"appeal {corrected.pk}")
    for name in ("quality:appeal_restore", "api:appeal_restore"):
        house.keys_of[name] = {"appeal_id": corrected.pk}


def _appeals(house: House, stage: Stage, mine: Annotation) -> None:
    """Another answer of the annotator's was returned to them; one from outside waits."""
    project = house.project
    task = TaskFactory(project=project)
    back = AnnotationFactory(
        assignment=AssignmentFactory(task=task, annotator=mine.annotator),
        answers={"intent": "praise"},
    )
    ReviewCase.objects.create(
        assignment=back.assignment,
        project=project,
        annotator=mine.annotator,
        stage=stage,
        state="returned",
        annotation=back,
        place=0,
    )
    other = Membership.objects.get(project=project, user=house.people["closed"])
    seat = Seat.objects.create(
        assignment=back.assignment, annotator=mine.annotator, reviewer=other, stage=stage
    )
    Review.objects.create(
        project=project,
        seat=seat,
        annotation=back,
        verdict="return",
        goes_to="same",
        reason="See rule 2.",
    )
    appeal = Appeal.objects.create(
        project=project,
        task=task,
        reference="T-1",
        text="canary-objection",
        contact="canary-appellant@example.org",
    )
    desk = AppealDesk.objects.create(
        project=project, is_open=True, shown=["text"], words="Write to us."
    )
    for name, address in {
        "outside": form_address(desk=desk, task_id=task.pk),
        "outside_state": state_address(appeal),
    }.items():
        house.keys_of[f"quality:{name}"] = {"signed": address.split("/")[2]}
    Appeal.objects.create(
        project=project,
        task=task,
        text="It is not so.",
        state="upheld",
        explanation="It is.",
        rule="Rules",
        decided_by=other,
        decided_at=timezone.now(),
    )
    house.keys["appeal_id"] = appeal.pk
    house.keys_of["quality:answer_return"] = {"assignment_id": back.assignment_id}

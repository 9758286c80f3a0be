"""A house with every kind of person and one of every thing, to try all doors of."""

from __future__ import annotations

import uuid
from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.test import Client
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from apps.accounts.actions import create_token, revoke_token
from apps.accounts.jobs import UNSUBSCRIBE
from apps.accounts.models import Notice, User
from apps.annotations.models import Annotation, Draft, Gold, Question
from apps.comments.actions.threads import Mark
from apps.core.actions import end_job, start_job
from apps.core.models import JobRun, JobState
from apps.exchange.actions.imports import keep_file
from apps.exchange.actions.uploads import start_upload
from apps.exchange.exporters import exporters
from apps.exchange.exporters.base import Counts
from apps.exchange.exporters.manifest import Digesting, Origin, build_manifest
from apps.exchange.models import ExportRun
from apps.projects.actions import invite
from apps.projects.models import Guideline, Membership, Project
from apps.quality.models import (
    Adjudication,
    Appeal,
    Aside,
    Calibration,
    CheckRun,
    Finding,
    Review,
    ReviewCase,
    Seat,
    Stage,
    Verdict,
)
from apps.routing.models import ModelRun, Plan, Rank, Ranking, SuggestionStudy
from apps.tasks.actions.addresses import lent_address, media_address
from apps.tasks.actions.assets import keep_asset
from apps.tasks.models import Asset, CalibrationTask, Task
from tests.comments.factories import ask
from tests.exchange.factories import bring, upload
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
from tests.files import folder_of_drawn
from tests.quality.factories import conflict_between
from tests.tasks.pictures import picture

MEMBERS = ("lead", "reviewer", "annotator", "viewer")
# Who has nothing to do with the project, or no longer: for them it does not exist.
OUTSIDE = ("outsider", "foreign_lead", "former")
# Whose credentials do not hold: they are nobody.
NOBODY = ("anonymous", "closed", "revoked")
CALLERS = (*MEMBERS, "admin", *OUTSIDE, *NOBODY)
BACKEND = "apps.accounts.permissions.PasswordBackend"
# What an annotator must never read: it is in others' rows, in gold, in meta.
CANARIES = {
    "name": "Canaryname Hidden",
    "email": "canary-mail@example.org",
    "answer": "canary-answer",
    "note": "canary-note",
    "gold": "canary-gold",
    "meta": "canary-meta",
    "reason": "canary-reason",
    "draft": "canary-draft",
    "external": "canary-external",
    "thread": "canary-thread",
}


@dataclass
class House:
    project: Project
    people: dict[str, User]
    secrets: dict[str, str]
    keys: dict[str, Any]
    # Where one name of a part of an address means different things.
    keys_of: dict[str, dict[str, Any]] = field(default_factory=dict)

    def session(self, who: str, **options: Any) -> Client:
        client = Client(raise_request_exception=False, **options)
        if who not in {"anonymous", "revoked"}:
            client.force_login(self.people[who], backend=BACKEND)
        return client

    def token(self, who: str) -> dict[str, str]:
        """The header of a program; it needs no CSRF token."""
        return {"Authorization": f"Token {self.secrets[who]}"} if who in self.secrets else {}

    def url(self, pattern: str, name: str) -> str:
        keys = {**self.keys, **self.keys_of.get(name, {})}
        return "/" + pattern.format(**keys)


def make_house() -> House:
    project = ProjectFactory(is_blind=True, overlap=3)
    QuestionFactory(project=project, name="intent")
    members: dict[str, Membership] = {
        role: MembershipFactory(project=project, role=role) for role in MEMBERS
    }
    people = _people(project, members)
    secrets = {who: _token_of(people[who]) for who in people}
    secrets["revoked"] = _token_of(people["lead"], is_revoked=True)
    User.objects.filter(pk=people["closed"].pk).update(is_active=False)
    house = House(project, people, secrets, {})
    _work(house, members["annotator"])
    _runs(house)
    _notices(house)
    _secrets_in_addresses(house, members["viewer"])
    return house


def _people(project: Project, members: dict[str, Membership]) -> dict[str, User]:
    return {
        **{role: user_of(member) for role, member in members.items()},
        "admin": UserFactory(is_admin=True),
        "outsider": UserFactory(),
        "foreign_lead": user_of(MembershipFactory(project=ProjectFactory(), role="lead")),
        "former": user_of(MembershipFactory(project=project, role="lead", is_active=False)),
        "closed": user_of(MembershipFactory(project=project, role="lead")),
    }


def _token_of(user: User, *, is_revoked: bool = False) -> str:
    token, secret = create_token(user=user, name="program", at=timezone.now())
    if is_revoked:
        revoke_token(token=token, at=timezone.now())
    return secret


def _work(house: House, mine: Membership) -> None:
    """Tasks in each state; what others did has canaries in it."""
    project = house.project
    other = MembershipFactory(
        project=project,
        user=UserFactory(name=CANARIES["name"], email=CANARIES["email"]),
    )
    external = MembershipFactory(
        project=project, is_external=True, external_name=CANARIES["external"]
    )
    Guideline.objects.create(project=project, number=1, text="# Rules")
    Guideline.objects.create(project=project, number=2, text="# Rules\n\nMore of them.")
    Project.objects.filter(pk=project.pk).update(guideline_version=2)
    conflict = conflict_between(
        project,
        {"intent": "praise"},
        {"intent": CANARIES["answer"]},
        {"intent": "question"},
        people=[mine, other, external],
    )
    task = conflict.task
    Adjudication.objects.create(
        project=project,
        task=task,
        outcome="decided",
        answers={"intent": "praise"},
        reason=CANARIES["reason"],
        decided_by=house.people["reviewer"],
    )
    shared = TaskFactory(project=project, meta={"hidden": CANARIES["meta"]}, queue__overlap=3)
    lent = AssignmentFactory(task=shared, annotator=mine)
    AnnotationFactory(
        assignment=AssignmentFactory(task=shared, annotator=other),
        answers={"intent": CANARIES["answer"]},
        note=CANARIES["note"],
    )
    gold = Gold.objects.create(task=shared, answers={"intent": CANARIES["gold"]}, source="gold")
    theirs = AssignmentFactory(task=TaskFactory(project=project), annotator=other)
    Draft.objects.create(assignment=theirs, answers={}, note=CANARIES["draft"])
    given = AnnotationFactory(
        assignment=AssignmentFactory(task=TaskFactory(project=project), annotator=mine),
        answers={"intent": "praise"},
    )
    TaskFactory(project=project)
    house.keys |= _threads(task, mine, other) | {
        "project_id": project.pk,
        "task_id": task.pk,
        "assignment_id": lent.pk,
        "annotation_id": given.pk,
        "gold_id": gold.pk,
        "member_id": other.pk,
        "user_id": other.user_id,
    }
    _calibrations(house, mine, other)
    _learned(house, task, other)
    _review(house, given)
    house.keys_of["quality:gold_forget"] = {"task_id": shared.pk}
    house.keys_of["annotations:labels"] = {"name": "intent"}
    house.keys_of["annotations:recent"] = {"assignment_id": given.assignment_id}
    house.keys_of["api:revise"] = {"annotation_id": given.pk}


def _learned(house: House, task: Task, other: Membership) -> None:
    house.keys["model_id"] = _ranked(house.project, task, other).pk
    house.keys["finding_id"] = _finding(house.project, task, other, house.people["lead"]).pk
    house.keys["aside_id"] = _aside(house.project, other, house.people["lead"]).pk


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


def _calibrations(house: House, mine: Membership, other: Membership) -> None:
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


def _review(house: House, mine: Annotation) -> None:
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
    for name in ("verdict", "review_later"):
        house.keys_of[f"quality:{name}"] = {"assignment_id": mine.assignment_id}


def _threads(task: Task, mine: Membership, other: Membership) -> dict[str, int]:
    """Each about a mark, so that every text of a thread can be there."""
    asked = ask(mine, task=task, mark=Mark("intent", "a1", "praise"))
    ask(other, CANARIES["thread"], task=task, mark=Mark("intent", "b2", CANARIES["thread"]))
    return {"thread_id": asked.pk, "comment_id": asked.comments.get().pk}


def _notices(house: House) -> None:
    told = Notice.objects.filter(user=house.people["lead"]).first()
    assert told is not None
    house.keys["notice_id"] = told.pk
    house.keys_of["projects:log_file"] = {"form": "csv"}
    house.keys_of["accounts:unsubscribe"] = {
        "signed": signing.dumps(told.user_id, salt=UNSUBSCRIBE)
    }


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
        project=project, task=task, reference="T-1", text="canary-objection"
    )
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


def _runs(house: House) -> None:
    project = house.project
    rows = '{"data": {"text": "Hello"}}\n'
    draft = upload(project, rows)
    again, _ = bring(project, rows + '{"data": 7}\n', mapping={}, mode="good_rows")
    asset = keep_asset(project=project, name="one.png", file=picture()).asset
    house.keys["asset_id"] = asset.pk
    folder = folder_of_drawn(asset.sha256)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spectrogram.png").write_bytes(b"drawn")
    (folder / "tiles" / "0").mkdir(parents=True, exist_ok=True)
    (folder / "tiles" / "0" / "0_0.png").write_bytes(b"drawn")
    Asset.objects.filter(pk=asset.pk).update(facts={"tiles": {"levels": 1, "size": 512}})
    signed = media_address(asset.pk).split("/")[2]
    house.keys["signed"] = signed
    house.keys_of["exchange:tile"] = {"signed": signed, "level": 0, "column": 0, "row": 0}
    house.keys_of["exchange:drawn"] = {"signed": signed, "name": "spectrogram"}
    lent = lent_address(asset.pk, house.people["lead"].pk).split("/")[2]
    house.keys_of["exchange:lent"] = {"signed": lent}
    # One that waits, and one that ended with nothing.
    sent = [start_upload(project=project, by=None, files=[("a.png", [b"x"])]) for _ in range(2)]
    JobRun.objects.filter(pk=sent[1].job_id).update(state="cancelled", ended_at=timezone.now())
    for name in ("exchange:upload_run", "exchange:upload_cancel"):
        house.keys_of[name] = {"run_id": sent[0].pk}
    house.keys_of["exchange:upload_again"] = {"run_id": sent[1].pk}
    house.keys |= {
        "upload_id": sent[0].pk,
        "import_id": draft.pk,
        "export_id": _export(project).pk,
        "run_id": draft.pk,
        "job_id": start_job(kind="none", arguments={}, queue="bulk", scope=project.scope).pk,
    }
    computing = start_job(kind="consensus.compute", arguments={}, queue="bulk", scope=project.scope)
    for name in ("job", "cancel"):
        house.keys_of[f"consensus:{name}"] = {"job_id": computing.pk}
    for name in ("import_again", "import_report"):
        house.keys_of[f"exchange:{name}"] = {"run_id": again.pk}
    for name in ("export_run", "export_cancel", "download"):
        house.keys_of[f"exchange:{name}"] = {"run_id": house.keys["export_id"]}


def _export(project: Project) -> ExportRun:
    """An export that is ready. (A real one reads in a transaction of its own.)"""
    key, _, _ = keep_file([b"{}\n"])
    job = start_job(kind="none", arguments={}, queue="bulk", scope=project.scope)
    end_job(job=job, state=JobState.DONE, at=timezone.now(), result={})
    manifest = build_manifest(
        exporter=exporters["jsonl"],
        origin=Origin(project.name, project.pk, 1, timezone.now(), "", "Concord"),
        counts=Counts(),
        filename="project.jsonl",
        file=Digesting(BytesIO()),
    )
    return ExportRun.objects.create(
        project=project, format="jsonl", file=key, job=job, manifest=manifest
    )


def _secrets_in_addresses(house: House, viewer: Membership) -> None:
    invitation, secret = invite(
        by=house.people["lead"],
        project=house.project,
        role="annotator",
        lasts=timedelta(days=1),
        at=timezone.now(),
    )
    person = user_of(viewer)
    house.keys |= {
        "invitation_id": invitation.pk,
        "secret": secret,
        "uid": urlsafe_base64_encode(force_bytes(person.pk)),
        "token": default_token_generator.make_token(person),
        "token_id": house.people["lead"].tokens.get(revoked_at=None).pk,
    }


def body_of(name: str, house: House) -> Any:
    """A body that gets past the reading of it: then it is the person who is judged."""
    answer = {"id": str(uuid.uuid4()), "answers": {"intent": "praise"}}
    lent, given = house.keys["assignment_id"], house.keys_of["annotations:recent"]["assignment_id"]
    review = {"assignment": given, "annotation": house.keys["annotation_id"]}
    bodies: dict[str, Any] = {
        "annotations:next": {},
        "annotations:submit": {**answer, "assignment": lent},
        "annotations:revise": {**answer, "assignment": given},
        "annotations:skip": {"assignment": lent, "reason": "unclear"},
        "annotations:draft": {"assignment": lent, "answers": {}},
        "annotations:release": {"assignment": lent},
        "annotations:confirm": {"number": 1},
        "api:questions": {"questions": []},
        "api:guideline": {"text": "Rules"},
        "api:members": {"email": "new@example.org", "role": "viewer"},
        "api:gold_list": {"task": house.keys["task_id"], "answers": {"intent": "praise"}},
        "api:imports": {"rows": [{"data": {"text": "Hello"}}]},
        "api:task_threads": {"text": "Why?"},
        "api:threads": {"text": "Why?"},
        "api:thread_fold": {"text": "New rules"},
        "api:thread": {"is_resolved": True},
        "api:thread_comments": {"text": "So."},
        "api:comment": {"text": "Why not?"},
        "comments:comment": {"deed": "delete"},
        "api:submit": answer,
        "api:revise": answer,
        "api:draft": {"answers": {}},
        "api:adjudicate": {"answers": {"intent": "praise"}},
        "api:stages": {"stages": []},
        "api:reviews": {**review, "verdict": "accept"},
        "api:exports": {"format": "jsonl"},
        "consensus:choose": {"question": "intent", "aggregator": "majority_vote"},
        "consensus:compute": {"question": "intent"},
        "quality:gate_move": {"move": "pause"},
        "quality:calibration_say": {"text": "So."},
        "api:calibrations": {"number": 1},
        "quality:aside_move": {"move": "set", "reason": "x"},
        "api:asides": {"annotator": house.keys["member_id"]},
        "api:aside": {"move": "set", "reason": "x"},
        "quality:finding": {"move": "dismiss", "reason": "x"},
        "routing:plan": {"when": "never", "strategy": "margin", "exploration": 0.1, "bar": 0.5},
        "accounts:reset": {"email": "nobody@example.org"},
    }
    return bodies.get(name)


def call(
    client: Client, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None
) -> Any:
    """One request; of the client's cookies nothing is changed."""
    cookies = copy(client.cookies)
    options: dict[str, Any] = {"headers": headers or {}}
    if method not in {"GET", "HEAD"}:
        is_json = "/api/" in url or "/annotate/" in url
        options |= {"data": body if body is not None else {}}
        if is_json or method != "POST":
            options["content_type"] = "application/json"
    try:
        answer = getattr(client, method.lower())(url, **options)
    finally:
        client.cookies = cookies
    # Read to its end a file is closed, too.
    answer.body = answer.getvalue() if answer.streaming else answer.content
    return answer


def is_sent_to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next=")

"""A house with every kind of person and one of every thing, to try all doors of."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.test import Client
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from apps.accounts.actions import create_token, revoke_token
from apps.accounts.jobs import UNSUBSCRIBE
from apps.accounts.models import Notice, User
from apps.annotations.models import Draft, Gold
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
)
from apps.tasks.actions.addresses import lent_address, media_address, model_address
from apps.tasks.actions.assets import keep_asset
from apps.tasks.models import Asset, Task
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
from tests.security.callers import BACKEND, CANARIES, MEMBERS
from tests.security.judged import calibrations, learned, review
from tests.tasks.pictures import picture

# Of what was decided together.
PASS = uuid.UUID(int=7)


@dataclass
class House:
    project: Project
    people: dict[str, User]
    secrets: dict[str, str]
    keys: dict[str, Any]
    # Where one name of a part of an address means different things.
    keys_of: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Whoever asks thousands of times has signed in once.
    sessions: dict[str, str] = field(default_factory=dict)

    def session(self, who: str, **options: Any) -> Client:
        client = Client(raise_request_exception=False, **options)
        if who not in {"anonymous", "revoked"}:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
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
    house = House(project, people, secrets, {}, sessions=_signed_in(people))
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


def _signed_in(people: dict[str, User]) -> dict[str, str]:
    found = {}
    for who, user in people.items():
        client = Client()
        client.force_login(user, backend=BACKEND)
        found[who] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return found


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
        pass_key=PASS,
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
    calibrations(house, mine, other)
    learned(house, task, other)
    review(house, given)
    house.keys_of["quality:gold_forget"] = {"task_id": shared.pk}
    house.keys_of["annotations:recent"] = {"assignment_id": given.assignment_id}
    house.keys_of["api:revise"] = {"annotation_id": given.pk}


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
    house.keys_of["quality:looks_file"] = {"form": "csv"}
    house.keys_of["projects:protocol_file"] = {"form": "csv"}
    house.keys_of["annotations:labels"] = {"name": "intent"}
    house.keys_of["quality:take_pass"] = {"key": PASS}
    house.keys_of["accounts:unsubscribe"] = {
        "signed": signing.dumps(told.user_id, salt=UNSUBSCRIBE)
    }


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
    fetched = model_address(asset.pk, house.keys["endpoint_id"]).split("/")[2]
    house.keys_of["exchange:for_model"] = {"signed": fetched}
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

"""A project with people in each role, and clients that call as one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone

from apps.accounts.actions import create_token
from apps.accounts.models import User
from apps.projects.models import Membership, Project
from apps.quality.models import Review, ReviewCase, Seat, Stage
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
)

ROLES = ("lead", "reviewer", "annotator", "viewer")


class Api:
    """Calls as a program of one person, by token."""

    def __init__(self, user: User | None) -> None:
        self.client = Client(raise_request_exception=True)
        self.headers: dict[str, str] = {}
        if user is not None:
            _, self.secret = create_token(user=user, name="test", at=timezone.now())
            self.headers = {"Authorization": f"Token {self.secret}"}

    def __call__(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None
    ) -> Any:
        options: dict[str, Any] = {"headers": {**self.headers, **(headers or {})}}
        if body is not None:
            options |= {"data": body, "content_type": "application/json"}
        return getattr(self.client, method)(f"/api/v1/{path}", **options)

    def get(self, path: str, **options: Any) -> Any:
        return self("get", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self("post", path, {} if body is None else body, **options)


@dataclass
class Team:
    project: Project
    members: dict[str, Membership]
    outsider: User
    admin: User
    api: dict[str, Api] = field(default_factory=dict)
    # What paths can name, once it was made.
    keys: dict[str, Any] = field(default_factory=dict)

    @property
    def lead(self) -> Api:
        return self.as_("lead")

    @property
    def reviewer(self) -> Api:
        return self.as_("reviewer")

    @property
    def annotator(self) -> Api:
        return self.as_("annotator")

    @property
    def viewer(self) -> Api:
        return self.as_("viewer")

    def as_(self, who: str) -> Api:
        if who not in self.api:
            people = {"outsider": self.outsider, "admin": self.admin, "nobody": None}
            person = people[who] if who in people else self.members[who].user
            self.api[who] = Api(person)
        return self.api[who]

    def path(self, rest: str) -> str:
        return f"projects/{self.project.pk}/{rest}"


def make_team(**settings: Any) -> Team:
    project = ProjectFactory(**{"is_blind": False, **settings})
    QuestionFactory(project=project, name="intent")
    members: dict[str, Any] = {
        role: MembershipFactory(project=project, role=role) for role in ROLES
    }
    return Team(project, members, UserFactory(), UserFactory(is_admin=True))


def returned_by_reviewer(team: Team) -> Review:
    """A verdict of the reviewer's: an answer of the annotator's is returned to them."""
    mine, by = team.members["annotator"], team.members["reviewer"]
    stage = Stage.objects.create(
        project=team.project, name="r", position=0, selection="everything", may=["accept"]
    )
    given = AnnotationFactory(
        assignment=AssignmentFactory(task=TaskFactory(project=team.project), annotator=mine),
        answers={"intent": "praise"},
    )
    ReviewCase.objects.create(
        assignment=given.assignment,
        project=team.project,
        annotator=mine,
        stage=stage,
        state="returned",
        annotation=given,
        place=0,
    )
    seat = Seat.objects.create(
        assignment=given.assignment, annotator=mine, reviewer=by, stage=stage
    )
    return Review.objects.create(
        project=team.project,
        seat=seat,
        annotation=given,
        verdict="return",
        goes_to="same",
        reason="See rule 2.",
    )

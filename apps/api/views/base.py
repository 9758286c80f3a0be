"""What every call shares."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from rest_framework.views import APIView

from apps.projects.permissions import May, can, project_for

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.serializers import Serializer

    from apps.accounts.models import User
    from apps.projects.models import Project

    S = TypeVar("S", bound=Serializer[Any])


def user_of(request: Request) -> User:
    return cast("User", request.user)


class Endpoint(APIView):
    """A resource. Its methods make the same calls as the pages."""

    def project(self, may: May | None = None) -> Project:
        return project_for(user_of(self.request), self.kwargs["project_id"], may)


def sees_all(user: User, project: Project) -> bool:
    return can(May.LOOK, role=project.role, is_admin=user.is_admin)


def leads(user: User, project: Project) -> bool:
    return can(May.LEAD, role=project.role, is_admin=user.is_admin)


@cache
def _reader(shape: type[Serializer[Any]]) -> Serializer[Any]:
    """Made once: to copy all of its fields for each request costs more than to check them."""
    return shape()


def read(shape: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The body, checked."""
    return dict(_reader(shape).run_validation(request.data))


def read_query(shape: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The query of a list, checked; what every list takes is read by its page."""
    taken = {"cursor", "page_size"}
    given = shape(data={k: v for k, v in request.query_params.items() if k not in taken})
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)

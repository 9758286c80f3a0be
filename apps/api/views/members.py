"""Who works in a project."""

from __future__ import annotations

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.projects import (
    MemberAdded,
    MemberChange,
    MemberQuery,
    MemberRow,
    NewMember,
)
from apps.api.views.base import Endpoint, read, read_query, user_of
from apps.projects.actions import add_member, change_member, invite, set_member_active
from apps.projects.models import Membership
from apps.projects.permissions import May


class Members(Endpoint):
    @call(
        "members_list",
        "Who works here, external annotators too",
        MemberRow,
        query=MemberQuery,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read_query(MemberQuery, request)
        found = Membership.objects.filter(project=project).select_related("user")
        if role := given.get("role"):
            found = found.filter(role=role)
        if given["is_external"] is not None:
            found = found.filter(user__isnull=given["is_external"])
        return Response(
            Keyset("pk").page(request, found, lambda rows: MemberRow(rows, many=True).data)
        )

    @call(
        "members_create",
        "Add a person; who has no account gets an invitation",
        MemberAdded,
        body=NewMember,
        status=201,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given, by, at = read(NewMember, request), user_of(request), timezone.now()
        person = User.objects.filter(email=given["email"].lower()).first()
        if person is not None:
            member = add_member(project=project, user=person, role=given["role"], by=by, at=at)
            return Response(_added(MemberRow(member).data), status=201)
        _, secret = invite(project=project, email=given["email"], role=given["role"], by=by, at=at)
        url = request.build_absolute_uri(reverse("projects:join", args=[secret]))
        return Response(_added(None, url), status=201)


def _added(member: object, url: str | None = None) -> dict[str, object]:
    return {"member": member, "invitation_url": url}


class OneMember(Endpoint):
    def _member(self) -> Membership:
        mine = Membership.objects.filter(project=self.project(May.LEAD))
        return get_object_or_404(
            mine.select_related("user", "project"), pk=self.kwargs["member_id"]
        )

    @call("members_read", "One member", MemberRow)
    def get(self, request: Request, project_id: int, member_id: int) -> Response:
        return Response(MemberRow(self._member()).data)

    @call(
        "members_change",
        "Change role, languages, skills, groups, quotas",
        MemberRow,
        body=MemberChange,
    )
    @transaction.atomic
    def patch(self, request: Request, project_id: int, member_id: int) -> Response:
        member, given = self._member(), read(MemberChange, request)
        is_active = given.pop("is_active", None)
        if given:
            change_member(member=member, by=user_of(request), **given)
        if is_active is not None:
            set_member_active(member=member, is_active=is_active, by=user_of(request))
        return Response(MemberRow(self._member()).data)

    @call("members_delete", "End their access; their answers stay", None, status=204)
    def delete(self, request: Request, project_id: int, member_id: int) -> Response:
        set_member_active(member=self._member(), is_active=False, by=user_of(request))
        return Response(status=204)

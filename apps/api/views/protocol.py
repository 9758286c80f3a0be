"""The protocol of a project, through the same actions as its page."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.actions import confirm_person
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.protocol import (
    AmendmentRow,
    NewAmendment,
    ProtocolChange,
    ProtocolShown,
)
from apps.api.serializers.work import Nothing
from apps.api.views.base import Endpoint, read, user_of
from apps.projects.actions.protocols import (
    amended,
    as_json,
    close_amendment,
    open_amendment,
    protocol_of,
    set_meanings,
    switch_protocol,
)
from apps.projects.models import Amendment
from apps.projects.permissions import May


class OneProtocol(Endpoint):
    @call("protocol_read", "Whether the project is regulated, and its state", ProtocolShown)
    def get(self, request: Request, project_id: int) -> Response:
        return Response(ProtocolShown(protocol_of(self.project(May.LOOK))).data)

    @call(
        "protocol_change",
        "Switch the protocol on or off, or say what signatures can mean",
        ProtocolShown,
        body=ProtocolChange,
    )
    def patch(self, request: Request, project_id: int) -> Response:
        project, given = self.project(May.LEAD), read(ProtocolChange, request)
        by, at = user_of(request), timezone.now()
        if "meanings" in given:
            set_meanings(project=project, meanings=given["meanings"], by=by, at=at)
        if "is_on" in given and given["is_on"] != protocol_of(project).is_on:
            switch_protocol(project=project, is_on=given["is_on"], by=by, at=at)
        return Response(ProtocolShown(protocol_of(project)).data)


class Amendments(Endpoint):
    @call("amendments_list", "Amendments, newest first", AmendmentRow, is_page=True)
    def get(self, request: Request, project_id: int) -> Response:
        mine = Amendment.objects.filter(project=self.project(May.LOOK))
        rows = mine.select_related("opened_by", "closed_by")
        return Response(Keyset("-pk").page(request, rows, _rows))

    @call(
        "amendments_create",
        "Open an amendment, signed by your password",
        AmendmentRow,
        body=NewAmendment,
        status=201,
    )
    def post(self, request: Request, project_id: int) -> Response:
        """Without an Idempotency-Key: of two that are sent, the second finds the amendment open."""
        project, given = self.project(May.LEAD), read(NewAmendment, request)
        password = given.pop("password")
        who = confirm_person(request=request._request, user=user_of(request), password=password)  # noqa: SLF001
        made = open_amendment(project=project, by=who, **given)
        return Response(_rows([made])[0], status=201)


class CloseAmendment(Endpoint):
    @call("amendments_close", "Close the open amendment", AmendmentRow, body=Nothing)
    def post(self, request: Request, project_id: int) -> Response:
        read(Nothing, request)
        made = close_amendment(project=self.project(May.LEAD), by=user_of(request))
        return Response(_rows([made])[0])


def _rows(amendments: list[Amendment]) -> list[object]:
    return list(AmendmentRow([as_json(one) for one in amended(amendments)], many=True).data)

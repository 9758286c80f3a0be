"""How annotators are checked by known answers, and what follows for each. Leads only: it judges people."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.gold import GateMove, GateRow, GoldPlanChange, GoldPlanRow
from apps.api.views.base import Endpoint, read, user_of
from apps.projects.models import Membership, Role
from apps.projects.permissions import May
from apps.quality.actions.gating import move_annotator
from apps.quality.actions.gold import set_plan
from apps.quality.models import GateState
from apps.quality.views.known import plan_of


class Plan(Endpoint):
    @call("gold_plan", "How annotators are checked; leads only", GoldPlanRow)
    def get(self, request: Request, project_id: int) -> Response:
        return Response(GoldPlanRow(plan_of(self.project(May.LEAD))).data)

    @call("gold_plan_change", "Change how they are checked", GoldPlanRow, body=GoldPlanChange)
    def patch(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read(GoldPlanChange, request)
        plan = set_plan(project=project, by=user_of(request), at=timezone.now(), **given)
        return Response(GoldPlanRow(plan).data)


class Gates(Endpoint):
    @call("gates", "What is known of each annotator by known answers", GateRow, is_page=True)
    def get(self, request: Request, project_id: int) -> Response:
        gates = GateState.objects.filter(project=self.project(May.LEAD))
        keyset = Keyset("annotator_id")
        found = gates.select_related("annotator__user")
        return Response(keyset.page(request, found, lambda rows: GateRow(rows, many=True).data))


class OneGate(Endpoint):
    @call("gates_move", "Pause, reinstate or retrain somebody", GateRow, body=GateMove)
    @once
    def post(self, request: Request, project_id: int, member_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read(GateMove, request)
        people = Membership.objects.filter(
            project=project, user__isnull=False, role=Role.ANNOTATOR
        ).select_related("user")
        member = get_object_or_404(people, pk=member_id)
        move_annotator(member=member, by=user_of(request), at=timezone.now(), **given)
        gate = GateState.objects.select_related("annotator__user").get(pk=member.pk)
        return Response(GateRow(gate).data)

"""The plan of labels, through the same actions as the page."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.schema import call
from apps.api.serializers.planned import LabelPlanChange, LabelPlanShown
from apps.api.views.base import Endpoint, read, user_of
from apps.projects.permissions import May
from apps.quality.actions.planned import PlanSpec, plan_of_labels, set_label_plan


class LabelPlan(Endpoint):
    @call("label_plan_read", "How much of each label is wanted; leads only", LabelPlanShown)
    def get(self, request: Request, project_id: int) -> Response:
        return Response(LabelPlanShown({"labels": plan_of_labels(self.project(May.LEAD))}).data)

    @call(
        "label_plan_change",
        "Set the whole plan; the answers are checked anew",
        LabelPlanShown,
        body=LabelPlanChange,
    )
    def put(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        specs = [PlanSpec(**one) for one in read(LabelPlanChange, request)["labels"]]
        rows = set_label_plan(project=project, specs=specs, by=user_of(request), at=timezone.now())
        return Response(LabelPlanShown({"labels": rows}).data)

"""Rules between questions, through the same actions as the page."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.schema import call
from apps.api.serializers.rules import RulesChange, RulesShown, TrialShown
from apps.api.views.base import Endpoint, read, user_of
from apps.projects.permissions import May
from apps.quality.actions.rules import RuleSpec, set_rules, try_rules
from apps.quality.actions.rules_read import rules_of


class Rules(Endpoint):
    @call("rules_read", "The rules between questions; leads only", RulesShown)
    def get(self, request: Request, project_id: int) -> Response:
        return Response(RulesShown({"rules": rules_of(self.project(May.LEAD))}).data)

    @call(
        "rules_change", "Set all rules; the answers are checked anew", RulesShown, body=RulesChange
    )
    def put(self, request: Request, project_id: int) -> Response:
        project, specs = self.project(May.LEAD), _specs(request)
        rows = set_rules(project=project, specs=specs, by=user_of(request), at=timezone.now())
        return Response(RulesShown({"rules": rows}).data)


class RulesTrial(Endpoint):
    @call("rules_try", "What rules would find in the newest answers", TrialShown, body=RulesChange)
    def post(self, request: Request, project_id: int) -> Response:
        """Nothing is kept."""
        trials, looked_at = try_rules(project=self.project(May.LEAD), specs=_specs(request))
        return Response(TrialShown({"looked_at": looked_at, "rules": trials}).data)


def _specs(request: Request) -> list[RuleSpec]:
    return [RuleSpec(**rule) for rule in read(RulesChange, request)["rules"]]

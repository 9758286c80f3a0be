"""What the checks found, as the lead's page shows it."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.findings import FindingQuery, FindingRow
from apps.api.views.base import Endpoint, read_query
from apps.projects.models import Project
from apps.projects.permissions import May
from apps.quality.actions.likely import likely_labels
from apps.quality.models import Finding
from apps.quality.views.findings import in_words, names_of

# As many as a finding names.
MOST_LIKELY = 1_000


class Findings(Endpoint):
    @call(
        "findings_list",
        "What looks wrong in the answers, newest first; leads only",
        FindingRow,
        query=FindingQuery,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read_query(FindingQuery, request)
        names = {"state": "state", "check": "kind"}
        found = Finding.objects.filter(project=project).select_related("question")
        found = found.filter(**{names[name]: value for name, value in given.items()})
        return Response(Keyset("-pk").page(request, found, lambda rows: _shown(project, rows)))


def _shown(project: Project, rows: list[Finding]) -> Any:
    names, likely = names_of(project, rows), likely_labels(rows, MOST_LIKELY)
    for one in rows:
        one.likely = likely.get(one.pk, [])  # type: ignore[attr-defined]
        one.told_of = [each.task for each in one.likely]  # type: ignore[attr-defined]
        one.told = in_words(one, names)  # type: ignore[attr-defined]
    return FindingRow(rows, many=True).data

"""Signatures by programs: read, held against what they sign, and made with the person's password."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.actions import confirm_person
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.protocol import (
    NewSignatures,
    SignatureRow,
    SignaturesMade,
    WaitingShown,
)
from apps.api.views.base import Endpoint, leads, read, user_of
from apps.projects.actions.protocols import signature_as_json
from apps.projects.http.looks import looked_at
from apps.projects.models import Signature, Signed
from apps.projects.permissions import May
from apps.quality.actions.signing import (
    MOST_AT_ONCE,
    Named,
    sign_own,
    subjects_to_sign,
    verified,
)
from apps.quality.models import Review


class Signatures(Endpoint):
    @call("signatures_list", "Signatures, newest first; leads see all", SignatureRow, is_page=True)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project()
        found = Signature.objects.filter(project=project)
        if not leads(user_of(request), project):
            found = found.filter(signer=user_of(request))
        return Response(Keyset("-pk").page(request, found, _rows))

    @call(
        "signatures_create",
        "Sign your own readings, decisions and verdicts with your password",
        SignaturesMade,
        body=NewSignatures,
        status=201,
    )
    def post(self, request: Request, project_id: int) -> Response:
        """Without an Idempotency-Key, since nothing that has a password in it is kept: what is
        signed waits no more, so the same call again is refused."""
        project, given = self.project(May.ANNOTATE), read(NewSignatures, request)
        who = confirm_person(
            request=request._request,  # noqa: SLF001
            user=user_of(request),
            password=given["password"],
        )
        shown = [Named(Signed(one["kind"]), one["id"], one["digest"]) for one in given["subjects"]]
        made = sign_own(project=project, shown=shown, meaning=given["meaning"], by=who)
        return Response({"signatures": _rows(made)}, status=201)


class WaitingForSignature(Endpoint):
    @call("signatures_waiting", "What waits for your signature", WaitingShown)
    def get(self, request: Request, project_id: int) -> Response:
        project, user = self.project(May.ANNOTATE), user_of(request)
        if not project.is_regulated:
            return Response({"waiting": []})
        waiting = subjects_to_sign(project, user, MOST_AT_ONCE)
        for _, row in waiting:
            looked_at([row.annotation.task_id if isinstance(row, Review) else row.task_id])
        subjects = [one for one, _ in waiting]
        return Response(
            {
                "waiting": [
                    {
                        "kind": one.kind.value,
                        "id": one.pk,
                        "digest": one.digest,
                        "content": one.content,
                    }
                    for one in subjects
                ]
            }
        )


def _rows(signatures: list[Signature]) -> list[object]:
    rows = [signature_as_json(row, is_good) for row, is_good in verified(signatures)]
    return list(SignatureRow(rows, many=True).data)

"""The pictures, recordings and films that tasks show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.annotations.actions.media import delete_asset
from apps.api.errors import Problem
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.media import AssetRow, NewAssets, UploadShown
from apps.api.serializers.work import Nothing
from apps.api.views.base import Endpoint, read, user_of
from apps.core.actions import cancel_job
from apps.exchange.actions.uploads import start_upload
from apps.exchange.models import UploadRun
from apps.projects.http.looks import looked_at
from apps.projects.models import Seen
from apps.projects.permissions import May, project_for
from apps.tasks.actions.addresses import lent_address
from apps.tasks.models import Asset, AssetName


class Assets(Endpoint):
    parser_classes = (MultiPartParser,)

    @call("assets_list", "Pictures, recordings and films by name", AssetRow, is_page=True)
    def get(self, request: Request, project_id: int) -> Response:
        names = AssetName.objects.filter(project=self.project()).select_related("asset")
        return Response(Keyset("pk").page(request, names, lambda rows: _rows(request, rows)))

    @call(
        "assets_create",
        "Upload pictures, recordings, films, or zip files of them; the same again adds nothing",
        UploadShown,
        body={"multipart/form-data": NewAssets},
        status=202,
    )
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read(NewAssets, request)
        files: list[UploadedFile[bytes]] = given.pop("file")
        name = given.pop("name", "")
        if name and len(files) > 1:
            raise Problem(400, "bad_request", "A name is for one file.", {"name": "Leave it out."})
        sent = [(name or file.name or "", file.chunks()) for file in files]
        run = start_upload(project=project, by=user_of(request), files=sent, **given)
        url = request.build_absolute_uri(f"/api/v1/uploads/{run.pk}/")
        return Response(UploadShown(run).data, status=202, headers={"Location": url})


class OneUpload(Endpoint):
    @call("uploads_read", "How far an upload is, with the files at fault", UploadShown)
    def get(self, request: Request, upload_id: int) -> Response:
        return Response(UploadShown(_upload(request, upload_id)).data)


class CancelUpload(Endpoint):
    @call(
        "uploads_cancel",
        "Stop an upload; what was taken already stays",
        UploadShown,
        body=Nothing,
        status=202,
    )
    def post(self, request: Request, upload_id: int) -> Response:
        read(Nothing, request)
        run = _upload(request, upload_id)
        if run.started_job.is_ended:
            raise Problem(409, "ended", "This upload has ended already.")
        cancel_job(job=run.started_job, at=timezone.now())
        return Response(UploadShown(_upload(request, upload_id)).data, status=202)


def _upload(request: Request, upload_id: int) -> UploadRun:
    mine = UploadRun.objects.visible_to(user_of(request)).select_related("job")
    return get_object_or_404(mine, pk=upload_id)


class OneAsset(Endpoint):
    def _asset(self, request: Request) -> Asset:
        mine = Asset.objects.visible_to(user_of(request)).select_related("project")
        return get_object_or_404(mine, pk=self.kwargs["asset_id"])

    @call("assets_read", "One file, under each of its names", AssetRow(many=True))
    def get(self, request: Request, asset_id: int) -> Response:
        names = self._asset(request).names.select_related("asset").order_by("pk")
        return Response(_rows(request, names))

    @call("assets_delete", "Delete a file that no task shows", None, status=204)
    def delete(self, request: Request, asset_id: int) -> Response:
        asset = self._asset(request)
        project_for(user_of(request), asset.project_id, May.LEAD)
        delete_asset(asset=asset)
        return Response(status=204)


def _rows(request: Request, names: Iterable[AssetName]) -> list[dict[str, Any]]:
    rows = list(names)
    if rows:
        looked_at([None], Seen.FILES)
    for one in rows:
        path = lent_address(one.asset_id, user_of(request).pk)
        one.url = request.build_absolute_uri(path)  # type: ignore[attr-defined]
    return list(AssetRow(rows, many=True).data)

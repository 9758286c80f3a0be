"""The pictures, recordings and films that tasks show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.annotations.actions.media import delete_asset
from apps.api.errors import Problem
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.media import AssetRow, NewAssets, Uploaded
from apps.api.views.base import Endpoint, read, user_of
from apps.projects.permissions import May, project_for
from apps.tasks.actions.uploads import take_files
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
        Uploaded,
        body={"multipart/form-data": NewAssets},
    )
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read(NewAssets, request)
        files: list[UploadedFile[bytes]] = given["file"]
        if "name" in given and len(files) > 1:
            raise Problem(400, "bad_request", "A name is for one file.", {"name": "Leave it out."})
        named = [(given.get("name") or file.name or "", cast("BinaryIO", file)) for file in files]
        upload = take_files(project=project, files=named)
        problems = [{"file": name, "detail": detail} for name, detail in upload.problems]
        if problems and not upload.kept:
            raise Problem(422, "bad_media", _sentences(problems), _sentences_by_file(problems))
        kept = AssetName.objects.filter(project=project, name__in=[one.name for one in upload.kept])
        told = {"added": upload.added, "known": upload.known, "problems": problems}
        rows = _rows(request, kept.select_related("asset").order_by("pk"))
        return Response({**told, "results": rows})


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
    for one in rows:
        path = reverse("exchange:media", args=(one.asset_id,))
        one.url = request.build_absolute_uri(path)  # type: ignore[attr-defined]
    return list(AssetRow(rows, many=True).data)


def _sentences(problems: list[dict[str, str]]) -> str:
    return " ".join(f"{one['file']}: {one['detail']}" for one in problems[:10])


def _sentences_by_file(problems: list[dict[str, str]]) -> dict[str, str]:
    return {one["file"]: one["detail"] for one in problems}

"""The pictures that tasks show: served to the project's people, kept in order by its leads."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import HttpRequest
from apps.annotations.actions.media import AssetInUse, delete_asset
from apps.exchange.forms import PicturesForm
from apps.exchange.views.ranges import send_content
from apps.projects.http import status_of
from apps.projects.permissions import May, project_for
from apps.tasks.actions.assets import path_of_asset
from apps.tasks.actions.uploads import Upload, take_files
from apps.tasks.models import Asset, AssetName

SHOWN = 100
ENDINGS = {"image/jpeg": "jpg"}


@require_GET
def media(request: HttpRequest, asset_id: int) -> HttpResponseBase:
    asset = get_object_or_404(Asset.objects.visible_to(request.user), pk=asset_id)
    response = send_content(
        request, path_of_asset(asset.sha256), etag=asset.sha256, media_type=asset.media_type
    )
    # The name is ours: a client's could say what it is not.
    ending = ENDINGS.get(asset.media_type, asset.media_type.rpartition("/")[2])
    response["Content-Disposition"] = f'inline; filename="{asset.sha256[:16]}.{ending}"'
    return response


@require_http_methods(["GET", "POST"])
def assets(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    form = PicturesForm(request.POST, request.FILES) if request.method == "POST" else PicturesForm()
    upload = Upload()
    if request.method == "POST" and form.is_valid():
        files = [(file.name or "", file) for file in form.cleaned_data["pictures"]]
        upload = take_files(project=project, files=files)
        if not upload.problems:
            messages.success(request, _told(upload))
            return redirect("exchange:assets", project.pk)
    names = AssetName.objects.filter(project=project).select_related("asset").order_by("name")
    page = Paginator(names, SHOWN).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "project": project,
        "form": form,
        "page": page,
        "upload": upload,
        "told": _told(upload),
        "most": settings.MAX_IMAGE_BYTES,
        "most_bytes": settings.MAX_UPLOAD_BYTES,
    }
    status = 422 if upload.problems and not upload.kept else status_of(form)
    return render(request, "exchange/assets.html", context, status=status)


@require_POST
def delete(request: HttpRequest, project_id: int, asset_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    asset = get_object_or_404(project.assets.select_related("project"), pk=asset_id)
    try:
        delete_asset(asset=asset)
    except AssetInUse as bad:
        messages.error(request, str(bad))
    else:
        messages.success(request, "The picture is deleted.")
    return redirect("exchange:assets", project.pk)


def _told(upload: Upload) -> str:
    pictures = "1 picture" if upload.added == 1 else f"{upload.added:,} pictures"
    known = f" {upload.known:,} were here already." if upload.known else ""
    return f"{pictures} added.{known}"

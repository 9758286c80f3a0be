"""The pictures, recordings and films that tasks show: served to the project's people, kept in order by its leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import HttpRequest
from apps.accounts.models import User
from apps.annotations.actions.media import NOUNS, AssetInUse, delete_asset, thumbnail_of
from apps.core.models import JobRun
from apps.exchange.actions.uploads import start_upload
from apps.exchange.forms import MediaForm
from apps.exchange.models import UploadRun
from apps.exchange.views import words
from apps.exchange.views.ranges import send_content
from apps.projects.http import status_of
from apps.projects.http.looks import looked_at
from apps.projects.models import Seen
from apps.projects.permissions import May, project_for
from apps.routing.models import Endpoint
from apps.tasks.actions.addresses import (
    MODEL_SECONDS,
    BadAddress,
    Signed,
    media_address,
    read_lent,
    read_model,
    read_page,
)
from apps.tasks.actions.assets import LOOK, folder_of_drawn, look_again, name_of_asset
from apps.tasks.actions.looking import PEAKS, SPECTROGRAM
from apps.tasks.actions.tiles import name_of_tile
from apps.tasks.models import Asset, AssetName, AssetState

SHOWN = 100
SHOWN_UPLOADS = 3
ENDINGS = {"image/jpeg": "jpg", "audio/mpeg": "mp3", "audio/mp4": "m4a"}
# What is drawn of a file: where it lies, after the name of what is drawn; as what it is served.
DRAWN = {
    "peaks": (f"/{PEAKS}", "application/octet-stream"),
    "overview": (f"/{PEAKS}.overview", "application/octet-stream"),
    "spectrogram": (f"/{SPECTROGRAM}", "image/png"),
    "thumbnail": (".webp", "image/webp"),
}


@require_GET
def media(request: HttpRequest, signed: str) -> HttpResponseBase:
    return _content(request, *_asset(signed, request.user))


@login_not_required
@require_GET
def lent(request: HttpRequest, signed: str) -> HttpResponseBase:
    """For a program's own page, where there is no session: the address says whom it was given to."""
    person_id = _read(read_lent, signed).person_id
    person = get_object_or_404(User, pk=person_id, is_active=True)
    response = _content(request, *_asset(signed, person, read_lent))
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@login_not_required
@require_GET
def for_model(request: HttpRequest, signed: str) -> HttpResponseBase:
    """For a model that is asked about a task, as long as its project asks it."""
    try:
        asset_id, endpoint_id = read_model(signed)
    except BadAddress:
        raise Http404("This address has run out. Ask anew.") from None
    asked = get_object_or_404(Endpoint.objects.at_work(), pk=endpoint_id)
    asset = get_object_or_404(Asset, pk=asset_id, project=asked.project_id)
    return _content(request, asset, MODEL_SECONDS)


@require_GET
def drawn(request: HttpRequest, signed: str, name: str) -> HttpResponseBase:
    asset, left = _asset(signed, request.user)
    if name not in DRAWN:
        raise Http404("Nothing of this name is drawn.")
    file, media_type = DRAWN[name]
    kept = f"{folder_of_drawn(asset.sha256)}{file}"
    etag = f"{asset.sha256}-{name}"
    return send_content(request, kept, etag=etag, media_type=media_type, seconds=left)


@require_GET
def tile(request: HttpRequest, signed: str, level: int, column: int, row: int) -> HttpResponseBase:
    asset, left = _asset(signed, request.user)
    if "tiles" not in asset.facts:
        raise Http404("There are no tiles of this file.")
    folder = folder_of_drawn(asset.sha256)
    kept = name_of_tile(folder, asset.media_type, level, column, row)
    etag = f"{asset.sha256}-{level}-{column}-{row}"
    return send_content(request, kept, etag=etag, media_type=asset.media_type, seconds=left)


def _asset(
    signed: str, person: User, read: Callable[[str], Signed] = read_page
) -> tuple[Asset, int]:
    """The file, and for how many seconds its address works. Membership is asked each time."""
    found = _read(read, signed)
    return get_object_or_404(
        Asset.objects.visible_to(person), pk=found.asset_id
    ), found.seconds_left


def _read(read: Callable[[str], Signed], signed: str) -> Signed:
    try:
        return read(signed)
    except BadAddress:
        raise Http404("This address has run out. Load the page anew.") from None


def _content(request: HttpRequest, asset: Asset, left: int) -> HttpResponseBase:
    kept, etag = name_of_asset(asset.sha256), asset.sha256
    response = send_content(request, kept, etag=etag, media_type=asset.media_type, seconds=left)
    # The name is ours: a client's could say what it is not.
    ending = ENDINGS.get(asset.media_type, asset.media_type.rpartition("/")[2])
    response["Content-Disposition"] = f'inline; filename="{asset.sha256[:16]}.{ending}"'
    return response


@require_http_methods(["GET", "POST"])
def assets(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    form = MediaForm(request.POST, request.FILES) if request.method == "POST" else MediaForm()
    if request.method == "POST" and form.is_valid():
        mode = form.cleaned_data["mode"]
        run = start_upload(project=project, by=request.user, files=form.sent(), mode=mode)
        return redirect("exchange:upload_run", project.pk, run.pk)
    names = AssetName.objects.filter(project=project).select_related("asset").order_by("name")
    # Whoever deletes a file reads all of its names before: they go together.
    names = names.prefetch_related("asset__names")
    page = Paginator(names, SHOWN).get_page(request.GET.get("page"))
    if page.object_list:
        looked_at([None], Seen.FILES)
    for one in page:
        one.address = media_address(one.asset_id)  # type: ignore[attr-defined]
        one.thumbnail = thumbnail_of(one.asset)  # type: ignore[attr-defined]
    runs = UploadRun.objects.visible_to(request.user).filter(project=project)
    context: dict[str, Any] = {
        "project": project,
        "form": form,
        "page": page,
        "uploads": words.uploads(runs.select_related("job").order_by("-pk")[:SHOWN_UPLOADS]),
        "most": settings.MAX_IMAGE_BYTES,
        "most_media": settings.MAX_MEDIA_BYTES,
        "is_looking": any(one.asset.state == AssetState.WAITING for one in page),
        "no_worker": _is_nobody_looking(project.scope),
        "most_bytes": settings.MAX_UPLOAD_BYTES,
    }
    return render(request, "exchange/assets.html", context, status=status_of(form))


@require_POST
def delete(request: HttpRequest, project_id: int, asset_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    asset = get_object_or_404(project.assets.select_related("project"), pk=asset_id)
    try:
        delete_asset(asset=asset)
    except AssetInUse as bad:
        messages.error(request, str(bad))
    else:
        messages.success(request, f"The {NOUNS[asset.family]} is deleted.")
    return redirect("exchange:assets", project.pk)


@require_POST
def again(request: HttpRequest, project_id: int, asset_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    look_again(asset=get_object_or_404(project.assets, pk=asset_id))
    messages.success(request, "It is being looked at once more.")
    return redirect("exchange:assets", project.pk)


def _is_nobody_looking(scope: str) -> bool:
    waiting = JobRun.objects.live().in_scope(scope).filter(kind=LOOK).first()
    return words.is_unserved(waiting)

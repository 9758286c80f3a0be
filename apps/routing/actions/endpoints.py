"""What a lead decides about the project's own models: which there are, and what they are for."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http.request import split_domain_port, validate_host

from apps.annotations.displays import displays
from apps.annotations.models import Question
from apps.core.actions import cancel_job
from apps.core.audit import record
from apps.core.faults import BadInput
from apps.core.fetching import MODELS, BadAddress, check_named
from apps.core.models import JobRun, JobRunQuerySet
from apps.projects.actions.background import lock_asking
from apps.projects.actions.protocol_states import check_protocol
from apps.projects.models import Project
from apps.routing.actions.asking import interface_of, sealed
from apps.routing.actions.suggesting import take_back
from apps.routing.models import Endpoint

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST = 10
NAME = re.compile(r"[\w][\w .-]{0,29}")
PLAIN = ("questions", "our_address", "is_suggesting", "is_taught", "is_paused")
OWN = "Give our own address as that machine sees it, such as https://label.example.org."
# A model that fails can be let rest, whatever the protocol says.
RESTS = frozenset({"is_paused"})
TOLD = (*PLAIN, "url", "user")
KINDS = CHECK, FORETELL, TEACH = ("routing.check", "routing.foretell", "routing.teach")


class BadEndpoint(BadInput):
    """A model that cannot be asked so: a sentence for each setting at fault."""

    code = "bad_endpoint"


@transaction.atomic
def add_endpoint(*, project: Project, by: User, at: datetime, **given: Any) -> Endpoint:
    """Nothing is asked yet; `ask_endpoint` does."""
    lock_asking(project)
    check_protocol(project=project, action="endpoint.added")
    mine = Endpoint.objects.filter(project=project)
    if mine.count() >= MOST:
        raise BadEndpoint({"name": f"A project has at most {MOST} of them. Remove one first."})
    endpoint = Endpoint(project=project, added_by=by, added_at=at, name=given.pop("name").strip())
    errors = _fill(endpoint, {"our_address": "", **given})
    if not NAME.fullmatch(endpoint.name):
        errors["name"] = "Use 1 to 30 letters, digits, spaces, dots and dashes."
    elif mine.filter(name__iexact=endpoint.name).exists():
        errors["name"] = "Another model of this project has this name."
    if errors:
        raise BadEndpoint(errors)
    endpoint.save()
    record("endpoint.added", project=project, subject=endpoint.name, by=by, url=endpoint.url)
    return endpoint


@transaction.atomic
def change_endpoint(*, endpoint: Endpoint, by: User, **given: Any) -> Endpoint:
    """Of what is given. A password that is empty or not given stays as it is."""
    lock_asking(endpoint.project)
    if set(given) - RESTS:
        check_protocol(project=endpoint.project, action="endpoint.changed")
    mine = Endpoint.objects.select_for_update(of=("self",), no_key=True)
    endpoint = mine.select_related("project").get(pk=endpoint.pk)
    before = {name: getattr(endpoint, name) for name in TOLD}
    if errors := _fill(endpoint, given):
        raise BadEndpoint(errors)
    endpoint.save()
    told = {n: str(v)[:500] for n in TOLD if (v := getattr(endpoint, n)) != before[n]}
    if given.get("password"):
        told |= {"password": "another"}
    record("endpoint.changed", project=endpoint.project, subject=endpoint.name, by=by, changed=told)
    return endpoint


@transaction.atomic
def remove_endpoint(*, endpoint: Endpoint, by: User, at: datetime) -> int:
    """Its suggestions go where nobody has begun; returns of how many tasks. Its runs stay."""
    project = endpoint.project
    lock_asking(project)
    check_protocol(project=project, action="endpoint.removed")
    # A job that writes its suggestions at this moment has its row, too.
    Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    for job in jobs_of(endpoint).live():
        cancel_job(job=job, at=at)
    taken = take_back(project=project, source=endpoint.source)
    record("endpoint.removed", project=project, subject=endpoint.name, by=by)
    endpoint.delete()
    return taken


def jobs_of(endpoint: Endpoint) -> JobRunQuerySet:
    """The newest first."""
    found: JobRunQuerySet = JobRun.objects.in_scope(endpoint.project.scope).filter(
        kind__in=KINDS, arguments__endpoint_id=endpoint.pk
    )
    return found.order_by("-pk")


def where_asked() -> list[str]:
    """Where this installation lets models be asked."""
    return MODELS.named


def not_listed(url: str) -> str:
    """Why this installation does not ask there, and who can change that; empty where it does."""
    try:
        check_named(url, MODELS)
    except BadAddress as bad:
        return (
            f"{bad} Whoever runs this server can add the address to CONCORD_MODELS_FROM and start"
            " it anew."
        )
    return ""


def _fill(endpoint: Endpoint, given: dict[str, Any]) -> dict[str, str]:
    """What stands is not looked at again: one that could not be added now can still be paused."""
    errors = _move(endpoint, given)
    for name in PLAIN:
        if name in given:
            setattr(endpoint, name, given[name])
    if given.get("questions") and (why_not := _unknown(endpoint)):
        errors["questions"] = why_not
    if "our_address" in given:
        endpoint.our_address = endpoint.our_address.strip().rstrip("/")
        if wrong := _wrong_own(endpoint):
            errors["our_address"] = wrong
    return errors


def _move(endpoint: Endpoint, given: dict[str, Any]) -> dict[str, str]:
    """To another address, or another account there."""
    before, user = endpoint.url, endpoint.user
    endpoint.url = str(given.get("url", before)).strip().rstrip("/")
    endpoint.user = str(given.get("user", user)).strip()
    password = str(given.get("password") or "")
    if endpoint.url != before:
        # Of another machine nothing is known.
        endpoint.circuit, endpoint.problem = {}, ""
        endpoint.model_class = endpoint.model_version = ""
    wrong_url = _wrong_url(endpoint.url) if endpoint.url != before or not before else {}
    if not endpoint.user:
        endpoint.sealed = ""
        return wrong_url | (
            {"user": "Give the name that goes with the password."} if password else {}
        )
    if password:
        endpoint.sealed = sealed(password)
    elif endpoint.sealed and (_origin(endpoint.url), endpoint.user) != (_origin(before), user):
        return {"password": "Give the password again: it is sent only where it was given for."}
    return wrong_url | ({"user": "A name has no colon."} if ":" in endpoint.user else {})


def _wrong_url(url: str) -> dict[str, str]:
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        is_whole = False
    if not is_whole or not url.isprintable() or " " in url or len(url) > 500:
        return {"url": "Give the address of the backend's root, such as http://10.0.0.5:9090."}
    why = not_listed(url)
    return {"url": why} if why else {}


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc


def _wrong_own(endpoint: Endpoint) -> str:
    url = endpoint.our_address
    if not url:
        shows = any(displays[one["display"]].has_files for one in endpoint.project.fields)
        return "The tasks show files, which the model fetches here. " + OWN if shows else ""
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme in {"http", "https"} and not (parts.path or parts.query)
        netloc = parts.netloc if is_plain and not parts.username else ""
    except ValueError:
        netloc = ""
    if not netloc or not url.isprintable():
        return OWN
    host = split_domain_port(netloc)[0]
    if not validate_host(host, settings.ALLOWED_HOSTS):
        return f"This server does not answer to {host[:80]!r} (CONCORD_HOSTS)."
    return ""


def _unknown(endpoint: Endpoint) -> str:
    """Which of its questions there is not, or cannot be asked this way."""
    there = set(
        Question.objects.filter(project=endpoint.project).asked().values_list("name", flat=True)
    )
    for name in endpoint.questions:
        if name not in there:
            known = ", ".join(sorted(there)) or "there is none"
            return f"There is no question {str(name)[:60]!r}. Those that there are: {known}."
    for name, why in interface_of(endpoint).left_out.items():
        return f"{name!r} cannot be asked of a model: {why}"
    return ""

"""Who works in a project, and the links that let people in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest as AnyRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.forms import JoinForm
from apps.accounts.http import HttpRequest
from apps.accounts.models import User
from apps.projects import actions
from apps.projects.forms import InviteForm, MemberForm
from apps.projects.http import show_errors, status_of
from apps.projects.models import Invitation, Membership, Project
from apps.projects.permissions import May, can, project_for

SIGN_IN_BACKEND = "apps.accounts.permissions.PasswordBackend"
MOST_EXTERNAL = 500
REFUSED = (
    actions.BadInvitation,
    actions.EmailTaken,
    actions.ForSomebodyElse,
    actions.MembershipEnded,
)


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest, project_id: int) -> HttpResponse:
    """POST makes an invitation and shows its link, once."""
    project = project_for(request.user, project_id, May.LEAD)
    form, link = InviteForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        _, secret = actions.invite(
            by=request.user,
            project=project,
            role=form.cleaned_data["role"],
            email=form.cleaned_data["email"],
            lasts=form.lifetime(),
            at=timezone.now(),
        )
        link, form = (
            request.build_absolute_uri(reverse("projects:join", args=[secret])),
            InviteForm(),
        )
    context = {"project": project, "form": form, "link": link, **_people_of(project)}
    return render(request, "projects/people.html", context, status=status_of(form))


def _people_of(project: Project) -> dict[str, Any]:
    members = Membership.objects.filter(project=project).select_related("user")
    external = members.external().order_by("external_name")
    invitations = Invitation.objects.open(at=timezone.now()).filter(project=project)
    return {
        "members": members.people().order_by("-is_active", "user__name", "user__email"),
        "external": external[:MOST_EXTERNAL],
        "external_count": external.count(),
        "invitations": invitations.select_related("created_by").order_by("-pk"),
    }


@require_http_methods(["GET", "POST"])
def member(request: HttpRequest, project_id: int, member_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    found = get_object_or_404(
        Membership.objects.select_related("user", "project"), project=project, pk=member_id
    )
    form = MemberForm(request.POST or None, member=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_member(member=found, by=request.user, **form.cleaned_data)
        except actions.BadProject as error:
            show_errors(form, error.errors)
        except actions.LastLead as error:
            form.add_error("role", str(error))
        else:
            messages.success(request, f"Saved for {found.display_name}.")
            return _back_to_people(request, project)
    context = {"project": project, "member": found, "form": form}
    return render(request, "projects/member.html", context, status=status_of(form))


@require_POST
def change_active(request: HttpRequest, project_id: int, member_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    found = get_object_or_404(Membership, project=project, pk=member_id)
    is_active = request.POST.get("active") == "1"
    try:
        actions.set_member_active(member=found, is_active=is_active, by=request.user)
    except actions.LastLead as error:
        messages.error(request, str(error))
        return redirect("projects:people", project.pk)
    if found.user_id == request.user.pk and not is_active:
        messages.success(request, f"You have left “{project.name}”.")
    else:
        messages.success(
            request, "Their access is restored." if is_active else "Their access has ended."
        )
    return _back_to_people(request, project)


def _back_to_people(request: HttpRequest, project: Project) -> HttpResponse:
    """Or where one's new role leads, after one has changed one's own."""
    mine = Membership.objects.active().filter(project=project, user_id=request.user.pk)
    role = mine.values_list("role", flat=True).first()
    if can(May.LEAD, role=role, is_admin=request.user.is_admin):
        return redirect("projects:people", project.pk)
    return redirect("projects:project", project.pk) if role else redirect("projects:index")


@require_POST
def revoke(request: HttpRequest, project_id: int, invitation_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    found = get_object_or_404(Invitation, project=project, pk=invitation_id)
    actions.revoke_invitation(invitation=found, at=timezone.now())
    messages.success(request, "The link is revoked.")
    return redirect("projects:people", project.pk)


@require_http_methods(["GET", "POST"])
def invite_user(request: HttpRequest) -> HttpResponse:
    """For administrators: a link that makes an account, without a project."""
    if not request.user.is_admin:
        raise PermissionDenied("Only an administrator can invite to the installation.")
    form, link = InviteForm(request.POST or None), ""
    del form.fields["role"]
    if request.method == "POST" and form.is_valid():
        _, secret = actions.invite(
            by=request.user,
            email=form.cleaned_data["email"],
            lasts=form.lifetime(),
            at=timezone.now(),
        )
        link = request.build_absolute_uri(reverse("projects:join", args=[secret]))
    context = {"form": form, "link": link}
    return render(request, "projects/invite_user.html", context, status=status_of(form))


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def join(request: AnyRequest, secret: str) -> HttpResponse:
    """A link is opened: join with the account, or make one."""
    try:
        invitation = actions.invitation_for(secret=secret, at=timezone.now())
    except actions.BadInvitation as error:
        if joined := actions.joined_by(secret=secret, user=request.user):
            return redirect("projects:project", joined.pk)
        return render(request, "projects/join_refused.html", {"error": error}, status=410)
    if request.user.is_authenticated:
        return _join_as(request, request.user, invitation, secret)
    form = JoinForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.accept_invitation(secret=secret, at=timezone.now(), **form.cleaned_data)
        except REFUSED as error:
            form.add_error(None, str(error))
        else:
            login(request, user, backend=SIGN_IN_BACKEND)
            return _inside(invitation)
    context = {"invitation": invitation, "form": form}
    return render(request, "projects/join.html", context, status=status_of(form))


def _join_as(request: AnyRequest, user: User, invitation: Invitation, secret: str) -> HttpResponse:
    context: dict[str, Any] = {"invitation": invitation}
    if request.method == "POST":
        try:
            actions.accept_invitation(secret=secret, at=timezone.now(), user=user)
        except REFUSED as error:
            context["error"] = str(error)
        else:
            return _inside(invitation)
    status = 422 if "error" in context else 200
    return render(request, "projects/join_as.html", context, status=status)


def _inside(invitation: Invitation) -> HttpResponse:
    if invitation.project_id is None:
        return redirect("projects:index")
    return redirect("projects:project", invitation.project_id)

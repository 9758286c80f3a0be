"""Signing in and out, passwords, tokens, and the administrator's list of accounts."""

from __future__ import annotations

from typing import Any

from axes.utils import reset as unlock
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest as AnyRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlsafe_base64_decode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts import actions
from apps.accounts.forms import (
    ChangePasswordForm,
    EmailForm,
    NewPasswordForm,
    ProfileForm,
    SignInForm,
    TokenForm,
)
from apps.accounts.http import HttpRequest, next_url
from apps.accounts.models import ApiToken, User
from apps.accounts.permissions import is_open
from apps.core.actions import start_job
from apps.core.cache import count_up

YEAR = 365 * 24 * 3600
WRONG = "The e-mail or the password is wrong."
LOCKED = "Too many wrong passwords. Wait 15 minutes, or reset your password."
RESETS_AN_HOUR = 10
MOST_SHOWN = 500


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: AnyRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(next_url(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        user = authenticate(request, username=given["email"], password=given["password"])
        if user is not None:
            login(request, user)
            if not given["stay"]:
                request.session.set_expiry(0)
            return redirect(next_url(request))
        form.add_error(None, WRONG)
    return _sign_in_page(request, form, status=422 if form.errors else 200)


def locked_out(request: AnyRequest, _response: Any, _credentials: Any) -> HttpResponse:
    """What the limiter of wrong passwords answers with, whether or not the account exists."""
    form = SignInForm(request.POST or None)
    form.full_clean()
    form.add_error(None, LOCKED)
    return _sign_in_page(request, form, status=429)


def _sign_in_page(request: AnyRequest, form: SignInForm, *, status: int) -> HttpResponse:
    context = {"form": form, "next": next_url(request, default="")}
    return render(request, "accounts/sign_in.html", context, status=status)


@login_not_required
@require_POST
def sign_out(request: AnyRequest) -> HttpResponse:
    """Also for who has signed out in another tab already."""
    logout(request)
    return redirect("accounts:sign_in")


@login_not_required
@require_http_methods(["GET", "POST"])
def reset(request: AnyRequest) -> HttpResponse:
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        site = f"{request.scheme}://{request.get_host()}"
        if _may_ask_for_mail(request):
            arguments = {"email": form.cleaned_data["email"], "site": site}
            start_job(kind="accounts.mail_reset", arguments=arguments, queue="interactive")
        return render(request, "accounts/reset_sent.html")
    return render(request, "accounts/reset.html", {"form": form}, status=_status(form))


def _may_ask_for_mail(request: AnyRequest) -> bool:
    """So that nobody floods a mailbox, or the queue, by asking again and again."""
    key = f"reset:{request.META.get('REMOTE_ADDR', '')}"
    return count_up(key, seconds=3600) <= RESETS_AN_HOUR


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def reset_confirm(request: AnyRequest, uid: str, token: str) -> HttpResponse:
    user = _user_of(uid)
    if user is None or not is_open(user) or not default_token_generator.check_token(user, token):
        return render(request, "accounts/reset_stale.html", status=410)
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        actions.set_password(user=user, password=form.cleaned_data["password"])
        # Wrong guesses at the old password do not count against the new one.
        unlock(username=user.email)
        # In this browser somebody else may be signed in.
        logout(request)
        messages.success(request, "Your password is changed. Sign in with it.")
        return redirect("accounts:sign_in")
    context = {"form": form, "person": user}
    return render(request, "accounts/reset_confirm.html", context, status=_status(form))


def _user_of(uid: str) -> User | None:
    try:
        return User.objects.filter(pk=int(urlsafe_base64_decode(uid).decode())).first()
    except (ValueError, OverflowError):
        return None


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        response = redirect("accounts:profile")
        theme = form.cleaned_data["theme"]
        # The page's script writes it, too: the switch in the top bar holds for this device.
        response.set_cookie(
            "theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure()
        )
        return response
    return render(request, "accounts/profile.html", {"form": form}, status=_status(form))


@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    form = ChangePasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        actions.set_password(user=request.user, password=form.cleaned_data["password"])
        # Sessions are bound to the password: this one goes on, all others have ended.
        update_session_auth_hash(request, request.user)
        messages.success(request, "Your password is changed; other devices are signed out.")
        return redirect("accounts:profile")
    return render(request, "accounts/password.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    form, secret = TokenForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            _, secret = actions.create_token(
                user=request.user,
                name=form.cleaned_data["name"],
                lasts=form.lifetime(),
                at=timezone.now(),
            )
            form = TokenForm()
        except actions.TooManyTokens as error:
            form.add_error(None, str(error))
    mine = ApiToken.objects.filter(user=request.user, revoked_at__isnull=True).order_by("-pk")
    context = {"form": form, "secret": secret, "tokens": mine, "now": timezone.now()}
    return render(request, "accounts/tokens.html", context, status=_status(form))


@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=token_id, user=request.user)
    actions.revoke_token(token=token, at=timezone.now())
    messages.success(request, f"“{token.name}” is revoked.")
    return redirect("accounts:tokens")


@require_GET
def users(request: HttpRequest) -> HttpResponse:
    """For administrators: all accounts."""
    if not request.user.is_admin:
        raise PermissionDenied("Only an administrator sees all accounts.")
    people = User.objects.order_by("-is_active", "name", "email")
    if wanted := request.GET.get("find", "").strip():
        people = people.filter(email__icontains=wanted) | people.filter(name__icontains=wanted)
    context = {"people": people[:MOST_SHOWN], "find": wanted}
    return render(request, "accounts/users.html", context)


@require_POST
def change_user(request: HttpRequest, user_id: int) -> HttpResponse:
    changes: dict[str, dict[str, bool]] = {
        "open": {"is_active": True},
        "close": {"is_active": False},
        "make_admin": {"is_admin": True},
        "unmake_admin": {"is_admin": False},
    }
    if not request.user.is_admin:
        raise PermissionDenied("Only an administrator may change other accounts.")
    person = get_object_or_404(User, pk=user_id)
    try:
        actions.change_account(
            user=person, by=request.user, **changes.get(request.POST.get("do", ""), {})
        )
        messages.success(request, f"Changed {person}.")
    except actions.LastAdmin as error:
        messages.error(request, str(error))
    return redirect("accounts:users")


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200

"""Pages of who works in a project: invitations, members, and what each may know of the others."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.projects import actions
from apps.projects.models import Invitation, Membership
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client) -> Membership:
    member = MembershipFactory(role="lead")
    QuestionFactory(project=member.project, labels=["a", "b"])
    actions.publish_guideline(
        project=member.project, text="# One", by=member.user, at=timezone.now()
    )
    client.force_login(member.user)
    return member


class TestInvitations:
    def link(self, client, lead, **form) -> str:
        url = reverse("projects:people", args=[lead.project.pk])
        page = client.post(url, {"role": "annotator", "lasts": "14"} | form).content.decode()
        return re.search(r"http://testserver(/join/join_[\w-]{43}/)", page)[1]

    JOIN = {"name": "Nia", "email": "nia@example.org", "password": "a long enough one"}

    def test_a_link_makes_an_account_once(self, client, lead):
        link, new = self.link(client, lead), Client()
        assert lead.project.name in new.get(link).content.decode()
        assert new.post(link, self.JOIN).status_code == 302
        joined = Membership.objects.get(user__email="nia@example.org")
        assert (joined.project, joined.role) == (lead.project, "annotator")
        assert get_user(new) == joined.user
        assert Client().get(link).status_code == 410
        assert Client().post(link, self.JOIN | {"email": "x@y.org"}).status_code == 410

    def test_who_is_signed_in_joins_with_the_account(self, client, lead):
        link, other = self.link(client, lead, role="reviewer"), Client()
        user = UserFactory()
        other.force_login(user)
        other.get(link)
        assert not Membership.objects.filter(user=user).exists()
        other.post(link)
        assert Membership.objects.get(user=user).role == "reviewer"

    def test_an_addressed_link_is_for_its_address(self, client, lead):
        link = self.link(client, lead, email="Nia@example.org")
        other = Client()
        other.force_login(UserFactory())
        assert other.post(link).status_code == 422
        Client().post(link, self.JOIN | {"email": "somebody@else.org"})
        assert Membership.objects.filter(user__email="nia@example.org").exists()
        assert not User.objects.filter(email="somebody@else.org").exists()

    def test_a_link_that_is_taken_back_or_too_old_lets_nobody_in(self, client, lead):
        link = self.link(client, lead)
        client.post(reverse("projects:revoke", args=[lead.project.pk, Invitation.objects.get().pk]))
        assert Client().get(link).status_code == 410
        old = self.link(client, lead)
        Invitation.objects.update(expires_at=timezone.now())
        assert Client().post(old, self.JOIN).status_code == 410

    def test_who_joined_by_a_link_may_open_it_again(self, client, lead):
        link, new = self.link(client, lead), Client()
        new.post(link, self.JOIN)
        project = reverse("projects:project", args=[lead.project.pk])
        assert new.get(link)["Location"] == project
        assert client.get(link).status_code == 410
        Membership.objects.filter(user__email="nia@example.org").update(is_active=False)
        assert new.get(link).status_code == 410

    def test_an_email_with_an_account_is_told_to_sign_in(self, client, lead):
        UserFactory(email="nia@example.org")
        page = Client().post(self.link(client, lead), self.JOIN)
        assert page.status_code == 422
        assert "Sign in, then open the link again" in page.content.decode()

    def test_a_link_neither_lowers_a_role_nor_undoes_an_end(self, client, lead):
        client.post(self.link(client, lead))
        assert Membership.objects.get(user=lead.user).role == "lead"
        ended = MembershipFactory(project=lead.project, is_active=False)
        other = Client()
        other.force_login(ended.user)
        assert other.post(self.link(client, lead)).status_code == 422
        assert not Membership.objects.get(pk=ended.pk).is_active

    def test_the_secret_is_kept_nowhere(self, client, lead):
        secret = self.link(client, lead).split("/")[2]
        assert secret not in str(Invitation.objects.get().__dict__)


class TestMembers:
    def test_eligibility_is_kept(self, client, lead):
        member = MembershipFactory(project=lead.project)
        url = reverse("projects:member", args=[lead.project.pk, member.pk])
        client.post(url, {"role": "reviewer", "languages": "de, fr,de", "daily_quota": "20"})
        member.refresh_from_db()
        assert (member.role, member.languages, member.daily_quota) == ("reviewer", ["de", "fr"], 20)
        answer = client.post(url, {"role": "reviewer", "languages": "x" * 50})
        assert answer.status_code == 422

    def test_ending_access_works_at_once_and_back(self, client, lead):
        member = MembershipFactory(project=lead.project)
        theirs = Client()
        theirs.force_login(member.user)
        page = reverse("projects:guideline", args=[lead.project.pk])
        url = reverse("projects:change_active", args=[lead.project.pk, member.pk])
        client.post(url, {"active": "0"})
        assert theirs.get(page).status_code == 404
        client.post(url, {"active": "1"})
        assert theirs.get(page).status_code == 200

    def test_the_last_lead_stays(self, client, lead):
        end = reverse("projects:change_active", args=[lead.project.pk, lead.pk])
        client.post(end, {"active": "0"})
        edit = reverse("projects:member", args=[lead.project.pk, lead.pk])
        assert client.post(edit, {"role": "viewer"}).status_code == 422
        lead.refresh_from_db()
        assert (lead.role, lead.is_active) == ("lead", True)

    def test_a_lead_whose_account_is_closed_is_no_lead(self, client, lead):
        MembershipFactory(project=lead.project, role="lead", user__is_active=False)
        end = reverse("projects:change_active", args=[lead.project.pk, lead.pk])
        client.post(end, {"active": "0"})
        lead.refresh_from_db()
        assert lead.is_active

    def test_a_lead_who_leaves_is_led_to_what_is_left(self, client, lead):
        MembershipFactory(project=lead.project, role="lead")
        edit = reverse("projects:member", args=[lead.project.pk, lead.pk])
        end = reverse("projects:change_active", args=[lead.project.pk, lead.pk])
        lowered = client.post(edit, {"role": "viewer"})
        Membership.objects.filter(pk=lead.pk).update(role="lead")
        left = client.post(end, {"active": "0"}, follow=True)
        assert lowered.url == reverse("projects:project", args=[lead.project.pk])
        assert left.redirect_chain == [("/", 302)]
        assert f"You have left “{lead.project.name}”" in left.content.decode()

    def test_anothers_members_are_not_found(self, client, lead):
        stranger = MembershipFactory()
        for name in ("member", "change_active"):
            url = reverse(f"projects:{name}", args=[lead.project.pk, stranger.pk])
            assert client.post(url, {"active": "0", "role": "lead"}).status_code == 404

    def test_external_annotators_stand_apart(self, client, lead):
        MembershipFactory(project=lead.project, is_external=True, external_name="worker 7")
        page = client.get(reverse("projects:people", args=[lead.project.pk])).content.decode()
        assert "From files" in page
        assert "worker 7" in page


def test_standings_tell_annotators_only_of_themselves(client, lead):
    TaskFactory(project=lead.project)
    annotator = MembershipFactory(project=lead.project)
    foreign = ProjectFactory()
    url = f"/standings/?project={lead.project.pk}&project={foreign.pk}&project=x"
    assert "of 1 done" in client.get(url).content.decode()
    client.force_login(annotator.user)
    page = client.get(url).content.decode()
    assert "1 left for you" in page
    assert "of 1 done" not in page
    assert f"standing-{foreign.pk}" not in page

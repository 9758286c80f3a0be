"""Pages of accounts and projects as a whole: no faults that axe finds, nothing wider than the screen."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from apps.annotations.actions.projects import create_project
from apps.projects import actions
from tests.factories import MembershipFactory, TaskFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
FIELDS = [
    {"name": "text", "display": "text"},
    {"name": "talk", "display": "chat", "title": "Conversation"},
    {"name": "record", "display": "json"},
    {"name": "note", "display": "markdown"},
]
QUESTIONS = [
    {"name": "topic", "kind": "choice", "title": "Topic?", "config": {
        "labels": [{"value": "Refund", "help": "Money back", "example": "I want it back"}, "Other"]}},
    {"name": "tones", "kind": "multi_choice", "title": "Tones?", "config": {
        "labels": ["angry", "glad", {"value": "none", "exclusive": True}]}},
    {"name": "urgency", "kind": "rating", "title": "How urgent?", "config": {
        "points": [{"value": 1, "title": "Calm"}, {"value": 5, "title": "Burning"}]}},
    {"name": "score", "kind": "rating", "title": "Score?", "config": {"min": 0, "max": 100}},
    {"name": "intent", "kind": "choice", "title": "Intent?", "config": {
        "labels": [f"intent {i}" for i in range(25)]}},
]  # fmt: skip
# What the dark theme changes is colours.
RULES = {"light": "{}", "dark": "{runOnly: ['color-contrast']}"}
PUBLIC = ["/sign-in/", "/reset/", "/join/{secret}/"]
INSIDE = [
    "/", "/new/", "/deleted/", "/me/", "/me/password/", "/me/tokens/", "/notices/", "/people/", "/people/invite/",
    "/p/{project}/questions/", "/p/{project}/people/", "/p/{project}/people/{member}/",
    "/p/{project}/guideline/", "/p/{project}/guideline/compare/", "/p/{project}/settings/",
    "/p/{project}/threads/", "/p/{project}/log/",
]  # fmt: skip


@pytest.fixture
def addresses():
    lead, at = UserFactory(name="Marta Ilves", is_admin=True), timezone.now()
    project = create_project(
        by=lead,
        at=at,
        name="Support",
        fields=FIELDS,
        questions=QUESTIONS,
        guideline="# Rules\n\nOne.",
    )
    actions.publish_guideline(project=project, text="# Rules\n\nTwo.", by=lead, at=at)
    member = MembershipFactory(project=project, languages=["de"], is_active=False)
    MembershipFactory(project=project, is_external=True)
    TaskFactory(project=project)
    _, secret = actions.invite(by=lead, project=project, role="annotator", at=at)
    names = {"project": project.pk, "member": member.pk, "secret": secret}
    return lead, [url.format(**names) for url in PUBLIC], [url.format(**names) for url in INSIDE]


@pytest.mark.parametrize(
    ("width", "theme"),
    [
        pytest.param(1440, "light", marks=pytest.mark.proof),
        pytest.param(1440, "dark", marks=pytest.mark.proof),
        (390, "light"),
    ],
)
def test_axe_finds_nothing_and_nothing_is_too_wide(new_page, sign_in, addresses, width, theme):
    lead, public, inside = addresses
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True)
    found = {}
    for url in [*public, *inside]:
        if url == inside[0]:
            sign_in(page, lead)
        page.goto(url)
        page.wait_for_function("!document.querySelector('.htmx-request')")
        if page.locator("#preview").count():
            expect(page.locator("#preview fieldset").first).to_be_visible()
        page.evaluate(AXE.read_text("utf-8"))
        for fault in page.evaluate(f"axe.run({RULES[theme]}).then(result => result.violations)"):
            found[url, fault["id"]] = [node["html"][:160] for node in fault["nodes"]]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[url, "too wide"] = []
    assert found == {}

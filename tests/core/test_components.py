"""The parts that pages are made of, each rendered by itself."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.template import TemplateSyntaxError, engines
from django.test import RequestFactory
from django.utils import timezone

from apps.core.context import theme
from apps.core.figures import Scale
from apps.core.templatetags.concord import icon_names

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def rendered(source: str, **context: object) -> str:
    html = engines["django"].from_string(source).render(context)
    return re.sub(r">\s+<", "><", re.sub(r"\s+", " ", html)).strip()


class NameForm(forms.Form):
    name = forms.CharField(label="Name", max_length=5, help_text="As people will see it.")
    kind = forms.ChoiceField(choices=[("a", "A")], required=False)
    roles = forms.MultipleChoiceField(
        choices=[("lead", "Lead")], widget=forms.CheckboxSelectMultiple, required=False
    )
    blind = forms.BooleanField(required=False)


# --- icons and keys ----------------------------------------------------------------------------


def test_an_icon_is_decoration_unless_it_has_a_label():
    assert 'aria-hidden="true"' in rendered('{% icon "book" %}')
    assert 'role="img" aria-label="Guideline"' in rendered('{% icon "book" label="Guideline" %}')


def test_an_icon_that_is_not_in_the_sprite_is_refused():
    with pytest.raises(TemplateSyntaxError, match="no icon 'boook'"):
        rendered('{% icon "boook" %}')


def test_every_icon_named_in_a_template_is_in_the_sprite():
    wanted = {
        name
        for path in TEMPLATES
        for name in re.findall(r'(?:{% icon |icon=)"([\w-]+)"', path.read_text("utf-8"))
    }
    assert wanted
    assert wanted <= icon_names()


@pytest.mark.parametrize(
    ("name", "sign"),
    [("g", "G"), ("backspace", "⌫"), ("ctrl+enter", "Ctrl ⏎"), ("?", "?"), ("+", "+")],
)
def test_a_keycap_shows_the_sign_of_its_key(name, sign):
    assert (
        rendered("{% key name %}", name=name) == f'<kbd class="key" aria-hidden="true">{sign}</kbd>'
    )


def test_a_square_button_has_its_words_in_its_label():
    html = rendered('{% button "Close" square=True icon="close" key="c" %}')
    assert 'aria-label="Close"' in html
    assert 'data-key="c"' in html
    assert ">Close<" not in html


# --- figures -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "mark"),
    [(0.81, 0.9, "w-dot"), (0.75, 0.85, "w-open"), (0.6, 0.7, "w-under")],
)
def test_the_mark_of_a_figure_says_where_its_interval_lies(low, high, mark):
    html = rendered("{% whisker .8 low high goal=.8 %}", low=low, high=high)
    assert set(re.findall(r"w-(?:dot|open|under|plain)", html)) == {mark}


def test_a_figure_shows_value_interval_and_number():
    html = rendered("{% figure .784 .774 .796 n=4128 goal=.8 scale=scale %}", scale=Scale(0.5, 1))
    assert ".784" in html
    assert ".774\N{EN DASH}.796" in html
    assert "4,128 tasks" in html
    assert "<svg" in html


@pytest.mark.parametrize("tag", ["figure", "figure_cells"])
def test_a_figure_that_is_not_defined_gives_its_reason_and_no_number(tag):
    html = rendered(f'{{% {tag} value reason="Only one label was ever used" %}}', value=None)
    assert "none" in html
    assert "Only one label was ever used" in html
    assert "<svg" not in html
    assert not re.search(r"\d", re.sub("<[^>]*>", "", html))


def test_an_axis_is_also_told_in_words():
    assert "On a scale from .5 to 1" in rendered("{% axis scale %}", scale=Scale(0.5, 1))


# --- forms -------------------------------------------------------------------------------------


def test_a_field_is_described_by_its_help_and_its_error():
    html = rendered("{% field form.name %}", form=NameForm({"name": "too long"}))
    described = re.search(r'aria-describedby="([^"]+)"', html)
    assert described
    for name in described[1].split():
        assert f'id="{name}"' in html
    assert 'aria-invalid="true"' in html
    assert "at most 5 characters" in html
    assert 'class="form-control"' in html


def test_each_sort_of_control_has_its_class():
    form = NameForm()
    assert "form-select" in rendered("{% field form.kind %}", form=form)
    assert "form-check-input" in rendered("{% field form.blind %}", form=form)
    assert "<fieldset" in rendered("{% field form.roles %}", form=form)


def test_the_summary_of_errors_leads_to_the_field():
    html = rendered('{% include "components/form_errors.html" %}', form=NameForm({}))
    assert "Please check one field." in html
    assert '<a href="#id_name">Name</a>' in html


def test_what_people_wrote_is_escaped_everywhere():
    bad = "<script>alert(1)</script>\"'"
    html = rendered(
        '{% include "components/chip.html" with name=bad colour=1 %}'
        '{% include "components/confirm.html" with id="x" title=bad loss=bad yes=bad word=bad %}'
        '{% include "components/toast.html" with text=bad %}'
        '{% include "components/empty.html" with title=bad text=bad label=bad href="/x" %}'
        '{% notice "bad" %}{{ bad }}{% endnotice %}{% scroll bad %}{{ bad }}{% endscroll %}'
        "{% icon 'book' label=bad %}{% key bad %}{% button bad %}{% legend_key 'above' bad %}"
        "{% figure None reason=bad %}",
        bad=bad,
    )
    assert "<script" not in html
    assert "\"'" not in html


# --- words for numbers and times ---------------------------------------------------------------


def test_how_long_ago_carries_the_exact_time():
    html = rendered("{{ moment|ago }}", moment=timezone.now() - timedelta(minutes=4))
    assert "4 min ago</time>" in html
    assert 'datetime="' in html
    assert rendered("{{ moment|ago }}", moment=None) == "never"
    assert "in 2 h" in rendered("{{ moment|ago }}", moment=timezone.now() + timedelta(hours=2))


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Marta Ilves", "MI"), ("Ana de la Cruz", "AC"), ("amina@example.org", "A"), ("", "")],
)
def test_initials(name, letters):
    assert rendered("{{ name|initials }}", name=name) == letters


def test_thousands():
    assert rendered("{{ n|thousands }}", n=1_000_000) == "1,000,000"


# --- the frame ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cookie", "shown"), [("dark", "dark"), ("light", "light"), ("x><", "auto"), (None, "auto")]
)
def test_only_a_known_theme_reaches_the_page(cookie, shown):
    request = RequestFactory(headers={"Cookie": f"theme={cookie}"} if cookie else {}).get("/")
    assert theme(request) == {"theme": shown}


@pytest.mark.parametrize(
    ("path", "current"),
    [("/p/1/tasks/", True), ("/p/1/tasks/7/", True), ("/p/1/tasks-old/", False)],
)
def test_the_tab_of_the_page_is_the_current_one(path, current):
    html = (
        engines["django"]
        .from_string('{% tab "/p/1/tasks/" "Tasks" 3 %}')
        .render({}, RequestFactory().get(path))
    )
    assert ('aria-current="page"' in html) is current


def test_the_page_of_last_resort_needs_nothing():
    html = engines["django"].get_template("500.html").render()
    assert "Something broke" in html
    assert "{%" not in html


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_nothing_that_the_policy_forbids(path):
    source = path.read_text("utf-8")
    assert not re.search(r"\sstyle=", source), "no inline style"
    markup = re.sub(r"\{%.*?%\}", "", source)
    assert not re.search(r"\son\w+=", markup), "no inline handler"
    assert not re.search(r"\shx-on", source), "no inline handler"
    assert not re.search(r"<script(?![^>]*\ssrc=)", source), "no inline script"
    assert not re.search(r"\|\s*safe\b|autoescape off", source), "no text declared safe"
    assert source.count("\n") <= 150, "a template has 150 lines at most"


def test_a_moment_is_shown_in_words_that_fit_its_distance():
    assert "just now" in rendered(
        "{{ moment|ago }}", moment=datetime.now(tz=timezone.get_current_timezone())
    )


def test_signing_out_is_a_post():
    request = RequestFactory().get("/")
    user = SimpleNamespace(name="Marta Ilves", email="marta@example.org")
    html = engines["django"].get_template("components/account.html").render({"user": user}, request)
    assert re.search(r'<form method="post" action="[^"]*sign-out/"', html)
    assert "csrfmiddlewaretoken" in html
    assert ">MI<" in html


@pytest.mark.parametrize(("level", "alerts"), [(messages.SUCCESS, 0), (messages.ERROR, 1)])
def test_the_servers_messages_are_toasts(level, alerts):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    vars(request)["_messages"] = CookieStorage(request)
    messages.add_message(request, level, "It is <b>kept</b>.")
    html = engines["django"].get_template("base.html").render({}, request)
    corner = html[html.index('class="toasts"') : html.index("<template")]
    assert "It is &lt;b&gt;kept&lt;/b&gt;." in corner
    assert corner.count('role="alert"') == alerts


def test_htmx_is_configured_for_a_strict_policy():
    html = engines["django"].get_template("base.html").render({}, RequestFactory().get("/"))
    [written] = re.findall(r"name=\"htmx-config\" content='([^']+)'", html)
    config = json.loads(written)
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert config["selfRequestsOnly"] is True
    assert config["historyCacheSize"] == 0
    assert "X-CSRFToken" in html

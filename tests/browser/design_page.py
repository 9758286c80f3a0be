"""Renders the style guide and serves it as the application would: same policy, same files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import engines

from apps.core.figures import Scale
from apps.core.templatetags.concord import icon_names

DIST = Path(settings.BASE_DIR) / "static" / "dist"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SOURCE = """# Topic

Choose the **one thing** that would end the conversation.

> Ya devolví el abrigo y me siguen cobrando.

1. Refund: money back, see [the rules](https://example.org/rules)
2. Delivery: `late` or lost

| label | key |
|---|---|
| Refund | 2 |
"""


class GuideForm(forms.Form):
    name = forms.CharField(label="Name", max_length=20, help_text="As people will see it.")
    email = forms.EmailField(label="E-mail")
    measure = forms.ChoiceField(choices=[("alpha", "Krippendorff alpha"), ("ac1", "Gwet AC1")])
    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=[("lead", "Lead"), ("annotator", "Annotator")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    order = forms.ChoiceField(
        label="Order",
        choices=[("a", "Widest first"), ("b", "Oldest first")],
        widget=forms.RadioSelect,
    )
    blind = forms.BooleanField(label="Names stay hidden in review", required=False)
    help = forms.CharField(label="Help", widget=forms.Textarea(attrs={"rows": 3}), required=False)


def job(state: str, **given: Any) -> SimpleNamespace:
    words = {"running": "Running", "queued": "Waiting", "failed": "Failed"}
    return SimpleNamespace(
        **{
            "state": state,
            "done": 0,
            "total": None,
            "message": "",
            "error": "",
            "is_ended": state == "failed",
        }
        | given,
        get_state_display=lambda: words[state],
    )


def render(name: str, theme: str = "auto") -> str:
    """A page of this folder, or one of the application's own templates."""
    request = HttpRequest()
    request.method = "GET"
    request.path = "/"
    request.META = {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80"}
    request.COOKIES = {"theme": theme}
    request.user = AnonymousUser()
    form = GuideForm({"name": "x" * 30, "email": "amina@", "measure": "ac1", "order": "a"})
    own = Path(__file__).parent / name
    engine = engines["django"]
    template = (
        engine.from_string(own.read_text("utf-8")) if own.exists() else engine.get_template(name)
    )
    return template.render(
        {
            "form": form,
            "crumbs": [("/projects/", "Projects"), ("/p/", "Support messages")],
            "running": job("running", done=412_000, total=1_000_000),
            "queued": job("queued"),
            "failed": job("failed", error="The disk is full: 1.2 GB needed, 0.3 GB free."),
            "labels": range(1, 9),
            "ramp": range(10),
            "icons": sorted(icon_names() - {"brand"}),
            "scale": Scale(0.5, 1.0),
            "figures": [
                ("Above", 0.861, 0.848, 0.873, 0.8, ""),
                ("Undecided", 0.788, 0.751, 0.824, 0.8, ""),
                ("Below", 0.741, 0.722, 0.759, 0.8, ""),
                ("No goal", 0.792, 0.781, 0.803, None, ""),
                ("Leaves the scale", 0.55, 0.41, 0.69, 0.8, ""),
                ("Not defined", None, None, None, 0.8, "Only one label was ever used"),
            ],
            "markdown": SOURCE,
        },
        request,
    )


class _Handler(SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        return str(DIST / path.removeprefix("/static/").split("?")[0])

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            super().do_GET()
            return
        cookie = self.headers.get("Cookie", "")
        theme = next((t for t in ("dark", "light") if f"theme={t}" in cookie), "auto")
        name = self.path.strip("/") or "styleguide"
        body = render(f"{name}.html", theme).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *args: Any) -> None:
        """Quiet: what fails shows in the page's console."""


@contextmanager
def serving() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""What every template knows."""

from __future__ import annotations

from django.http import HttpRequest

THEMES = ("auto", "light", "dark")


def theme(request: HttpRequest) -> dict[str, str]:
    """The colour theme chosen on this device. Written by the page's script, so not to be trusted."""
    chosen = request.COOKIES.get("theme", "auto")
    return {"theme": chosen if chosen in THEMES else "auto"}

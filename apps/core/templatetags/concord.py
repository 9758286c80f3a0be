"""The parts that pages are made of. Built in: no template needs to load it. Nothing here queries."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core import figures
from apps.core.figures import Scale
from apps.core.markdown import render

register = template.Library()

KEY_SIGNS = {
    "backspace": "⌫", "enter": "⏎", "escape": "Esc", "esc": "Esc", "space": "Space",
    "delete": "Del", "ctrl": "Ctrl", "alt": "Alt", "shift": "⇧",
    "pageup": "PgUp", "pagedown": "PgDn", "tab": "Tab",
    "arrowup": "↑", "arrowdown": "↓", "arrowleft": "←", "arrowright": "→",
}  # fmt: skip
ICON_IS_DECORATION = format_html('aria-hidden="{}"', "true")
NOTICE_ICONS = {"bad": "alert", "warn": "alert", "good": "check", "accent": "info", "": "info"}

# --- numbers and times -------------------------------------------------------------------------

register.filter("coefficient", figures.coefficient)
register.filter("goal", figures.goal)
register.filter("share", figures.share)
register.filter("probability", figures.probability)
register.filter("duration", figures.duration)
register.filter("markdown", render)
register.simple_tag(figures.interval, name="interval")


@register.filter
def thousands(value: float | None) -> str:
    return "none" if value is None else f"{value:,}"


@register.filter
def ago(moment: datetime | None) -> str | SafeString:
    """4 min ago, with the exact time in the element."""
    if moment is None:
        return "never"
    seconds = (timezone.now() - moment).total_seconds()
    words = "just now" if abs(seconds) < 5 else f"{figures.duration(round(abs(seconds)))} ago"
    if seconds <= -5:
        words = f"in {figures.duration(round(-seconds))}"
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        local.strftime("%-d %B %Y, %H:%M"),
        words,
    )


@register.filter
def initials(name: str) -> str:
    """At most two letters: "Marta Ilves" is MI, an address its first letter."""
    words = name.split("@", maxsplit=1)[0].split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


# --- icons and keys ----------------------------------------------------------------------------


@cache
def icon_names() -> frozenset[str]:
    sprite = (settings.BASE_DIR / "static" / "icons" / "icons.svg").read_text("utf-8")
    return frozenset(part.split('"', 1)[0] for part in sprite.split('id="i-')[1:])


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon of the sprite. Without a label it is decoration, and words stand beside it."""
    if name not in icon_names():
        raise template.TemplateSyntaxError(f"There is no icon {name!r} in static/icons/icons.svg.")
    meaning = format_html('role="img" aria-label="{}"', label) if label else ICON_IS_DECORATION
    return format_html(
        '<svg class="ico{}" {}><use href="{}#i-{}"/></svg>',
        f" {css}" if css else "",
        meaning,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def key(name: str) -> SafeString:
    """A keycap. Hidden from screen readers: the control carries the key itself."""
    parts = [name] if name == "+" else name.split("+")
    sign = " ".join(
        KEY_SIGNS.get(part.lower(), part if len(part) > 1 else part.upper()) for part in parts
    )
    return format_html('<kbd class="key" aria-hidden="true">{}</kbd>', sign)


@register.inclusion_tag("components/button.html")
def button(label: str, **given: Any) -> dict[str, Any]:
    """A button or, with `href`, a link: kind (primary, line, bare, bad), icon, key, opens, shuts, copies."""
    return {"label": label, "kind": "line", "type": "button"} | given


# --- figures -----------------------------------------------------------------------------------


@register.inclusion_tag("components/whisker.html")
def whisker(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    *,
    goal: float | None = None,
    scale: Scale | None = None,
    width: int = 320,
    narrow: int = 110,
    height: int = 24,
) -> dict[str, Any]:
    """Dot and whisker, once wide and once for a phone."""
    if value is None or not figures.is_number(value):
        return {"glyphs": []}
    sizes = ((width, "hide-sm"), (narrow, "show-sm"))
    return {
        "glyphs": [
            (
                figures.glyph(value, low, high, goal=goal, scale=scale, width=size, height=height),
                css,
            )
            for size, css in sizes
        ]
    }


@register.inclusion_tag("components/axis.html")
def axis(scale: Scale | None = None, width: int = 320, narrow: int = 110) -> dict[str, Any]:
    """The scale, drawn once in the head of the column."""
    scale = scale or Scale()

    def ticks(size: int, limit: int) -> list[tuple[float, str]]:
        return [(scale.place(t, size), figures.tick_label(t)) for t in scale.ticks(limit)]

    return {
        "axes": [
            (width, "hide-sm", ticks(width, 4 if width < 200 else 7)),
            (narrow, "show-sm", ticks(narrow, 3)),
        ],
        "start": figures.tick_label(scale.start),
        "end": figures.tick_label(scale.end),
    }


@register.inclusion_tag("components/figure.html")
def figure(
    value: float | None, low: float | None = None, high: float | None = None, **given: Any
) -> dict[str, Any]:
    """A figure with its interval: n, unit, goal, scale, big, and the reason if it is not defined."""
    return _figure(value, low, high) | given


@register.inclusion_tag("components/figure_cells.html")
def figure_cells(
    value: float | None, low: float | None = None, high: float | None = None, **given: Any
) -> dict[str, Any]:
    """The same as three cells of a row: value, interval, glyph (value and glyph on a phone)."""
    return _figure(value, low, high) | {"width": 320, "narrow": 110} | given


def _figure(value: float | None, low: float | None, high: float | None) -> dict[str, Any]:
    return {
        "value": value,
        "low": low,
        "high": high,
        "known": figures.is_number(value),
        "goal": None,
        "unit": "tasks",
        "reason": "",
    }


@register.inclusion_tag("components/verdict.html")
def verdict(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    goal: float | None = None,
) -> dict[str, Any]:
    """The sign and the word: above the goal, undecided, below."""
    found = figures.verdict(value, low, high, goal)
    return {"mark": found, "words": figures.VERDICT_WORDS[found]}


@register.inclusion_tag("components/verdict.html")
def legend_key(mark: str, words: str) -> dict[str, str]:
    return {"mark": mark, "words": words}


# --- forms -------------------------------------------------------------------------------------


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, **given: Any) -> dict[str, Any]:
    """A field of a form: label, control, help, errors; described to screen readers by both."""
    widget = bound.field.widget
    several = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    tick = isinstance(widget, CheckboxInput)
    select = isinstance(widget, Select) and not several
    css = "form-check-input" if tick or several else "form-select" if select else "form-control"
    own = widget.attrs.get("class", "")
    attrs = {"class": f"{css} {own}".strip()} | given.pop("attrs", {})
    return {
        "field": bound,
        "several": several,
        "tick": tick,
        "control": bound.as_widget(attrs=attrs),
    } | given


# --- blocks ------------------------------------------------------------------------------------


@register.simple_block_tag
def notice(content: SafeString, kind: str = "", role: str = "") -> SafeString:
    """{% notice "warn" %}<strong>What.</strong> And what to do.{% endnotice %}"""
    return format_html(
        '<div class="notice{}"{}>{}<div>{}</div></div>',
        f" notice-{kind}" if kind else "",
        format_html(' role="{}"', role) if role else "",
        icon(NOTICE_ICONS[kind]),
        content,
    )


@register.simple_block_tag
def scroll(content: SafeString, label: str) -> SafeString:
    """A box that a wide table scrolls in, reachable by keyboard: {% scroll "Questions, table" %}."""
    return format_html(
        '<div class="scroll" tabindex="0" role="group" aria-label="{}">{}</div>', label, content
    )


@register.inclusion_tag("components/tab.html", takes_context=True)
def tab(
    context: Context, url: str, label: str, count: object = None, *, exact: bool = False
) -> dict[str, Any]:
    """A tab of the top bar; the one whose address the page lies under is the current one."""
    path = context["request"].path if "request" in context else ""
    current = path == url or (not exact and path.startswith(url.rstrip("/") + "/"))
    return {"url": url, "label": label, "count": count, "current": current}

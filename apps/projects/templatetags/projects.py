"""What a page may offer to whom."""

from __future__ import annotations

from django import template
from django.template import Context

from apps.projects.permissions import May, can

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: Context, what: str) -> bool:
    """{% may "lead" as leads %}: whether who is signed in may do so in the page's project."""
    user = context["request"].user
    return can(May[what.upper()], role=context["project"].role, is_admin=user.is_admin)

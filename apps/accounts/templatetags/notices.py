"""What a person has not read yet."""

from __future__ import annotations

from django import template
from django.template import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_notices(context: Context) -> int:
    """{% unread_notices as unread %}: how many, which came along with the user of the session."""
    return int(getattr(context["user"], "unread_notices", 0))

"""What a person has not read yet."""

from __future__ import annotations

from django import template
from django.template import Context

from apps.accounts.models import Notice, User

register = template.Library()
# More are no more news.
MOST_COUNTED = 99


@register.simple_tag(takes_context=True)
def unread_notices(context: Context) -> int:
    """{% unread_notices as unread %}: how many, by one short read of an index."""
    user = context["user"]
    if not isinstance(user, User):
        return 0
    return Notice.objects.unread().filter(user_id=user.pk)[: MOST_COUNTED + 1].count()

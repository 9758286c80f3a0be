"""Who is named in a text: `@` and the whole name, as the completion puts it there."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from apps.comments.models import Comment, Mention
from apps.comments.permissions import may_be_named
from apps.projects.models import Membership, Project

MOST_NAMED = 200


def people_to_name(project: Project, *, by_role: str, by_id: int) -> list[Membership]:
    """Whom this person may mention, by name."""
    members = Membership.objects.active().people().filter(project=project, user__is_active=True)
    found = [
        member
        for member in members.exclude(user=by_id).select_related("user").order_by("user__name")
        if may_be_named(member, by_role=by_role, is_blind=project.is_blind)
    ]
    return found[:MOST_NAMED]


def named_in(text: str, names: Iterable[str]) -> set[str]:
    """Of these names the ones that stand behind an `@`; of two that fit, the longer.

    >>> sorted(named_in("@Ada Lovelace and @ada, not a@Bo", ["Ada", "Ada Lovelace", "Bo"]))
    ['Ada', 'Ada Lovelace']
    """
    found = set()
    longest = sorted(set(names), key=lambda name: (-len(name), name))
    low = text.casefold()
    parts = low.split("@")
    for before, after in pairwise(parts):
        if before[-1:].isalnum():
            continue
        hit = next((name for name in longest if _begins(after, name.casefold())), None)
        # The rest of a text is cut where another `@` stands, which a mail address has inside.
        if hit is not None:
            found.add(hit)
    return found | {name for name in longest if "@" in name and f"@{name.casefold()}" in low}


def _begins(text: str, name: str) -> bool:
    return text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()


def keep_mentions(comment: Comment, *, project: Project) -> list[int]:
    """Write whom the comment names; the people who were not named in it before."""
    people = people_to_name(project, by_role=comment.role, by_id=comment.author_id)
    names = named_in(comment.text, [member.display_name for member in people])
    wanted = {m.user_id for m in people if m.display_name in names and m.user_id is not None}
    had = set(comment.mentions.values_list("user_id", flat=True))
    comment.mentions.exclude(user__in=wanted).delete()
    fresh = sorted(wanted - had)
    Mention.objects.bulk_create(Mention(comment=comment, user_id=user_id) for user_id in fresh)
    return fresh

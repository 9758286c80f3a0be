"""What projects tell the apps above. Published through the outbox, in the transaction."""

MEMBER_CHANGED = "projects.member_changed"
"""A member's groups are others now. The subjects are memberships."""

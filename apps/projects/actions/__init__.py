"""Every change of a project, its people and its guideline."""

from apps.projects.actions.faults import BadProject, clean_text
from apps.projects.actions.guidelines import confirm_guideline, publish_guideline
from apps.projects.actions.invitations import (
    BadInvitation,
    EmailTaken,
    ForSomebodyElse,
    accept_invitation,
    invitation_for,
    invite,
    joined_by,
    revoke_invitation,
)
from apps.projects.actions.people import (
    LastLead,
    MayNotGrant,
    MembershipEnded,
    add_member,
    change_member,
    set_member_active,
)
from apps.projects.actions.protocol_states import NotNow, ProtocolLocked, check_protocol
from apps.projects.actions.settings import (
    KEPT_FOR,
    change_project,
    clean_settings,
    create_project,
    delete_project,
    restore_project,
    set_project_state,
)

__all__ = [
    "KEPT_FOR",
    "BadInvitation",
    "BadProject",
    "EmailTaken",
    "ForSomebodyElse",
    "LastLead",
    "MayNotGrant",
    "MembershipEnded",
    "NotNow",
    "ProtocolLocked",
    "accept_invitation",
    "add_member",
    "change_member",
    "change_project",
    "check_protocol",
    "clean_settings",
    "clean_text",
    "confirm_guideline",
    "create_project",
    "delete_project",
    "invitation_for",
    "invite",
    "joined_by",
    "publish_guideline",
    "restore_project",
    "revoke_invitation",
    "set_member_active",
    "set_project_state",
]

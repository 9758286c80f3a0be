"""All addresses of Concord, and who may ask for what. Written here a second time on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import URLPattern, URLResolver, get_resolver

from tests.security.callers import CALLERS, MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator

Who = frozenset[str]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
EVERYBODY: Who = frozenset(CALLERS)
PERSON: Who = EVERYBODY - {"anonymous", "closed", "revoked"}
ADMIN: Who = frozenset({"admin"})
MEMBER: Who = ADMIN | frozenset(MEMBERS)
LOOK: Who = ADMIN | {"lead", "reviewer", "viewer"}
DECIDE: Who = ADMIN | {"lead", "reviewer"}
LEAD: Who = ADMIN | {"lead"}
# An administrator answers only as a member.
ANNOTATE: Who = frozenset({"lead", "reviewer", "annotator"})
# What is one annotator's own work; what is the lead's own token.
MINE: Who = frozenset({"annotator"})
REVIEW: Who = frozenset({"lead", "reviewer"})
SPEAK: Who = ADMIN | ANNOTATE
LEADS_OWN: Who = frozenset({"lead"})

ROUTES: dict[str, dict[str, Who]] = {
    "livez": {"GET": EVERYBODY},
    "readyz": {"GET": EVERYBODY},
    "accounts:sign_in": {"GET": EVERYBODY, "POST": EVERYBODY},
    "accounts:sign_out": {"POST": EVERYBODY},
    "accounts:reset": {"GET": EVERYBODY, "POST": EVERYBODY},
    "accounts:reset_confirm": {"GET": EVERYBODY, "POST": EVERYBODY},
    "accounts:profile": {"GET": PERSON, "POST": PERSON},
    "accounts:password": {"GET": PERSON, "POST": PERSON},
    "accounts:tokens": {"GET": PERSON, "POST": PERSON},
    "accounts:revoke_token": {"POST": LEADS_OWN},
    "accounts:notices": {"GET": PERSON},
    "accounts:read_notices": {"POST": PERSON},
    "accounts:open_notice": {"POST": LEADS_OWN},
    "accounts:mail": {"POST": PERSON},
    "accounts:unsubscribe": {"GET": EVERYBODY, "POST": EVERYBODY},
    "accounts:users": {"GET": ADMIN},
    "accounts:change_user": {"POST": ADMIN},
    "projects:index": {"GET": PERSON},
    "projects:deleted": {"GET": PERSON, "POST": PERSON},
    "projects:join": {"GET": EVERYBODY, "POST": EVERYBODY},
    "projects:invite_user": {"GET": ADMIN, "POST": ADMIN},
    "projects:project": {"GET": MEMBER},
    "projects:settings": {"GET": LEAD, "POST": LEAD},
    "projects:change_state": {"POST": LEAD},
    "projects:delete": {"POST": LEAD},
    "projects:log": {"GET": LEAD},
    "projects:log_file": {"GET": LEAD},
    "projects:protocol": {"GET": LOOK, "POST": LEAD},
    "projects:amend": {"POST": LEAD},
    "projects:amend_close": {"POST": LEAD},
    "projects:protocol_file": {"GET": LOOK},
    "projects:people": {"GET": LEAD, "POST": LEAD},
    "projects:member": {"GET": LEAD, "POST": LEAD},
    "projects:change_active": {"POST": LEAD},
    "projects:revoke": {"POST": LEAD},
    "projects:guideline": {"GET": MEMBER, "POST": LEAD},
    "projects:preview_guideline": {"POST": LEAD},
    "projects:compare_guideline": {"GET": MEMBER},
    "quality:to_sign": {"GET": ANNOTATE, "POST": ANNOTATE},
    "quality:to_sign_notice": {"GET": ANNOTATE},
    "quality:signatures": {"GET": LEAD},
    "quality:gold": {"GET": LEAD},
    "quality:gold_plan": {"POST": LEAD},
    "quality:gold_make": {"POST": LEAD},
    "quality:gold_forget": {"POST": LEAD},
    "quality:gate_move": {"POST": LEAD},
    "routing:learning": {"GET": LOOK},
    "routing:plan": {"POST": LEAD},
    "routing:run": {"POST": LEAD},
    "routing:job": {"GET": LOOK},
    "routing:cancel": {"POST": LEAD},
    "routing:model": {"GET": LOOK},
    "routing:endpoints": {"GET": LEAD, "POST": LEAD},
    "routing:endpoint": {"GET": LEAD, "POST": LEAD},
    "routing:endpoint_do": {"POST": LEAD},
    "routing:endpoint_remove": {"POST": LEAD},
    "routing:endpoint_job": {"GET": LEAD},
    "routing:map": {"GET": LEAD},
    "routing:map_run": {"POST": LEAD},
    "routing:map_job": {"GET": LEAD},
    "routing:map_cancel": {"POST": LEAD},
    "routing:map_points": {"GET": LEAD},
    "routing:map_task": {"GET": LEAD},
    "routing:map_look": {"POST": LEAD},
    "routing:map_queue": {"POST": LEAD},
    "routing:undo": {"POST": LEAD},
    "routing:drift": {"GET": LEAD},
    "routing:drift_run": {"GET": LEAD},
    "routing:drift_help": {"POST": LEAD},
    "routing:drift_ask": {"POST": LEAD},
    "routing:drift_job": {"GET": LEAD},
    "routing:drift_cancel": {"POST": LEAD},
    "routing:replays": {"GET": LEAD},
    "routing:replay": {"GET": LEAD},
    "routing:adopt": {"POST": LEAD},
    "routing:replay_ask": {"POST": LEAD},
    "routing:replay_job": {"GET": LEAD},
    "routing:replay_cancel": {"POST": LEAD},
    "routing:note": {"GET": LOOK},
    "routing:why": {"GET": LOOK},
    "consensus:consensus": {"GET": LOOK},
    "consensus:choose": {"POST": LEAD},
    "consensus:compute": {"POST": LEAD},
    "consensus:job": {"GET": LOOK},
    "consensus:cancel": {"POST": LEAD},
    "annotations:new_project": {"GET": PERSON, "POST": PERSON},
    "annotations:project_form": {"POST": PERSON},
    "annotations:preview": {"POST": PERSON},
    "annotations:standings": {"GET": PERSON},
    "annotations:session": {"GET": PERSON},
    "annotations:overlap": {"GET": LEAD, "POST": LEAD},
    "annotations:questions": {"GET": LOOK, "POST": LEAD},
    "annotations:fields": {"GET": LEAD, "POST": LEAD},
    "annotations:preview_fields": {"POST": LEAD},
    "annotations:annotate": {"GET": ANNOTATE},
    "annotations:labels": {"GET": MEMBER},
    "annotations:next": {"POST": ANNOTATE},
    "annotations:submit": {"POST": MINE},
    "annotations:revise": {"POST": MINE},
    "annotations:skip": {"POST": MINE},
    "annotations:draft": {"POST": MINE},
    "annotations:release": {"POST": MINE},
    "annotations:recent": {"GET": MINE},
    "annotations:show_guideline": {"GET": ANNOTATE},
    "annotations:confirm": {"POST": ANNOTATE},
    "annotations:tasks": {"GET": LOOK},
    "annotations:task": {"GET": LOOK},
    "annotations:change_task": {"POST": LEAD},
    "comments:threads": {"GET": MEMBER},
    "comments:of_task": {"GET": MEMBER, "POST": SPEAK},
    "comments:of_guideline": {"GET": MEMBER, "POST": SPEAK},
    # The annotator's own thread.
    "comments:thread": {"GET": MEMBER, "POST": SPEAK},
    "comments:resolve": {"POST": SPEAK},
    # The annotator's own remark: a lead takes it out, nobody else touches it.
    "comments:comment": {"POST": LEAD | MINE},
    "agreement:dashboard": {"GET": LOOK},
    "agreement:who": {"GET": LOOK},
    "agreement:what": {"GET": LOOK},
    "agreement:where": {"GET": LOOK},
    "agreement:why": {"GET": LOOK},
    "agreement:needed": {"GET": LOOK},
    "agreement:compare": {"GET": LOOK},
    "agreement:report": {"GET": LOOK},
    "agreement:tasks": {"GET": LOOK},
    "agreement:row": {"GET": LOOK},
    "agreement:by_name": {"POST": LEAD},
    "quality:conflicts": {"GET": LOOK},
    "quality:list": {"GET": LOOK},
    "quality:count": {"GET": LOOK},
    "quality:adjudicate": {"GET": DECIDE},
    "quality:decide": {"POST": DECIDE},
    "quality:later": {"POST": DECIDE},
    "quality:send_back": {"POST": DECIDE},
    "quality:take_back": {"POST": DECIDE},
    "quality:alike": {"GET": DECIDE, "POST": DECIDE},
    "quality:take_pass": {"POST": DECIDE},
    # An administrator reviews only as a member.
    "quality:review": {"GET": REVIEW},
    "quality:verdict": {"POST": REVIEW},
    "quality:review_later": {"POST": REVIEW},
    # The reviewer's own verdict; the annotator's own answer.
    "quality:verdict_undo": {"POST": frozenset({"reviewer"})},
    "quality:contest": {"GET": MINE, "POST": MINE},
    "quality:returned": {"GET": ANNOTATE},
    "quality:returned_notice": {"GET": ANNOTATE},
    "quality:answer_return": {"POST": MINE},
    "quality:appeals": {"GET": REVIEW, "POST": REVIEW},
    "quality:appeal": {"GET": REVIEW, "POST": REVIEW},
    "quality:appeal_desk": {"GET": LEAD, "POST": LEAD},
    "quality:appeal_erase": {"POST": LEAD},
    "quality:appeal_restore": {"POST": LEAD},
    # The address says what may be asked.
    "quality:outside": {"GET": EVERYBODY, "POST": EVERYBODY},
    "quality:outside_state": {"GET": EVERYBODY, "POST": EVERYBODY},
    "quality:checks": {"GET": LEAD},
    "quality:checks_run": {"POST": LEAD},
    "quality:rules": {"GET": LEAD, "POST": LEAD},
    "quality:checks_job": {"GET": LEAD},
    "quality:finding": {"POST": LEAD},
    "quality:annotators": {"GET": LEAD},
    "quality:diagnostic": {"GET": LEAD},
    "quality:annotators_run": {"POST": LEAD},
    "quality:annotators_job": {"GET": LEAD},
    "quality:who_for_what": {"GET": LEAD},
    "quality:annotator": {"GET": LEAD},
    "quality:aside_new": {"POST": LEAD},
    "quality:aside": {"GET": LEAD},
    "quality:aside_job": {"GET": LEAD},
    "quality:aside_move": {"POST": LEAD},
    "quality:my_work": {"GET": ANNOTATE},
    "quality:stages": {"GET": LEAD, "POST": LEAD},
    "quality:stages_preview": {"POST": LEAD},
    "agreement:guideline_effect": {"GET": DECIDE},
    "comments:fold": {"GET": LEAD, "POST": LEAD},
    "comments:take_up": {"POST": DECIDE},
    "quality:task_history": {"GET": DECIDE},
    "quality:calibrations": {"GET": MEMBER, "POST": LEAD},
    "quality:calibration": {"GET": MEMBER},
    "quality:calibration_open": {"POST": LEAD},
    "quality:calibration_task": {"GET": MEMBER, "POST": DECIDE},
    "quality:calibration_say": {"POST": SPEAK},
    "exchange:media": {"GET": MEMBER},
    "exchange:tile": {"GET": MEMBER},
    # The address says whom it was given to, and stands for them.
    "exchange:lent": {"GET": EVERYBODY},
    "exchange:for_model": {"GET": EVERYBODY},
    "exchange:assets": {"GET": LEAD, "POST": LEAD},
    "exchange:asset_delete": {"POST": LEAD},
    "exchange:asset_again": {"POST": LEAD},
    "exchange:drawn": {"GET": MEMBER},
    "exchange:upload_run": {"GET": LEAD},
    "exchange:upload_cancel": {"POST": LEAD},
    "exchange:upload_again": {"POST": LEAD},
    "exchange:imports": {"GET": LEAD},
    "exchange:import_new": {"GET": LEAD, "POST": LEAD},
    "exchange:import_run": {"GET": LEAD, "POST": LEAD},
    "exchange:import_preview": {"POST": LEAD},
    "exchange:import_cancel": {"POST": LEAD},
    "exchange:import_again": {"POST": LEAD},
    "exchange:import_delete": {"POST": LEAD},
    "exchange:import_report": {"GET": LEAD},
    "exchange:exports": {"GET": DECIDE, "POST": DECIDE},
    "exchange:export_run": {"GET": DECIDE},
    "exchange:export_cancel": {"POST": DECIDE},
    "exchange:download": {"GET": DECIDE},
    "api:schema": {"GET": EVERYBODY},
    "api:docs": {"GET": EVERYBODY},
    "api:me": {"GET": PERSON},
    "api:projects": {"GET": PERSON, "POST": PERSON},
    "api:project": {"GET": MEMBER, "PATCH": LEAD, "DELETE": LEAD},
    "api:members": {"GET": LEAD, "POST": LEAD},
    "api:member": {"GET": LEAD, "PATCH": LEAD, "DELETE": LEAD},
    "api:questions": {"GET": MEMBER, "PUT": LEAD},
    "api:guideline": {"GET": MEMBER, "PUT": LEAD},
    "api:gold_list": {"GET": DECIDE, "POST": LEAD},
    "api:gold": {"DELETE": LEAD},
    "api:gold_plan": {"GET": LEAD, "PATCH": LEAD},
    "api:gates": {"GET": LEAD},
    "api:gate": {"POST": LEAD},
    "api:assets": {"GET": MEMBER, "POST": LEAD},
    "api:asset": {"GET": MEMBER, "DELETE": LEAD},
    "api:upload": {"GET": LEAD},
    "api:upload_cancel": {"POST": LEAD},
    "api:imports": {"GET": LEAD, "POST": LEAD},
    "api:import": {"GET": LEAD},
    "api:import_cancel": {"POST": LEAD},
    "api:tasks": {"GET": LOOK},
    "api:task": {"GET": LOOK, "PATCH": LEAD, "DELETE": LEAD},
    "api:task_threads": {"GET": MEMBER, "POST": SPEAK},
    "api:threads": {"GET": MEMBER, "POST": SPEAK},
    "api:thread": {"GET": MEMBER, "PATCH": SPEAK},
    "api:thread_comments": {"POST": SPEAK},
    "api:comment": {"PATCH": MINE, "DELETE": LEAD | MINE},
    "api:adjudicate": {"POST": DECIDE},
    "api:next": {"POST": ANNOTATE},
    "api:submit": {"POST": MINE},
    "api:skip": {"POST": MINE},
    "api:draft": {"POST": MINE},
    "api:release": {"POST": MINE},
    "api:annotations": {"GET": MEMBER},
    "api:annotation": {"GET": MEMBER},
    "api:revise": {"POST": MINE},
    "api:agreement": {"GET": LOOK},
    "api:agreement_compare": {"GET": LOOK},
    "api:annotators": {"GET": LOOK},
    "api:diagnostic": {"GET": LEAD},
    "api:annotator": {"GET": LEAD},
    "api:asides": {"GET": LEAD, "POST": LEAD},
    "api:aside": {"GET": LEAD, "POST": LEAD},
    "api:consensus": {"GET": LOOK, "POST": LEAD},
    "api:consensus_runs": {"GET": LOOK},
    "api:conflicts": {"GET": LOOK},
    "api:findings": {"GET": LEAD},
    "api:queue": {"GET": LOOK, "POST": LEAD},
    "api:models": {"GET": LOOK},
    "api:endpoints": {"GET": LEAD, "POST": LEAD},
    "api:endpoint": {"GET": LEAD, "PATCH": LEAD, "DELETE": LEAD},
    "api:endpoint_do": {"POST": LEAD},
    "api:map": {"GET": LEAD, "POST": LEAD},
    "api:drift": {"GET": LEAD, "POST": LEAD},
    "api:replays": {"GET": LEAD, "POST": LEAD},
    "api:thread_fold": {"POST": LEAD},
    "api:task_history": {"GET": DECIDE},
    "api:calibrations": {"GET": MEMBER, "POST": LEAD},
    "api:calibration": {"GET": MEMBER},
    "api:calibration_open": {"POST": LEAD},
    "api:signatures": {"GET": MEMBER, "POST": ANNOTATE},
    "api:signatures_waiting": {"GET": ANNOTATE},
    "api:protocol": {"GET": LOOK, "PATCH": LEAD},
    "api:amendments": {"GET": LOOK, "POST": LEAD},
    "api:amendment_close": {"POST": LEAD},
    "api:rules": {"GET": LEAD, "PUT": LEAD},
    "api:rules_trial": {"POST": LEAD},
    "api:stages": {"GET": LOOK, "PUT": LEAD},
    "api:reviews": {"GET": LOOK, "POST": REVIEW},
    "api:reviews_next": {"POST": REVIEW},
    "api:appeals": {"GET": DECIDE, "POST": DECIDE},
    "api:appeals_desk": {"GET": LEAD, "PATCH": LEAD},
    "api:appeals_figures": {"GET": DECIDE},
    "api:appeals_links": {"GET": LEAD},
    "api:appeal": {"GET": DECIDE, "DELETE": LEAD},
    "api:appeal_decide": {"POST": REVIEW},
    "api:appeal_look": {"POST": DECIDE},
    "api:appeal_restore": {"POST": LEAD},
    "api:contests": {"GET": ANNOTATE, "POST": MINE},
    "api:review_undo": {"POST": frozenset({"reviewer"})},
    "api:reviewers": {"GET": LEAD},
    "api:stages_preview": {"POST": LEAD},
    "api:exports": {"GET": DECIDE, "POST": DECIDE},
    "api:export": {"GET": DECIDE},
    "api:download": {"GET": DECIDE},
    "api:job": {"GET": LEAD},
}
# Says 404 to everybody, whatever is asked.
NO_CALL = "api:no_such_call"


def all_routes() -> dict[str, str]:
    """Name and address of every route, as `{part}` where the address has a part."""
    return dict(_under(get_resolver(), "", ""))


def _under(resolver: URLResolver, space: str, prefix: str) -> Iterator[tuple[str, str]]:
    space = f"{space}{resolver.namespace}:" if resolver.namespace else space
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _under(entry, space, address)
        else:
            yield f"{space}{_name_of(entry)}", _as_format(address)


def _name_of(entry: URLPattern) -> str:
    return entry.name or repr(entry.callback)


def _as_format(address: str) -> str:
    """`p/<int:task_id>/` as `p/{task_id}/`; an expression's marks are left out."""
    parts = address.replace("^", "").replace(".*$", "nothing/").split("<")
    return parts[0] + "".join(
        "{" + part.partition(">")[0].rpartition(":")[2] + "}" + part.partition(">")[2]
        for part in parts[1:]
    )


def is_api(name: str) -> bool:
    return name.startswith("api:")

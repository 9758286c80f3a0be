"""What no request may do: be forged, change something by being looked at, come without headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from tests.security.callers import CANARIES, leaks
from tests.security.calling import body_of, call, is_sent_to_sign_in
from tests.security.headers import header_faults
from tests.security.routes import EVERYBODY, METHODS, NO_CALL, ROUTES, all_routes, is_api

if TYPE_CHECKING:
    from tests.security.house import House

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("_no_logs")]
UNSAFE = [method for method in METHODS if method != "GET"]
# What looking may change, and why that does no harm when another site makes a browser look.
MAY_CHANGE_BY_GET = {
    # The first task is lent to the person whom the page shows it; looking again lends no more.
    "annotations:annotate": {
        "tasks_assignment",
        "tasks_place",
        "tasks_queueentry",
    },
    # That a file was taken away is written down.
    "exchange:download": {"core_auditevent"},
    "api:download": {"core_auditevent"},
    "projects:log_file": {"core_auditevent"},
    "quality:looks_file": {"core_auditevent"},
    # Figures that are due are asked for.
    "agreement:dashboard": {"core_jobrun"},
    "agreement:row": {"core_jobrun"},
    # A figure that was worked out is kept for whoever asks next.
    "api:agreement": {"agreement_report"},
    "api:annotators": {"agreement_report"},
    "quality:reader_report": {"agreement_report"},
    "api:annotator": {"agreement_report"},
    # What a reviewer has before them nobody else gets.
    "quality:review": {"quality_reviewcase"},
}
# Of every request.
NOT_COUNTED = {"django_session", "accounts_apitoken"}


def _one_of(may: frozenset[str]) -> str:
    """Somebody of those who may: what is refused then is refused for another reason."""
    return next(who for who in ("lead", "annotator", "admin", "reviewer") if who in may)


# Signed addresses in mails: who has one may end the mails, whoever they are.
SIGNED = {"accounts:unsubscribe"}


def test_nothing_is_written_without_the_csrf_token(house: House) -> None:
    passed = []
    for name, pattern in all_routes().items():
        if name in {NO_CALL, *SIGNED}:
            continue
        for method in [method for method in UNSAFE if method in ROUTES[name]]:
            who = _one_of(ROUTES[name][method])
            client = house.session(who, enforce_csrf_checks=True)
            with transaction.atomic():
                code = call(
                    client, method, house.url(pattern, name), body_of(name, house)
                ).status_code
                transaction.set_rollback(True)
            if code != 403:
                passed.append(f"{method} {name} as {who}: {code}")

    assert passed == []


def test_a_forged_sign_in_is_refused(house: House) -> None:
    """Signing somebody in as another person is an attack, too."""
    client = house.session("anonymous", enforce_csrf_checks=True)

    for name in ("accounts:sign_in", "accounts:reset", "accounts:reset_confirm", "projects:join"):
        assert call(client, "POST", house.url(all_routes()[name], name)).status_code == 403


@pytest.mark.parametrize("who", ["lead", "annotator"])
def test_looking_changes_nothing(house: House, who: str) -> None:
    client, changed = house.session(who), []
    before = _marks()
    for name, pattern in all_routes().items():
        if who not in ROUTES.get(name, {}).get("GET", ()):
            continue
        headers = house.token(who) if is_api(name) else {}
        with transaction.atomic():
            call(client, "GET", house.url(pattern, name), headers=headers)
            after = _marks()
            transaction.set_rollback(True)
        wrong = {table for table in after if after[table] != before[table]}
        if wrong := wrong - MAY_CHANGE_BY_GET.get(name, set()):
            changed.append(f"GET {name} changed {sorted(wrong)}")

    assert changed == []


def _marks() -> dict[str, str]:
    """A mark of the rows of each table."""
    tables = sorted(set(connection.introspection.table_names()) - NOT_COUNTED)
    each = " UNION ALL ".join(
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"  # noqa: S608
        f' FROM "{table}" t'
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(each)
        return dict(cursor.fetchall())


@pytest.mark.parametrize("who", ["lead", "anonymous"])
def test_an_address_that_is_none_has_the_headers_too(house: House, who: str) -> None:
    """Those that are some are asked for where each is asked who gets in."""
    assert header_faults(call(house.session(who), "GET", "/none/")) == []


@pytest.mark.proof
def test_an_annotator_reads_nothing_of_others(house: House) -> None:
    """Not their names or answers, nor gold, meta, notes, reasons or drafts, by any address. What
    asks for every address by session looks for them too, in a project that is regulated.
    """
    shown = []
    for name, pattern in all_routes().items():
        for method in METHODS:
            who = ROUTES.get(name, {}).get(method, frozenset())
            if who != EVERYBODY and name != NO_CALL:
                shown += _leaks(house, "annotator", method, name, pattern, set(CANARIES))

    assert shown == []


def test_a_reviewer_of_a_blind_project_reads_no_names(house: House) -> None:
    """What they judge are answers; whose they are would judge with them."""
    names = {"name", "email", "external"}
    shown = []
    for name, pattern in all_routes().items():
        if "reviewer" in ROUTES.get(name, {}).get("GET", ()):
            shown += _leaks(house, "reviewer", "GET", name, pattern, names)

    assert shown == []


def _leaks(
    house: House, who: str, method: str, name: str, pattern: str, canaries: set[str]
) -> list[str]:
    client = house.session(who)
    headers = house.token(who) if is_api(name) else {}
    with transaction.atomic():
        answer = call(client, method, house.url(pattern, name), body_of(name, house), headers)
        transaction.set_rollback(True)
    if is_sent_to_sign_in(answer):
        return [f"{method} {name}: was not signed in"]
    return [f"{method} {name} as {who}: {one}" for one in leaks(answer, canaries)]


def test_the_canaries_are_seen_by_who_may(house: House) -> None:
    """Else the test above would pass on a house without any."""
    client, seen = house.session("lead"), ""
    for name, pattern in all_routes().items():
        if "lead" in ROUTES.get(name, {}).get("GET", ()):
            seen += call(client, "GET", house.url(pattern, name)).body.decode(errors="replace")

    missing = {key for key in CANARIES if CANARIES[key] not in seen}
    # A draft is its writer's alone.
    assert missing <= {"draft"}, missing

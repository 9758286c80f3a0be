"""Every address, every method, every kind of person, by session and by token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from django.db import transaction

from tests.security.callers import CALLERS, NOBODY, OUTSIDE, leaks
from tests.security.calling import body_of, call, is_sent_to_sign_in
from tests.security.headers import header_faults
from tests.security.routes import EVERYBODY, METHODS, NO_CALL, PERSON, ROUTES, all_routes, is_api
from tests.security.seen import last_look, regulate, unseen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.security.house import House

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_no_logs")]
TOKENS_OF_EACH_DAY = {"annotator", "former", "closed", "revoked"}
# One of each sort: who leads, who works, who has nothing to do with it, who is nobody.
SESSIONS_OF_EACH_DAY = {"lead", "annotator", "outsider", "anonymous"}
# Pages that are no project's: whoever may not open them is told so.
PROJECTLESS = {"accounts:users", "accounts:change_user", "projects:invite_user"}


def test_every_route_says_who_may() -> None:
    found = all_routes().keys() - {NO_CALL}
    missing, gone = sorted(found - ROUTES.keys()), sorted(ROUTES.keys() - found)

    assert not missing, (
        f"Nobody said who may open {missing}: add each to ROUTES in tests/security/routes.py with"
        " the people of each method, and to make_house what its address names."
    )
    assert not gone, f"Take {gone} out of ROUTES: there are no such routes."


@pytest.mark.slow
@pytest.mark.parametrize(
    "who",
    [
        pytest.param(who, marks=() if who in SESSIONS_OF_EACH_DAY else pytest.mark.proof)
        for who in CALLERS
        if who != "revoked"
    ],
)
def test_who_gets_in_by_session(house: House, who: str) -> None:
    assert _faults(house, who, "session", all_routes()) == []


@pytest.mark.parametrize(
    "who",
    [
        # The API's own tests ask for these each day.
        pytest.param(who, marks=() if who in TOKENS_OF_EACH_DAY else pytest.mark.proof)
        for who in CALLERS
    ],
)
def test_who_gets_in_by_token(house: House, who: str) -> None:
    routes = {name: pattern for name, pattern in all_routes().items() if is_api(name)}

    assert _faults(house, who, "token", routes) == []


def test_a_token_opens_no_page(house: House) -> None:
    """A token is for programs: before a page its owner is nobody."""
    routes = {name: pattern for name, pattern in all_routes().items() if not is_api(name)}

    assert _faults(house, "lead", "token", routes) == []


def _faults(house: House, who: str, way: str, routes: dict[str, str]) -> list[str]:
    """Each request is taken back, so that each finds the house as it was made.

    The project is regulated: what is shown of its cases must be written down, whoever asks.
    """
    found = []
    regulate(house)
    before = last_look()
    for name, pattern in routes.items():
        for method in _methods(name, who):
            with transaction.atomic():
                answer = _ask(house, who, way, method, name, pattern)
                faults = [_fault(answer, who, way, method, name), unseen(answer, name, before)]
                transaction.set_rollback(True)
            faults += header_faults(answer, name)
            if who == "annotator" and ROUTES.get(name, {}).get(method) != EVERYBODY:
                faults += [f"shows {one}" for one in leaks(answer)]
            found += [f"{method} {name} as {who} by {way}: {fault}" for fault in faults if fault]
    return found


def _methods(name: str, who: str) -> Iterator[str]:
    """Those that it takes. What a route does not take at all, it takes from its lead as little as
    from others: of those one, another for each route."""
    taken = ROUTES.get(name, {})
    yield from taken
    others = [method for method in METHODS if method not in taken]
    if others and (who == "lead" or not taken):
        yield others[crc32(name.encode()) % len(others)]


def _ask(house: House, who: str, way: str, method: str, name: str, pattern: str) -> Any:
    """A program shows only its token, and needs no CSRF token."""
    client = house.session(who if way == "session" else "anonymous")
    if way == "token":
        client.handler.enforce_csrf_checks = is_api(name)
    headers = house.token(who) if way == "token" else {}
    return call(client, method, house.url(pattern, name), body_of(name, house), headers)


def _fault(answer: Any, who: str, way: str, method: str, name: str) -> str:
    """What is wrong with an answer, or nothing."""
    code = answer.status_code
    if code >= 500:
        return f"broke with {code}"
    if name == NO_CALL:
        return "" if code == 404 else f"{code}, not 404"
    may = ROUTES[name].get(method)
    if way == "token" and not is_api(name):
        # A token is for programs: before a page it is nothing.
        who = "anonymous"
    if may is None:
        return "" if code in {401, 403, 404, 405} or is_sent_to_sign_in(answer) else f"gave {code}"
    if who in may:
        is_in = code not in {401, 403, 404, 405} and not is_sent_to_sign_in(answer)
        return "" if is_in or may == EVERYBODY else f"kept out with {code}"
    return "" if _is_refusal(answer, who, name, may) else f"got {code}"


def _is_refusal(answer: Any, who: str, name: str, may: frozenset[str]) -> bool:
    code = answer.status_code
    if who in NOBODY:
        return code == 401 if is_api(name) else is_sent_to_sign_in(answer)
    if who in OUTSIDE and name not in PROJECTLESS:
        return code == 404
    return code in {403, 404}


def test_the_table_leaves_nobody_out() -> None:
    """Each set is of people that exist; only public pages are open to those who are nobody."""
    sets = {may for methods in ROUTES.values() for may in methods.values()}

    assert all(may <= EVERYBODY for may in sets)
    assert all(may == EVERYBODY or may <= PERSON for may in sets)

"""How a project's own model is doing, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from apps.core.figures import duration
from apps.routing.actions.endpoints import not_listed
from apps.routing.models import Endpoint


@dataclass(frozen=True)
class Standing:
    """A headline, what else there is to say, and how bad it is: good, warn, bad, or nothing."""

    headline: str
    more: str
    kind: str


def standing_of(endpoint: Endpoint, at: datetime) -> Standing:
    if endpoint.is_paused:
        return Standing("It is paused.", "Nobody asks it until you go on with it.", "")
    if why := not_listed(endpoint.url):
        return Standing("This server does not ask there.", why, "bad")
    circuit = endpoint.breaker
    left = circuit.until - at.timestamp()
    if circuit.state != "closed":
        often = f"It failed {circuit.failures} times in a row. {endpoint.problem}"
        if circuit.state == "half_open" and left > 0:
            return Standing("It is being tried again.", often, "warn")
        when = f"in {duration(left)}" if left > 0 else "with the next question"
        return Standing("It is left alone for a while.", f"{often} It is tried {when}.", "bad")
    if endpoint.problem:
        return Standing("It did not answer well.", f"{endpoint.problem} {_next(endpoint)}", "bad")
    if endpoint.well_at is None:
        return Standing("It has not been asked yet.", "", "")
    return Standing("It is well.", "", "good")


def _next(endpoint: Endpoint) -> str:
    if endpoint.is_suggesting or endpoint.is_taught:
        return "It is asked again in about a minute."
    return "Check it when you have looked."

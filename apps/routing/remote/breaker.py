"""A circuit breaker: who has failed often is left alone for a while, then tried once.

Nygard, M. (2007). Release It! Pragmatic Bookshelf, chapter 5.

A state is a small value, given and returned, and time comes from the caller: so it can be kept in a
row, and be read and tried without a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Generic, Literal, TypeVar

from apps.routing.remote.errors import RemoteError, Resting

State = Literal["closed", "open", "half_open"]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """After how many failures in a row it opens, and for how many seconds it then rests.

    Each further time it rests twice as long, at most `longest`. A trial of which nobody has told
    within `trial_seconds` is taken for dead, and another may be made.
    """

    failures: int = 5
    rest: float = 30
    longest: float = 3600
    trial_seconds: float = 300


DEFAULT = Rules()


@dataclass(frozen=True, kw_only=True)
class Circuit:
    """Closed: ask. Open: do not ask before `until`. Half open: one trial is on its way."""

    state: State = "closed"
    # Failures in a row.
    failures: int = 0
    # How often it has opened since something last went well.
    rests: int = 0
    # Seconds of the caller's clock: when the rest, or the time of the trial, is over.
    until: float = 0.0

    def row(self) -> dict[str, Any]:
        """As plain JSON.

        >>> Circuit.of(Circuit(failures=2).row()) == Circuit(failures=2)
        True
        """
        return asdict(self)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Circuit:
        return cls(**row)

    def admit(self, now: float, rules: Rules = DEFAULT) -> Circuit | None:
        """The state with which to ask now; None: do not ask.

        >>> Circuit(state="open", until=10).admit(9) is None
        True
        >>> trial = Circuit(state="open", until=10).admit(10)
        >>> trial.state, trial.admit(11)
        ('half_open', None)
        """
        if self.state == "closed":
            return self
        if now < self.until:
            return None
        return replace(self, state="half_open", until=now + rules.trial_seconds)

    def succeeded(self) -> Circuit:
        return Circuit()

    def failed(self, now: float, rules: Rules = DEFAULT) -> Circuit:
        """
        >>> Circuit(failures=4).failed(100)
        Circuit(state='open', failures=5, rests=1, until=130)
        """
        failures = self.failures + 1
        if self.state == "closed" and failures < rules.failures:
            return replace(self, failures=failures)
        # A power of more than this would be no number any more, and is beyond the longest.
        rest = min(rules.rest * 2 ** min(self.rests, 30), rules.longest)
        return Circuit(state="open", failures=failures, rests=self.rests + 1, until=now + rest)


@dataclass(frozen=True, kw_only=True)
class Outcome(Generic[T]):
    """What came of a call, and the state to keep. One of `value` and `error` is there."""

    circuit: Circuit
    value: T | None = None
    error: RemoteError | None = None


def guarded(
    circuit: Circuit,
    call: Callable[[], T],
    *,
    clock: Callable[[], float],
    rules: Rules = DEFAULT,
    keep: Callable[[Circuit], None] | None = None,
) -> Outcome[T]:
    """Make the call if the circuit lets it through. Errors that are none of the model's pass on.

    `keep` is given the state before the call, where that is another: whoever shares a circuit among
    processes writes it down there, else each of them makes a trial.
    """
    now = clock()
    admitted = circuit.admit(now, rules)
    if admitted is None:
        wait = max(1, round(circuit.until - now))
        sentence = (
            f"The model failed {circuit.failures} times in a row; it is asked again in {wait} s."
        )
        return Outcome(circuit=circuit, error=Resting(sentence))
    if keep is not None and admitted != circuit:
        keep(admitted)
    try:
        value = call()
    except RemoteError as error:
        return Outcome(circuit=admitted.failed(clock(), rules), error=error)
    return Outcome(circuit=admitted.succeeded(), value=value)

"""Asks a model. Each question is a call; the answer is whole, or an error says what was wrong."""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from apps.core import fetching
from apps.core.fetching import Limits, Reply
from apps.routing.remote.asked import Item
from apps.routing.remote.errors import (
    Broken,
    Busy,
    Failing,
    NotAllowed,
    Refused,
    RemoteError,
    Slow,
    TooLarge,
    Unreachable,
    WrongShape,
)
from apps.routing.remote.interface import Interface
from apps.routing.remote.reading import Foretold, parsed, read_predictions

BUSY = {429, 502, 503, 504}
# The longest that one waits because the other side asks for it.
LONGEST_WAIT = 30.0
ERRORS: Mapping[type[fetching.BadAddress], type[RemoteError]] = {
    fetching.NotReached: Unreachable,
    fetching.BrokenOff: Broken,
    fetching.TooSlow: Slow,
    fetching.TooMuch: TooLarge,
}


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where a model is, and how it is asked. The address is that of the backend's root."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)
    limits: Limits = field(default_factory=Limits)
    # How often a question is asked that may be asked again, and the first wait between.
    tries: int = 3
    first_wait: float = 0.5
    # Tasks in one question.
    batch: int = 50

    def address(self, call: str) -> str:
        return f"{self.url.rstrip('/')}/{call}"

    def headers(self) -> dict[str, str]:
        if not self.user:
            return {}
        both = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {both}"}


class RemoteModel:
    """A model behind an endpoint, for one project.

    `project` is its number and the second it was made, `12.1764230000`: backends keep what they
    learned by it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        project: str,
        interface: Interface,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.endpoint, self.project, self.interface = endpoint, project, interface
        self._sleep, self._chance = sleep, chance

    def health(self) -> str:
        """What it calls itself."""
        found = parsed(self._ask("health", None).body)
        if str(found.get("status", "")).upper() != "UP":
            raise Failing("The model does not say that it is up.")
        return str(found.get("model_class") or "")[:120]

    def setup(self) -> str:
        """Tell it the questions; its version, if it says one."""
        body = {
            "project": self.project,
            "schema": self.interface.label_config,
            # It is told no address of ours and no key: it gets what it needs with each question.
            "hostname": "",
            "access_token": "",
            "extra_params": None,
        }
        found = parsed(self._ask("setup", body).body)
        return str(found.get("model_version") or "")[:120]

    def predict(
        self, items: Sequence[Item], *, context: Mapping[str, Any] | None = None
    ) -> list[Foretold]:
        """One for each task, in their order: all of them, or a RemoteError."""
        found: list[Foretold] = []
        for start in range(0, len(items), self.endpoint.batch):
            some = items[start : start + self.endpoint.batch]
            body = {
                "tasks": [self.interface.task(item) for item in some],
                "project": self.project,
                "label_config": self.interface.label_config,
                "model_version": None,
                "params": {"login": None, "password": None, "context": context},
            }
            reply = self._ask("predict", body)
            found += read_predictions(reply.body, self.interface, some)
        return found

    def train(self, tasks: Sequence[Mapping[str, Any]], *, by_webhook: bool = True) -> None:
        """Give it annotated tasks (`Interface.annotated`) to learn from.

        By the webhook's START_TRAINING, which backends of today know, or by /train, which older
        ones do. It is not asked again where it may have begun already.
        """
        number = self.project.partition(".")[0]
        config = self.interface.label_config
        body: dict[str, Any] = {"annotations": list(tasks)}
        if by_webhook:
            project = {"id": int(number) if number.isdigit() else number, "label_config": config}
            body |= {"action": "START_TRAINING", "project": project}
        else:
            params = {"login": None, "password": None}
            body |= {"project": self.project, "label_config": config, "params": params}
        reply = self._ask("webhook" if by_webhook else "train", body, may_repeat=False)
        found = parsed(reply.body) if reply.body.strip() else {}
        if str(found.get("status", "ok")).lower() == "error" or found.get("error"):
            raise Failing("The model says that it could not learn.")

    def _ask(self, call: str, body: Mapping[str, Any] | None, *, may_repeat: bool = True) -> Reply:
        sent = None if body is None else orjson.dumps(body)
        for attempt in range(1, self.endpoint.tries + 1):
            try:
                return self._asked_once(call, sent)
            except RemoteError as error:
                is_harmless = isinstance(error, Unreachable) or (may_repeat and error.may_pass)
                if not is_harmless or attempt == self.endpoint.tries:
                    raise
                self._sleep(self._wait(attempt, error))
        raise WrongShape("A model is asked at least once.")

    def _asked_once(self, call: str, sent: bytes | None) -> Reply:
        endpoint = self.endpoint
        try:
            reply = fetching.ask(
                endpoint.address(call), sent, limits=endpoint.limits, headers=endpoint.headers()
            )
        except fetching.BadAddress as bad:
            raise ERRORS.get(type(bad), NotAllowed)(str(bad)) from bad
        if 200 <= reply.status < 300:
            return reply
        raise _error_of(reply)

    def _wait(self, attempt: int, error: RemoteError) -> float:
        """Longer each time, by lot: else all who were turned away come again together."""
        longest = self.endpoint.first_wait * 2.0 ** (attempt - 1)
        asked_for = error.after if isinstance(error, Busy) else 0.0
        return min(asked_for + longest * (0.5 + self._chance() / 2), LONGEST_WAIT)


def _error_of(reply: Reply) -> RemoteError:
    if reply.status in BUSY:
        return Busy(f"The model is busy: it answered {reply.status}.", reply.retry_after or 0.0)
    if reply.status >= 500:
        return Failing(f"The model failed: it answered {reply.status}.")
    if reply.status in {401, 403}:
        sentence = f"The model does not take this name and password ({reply.status})."
        return Refused(sentence, reply.status)
    if reply.status in fetching.MOVED:
        sentence = "The model is elsewhere; give the address to which this one leads."
        return Refused(sentence, reply.status)
    return Refused(
        f"The model did not take the question: it answered {reply.status}.", reply.status
    )

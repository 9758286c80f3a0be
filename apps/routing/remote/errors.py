"""What can go wrong with a model that others run: each by its name, with a sentence to show."""

from __future__ import annotations

from typing import ClassVar


class RemoteError(Exception):
    """Why there is nothing from the model. `code` is for programs, the text for people."""

    code: ClassVar[str] = "remote"
    # Whether the same question may well be answered a moment later.
    may_pass: ClassVar[bool] = False


class NotAllowed(RemoteError):
    """The address is none that this installation asks."""

    code = "not_allowed"


class Unreachable(RemoteError):
    """Nobody listens there; nothing was sent."""

    code = "unreachable"
    may_pass = True


class Slow(RemoteError):
    """No whole answer in the time that it has."""

    code = "slow"


class Broken(RemoteError):
    """It broke off in the middle."""

    code = "broken_off"
    may_pass = True


class Failing(RemoteError):
    """It answers that it has failed (a status of 500 or more)."""

    code = "failing"


class Busy(RemoteError):
    """It asks to be asked later (429, 502, 503, 504)."""

    code = "busy"
    may_pass = True

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class Refused(RemoteError):
    """It does not take the question (any other status)."""

    code = "refused"

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class TooLarge(RemoteError):
    """The answer is longer than what is taken."""

    code = "too_large"


class Resting(RemoteError):
    """It has failed too often, and is not asked for a while."""

    code = "resting"


class Lie(RemoteError):
    """An answer that cannot be so. Nothing of it is taken."""

    code = "lie"


class NotJson(Lie):
    code = "not_json"


class WrongShape(Lie):
    code = "wrong_shape"


class WrongCount(Lie):
    code = "wrong_count"


class UnknownQuestion(Lie):
    code = "unknown_question"


class UnknownLabel(Lie):
    code = "unknown_label"


class BadScore(Lie):
    code = "bad_score"


class WrongAnswer(Lie):
    """An answer that the question does not allow."""

    code = "wrong_answer"

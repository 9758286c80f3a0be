"""A model of one's own over HTTP, by the protocol of Label Studio's ML backends.

What is sent and expected is written in docs/adding/your-own-model.md. No models of Django in here:
who calls keeps the state, a small value, wherever it likes.
"""

from apps.routing.remote.asked import Asked, CannotSay, Item
from apps.routing.remote.breaker import Circuit, Outcome, Rules, guarded
from apps.routing.remote.client import Endpoint, RemoteModel
from apps.routing.remote.errors import RemoteError
from apps.routing.remote.interface import Interface
from apps.routing.remote.reading import Foretold

__all__ = [
    "Asked",
    "CannotSay",
    "Circuit",
    "Endpoint",
    "Foretold",
    "Interface",
    "Item",
    "Outcome",
    "RemoteError",
    "RemoteModel",
    "Rules",
    "guarded",
]

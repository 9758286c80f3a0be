"""Starts, watches and stops everything that an installation on one machine consists of."""

from apps.core.supervisor.children import Child, Children
from apps.core.supervisor.supervisor import AlreadyRuns, Supervisor

__all__ = ["AlreadyRuns", "Child", "Children", "Supervisor"]

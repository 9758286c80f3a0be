"""The embedded engines: a real PostgreSQL and a real Redis, for trying and for small teams.

They listen on Unix sockets in a folder of the installation only, and their addresses follow from
that folder alone. Nothing here reads Django's settings, which themselves ask here.
"""

from apps.core.engines.errors import EngineFailed
from apps.core.engines.lease import engines_in_use
from apps.core.engines.paths import DataFolder, data_folder
from apps.core.engines.postgres import Postgres
from apps.core.engines.redis import Redis

__all__ = ["DataFolder", "EngineFailed", "Postgres", "Redis", "data_folder", "engines_in_use"]

"""How gunicorn serves the pages, under `make run` and in a container alike.

No preloading: a connection pool that is open before the fork would be shared by all workers, and
they would read each other's answers.
"""

import os

_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

bind = os.environ.get("CONCORD_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("CONCORD_WEB_WORKERS") or min(4, max(2, _cores)))
worker_class = "gthread"
threads = int(os.environ.get("CONCORD_WEB_THREADS") or 4)
preload_app = False
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
# The middleware logs each request with its id; a second line of its own would say less.
accesslog = None
loglevel = "warning"
raw_env = ["CONCORD_ROLE=web"]

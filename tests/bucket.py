"""A real server that speaks S3: SeaweedFS, a process of its own on this machine."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from obstore.exceptions import BaseError

from apps.core.stores.s3 import S3Store

KEY, SECRET = "concord", "only-for-tests"
# Made at the start: a bucket is there once something has been put into it.
BUCKETS = ("stores", "concord", "backups")
PROGRAM = Path(sys.executable).with_name("weed")
PARTS = ("master", "volume", "filer", "s3")
PORTS = [f"{part}.{port}" for part in PARTS for port in ("port", "port.grpc")]
PATIENCE = 60


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Its address."""
    person = {
        "name": "concord",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    people = folder / "people.json"
    people.write_text(json.dumps({"identities": [person]}))
    ports = dict(zip(PORTS, _free_ports(len(PORTS)), strict=True))
    command = [str(PROGRAM), "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    command += ["-filer", "-s3", "-s3.iam=false", f"-s3.config={people}", "-master.telemetry=false"]
    command += ["-master.volumeSizeLimitMB=64", "-volume.max=40"]
    # What else it serves would take ports of its own, always the same ones.
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
    command += [f"-{name}={port}" for name, port in ports.items()]
    address = f"http://127.0.0.1:{ports['s3.port']}"
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _wait(address, server, folder / "log")
        yield address
    finally:
        server.kill()  # asked politely it takes half a minute
        server.wait()


def options(address: str, bucket: str, prefix: str = "") -> dict[str, Any]:
    """For `STORAGES`."""
    return {
        "bucket": bucket, "prefix": prefix, "endpoint": address, "key": KEY, "secret": SECRET,
    }  # fmt: skip


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until it takes an object: its parts find each other some seconds after the port is open."""
    until = time.monotonic() + PATIENCE
    while server.poll() is None:
        ready = log.with_name("ready")
        ready.write_bytes(b"1")
        try:
            for name in BUCKETS:
                S3Store(**options(address, name), retries=0).take(ready, "ready")
        except BaseError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"The server ended: {log.read_text()[-2000:]}")

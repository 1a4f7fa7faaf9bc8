"""A Dovecot of a bench's own."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from dovecot_server import DovecotServer


@contextmanager
def own_dovecot(location: str) -> Iterator[tuple[DovecotServer, Path]]:
    """Started, beside a folder that goes with it; its password stands in $BENCH_PASSWORD, for configurations."""
    base = Path(tempfile.mkdtemp(prefix="ltb", dir="/tmp"))
    server = DovecotServer(base / "dovecot", location=location)
    try:
        server.start()
        os.environ["BENCH_PASSWORD"] = server.password
        yield server, base
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)

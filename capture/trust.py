"""Whose certificates are believed: the system's authorities, or the one that the user names."""

from __future__ import annotations

import contextlib
import functools
import os
import ssl


def trust(ca_file: str | None) -> ssl.SSLContext:
    """For connections that we make. Raises OSError where `ca_file` cannot be used."""
    return _trust(ca_file, _changed(ca_file or ssl.get_default_verify_paths().cafile))


@functools.lru_cache(maxsize=4)
def _trust(ca_file: str | None, changed: float) -> ssl.SSLContext:
    """Reading the system's authorities takes some 30 ms; a new bundle is read anew."""
    return ssl.create_default_context(cafile=ca_file)


def _changed(path: str | None) -> float:
    with contextlib.suppress(OSError, TypeError):
        return os.stat(path).st_mtime  # type: ignore[arg-type]
    return 0.0

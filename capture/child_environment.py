"""What the environment tells processes of our own: what Python needs, and nothing that may hold a
secret or a proxy."""

from __future__ import annotations

import os

_NEEDED = frozenset({"HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "SSL_CERT_DIR", "SSL_CERT_FILE", "TMPDIR", "TZ"})
_FAMILIES = ("DYLD_", "LC_", "PYTHON")


def child_environment() -> dict[str, str]:
    """Without what may be a password (`password_env`): these processes read what servers sent."""
    return {name: value for name, value in os.environ.items() if name in _NEEDED or name.startswith(_FAMILIES)}

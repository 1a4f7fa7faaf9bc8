"""Files and folders for their owner's eyes only, whatever the umask."""

from __future__ import annotations

import os
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600, which was never open to others."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        path.chmod(0o600)
        file.write(text)


def make_private_folder(path: Path) -> Path:
    """Make a folder of mode 0700."""
    path.mkdir(mode=0o700)
    path.chmod(0o700)
    return path

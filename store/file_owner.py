"""In whose name files beside a log are opened: root becomes the folder's owner before it touches
them.

Whoever owns a folder may put links into it at any moment. What root opens there as root could be
any file of the machine; what it opens as the folder's owner is what that owner could open anyway.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

ROOT = 0
_OTHERS_ENTER = stat.S_IXGRP | stat.S_IXOTH


@contextlib.contextmanager
def as_owner_of(path: Path) -> Iterator[None]:
    """Run the block as the owner of the folder that `path` lies in, if we are root and it is
    another's.

    The owner is that of the last folder or link on the way to `path`, as it is written, that does
    not belong to root. Root stays root where all do, and below a folder that lets root alone in:
    nobody can put a link there. For anybody but root nothing changes. The whole process has the
    other's rights meanwhile. Raises OSError.
    """
    found = _owner(path) if os.geteuid() == ROOT else None
    if found is None:
        yield
        return
    user, group = found
    groups, former_group = os.getgroups(), os.getegid()
    os.setgroups([group])
    os.setegid(group)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(ROOT)
        os.setegid(former_group)
        os.setgroups(groups)


def _owner(path: Path) -> tuple[int, int] | None:
    found = None
    for part in reversed(path.absolute().parents):
        try:
            about = part.lstat()
        except FileNotFoundError:
            break
        if about.st_uid != ROOT:
            found = about.st_uid, about.st_gid
        elif found is None and not about.st_mode & _OTHERS_ENTER:
            break
    return found


def is_regular_or_missing(path: Path) -> bool:
    """False for a pipe, a device, a folder: opening one may hang, or do things."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True

"""The answering process to which fifty user ids have names, `u1` to `u50`, that the system need not
know."""

from __future__ import annotations

import sys

from lasttouch.answering import child
from lasttouch.daemon.answering_process import main

FIRST_UID = 52_001


if __name__ == "__main__":
    child._name_of = lambda uid: f"u{uid - FIRST_UID + 1}"
    main(*sys.argv[1:])  # type: ignore[arg-type]

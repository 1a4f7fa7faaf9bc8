"""How many inputs are made up for a test, and at how many places something is tried."""

from __future__ import annotations

import os

from engine_switch import ON_POSTGRESQL

_EACH = 1 if os.environ.get("LASTTOUCH_THOROUGH") == "1" else 16 if ON_POSTGRESQL else 4


def examples(thorough: int) -> int:
    """So many where LASTTOUCH_THOROUGH=1 asks for it, else a quarter, and a sixteenth with each
    log in a PostgreSQL, where it takes several times as long."""
    return thorough // _EACH


def stride(thorough: int) -> int:
    """The step from one place to the next where something is tried at many: twice as wide, but where
    LASTTOUCH_THOROUGH=1 asks for all."""
    return thorough if _EACH == 1 else 2 * thorough

"""What the clocks tell of the time between two looks at them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lasttouch.local_time import utc_now

Jump = Literal["back", "ahead"]

UNNOTICED_SECONDS = 5.0  # what the clock may be put right by without anybody caring
LATE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Look:
    """The wall clock and the monotonic clock, which may stand still while the machine sleeps, at
    one instant."""

    wall: datetime
    monotonic: float

    @staticmethod
    def now() -> Look:
        return Look(utc_now(), time.monotonic())


def jump(before: Look, after: Look, expected_seconds: float) -> Jump | None:
    """Was the clock set, did the machine sleep, or were we stopped, between looks
    `expected_seconds` apart at most?"""
    monotonic = after.monotonic - before.monotonic
    drift = (after.wall - before.wall).total_seconds() - monotonic
    if drift < -UNNOTICED_SECONDS:
        return "back"
    return "ahead" if drift > UNNOTICED_SECONDS or monotonic > expected_seconds + LATE_SECONDS else None

"""What a pass may spend on rules that are not ordinary."""

from __future__ import annotations

PASS_SECONDS = 20.0
_FREE_SECONDS = 0.1


class Allowance:
    """How many seconds of a processor are left of it.

    What costs next to nothing is free, however much there is.
    """

    def __init__(self, seconds: float = PASS_SECONDS) -> None:
        self.left = seconds

    def spend(self, seconds: float) -> None:
        self.left -= max(0.0, seconds - _FREE_SECONDS)

"""What one pass may cost while a server gives nothing that was asked for."""

from __future__ import annotations

from activity.errors import ServerFault

WHOLE_SECONDS = 100.0
EARNED_SECONDS = 5.0
SECONDS_A_MEGABYTE = 0.025
SECONDS_A_LINE = 0.0001  # about what it takes us to understand one
_MEGABYTE = 1 << 20


class Exhausted(ServerFault):
    """The server keeps talking, and hardly anything of it is what we came for: nothing ends such a
    pass but we."""


class Budget:
    """Seconds for waiting and for reading past what is of no use; every useful thing earns some of
    them back.

    A server that is slow but gives what it has is never given up, however much it has: a message,
    or a mailbox read to its end, each EARNED_SECONDS keep it going. One that sends junk, names or
    claims without end uses up the whole, over all of a pass's connections, and so within
    WHOLE_SECONDS.
    """

    def __init__(self, seconds: float = WHOLE_SECONDS) -> None:
        self._whole = seconds
        self.left = seconds

    def spend(self, seconds: float, octets: int = 0) -> None:
        """Raises Exhausted when nothing is left."""
        self.left -= seconds + octets * (SECONDS_A_MEGABYTE / _MEGABYTE)
        if self.left <= 0:
            raise Exhausted(
                "the mail server kept us busy and gave next to nothing of what was asked for",
                "it is tried again; if this lasts, ask who runs the server",
            )

    def earn(self) -> None:
        """Something came that was asked for."""
        self.left = min(self.left + EARNED_SECONDS, self._whole)

    def renew(self) -> None:
        """A new beginning, for a connection that waits for hours."""
        self.left = self._whole

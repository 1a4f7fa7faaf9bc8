"""When and how much one mail source is watched: pure decisions, with the monotonic clock's seconds
passed in."""

from __future__ import annotations

SHORT_LIVED_SECONDS = 60.0
REFUSED_SECONDS = 10.0
LINGER_SECONDS = 2.5  # a server that restarts, or is full, is better for a moment's peace
PAUSES_SECONDS = (10.0, 30.0, 60.0)
RELEARN_SECONDS = 6 * 3600.0
SHORTEST_GAP_SECONDS = 2.0
LONGEST_GAP_SECONDS = 60.0


class WatchPolicy:
    """What is learnt of a source: how many watches its server bears, how they end, and what their
    news are worth."""

    def __init__(self) -> None:
        self._most: int | None = None
        self._learnt = 0.0
        self._short_lived = 0
        self._last_read = float("-inf")
        self._gap = SHORTEST_GAP_SECONDS

    def most(self, now: float) -> int | None:
        """How many watches to keep at most; None for as many as are wanted.

        What was learnt is forgotten after RELEARN_SECONDS: the connections may have been another
        program's.
        """
        if self._most is not None and now - self._learnt > RELEARN_SECONDS:
            self._most = None
        return self._most

    def keep_at_most(self, watches: int, now: float) -> None:
        self._most = max(0, watches if self._most is None else min(watches, self._most))
        self._learnt = now

    def after_loss(self, lived: float) -> float | None:
        """Seconds until the source is read, and so watched again; None: at its next poll.

        That is for a server that wants no watch: it has ended several within REFUSED_SECONDS each.
        """
        if lived > SHORT_LIVED_SECONDS:
            self._short_lived = 0
            return LINGER_SECONDS
        self._short_lived += 1
        if self._short_lived > len(PAUSES_SECONDS):
            return None if lived < REFUSED_SECONDS else PAUSES_SECONDS[-1]
        return PAUSES_SECONDS[self._short_lived - 1]

    def was_read(self, now: float, brought: bool) -> None:
        """A pass over the source is over; did it bring anything?"""
        calm = now - self._last_read > 2 * LONGEST_GAP_SECONDS
        self._gap = SHORTEST_GAP_SECONDS if brought or calm else min(self._gap * 2, LONGEST_GAP_SECONDS)
        self._last_read = now

    def before_news(self, now: float) -> float:
        """Seconds until a watch's news are followed: at once, unless passes were made just now and
        brought nothing."""
        return max(0.0, self._last_read + self._gap - now)


def few_connections(watches: int) -> str:
    """What it means that a server bears so few watches."""
    watched = "1 mailbox is" if watches == 1 else f"{watches} mailboxes are"
    new_mail = f"{watched} watched for new mail, the others are polled" if watches else "all mailboxes are polled"
    return f"the server allows few connections at a time: {new_mail}"

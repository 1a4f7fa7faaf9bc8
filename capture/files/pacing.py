"""How much one batch holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from activity.batch import Batch, Skip
from capture.files.message import Outcome

BATCH_MESSAGES = 2000
# Of headers; addresses take many times as much memory as the bytes they are read from.
BATCH_BYTES = 4 << 20


@dataclass(slots=True)
class Filling:
    """A batch of messages being filled, until it is `full`."""

    batch: Batch
    messages: int = field(default=0, init=False)
    size: int = field(default=0, init=False)

    def add(self, item: str, outcome: Outcome, size: int) -> None:
        """What came of the message named `item`, whose header took `size` bytes."""
        self.messages += 1
        self.size += size
        if outcome.envelope is not None:
            self.batch.items.append(outcome.envelope)
        elif outcome.reason:
            self.batch.skipped.append(Skip(item, outcome.reason))

    @property
    def full(self) -> bool:
        return self.messages >= BATCH_MESSAGES or self.size >= BATCH_BYTES

    @property
    def says_something(self) -> bool:
        return bool(self.batch.items or self.batch.skipped or self.batch.cursor is not None)

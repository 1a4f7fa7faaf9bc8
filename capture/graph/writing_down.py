"""How often a position is written down that is one long text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Unwritten:
    """How many rows were read since."""

    rows: int = 0

    def is_due(self, rows: int, held: int, is_last: bool) -> bool:
        """After a page of so many rows, of a position that holds so much? A first reading writes it less and less
        often: each time it has grown by a quarter."""
        self.rows += rows
        if is_last or 4 * self.rows >= held:
            self.rows = 0
            return True
        return False

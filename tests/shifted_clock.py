"""`python shifted_clock.py FILE …`: `lasttouch` in a process whose wall clock is ahead, as on a
laptop that was shut.

FILE says by how many seconds; it is looked into at the start and at SIGUSR1. The monotonic clock
goes on as it was: on Linux it stands still while the machine sleeps (clock_gettime(2)), and so does
macOS'.
"""

from __future__ import annotations

import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

sys.path[0] = str(Path(__file__).parents[1])


def main(file: Path, arguments: list[str]) -> None:
    ahead = timedelta(seconds=float(file.read_text()))
    time.monotonic = time_machine.escape_hatch.time.monotonic
    clock = time_machine.travel(datetime.now(UTC) + ahead, tick=True).start()

    def look(*_: object) -> None:
        nonlocal ahead
        before, ahead = ahead, timedelta(seconds=float(file.read_text()))
        clock.shift(ahead - before)

    signal.signal(signal.SIGUSR1, look)
    import cli  # by the clock that was set

    sys.argv[1:] = arguments
    cli.main()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

"""`python impatient.py SECONDS …`: `lasttouch` that goes on so soon after the database could not be
used."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])


def main(pause: timedelta) -> None:
    import cli
    from lasttouch.daemon import reading

    reading.LATER = pause
    cli.main()


if __name__ == "__main__":
    main(timedelta(seconds=float(sys.argv.pop(1))))

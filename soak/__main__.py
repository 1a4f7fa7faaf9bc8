"""`python -m soak`: SOAK_MINUTES (10 unless given) of chaos; SOAK_SEED repeats what an earlier run drew;
SOAK_WORKERS=3 has three workers at a log in a PostgreSQL, in place of the daemon.

Exits with 1, and says what differs, where the log is not the truth in the end.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import traceback
from pathlib import Path

from soak.run import Soak


def main() -> int:
    minutes = float(os.environ.get("SOAK_MINUTES", "10"))
    seed = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(1 << 32))
    workers = int(os.environ.get("SOAK_WORKERS") or 0)
    folder = Path(tempfile.mkdtemp(prefix="soak-", dir="/tmp"))
    print(f"{minutes:g} minutes, SOAK_SEED={seed}, in {folder}", flush=True)
    try:
        Soak(folder, seed, minutes * 60, workers=workers, tell=lambda line: print(line, flush=True)).run()
    except Exception:  # noqa: BLE001 - whatever it is, how to see it again is told
        traceback.print_exc()
        print(
            f"again with: make soak SOAK_SEED={seed} SOAK_MINUTES={minutes:g} SOAK_WORKERS={workers}; logs in {folder}",
            flush=True,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

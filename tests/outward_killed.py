"""`python outward_killed.py CONFIG`: tells targets in processes of their own, each killed (kill -9)
where it then is.

A line on standard input is "AT DELAY TARGET…": the time to go by, in how many seconds it is killed
(below 0: not at all), and whose turns it takes. Answered is "killed", "done", or why it failed.
They are forked, as starting anew takes a second; who is not killed is this process, so that those
that are have all it imported.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])


def tell(config: Path, at: datetime, names: list[str]) -> str:
    from lasttouch.configuration.config import load_config
    from lasttouch.keeping.opening import opened
    from lasttouch.outward.delivery import Delivery, option_named

    with opened(load_config(config), lambda: at) as agent:
        for name in names:
            outcome = Delivery(agent, option_named(agent, name)).drain()
            if outcome.error is not None:
                return f"{name}: {outcome.error.message}"
    return ""


def killed(config: Path, at: datetime, delay: float, names: list[str]) -> str:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, tell(config, at, names).encode())
        except BaseException as error:  # noqa: BLE001 - it must not go on as its parent
            os.write(writing, repr(error).encode())
        os._exit(0)
    os.close(writing)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    return "killed" if os.WIFSIGNALED(status) else said or "done"


def main(config: Path) -> None:
    for line in sys.stdin:
        seconds, delay, *names = line.split()
        at = datetime.fromtimestamp(float(seconds), UTC)
        became = killed(config, at, float(delay), names) if float(delay) >= 0 else tell(config, at, names) or "done"
        sys.stdout.write(f"{became}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

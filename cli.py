"""The command `lasttouch`: the entry point. What a command is, `terminal/command_line.py` says."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from types import ModuleType


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask the service for a command, or run it; or offer a shell what could be typed next. Ends with the exit code."""
    from lasttouch.answering.client import ask  # noqa: PLC0415

    given = list(sys.argv[1:] if arguments is None else arguments)
    if (answered := ask(given)) is not None:
        sys.exit(answered)
    # What is imported stays: to search it for garbage at every 700th object, as Python does by default, takes longer
    # than many an answer.
    gc.set_threshold(100_000, 20, 20)
    if asked := os.environ.get("_LASTTOUCH_COMPLETE"):
        sys.exit(_command_line().complete(asked))
    from lasttouch.terminal import standard_streams  # noqa: PLC0415 - none of it, where it was asked

    standard_streams.prepare()
    code = run(given)
    gc.freeze()  # what is left goes with the process; to search it for garbage first takes longer than an answer
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run a command and return its exit code; what went wrong is said on standard error."""
    code: int = _command_line().run(arguments)
    return code


def _command_line() -> ModuleType:
    """`terminal/command_line.py`, but not all that click and pathlib import for what no command does."""
    from lasttouch import late_imports as late  # noqa: PLC0415 - none of it, where it was asked

    with late.imported_late(inspect=(late.cleandoc,), platform=(late.system,), ipaddress=()):
        import pathlib  # noqa: F401, PLC0415

        from lasttouch.terminal import command_line  # noqa: PLC0415

    return command_line


if __name__ == "__main__":
    main()

"""`python -m bench [NAME …] [--quick]`: one JSON line a figure, each bench in a process of its own.

Exits with 1 where a figure misses its bar.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence

_NAMES = (
    "matching", "history", "command", "imap", "graph", "calendar", "daemon", "service", "attention", "team", "outward",
    "mcp", "web", "scale", "growth", "workers",
)  # fmt: skip
BENCHES = tuple(name for name in _NAMES if importlib.util.find_spec(f"bench.{name}"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named benches, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--quick", action="store_true", help="smaller sizes, to see whether the benches work")
    options = parser.parse_args(arguments)
    names = options.names or BENCHES
    if unknown := set(names) - set(BENCHES):
        parser.error(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    if len(names) == 1:
        return _run(names[0], options.quick)
    quick = ["--quick"] if options.quick else []
    outcomes = [subprocess.run([sys.executable, "-m", "bench", name, *quick], check=False) for name in names]
    return int(any(outcome.returncode for outcome in outcomes))


def _run(name: str, quick: bool) -> int:
    missed = False
    for figure in importlib.import_module(f"bench.{name}").run(quick):
        print(json.dumps({"bench": name, **figure}, ensure_ascii=False), flush=True)
        missed |= figure["ok"] is False
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())

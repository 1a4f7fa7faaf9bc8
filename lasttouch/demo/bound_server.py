"""A server, or its tool, that ends with whoever started it: `bound_server.py MODULE:FUNCTION ARGUMENTS…`.

Calls the function as a program of its own, and ends it as soon as standard input does: when whoever
started it wants so, or is no more.
"""

from __future__ import annotations

import os
import pkgutil
import sys
import threading


def main() -> None:
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    entry_point = pkgutil.resolve_name(sys.argv.pop(1))
    entry_point()


def _end_with_standard_input() -> None:
    while os.read(0, 100):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()

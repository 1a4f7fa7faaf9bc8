"""What answers need is imported once, before the first is asked for, so that a child has nothing to import.

All of ours is, whether it is needed or not: where a newer version is installed meanwhile, none of it gets in among what
is there.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import pkgutil

from lasttouch.answering import permitted
from lasttouch.terminal import command_line

_OURS = (
    "activity", "matchers", "store", "lasttouch.configuration", "lasttouch.keeping", "lasttouch.answers",
    "lasttouch.views", "lasttouch.terminal",
)  # fmt: skip
_BESIDE = (  # what commands import only when they come to it
    "csv", "json", "sqlite3", "tomllib", "hashlib", "difflib", "zoneinfo", "encodings.utf_8_sig", "encodings.latin_1",
    "rich.console", "rich.table", "rich.box",
    "rich.text", "rich.cells", "click.shell_completion", "click.formatting", "click._termui_impl",
)  # fmt: skip


def preload() -> None:
    """Import it, and keep the collector from touching, and so copying, what all children share."""
    for path in permitted.COMMANDS:
        name = path.partition(" ")[0].replace("-", "_")
        if name in command_line.COMMANDS:
            importlib.import_module(f"lasttouch.commands.{name}")
    for room in _OURS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            with contextlib.suppress(ImportError):  # what an extra brings is not there without it
                importlib.import_module(module.name)
    for name in _BESIDE:
        importlib.import_module(name)
    gc.set_threshold(100_000, 20, 20)  # as cli.main says
    gc.collect()
    gc.freeze()

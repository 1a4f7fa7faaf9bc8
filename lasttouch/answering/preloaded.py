"""What answers need is imported once, before the first is asked for, so that a child has nothing to import."""

from __future__ import annotations

import gc
import importlib

from lasttouch.answering import permitted
from lasttouch.terminal import command_line

_BESIDE = (  # what commands import only when they come to it
    "csv", "json", "sqlite3", "tomllib", "hashlib", "difflib", "zoneinfo", "encodings.utf_8_sig", "encodings.latin_1",
    "rich.console", "rich.table", "rich.box",
    "rich.text", "rich.cells", "click.shell_completion", "click.formatting", "click._termui_impl",
    "lasttouch.terminal.output", "lasttouch.terminal.csv_cells", "lasttouch.keeping.opening",
    "lasttouch.keeping.own_words", "lasttouch.views.no_contact", "lasttouch.answers.offers",
    "lasttouch.answers.used", "store.audiences", "store.grants", "store.scoped", "store.scoped_views",
)  # fmt: skip


def preload() -> None:
    """Import it, and keep the collector from touching, and so copying, what all children share."""
    for path in permitted.COMMANDS:
        name = path.partition(" ")[0]
        if name in command_line.COMMANDS:
            importlib.import_module(f"lasttouch.commands.{name}")
    for name in _BESIDE:
        importlib.import_module(name)
    gc.set_threshold(100_000, 20, 20)  # as cli.main says
    gc.collect()
    gc.freeze()

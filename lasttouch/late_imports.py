"""Modules of the standard library that a library imports at once and needs seldom, imported when they are needed."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from types import ModuleType


@contextlib.contextmanager
def imported_late(**known: tuple[Callable[..., object], ...]) -> Iterator[None]:
    """Whoever imports one of these within gets what is `known` of it, and the real module when asked for anything else.

    What is imported already is left as it is, and whoever imports one afterwards gets the real one.
    """
    held = [_Late(name, functions) for name, functions in known.items() if name not in sys.modules]
    sys.modules.update({one.__name__: one for one in held})
    try:
        yield
    finally:
        for one in held:
            one.give_way()


class _Late(ModuleType):
    def __init__(self, name: str, known: tuple[Callable[..., object], ...]) -> None:
        super().__init__(name)
        vars(self).update({one.__name__: one for one in known})

    def give_way(self) -> None:
        """To the real one."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]

    def __getattr__(self, name: str) -> object:
        self.give_way()
        return getattr(importlib.import_module(self.__name__), name)


def cleandoc(doc: str) -> str:
    """As `inspect.cleandoc`, by which click puts the text of every option straight (PEP 257)."""
    lines = doc.expandtabs().split("\n")
    margins = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    lines[1:] = [line[min(margins, default=0) :] for line in lines[1:]]
    lines[0] = lines[0].lstrip()
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines)


def version(distribution: str) -> str:
    """As `importlib.metadata.version`, by which imapclient says its own."""
    begins = f"{distribution.lower()}-"
    for folder in filter(os.path.isdir, sys.path):
        for name in os.listdir(folder):
            if name.endswith(".dist-info") and name.lower().startswith(begins):
                return name.removesuffix(".dist-info")[len(begins) :]
    if isinstance(known := sys.modules.get("importlib.metadata"), _Late):
        known.give_way()
    return importlib.import_module("importlib.metadata").version(distribution)  # type: ignore[no-any-return]


def system() -> str:
    """As `platform.system`, by which uuid knows a machine of IBM's."""
    return os.uname().sysname

"""Writes docs/commands.md and the manual page docs/lasttouch.1 from the commands themselves: make reference."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from lasttouch.terminal.command_line import lasttouch

sys.path.insert(0, str(Path(__file__).parent))
from manual import manual

PAGE = Path(__file__).with_name("commands.md")
MANUAL = Path(__file__).with_name("lasttouch.1")
HEAD = """# Commands

What `--help` says, command by command. Made by `make reference`; a test compares. [A tour](tour.md) shows answers,
[JSON](json.md) what `--json` and `--csv` hold.
"""
WIDTH = 100


def reference() -> str:
    """The whole page."""
    return HEAD + "".join(_section(path, context) for path, context in _all())


def manual_page() -> str:
    """The same as a manual page."""
    return manual(_all())


def _all() -> Iterator[tuple[str, click.Context]]:
    return _contexts(_context(lasttouch, None, "lasttouch"))


def _contexts(context: click.Context) -> Iterator[tuple[str, click.Context]]:
    """Every command with its context, a group before its commands."""
    yield context.command_path, context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None
            yield from _contexts(_context(command, context, name))


def _context(command: click.Command, parent: click.Context | None, name: str) -> click.Context:
    names = ["-h", "--help"] if parent is None else parent.help_option_names
    return click.Context(
        command, parent=parent, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH, help_option_names=names
    )


def _section(path: str, context: click.Context) -> str:
    level = "#" * min(path.count(" ") + 2, 3)
    return f"\n{level} {path}\n\n```\n{context.get_help().rstrip()}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
    MANUAL.write_text(manual_page(), encoding="utf-8")

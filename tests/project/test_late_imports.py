"""What a library imports at once and needs seldom is there when it is needed."""

from __future__ import annotations

import inspect
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import click
import pytest

from lasttouch.late_imports import cleandoc, system, version
from lasttouch.terminal.command_line import COMMANDS, lasttouch

ROOT = Path(__file__).parents[2]


def _texts(command: click.Command) -> list[str]:
    found = [command.help, command.epilog, *(getattr(option, "help", None) for option in command.params)]
    texts = [text for text in found if text]
    if isinstance(command, click.Group) and command is not lasttouch:
        texts += [text for one in command.commands.values() for text in _texts(one)]
    return texts


def test_texts_are_put_straight_as_the_standard_library_does() -> None:
    context = click.Context(lasttouch)
    commands = [lasttouch, *filter(None, (lasttouch.get_command(context, name) for name in COMMANDS))]
    texts = [text for command in commands for text in _texts(command)]
    assert len(texts) > 200
    texts += ["", "\n  one\n\n    two\n   \n", "one\n\ttwo\n    three", "  a\n b"]
    texts += [text.replace("\n", "\n    ") for text in texts]
    assert [cleandoc(text) for text in texts] == [inspect.cleandoc(text) for text in texts]


def test_the_name_of_the_system_is_that_of_the_standard_library() -> None:
    assert system() == platform.system()


def test_the_version_of_what_is_installed_is_that_of_the_standard_library() -> None:
    for name in ("imapclient", "click", "pytest"):
        assert version(name) == metadata.version(name)
    with pytest.raises(metadata.PackageNotFoundError):
        version("nothing-of-that-name")


def test_a_module_that_is_imported_late_gives_way_to_the_real_one() -> None:
    program = """
import sys, wave
from lasttouch.late_imports import cleandoc, imported_late
with imported_late(colorsys=(cleandoc,), wave=(cleandoc,)):
    import colorsys, wave as known
assert known is wave and not hasattr(wave, "cleandoc"), "what was there stays as it is"
assert colorsys.cleandoc is cleandoc and "colorsys" not in sys.modules
assert colorsys.ONE_THIRD == 1 / 3 and "colorsys" in sys.modules
import colorsys as real
assert real is not colorsys and colorsys.rgb_to_hls is real.rgb_to_hls
with imported_late(cmd=()):
    from cmd import Cmd
assert Cmd.prompt == "(Cmd) " and sys.modules["cmd"].Cmd is Cmd, "also where it is needed at once"
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)

"""What installing and uninstalling mean, told before it is done."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from activity.errors import LasttouchError, in_words
from lasttouch.private_files import replacement
from store.database import make_private_folder

COMMAND_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Write:
    """Write a file anew, its folders too."""

    path: Path
    text: str

    def __str__(self) -> str:
        return f"write {self.path}"


@dataclass(frozen=True, slots=True)
class Delete:
    path: Path

    def __str__(self) -> str:
        return f"delete {self.path}"


@dataclass(frozen=True, slots=True)
class Command:
    """Run a command; `essential`: what follows makes no sense without it."""

    words: tuple[str, ...]
    essential: bool = True

    def __str__(self) -> str:
        return f"run {shlex.join(self.words)}"


Step = Write | Delete | Command


@dataclass(frozen=True, slots=True)
class Installation:
    """The `steps` that install the service file at `path`, or (without a `text`) uninstall it; is
    it there then?"""

    path: Path
    text: str | None
    steps: Sequence[Step]
    is_installed: bool


@dataclass(frozen=True, slots=True)
class Presence:
    """Is there a service file at `path`, and which process is at work on the log?"""

    path: Path
    is_installed: bool
    pid: int | None


def carry_out(steps: Sequence[Step]) -> None:
    """Raises LasttouchError at the first step that fails; those before it stay done."""
    for step in steps:
        try:
            _do(step)
        except OSError as error:
            hint = "run it as root: sudo …" if isinstance(error, PermissionError) else ""
            raise LasttouchError(f"could not {step}: {in_words(error, 'it failed')}", hint) from None
        except subprocess.TimeoutExpired:
            raise LasttouchError(f"could not {step}: no answer within {COMMAND_SECONDS} s") from None


def _do(step: Step) -> None:
    match step:
        case Write(path, text):
            make_private_folder(path.parent)
            with replacement(path) as new, new.text() as output:
                output.write(text)
                os.fchmod(new.descriptor, 0o644)  # as service files are; there is nothing private in it
        case Delete(path):
            path.unlink(missing_ok=True)
        case Command(words, essential):
            done = subprocess.run(  # noqa: S603 - words of our own, without a shell
                words, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
            )
            if done.returncode and essential:
                said = (done.stderr or done.stdout).strip().splitlines()
                raise LasttouchError(f"could not {step}: {said[-1] if said else f'exit code {done.returncode}'}")


def executable() -> list[str]:
    """How this installation is started, with absolute paths; a link of pipx or the like stays a
    link."""
    script = Path(sys.executable).absolute().with_name("lasttouch")
    return [str(script)] if os.access(script, os.X_OK) else [str(Path(sys.executable).absolute()), "-m", "cli"]

"""A command of the user's own that is run for every change, with the change as JSON on its standard input."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess

from activity.errors import ServerFault, in_words
from deliver.values import Message
from deliver.webhook import payload

SECONDS = 60.0


class Hook:
    """The command gets what a webhook gets, with its `id`; what it prints is not looked at, its exit code is."""

    def __init__(self, command: str, folder: str) -> None:
        self._command = command
        self._folder = folder

    def tell(self, message: Message) -> None:
        """Raises ServerFault where it fails, or has not ended within a minute: it is run again later."""
        text = json.dumps({"id": message.id, **payload(message)}).encode() + b"\n"
        try:
            process = subprocess.Popen(  # noqa: S602 - the user's own command, from their own config
                self._command, shell=True, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, cwd=self._folder, process_group=0,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            raise ServerFault(f"on_change cannot be started: {in_words(error)}", "run it in a terminal") from None
        try:
            process.communicate(text, SECONDS)
        except subprocess.TimeoutExpired:
            raise ServerFault(f"on_change had not ended after {SECONDS:.0f} s", "it must not wait for input") from None
        finally:
            if process.poll() is None:
                with contextlib.suppress(OSError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode != 0:
            raise ServerFault(
                f"on_change failed with exit code {process.returncode}", "run it in a terminal to see why"
            )

    def check(self) -> str:
        return "on_change is run for every change"

    def close(self) -> None:
        pass

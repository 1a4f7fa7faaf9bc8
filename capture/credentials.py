"""Secrets on their way from the user's keeper to a server, and nowhere else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from activity.errors import AuthenticationFailed

Secret = Callable[[], str]

COMMAND_SECONDS = 60


def from_environment(variable: str) -> Secret:
    """The value of an environment variable, read when it is needed."""

    def read() -> str:
        value = os.environ.get(variable)
        if not value:
            raise AuthenticationFailed(f"the environment variable {variable} is not set", f"export {variable}=… first")
        return checked(value)

    return read


def from_file(path: Path) -> Secret:
    """The first line of a file."""

    def read() -> str:
        try:
            lines = path.expanduser().read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise AuthenticationFailed(f"cannot read the password file {path}: {_plain(error)}") from None
        if not lines or not lines[0]:
            raise AuthenticationFailed(f"the password file {path} is empty", "put the password on its first line")
        return checked(lines[0])

    return read


def from_command(command: str, what: str = "password") -> Secret:
    """The first line a shell command prints; what it says on standard error is shown if it fails.

    `what` it is to print ("password", "token") is named in errors.
    """

    def run() -> str:
        try:
            done = subprocess.run(  # noqa: S602 - the user's own command, from their own config
                command, shell=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=COMMAND_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise AuthenticationFailed(
                f"the {what} command gave no answer within {COMMAND_SECONDS} s: {command}",
                "it must not ask for input; run it in a terminal to see what it waits for",
            ) from None
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise AuthenticationFailed(
                f"the {what} command failed with exit code {done.returncode}: {command}",
                said[-1][:200] if said else "run it in a terminal to see why",
            )
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        if not lines or not lines[0]:
            raise AuthenticationFailed(
                f"the {what} command printed nothing: {command}", "run it in a terminal to see why"
            )
        return checked(lines[0])

    return run


def from_keyring(entry: str, username: str) -> Secret:
    """A password kept by the desktop's keyring under service `entry`.

    Backends that store plain text (keyrings.alt) are refused.
    """

    def look_up() -> str:
        try:
            import keyring  # noqa: PLC0415 - slow to import, and an extra
        except ImportError:
            raise AuthenticationFailed(
                "password_keyring needs the keyring package",
                "install it beside lasttouch (pipx install '.[keyring]'), or use password_command",
            ) from None
        if type(keyring.get_keyring()).__module__.startswith("keyrings.alt"):
            raise AuthenticationFailed(
                "this machine's keyring would keep the password as plain text", "use password_command instead"
            )
        try:
            value = keyring.get_password(entry, username)
        except Exception as error:  # noqa: BLE001 - backends raise what they like
            raise AuthenticationFailed(f"the keyring cannot be read: {_plain(error)}", "use password_command") from None
        if not value:
            raise AuthenticationFailed(
                f"the keyring has no password for {username} under {entry!r}",
                f"store it with: keyring set {entry} {username}",
            )
        return checked(str(value))

    return look_up


def checked(credential: str) -> str:
    """The credential itself, unless it holds CR, LF or NUL, which could smuggle in commands."""
    if any(c in credential for c in "\r\n\0"):
        raise AuthenticationFailed(
            "a user name, password or token holds a line break or NUL", "it cannot be sent safely"
        )
    return credential


def _plain(error: BaseException) -> str:
    return getattr(error, "strerror", None) or type(error).__name__

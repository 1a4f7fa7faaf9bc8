"""Secrets on their way from the user's keeper to a server, and nowhere else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

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
            raise AuthenticationFailed(
                f"cannot read the password file {path}: {_plain(error)}",
                "systemd hands it to the running service alone: `lasttouch status` says how that one fares"
                if path.is_relative_to("/run/credentials")
                else f"put the password on its first line, then: chmod 600 {path}",
            ) from None
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
        _usable_keyring()
        import keyring  # noqa: PLC0415 - slow to import, and an extra

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


class Keyring(NamedTuple):
    """This machine's keyring; `refused` says why nothing can be kept there, "" where it can, `hint` what to do."""

    name: str
    refused: str = ""
    hint: str = ""


def find_keyring() -> Keyring:
    """What keyring would use here. A backend that keeps plain text, or nothing, is refused."""
    try:
        import keyring  # noqa: PLC0415 - slow to import, and an extra
    except ImportError:
        hint = "install it beside lasttouch (pipx install '.[keyring]'), or use password_command"
        return Keyring("", "password_keyring needs the keyring package", hint)
    backend = type(keyring.get_keyring())
    if backend.__module__.startswith("keyrings.alt"):
        refused = "this machine's keyring would keep the password as plain text"
    elif backend.__module__ in ("keyring.backends.fail", "keyring.backends.null"):
        refused = "this machine has no keyring"
    else:
        return Keyring(str(getattr(keyring.get_keyring(), "name", backend.__name__)))
    return Keyring(backend.__name__, refused, "use password_command instead")


def keep_in_keyring(entry: str, username: str, password: str) -> None:
    """Store a password where `from_keyring` finds it. Raises AuthenticationFailed where there is no good keyring."""
    _usable_keyring()
    import keyring  # noqa: PLC0415

    try:
        keyring.set_password(entry, username, checked(password))
    except AuthenticationFailed:
        raise
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        raise AuthenticationFailed(
            f"the keyring did not take the password: {_plain(error)}", "unlock it, or use password_command"
        ) from None


def _usable_keyring() -> None:
    if (found := find_keyring()).refused:
        raise AuthenticationFailed(found.refused, found.hint)


def checked(credential: str) -> str:
    """The credential itself, unless it holds CR, LF or NUL, which could smuggle in commands."""
    if any(c in credential for c in "\r\n\0"):
        raise AuthenticationFailed(
            "a user name, password or token holds a line break or NUL", "it cannot be sent safely"
        )
    return credential


def _plain(error: BaseException) -> str:
    return getattr(error, "strerror", None) or type(error).__name__

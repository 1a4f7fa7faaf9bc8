"""Secrets on their way from the user's keeper to a server, and nowhere else."""

from __future__ import annotations

import contextlib
import os
import resource
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from activity.errors import AuthenticationFailed, in_words

Secret = Callable[[], str]

COMMAND_SECONDS = 60
MOST_PRINTED = 65_536  # bytes of a secret and what comes after it
_TRY = "run it in a terminal to see why"


def from_environment(variable: str) -> Secret:
    """The value of an environment variable, read when it is needed."""

    def read() -> str:
        value = os.environ.get(variable)
        if not value:
            raise AuthenticationFailed(f"the environment variable {variable} is not set", f"export {variable}=… first")
        return checked(value)

    return read


def from_file(path: Path, what: str = "password") -> Secret:
    """The first line of a file; `what` it holds is named in errors."""

    def read() -> str:
        try:
            with path.open(encoding="utf-8") as file:
                first = file.readline(MOST_PRINTED).rstrip("\r\n")
        except (OSError, ValueError) as error:
            raise AuthenticationFailed(
                f"cannot read the {what} file {path}: {_plain(error)}",
                "systemd hands it to the running service alone: `lasttouch status` says how that one fares"
                if path.is_relative_to("/run/credentials")
                else f"put the {what} on its first line, then: chmod 600 {path}",
            ) from None
        if not first:
            raise AuthenticationFailed(f"the {what} file {path} is empty", f"put the {what} on its first line")
        return checked(first)

    return read


def from_command(command: str, option: str = "password_command") -> Secret:
    """The first line a shell command prints. What it says on standard error is not looked at: it
    may hold the secret.

    Errors name the `option` it stands in and never the command, for that may hold a secret too.
    """
    what = option.removesuffix("_command")

    def run() -> str:
        try:
            exit_code, printed = _outcome_of(command)
        except subprocess.TimeoutExpired:
            raise AuthenticationFailed(
                f"{option} gave no answer within {COMMAND_SECONDS} s",
                "it must not ask for input; run it in a terminal to see what it waits for",
            ) from None
        except (OSError, ValueError) as error:
            raise AuthenticationFailed(f"{option} cannot be started: {_plain(error)}", _TRY) from None
        if exit_code != 0:
            raise AuthenticationFailed(f"{option} failed with exit code {exit_code}", _TRY)
        if len(printed) > MOST_PRINTED:
            raise AuthenticationFailed(
                f"{option} printed more than {MOST_PRINTED:,} bytes",
                f"it must print the {what} and nothing else",
            )
        lines = printed.decode("utf-8", "replace").splitlines()
        if not lines or not lines[0]:
            raise AuthenticationFailed(f"{option} printed nothing", _TRY)
        return checked(lines[0])

    return run


def _outcome_of(command: str) -> tuple[int, bytes]:
    """Exit code and standard output of a shell command; whatever it started ends with it, and so
    does too much output.

    Raises TimeoutExpired, OSError, ValueError.
    """
    process = subprocess.Popen(  # noqa: S602 - the user's own command, from their own config
        command,
        shell=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    deadline = time.monotonic() + COMMAND_SECONDS
    try:
        printed = _printed(process, deadline)
        if len(printed) > MOST_PRINTED:
            return 0, printed
        return process.wait(max(0.0, deadline - time.monotonic())), printed
    finally:
        if process.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _printed(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    """What it prints until it closes its output, or a little more than MOST_PRINTED bytes."""
    printed = b""
    with selectors.DefaultSelector() as waiting:
        output = process.stdout
        assert output is not None
        waiting.register(output, selectors.EVENT_READ)
        while len(printed) <= MOST_PRINTED:
            if not waiting.select(max(0.0, deadline - time.monotonic())):
                raise subprocess.TimeoutExpired(process.args, COMMAND_SECONDS)
            piece = os.read(output.fileno(), 65_536)
            if not piece:
                break
            printed += piece
    return printed


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
    """This machine's keyring; `refused` says why nothing can be kept there, "" where it can, `hint`
    what to do."""

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
    """Store a password where `from_keyring` finds it.

    Raises AuthenticationFailed where there is no good keyring.
    """
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
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))  # no core file holds it
    if any(c in credential for c in "\r\n\0"):
        raise AuthenticationFailed(
            "a user name, password or token holds a line break or NUL", "it cannot be sent safely"
        )
    return credential


def checked_token(token: str, sign_in: str = "") -> str:
    """The access token itself, unless it is none (RFC 6750 §2.1) or may smuggle in anything.

    `sign_in` is the command by which it was had, "" where token_command printed it.
    """
    if token and token.isascii() and token.isprintable() and " " not in checked(token):
        return token
    if sign_in:
        raise AuthenticationFailed("what was given for the sign-in is no access token", sign_in)
    raise AuthenticationFailed(
        "what token_command printed is no access token", "run it in a terminal: it must print the token alone"
    )


def _plain(error: BaseException) -> str:
    return in_words(error, "it does not say why")

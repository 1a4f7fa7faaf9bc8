"""A command asked of the service instead of run here. Imported before anything else is, and imports next to nothing."""

from __future__ import annotations

import os
import sys

from lasttouch.answering import wire

HERE = frozenset(("demo", "init", "run", "service", "completion"))  # what nobody can do for somebody else


def ask(arguments: list[str]) -> int | None:
    """The exit code of what the service answered; None where the command is for this process to run.

    It is where a configuration is named, or stands at the usual place, or there is no service. A
    service that does not answer is told of, and nothing is read in its stead.
    """
    if not is_for_the_service(arguments):
        return None
    from lasttouch.answering.exchange import exchange  # noqa: PLC0415 - what is run here opens no socket

    return exchange(arguments)


def is_for_the_service(arguments: list[str]) -> bool:
    """Is there a service to ask, and is the command one for it?"""
    if not sys.platform.startswith("linux") or os.environ.get("LASTTOUCH_CONFIG"):
        return False
    if os.environ.get("_LASTTOUCH_COMPLETE"):
        arguments = os.environ.get("COMP_WORDS", "").split()[1:] or ["complete"]
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if arguments and arguments[0] == "web" and "login" not in before:
        return False  # a page of one's own
    if not arguments or arguments[0].startswith("-") or arguments[0] in HERE or not {"-h", "--help"}.isdisjoint(before):
        return False
    if arguments[0] == "mcp" and not any(word.startswith("--call") for word in before):  # only its calls are
        return False
    if any(word == "--config" or word.startswith("--config=") for word in before):
        return False
    return bool(wire.named_socket()) or not os.path.exists(_usual_config())


def _usual_config() -> str:
    """As `configuration.config_file.config_path` says, which is not imported for this."""
    base = os.path.expanduser(os.environ.get("XDG_CONFIG_HOME") or "~/.config")
    return os.path.join(base, "lasttouch", "config.toml")

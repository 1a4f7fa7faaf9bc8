"""Commands as the service answers them: over a socket pair, for a user id that a test chooses; or
of a real one."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import lasttouch.terminal.output
from config_lines import account, files, head, table
from lasttouch.answering import child, client, wire

assert lasttouch.terminal.output  # imported before a process gives up the right to read it
STRANGER = 61_234  # a user id that no system has a name for


@dataclass
class Outcome:
    """What a command printed, and its exit code; None where no answer came, or it was not asked of
    the service."""

    code: int | None
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)["error"]


def uid(name: str) -> int:
    return pwd.getpwnam(name).pw_uid


def system_users() -> list[str]:
    """Names that every system knows, none of them ours."""
    return [one.pw_name for one in pwd.getpwall() if one.pw_uid not in (0, os.getuid())]


@contextlib.contextmanager
def _files() -> Iterator[list[int]]:
    with tempfile.TemporaryFile() as first, tempfile.TemporaryFile() as second, tempfile.TemporaryFile() as third:
        yield [first.fileno(), second.fileno(), third.fileno()]


def _text(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(os.dup(descriptor), encoding="utf-8") as file:
        return file.read()


def forked(work: Callable[[], NoReturn]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(99)
    return pid


@contextlib.contextmanager
def streams() -> Iterator[tuple[list[int], Callable[[int], str]]]:
    """What goes with a request, and what was written to one of them."""
    with _files() as given:
        yield given, lambda number: _text(given[number])


def answered(
    config: Path,
    asks: int,
    *words: str,
    settings: Mapping[str, str] | None = None,
    message: bytes | None = None,
    descriptors: Sequence[int] | None = None,
    given: bytes = b"",
) -> Outcome:
    """What the service would answer this user id. `message` and `descriptors` replace what a client
    sends, `given` is on its standard input."""
    with _files() as streams, kept(config, asks) as worker:
        os.write(streams[0], given)
        os.lseek(streams[0], 0, os.SEEK_SET)
        whole = wire.request({wire.ENCODING: "utf-8", **(settings or {})}, list(words)) if message is None else message
        code = worker.ask(whole, streams if descriptors is None else list(descriptors))
        return Outcome(code[0] if code else None, _text(streams[1]), _text(streams[2]))


class Kept:
    """A process that answers one user, as the server keeps one."""

    def __init__(self, pid: int, channel: socket.socket) -> None:
        self.pid = pid
        self.channel = channel

    def begin(self, message: bytes, descriptors: Sequence[int]) -> socket.socket:
        """The connection of a request that is under way."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            if descriptors:
                socket.send_fds(ours, [message], list(descriptors))
            else:
                ours.send(message)
            socket.send_fds(self.channel, [b"."], [theirs.fileno()])
        ours.settimeout(60)
        return ours

    def ask(self, message: bytes, descriptors: Sequence[int]) -> bytes:
        """The exit code; nothing where the answer broke off."""
        with self.begin(message, descriptors) as connection:
            return connection.recv(1)


@contextlib.contextmanager
def kept(config: Path, asks: int) -> Iterator[Kept]:
    """A process of this user id's alone, which ends when the test is done with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def work() -> NoReturn:
        ours.close()
        child.Answering(asks, config).serve(theirs)

    pid = forked(work)
    theirs.close()
    with ours:
        ours.settimeout(60)
        yield Kept(pid, ours)
    kill(pid)  # its channel may be open in one that was forked after it
    os.waitpid(pid, 0)


def asked(
    place: Path,
    *words: str,
    asks: int | None = None,
    groups: Sequence[int] = (),
    before: Callable[[], object] | None = None,
) -> Outcome:
    """What a client prints that asks the service at `place`, as another user of the system if one
    is named."""

    def work() -> NoReturn:
        os.environ["LASTTOUCH_SOCKET"] = str(place)
        os.environ.pop("LASTTOUCH_CONFIG", None)
        for number, descriptor in enumerate(ours):
            os.dup2(descriptor, number)
        sys.stdout, sys.stderr = open(1, "w"), open(2, "w")  # noqa: SIM115
        if asks is not None:
            os.setgroups(list(groups))
            os.setgid(asks)
            os.setuid(asks)
        if before is not None:
            before()
        code = client.ask(list(words))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(98 if code is None else code)

    with _files() as ours:
        pid = forked(work)
        _, status = os.waitpid(pid, 0)
        code = None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return Outcome(None if code == 98 else code, _text(ours[1]), _text(ours[2]))


class Service:
    """Users who ask one command after another, each of a process that is kept for them."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[contextlib.ExitStack, Kept]] = {}

    def ask(
        self, config: Path, asks: int, *words: str, settings: Mapping[str, str] | None = None, given: bytes = b"",
        descriptors: Sequence[int] | None = None,
    ) -> Outcome:  # fmt: skip
        """As `answered`."""
        if asks not in self._kept:
            stack = contextlib.ExitStack()
            self._kept[asks] = stack, stack.enter_context(kept(config, asks))
        stack, worker = self._kept[asks]
        with streams() as (ours, text):
            os.write(ours[0], given)
            os.lseek(ours[0], 0, os.SEEK_SET)
            message = wire.request({wire.ENCODING: "utf-8", **(settings or {})}, list(words))
            code = worker.ask(message, descriptors or ours)
            if worker.channel.recv(1) != wire.STAYS:
                del self._kept[asks]
                stack.close()
            return Outcome(code[0] if code else None, text(1), text(2))

    def open_files(self, asks: int) -> list[str]:
        """What the process that is kept for them has open."""
        folder = f"/proc/{self._kept[asks][1].pid}/fd"
        return [os.readlink(f"{folder}/{number}") for number in os.listdir(folder)]

    def stop(self) -> None:
        for stack, _ in self._kept.values():
            stack.close()
        self._kept.clear()


def processes_of(parent: int) -> list[int]:
    """The children of a process."""
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


ANA, BEN, KEEPER, CLEO = system_users()[:4]  # the last of whom is no user of ours


def write_config(folder: Path, *more: str) -> Path:
    """The configuration of a team, with `more` at its top."""
    config = folder / "config.toml"
    users = [
        table("[[users]]", name="Ana Kim", os_user=ANA),
        table("[[users]]", name="Ben Ode", os_user=BEN),
        table("[[users]]", name="Kim Admin", os_user=KEEPER, role="administrator"),
    ]
    accounts = [account("ana", files("mail"), user="Ana Kim"), account("ben", files("mail"), user="Ben Ode")]
    (folder / "mail").mkdir(exist_ok=True)
    config.write_text("".join([head(), *more, *users, *accounts]))
    return config

"""The answering process: a child for each user who asks, so that none can harm or wait for another.

It reads nothing of what is asked: a connection on which something has come is handed to a child of
whoever the kernel says is at its other end. A child is kept for what its user asks next.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

from lasttouch.answering import wire
from lasttouch.answering.children import KEPT, Child, Children
from lasttouch.answering.place import user_at_the_other_end
from lasttouch.answering.waiting import Asked, Waiting

IDLE_SECONDS = 3_600.0
SILENT_SECONDS = 2.0  # until who has connected has to have asked
GRACE_SECONDS = 3.0  # until who was interrupted is ended
_AT_A_TIME = 64  # accepted, before others are seen to
_PAUSE_SECONDS = 0.1
_LOOK_SECONDS = 1.0
_LOOK_AT_IDLE_SECONDS = 60.0
_MOST_DESCRIPTORS = 65_536

Work = Callable[[socket.socket, int], NoReturn]
"""Runs in a child: answers what comes through the channel, for this user id."""

_log = logging.getLogger(__name__)


class Server:
    """Accepts on `listener` until `alive` ends, which whoever started this process holds open.

    What cannot be begun yet waits, and what would make too many wait is closed: the first come of each
    are served first, and who asks for much only waits for themselves.
    """

    def __init__(self, listener: socket.socket, alive: int, work: Work) -> None:
        self._listener = listener
        self._alive = alive
        self._work = work
        self._waiting = Waiting()
        self._watched = select.poll()
        self._children = Children()
        self._by_descriptor: dict[int, Asked | Child] = {}
        self._users: dict[int, int] = {}  # process id → user id, until it is known how it ended

    def serve(self) -> None:
        self._listener.setblocking(False)
        ended, told = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        for descriptor in (self._listener.fileno(), self._alive, ended):
            self._watched.register(descriptor, select.POLLIN | select.POLLHUP)
        while True:
            happened = dict(self._watched.poll(self._patience()))
            if self._alive in happened:
                return self._end()
            for descriptor, what in happened.items():
                self._see_to(descriptor, what)
            if ended in happened:
                with contextlib.suppress(BlockingIOError):
                    os.read(ended, 4096)
                self._reap()
            if self._listener.fileno() in happened:
                self._accept()
            self._look()
            self._begin()

    def _patience(self) -> float | None:
        """Milliseconds."""
        if self._children.at_work or self._waiting:
            return _LOOK_SECONDS * 1000
        return _LOOK_AT_IDLE_SECONDS * 1000 if self._children else None

    def _accept(self) -> None:
        for _ in range(_AT_A_TIME):
            try:
                connection, _address = self._listener.accept()
            except BlockingIOError:
                return
            except OSError as error:  # no descriptors are left: those of ended children come back
                _log.warning("a command could not be taken: %s", error.strerror)
                time.sleep(_PAUSE_SECONDS)
                return
            asked = Asked(connection, user_at_the_other_end(connection), time.monotonic())
            if self._waiting.take(asked):
                self._watch(connection, asked, select.POLLIN | select.POLLRDHUP)
            else:
                connection.close()

    def _see_to(self, descriptor: int, what: int) -> None:
        at = self._by_descriptor.get(descriptor)
        if isinstance(at, Child):
            self._hear(at)
        elif at is not None and self._waiting.holds(at):
            if what & (select.POLLHUP | select.POLLRDHUP | select.POLLERR):
                self._drop(at)
            else:
                self._waiting.has_asked(at)
                self._watched.modify(descriptor, select.POLLRDHUP)
        elif at is not None:
            self._interrupt(at)

    def _hear(self, child: Child) -> None:
        """That it has answered, or will no more."""
        try:
            said = child.channel.recv(1)
        except OSError:
            said = b""
        if (asked := self._children.is_done(child)) is not None:
            self._unwatch(asked.connection)
        if said != wire.STAYS:
            self._let_go(child)

    def _interrupt(self, asked: Asked) -> None:
        """Who asked has pressed Ctrl-C, or is gone."""
        self._unwatch(asked.connection, close=False)
        for child in self._children:
            if child.asked is asked:
                child.interrupted = time.monotonic()
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child.pid, signal.SIGINT)

    def _look(self) -> None:
        """At the time: who has not asked yet is sent away, who was interrupted and goes on is ended, who idles too."""
        now = time.monotonic()
        for asked in self._waiting.silent_since(now - SILENT_SECONDS):
            self._drop(asked)
        for child in self._children:
            if child.interrupted is not None and child.interrupted < now - GRACE_SECONDS:
                child.interrupted = None
                os.kill(child.pid, signal.SIGKILL)
            elif child.asked is None and child.since < now - IDLE_SECONDS:
                self._let_go(child)

    def _begin(self) -> None:
        """Begin with those who waited longest, but none whose share is used up."""
        refused = set()
        for asked in self._waiting.ready():
            if asked.uid in refused:
                continue
            child = self._child_for(asked.uid) if self._children.may_begin(asked.uid) else None
            if child is None or not _is_handed_to(child, asked):
                refused.add(asked.uid)
                continue
            self._waiting.leave(asked)
            self._children.begins(child, asked)

    def _child_for(self, uid: int) -> Child | None:
        """One of theirs that idles, else a new one, for which another that idles may have to go."""
        if (idle := self._children.idle_of(uid)) is not None:
            return idle
        if len(self._children) >= KEPT:
            longest = self._children.longest_idle()
            if longest is None:
                return None
            self._let_go(longest)
        return self._new_child(uid)

    def _new_child(self, uid: int) -> Child | None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            pid = os.fork()
        except OSError as error:
            _log.warning("a command could not be begun: %s", error.strerror)
            ours.close()
            theirs.close()
            return None
        if pid == 0:
            self._be_the_child(theirs, uid)
        theirs.close()
        ours.setblocking(False)
        child = Child(pid, uid, ours)
        self._children.add(child)
        self._users[pid] = uid
        self._watch(ours, child, select.POLLIN | select.POLLHUP)
        return child

    def _be_the_child(self, channel: socket.socket, uid: int) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            kept = channel.fileno()
            os.closerange(3, kept)
            os.closerange(kept + 1, _MOST_DESCRIPTORS)
            self._work(channel, uid)
        finally:
            os._exit(1)

    def _let_go(self, child: Child) -> None:
        self._unwatch(child.channel)
        self._children.remove(child)

    def _drop(self, asked: Asked) -> None:
        self._waiting.leave(asked)
        self._unwatch(asked.connection)

    def _watch(self, connection: socket.socket, at: Asked | Child, events: int) -> None:
        self._by_descriptor[connection.fileno()] = at
        self._watched.register(connection, events)

    def _unwatch(self, connection: socket.socket, *, close: bool = True) -> None:
        if self._by_descriptor.pop(connection.fileno(), None) is not None:
            self._watched.unregister(connection)
        if close:
            connection.close()

    def _reap(self) -> None:
        for pid, status in _ended():
            uid = self._users.pop(pid, None)
            if uid is not None and os.WIFSIGNALED(status) and os.WTERMSIG(status) != signal.SIGTERM:
                name = signal.Signals(os.WTERMSIG(status)).name
                _log.warning("a command of user id %d was ended by %s", uid, name)

    def _end(self) -> None:
        for pid in self._users:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


def _is_handed_to(child: Child, asked: Asked) -> bool:
    """A child that has ended takes nothing, and will be heard of."""
    try:
        socket.send_fds(child.channel, [b"."], [asked.connection.fileno()])
    except OSError:
        return False
    return True


def _ended() -> Iterator[tuple[int, int]]:
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            yield pid, status

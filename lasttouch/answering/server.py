"""The answering process: a child for each command that is asked, so that none can harm or wait for another."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import socket
import struct
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import NamedTuple, NoReturn

AT_ONCE = 32
AT_ONCE_FOR_ONE = 4
WAITING = 512
WAITING_FOR_ONE = 64
_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid (unix(7))
AT_A_TIME = 64  # accepted, before others are seen to
_PAUSE_SECONDS = 0.1
_AGAIN_MILLISECONDS = 1000  # where one could not be begun
_MOST_DESCRIPTORS = 65_536

_log = logging.getLogger(__name__)


class Asked(NamedTuple):
    """A connection with the user id of who made it, as the kernel says."""

    connection: socket.socket
    uid: int


class Server:
    """Accepts on `listener` until `alive` ends, which whoever started this process holds open.

    `answer` runs in a child, with the connection and the user id, and never returns. What cannot be
    begun yet waits, and what would make too many wait is closed: the first come of each are served
    first, and who asks for much only waits for themselves.
    """

    def __init__(self, listener: socket.socket, alive: int, answer: Callable[[Asked], NoReturn]) -> None:
        self._listener = listener
        self._alive = alive
        self._answer = answer
        self._waiting: deque[Asked] = deque()
        self._running: dict[int, int] = {}  # process id → user id
        self._of_one: Counter[int] = Counter()

    def serve(self) -> None:
        self._listener.setblocking(False)
        ended, told = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        watched = select.poll()
        for descriptor in (self._listener.fileno(), self._alive, ended):
            watched.register(descriptor, select.POLLIN | select.POLLHUP)
        while True:
            happened = {descriptor for descriptor, _ in watched.poll(_AGAIN_MILLISECONDS if self._waiting else None)}
            if self._alive in happened:
                return self._end()
            if ended in happened:
                with contextlib.suppress(BlockingIOError):
                    os.read(ended, 4096)
                self._reap()
            if self._listener.fileno() in happened:
                self._accept()
            self._begin()

    def _accept(self) -> None:
        for _ in range(AT_A_TIME):
            try:
                connection, _address = self._listener.accept()
            except BlockingIOError:
                return
            except OSError as error:  # no descriptors are left: those of ended children come back
                _log.warning("a command could not be taken: %s", error.strerror)
                time.sleep(_PAUSE_SECONDS)
                return
            _pid, uid, _gid = _CREDENTIALS.unpack(
                connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
            )
            waits = sum(one.uid == uid for one in self._waiting)
            if len(self._waiting) >= WAITING or waits >= WAITING_FOR_ONE:
                connection.close()
            else:
                self._waiting.append(Asked(connection, uid))

    def _begin(self) -> None:
        """Begin with those who waited longest, but none whose share is used up."""
        left: list[Asked] = []
        while self._waiting and len(self._running) < AT_ONCE:
            asked = self._waiting.popleft()
            if self._of_one[asked.uid] >= AT_ONCE_FOR_ONE:
                left.append(asked)
            elif not self._is_begun(asked):
                left.append(asked)
                break
        self._waiting.extendleft(reversed(left))

    def _is_begun(self, asked: Asked) -> bool:
        try:
            pid = os.fork()
        except OSError as error:
            _log.warning("a command could not be begun: %s", error.strerror)
            return False
        if pid == 0:
            self._be_the_child(asked)
        asked.connection.close()
        self._running[pid] = asked.uid
        self._of_one[asked.uid] += 1
        return True

    def _be_the_child(self, asked: Asked) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            kept = asked.connection.fileno()
            os.closerange(3, kept)
            os.closerange(kept + 1, _MOST_DESCRIPTORS)
            self._answer(asked)
        finally:
            os._exit(1)

    def _reap(self) -> None:
        while self._running:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            uid = self._running.pop(pid)
            self._of_one[uid] -= 1
            if os.WIFSIGNALED(status) and os.WTERMSIG(status) != signal.SIGTERM:
                _log.warning("a command of user id %d was ended by %s", uid, signal.Signals(os.WTERMSIG(status)).name)

    def _end(self) -> None:
        for pid in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

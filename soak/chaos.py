"""What goes wrong: networks, servers and the daemon itself, each for a while."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable

from soak.estate import Estate

from fault_proxy import Fault, FaultProxy  # isort: skip
from running_daemon import RunningDaemon  # isort: skip


class Chaos:
    """Begins troubles, and ends each when its time has come."""

    def __init__(self, estate: Estate, chance: random.Random, longest_seconds: float) -> None:
        self.estate = estate
        self.chance = chance
        self.longest = longest_seconds
        self.kills = 0
        self._ends: list[tuple[float, Callable[[], None]]] = []
        self._daemon_is_down = self._radicale_is_down = False
        self._asleep: RunningDaemon | None = None

    def recover(self, everything: bool = False) -> None:
        """End the troubles whose time is over, or all."""
        due = [one for one in self._ends if everything or one[0] <= time.monotonic()]
        self._ends = [one for one in self._ends if one not in due]
        for _, end in due:
            end()

    def an_account_fails(self) -> None:
        proxy = self.chance.choice([*self.estate.mail.values(), *self.estate.dav.values()])
        kind = self.chance.choice(["cut", "hang", "drip", "reset"])
        after = self.chance.choice([0, 40, 500, 1500, 4000, 9000])
        direction = self.chance.choice(["down", "down", "up"])
        proxy.fault = Fault(kind, after, direction, 0.05)  # type: ignore[arg-type]
        if self.chance.random() < 0.5:
            proxy.cut()
        self._later(lambda: _heal(proxy))

    def all_connections_are_lost(self) -> None:
        for proxy in (*self.estate.mail.values(), *self.estate.dav.values()):
            proxy.cut()

    def dovecot_is_restarted(self) -> None:
        self.estate.restart_dovecot()

    def radicale_is_down(self) -> None:
        if not self._radicale_is_down:
            self._radicale_is_down = True
            self.estate.stop_radicale()
            self._ends.append((time.monotonic() + self.chance.uniform(0, 3), self._radicale_is_back))

    def _radicale_is_back(self) -> None:
        self.estate.start_radicale()
        self._radicale_is_down = False

    @property
    def calendars_are_there(self) -> bool:
        return not self._radicale_is_down

    def the_daemon_is_killed(self) -> None:
        if not self._daemon_is_down:
            self._daemon_is_down = True
            self.kills += 1
            self.estate.kill_daemon()
            self._ends.append((time.monotonic() + self.chance.uniform(0, 2), self._daemon_is_back))

    def the_daemon_is_stopped_and_started(self) -> None:
        if self._daemon_listens():
            code = self.estate.daemon.stopped(6.0)
            assert code == 0, f"{code}: {self.estate.daemon.log[-2000:]}"
            self.estate.start_daemon()

    def _daemon_is_back(self) -> None:
        self.estate.start_daemon()
        self._daemon_is_down = False

    def the_daemon_is_told_to_reload(self) -> None:
        if self._daemon_listens():
            self.estate.daemon.told(signal.SIGHUP)

    def the_machine_sleeps(self) -> None:
        if self._daemon_listens():
            self._asleep = self.estate.daemon
            self._asleep.told(signal.SIGSTOP)
            self._later(self._the_machine_wakes)

    def _the_machine_wakes(self) -> None:
        asleep, self._asleep = self._asleep, None
        if asleep is not None and asleep.process.poll() is None:
            asleep.told(signal.SIGCONT)

    def _daemon_listens(self) -> bool:
        return not self._daemon_is_down and self._asleep is None and self.estate.daemon_is_ready()

    def _later(self, end: Callable[[], None]) -> None:
        self._ends.append((time.monotonic() + self.chance.uniform(0.5, self.longest), end))


def _heal(proxy: FaultProxy) -> None:
    """The network is back: connections that hung are known to be dead."""
    proxy.fault = None
    proxy.cut()

"""What goes wrong: networks, servers and the daemon itself, each for a while."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from email.utils import formatdate
from functools import partial

from soak.estate import MISTYPED, Estate

from fault_proxy import Fault, FaultProxy  # isort: skip
from running_daemon import RunningDaemon, until  # isort: skip
from scripted_dav import Reply, ScriptedDav  # isort: skip

STOP_SECONDS = 15.0  # a guard; that it takes less than 5 is proved where nothing else takes the machine's time


class Chaos:
    """Begins troubles, and ends each when its time has come."""

    def __init__(self, estate: Estate, chance: random.Random, longest_seconds: float) -> None:
        self.estate = estate
        self.chance = chance
        self.longest = longest_seconds
        self.kills = self.postgres_kills = self.asked_to_wait = self.corrected = 0
        self._ends: list[tuple[float, Callable[[], None]]] = []
        self._radicale_is_down = False
        self._down: set[int] = set()
        self._asleep: dict[int, RunningDaemon] = {}

    def recover(self, everything: bool = False) -> None:
        """End the troubles whose time is over, or all."""
        due = [one for one in self._ends if everything or one[0] <= time.monotonic()]
        self._ends = [one for one in self._ends if one not in due]
        for _, end in due:
            end()
        for number in range(len(self.estate.daemons)):
            if number not in self._down and self.estate.could_not_begin(number):
                self.estate.start_daemon(number)

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

    def a_calendar_server_asks_for_time(self) -> None:
        """Of one account, for a while, in either of the ways RFC 9110 §10.2.3 knows."""
        proxy, after = self.chance.choice(list(self.estate.dav.values())), self.chance.randint(1, 5)
        told = self.chance.choice([str(after), formatdate(time.time() + after, usegmt=True)])
        reply = Reply(self.chance.choice([429, 503]), b"busy", {"Retry-After": told})
        busy = ScriptedDav(lambda _: reply)
        proxy.target = busy.port
        proxy.cut()
        self._later(lambda: self._has_time_again(proxy, busy))

    def _has_time_again(self, proxy: FaultProxy, busy: ScriptedDav) -> None:
        self.asked_to_wait += len(busy.seen)
        busy.stop()
        proxy.target = self.estate.radicale.port
        proxy.cut()

    def a_password_is_mistyped_and_corrected(self) -> None:
        """In its file, each time with a SIGHUP, or by hand beside workers; both have to be noticed."""
        if self._numbers_that_listen():
            refused = self.estate.said.count(f"password of {MISTYPED}")
            self._type("mistyped", f"password of {MISTYPED}", refused + 1)
            self.the_password_is_corrected()

    def the_password_is_corrected(self) -> None:
        works = self.estate.said.count(f"{MISTYPED} imap: works again")
        self._type(self.estate.dovecot.password, f"{MISTYPED} imap: works again", works + 1)
        self.corrected += 1

    def _type(self, password: str, then_said: str, times: int) -> None:
        self.estate.type_password(password)
        if self.estate.postgres is None:
            self.estate.daemons[0].told(signal.SIGHUP)
            self.estate.has_said(then_said, times)
        else:
            is_wrong = password == "mistyped"
            until(lambda: self.estate.is_read(MISTYPED) is not is_wrong, 60)

    def _radicale_is_back(self) -> None:
        self.estate.start_radicale()
        self._radicale_is_down = False

    @property
    def calendars_are_there(self) -> bool:
        return not self._radicale_is_down

    def the_daemon_is_killed(self) -> None:
        number = self._any_number()
        if number not in self._down:
            self._down.add(number)
            self.kills += 1
            self.estate.kill_daemon(number)
            self._ends.append((time.monotonic() + self.chance.uniform(0, 2), partial(self._daemon_is_back, number)))

    def the_daemon_is_stopped_and_started(self) -> None:
        for number in self._one_that_listens():
            code = self.estate.daemons[number].stopped(STOP_SECONDS)
            assert code == 0, f"{code}: {self.estate.daemons[number].log[-2000:]}"
            self.estate.start_daemon(number)

    def _daemon_is_back(self, number: int) -> None:
        self.estate.start_daemon(number)
        self._down.discard(number)

    def the_daemon_is_told_to_reload(self) -> None:
        for number in self._one_that_listens():
            self.estate.daemons[number].told(signal.SIGHUP)

    def the_machine_sleeps(self) -> None:
        for number in self._one_that_listens():
            self._asleep[number] = self.estate.daemons[number]
            self._asleep[number].told(signal.SIGSTOP)
            self._later(partial(self._the_machine_wakes, number))

    def _the_machine_wakes(self, number: int) -> None:
        asleep = self._asleep.pop(number)
        if asleep.process.poll() is None:
            asleep.told(signal.SIGCONT)

    def postgresql_is_killed(self) -> None:
        self.estate.restart_postgres()
        self.postgres_kills += 1

    def _any_number(self) -> int:
        return self.chance.randrange(len(self.estate.daemons))

    def _one_that_listens(self) -> list[int]:
        """Of the daemon, or of the workers; none, where the one that was drawn does not."""
        return [one for one in [self._any_number()] if one in self._numbers_that_listen()]

    def _numbers_that_listen(self) -> list[int]:
        numbers = range(len(self.estate.daemons))
        return [
            one for one in numbers if one not in self._down | self._asleep.keys() and self.estate.daemon_is_ready(one)
        ]

    def _later(self, end: Callable[[], None]) -> None:
        self._ends.append((time.monotonic() + self.chance.uniform(0.5, self.longest), end))


def _heal(proxy: FaultProxy) -> None:
    """The network is back: connections that hung are known to be dead."""
    proxy.fault = None
    proxy.cut()

"""The soak from its start to its verdict."""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from soak.cards import Cards
from soak.chaos import STOP_SECONDS, Chaos
from soak.estate import LOCKED_OUT, MISTYPED, Estate
from soak.life import ERASED, Life
from soak.truth import differences

from household import contents_of  # isort: skip - its place is made known by the estate
from running_daemon import until  # isort: skip

CALM_SHARE = 0.3  # of the time the daemon is not killed any more, so that its memory can be watched
GIVE_UP_SECONDS = 600.0  # a source that failed for minutes is left alone for as long again
GROWTH_MB, MOST_MB = 15.0, 200.0
ATTEMPTS_AN_HOUR = 3


class Soak:
    """`seconds` of chaos among `accounts`, drawn from `seed`; `run` raises AssertionError where anything is untrue."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        seconds: float,
        accounts: int = 4,
        workers: int = 0,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._workers = workers
        self._seconds = seconds
        self._names = ["ana", "ben", "cleo", "dan", "eva", "fay"][:accounts]
        self._chance = random.Random(seed)
        self._tell = tell
        self._folder = folder
        self._memory: list[tuple[int, float]] = []
        self._did: Counter[str] = Counter()

    def run(self) -> None:
        with Estate(self._folder, self._names, "1s", self._workers) as estate:
            life = Life(estate, self._chance)
            cards = Cards(estate, life, self._chance)
            chaos = Chaos(estate, self._chance, min(15.0, self._seconds / 6))
            estate.has_said(f"password of {LOCKED_OUT}")  # before that a lost answer is no sign of a refusal
            estate.has_said(f"password of {MISTYPED}")
            chaos.the_password_is_corrected()
            self._live(estate, life, cards, chaos)
            chaos.recover(everything=True)
            self._becomes_true(lambda: differences(estate, life, cards), estate)
            self._stays_true(lambda: differences(estate, life, cards), estate, life, chaos)

    def _live(self, estate: Estate, life: Life, cards: Cards, chaos: Chaos) -> None:
        life.imports_contacts()
        cards.of_a_customer()
        began, told = time.monotonic(), 0.0
        while (passed := time.monotonic() - began) < self._seconds:
            chaos.recover()
            self._do(self._drawn(life, cards, chaos, estate, calm=passed > self._seconds * (1 - CALM_SHARE)))
            self._watch_memory(estate)
            if passed - told > 60:
                told = passed
                self._tell(f"{passed / 60:.0f} min: {_sizes(life)}, {self._memory[-1][1]:.0f} MB resident")
            time.sleep(self._chance.uniform(0.02, 0.25))  # the pace of life
        self._tell(f"done: {_sizes(life)}; {dict(sorted(self._did.items()))}")

    def _do(self, action: Callable[[], Any]) -> None:
        self._did[getattr(action, "__name__", "")] += 1
        action()

    def _drawn(self, life: Life, cards: Cards, chaos: Chaos, estate: Estate, calm: bool) -> Callable[[], Any]:
        """The next thing to happen; some are likelier than others."""
        mail = {
            life.writes: 12, life.writes_to_whoever_will_be_erased: 1, life.writes_again_though_erased: 1,
            life.bounces_back: 1, life.moves_a_message: 3, life.expunges_a_message: 1, life.resets_uidvalidity: 1,
            life.renames_a_mailbox: 1, life.imports_contacts: 1, life.erases_somebody: 0.2,
        }  # fmt: skip
        calendars = {
            life.makes_an_appointment: 4, life.changes_an_appointment: 3, life.deletes_an_appointment: 1,
            cards.writes_a_card: 1.5, cards.throws_a_card_away: 0.7,
        }  # fmt: skip
        trouble = {
            chaos.an_account_fails: 3, chaos.all_connections_are_lost: 0.5, chaos.dovecot_is_restarted: 0.3,
            chaos.radicale_is_down: 0.4, chaos.a_calendar_server_asks_for_time: 0.8,
        }  # fmt: skip
        kills = {
            chaos.the_daemon_is_killed: 0.8, chaos.the_daemon_is_stopped_and_started: 0.3,
            chaos.the_daemon_is_told_to_reload: 0.4, chaos.the_machine_sleeps: 0.3,
            chaos.a_password_is_mistyped_and_corrected: 0.2,
        }  # fmt: skip
        if estate.postgres is not None:
            kills[chaos.postgresql_is_killed] = 0.2
        beside = {self._command(estate, words): 0.15 for words in ("last", "log", "status", "sync", "check", "backup")}
        weights: dict[Callable[[], Any], float] = {
            **mail, **(calendars if chaos.calendars_are_there else {}), **trouble, **({} if calm else kills), **beside,
        }  # fmt: skip
        (action,) = self._chance.choices(list(weights), list(weights.values()))
        return action

    def _command(self, estate: Estate, words: str) -> Callable[[], None]:
        def run_beside() -> None:
            arguments = [words] if words != "backup" else ["backup", str(self._folder / "copy.db"), "--force"]
            done = estate.command(*arguments)
            allowed = (0, 1, 4) if words == "sync" else (0,)  # accounts that fail are no fault of sync
            assert done.returncode in allowed, f"lasttouch {words}: {done.stdout[-500:]} {done.stderr}"
            assert "Traceback" not in done.stderr, done.stderr

        run_beside.__name__ = f"lasttouch {words}"
        return run_beside

    def _watch_memory(self, estate: Estate) -> None:
        with contextlib.suppress(OSError):
            self._memory += [(one.process.pid, estate.daemon_memory(at)) for at, one in enumerate(estate.daemons)]

    def _becomes_true(self, wrong_now: Callable[[], list[str]], estate: Estate) -> None:
        """Once nothing fails any more the daemon gets there by itself."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        began = time.monotonic()
        while wrong := wrong_now():
            self._watch_memory(estate)
            assert time.monotonic() < deadline, "\n".join([f"{len(wrong)} differences:", *wrong[:20]])
            time.sleep(0.5)
        self._tell(f"the log is the truth {time.monotonic() - began:.0f} s after the last trouble ended")

    def _stays_true(self, wrong_now: Callable[[], list[str]], estate: Estate, life: Life, chaos: Chaos) -> None:
        log = estate.said
        assert [one.stopped(STOP_SECONDS) for one in estate.daemons] == [0] * len(estate.daemons)
        until(lambda: _all_is_read(estate))  # what no difference shows may still be new: meetings with strangers
        again = json.loads(estate.command("sync", "--json").stdout)["accounts"]
        assert {one["new"] for one in again} == {0}, again
        checked = estate.ok("check")
        assert (checked["differences"], checked["integrity"]) == (0, "ok"), checked
        if wrong_now():
            estate.command("sync")  # a meeting that was over just now
            assert not (wrong := wrong_now()), wrong
        assert "a mistake of ours" not in log, [line for line in log.splitlines() if "mistake of ours" in line][:5]
        assert "canary" not in log
        refused = (self._folder / "dovecot" / "dovecot.log").read_text(errors="replace").count(f"user=<{LOCKED_OUT}>")
        assert refused <= ATTEMPTS_AN_HOUR * (1 + self._seconds // 3600), refused
        if ERASED in life.diary.erased:
            for path in self._folder.glob("lasttouch.db*"):
                assert ERASED.encode() not in path.read_bytes(), path
            with contextlib.closing(estate.opened()) as written:
                assert ERASED not in str(contents_of(written))
        most = max(len(json.loads(refusals or "[]")) for (refusals,) in estate.asked("SELECT refusals FROM source"))
        assert 0 < most <= ATTEMPTS_AN_HOUR
        self._is_flat()
        self._tell(
            f"all is true after {chaos.kills} kills, {chaos.postgres_kills} of PostgreSQL,"
            f" {chaos.asked_to_wait} requests that were asked to wait, {chaos.corrected} corrections of a password;"
            f" {checked}"
        )

    def _is_flat(self) -> None:
        """The last one's memory once it had warmed up, early and late."""
        last = [size for pid, size in self._memory if pid == self._memory[-1][0] and size]
        early, late = max(last[: len(last) // 2], default=0.0), max(last[len(last) // 2 :], default=0.0)
        self._tell(f"memory of the last one: {early:.0f} MB, then {late:.0f} MB")
        assert max(size for _, size in self._memory) < MOST_MB
        assert len(last) < 100 or late < early + GROWTH_MB, (early, late)


def _all_is_read(estate: Estate) -> bool:
    """By hand, but for what nobody may read."""
    estate.command("sync")
    return {one["account"] for one in estate.ok("status")["accounts"] if one["error"]} == {LOCKED_OUT}


def _sizes(life: Life) -> str:
    diary = life.diary
    return f"{len(diary.messages)} messages, {len(diary.meetings)} meetings, {len(diary.contacts)} contacts"

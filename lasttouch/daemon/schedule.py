"""When what is done: a job for each source, never two at once for one, none lost to sleep."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from activity.errors import LasttouchError
from activity.mistakes import mistake
from lasttouch.local_time import Clock
from store.places import SourceRow

_log = logging.getLogger(__name__)

Lane = Literal["steady", "doubtful", "orders", "targets"]

# Sources that failed, or were never read to the end, have workers of their own: they may take their time.
WORKERS: dict[Lane, int] = {"steady": 16, "doubtful": 4, "orders": 1, "targets": 8}


_TENDED = "target "


class Plan(NamedTuple):
    """When a source is read next, and among whom."""

    at: datetime
    lane: Lane


class Schedule:
    """APScheduler with one job a source, whose next run is what its last one planned.

    `read` reads a source and says when it is read next. Everything else that is to be done, in its
    turn and one after the other, is an order.
    """

    def __init__(self, read: Callable[[SourceRow], Plan], clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._wanted: dict[int, datetime] = {}
        self._running: set[int] = set()
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={lane: ThreadPoolExecutor(workers) for lane, workers in WORKERS.items()},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_listener(self._done, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)

    def start(self) -> None:
        self._scheduler.start()

    def order(self, action: Callable[[], None]) -> None:
        """Do this as soon as the orders before it are done."""
        self._scheduler.add_job(_guarded(action), executor="orders")

    def repeat(self, action: Callable[[], None], seconds: float) -> None:
        self._scheduler.add_job(_guarded(action), "interval", seconds=seconds, executor="orders", id=action.__name__)

    def tend(self, jobs: Mapping[str, Callable[[], None]], seconds: float) -> None:
        """Do each of these so often, by its name, and none that was named before; each is at work once at a time."""
        wanted = {f"{_TENDED}{name}" for name in jobs}
        for job in self._scheduler.get_jobs():
            if job.id.startswith(_TENDED) and job.id not in wanted:
                self._remove(job.id)
        for name, action in jobs.items():
            self._scheduler.add_job(
                _guarded(action), "interval", seconds=seconds, executor="targets", id=f"{_TENDED}{name}",
                replace_existing=True,
            )  # fmt: skip

    def follow(self, sources: Iterable[tuple[SourceRow, timedelta, Plan]]) -> None:
        """Read these sources, each at its interval and first as planned, and no others."""
        wanted = {str(row.id): (row, interval, plan) for row, interval, plan in sources}
        for job in self._scheduler.get_jobs():
            if job.id.isdigit() and job.id not in wanted:
                self._remove(job.id)
        for job_id, (row, interval, plan) in wanted.items():
            self._scheduler.add_job(
                self._run,
                "interval",  # the fallback: after each run the next one is set as it was planned
                args=(row,),
                id=job_id,
                seconds=interval.total_seconds(),
                jitter=max(1, int(interval.total_seconds() / 20)),
                next_run_time=plan.at,
                executor=plan.lane,
                replace_existing=True,
            )

    def soon(self, source_id: int, seconds: float = 0.0) -> None:
        """Read a source within `seconds`, unless it is read before; once more, if it is being read."""
        with self._lock:
            at = self._clock() + timedelta(seconds=seconds)
            at = self._wanted[source_id] = min(at, self._wanted.get(source_id, at))
            job = self._scheduler.get_job(str(source_id))
            if job is not None and job.next_run_time > at:
                self._modify(job.id, next_run_time=at)

    def _run(self, row: SourceRow) -> Plan | None:
        with self._lock:
            if row.id in self._running:  # from before it was given to another lane; when that ends, it is our turn
                self._wanted[row.id] = self._clock()
                return None
            self._wanted.pop(row.id, None)
            self._running.add(row.id)
        try:
            return self._read(row)
        finally:
            with self._lock:
                self._running.discard(row.id)

    def _done(self, event: JobExecutionEvent) -> None:
        plan = event.retval
        if not isinstance(plan, Plan):
            return
        with self._lock:
            at = min(plan.at, self._wanted.get(int(event.job_id), plan.at))
            self._modify(event.job_id, next_run_time=at, executor=plan.lane)

    def _modify(self, job_id: str, **changes: Any) -> None:
        with contextlib.suppress(JobLookupError):
            self._scheduler.modify_job(job_id, **changes)

    def _remove(self, job_id: str) -> None:
        with contextlib.suppress(JobLookupError):
            self._scheduler.remove_job(job_id)


def _guarded(action: Callable[[], None]) -> Callable[[], None]:
    """An order whose failure is told, and stops nothing."""

    def act() -> None:
        try:
            action()
        except LasttouchError as error:
            _log.error("%s. %s", error.message, error.hint)
        except Exception as error:  # noqa: BLE001 - the next order may be "reload"
            _log.error("%s", mistake(error))

    return act

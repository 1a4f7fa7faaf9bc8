"""What Prometheus may know: how each source is doing, and how much there is.

No names but those of accounts.
"""

from __future__ import annotations

import contextlib
import hmac
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from activity.errors import LasttouchError, UsageError
from lasttouch.configuration.web_options import listen_address
from lasttouch.passes.source_pass import Report
from store.database import open_for_reading
from store.health import SourceHealth, counts, sources
from store.settings import has_users
from store.workers import workers

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.metrics_core import Metric

    from lasttouch.local_time import Clock

_LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))
COUNTS_SECONDS = 60.0  # how old the numbers of activities and touches may be: counting goes through the whole log

_GAUGES: dict[str, tuple[str, Callable[[SourceHealth, float], float | None]]] = {
    "up": ("1 if the last pass over the source went well.", lambda one, _: float(one.error is None)),
    "lag_seconds": (
        "How long ago the instant lies up to which the source has been read.",
        lambda one, now: None if one.seen_through is None else now - one.seen_through.timestamp(),
    ),
    "last_success_timestamp_seconds": (
        "When the source was last read to its end.",
        lambda one, _: None if one.last_success is None else one.last_success.timestamp(),
    ),
    "skipped": ("Items of the source that could not be read.", lambda one, _: float(len(one.skipped))),
}


_log = logging.getLogger(__name__)


def serve(
    listen: str, database: Path, clock: Clock, token: str | None = None, is_a_teams: bool = False
) -> Callable[[Report], None]:
    """Serve the metrics of this log over HTTP in a thread of its own, to who sends the token where there is one;
    returns who is to be told of every pass.

    `is_a_teams`: the log has users, from whom it is kept what colleagues have; nobody is answered
    without a token then, for any user of a machine can connect to its ports. Raises UsageError
    where that cannot be.
    """
    try:
        from prometheus_client import start_http_server  # noqa: PLC0415 - an extra
        from prometheus_client.registry import CollectorRegistry  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            "metrics need the prometheus-client package", "install it beside lasttouch: pipx install '.[metrics]'"
        ) from None
    registry = CollectorRegistry()
    collector = _Collector(database, clock, is_a_teams)
    if is_a_teams and token is None:
        _log.warning("metrics are told to nobody: with users they need a token, such as token_file under [metrics]")
    registry.register(collector)
    try:
        host, port = listen_address(listen)
        server, _ = start_http_server(port, host, registry)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"metrics cannot be served at {listen}: {reason}", "name another host and port") from None
    application = server.get_app()
    assert application is not None
    server.set_app(_asked_by_our_name(_asked_with(token, collector, application), host))
    return collector.note


def _name_in(host: str) -> str | None:
    """The name in a Host header, without the port; None in one that is none."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _asked_by_our_name(application: WSGIApplication, host: str) -> WSGIApplication:
    """On loopback only what asks for this machine is answered: a page in a browser can name any
    host, and have it resolve to 127.0.0.1 (RFC 9110 §7.2: the Host is the name that was asked for).
    """
    ours = {host, *_LOOPBACK}

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if host in _LOOPBACK and _name_in(environ.get("HTTP_HOST", "")) not in ours:
            start("403 Forbidden", [("Content-Type", "text/plain")])
            return [b"these metrics are asked for by the name of this machine\n"]
        return application(environ, start)

    return answer


def _asked_with(token: str | None, collector: _Collector, application: WSGIApplication) -> WSGIApplication:
    """Prometheus sends it as its `authorization` says (RFC 6750, 2.1)."""
    expected = f"Bearer {token}".encode()

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        given = environ.get("HTTP_AUTHORIZATION", "").encode("latin-1", "replace")
        if hmac.compare_digest(given, expected) if token is not None else not collector.is_a_teams():
            return application(environ, start)
        start("401 Unauthorized", [("Content-Type", "text/plain"), ("WWW-Authenticate", "Bearer")])
        return [b"these metrics are asked for with the token under [metrics] in the configuration\n"]

    return answer


class _Collector:
    def __init__(self, database: Path, clock: Clock, is_a_teams: bool) -> None:
        self._database = database
        self._clock = clock
        self._is_a_teams = is_a_teams
        self._lock = threading.Lock()
        self._passes: Counter[tuple[str, str]] = Counter()
        self._errors: Counter[tuple[str, str, str]] = Counter()
        self._counts: tuple[int, int, int] = (0, 0, 0)
        self._counted = -COUNTS_SECONDS

    def is_a_teams(self) -> bool:
        """Has the log users, by now or when it could last be read?"""
        with contextlib.suppress(LasttouchError), contextlib.closing(open_for_reading(self._database)) as log:
            self._is_a_teams = has_users(log)
        return self._is_a_teams

    def note(self, report: Report) -> None:
        with self._lock:
            self._passes[report.account, report.source] += 1
            if report.error is not None:
                self._errors[report.account, report.source, report.error.code] += 1

    def describe(self) -> list[Metric]:
        return []  # so that registering asks for nothing yet

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415

        labels = ["account", "source"]
        passes = CounterMetricFamily("lasttouch_passes", "Passes over the source.", labels=labels)
        errors = CounterMetricFamily("lasttouch_errors", "Passes that failed, by error.", labels=[*labels, "class"])
        with self._lock:
            for key, number in self._passes.items():
                passes.add_metric(key, number)
            for error, number in self._errors.items():
                errors.add_metric(error, number)
        yield from (passes, errors)
        with contextlib.suppress(LasttouchError):  # no log yet
            yield from self._of_the_log()

    def _of_the_log(self) -> Iterator[Metric]:
        with contextlib.closing(open_for_reading(self._database)) as log:
            health, at_work = sources(log), len(workers(log))
            if time.monotonic() - self._counted >= COUNTS_SECONDS:
                self._counts, self._counted = counts(log), time.monotonic()
        now = self._clock().timestamp()
        for name, (text, value_of) in _GAUGES.items():
            gauge = _gauge(f"lasttouch_source_{name}", text, ["account", "source"])
            for one in health:
                if (value := value_of(one, now)) is not None:
                    gauge.add_metric([one.account, one.source], value)
            yield gauge
        if at_work:  # each counts its own passes; how the sources are doing is the same wherever it is asked
            gauge = _gauge("lasttouch_workers", "Workers that were heard of lately, on all hosts.", [])
            gauge.add_metric([], at_work)
            yield gauge
        for name, number in zip(("activities", "contacts", "touches"), self._counts, strict=True):
            total = _gauge(f"lasttouch_{name}", f"How many {name} the log holds.", [])
            total.add_metric([], number)
            yield total


def _gauge(name: str, text: str, labels: list[str]) -> GaugeMetricFamily:
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

    return GaugeMetricFamily(name, text, labels=labels)

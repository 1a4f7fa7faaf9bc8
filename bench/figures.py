"""One measured figure, and how it is come by."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

Figure = dict[str, Any]


def at_most(name: str, value: float, unit: str, bar: float) -> Figure:
    """A figure that is well if it does not exceed its bar."""
    return _figure(name, value, unit, bar, value <= bar)


def at_least(name: str, value: float, unit: str, bar: float) -> Figure:
    """A figure that is well if it reaches its bar."""
    return _figure(name, value, unit, bar, value >= bar)


def told(name: str, value: float, unit: str) -> Figure:
    """A figure without a bar."""
    return _figure(name, value, unit, None, None)


def seconds(action: Callable[[], object]) -> float:
    """How long `action` takes, once."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def cpu_seconds(action: Callable[[], object]) -> float:
    """How much of a processor `action` takes, whatever else the machine does."""
    started = time.process_time()
    action()
    return time.process_time() - started


def median_of(durations: Iterable[float]) -> float:
    return statistics.median(durations)


def median_seconds(action: Callable[[], object], times: int) -> float:
    """The median of so many runs, after one that warms the caches."""
    action()
    return median_of(seconds(action) for _ in range(times))


def peak_megabytes() -> float:
    """The most memory this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def _figure(name: str, value: float, unit: str, bar: float | None, ok: bool | None) -> Figure:
    return {"figure": name, "value": float(f"{value:.4g}"), "unit": unit, "bar": bar, "ok": ok}

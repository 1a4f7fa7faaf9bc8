"""What is shown of a sync while it lasts, and the exit code it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from activity.batch import Batch
from activity.errors import LasttouchError, PartialFailure
from lasttouch.passes.pipeline import Progress
from lasttouch.passes.source_pass import Report
from lasttouch.terminal.output import clean, is_terminal


def fail_if_any_did(reports: list[Report]) -> None:
    """Raises PartialFailure where some sources failed; where all did, the error of the only one, or
    of all."""
    failed = [one for one in reports if one.error is not None]
    if not failed:
        return
    alike: dict[tuple[str, str], list[str]] = {}
    for one in failed:
        alike.setdefault((one.account, one.trouble), []).append(one.source)
    message = "; ".join(f"{name} {', '.join(sources)}: {trouble}" for (name, trouble), sources in alike.items())
    hint = next((one.error.hint for one in failed if one.error and one.error.hint), "")
    if len(failed) < len(reports):
        raise PartialFailure(message, hint)
    error = failed[0].error
    raise LasttouchError(message, hint) if len(failed) > 1 or error is None else type(error)(failed[0].trouble, hint)


@contextmanager
def shown_count(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A line on a terminal that counts what is done of how many; nothing elsewhere."""
    if not is_terminal():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only for a terminal
    from rich.status import Status  # noqa: PLC0415

    with Status(f"{what} …", console=Console(stderr=True)) as status:
        yield lambda done, of: status.update(f"{what}: {done:,} of {of:,}")


class shown_progress:  # noqa: N801 - reads as a function where it is used
    """A progress line on a terminal, nothing elsewhere."""

    def __init__(self, as_json: bool) -> None:
        self._shown = not as_json and is_terminal()
        self._done: dict[tuple[str, str, str], int] = {}

    def __enter__(self) -> Progress | None:
        if not self._shown:
            return None
        from rich.console import Console  # noqa: PLC0415 - only for a terminal
        from rich.status import Status  # noqa: PLC0415

        self._status = Status("connecting …", console=Console(stderr=True))
        self._status.start()
        return self._show

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._status.stop()

    def _show(self, report: Report, batch: Batch) -> None:
        from rich.text import Text  # noqa: PLC0415

        key = (report.account, report.source, batch.place)
        self._done[key] = self._done.get(key, 0) + len(batch.items)
        of = f" of {batch.found:,}" if batch.found else ""
        self._status.update(
            Text(clean(f"{report.account} {report.source} {batch.place}: {self._done[key]:,}{of} read"))
        )

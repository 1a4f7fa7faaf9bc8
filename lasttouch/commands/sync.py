"""lasttouch sync"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from activity.errors import LasttouchError, NotFound, PartialFailure
from lasttouch.commands.completion_words import complete_account
from lasttouch.commands.options import answer, config_option, json_option, loaded_config
from lasttouch.output import clean, is_terminal, print_lines
from lasttouch.views.health import sync_json, sync_table
from store.health import counts

if TYPE_CHECKING:
    from activity.batch import Batch
    from lasttouch.pipeline import Progress
    from lasttouch.source_pass import Report


@click.command("sync")
@click.option("--account", metavar="NAME", shell_complete=complete_account, help="Only this account.")
@json_option
@config_option
def command(account: str | None, as_json: bool, config: str | None) -> None:
    """Read mail and calendars once and bring the log up to date.

    The first pass reads back as far as `backfill` says, later ones only what is new. Interrupt it
    whenever you like: the next one goes on from there. Nothing on the servers changes, no message
    is marked as read.

    \b
    Examples:
      lasttouch sync
      lasttouch sync --account ana --json
    """
    from lasttouch.agent import opened  # noqa: PLC0415 - a shell asks for the names of accounts at every key
    from lasttouch.pipeline import sync  # noqa: PLC0415

    loaded = loaded_config(config)
    names = [one.name for one in loaded.config.accounts]
    if account is not None and account not in names:
        raise NotFound(f"there is no account {account!r}", f"the configuration has: {', '.join(names)}")
    with opened(loaded) as agent, shown_progress(as_json) as progress:
        reports = list(sync(agent, account, progress))
        holds = counts(agent.connection)
    for_people = answer(as_json, False, (), lambda: sync_json(reports), lambda: sync_table(reports))
    if for_people:
        print_lines([_summary(reports, holds)])
    fail_if_any_did(reports)


def _summary(reports: list[Report], holds: tuple[int, int, int]) -> str:
    """`holds`: activities, contacts, touches. Who became a contact by this sync has touches no report knows of."""
    new = sum(one.new for one in reports)
    skipped = sum(one.skipped for one in reports)
    said = f"{new:,} new in the log" if new else "Nothing new"
    said += f"; {skipped} items skipped, see: lasttouch status --skipped" if skipped else ""
    activities, contacts, touches = holds
    return f"{said}. It holds {activities:,} activities, {contacts:,} contacts, {touches:,} touches."


def fail_if_any_did(reports: list[Report]) -> None:
    failed = [one for one in reports if one.error is not None]
    if not failed:
        return
    message = "; ".join(f"{one.account} {one.source}: {one.trouble}" for one in failed)
    hint = next((one.error.hint for one in failed if one.error and one.error.hint), "")
    if len(failed) < len(reports):
        raise PartialFailure(message, hint)
    error = failed[0].error
    raise LasttouchError(message, hint) if len(failed) > 1 or error is None else type(error)(failed[0].trouble, hint)


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

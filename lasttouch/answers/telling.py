"""What is told of others' accounts is recorded for them first, through whatever door it is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from lasttouch.answers.question import Log
    from lasttouch.answers.used import Used

Given = TypeVar("Given")
Database = Callable[[], Path]
"""Where the log is; asked for only where there is something to record."""


def told(log: Log, given: Given, now: datetime, command: str, database: Database) -> Given:
    """What is answered; of whose accounts it tells, beside those of who asks, is recorded for them.

    `command` is what was asked. Raises DatabaseError where it cannot be recorded: then there is no
    answer.
    """
    if log.scope.is_lent:
        from lasttouch.answers.used import used  # noqa: PLC0415 - one keeper does without

        _record(log, used(log, given), now, command, database)
    return given


def tell_everything(log: Log, now: datetime, command: str, database: Database) -> None:
    """The same where all that is seen is told."""
    if log.scope.is_lent:
        from lasttouch.answers.used import of_everything  # noqa: PLC0415 - one keeper does without

        _record(log, of_everything(log), now, command, database)


def _record(log: Log, used: Used, now: datetime, command: str, database: Database) -> None:
    if used.told:
        from lasttouch.keeping.access import record  # noqa: PLC0415 - one keeper does without

        record(database(), log.scope, now, command, used.told, used.contact)

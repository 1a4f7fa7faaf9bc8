"""What is told of others' accounts is recorded for them first, through whatever door it is asked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from lasttouch.answers.question import Log
    from lasttouch.answers.used import Used

Given = TypeVar("Given")


def told(log: Log, given: Given, now: datetime, command: str) -> Given:
    """What is answered; of whose accounts it tells, beside those of who asks, is recorded for them.

    `command` is what was asked. Raises DatabaseError where it cannot be recorded: then there is no
    answer.
    """
    if log.scope.is_lent:
        from lasttouch.answers.used import used  # noqa: PLC0415 - one keeper does without

        _record(log, used(log, given), now, command)
    return given


def tell_everything(log: Log, now: datetime, command: str) -> None:
    """The same where all that is seen is told."""
    if log.scope.is_lent:
        from lasttouch.answers.used import of_everything  # noqa: PLC0415 - one keeper does without

        _record(log, of_everything(log), now, command)


def _record(log: Log, used: Used, now: datetime, command: str) -> None:
    if used.told:
        from lasttouch.keeping.access import record  # noqa: PLC0415 - one keeper does without

        assert log.path is not None, "what others lend lies somewhere"
        record(log.path, log.scope, now, command, used.told, used.contact)

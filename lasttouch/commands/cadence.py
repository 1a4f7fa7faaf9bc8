"""lasttouch cadence"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

import click

from activity.errors import UsageError
from lasttouch.commands import typed_moments
from lasttouch.commands.opening import changing
from lasttouch.commands.saying import saying_options, tell
from lasttouch.local_time import utc_now

_EXAMPLE = "such as: lasttouch cadence bob 30d, or --default 90d"


@click.command("cadence")
@saying_options(required=False)
@click.option("--default", "everybody", is_flag=True, help="For all of whom nothing else was said.")
def command(words: tuple[str, ...], undo: bool, by: str | None, as_json: bool, everybody: bool) -> None:
    """How often you mean to be in touch with somebody, or with everybody at a company.

    WORDS are a contact or a company, then how often: 30d, 6w, 3months. Who has been silent for
    longer is named by `today` and `stale`. What is said of a contact holds before what is said of
    the company.

    \b
    Examples:
      lasttouch cadence bob stone 30d
      lasttouch cadence globex 6w
      lasttouch cadence --default 90d
      lasttouch cadence bob stone --undo
    """
    from lasttouch.keeping import statements  # noqa: PLC0415 - what writes takes longer to import

    given, days = (words, None) if undo else (words[:-1], _days(words))
    if bool(given) == everybody:
        raise UsageError("say with whom, and how often", _EXAMPLE)
    with changing() as agent:
        said = statements.cadence(agent, None if everybody else " ".join(given), days, by)
    tell(said, as_json)


def _days(words: Sequence[str]) -> int:
    """The last word as whole days."""
    now = utc_now()
    try:
        days = (typed_moments.beginning(f"+{words[-1] if words else ''}", now, UTC) - now).days
    except ValueError:
        days = 0
    if days < 1:
        raise UsageError(f"{' '.join(words)!r} does not end in how often, in days or more", _EXAMPLE)
    return days

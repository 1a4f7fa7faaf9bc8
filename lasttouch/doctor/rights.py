"""Who reads an account because they may read it where it lives: as it is told there now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from activity import source_kind
from activity.rights import PlaceRights
from lasttouch.configuration.options import Account, Config
from lasttouch.doctor.finding import Finding
from lasttouch.passes.inheriting import readers

TELLING = ("imap", "microsoft_calendars")
"""The kinds of source whose servers tell."""
_CHECK = "inherited-rights"
_SHOWN = 8


def inherited_findings(config: Config, account: Account, told: Mapping[str, PlaceRights]) -> Iterator[Finding]:
    """One for each set of readers, with the places that they read; a warning for what is not told."""
    groups: dict[tuple[tuple[str, ...], str, tuple[str, ...]], list[str]] = {}
    for place, one in told.items():
        key = (tuple(sorted(readers(config, account, one))), one.unknown, one.others)
        groups.setdefault(key, []).append(place)
    for (users, unknown, others), places in groups.items():
        where = ", ".join(places[:_SHOWN]) + (f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else "")
        if unknown:
            hint = "its user alone sees what is read there; or name its readers"
            yield Finding(_CHECK, "warning", f"{where}: {unknown}", hint, account.name)
            continue
        beside = f"; who is among {', '.join(others)} is not told, so nobody reads it by that" if others else ""
        message = f"{where}: may be read there, and so here, by {', '.join(users) or 'nobody else'}{beside}"
        yield Finding(_CHECK, "ok", message, "", account.name)


def silent_kinds(account: Account) -> Iterator[Finding]:
    """Sources that tell nothing of the kind."""
    silent = [one for one in account.kinds if one not in (*TELLING, *source_kind.CONTACTS)]
    if account.inherits_readers and silent:
        message = f"{', '.join(silent)}: nothing tells who may read it, so its user alone does"
        yield Finding(_CHECK, "warning", message, "name its readers, or make it an account of its own", account.name)

"""Calendar objects to the facts of their occurrences, within the window that is looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from activity.batch import Skip
from activity.facts import Facts
from activity.meeting import CalendarObject
from lasttouch.agent import Agent
from lasttouch.local_time import machine_zone
from lasttouch.options import Account, Config
from matchers.occurrence import meeting_facts


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when meetings are read, and how floating times and the owner are known."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    own_addresses: frozenset[str]

    @staticmethod
    def of(config: Config, account: Account, now: datetime) -> Window:
        zone = ZoneInfo(account.timezone) if account.timezone else machine_zone()
        return Window(now - config.backfill, now + config.horizon, zone, frozenset(account.addresses))


class Expanded(NamedTuple):
    """An object with its occurrences in a window; `expanded_to` is None where no later window shows more."""

    item: CalendarObject
    facts: list[Facts]
    skipped: list[Skip]
    expanded_to: datetime | None


def expanded(agent: Agent, item: CalendarObject, window: Window) -> Expanded:
    """What the log keeps of an object: its text without what must not be kept, and its occurrences."""
    from capture.calendar.occurrences import expand  # noqa: PLC0415 - icalendar takes its time to import

    item = _permitted(agent, item)
    found = expand(item.text, window.start, window.end, window.zone)
    keep_subject = agent.config.store_subjects
    facts = [
        one
        for meeting in found.meetings
        if (one := meeting_facts(meeting, window.own_addresses, agent.never_log, keep_subject)) is not None
    ]
    skipped = [Skip(f"{item.href} ({skip.item})", skip.reason) for skip in found.skipped]
    return Expanded(item, facts, skipped, window.end if found.recurring or found.ahead else None)


def _permitted(agent: Agent, item: CalendarObject) -> CalendarObject:
    from capture.calendar.redaction import redacted  # noqa: PLC0415

    if agent.config.store_subjects and not agent.never_log.has_rules:
        return item
    return replace(item, text=redacted(item.text, agent.never_log, agent.config.store_subjects))

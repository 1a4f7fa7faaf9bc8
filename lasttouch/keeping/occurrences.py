"""Calendar objects to the facts of their occurrences, within the window that is looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from activity.batch import Skip
from activity.facts import Facts
from activity.meeting import CalendarObject
from activity.series import series_identity
from capture.calendar.allowance import Allowance
from lasttouch.configuration.options import Account, Config
from lasttouch.keeping.agent import Agent
from lasttouch.local_time import machine_zone
from matchers.occurrence import meeting_facts, meeting_identity, uid_identity


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when meetings are read, and how floating times and the owner are known."""

    account: str
    start: datetime
    end: datetime
    zone: ZoneInfo
    own_addresses: frozenset[str]

    @staticmethod
    def of(config: Config, account: Account, now: datetime) -> Window:
        zone = ZoneInfo(account.timezone) if account.timezone else machine_zone()
        start, end = now - config.reads_back(account), now + config.horizon
        return Window(account.name, start, end, zone, frozenset(account.addresses))

    def reaching(self, since: datetime | None) -> Window:
        """The same window, beginning no later than `since`."""
        return self if since is None or since >= self.start else replace(self, start=since)


class Expanded(NamedTuple):
    """What the occurrences of an object in a window are, in the order of their time.

    `skipped` are events that are not in `facts`, `unread` such that are, without somebody who could not be read.
    `withheld` are identities of those that may not be kept, `withheld_series` of series of which nothing else may be;
    `expanded_to` is None where no later window shows more.
    """

    facts: list[Facts]
    withheld: frozenset[str]
    withheld_series: frozenset[str]
    skipped: list[Skip]
    unread: list[Skip]
    expanded_to: datetime | None

    @property
    def named(self) -> list[Skip]:
        """What `status` tells of."""
        return self.skipped + self.unread

    def withholds(self, identity: str) -> bool:
        return identity in self.withheld or series_identity(identity) in self.withheld_series


def permitted(agent: Agent, item: CalendarObject, account: str) -> CalendarObject:
    """The object without what the account must not keep of it; its text is "" where that is nothing."""
    kept_out = agent.kept_out([account])
    if agent.config.store_subjects and not kept_out.has_rules:
        return item
    from capture.calendar.redaction import redacted  # noqa: PLC0415

    return replace(item, text=redacted(item.text, kept_out, agent.config.store_subjects))


def expanded(agent: Agent, item: CalendarObject, window: Window, allowance: Allowance) -> Expanded:
    """The occurrences of an object that is `permitted`, within what a pass allows for unusual rules."""
    from capture.calendar.occurrences import expand  # noqa: PLC0415 - icalendar takes its time to import

    found = expand(item.text, window.start, window.end, window.zone, allowance)
    keep_subject, kept_out = agent.config.store_subjects, agent.kept_out([window.account])
    facts: list[Facts] = []
    withheld = {meeting_identity(meeting) for meeting in found.withheld}
    for meeting in found.meetings:
        one = meeting_facts(meeting, window.own_addresses, kept_out, keep_subject)
        if one is None:
            withheld.add(meeting_identity(meeting))
        else:
            facts.append(one)
    skipped, unread = (
        [Skip(f"{item.href} ({skip.item})", skip.reason) for skip in skips] for skips in (found.skipped, found.unread)
    )
    facts.sort(key=lambda one: (one.at, one.identity))
    series = frozenset(map(uid_identity, found.withheld_series))
    expanded_to = window.end if found.recurring or found.ahead else None
    return Expanded(facts, frozenset(withheld), series, skipped, unread, expanded_to)

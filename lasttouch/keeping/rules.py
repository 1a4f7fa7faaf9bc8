"""What a rule would change, found by applying it for a moment and taking it back."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from activity.errors import NotPermitted
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.forgetting import obey_rules
from lasttouch.keeping.recomputation import recompute
from matchers.never_log import NeverLog
from store.log import Log
from store.people import DATES, people
from store.timeline import Standing, standings
from store.transactions import rehearsing


class ActivityChange(NamedTuple):
    """How an activity is judged now and would be then; `after` is None where it would be erased."""

    activity: int
    at: datetime
    before: Standing
    after: Standing | None


class DateChange(NamedTuple):
    """A date of a contact now and then."""

    contact: int
    name: str
    field: str
    before: datetime | None
    after: datetime | None


class Rehearsal(NamedTuple):
    activities: list[ActivityChange]
    dates: list[DateChange]


def rehearse(
    agent: Agent, never_log: Sequence[str] = (), own_addresses: Sequence[str] = (), internal_domains: Sequence[str] = ()
) -> Rehearsal:
    """Judge, match and erase as if these rules held as well, compare, and leave the log as it was.

    Raises NotPermitted for a user: what it would change may be a colleague's.
    """
    if agent.user_id:
        raise NotPermitted("what a rule would change may be a colleague's", "a rule is for whoever keeps the service")
    trial = copy.copy(agent)
    trial.policy = replace(
        agent.policy,
        own_addresses=agent.policy.own_addresses | set(own_addresses),
        internal_domains=agent.policy.internal_domains | set(internal_domains),
    )
    trial.never_log = NeverLog([*agent.config.never_log, *never_log], agent.forgotten)
    connection = agent.connection
    with rehearsing(connection):
        before = _state(agent.log, agent.clock())
        obey_rules(trial)
        recompute(trial)
        after = _state(agent.log, agent.clock())
    return Rehearsal(_activity_changes(before[0], after[0]), _date_changes(before[1], after[1]))


_Activities = dict[int, tuple[datetime, Standing]]
_Dates = dict[tuple[int, str, str], datetime | None]


def _state(log: Log, now: datetime) -> tuple[_Activities, _Dates]:
    dates = {
        (one.id, one.name, date): getattr(one, date) for one in people(log, now) for date in ("last_touch", *DATES)
    }
    return standings(log), dates


def _activity_changes(before: _Activities, after: _Activities) -> list[ActivityChange]:
    changes = []
    for row_id, (at, standing) in before.items():
        then = after[row_id][1] if row_id in after else None
        if then != standing:
            changes.append(ActivityChange(row_id, at, standing, then))
    return sorted(changes, key=lambda one: (one.at, one.activity), reverse=True)


def _date_changes(before: _Dates, after: _Dates) -> list[DateChange]:
    return [DateChange(*key, was, after.get(key)) for key, was in before.items() if after.get(key) != was]

"""Whose date is not told: a source that may hold a newer touch was not read, so it is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from store.blindness import blind_sources, seen_in
from store.log import Log
from store.people import Person
from store.read_back import read_back


def held_back(log: Log, people: Sequence[Person], now: datetime) -> set[int]:
    """Those of these contacts who exchange through an account that was not read up to date, and those whose date a
    first pass may yet overtake. `log` is the whole one."""
    back = read_back(log)
    held = {one.id for one in people if not back.vouches_for(one.last_touch)}
    ids = [one.id for one in people]
    blind = {one.account_id for one in blind_sources(log, now)}
    return held.union(*seen_in(log, blind, ids).values())

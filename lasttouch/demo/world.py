"""The demo's world as values: what was written and agreed on in the year before a given moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from activity.contact import ContactEntry
from lasttouch.demo.cast import CONTACTS
from lasttouch.demo.correspondence import correspondence
from lasttouch.demo.diary import Appointment, diary
from lasttouch.demo.letters import Letter
from lasttouch.demo.working_days import WorkingDays


@dataclass(frozen=True, slots=True)
class World:
    letters: list[Letter]
    appointments: list[Appointment]
    contacts: tuple[ContactEntry, ...] = CONTACTS


def world_at(now: datetime, zone: tzinfo) -> World:
    """The world as of `now`, its people living by the clock of `zone`."""
    days = WorkingDays(now, zone)
    return World(correspondence(days), diary(days))

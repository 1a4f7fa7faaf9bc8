"""Appointments as iCalendar text (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress

from activity.address import Address
from lasttouch.demo.diary import Appointment


def calendar_text(name: str, appointments: Iterable[Appointment], written: datetime) -> str:
    """A whole calendar with its time zones; `written` is when its events were last changed."""
    calendar = Calendar()
    calendar.add("PRODID", "-//lasttouch//demo//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", name)
    for appointment in appointments:
        series = _event(appointment, appointment.start, written)
        if appointment.private:
            series.add("CLASS", "PRIVATE")
        if appointment.weekly:
            series.add("RRULE", {"FREQ": "WEEKLY"})
        if appointment.left_out:
            series.add("EXDATE", list(appointment.left_out))
        calendar.add_component(series)
        for moment in appointment.cancelled:
            override = _event(appointment, moment, written)
            override.add("RECURRENCE-ID", moment)
            override.add("STATUS", "CANCELLED")
            calendar.add_component(override)
    calendar.add_missing_timezones()
    text: bytes = calendar.to_ical()
    return text.decode()


def _event(appointment: Appointment, start: datetime, written: datetime) -> Event:
    event = Event()
    event.add("UID", f"{appointment.uid}@acme.example")
    event.add("DTSTAMP", written.astimezone(UTC))
    event.add("DTSTART", start)
    event.add("DTEND", start + appointment.length)
    event.add("SUMMARY", appointment.summary)
    if appointment.organizer is not None:
        event.add("ORGANIZER", _person(appointment.organizer))
    for person, answer in appointment.answers.items():
        attendee = _person(person)
        attendee.params["PARTSTAT"] = answer
        event.add("ATTENDEE", attendee)
    return event


def _person(address: Address) -> vCalAddress:
    person = vCalAddress(f"mailto:{address.email}")
    person.params["CN"] = address.name
    return person

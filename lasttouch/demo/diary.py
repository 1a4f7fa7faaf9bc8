"""The meetings of the year, as they stand in the two calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from activity.address import Address
from lasttouch.demo.cast import ANA, BEN, BOB, ERIN, FELIX, INES, JONAS, KIRA
from lasttouch.demo.working_days import WorkingDays

Answer = Literal["ACCEPTED", "DECLINED", "TENTATIVE", "NEEDS-ACTION"]
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Appointment:
    """An event in the calendars of the accounts in `calendars`; `answers` are its attendees' (RFC
    5545 §3.2.12).

    A weekly one goes on for ever, without the occurrences that would begin at `left_out` (EXDATE)
    and with those at `cancelled` still shown, as cancelled.
    """

    uid: str
    summary: str
    start: datetime
    calendars: tuple[str, ...]
    organizer: Address | None = None
    answers: Mapping[Address, Answer] = field(default_factory=dict)
    length: timedelta = timedelta(hours=1)
    weekly: bool = False
    left_out: tuple[datetime, ...] = ()
    cancelled: tuple[datetime, ...] = ()
    private: bool = False


def diary(days: WorkingDays) -> list[Appointment]:
    """Every appointment of the demo, company by company."""
    doctor = Appointment("doctor", "Dr. Quillfeather", days.ago(13, "17:30"), calendars=("ana",), private=True)
    return [_globex(days), *_umbrella_coffee(days), _lighthouse_books(days), _harbour_bikes(days), doctor]


def _globex(days: WorkingDays) -> Appointment:
    latest = days.ago(2, "10:00")
    return Appointment(
        uid="call-with-bob",
        summary="Weekly call: garden centre",
        start=latest - 20 * WEEK,
        calendars=("ana",),
        organizer=ANA,
        answers={ANA: "ACCEPTED", BOB: "ACCEPTED"},
        length=timedelta(minutes=30),
        weekly=True,
        left_out=(latest - 9 * WEEK,),
        cancelled=(latest,),
    )


def _umbrella_coffee(days: WorkingDays) -> list[Appointment]:
    return [
        Appointment(
            uid="tasting",
            summary="Tasting with the roasters",
            start=days.ago(3, "15:00"),
            calendars=("ben",),
            organizer=ERIN,
            answers={ERIN: "ACCEPTED", BEN: "DECLINED"},
        ),
        Appointment(
            uid="cafe-machine",
            summary="Machine for the new café: legs and loads",
            start=days.ahead(5, "14:00"),
            calendars=("ana", "ben"),
            organizer=FELIX,
            answers={FELIX: "ACCEPTED", ANA: "ACCEPTED", BEN: "ACCEPTED"},
        ),
    ]


def _lighthouse_books(days: WorkingDays) -> Appointment:
    return Appointment(
        uid="autumn-shelves",
        summary="Shelves for the reading room",
        start=days.ago(19, "11:00"),
        calendars=("ana",),
        organizer=ANA,
        answers={ANA: "ACCEPTED", INES: "ACCEPTED"},
        length=timedelta(minutes=90),
    )


def _harbour_bikes(days: WorkingDays) -> Appointment:
    return Appointment(
        uid="benches-handover",
        summary="Workshop benches: handover",
        start=days.ago(120, "08:00"),
        calendars=("ana", "ben"),
        organizer=BEN,
        answers={BEN: "ACCEPTED", ANA: "TENTATIVE", JONAS: "ACCEPTED", KIRA: "DECLINED"},
    )

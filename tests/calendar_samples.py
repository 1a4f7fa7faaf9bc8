"""Mail with a calendar in it, in the style of those who send it; a file's name begins with the
class it is of."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class CalendarMail(NamedTuple):
    name: str
    message: bytes

    @property
    def verdict(self) -> str:
        return self.name.partition("-")[0]


def calendar_mail() -> list[CalendarMail]:
    """All samples, with the line ends of the wire."""
    folder = Path(__file__).with_name("calendar_mail")
    files = sorted(folder.glob("*.eml"))
    return [CalendarMail(file.stem, file.read_bytes().replace(b"\n", b"\r\n")) for file in files]

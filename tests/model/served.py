"""Messages and meetings of the diary as servers give them, and the accounts they are given to."""

from __future__ import annotations

from diary import Diary, Meeting, Message

from activity.address import Address
from activity.envelope import Envelope
from config_lines import account, head, table

OWN = ["ana@acme.example", "ana@home.example"]
CALENDARS = {"ana": OWN[0], "ben": "ben@acme.example"}


def message_id(message: Message) -> str:
    return f"<m{message.number}>"


def envelope(message: Message, root: Message, signs: dict[str, str], answers: tuple[str, ...]) -> Envelope:
    """`root` is the first message of its thread."""
    return Envelope(
        message_id=message_id(message),
        date=message.at,
        internal_date=message.at,
        from_=(Address(message.sender),),
        to=tuple(Address(email) for email in message.to),
        signs=signs,
        references=() if root is message else (message_id(root),),
        in_reply_to=answers,
    )


def object_text(meeting: Meeting) -> str:
    invited = {**meeting.answers, **{CALENDARS[name]: answer for name, answer in meeting.owners.items()}}
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", f"UID:{meeting.number}", f"SEQUENCE:{meeting.sequence}",
            f"SUMMARY:Visit {meeting.number}",  # two that are alike in everything would be one under two UIDs
            f"DTSTART:{meeting.start:%Y%m%dT%H%M%SZ}", f"DTEND:{meeting.ends:%Y%m%dT%H%M%SZ}",
            *(["STATUS:CANCELLED"] if meeting.cancelled else []), f"ORGANIZER:mailto:{meeting.organizer}",
            *(f"ATTENDEE;PARTSTAT={answer}:mailto:{email}" for email, answer in invited.items()),
            "END:VEVENT", "END:VCALENDAR", "",
        ]
    )  # fmt: skip


def config_text(diary: Diary) -> str:
    """What the accounts of the diary would be; nothing is connected."""
    server = {"username": "u", "password_env": "P"}
    mail = table("[accounts.imap]", host="mail.example", **server)
    calendar = table("[accounts.caldav]", url="https://cal.example/", **server)
    ana = [email for email in diary.own if email != CALENDARS["ben"]]
    options = {"broadcast_over": diary.broadcast_over, "never_log": diary.never_log}
    return (
        head("log.db", internal_domains=diary.internal, backfill="9y", horizon="1y", **options)
        + account("ana", mail, calendar, addresses=ana)
        + account("ben", calendar)
    )

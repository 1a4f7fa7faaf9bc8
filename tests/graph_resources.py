"""Messages, events and people as Microsoft Graph shows them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]
NOW = datetime.now(UTC).replace(microsecond=0)
SECRET_WORDS = "canary-words-of-a-body"


def instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def moment(at: datetime) -> Json:
    return {"dateTime": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}


def person(address: str | None, name: str | None = None) -> Json:
    return {"emailAddress": {"name": name or address, "address": address}}


def message(number: int, headers: dict[str, str] | bool | None = True, **more: Any) -> Json:
    """A message from Tom to Ana; `headers` are further ones, or None where Graph is to show
    none."""
    at = NOW - timedelta(days=60) + timedelta(minutes=number)
    one: Json = {
        "internetMessageId": f"<m{number}@client.example>",
        "subject": f"Number {number}",
        "sentDateTime": instant(at),
        "receivedDateTime": instant(at),
        "from": person("tom@client.example", "Tom Ames"),
        "sender": person("tom@client.example", "Tom Ames"),
        "toRecipients": [person("ana@acme.example", "Ana Kim")],
        "ccRecipients": [],
        "bccRecipients": [],
        "replyTo": [],
        "isDraft": False,
        "hasAttachments": False,
        "conversationIndex": base64.b64encode(b"\1" + number.to_bytes(5, "big") + number.to_bytes(16, "big")).decode(),
        **more,
    }
    if headers is not None:
        whole = {
            "Message-ID": one["internetMessageId"],
            "Date": f"{at:%a, %d %b %Y %H:%M:%S} +0000",
            "From": _header([one["from"]]),
            "To": _header(one["toRecipients"]),
            "Subject": one["subject"],
            **(headers if isinstance(headers, dict) else {}),
        }
        one["internetMessageHeaders"] = [{"name": name, "value": value} for name, value in whole.items() if value]
    return one


def _header(people: list[Json | None]) -> str:
    told = [one["emailAddress"] for one in people if one and one.get("emailAddress")]
    return ", ".join(f"{one.get('name')} <{one['address']}>" for one in told if one.get("address"))


def goid(number: int, day: str = "00000000") -> str:
    """A GlobalObjectId as Exchange makes them, in hex."""
    data = number.to_bytes(16, "big").hex()
    return f"040000008200E00074C5B7101A82E008{day}{'0' * 32}10000000{data}".upper()


def event(number: int, start: datetime, length: timedelta = timedelta(hours=1), **more: Any) -> Json:
    """A meeting that Tom has asked Ana to, and she accepted."""
    return {
        "iCalUId": goid(number),
        "type": "singleInstance",
        "seriesMasterId": None,
        "subject": f"Meeting {number}",
        "body": {"contentType": "html", "content": SECRET_WORDS},
        "bodyPreview": SECRET_WORDS,
        "start": moment(start),
        "end": moment(start + length),
        "originalStart": None,
        "originalStartTimeZone": "UTC",
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": False,
        "isDraft": False,
        "sensitivity": "normal",
        "showAs": "busy",
        "organizer": person("tom@client.example", "Tom Ames"),
        "attendees": [
            {**person("ana@acme.example", "Ana Kim"), "type": "required",
             "status": {"response": "accepted", "time": instant(NOW - timedelta(days=300))}},
        ],
        "location": {"displayName": "", "locationType": "default"},
        "locations": [],
        "responseStatus": {"response": "accepted", "time": instant(NOW - timedelta(days=300))},
        "lastModifiedDateTime": instant(NOW - timedelta(days=300)),
        **more,
    }  # fmt: skip

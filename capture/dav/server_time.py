"""What time a web server has."""

from __future__ import annotations

import http.client
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from capture.dav.origins import origin_of
from capture.trust import trust

SECONDS = 5.0


def server_time(url: str, ca_file: str | None) -> datetime | None:
    """The Date of the server's answer (RFC 9110 §6.6.1), in UTC to the second; None where it gives
    none.

    Nothing secret is sent, and what it answers does not matter.
    """
    connection: http.client.HTTPConnection | None = None
    try:
        origin = origin_of(url)
        if origin.scheme == "https":
            connection = http.client.HTTPSConnection(origin.host, origin.port, timeout=SECONDS, context=trust(ca_file))
        else:
            connection = http.client.HTTPConnection(origin.host, origin.port, timeout=SECONDS)
        connection.request("OPTIONS", "/", headers={"User-Agent": "lasttouch"})
        told = parsedate_to_datetime(connection.getresponse().getheader("Date") or "")
    except Exception:  # noqa: BLE001 - a server that cannot be asked is told about by other checks
        return None
    finally:
        if connection is not None:
            connection.close()
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)

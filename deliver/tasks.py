"""Whom to get back to as tasks in the user's own calendar, by CalDAV (RFC 4791 §5.3.2: one object each)."""

from __future__ import annotations

import base64

from activity.errors import FieldGone
from deliver.calendar_text import Reminder, task_text
from deliver.http import Server

_HINT = "give the address of one calendar that takes tasks, as its server or your calendar program shows it"


class Tasks:
    """`url` is that of the calendar. Only objects of ours are made and taken away, none is read or changed."""

    def __init__(self, url: str, username: str, password: str, ca_file: str | None = None) -> None:
        token = base64.b64encode(f"{username}:{password}".encode()).decode()
        self._server = Server(url, {"Authorization": f"Basic {token}"}, ca_file)

    def put(self, one: Reminder) -> None:
        """Made where it is not there; one that is there is left as it is, whatever its owner did to it."""
        headers = {"Content-Type": "text/calendar; charset=utf-8", "If-None-Match": "*"}
        answer = self._server.send("PUT", _path(one.uid), headers=headers, raw=task_text(one).encode())
        if answer.status in (403, 404, 405, 409):
            raise FieldGone(f"{self._server.host} takes no tasks at this url ({answer.status})", _HINT)
        if answer.status >= 300 and answer.status != 412:
            raise self._server.refusal(answer)

    def remove(self, uid: str) -> None:
        answer = self._server.send("DELETE", _path(uid))
        if answer.status >= 300 and answer.status not in (404, 410):
            raise self._server.refusal(answer)

    def check(self) -> str:
        answer = self._server.send("PROPFIND", "/", headers={"Depth": "0"})
        if answer.status in (404, 405):
            raise FieldGone(f"{self._server.host} has no calendar at this url ({answer.status})", _HINT)
        if answer.status >= 300:
            raise self._server.refusal(answer)
        return f"{self._server.host}: the calendar for tasks is there"

    def close(self) -> None:
        self._server.close()


def _path(uid: str) -> str:
    return f"/{uid.replace('@', '-')}.ics"

"""Whom to get back to as tasks in a real Radicale."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
from office import ANA, BOB, Office

from household import ago
from lasttouch.local_time import utc_now
from radicale_server import RadicaleServer


@pytest.fixture
def calendar(office: Office, radicale: RadicaleServer, user: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of the calendar that is the office's target "tasks"; Bob is past his cadence."""
    radicale.create_calendar(user, "todo")
    path = radicale.path(user, "todo")
    monkeypatch.setenv("TASKS_PASSWORD", "secret")
    office.target(
        "tasks", "tasks", url=f"http://127.0.0.1:{radicale.port}{path}", username=user, password_env="TASKS_PASSWORD"
    )
    office.configure()
    office.contacts(f"Bob Stone,{BOB}")
    office.receive(ANA, BOB, ago(days=90))
    office.sync()
    assert office.run("cadence", "bob", "30d").code == 0
    return path


def _tasks(radicale: RadicaleServer, user: str, path: str) -> list[tuple[str, str]]:
    text = radicale.request(user, "GET", path).decode()
    found = icalendar.Calendar.from_ical(text) if text.strip() else icalendar.Calendar()
    return [(str(one["SUMMARY"]), str(one["STATUS"])) for one in found.walk("VTODO")]


def test_a_task_comes_and_goes(office: Office, calendar: str, radicale: RadicaleServer, user: str) -> None:
    """Requirement 15, of tasks: who is due → one task, made once; touched since → gone. Requirement
    16: a dry run makes none."""
    (shown,) = office.push("tasks")["changes"]
    assert (shown["name"], shown["last_touch"]) == ("Bob Stone", None)
    assert "a task: Get back to Bob Stone" in office.run("push", "tasks").out
    assert _tasks(radicale, user, calendar) == []
    assert office.drain("tasks").done == 1
    assert _tasks(radicale, user, calendar) == [("Get back to Bob Stone", "NEEDS-ACTION")]
    assert office.drain("tasks", lambda: utc_now() + timedelta(minutes=20)).done == 0
    office.receive(ANA, BOB, ago(hours=1))
    office.sync()
    assert "Bob Stone\tthe task goes" in office.run("push", "tasks").out
    office.drain("tasks")
    assert _tasks(radicale, user, calendar) == []


def test_who_is_forgotten_has_no_task(office: Office, calendar: str, radicale: RadicaleServer, user: str) -> None:
    """Requirement 12, of tasks."""
    office.drain("tasks")
    assert office.run("contacts", "forget", BOB, "--yes").code == 0
    office.drain("tasks")
    assert _tasks(radicale, user, calendar) == []
    assert office.standing("tasks").to_blank == 0

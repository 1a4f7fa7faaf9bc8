"""The daemon tells targets by itself, and one that fails keeps no other waiting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from office import ANA, BOB, Office

from crm_doubles import HubSpotDouble
from household import ago, utc
from running_daemon import RunningDaemon, until


def test_what_moves_is_told_within_seconds(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirements 1, 4 and 17: by a process of its own; the token is in none of its lines."""
    with HubSpotDouble() as crm, HubSpotDouble() as busy:
        monkeypatch.setenv("CRM_TOKEN", crm.token)
        busy.script = lambda *_: (429, {"status": "error"}, {"Retry-After": "3000"})
        office.accounts["ana"]["poll_every"] = "1s"
        for name, double in (("busy", busy), ("crm", crm)):
            office.target(name, "hubspot", url=double.url, token_env="CRM_TOKEN")
        office.target("sheet", "folder", path="sheet.json", format="json")
        crm.contact("7", BOB)
        office.configure()
        office.contacts(f"Bob,{BOB}")
        office.receive(BOB, ANA, ago(days=9))
        sheet = office.folder / "sheet.json"
        with RunningDaemon(office.folder, "--config", str(office.config)) as daemon:
            until(lambda: crm.held("7") == utc(ago(days=9)))
            office.receive(BOB, ANA, ago(days=2))
            until(lambda: crm.held("7") == utc(ago(days=2)))
            until(lambda: sheet.exists() and _dates(sheet) == [utc(ago(days=2))])
            journal = daemon.log_file.read_text()
        assert len(busy.requests) == 1
        assert "target busy: 127.0.0.1 asks us to wait for 3000 s (429)" in journal
        assert crm.token not in journal


def _dates(path: Path) -> list[str]:
    return [one["lasttouch_at"] for one in json.loads(path.read_text())]

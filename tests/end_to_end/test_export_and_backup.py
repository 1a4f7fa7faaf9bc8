"""The log leaves the house whole: as lines, as CSV, as a copy that can be restored, and by SQL."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shutil
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine_switch import ON_POSTGRESQL
from household import NOW, Household, ago, event, mail, utc
from store.database import open_for_reading, open_for_writing
from store.log import Log
from store.transactions import writing

ROOT = Path(__file__).parents[2]
_VIEWS = (
    "SELECT viewname FROM pg_views WHERE schemaname = current_schema()"
    if ON_POSTGRESQL
    else "SELECT name FROM sqlite_schema WHERE type = 'view'"
)


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    household.add_account("ana", user, caldav=True)
    household.receive(
        user,
        mail("bob@globex.example", "ana@acme.example", ago(days=9), "b1", "=cmd()"),
        mail("eve@hooli.example", "ana@acme.example", ago(days=4), "e1"),
        mail("news@shop.example", "ana@acme.example", ago(days=1), "n1", List_Unsubscribe="<https://x>"),
    )
    household.radicale.put(user, "work", "m.ics", event("m", NOW + timedelta(days=5), "bob@globex.example"))
    household.radicale.put(user, "work", "p.ics", event("p", ago(days=2), "bob@globex.example"))
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.ok("sync")
    return household


def test_every_line_of_the_export_is_what_why_says(ana: Household) -> None:
    lines = [json.loads(line) for line in ana.run("export").out.splitlines()]
    assert len(lines) == 5
    for line in lines:
        assert line == ana.ok("why", str(line["activity"]))
    assert [one["activity"] for one in lines] == sorted(one["activity"] for one in lines)
    assert ana.run("export", "--json").out == ana.run("export").out
    recent = ana.run("export", "--since", "5d", "--until", "12h").out.splitlines()
    assert {json.loads(line)["message_id"] for line in recent} == {"<e1>", "<n1>", None}


def test_a_csv_has_the_names_of_the_json_and_nothing_a_spreadsheet_would_run(ana: Household) -> None:
    shown = list(csv.DictReader(io.StringIO(ana.run("export", "--csv").out)))
    first = json.loads(ana.run("export").out.splitlines()[0])
    assert list(shown[0]) == list(first)
    assert shown[0]["at"] == first["at"]
    assert shown[0]["subject"] == "'=cmd()"
    assert shown[0]["participants"] == "bob@globex.example; ana@acme.example"
    ana.ok("contacts", "add", "Nora", "nora@far.example")  # never touched: of others a meeting lies ahead
    for text in ("last", "log", "status", "unmatched", "upcoming", "stale --days 1", "awaiting --all", "contacts list"):
        words = text.split()
        listed = ana.ok(*words)
        rows = listed["accounts"] if words == ["status"] else listed
        table = list(csv.reader(io.StringIO(ana.run(*words, "--csv").out)))
        assert table[0] == list(rows[0]), words
        assert len(table) == len(rows) + 1, words
    assert ana.run("log", "bob", "--since", "1d", "--csv").out == ",".join(ana.ok("log")[0]) + "\n"


def test_a_file_is_private_and_not_replaced_unasked(ana: Household) -> None:
    path = ana.folder / "out.jsonl"
    for words in (["export", str(path)], ["backup", str(path)]):
        assert ana.run(*words).code == 0
        assert path.stat().st_mode & 0o777 == 0o600
        refused = ana.run(*words)
        assert (refused.code, "--force" in refused.err) == (2, True)
        assert ana.run(*words, "--force").code == 0
        path.unlink()
    assert ana.run("export", "/nowhere/at/all").code == 1
    assert ana.run("backup", "/nowhere/at/all").code == 1
    assert not list(ana.folder.glob("*.new-*"))


def test_a_backup_is_whole_while_somebody_writes(ana: Household) -> None:
    stop = threading.Event()
    torn: list[str] = []

    def write() -> None:
        connection = open_for_writing(ana.database)
        number = 0
        while not stop.is_set():
            number += 1
            with writing(connection):  # two rows that always come together
                connection.execute("INSERT OR REPLACE INTO setting VALUES ('one', ?)", (str(number),))
                connection.execute("INSERT OR REPLACE INTO setting VALUES ('other', ?)", (str(number),))
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(10):
            path = ana.folder / f"copy{number}.db"
            assert ana.ok("backup", str(path))["activities"] == 5
            with contextlib.closing(sqlite3.connect(path)) as copy:
                values = dict(copy.execute("SELECT name, value FROM setting WHERE name IN ('one', 'other')"))
                if values.get("one") != values.get("other"):
                    torn.append(str(values))
                assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    finally:
        stop.set()
        thread.join()
    assert torn == []


def test_a_restored_backup_does_not_bring_the_erased_back(ana: Household) -> None:
    copy = ana.folder / "copy.db"
    ana.ok("contacts", "forget", "eve@hooli.example", "--yes")
    ana.ok("backup", str(copy))
    assert (ana.folder / "copy.db.forgotten").stat().st_mode & 0o777 == 0o600
    ana.ok("contacts", "forget", "bob", "--yes")
    for path in ana.folder.glob("lasttouch.db*"):
        if path.suffix != ".forgotten":
            path.unlink()
    shutil.copyfile(copy, ana.database)
    ana.ok("sync")
    assert ana.run("last", "bob").code == 6
    assert b"bob@globex" not in ana.database.read_bytes()
    # and on a new machine, with the copy's own list
    for path in ana.folder.glob("lasttouch.db*"):
        path.unlink()
    shutil.copyfile(copy, ana.database)
    shutil.copyfile(ana.folder / "copy.db.forgotten", ana.folder / "lasttouch.db.forgotten")
    ana.ok("sync")
    assert ana.last("bob")["touches"] == 2
    assert b"eve@hooli" not in ana.database.read_bytes()


def _queries() -> list[str]:
    return re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "sql.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_views_have_the_columns_that_are_documented(ana: Household) -> None:
    page = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| `(v_\w+)` \| [^|]+ \| `([^`]+)`", page, re.MULTILINE))
    with contextlib.closing(open_for_reading(ana.database)) as log:
        names = {name for (name,) in log.execute(_VIEWS) if name.startswith("v_")}
        columns = {name: [c[0] for c in log.execute(f"SELECT * FROM {name}").description] for name in documented}
    assert names == set(documented)
    assert columns == {name: text.split(", ") for name, text in documented.items()}


@pytest.mark.parametrize("query", _queries())
def test_the_documented_queries_answer(ana: Household, query: str) -> None:
    with contextlib.closing(sqlite3.connect(ana.database)) as log:
        rows = log.execute(query, {"who": "bob"} if ":who" in query else {}).fetchall()
    assert rows or "-1 hour" in query


def _rows(log: Log, query: str) -> list[dict[str, Any]]:
    cursor = log.execute(query)
    names = [one[0] for one in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def test_the_views_say_what_the_commands_say(ana: Household) -> None:
    with ana.written() as log:  # a view must not depend on what was derived before
        log.execute("UPDATE contact_touch SET due = 0, last_touch = 1")
    with contextlib.closing(open_for_reading(ana.database)) as reader:
        (bob,) = _rows(reader, "SELECT * FROM v_contacts")
        touches = _rows(reader, "SELECT * FROM v_touches ORDER BY at")
        ahead = reader.execute("SELECT verdict FROM v_activities WHERE ends > ?", (utc(NOW),)).fetchall()
        (company,) = _rows(reader, "SELECT * FROM v_companies")
    shown = ana.last("bob")
    assert bob == {**{name: shown[name] for name in bob if name != "emails"}, "emails": "bob@globex.example"}
    assert [(one["touch"], one["contact_id"]) for one in touches] == [
        ("inbound", shown["id"]),
        ("meeting", shown["id"]),
    ]
    assert ahead == [("upcoming",)]
    assert (company["contacts"], company["last_touch"], company["domains"]) == (
        1,
        shown["last_touch"],
        "globex.example",
    )

"""Ana's mail and calendar in a folder, read by the program itself."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import cli
from config_lines import account, files, head
from household import ago, event, mail

ANA, BOB, CAT, DAN = "ana@acme.example", "bob@globex.example", "cat@globex.example", "dan@initech.example"


def letters() -> list[bytes | str]:
    """Bob waits for an answer, Cat was met and comes again, Dan is no contact; a newsletter counts
    for nobody."""
    return [
        mail(f"Bob Stone <{BOB}>", ANA, ago(days=40), "b1@x.example", "The first order"),
        mail(ANA, BOB, ago(days=39), "a1@x.example", "Re: The first order", In_Reply_To="<b1@x.example>"),
        mail(f"Bob Stone <{BOB}>", ANA, ago(days=3), "b2@x.example", "Could you say when?"),
        mail(f"Cat Moss <{CAT}>", ANA, ago(days=20), "c1@x.example", "Plans"),
        mail(ANA, DAN, ago(days=8), "d1@x.example", "Hello"),
        mail(f"Dan Gray <{DAN}>", ANA, ago(days=7), "d2@x.example", "Re: Hello", In_Reply_To="<d1@x.example>"),
        mail(f"News <news@{BOB.partition('@')[2]}>", ANA, ago(days=2), "n1@x.example", "News", List_Unsubscribe="<x>"),
        event("m1", ago(days=10), f"{CAT};PARTSTAT=ACCEPTED", organizer=ANA, SUMMARY="Review"),
        event("m2", ago(days=-5), f"{CAT};PARTSTAT=ACCEPTED", organizer=ANA, SUMMARY="Next review"),
        event("m3", ago(days=-9), f"{BOB};PARTSTAT=TENTATIVE", organizer=ANA, SUMMARY="Prices"),
    ]


class World:
    """The log of these letters, at `config`."""

    def __init__(self, folder: Path, more: str = "") -> None:
        self.config = folder / "config.toml"
        self.database = folder / "log.db"
        (folder / "mail").mkdir()
        for number, one in enumerate(letters()):
            data = one.encode() if isinstance(one, str) else one
            (folder / "mail" / f"{number}.{'ics' if isinstance(one, str) else 'eml'}").write_bytes(data)
        self.config.write_text(head("log.db") + account("ana", files("mail"), owner="Ana Kim") + more)
        self.config.chmod(0o600)
        (folder / "people.csv").write_text(f"name,email,company\nBob Stone,{BOB},Globex\nCat Moss,{CAT},Globex\n")
        self.ok("sync")
        self.ok("contacts", "import", str(folder / "people.csv"))

    def ok(self, *words: str) -> Any:
        """The JSON of a command that must succeed."""
        code, out, err = self.run(*words, "--json")
        assert code == 0, err
        return json.loads(out)

    def run(self, *words: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(["--config", str(self.config), *words])
        return code, out.getvalue(), err.getvalue()


def dump(database: Path) -> list[str]:
    """All that it holds, as statements."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())

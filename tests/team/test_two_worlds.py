"""Whatever Ben asks and does: he is told the same in two worlds that differ only in what he may not see.

LASTTOUCH_TWO_WORLDS says how many pairs are tried, LASTTOUCH_FIRST_PAIR from which seed on, LASTTOUCH_STEPS
how much Ben asks and does in each.
"""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest
import time_machine
from colleagues import Colleagues
from two_worlds import MET, PEOPLE, Step, steps

from household import NOW, Outcome, ago, event

PAIRS = int(os.environ.get("LASTTOUCH_TWO_WORLDS", "2"))
FIRST = int(os.environ.get("LASTTOUCH_FIRST_PAIR", "0"))
ASKED = int(os.environ.get("LASTTOUCH_STEPS", "12"))

_KEYS = "id|activity|contact|last_touch_activity|last_touch_contact|settled_by|number"
_BEFORE = (
    "#",
    *(f'"{key}": ' for key in _KEYS.split("|")),
    "why ",
    "revoke ",
    "done ",
    "activity ",
    "Activity ",
    "activity/",
)
_NUMBERED = re.compile(
    rf"(?:{'|'.join(_BEFORE)})\d+|^\d+(?=,)|^    \d+(?=,?$)|\[\d+\]$|(?:bound|meeting),\d+,", re.MULTILINE
)
_AGAIN = re.compile(r'"(?:updated|unchanged)": \d+|\d+ updated, \d+ unchanged')
"""Whether it is news that somebody is listed as before: see there, "Known"."""
_SECRET = re.compile(r"lt_[A-Za-z0-9_-]{43}")


class Theatre:
    """One of the two worlds. What its rows are numbered is not compared, nor is the order of those of which nothing
    but that comes first; see docs/decisions/2026-11-29-numbers.md."""

    def __init__(self, folder: Path, hides: bool) -> None:
        folder.mkdir()
        self.hides = hides
        self._world = Colleagues(folder)
        self._world.configure()
        self._count = 0
        # the numbers of the records are the same in Ana's file and in Ben's, and stand for others
        bens = [f"{at},{name},{emails[0]},Globex,vip" for at, (name, emails) in enumerate(PEOPLE.items())]
        hers = [
            f"{at + 1},{name},{PEOPLE[name][1]},Clinic,x" for at, name in enumerate(sorted(PEOPLE.keys() - set(MET)))
        ]
        for file, rows in (("people.csv", bens), ("hers.csv", hers)):
            (folder / file).write_text("\n".join(["Record ID,name,email,company,tags", *rows, ""]))

    def plays(self, step: Step) -> tuple[int, list[str], list[str]] | None:
        """What Ben is told, if it is he who asks."""
        self._count += 1
        if step.hidden and not self.hides:
            return None
        if step.mail is not None:
            sender, to, days = step.mail
            self._world.receive(step.who, sender, to, days, message_id=f"m{self._count}@x.example", subject="secret")
        elif step.meets is not None:
            whom, days = step.meets
            path = self._world.folder / step.who / f"{self._count}.ics"
            mine = f"{step.who}@acme.example"
            path.write_text(event(f"u{self._count}", ago(days=-days), f"{whom};PARTSTAT=ACCEPTED", organizer=mine))
        else:
            return self._told(self._run(step))
        self._world.sync()
        return None

    def _run(self, step: Step) -> Outcome:
        words = [self._meant(word) for word in step.words]
        return self._world.run(step.who, *words)

    def _meant(self, word: str) -> str:
        """Numbers that Ben could know: of the contact that is in the middle by name, of the oldest activity."""
        if word == "{id}":
            found = self._world.ok("ben", "contacts", "list")
            ordered = sorted(found, key=lambda one: (one["name"], one["emails"]))
            return f"#{ordered[len(ordered) // 2]['id']}" if ordered else "#4711"
        if word == "{activity}":
            found = self._world.ok("ben", "log", "--sort", "oldest")
            return str(found[0]["activity"]) if found else "4711"
        return str(self._world.folder / word) if word.endswith(".csv") else word

    def _told(self, outcome: Outcome) -> tuple[int, list[str], list[str]]:
        return outcome.code, self._alike(outcome.out), self._alike(outcome.err)

    def _alike(self, text: str) -> list[str]:
        text = _SECRET.sub("lt_", text.replace(str(self._world.folder), "")).replace("\\n", "\n")
        text = _AGAIN.sub("again", text)
        text = _NUMBERED.sub(lambda found: re.sub(r"\d+", "N", found.group()), text)
        rows = [line.split("\t") for line in text.splitlines()]
        for heads, *others in (rows[at:] for at, row in enumerate(rows) if "Id" in row):
            column = heads.index("Id")
            for row in others:
                row[column:] = ["N", *row[column + 1 :]] if len(row) == len(heads) else row[column:]
        return sorted("\t".join(row) for row in rows)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + PAIRS))
def test_what_is_hidden_shows_in_no_answer_and_in_no_change(tmp_path: Path, seed: int) -> None:
    with time_machine.travel(NOW, tick=False):
        one, other = Theatre(tmp_path / "one", hides=True), Theatre(tmp_path / "two", hides=False)
        so_far: list[str] = []
        for step in steps(random.Random(seed), ASKED):
            told, wanted = one.plays(step), other.plays(step)
            so_far.append(f"{step.who}{' (hidden)' if step.hidden else ''}: {' '.join(step.words) or step}")
            if step.who == "ben":
                assert told == wanted, f"pair {seed}:\n" + "\n".join(so_far)

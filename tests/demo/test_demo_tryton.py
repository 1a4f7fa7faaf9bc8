"""The demo pushes its world into a real Tryton."""

from __future__ import annotations

import json
from pathlib import Path

from demo_runs import demo


def test_the_demo_tells_a_real_tryton(tmp_path: Path) -> None:
    """Every contact with a touch is written, as `last` says it."""
    done = demo("--tryton", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    dates = {one["name"]: one["last_touch"] for one in told["last"] if one["last_touch"]}
    assert {one["name"]: one["last_touch"] for one in told["push"]["changes"]} == dates
    assert told["push"]["written"] == len(dates) > 5

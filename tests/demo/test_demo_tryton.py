"""The demo pushes its world into a real Tryton."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from demo_runs import ROOT, demo, servers_in, wait_until


@pytest.mark.timeout(300)
def test_the_demo_tells_a_real_tryton(tmp_path: Path) -> None:
    """Every contact with a touch is written, as `last` says it."""
    done = demo("--tryton", "--json", seconds=280)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    dates = {one["name"]: one["last_touch"] for one in told["last"] if one["last_touch"]}
    assert {one["name"]: one["last_touch"] for one in told["push"]["changes"]} == dates
    assert told["push"]["written"] == len(dates) > 5


def test_trytond_ends_with_the_demo_however_it_ends(tmp_path: Path) -> None:
    """kill -9 of the demo, while its Tryton is set up or serves: neither is left."""
    folder = tmp_path / "acme"
    command = [sys.executable, "-m", "cli", "demo", "--tryton", "--keep", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: any("trytond" in line for line in servers_in(folder)))
        process.kill()
    wait_until(lambda: not servers_in(folder))

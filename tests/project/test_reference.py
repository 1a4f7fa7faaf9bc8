"""The command reference is what the commands say of themselves."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_is_up_to_date() -> None:
    made = runpy.run_path(str(DOCS / "generate.py"))
    assert made["reference"]() == (DOCS / "commands.md").read_text(encoding="utf-8"), "run: make reference"
    assert made["manual_page"]() == (DOCS / "lasttouch.1").read_text(encoding="utf-8"), "run: make reference"

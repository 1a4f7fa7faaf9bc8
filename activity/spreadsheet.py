"""Cells of a file that a spreadsheet opens."""

from __future__ import annotations

import re

# At the start of a cell, and wherever a spreadsheet set to another separator than ours begins one.
_FORMULA = r"(^|[;|\t,]\s*)(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])"


def no_formula(cell: str) -> str:
    """The cell with an apostrophe before whatever a spreadsheet would take for a formula."""
    return re.sub(_FORMULA, r"\1'", cell)

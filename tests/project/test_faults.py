"""Every fault the documents promise to survive has tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
ROWS = re.findall(
    r"^\| (\d+) \| .* \| (.*) \|$", (TESTS.parent / "docs" / "faults.md").read_text(encoding="utf-8"), re.MULTILINE
)
FAULTS = 29


def test_every_fault_has_its_tests() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, FAULTS + 1))
    for number, cell in ROWS:
        names = re.findall(r"`([^`]+)::([^`]+)`", cell)
        assert names, f"row {number} names no test"
        for path, test in names:
            tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
            found = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
            assert test in found, f"row {number}: there is no {path}::{test}"

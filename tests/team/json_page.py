"""What docs/json.md names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")


def section(command: str) -> str:
    return PAGE.partition(f"## {command}\n")[2].partition("\n## ")[0]


def named_in(text: str) -> set[str]:
    return {word for span in re.findall(r"`([^`]*)`", text) for word in re.findall(r"[a-z_]+", span)}


def fields(value: Any) -> Iterator[str]:
    """All names of fields, at any depth."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            for name, inner in one.items():
                yield name
                yield from fields(inner)

"""What lasttouch stands on: nothing that a new major version may change under a user's feet."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA_BY_DATE = {"tzdata"}  # the zones of the world, and nothing to call
NEXT_MAJOR = re.compile(r"(?P<name>[\w-]+)>=(?P<least>\d+)[\d.]*,<(?P<bound>\d+)")


def test_every_dependency_is_bounded_by_a_major_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    used = project["dependencies"] + optional["keyring"] + optional["metrics"] + optional["demo"] + optional["mcp"]
    used += optional["microsoft"] + optional["google"] + optional["oidc"]
    assert len(used) > len(DATA_BY_DATE)
    for one in set(used) - DATA_BY_DATE:
        match = NEXT_MAJOR.fullmatch(one)
        assert match, f"{one} has no upper bound"
        assert int(match["bound"]) > int(match["least"])


def test_what_is_known_to_work_is_within_the_bounds() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    known = dict(line.lower().replace("_", "-").split("==") for line in lines if "==" in line)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for one in set(project["dependencies"]) - DATA_BY_DATE:
        match = NEXT_MAJOR.fullmatch(one)
        assert match
        major = int(known[match["name"].lower()].partition(".")[0])
        assert int(match["least"]) <= major < int(match["bound"]), one

"""What a pass over a target would do, or has done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from activity.errors import LasttouchError
from deliver.plan import Edited


class Row(NamedTuple):
    """A contact in a plan: `remote` is who that is there, None where it has no name for anybody. `what` says what
    becomes of it where that is no date."""

    contact: int
    name: str
    remote: str | None
    before: datetime | None
    after: datetime | None
    what: str = ""


class Outcome(NamedTuple):
    """What a pass would do (a dry run), or has done.

    `rows` are writes or messages; `refused` is contact → why, `edited` what somebody else wrote into our field. `error`
    ended the pass. `idle`: there was nothing to do, and nobody was asked.
    """

    target: str
    kind: str
    rows: Sequence[Row] = ()
    blanks: int = 0
    held: int = 0
    done: int = 0
    blanked: int = 0
    refused: Mapping[int, str] = MappingProxyType({})
    edited: Sequence[Edited] = ()
    ambiguous: Mapping[int, Sequence[str]] = MappingProxyType({})
    error: LasttouchError | None = None
    idle: bool = False
    is_dry: bool = False


def naming(error: LasttouchError, target: str) -> LasttouchError:
    """The same, with a hint that can be typed."""
    error.hint = error.hint.replace("push NAME", f"push {target}")
    return error

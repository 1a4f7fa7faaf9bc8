"""Is all that is derived what the facts say, and the database sound?"""

from __future__ import annotations

from typing import NamedTuple

from lasttouch.keeping.agent import Agent
from lasttouch.keeping.recomputation import recompute
from store.health import counts
from store.inspection import integrity
from store.transactions import writing


class Checked(NamedTuple):
    """How much was different and is set right, what SQLite says ("ok" if all is well), and how much
    there is."""

    differences: int
    integrity: str
    activities: int
    contacts: int
    touches: int


def check(agent: Agent) -> Checked:
    """Derive everything anew and set right what is different."""
    soundness = integrity(agent.log)
    with writing(agent.connection):
        different = recompute(agent)
    return Checked(different, soundness, *counts(agent.log))

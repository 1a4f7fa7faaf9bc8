"""kill -9 at any point between a change and its acknowledgement: everything arrives, once."""

from __future__ import annotations

import os
from pathlib import Path

from outward_cuts import Cutting, Killing

from crm_doubles import HubSpotDouble, Receiver

CUTS = int(os.environ.get("LASTTOUCH_CUTS", "40"))
SEED = int(os.environ.get("LASTTOUCH_SEED", "1"))


def test_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path) -> None:
    """Requirement 6 (LASTTOUCH_CUTS=1000 tries more, `bench outward` does)."""
    with HubSpotDouble() as crm, Receiver() as receiver:
        one = Cutting(tmp_path, SEED, crm, receiver)
        one.live(CUTS)
        assert len(one.moves) > CUTS / 4
        assert one.lost() == []
        assert one.twice() == []


def test_who_tells_is_killed_at_any_time(tmp_path: Path) -> None:
    """Requirement 6, by a real kill -9 of a process of its own, whenever it is within its turn."""
    with HubSpotDouble() as crm, Receiver() as receiver, Killing(tmp_path, SEED, crm, receiver) as one:
        one.live(CUTS // 2)
        assert len(one.moves) > CUTS / 8
        assert one.lost() == []
        assert one.twice() == []

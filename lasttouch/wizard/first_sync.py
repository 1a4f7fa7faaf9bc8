"""The first sync after setting up: a month of mail, and what it tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lasttouch.configuration.config import LoadedConfig
from lasttouch.keeping.opening import opened
from lasttouch.passes.pipeline import Progress, sync
from lasttouch.passes.source_pass import Report

FIRST_DAYS = 30


def first_sync(loaded: LoadedConfig, account: str, progress: Progress | None = None) -> list[Report]:
    """Read one account's mail of FIRST_DAYS and its calendars. The next sync reads as far back as
    is configured.

    Calendars are read as always: what of a series lies in the past is worked out once, when it is
    read.
    """
    with opened(loaded) as agent:
        month = replace(loaded.config, backfill=timedelta(days=FIRST_DAYS))
        agent.loaded = LoadedConfig(loaded.path, month, loaded.digest)
        return list(sync(agent, account, progress))

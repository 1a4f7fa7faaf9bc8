"""A worker without a process of its own."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

import config_lines
from household import contents_of
from lasttouch.configuration.config import LoadedConfig, load_config
from lasttouch.keeping import turns
from lasttouch.keeping.opening import opened
from lasttouch.work import worker
from lasttouch.work.opening import queue_of
from running_daemon import until
from store.database import open_for_reading

Contents = dict[str, list[tuple[Any, ...]]]


class Ticking:
    """It does what is to be done each time it is asked."""

    def __init__(self, loaded: LoadedConfig) -> None:
        self.loaded = loaded
        queue = queue_of(loaded.database, turns.RUN)
        self.made = worker.Worker(loaded, queue, lambda _: None, 1, 8, True, watches=False)
        self.made._begin()

    def until_read(self) -> None:
        def is_read() -> bool:
            self.made._tick()
            with suppress(Exception), closing(open_for_reading(self.loaded.database)) as log:
                return log.execute("SELECT count(last_success), count(*) FROM source").fetchone() == (1, 1)
            return False

        until(is_read, 60)

    def until_told(self, what: str, caplog: pytest.LogCaptureFixture) -> None:
        until(lambda: (self.made._tick(), what in caplog.text)[1], 60)

    def contents(self) -> Contents:
        with opened(self.loaded) as agent:
            agent.refresh()  # as it is within a minute
            return contents_of(agent.log)

    def end(self) -> None:
        self.made._threads.shutdown()
        self.made._leave()


def loaded_config(folder: Path, database: str, **more: str) -> LoadedConfig:
    path = folder / f"config{len(list(folder.glob('config*')))}.toml"
    files = config_lines.files(str(folder / "mail.mbox"))
    head = config_lines.head(database, backfill="20y", **more)
    path.write_text(head + config_lines.account("ana", files, poll_every="1h"))
    path.chmod(0o600)
    return load_config(path)

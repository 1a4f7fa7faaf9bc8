"""An assistant: the SDK's own client, in process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
from mcp.client.client import Client

from fed_log import Log
from lasttouch.mcp.asking import of_log
from lasttouch.mcp.server import server

NOW = Log.start + timedelta(days=100)


class Assistant:
    """Calls tools by the SDK's own client, in process."""

    def __init__(self, config: Path, clock: Callable[[], datetime] = lambda: NOW) -> None:
        self.config = config
        self._ask = of_log(config, clock)

    def call(self, name: str, **given: Any) -> Any:
        """The result of one call."""
        return anyio.run(self._called, name, given)

    def ok(self, name: str, **given: Any) -> dict[str, Any]:
        result = self.call(name, **given)
        assert not result.is_error, result
        return dict(result.structured_content)

    def refused(self, name: str, **given: Any) -> dict[str, Any]:
        result = self.call(name, **given)
        assert result.is_error, result
        return dict(result.structured_content["error"])

    async def _called(self, name: str, given: dict[str, Any]) -> Any:
        async with Client(server(self._ask)) as client:
            return await client.call_tool(name, given)

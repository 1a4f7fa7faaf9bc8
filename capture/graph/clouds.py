"""Microsoft's clouds: tokens of one are worth nothing in another (learn.microsoft.com/graph/deployments)."""

from __future__ import annotations

from typing import NamedTuple


class Cloud(NamedTuple):
    """Where one signs in, and where Graph is asked."""

    login: str
    graph: str


CLOUDS = {
    "global": Cloud("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    "us": Cloud("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    "us-dod": Cloud("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    "china": Cloud("https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"),
}

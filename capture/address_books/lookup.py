"""The address book server of a mail address or domain (RFC 6764)."""

from __future__ import annotations

import os
import subprocess
import sys

from activity.errors import ServerFault, Unreachable

_SECONDS = 45
_HINT = "put the URL of the address book server into the configuration"
_PROGRAM = """
import sys, logging
logging.disable(logging.CRITICAL)
from caldav.discovery import discover_carddav
found = discover_carddav(sys.argv[1], ssl_verify_cert=sys.argv[2] or True)
print(found.url if found else "")
"""


def look_up(identifier: str, ca_file: str | None) -> str:
    """The https URL that DNS or the well-known location of the domain names.

    In a process without .netrc and proxies that is stopped in time, as `capture.calendar.lookup` tells.
    Raises ServerFault or Unreachable.
    """
    if identifier.startswith("-") or not identifier.isprintable():
        raise ServerFault("the address book's address is neither a URL nor an address", _HINT)
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment |= {"NETRC": os.devnull, "NO_PROXY": "*"}
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and program
            [sys.executable, "-P", "-c", _PROGRAM, identifier, ca_file or ""],
            env=environment, capture_output=True, timeout=_SECONDS, check=False, text=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unreachable(f"the address book server of {identifier} was not found in {_SECONDS} s", _HINT) from None
    url = done.stdout.strip()
    if not url.startswith("https://"):
        raise ServerFault(f"no address book server is announced for {identifier}", _HINT)
    return url

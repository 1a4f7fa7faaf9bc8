"""The server of a mail address or domain (RFC 6764)."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from activity.errors import ServerFault, Unreachable
from capture.child_environment import child_environment
from capture.dav.service import Service

_SECONDS = 45
_BYTES = 250 << 20  # it reads an answer as a whole
_PROGRAM = """
import sys, logging, resource
resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[4]), int(sys.argv[4])))
logging.disable(logging.CRITICAL)
from caldav.discovery import discover_service
found = discover_service(sys.argv[1], sys.argv[2], ssl_verify_cert=sys.argv[3] or True)
print(found.url if found else "")
"""
# An address of a machine, a host with its port, or a URL but for its scheme: nothing to be looked up.
_IS_PLACE = re.compile(r"\[.*\](:\d+)?|[\d.]+(:\d+)?|[^@/]+:\d+|[^@]+/.*")


def look_up(service: Service, identifier: str, ca_file: str | None) -> str:
    """The https URL that DNS or the well-known location of the domain names; a host's own where it
    names none.

    caldav knows how, but heeds .netrc and proxies, and waits and reads without bound: it does so in
    a process without them that is stopped in time. Raises ServerFault or Unreachable.
    """
    hint = f"put the URL of the {service.noun} server into the configuration"
    if identifier.startswith("-") or not identifier.isprintable() or " " in identifier:
        raise ServerFault(f"the {service.noun}'s address is neither a URL nor an address", hint)
    if _IS_PLACE.fullmatch(identifier):
        return f"https://{identifier}" + ("" if "/" in identifier else "/")
    environment = child_environment() | {"NETRC": os.devnull, "NO_PROXY": "*"}
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and program
            [sys.executable, "-P", "-c", _PROGRAM, identifier, service.protocol, ca_file or "", str(_BYTES)],
            env=environment, capture_output=True, timeout=_SECONDS, check=False, text=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unreachable(f"the {service.noun} server of {identifier} was not found in {_SECONDS} s", hint) from None
    url = done.stdout.strip()
    if url.startswith("https://"):
        return url
    if "@" in identifier:
        raise ServerFault(f"no {service.noun} server is announced for {identifier}", hint)
    return f"https://{identifier}/"

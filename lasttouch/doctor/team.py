"""What a configuration says of its users that does not come to what it seems to."""

from __future__ import annotations

import pwd
from collections.abc import Iterator

from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.options import Account
from lasttouch.doctor.finding import Finding
from lasttouch.doctor.rights import silent_kinds


def team(loaded: LoadedConfig) -> Iterator[Finding]:
    """Nothing where one keeper sees everything."""
    config = loaded.config
    for user in config.users:
        if user.os_user is not None and not _is_known(user.os_user):
            message = f"{user.name} is {user.os_user!r} here, and this machine knows nobody of that name"
            yield Finding("users", "warning", message, "correct os_user, or add them: they cannot ask until then")
    for account in config.accounts if config.users else ():
        if account.user is None and not account.readers:
            hint = "name its `user`, or its `readers`"
            yield Finding("users", "warning", "is nobody's: no user sees all of it", hint, account.name)
        yield from _beyond(loaded, account)
        yield from silent_kinds(account)


def _beyond(loaded: LoadedConfig, account: Account) -> Iterator[Finding]:
    """What is shared beyond the ceiling is not."""
    at_most = loaded.config.share_at_most
    for whom, level in (account.share or {}).items():
        if at_most is not None and level > at_most:
            words = at_most.name.lower()
            message = f"share = {level.name.lower()!r} for {whom} is more than share_at_most, so {words!r} holds"
            yield Finding("sharing", "warning", message, "lower it, or raise share_at_most", account.name)


def _is_known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True

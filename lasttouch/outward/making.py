"""A target as its configuration says: whom to speak with, and how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from activity.errors import AuthenticationFailed, LasttouchError
from deliver.folder import writable
from deliver.values import Directory, Listener
from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.target_options import Target
from lasttouch.outward.outcome import naming

if TYPE_CHECKING:
    from deliver.tasks import Tasks

LISTENERS = frozenset(("webhook", "hook"))
FILES = frozenset(("folder", "calendar"))
TASKS = "tasks"


def directory_of(loaded: LoadedConfig, target: Target, now: Callable[[], datetime]) -> Directory:
    """Asks for the credential. Raises AuthenticationFailed."""
    url = target.url or ""
    rest = (target.field_at, target.field_how, target.field_by, loaded.beside(target.ca_file), now)
    if target.kind == "tryton":
        from deliver.tryton import Tryton  # noqa: PLC0415 - each is imported where it is configured

        password = secret(loaded, target, "password")
        return Tryton(url, target.database or "", target.username or "", password, *rest)
    if target.kind == "hubspot":
        from deliver.hubspot import HubSpot  # noqa: PLC0415

        return HubSpot(url, secret(loaded, target, "token"), *rest)
    if target.kind == "salesforce":
        from deliver.salesforce import Salesforce  # noqa: PLC0415

        return Salesforce(url, target.client_id or "", secret(loaded, target, "secret"), *rest)
    from deliver.pipedrive import Pipedrive  # noqa: PLC0415

    return Pipedrive(url, secret(loaded, target, "token"), *rest)


def listener_of(loaded: LoadedConfig, target: Target, now: Callable[[], datetime]) -> Listener:
    """Asks for the secrets. Raises AuthenticationFailed."""
    if target.kind == "hook":
        from deliver.hook import Hook  # noqa: PLC0415

        return Hook(target.on_change or "", str(loaded.folder))
    from deliver.webhook import Webhook  # noqa: PLC0415

    old = target.secret("old_secret", loaded.folder)
    secrets = [secret(loaded, target, "secret"), *([old()] if old is not None else [])]
    return Webhook(target.url or "", secrets, now, target.allow_addresses, loaded.beside(target.ca_file))


def tasks_of(loaded: LoadedConfig, target: Target) -> Tasks:
    """Asks for the password. Raises AuthenticationFailed."""
    from deliver.tasks import Tasks  # noqa: PLC0415

    password = secret(loaded, target, "password")
    return Tasks(target.url or "", target.username or "", password, loaded.beside(target.ca_file))


def secret(loaded: LoadedConfig, target: Target, which: str) -> str:
    found = target.secret(which, loaded.folder)
    if found is None:
        raise AuthenticationFailed(f"the target {target.name} has no {which}", f"give {which}_command, _env or _file")
    return found()


def checked(loaded: LoadedConfig, target: Target, now: Callable[[], datetime]) -> str:
    """Whether it is there and may be written, in words; nothing is. Raises what the target does."""
    if target.kind in FILES:
        return writable(loaded.folder / Path(target.path or "").expanduser())
    one: Directory | Listener | Tasks
    if target.kind == TASKS:
        one = tasks_of(loaded, target)
    else:
        one = listener_of(loaded, target, now) if target.kind in LISTENERS else directory_of(loaded, target, now)
    try:
        return one.check()
    except LasttouchError as error:
        raise naming(error, target.name) from None
    finally:
        one.close()

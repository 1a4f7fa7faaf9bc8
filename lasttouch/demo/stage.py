"""The demo from the first file to the last answer: a world, two servers, an import and a sync."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from activity.errors import LasttouchError, UsageError
from capture.contact_files import read_contacts
from lasttouch.configuration.config import LoadedConfig, load_config
from lasttouch.demo.calendar_text import calendar_text
from lasttouch.demo.cast import COLLEAGUES
from lasttouch.demo.mail_files import deliver
from lasttouch.demo.servers import Server, calendar_server, check_installed, mail_server, store_calendar
from lasttouch.demo.settings import write_config, write_contacts, write_passwords
from lasttouch.demo.tryton import TARGET, beside, check_tryton_installed
from lasttouch.demo.world import World, world_at
from lasttouch.keeping.address_book import Change, import_contacts
from lasttouch.keeping.opening import opened
from lasttouch.local_time import Clock
from lasttouch.outward.delivery import Delivery, option_named
from lasttouch.outward.outcome import Outcome
from lasttouch.passes.pipeline import sync
from lasttouch.passes.source_pass import Report
from store.database import make_private_folder

CONFIG = "config.toml"
CONTACTS = "contacts.csv"


class Played(NamedTuple):
    """What the demo did; the log behind `loaded` answers without its servers. `told`: what its Tryton was told, if
    there is one."""

    loaded: LoadedConfig
    change: Change
    reports: list[Report]
    told: Outcome | None = None


@contextlib.contextmanager
def played(keep: Path | None, clock: Clock, zone: ZoneInfo, tryton: bool = False) -> Iterator[Played]:
    """The demo played in the folder `keep`, or in one that is gone afterwards.

    Raises UsageError where `keep` cannot be used, and what `play` does.
    """
    if keep is not None:
        with _kept(keep):
            done = play(keep, clock, zone, tryton)
        yield done
        return
    with tempfile.TemporaryDirectory(prefix="lasttouch-demo-") as folder:
        yield play(Path(folder), clock, zone, tryton)


def play(folder: Path, clock: Clock, zone: ZoneInfo, tryton: bool = False) -> Played:
    """Make the world as of now in the empty `folder`, and read it as any other; the servers have ended on return.

    Raises LasttouchError where a server is not installed, does not start or cannot be read.
    """
    check_installed()
    if tryton:
        check_tryton_installed()
    try:
        done = _play(folder.absolute(), clock, zone)
        return done._replace(told=_tell(folder.absolute(), clock)) if tryton else done
    except OSError as error:
        raise LasttouchError(f"the demo cannot write to {folder}: {error.strerror}") from None


def _play(folder: Path, clock: Clock, zone: ZoneInfo) -> Played:
    world = world_at(clock(), zone)
    passwords = {one.account: secrets.token_urlsafe(12) for one in COLLEAGUES}
    mail_folder, calendar_folder = folder / "mail", folder / "calendars"
    make_private_folder(mail_folder)
    make_private_folder(calendar_folder)
    with (
        calendar_server(calendar_folder, passwords, folder / "calendar-server.log") as calendars,
        mail_server(mail_folder, passwords, folder / "mail-server.log") as mail,
    ):
        deliver(world.letters, mail_folder)
        write_contacts(folder / CONTACTS, world.contacts)
        write_passwords(folder, passwords)
        calendars.wait()
        _fill_calendars(calendars, passwords, world, clock)
        mail.wait()
        write_config(folder / CONFIG, mail.port, calendars.port, zone)
        return _read(folder, clock)


def _tell(folder: Path, clock: Clock) -> Outcome:
    """A Tryton that has the contacts as parties is told of their dates; what that came to."""
    contacts = read_contacts(folder / CONTACTS)
    with beside(folder, folder / CONFIG, contacts.entries), opened(load_config(folder / CONFIG), clock) as agent:
        told = Delivery(agent, option_named(agent, TARGET)).push(dry=False)
    if told.error is not None:
        raise told.error
    return told


def _fill_calendars(server: Server, passwords: dict[str, str], world: World, clock: Clock) -> None:
    for user, password in passwords.items():
        theirs = [one for one in world.appointments if user in one.calendars]
        store_calendar(server, user, password, calendar_text(f"Calendar of {user.title()}", theirs, clock()))


def _read(folder: Path, clock: Clock) -> Played:
    """What a user does on the first day: import the contacts, then sync."""
    loaded = load_config(folder / CONFIG)
    contacts = read_contacts(folder / CONTACTS)
    with opened(loaded, clock) as agent:
        change = import_contacts(agent, contacts.entries)
        reports = list(sync(agent))
    for report in reports:
        if report.error is not None:
            raise LasttouchError(f"the demo's {report.source} server could not be read: {report.error.message}")
    return Played(loaded, change, reports)


@contextlib.contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """`folder`, made if it is missing; left as it was if anything goes wrong."""
    try:
        missing = not folder.exists()
        if missing:
            folder.parent.mkdir(parents=True, exist_ok=True)  # whose modes are the user's affair
            make_private_folder(folder)
        if any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty", "name a new folder, or an empty one, for --keep")
    except NotADirectoryError:
        raise UsageError(f"{folder} is not a folder", "name a new folder for --keep") from None
    except OSError as error:
        raise UsageError(f"{folder} cannot be used: {error.strerror}", "name another folder for --keep") from None
    try:
        yield
    except BaseException:
        for made in folder.iterdir():
            shutil.rmtree(made) if made.is_dir() else made.unlink()
        if missing:
            folder.rmdir()
        raise

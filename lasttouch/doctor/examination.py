"""All checks, the network's at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from activity.errors import AuthenticationFailed, ConfigError
from capture.at_once import at_once
from lasttouch.configuration.config import LoadedConfig, load_config
from lasttouch.configuration.options import Account
from lasttouch.doctor import files, machine, microsoft
from lasttouch.doctor.finding import Finding, failed
from lasttouch.doctor.listings import collection_findings
from lasttouch.doctor.mail import mail_findings
from lasttouch.doctor.rights import inherited_findings
from lasttouch.doctor.team import team
from lasttouch.keeping.agent import policy_of
from lasttouch.local_time import Clock
from lasttouch.passes.sources import address_books_of, calendars_of, mail_server_of, mail_source_of

PATIENCE_SECONDS = 100.0
STALL_SECONDS = 15.0
_KINDS = {"imap": "mail", "caldav": "calendar", "carddav": "address-book",
          "microsoft_mail": "mail", "microsoft_calendars": "calendar"}  # fmt: skip


def examine(path: Path, clock: Clock, offline: bool = False) -> Iterator[Finding]:
    """Every finding, in the order a person would look: this machine, the files, then each account."""
    yield machine.versions()
    try:
        loaded = load_config(path)
    except ConfigError as error:
        yield Finding("configuration", "failure", error.message, error.hint)
        return
    now = clock()
    yield from files.configuration(loaded)
    yield from machine.keyring(loaded)
    yield from team(loaded)
    yield files.disk(loaded)
    yield from files.database(loaded, now)
    yield from files.paths(loaded)
    if not offline:
        yield from _of_accounts(loaded, clock)
        yield from _of_targets(loaded, clock)


def _of_accounts(loaded: LoadedConfig, clock: Clock) -> Iterator[Finding]:
    questions: dict[tuple[str, str], Callable[[], list[Finding]]] = {}
    for account in loaded.config.accounts:
        for kind, check in _CHECKS.items():
            if kind in account.kinds:
                questions[account.name, kind] = partial(check, loaded, account, clock)
    said: set[tuple[str, str]] = set()
    for (name, kind), answer in at_once(questions, PATIENCE_SECONDS).items():
        if isinstance(answer, Exception):
            found = failed(_KINDS[kind], answer, name)
            if (name, found.message) not in said:  # whoever must sign in again, is told so once
                said.add((name, found.message))
                yield found
        else:
            yield from answer


def _of_targets(loaded: LoadedConfig, clock: Clock) -> Iterator[Finding]:
    if not loaded.config.targets:
        return
    from lasttouch.doctor.targets import target_findings  # noqa: PLC0415 - where there are any

    questions: dict[tuple[str, str], Callable[[], list[Finding]]] = {
        (one.name, "target"): partial(target_findings, loaded, one, clock) for one in loaded.config.targets
    }
    for (name, kind), answer in at_once(questions, PATIENCE_SECONDS).items():
        if isinstance(answer, Exception):
            found = failed(kind, answer, name)
            yield found._replace(account=None, message=f"target {name}: {found.message}")
        else:
            yield from answer


def _mail(loaded: LoadedConfig, account: Account, clock: Clock) -> list[Finding]:
    from capture.mail.survey import survey  # noqa: PLC0415 - only where there is mail

    assert account.imap is not None
    server = mail_server_of(loaded, account, account.imap)._replace(stall_seconds=STALL_SECONDS)
    try:
        server.password()
    except AuthenticationFailed as error:
        return [Finding("mail-password", "failure", error.message, error.hint, account.name)]
    found = survey(server, account.exclude_mailboxes, account.shared_mailboxes)
    findings = list(mail_findings(account, found, policy_of(loaded.config), clock()))
    if account.inherits_readers:
        told = mail_source_of(loaded, account, clock().date()).rights()
        findings += inherited_findings(loaded.config, account, told)
    return findings


def _calendar(loaded: LoadedConfig, account: Account, clock: Clock) -> list[Finding]:
    from capture.dav.server_time import server_time  # noqa: PLC0415 - only where there are calendars

    caldav = account.caldav
    assert caldav is not None
    listed = calendars_of(loaded, account, caldav).listing()
    findings = list(collection_findings("calendar", "calendars", listed, account.name))
    url = caldav.url
    if "://" in url and (told := server_time(url, loaded.beside(caldav.ca_file))) is not None:
        findings.append(machine.clock(url.partition("://")[2].partition("/")[0], told, clock()))
    return findings


def _address_books(loaded: LoadedConfig, account: Account, clock: Clock) -> list[Finding]:
    listed = address_books_of(loaded, account).listing()
    return list(collection_findings("address-book", "address books", listed, account.name))


_CHECKS: dict[str, Callable[[LoadedConfig, Account, Clock], list[Finding]]] = {
    "imap": _mail,
    "caldav": _calendar,
    "carddav": _address_books,
    "microsoft_mail": microsoft.mail_findings,
    "microsoft_calendars": microsoft.calendar_findings,
}

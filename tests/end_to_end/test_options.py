"""What the options of the configuration promise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from kept_bytes import kept

from household import NOW, Household, ago, event, mail, utc


def _with_mail(household: Household, user: str, *messages: bytes, mailbox: str = "INBOX") -> None:
    household.add_account("ana", user)
    household.dovecot.append(user, mailbox, messages)


def test_never_log_leaves_no_trace(household: Household, user: str) -> None:
    household.head += 'never_log = ["lawyer@x.example", "*@health.example"]\n'
    _with_mail(
        household,
        user,
        mail("Saul <lawyer@x.example>", "ana@acme.example", ago(days=1), "l1", "the case of Bob"),
        mail("ana@acme.example", "doc@health.example", ago(days=2), "h1", "results"),
        mail("bob@globex.example", "ana@acme.example", ago(days=3), "b1", "the case", Cc="lawyer@x.example"),
    )
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.ok("sync")
    assert household.last("bob")["last_inbound"] is not None
    assert [one["message_id"] for one in household.ok("log")] == ["<b1>"]
    assert "never_log" in household.ok("why", "<l1>")["not_counted_because"]
    assert "left out" in household.run("why", "<unheard@of>").err
    content = kept(household.database)
    assert b"bob@globex.example" in content
    for word in (b"lawyer", b"health.example", b"the case", b"results"):
        assert word not in content


def test_unmatched_people_can_be_left_out(household: Household, user: str) -> None:
    household.head += "store_unmatched = false\n"
    household.add_account("ana", user)
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.dovecot.append(
        user,
        "INBOX",
        [
            mail("bob@globex.example", "ana@acme.example", ago(days=1), "b"),
            mail("carol@globex.example", "ana@acme.example", ago(days=1), "c"),
            mail("zoe@other.example", "ana@acme.example", ago(days=1), "z"),
        ],
    )
    household.ok("sync")
    assert {one["message_id"] for one in household.ok("log")} == {"<b>", "<c>"}


def test_subjects_can_be_left_out(household: Household, user: str) -> None:
    household.head += "store_subjects = false\n"
    _with_mail(household, user, mail("bob@globex.example", "ana@acme.example", ago(days=1), "b", "confidential"))
    household.ok("sync")
    assert household.ok("log")[0]["subject"] is None
    assert b"confidential" not in kept(household.database)


def test_a_new_own_address_is_judged_into_the_whole_history(household: Household, user: str) -> None:
    _with_mail(
        household,
        user,
        mail("Ana <ana@home.example>", "bob@globex.example", ago(days=1), "out"),
        mail("bob@globex.example", "ana@home.example", ago(days=2), "in"),
    )
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.ok("sync")
    assert household.last("bob")["last_outbound"] is None
    household.accounts["ana"] = household.accounts["ana"].replace('["ana@', '["ana@home.example", "ana@')
    household.write_config()
    household.ok("sync")
    assert household.last("bob")["last_outbound"] is not None
    assert household.ok("why", "<out>")["direction"] == "outbound"
    assert household.ok("check")["differences"] == 0


def test_backfill_is_how_far_back_the_first_sync_reads(household: Household, user: str) -> None:
    household.head += 'backfill = "30d"\n'
    household.add_account("ana", user)
    for days in (400, 10):
        household.dovecot.append(
            user, "INBOX", [mail("bob@globex.example", "ana@acme.example", ago(days=days), f"d{days}")], ago(days=days)
        )
    household.ok("sync")
    assert [one["message_id"] for one in household.ok("log")] == ["<d10>"]
    household.head = household.head.replace("30d", "2y")
    household.write_config()
    household.ok("sync")
    assert len(household.ok("log")) == 2


def test_excluded_mailboxes_are_not_read(household: Household, user: str) -> None:
    _with_mail(
        household, user, mail("bob@globex.example", "ana@acme.example", ago(days=1), "p"), mailbox="Private/2026"
    )
    household.accounts["ana"] = household.accounts["ana"].replace(
        "timezone", 'exclude_mailboxes = ["private"]\ntimezone'
    )
    household.write_config()
    household.ok("sync")
    assert household.ok("log") == []


def test_a_date_that_cannot_be_is_placed_by_the_server(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.import_contacts("Bob,bob@globex.example,Globex")
    taken_in = ago(days=5)
    for number, sent in enumerate((NOW + timedelta(days=300), ago(days=60 * 365), NOW + timedelta(hours=3))):
        message = mail("bob@globex.example", "ana@acme.example", sent, f"t{number}")
        household.dovecot.append(user, "INBOX", [message], taken_in)
    household.ok("sync")
    assert {one["at"] for one in household.ok("log")} == {utc(taken_in)}


def test_a_series_counts_by_its_occurrences(household: Household, user: str) -> None:
    household.add_account("ana", user, imap=False, caldav=True)
    household.import_contacts("Bob,bob@globex.example,Globex")
    start = ago(days=29)
    weekly = event("call", start, "bob@globex.example;PARTSTAT=ACCEPTED", RRULE="FREQ=WEEKLY;COUNT=20",
                   EXDATE=f"{start + timedelta(days=28):%Y%m%dT%H%M%SZ}")  # fmt: skip
    household.radicale.put(user, "work", "call", weekly)
    household.ok("sync")
    bob = household.last("bob")
    assert bob["last_meeting"] == utc(start + timedelta(days=21))
    assert bob["next_meeting"] == utc(start + timedelta(days=35))
    assert bob["touches"] == 4


def test_a_database_on_a_server_that_is_not_there_is_named(household: Household, user: str) -> None:
    household.head = 'database = "postgresql://127.0.0.1:1/lasttouch"\n'
    household.add_account("ana", user)
    outcome = household.run("sync")
    assert outcome.code == 1
    assert "postgresql://127.0.0.1:1/lasttouch" in outcome.err
    assert "cannot be reached" in outcome.err
    assert "Traceback" not in outcome.err
    assert [path.name for path in household.folder.iterdir()] == ["config.toml"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('database = "lasttouch.db"', 'database = ""', "database: it is empty"),
        ('timezone = "Europe/Berlin"', 'timezone = ""', "timezone: '' is no time zone"),
        ('name = "ana"', 'name = " "', "name: it is empty"),
        ('host = "127.0.0.1"', 'host = ""', "imap.host: it is empty"),
        ('password_env = "MAIL_PASSWORD"', 'password_env = ""', "imap.password_env: it is empty"),
        ('["acme.example"]', '["*.acme.example"]', "internal_domains[0]: '*.acme.example' is no domain name"),
        ("internal_domains", 'horizon = "8000y"\ninternal_domains', "horizon: '8000y' is longer than"),
        ("internal_domains", 'never_log = ["bob"]\ninternal_domains', "never_log[0]: 'bob' is no address"),
    ],
)
def test_an_option_that_says_nothing_is_a_mistake(
    household: Household, user: str, old: str, new: str, said: str
) -> None:
    household.add_account("ana", user)
    config = household.folder / "config.toml"
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new, 1))
    outcome = household.run("sync")
    assert (outcome.code, said in outcome.err) == (3, True), outcome.err


def test_a_calendar_may_be_named_by_an_address_to_discover_it_from(household: Household, user: str) -> None:
    household.add_account("ana", user, imap=False, caldav=True)
    config = household.folder / "config.toml"
    config.write_text(config.read_text().replace(household.radicale.url, "ana@nowhere.invalid"))
    assert household.run("status").code == 0
    config.write_text(config.read_text().replace("ana@nowhere.invalid", "ana:secret@nowhere.invalid"))
    outcome = household.run("status")
    assert (outcome.code, "password" in outcome.err, "secret" in outcome.err) == (3, True, False)
